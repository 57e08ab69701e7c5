"""What stands in a text in the place of a secret, and how a text is shortened without breaking it.

A placeholder names the kind of the secret and nothing else: ``[REDACTED-GITHUB-TOKEN]``. This module finds
no secrets.
"""

from __future__ import annotations

import re

LABELS = (
    "ANTHROPIC-KEY",
    "API-KEY",
    "AUTH-HEADER",
    "AWS-KEY",
    "AZURE-KEY",
    "BEARER-TOKEN",
    "CARD-NUMBER",
    "CLOUD-TOKEN",
    "COOKIE",
    "DISCORD-TOKEN",
    "EMAIL",
    "GITHUB-TOKEN",
    "GITLAB-TOKEN",
    "GOOGLE-KEY",
    "HUGGINGFACE-TOKEN",
    "IBAN",
    "JWT",
    "LLM-KEY",
    "OPENAI-KEY",
    "PASSWORD",
    "PHONE",
    "PRIVATE-KEY",
    "REGISTRY-TOKEN",
    "SECRET",
    "SEED-PHRASE",
    "SLACK-TOKEN",
    "SSN",
    "STRIPE-KEY",
    "TELEGRAM-TOKEN",
    "URL-PASSWORD",
    "URL-SECRET",
    "WEBHOOK-URL",
)
"""Every kind a placeholder can name. Files on disk hold them: a label is never renamed or removed."""

PLACEHOLDER = re.compile(rf"\[REDACTED-(?:{'|'.join(LABELS)})(?::[0-9a-f]{{6}})?\]")
"""Exactly our placeholders, with or without the short fingerprint behind the label. The label has to be a
known one, so that nobody hides a secret from redaction by writing it in brackets."""

OPENING = "[REDACTED-"
LONGEST = len(OPENING) + max(map(len, LABELS)) + len(":123456]")


def placeholder(label: str, fingerprint: str | None = None) -> str:
    """The text that replaces a secret of the kind ``label``, with the fingerprint when one is to be shown."""
    return f"{OPENING}{label}:{fingerprint}]" if fingerprint else f"{OPENING}{label}]"


def cut(text: str, limit: int) -> str:
    """Shorten ``text`` to at most ``limit`` characters, the last of them "…".

    The cut falls at the end of a word unless that would cost more than half of the text, as with a long URL
    or a language without spaces. A placeholder stays whole or goes whole. A text that fits comes back as it
    is.
    """
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = _word_end(text, limit - 1)
    return text[: _outside_placeholder(text, end)].rstrip() + "…"


def _word_end(text: str, end: int) -> int:
    """The last end of a word at or before ``end``, or ``end`` where there is none in the second half."""
    if text[end].isspace():
        return end
    words = text[:end].rsplit(maxsplit=1)
    shorter = end - len(words[-1]) if len(words) > 1 and not text[end - 1].isspace() else end
    return shorter if shorter * 2 >= end else end


def _outside_placeholder(text: str, end: int) -> int:
    """``end``, or the start of the placeholder that ``end`` would cut in two."""
    start = text.rfind(OPENING, max(0, end - LONGEST), end + len(OPENING))
    if start == -1:
        return end
    found = PLACEHOLDER.match(text, start)
    return start if found and start < end < found.end() else end
