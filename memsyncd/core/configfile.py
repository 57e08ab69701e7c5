"""The configuration file as people read it: every key with a word on what it does.

Pure layout: keys and values in, TOML text out. What the keys mean to the program is :mod:`memsyncd.config`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import starmap

import tomli_w

HEAD = """\
# memsyncd's configuration. Every key is optional and stands here with its default or with what was found.
# An empty text means the same as a key left out. ~ and $NAME in paths are filled in from the environment.
# Secrets do not belong here."""

_WIDTH = 110  # characters, beyond which a list has a line for each item

WORDS: Mapping[str, str] = {
    "timezone": "IANA zone of the days, such as \"Europe/Berlin\"; empty: the agent's own, else the system's",
    "state_dir": "folder of memsyncd's own state; empty: $MEMSYNCD_STATE_DIR, else the platform's folder",
    "sources": "The logs of one agent; repeat the table for more. Without any, installed agents are discovered.",
    "sources.name": "what reports call it, unique; empty: made from kind and agent",
    "sources.kind": '"openclaw", "claude-code", "codex" or "pi"; empty: told from the path',
    "sources.path": "its sessions folder, or an agent's folder, or a whole state folder; empty: discovered",
    "sources.agent": "agent id; empty: every agent that the path holds",
    "sources.memory_dir": "folder of its memory files; empty: memory in the workspace of OpenClaw's agent, of\n"
    "others ~/.memsyncd/memory/NAME; sources that name one folder share a memory, which then names the agents",
    "sources.include": 'OpenClaw only: conversations with one person ("direct"), in groups ("group"), in\n'
    'channels ("channel"), and the words of people who are not the agent\'s owner ("others")',
    "memory": "The memory files.",
    "memory.name": '"daily": YYYY-MM-DD.md; "sidecar": YYYY-MM-DD-memsyncd.md; "auto": sidecar for an OpenClaw\n'
    "that distrusts outside edits of its own daily file (2026.7.33 and later), daily everywhere else",
    "memory.foreign": 'daily file without our block: "append" adds the block at its end, "sidecar" leaves it be',
    "memory.adopt_legacy": "take over generated files that have the usual header and footer but no markers",
    "memory.sparse_bytes": "compare: a file of others is sparse below this many bytes ...",
    "memory.sparse_bytes_per_message": "... or below this many bytes for each message of its day",
    "history": "What memory files held before they were replaced: memsyncd history, memsyncd undo.",
    "history.versions": "versions kept of each file, and always the newest in which someone else had written",
    "history.days": "... and for how many days",
    "history.keep_all": "also keep versions in which nobody else had written",
    "watch": "When memsyncd run writes a day after its logs changed.",
    "watch.quiet_seconds": "after this many seconds without a further change ...",
    "watch.ceiling_seconds": "... at the latest this many seconds after the first one",
    "watch.reconcile_seconds": "how often all files are looked at, whatever was heard; 0: never",
    "watch.poll": '"auto": the system tells what changes, and where it cannot we look; "always": we look',
    "schedule": "What memsyncd run does at a time of day, in the zone of the days.",
    "schedule.nightly": "go through everything once, prune the history; empty: never",
    "redaction": "What is taken for a secret: packaged rules (docs/SECRET_PATTERNS.md), and what stands here.",
    "redaction.rules": "rule files of your own in gitleaks' format",
    "redaction.allow": "regular expressions: a secret in which one of them is found is none",
    "redaction.disable": "ids of rules that do not run",
    "redaction.pii": 'personal data to replace as well: "card", "iban", "ssn", "phone", "email"',
    "redaction.known_variables": "environment variables whose values are secret anywhere; * is anything",
    "redaction.known_files": "files whose values are secret: one a line, also as NAME=value",
    "redaction.second_detector": '"auto": what leaves for a file or a model passes kingfisher too, when the\n'
    'extra redact is installed; "off": never',
    "redaction.fingerprints": "show in each placeholder six digits that tell equal secrets from different ones",
    "store": "The database of redacted turns.",
    "store.path": "SQLite file; empty: store.sqlite in the state folder",
    "log": "What memsyncd says about its own work.",
    "log.level": '"debug", "info", "warning" or "error"',
    "log.format": '"json", "console" or "auto": console on a terminal, JSON lines elsewhere',
    "log.file": "empty: standard error",
    "log.metrics_file": "the figures of memsyncd status for Prometheus: a file ending in .prom in the folder of\n"
    "node_exporter's textfile collector; empty: none",
}
"""What each table and key is for, by dotted key."""

_MORE_EXAMPLES: Mapping[str, str] = {
    "sources": """\
# Two more examples: Claude Code, which shares a memory with OpenClaw's agent; and every agent of an OpenClaw
# that was copied from another machine, without its groups.
#[[sources]]
#kind = "claude-code"
#memory_dir = "~/.openclaw/workspace/memory"
#
#[[sources]]
#path = "~/laptop/.openclaw"
#include = ["direct", "others"]""",
}


def commented_toml(values: Mapping[str, object], example: Mapping[str, object]) -> str:
    """Write ``values`` as TOML with a comment on every key, which needs its entry in WORDS.

    ``values`` maps a key to a plain value, to a table (a mapping) or to a tuple of tables; None is written as an
    empty text. A tuple without tables is shown as the table ``example``, commented out; of several only the first
    has the comments.
    """
    plain = {key: value for key, value in values.items() if not isinstance(value, Mapping | tuple)}
    parts = [HEAD, _keys("", plain)]
    for key, value in values.items():
        if isinstance(value, Mapping):
            parts.append(_table(key, f"[{key}]", value))
        elif isinstance(value, tuple):
            first, *others = value or (example,)
            tables = [_table(key, f"[[{key}]]", first)]
            tables += ["\n".join([f"[[{key}]]", *starmap(_line, other.items())]) for other in others]
            parts += tables if value else map(_commented_out, tables)
            parts += [_MORE_EXAMPLES[key]] if key in _MORE_EXAMPLES else []
    return "\n\n".join(parts) + "\n"


def _table(name: str, header: str, keys: Mapping[str, object]) -> str:
    return f"{_comment(WORDS[name])}\n{header}\n{_keys(f'{name}.', keys)}"


def _keys(prefix: str, keys: Mapping[str, object]) -> str:
    return "\n".join(f"{_comment(WORDS[prefix + key])}\n{_line(key, value)}" for key, value in keys.items())


def _line(key: str, value: object) -> str:
    line = tomli_w.dumps({key: "" if value is None else value}).rstrip("\n")
    first, *items = line.split("\n")
    alone = first + " ".join(item.strip() for item in items[:-1]).removesuffix(",") + "".join(items[-1:])
    return alone if len(alone) <= _WIDTH else line


def _comment(text: str) -> str:
    return "\n".join(f"# {line}" for line in text.split("\n"))


def _commented_out(table: str) -> str:
    """Put a comment sign before what is not a comment yet."""
    return "\n".join(line if line.startswith("#") else f"#{line}" for line in table.split("\n"))
