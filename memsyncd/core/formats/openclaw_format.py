"""OpenClaw's session logs as a ``Format``."""

from __future__ import annotations

from memsyncd.core.formats.base import Artefact, Format, Noise
from memsyncd.core.formats.openclaw import decode
from memsyncd.core.formats.openclaw_names import (
    classify,
    classify_imported,
    reason_not_imported,
    reason_not_read,
    without_topic,
)
from memsyncd.core.noise.assistant import clean_assistant
from memsyncd.core.noise.user import Cleaned, clean_user, first_user_verdict

IMPORTED = "imported/"
"""Prefix of the files that OpenClaw's database has taken over: they lie in a folder of their own."""


class _Reader:
    """Every line of OpenClaw's says all that it means."""

    decode = staticmethod(decode)

    def state(self) -> bytes:
        return b""


def _user(text: str, origin: str | None) -> Cleaned:
    return clean_user(text, origin=origin)


def _classify(name: str) -> Artefact | None:
    return classify_imported(name.removeprefix(IMPORTED)) if name.startswith(IMPORTED) else classify(name)


def _reason(name: str) -> str:
    if name.startswith(IMPORTED):
        return reason_not_imported(name.removeprefix(IMPORTED))
    return reason_not_read(name)


NOISE = Noise(user=_user, assistant=clean_assistant, first=first_user_verdict)

OPENCLAW = Format(
    kind="openclaw",
    classify=_classify,
    reason_not_read=_reason,
    reader=lambda _state: _Reader(),
    noise=NOISE,
    whole=without_topic,
)
