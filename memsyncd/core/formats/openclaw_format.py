"""OpenClaw's session logs as a ``Format``."""

from __future__ import annotations

from memsyncd.core.formats.base import Format, Noise
from memsyncd.core.formats.openclaw import decode
from memsyncd.core.formats.openclaw_names import classify, reason_not_read
from memsyncd.core.noise.assistant import clean_assistant
from memsyncd.core.noise.user import Cleaned, clean_user, first_user_verdict


class _Reader:
    """Every line of OpenClaw's says all that it means."""

    decode = staticmethod(decode)

    def state(self) -> bytes:
        return b""


def _user(text: str, origin: str | None) -> Cleaned:
    return clean_user(text, origin=origin)


NOISE = Noise(user=_user, assistant=clean_assistant, first=first_user_verdict)

OPENCLAW = Format(
    kind="openclaw",
    classify=classify,
    reason_not_read=reason_not_read,
    reader=lambda _state: _Reader(),
    noise=NOISE,
    tree=False,
)
