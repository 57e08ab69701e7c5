"""Slash commands: which are orders to OpenClaw, and which carry a person's words.

The names are those of OpenClaw's slash-command documentation, 2026.1 to 2026.9, with their aliases.
"""

from __future__ import annotations

import re
from typing import Final

from memsyncd.core.noise.span import Span

# Commands that take a message, or that OpenClaw takes out of the message around them.
_CARRIERS: Final = (
    "agents btw commands compact crestodian dashboard diagnostics elev elevated exec fast goal handoff help id "
    "learn loop model new openclaw queue reason reasoning reset restart resume side skill status steer stop "
    "subagents t tasks tell think thinking trace unfocus update v verbose whoami"
)
# Commands whose line holds nothing but names and values.
_SETTINGS: Final = (
    "acp activation active-memory allowlist approve bash bot-help bot-logs bot-ping bot-upgrade bot-version card "
    "codex config context debug dock-discord dock-mattermost dock-slack dock-telegram dock_discord "
    "dock_mattermost dock_slack dock_telegram dreaming export export-session export-trajectory focus kill login "
    "mcp models name pair phone plugin plugins send session talkvoice tools trajectory tts usage voice"
)
CARRIERS: Final = frozenset(_CARRIERS.split())
SETTINGS: Final = frozenset(_SETTINGS.split())

_COMMAND: Final = re.compile(r"/(?P<name>[A-Za-z][A-Za-z0-9_-]*)(?:@\w+)?:?(?=\s|\Z)")
_OPTION: Final = r"(?:--?[A-Za-z]|[A-Za-z][\w.-]*[:=](?!//)\S)"
# Each repetition ends in whitespace that the next cannot begin with, so there is one way to match.
_THREE_WORDS: Final = re.compile(rf"(?:(?:{_OPTION}\S*+\s++)*+(?!{_OPTION})\S++(?:\s++|\Z)){{3}}")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def behind_command(span: Span) -> int | None:
    """Where the person's words behind the command at ``span.start`` begin: ``span.stop`` when there are none.

    None: it is no command, because it is a path or has words behind a name that OpenClaw does not know. One or two
    words behind a command name a model, a level or an id; three, or one that is not ASCII, are a sentence.
    """
    match = _COMMAND.match(span.text, span.start, span.stop)
    if not match:
        return None
    behind = span.skip_space(match.end())
    name = match["name"].lower()
    if behind == span.stop:
        return behind
    if name in SETTINGS:
        return span.skip_space(span.line_end(match.end()))
    if name not in CARRIERS:
        return None
    sentence = _THREE_WORDS.match(span.text, behind, span.stop) or _NOT_ASCII.search(span.text, behind, span.stop)
    return behind if sentence else span.stop
