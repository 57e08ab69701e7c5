"""Innocent text: made-up conversation, tool calls, histories and ids; real code and documentation of this Python.

Whatever is found in it is a false positive, apart from what a reader sees to be a real example of a secret.
"""

from __future__ import annotations

import json
import sysconfig
from collections.abc import Callable, Iterator
from hashlib import sha1
from pathlib import Path
from random import Random

from benchmarks.redaction.lookalikes import identifiers
from benchmarks.words import Words
from tests.core.redact.shapes import ALNUM, HEX, draw

_SKIPPED = {"test", "tests", "idle_test", "__pycache__", "site-packages", "lib2to3"}


_HISTORY = """\
commit {commit}
Merge: {short} {other}
Author: Bob <{who}@example.org>
Date:   Thu Jan 15 10:12:{second} 2026 +0100

    {subject}

    Reverts {reverted}. See #{issue} and {topic}.

{files}
index {short}..{other} 100644
"""


def conversation(seed: int) -> Iterator[str]:
    """Messages of people and models, without end."""
    words = Words(Random(f"conversation/{seed}"))
    while True:
        words.next_day()
        yield from (words.prose(words.rng.expovariate(1 / 400)) for _ in range(100))


def tool_calls(seed: int) -> Iterator[str]:
    """Calls of tools as records in JSON, and what the tools print, without end."""
    words = Words(Random(f"tools/{seed}"))
    rng = words.rng
    while True:
        first, second, third = words.some(3)
        arguments = {
            "command": f"grep -rn '{first}' src/{second}/ | head -{rng.randint(5, 50)}",
            "timeout_ms": rng.randint(1, 9) * 1000,
        }
        call = {
            "type": "tool_use",
            "id": f"toolu_01{draw(rng, ALNUM, 22)}",
            "name": rng.choice(("exec", "read", "edit")),
            "input": arguments,
        }
        result = {"tool_use_id": call["id"], "content": words.listing(rng.expovariate(1 / 900)), "is_error": False}
        usage = {
            "input_tokens": rng.randint(100, 90000),
            "output_tokens": rng.randint(10, 4000),
            "path": f"/home/bob/{second}/{third}_v{rng.randint(1, 9)}.py",
        }
        yield "\n".join(json.dumps(record) for record in (call, result, usage))


def histories(seed: int) -> Iterator[str]:
    """What ``git log --stat`` prints, without end."""
    words = Words(Random(f"git/{seed}"))
    rng = words.rng
    while True:
        commit = sha1(rng.randbytes(8)).hexdigest()  # noqa: S324 - what git calls a commit
        first, second, third = words.some(3)
        files = "\n".join(
            f" src/{first}/{name}_{rng.randint(1, 40)}.py | {rng.randint(1, 90)} ++++---"
            for name in words.some(rng.randint(1, 6))
        )
        yield _HISTORY.format(
            commit=commit,
            short=commit[:7],
            other=commit[7:14],
            who=first,
            second=rng.randint(10, 59),
            subject=f"{second}: {words.text(60)}",
            reverted=commit[14:26],
            issue=rng.randint(1, 9999),
            topic=third,
            files=files,
        )


def ids(seed: int) -> Iterator[str]:
    """Lines of a log that are full of identifiers, without end."""
    rng = Random(f"ids/{seed}")
    words = Words(rng)
    while True:
        listed = list(identifiers(rng))
        yield "\n".join(
            f"10:12:{rng.randint(10, 59)} {words.some(1)[0]} {text} [{draw(rng, HEX, 8)}]"
            for _, text in rng.sample(listed, 12)
        )


def code(seed: int) -> Iterator[str]:
    """The modules of Python's standard library, in an order drawn from the seed."""
    yield from _files(Path(sysconfig.get_path("stdlib")), "*.py", seed)


def documentation(seed: int) -> Iterator[str]:
    """Descriptions of the installed packages, and the language reference that comes with Python."""
    yield from _files(Path(sysconfig.get_path("purelib")), "METADATA", seed)
    yield from _files(Path(sysconfig.get_path("stdlib")) / "pydoc_data", "topics.py", seed)


def _files(folder: Path, pattern: str, seed: int) -> Iterator[str]:
    found = sorted(path for path in folder.rglob(pattern) if not _SKIPPED & set(path.relative_to(folder).parts))
    Random(f"files/{seed}").shuffle(found)
    for path in found:
        yield path.read_text("utf-8", errors="replace")


KINDS: dict[str, Callable[[int], Iterator[str]]] = {
    "conversation": conversation,
    "tool calls": tool_calls,
    "git logs": histories,
    "ids": ids,
    "code": code,
    "documentation": documentation,
}


def gathered(kind: str, seed: int, megabytes: float) -> list[str]:
    """Texts of one kind, about that much of them or as much as there is."""
    texts, size = [], 0
    for text in KINDS[kind](seed):
        texts.append(text)
        size += len(text)
        if size >= megabytes * 1e6:
            break
    return texts
