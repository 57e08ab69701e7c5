"""Texts into pieces for kingfisher, and its findings into ours: places, labels, and what of them is no secret.

Pure functions; they know kingfisher's rules by their names alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.detector_worker import Found
from memsyncd.model import Finding

PIECE = 256_000
"""Bytes that are scanned at once, in one piece or several. The scanner's time for a hostile text grows faster than
the text: one of 1 MB took two minutes."""

OVERLAP = 4_096
"""Bytes, about, that two pieces of one text share. A longer secret that stands across the cut may be missed."""

_EACH = 256  # bytes that are scanned in the time that a piece costs however short it is
_CONTINUATION = bytes(range(0x80, 0xC0))  # in UTF-8 all bytes of a character but its first


class Piece(Struct, frozen=True):
    """A part of one of several texts."""

    text: int  # index
    offset: int  # where it begins, in bytes
    raw: bytes


def batches(texts: Sequence[str]) -> Iterator[list[Piece]]:
    """The texts as lists of pieces, each list as much as is scanned at once. Empty texts have no piece."""
    batch: list[Piece] = []
    size = 0
    for index, text in enumerate(texts):
        for offset, raw in pieces(encoded(text)):
            if batch and size + len(raw) > PIECE:
                yield batch
                batch, size = [], 0
            batch.append(Piece(index, offset, raw))
            size += len(raw) + _EACH
    if batch:
        yield batch


def pieces(raw: bytes, size: int = PIECE, overlap: int = OVERLAP) -> Iterator[tuple[int, bytes]]:
    """``raw`` in overlapping pieces with their offsets, cut at ends of lines, or else between characters."""
    start = 0
    while len(raw) - start > size:
        end = start + size
        cut = raw.rfind(b"\n", end - overlap, end) + 1 or _character(raw, end)
        yield start, raw[start:cut]
        start = _character(raw, cut - overlap)
    if start < len(raw):
        yield start, raw[start:]


def encoded(text: str) -> bytes:
    """``text`` in UTF-8, character for character: lone surrogates become "?", and NUL becomes a space.

    With NULs in it the scanner may take a text for UTF-16, and then its offsets are others.
    """
    return text.encode("utf-8", "replace").replace(b"\0", b" ")


def findings_in(text: str, found: Iterable[Found]) -> tuple[Finding, ...]:
    """What of ``found``, whose offsets are bytes, is secret: in order, none touching another, in characters."""
    wanted = [one for one in found if not (one.helper and _NAMES_NO_SECRET.search(_name(one.rule)))]
    return tuple(_merged(part for one in _in_characters(text, wanted) for part in _parts(text, one)))


def label(rule: str) -> str:
    """The label of our placeholder for what a rule finds."""
    name = _name(rule)
    families = [family for family in _FAMILIES if name.startswith(family)]
    if families:
        return _FAMILIES[max(families, key=len)]
    return next((label for ending, label in _ENDINGS.items() if name.endswith(ending)), "SECRET")


def _parts(text: str, one: Found) -> Iterator[Finding]:
    # Compiling the fragment costs what starting the detector costs: only when there is something to judge.
    from memsyncd.core.redact.standins import secret_parts  # noqa: PLC0415

    for start, end in _values(text, one):
        for begin, stop in secret_parts(text, start, end):
            yield Finding(one.rule, label(one.rule), begin, stop)


def _values(text: str, one: Found) -> list[tuple[int, int]]:
    """The secret values in what the rule takes as a whole, such as a URL; the whole where none is seen."""
    pattern = _VALUES.get(_name(one.rule))
    inside = [found.span(1) for found in pattern.finditer(text, one.start, one.end)] if pattern else []
    return inside or [(one.start, one.end)]


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Overlapping findings united, under the name that says most, of two such the earlier."""
    merged: list[Finding] = []
    for finding in sorted(findings, key=lambda one: (one.start, one.end)):
        last = merged[-1] if merged else None
        if last is None or finding.start >= last.end:
            merged.append(finding)
        else:
            better = finding if last.label == "SECRET" else last
            merged[-1] = replace(better, start=last.start, end=max(last.end, finding.end))
    return merged


# --- offsets ---


def _in_characters(text: str, found: Sequence[Found]) -> list[Found]:
    if text.isascii():
        return list(found)
    raw = encoded(text)
    whole = [replace(one, start=_character(raw, one.start)) for one in found]
    places = _counted(raw, sorted({offset for one in whole for offset in (one.start, one.end)}))
    return [replace(one, start=places[one.start], end=places[one.end]) for one in whole]


def _counted(raw: bytes, offsets: Iterable[int]) -> dict[int, int]:
    """Byte offset → characters that begin before it, in one pass over the text."""
    counts: dict[int, int] = {}
    characters = position = 0
    for offset in offsets:
        characters += len(raw[position:offset].translate(None, _CONTINUATION))
        counts[offset] = characters
        position = offset
    return counts


def _character(raw: bytes, offset: int) -> int:
    """The start of the character at ``offset``; the scanner's rules work on bytes and may cut one in two."""
    while raw[offset : offset + 1] and raw[offset] in _CONTINUATION:
        offset -= 1
    return offset


# --- what the names of rules say ---

_DECORATION = re.compile(r"^(?:betterleaks\.|veles\.secrets/)|\.\d+$")

_NAMES_NO_SECRET = re.compile(r"-(?:id|url|name|username|host|domain|address|repository|public-key)$")
"""Helpers that find the account or the host to which a secret belongs."""

_VALUES = {
    "azure-app-configuration-connection-string": re.compile(r"(?i)\bSecret=([^;\s]+)"),
    "azure-servicebus-connection-string": re.compile(r"(?i)\bSharedAccessKey=([^;\s]+)"),
    "curl-auth-user": re.compile(r"(?s)[^:]*:(.+)"),
    "gcp-application-default-credentials": re.compile(r'"(?:client_secret|refresh_token)"\s*:\s*"([^"]+)"'),
    "gcp-service-account": re.compile(r'"private_key(?:_id)?"\s*:\s*"([^"]+)"'),
    "microsoft-teams-webhook": re.compile(r"://[^/\s]+/(\S+)"),
    "mongodb-connection-string": re.compile(r"://[^\s:@/]*:(\S+)@"),
    "slack-webhook-url": re.compile(r"://[^/\s]+/[a-z]+/(\S+)"),
}
"""Rule → where the secret stands in what it finds, in the first group."""

_ENDINGS = {"password": "PASSWORD", "cookie": "COOKIE", "key": "API-KEY", "token": "API-KEY"}


def _by_family(families: Mapping[str, str]) -> dict[str, str]:
    return {family: label for label, names in families.items() for family in names.split()}


_FAMILIES = _by_family(
    {
        "ANTHROPIC-KEY": "anthropic",
        "AUTH-HEADER": "curl-auth-header",
        "AWS-KEY": "aws codecatalyst codecommit",
        "AZURE-KEY": "azure",
        "CLOUD-TOKEN": "aiven alibaba cloudflare databricks deno digitalocean doppler exoscale fastly flyio"
        " hashicorp-tf hcpclient heroku ibm-cloud infomaniak netlify ovh pulumi render scaleway scalingo supabase"
        " tailscale upcloud vault vercel vultr yandex",
        "COOKIE": "gitlab-session-cookie slack-session-cookie",
        "DISCORD-TOKEN": "discord",
        "GITHUB-TOKEN": "github",
        "GITLAB-TOKEN": "gitlab",
        "GOOGLE-KEY": "gcp",
        "HUGGINGFACE-TOKEN": "huggingface",
        "JWT": "jwt",
        "LLM-KEY": "assemblyai cartesia cerebras cohere deepgram deepseek elevenlabs fal-api grok groq kimi"
        " langchain langfuse lighton llama-cloud mem0 minimax mistral nvidia ollama openrouter perplexity pinecone"
        " replicate stability-ai togetherai upstage vercel-ai voyageai xai zai",
        "OPENAI-KEY": "openai",
        "PASSWORD": "curl-auth-user hashicorp-tf-password",
        "PRIVATE-KEY": "age-secret-key private-key",
        "REGISTRY-TOKEN": "clojars crates-io dockerhub npm packagist pypi rubygems",
        "SLACK-TOKEN": "slack",
        "STRIPE-KEY": "stripe",
        "TELEGRAM-TOKEN": "telegram",
        "URL-PASSWORD": "generic-credential-uri mongodb-connection-string sidekiq-sensitive-url",
        "WEBHOOK-URL": "microsoft-teams-webhook slack-webhook-url",
    }
)


def _name(rule: str) -> str:
    return _DECORATION.sub("", rule)
