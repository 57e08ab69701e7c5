"""What was really said in a text of Codex's: words without what Codex and editors put around them.

Codex hands the model instructions, settings and notices under the user's role, editors wrap a request in what is
open in them, and answers carry citations for Codex itself. The markers are reported by readers of such logs and
change between releases: a new one is a word in a table here.
"""

from __future__ import annotations

import re
from typing import Final

from memsyncd.core.formats.base import Noise
from memsyncd.core.noise.assistant import Reply
from memsyncd.core.noise.user import Cleaned

_MACHINE: Final = (
    "environment_context",
    "user_instructions",
    "apps_instructions",
    "plugins_instructions",
    "skills_instructions",
    "collaboration_mode",
    "multi_agent_mode",
    "user_shell_command",
    "subagent_notification",
    "turn_aborted",
    "hook_prompt",
    "heartbeat",
    "app-context",
    "environment-change",
    "permissions instructions",
)
"""Elements that only Codex writes, whoever's role they bear."""

_CONTEXT: Final = (
    *_MACHINE,
    "environment",
    "skill",
    "INSTRUCTIONS",
    "recommended_plugins",
    "model_switch",
    "personality_spec",
    "guardian_tool_descriptions",
    "realtime_conversation",
    "codex_internal_context",
)
"""Elements that are Codex's in what the model is told, and could be a person's in what was typed."""

_PREAMBLE: Final = "You are `/root`, the primary agent"
_INSTRUCTIONS: Final = "# AGENTS.md instructions"
_IMAGE: Final = re.compile(r"</?image\b[^>]*>\s*\Z")

_REQUEST: Final = re.compile(r"^## My request(?: for Codex)?:[ \t]*", re.MULTILINE)
_WRAPPED: Final = (
    "# Context from my IDE setup",
    "# Files mentioned by the user",
    "# Applications mentioned by the user",
    "# In app browser",
    "## My request",
)
"""First words of a request that an editor wrapped; words of a person's own before the heading stay."""

_CITATION: Final = ("<oai-mem-citation>", "</oai-mem-citation>")
_PLAN: Final = ("<proposed_plan>", "</proposed_plan>")
_TOOL_PROSE: Final = (
    ("[external_agent_tool_call", "[/external_agent_tool_call]"),
    ("[external_agent_tool_result", "[/external_agent_tool_result]"),
)
"""How tools that another agent used are told in a conversation that Codex imported: output of tools is no text."""

_IMPORT_MARK: Final = "<EXTERNAL SESSION IMPORTED>"

_SUMMARY_START: Final = "Another language model started to solve this problem"
_SUMMARY_HEAD_END: Final = "your own analysis:"


def typed_by_user(parts: list[str]) -> str:
    """The person's words in a user message to the model, "" when it holds none.

    ``parts`` are the texts of its content. Parts that Codex put in go; what stands behind such an element in the
    same part stays. Parts are joined without anything between them, as Codex does it.
    """
    return "".join(map(_without_context, parts))


def clean_user(text: str, _origin: str | None) -> Cleaned:
    """Judge one user message and take the editor's wrapping off. Cleaning what was cleaned changes nothing."""
    words = text.strip()
    if not words:
        return Cleaned("", "empty")
    while words and words[0] in "<#":
        if _only_elements(words):
            return Cleaned("", "context")
        request = _request(words)
        if request == words:
            break
        words = request
    return Cleaned(words) if words else Cleaned("", "context")


def clean_assistant(text: str) -> Reply:
    """Take off an answer what is for Codex alone. Cleaning what was cleaned changes nothing."""
    words = text.strip()
    if not words:
        return Reply("", "empty")
    while "<" in words or "[external" in words:
        cleaned = _without_markup(words)
        if cleaned == words:
            break
        words = cleaned
    return Reply(words) if words else Reply("", "machine")


def parts_of_answer(text: str) -> tuple[str, ...]:
    """An answer to the model taken apart as Codex does it for people: the words, and a plan when it proposes one.

    Each part turns up as an event or item of its own; they are what copies are recognised by.
    """
    if "<" not in text:
        return (text,)
    words, plans = _apart(_apart(text, *_CITATION)[0], *_PLAN)
    return tuple(part for part in (words, *plans) if part.strip())


def summary_of(message: str) -> str:
    """The summary in a compaction's message, without the words by which Codex hands it over."""
    if message.startswith(_SUMMARY_START):
        message = message.partition(_SUMMARY_HEAD_END)[2] or message
    return message.strip()


def _without_context(part: str) -> str:
    text = part.lstrip()
    if not text.startswith(("<", "#", _PREAMBLE)):
        return part
    if (
        text.startswith(_PREAMBLE)
        or (text.startswith(_INSTRUCTIONS) and "<INSTRUCTIONS>" in text)
        or _IMAGE.match(text)
    ):
        return ""
    behind = _behind_elements(text, _CONTEXT)
    if _leading(behind, _CONTEXT):  # cut off in the middle
        return ""
    return part if len(behind) == len(text) else behind


def _only_elements(text: str) -> bool:
    """Whether a text is nothing but elements that only Codex writes; one that is left open is a person's."""
    return not _behind_elements(text, _MACHINE)


def _behind_elements(text: str, tags: tuple[str, ...]) -> str:
    """What stands behind the complete elements that a text opens with."""
    at = 0
    while tag := _leading(text, tags, at):
        end = text.find(f"</{tag}>", at)
        if end < 0:
            break
        at = end + len(tag) + 3
        while text[at : at + 1].isspace():
            at += 1
    return text[at:]


def _leading(text: str, tags: tuple[str, ...], at: int = 0) -> str | None:
    """The element that stands at a place in a text, of those named."""
    if not text.startswith("<", at):
        return None
    return next((tag for tag in tags if text.startswith((f"{tag}>", f"{tag} "), at + 1)), None)


def _request(text: str) -> str:
    """The words behind the heading that an editor puts before a person's request."""
    found = _REQUEST.search(text) if text.startswith(_WRAPPED) else None
    return text[found.end() :].strip() if found else text


def _without_markup(text: str) -> str:
    if text == _IMPORT_MARK or _only_elements(text):
        return ""
    if _CITATION[0] in text:
        text = _apart(text, *_CITATION)[0]
    if _PLAN[0] in text:
        text = text.replace(_PLAN[0], "").replace(_PLAN[1], "")
    for start, end in _TOOL_PROSE:
        if start in text:
            text = _apart(text, start, end)[0]
    return text.strip()


def _apart(text: str, start: str, end: str) -> tuple[str, list[str]]:
    """What stands outside pairs of ``start`` and ``end``, and what inside; a start without an end is text."""
    outside, inside, at = [], [], 0
    while (begin := text.find(start, at)) >= 0 and (stop := text.find(end, begin + len(start))) >= 0:
        outside.append(text[at:begin])
        inside.append(text[begin + len(start) : stop])
        at = stop + len(end)
    outside.append(text[at:])
    return "".join(outside), inside


NOISE: Final = Noise(user=clean_user, assistant=clean_assistant, first=lambda _text: None)
