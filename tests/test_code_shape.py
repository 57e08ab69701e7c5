"""The shape of the code itself: who may write files, how long things get, what a start costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memsyncd.cli import main
from tests.builders import OpenClawHome, Transcript

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "memsyncd").rglob("*.py"))

WRITERS = {
    "adapters/fileops.py": "the operations that the safe write is made of",
    "adapters/exchange.py": "exchanges two names",
    "adapters/swap.py": "the safe write of memory files",
    "adapters/leftovers.py": "the temporary files of the safe write",
    "adapters/files.py": "the door to all of these",
    "adapters/lock.py": "the lock file",
    "adapters/detector_worker.py": "points its own error output at nothing",
    "adapters/state.py": "sets an unreadable state file aside under another name",
    "adapters/store/sqlite.py": "makes the database file private before SQLite opens it",
    "adapters/watcher_observer.py": "the canary, by which it knows that it hears",
    "logs/handlers.py": "the log file",
    "cli/run.py": "wakes itself through a pipe",
    "demo.py": "the folders of the made-up logs, in a new folder",
    "cli/demo.py": "that new folder",
}
"""The only modules that change anything on disk, and what each of them changes."""

ON_PATHS = {
    "write_text", "write_bytes", "touch", "mkdir", "rmdir", "unlink", "rename", "symlink_to", "hardlink_to", "chmod",
}  # fmt: skip
IN_OS = {
    "open", "write", "pwrite", "truncate", "ftruncate", "rename", "renames", "replace", "remove", "unlink", "link",
    "symlink", "mkdir", "makedirs", "rmdir", "removedirs", "chmod", "fchmod", "chown", "fchown", "lchown", "utime",
}  # fmt: skip
WRITING_MODULES = {"shutil", "tempfile", "RotatingFileHandler"}

LONG_MODULES = {"model.py": "the vocabulary stands in one place"}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 60


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "memsyncd").as_posix()


def writes(tree: ast.AST) -> Iterator[str]:
    """The expressions of a module that change something on disk, as far as their look tells."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _writes(node):
            yield ast.unparse(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.name in WRITING_MODULES)


def _writes(call: ast.Call) -> bool:
    function = ast.unparse(call.func)
    if not isinstance(call.func, ast.Attribute):
        return function == "open" and _opened_to_write(call, place=1)
    if ast.unparse(call.func.value) == "os":
        return call.func.attr in IN_OS
    if call.func.attr == "open":
        return _opened_to_write(call, place=0)
    # A path is replaced with one argument; texts take two, dates and records take them by name.
    replaced = call.func.attr == "replace" and len(call.args) == 1 and not call.keywords
    return replaced or call.func.attr in ON_PATHS


def _opened_to_write(call: ast.Call, *, place: int) -> bool:
    modes = [*call.args[place : place + 1], *(word.value for word in call.keywords if word.arg == "mode")]
    return any(not isinstance(mode, ast.Constant) or {*str(mode.value)} & {*"wax+"} for mode in modes)


# --- who writes ---


def test_only_the_listed_modules_change_anything_on_disk() -> None:
    found = {name_of(path): list(writes(ast.parse(path.read_text("utf-8")))) for path in MODULES}
    # A set of changes in the store's writer has a method of the same name.
    found["adapters/store/writer.py"] = [
        text for text in found["adapters/store/writer.py"] if not text.startswith("changes.touch(")
    ]
    assert {name: texts for name, texts in found.items() if texts and name not in WRITERS} == {}


def test_no_module_is_listed_that_writes_nothing() -> None:
    idle = [name for name in WRITERS if not any(writes(ast.parse((ROOT / "memsyncd" / name).read_text("utf-8"))))]
    assert idle == []


@pytest.mark.parametrize(
    "code",
    [
        "open(path, 'w')",
        "open(path, mode='ab')",
        "open(path, how)",
        "path.open('x')",
        "path.open(mode='r+b')",
        "path.write_text(text)",
        "os.open(path, flags)",
        "os.replace(one, two)",
        "path.replace(other)",
        "path.unlink(missing_ok=True)",
        "import shutil",
        "from logging.handlers import RotatingFileHandler",
    ],
)
def test_what_writes_is_seen(code: str) -> None:
    assert list(writes(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "open(path)",
        "open(path, 'rb')",
        "path.open()",
        "path.open('rb')",
        "path.read_bytes()",
        "text.replace(old, new)",
        "moment.replace(tzinfo=UTC)",
        "replace(record, size=1)",
        "os.fstat(fd)",
    ],
)
def test_what_only_reads_is_not(code: str) -> None:
    assert list(writes(ast.parse(code))) == []


# --- how long things get ---


def test_no_module_is_too_long_to_be_read_at_one_sitting() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {
        name: lines for name, lines in lengths.items() if lines > MOST_LINES and name not in LONG_MODULES
    } == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                long += [(name_of(path), node.name, lines)] if lines > MOST_LINES_OF_A_FUNCTION else []
    assert long == []


# --- what a start costs ---


SLOW = ("structlog", "rich", "zstandard", "re2", "ahocorasick_rs", "json5", "tzlocal")
LOADED = "import sys\n%s\nprint(*(name for name in %r if name in sys.modules))"


def loaded_by(code: str) -> list[str]:
    """Which of the slow libraries a new interpreter has loaded after ``code``."""
    ended = subprocess.run(
        [sys.executable, "-c", LOADED % (code, SLOW)], capture_output=True, text=True, check=True
    )
    return ended.stdout.splitlines()[-1].split()


def test_importing_the_command_line_loads_no_slow_library() -> None:
    assert loaded_by("import memsyncd.cli") == []


def test_a_run_with_nothing_to_do_loads_no_slow_library(tmp_path: Path) -> None:
    OpenClawHome(tmp_path / "home").live(Transcript().user("hello").assistant("hi"))
    config = tmp_path / "config.toml"
    config.write_text("redaction.second_detector = 'off'\n")  # it may be installed where the new interpreter looks
    assert main(["catch-up", "--config", str(config)]) == 0
    again = f"from memsyncd.cli import main\nassert main(['catch-up', '--config', {str(config)!r}]) == 0"
    assert loaded_by(again) == []
    assert loaded_by("import json5, memsyncd.cli") == ["json5"]
