"""``memsyncd validate`` at work on a made-up home folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from memsyncd.cli import main
from memsyncd.errors import PROBLEMS_FOUND
from tests.builders import OpenClawHome, Transcript, line, user

Capture = pytest.CaptureFixture[str]

TOKEN = "ghp_" + hashlib.sha256(b"memsyncd").hexdigest()[:36]  # made here: no file of the repository holds one


@pytest.fixture
def home(tmp_path: Path) -> OpenClawHome:
    """One day with messages, and its file."""
    made = OpenClawHome(tmp_path / "home")
    made.live(Transcript().user("let's plan the harbour").assistant("We build the pier first."))
    assert main(["catch-up", "--quiet"]) == 0
    return made


@pytest.fixture
def file(home: OpenClawHome) -> Path:
    return home.memory / "2026-01-15.md"


def document(capsys: Capture, *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["validate", "--json", *arguments])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def issues(capsys: Capture, *arguments: str) -> list[tuple[str, str, str]]:
    found = document(capsys, *arguments)["folders"]
    return [(one["file"], one["severity"], one["check"]) for folder in found for one in folder["issues"]]


def test_what_catch_up_writes_is_in_order(home: OpenClawHome, capsys: Capture) -> None:
    capsys.readouterr()
    assert main(["validate"]) == 0
    assert capsys.readouterr().out == "~/.openclaw/workspace/memory\n  1 file checked: all in order\n"


def test_json_says_what_is_read_at_start_up(file: Path, capsys: Capture) -> None:
    (found,) = document(capsys)["folders"][0]["files"]
    assert (found["file"], found["day"], found["block"]) == ("2026-01-15.md", "2026-01-15", "intact")
    assert found["startup"] == {"characters": len(file.read_text()), "topics": "all", "decisions": "all"}


def test_the_text_that_is_read_at_start_up_can_be_shown(file: Path, capsys: Capture) -> None:
    capsys.readouterr()
    assert main(["validate", "2026-01-15", "--show-startup"]) == 0
    out = capsys.readouterr().out
    assert "characters are read when a session starts" in out
    assert "     # 2026-01-15 (Thursday)" in out
    (found,) = document(capsys, "--show-startup")["folders"][0]["files"]
    assert found["startup"]["text"] == file.read_text()


def test_an_error_gives_exit_code_5_and_its_line(file: Path, capsys: Capture) -> None:
    file.write_text(file.read_text().replace("(Thursday)", "(Friday)"))
    capsys.readouterr()
    assert main(["validate"]) == PROBLEMS_FOUND
    out = capsys.readouterr().out
    assert "  error  2026-01-15.md:1  the heading says Friday, 2026-01-15 was a Thursday" in out
    assert "1 file checked: 1 error" in out


def test_warnings_and_notes_leave_the_exit_code_at_0(home: OpenClawHome, capsys: Capture) -> None:
    home.note("2026-01-14.md", "x" * 17_000)
    home.note("2026-01-15 2.md", "a copy")
    home.note("2026-02-30.md", "a day that never comes")
    assert main(["validate"]) == 0
    assert issues(capsys) == [
        ("2026-01-14.md", "warning", "size"),
        ("2026-01-14.md", "note", "foreign"),
        ("2026-01-15 2.md", "warning", "copy"),
        ("2026-02-30.md", "warning", "name"),
    ]


def test_a_section_that_an_edit_pinned_is_noted(home: OpenClawHome, file: Path, capsys: Capture) -> None:
    file.write_text(file.read_text().replace("session messages*", "session messages, says Mira*"))
    (transcript,) = home.sessions.glob("*.jsonl")
    with transcript.open("ab") as log:
        log.write(line(user("one more", at="2026-01-15T20:00:00Z", id="ffffffff")))
    assert main(["catch-up"]) == 0
    assert issues(capsys) == [("2026-01-15.md", "note", "pinned")]


def test_damaged_markers_are_found(file: Path, capsys: Capture) -> None:
    file.write_text(file.read_text().replace("<!-- memsyncd:begin -->\n", ""))
    assert issues(capsys) == [("2026-01-15.md", "error", "markers")]


def test_a_secret_is_named_and_never_shown(file: Path, capsys: Capture) -> None:
    file.write_text(f"{file.read_text()}\n## Notes\nthe token is {TOKEN}\n")
    before = file.read_bytes()
    capsys.readouterr()
    assert main(["validate", "--verbose"]) == PROBLEMS_FOUND
    told = capsys.readouterr()
    line = file.read_text().splitlines().index(f"the token is {TOKEN}") + 1
    assert f"2026-01-15.md:{line}  GITHUB-TOKEN in hand-written text" in told.out
    assert TOKEN not in told.out + told.err + json.dumps(document(capsys))
    assert file.read_bytes() == before


def test_show_startup_shows_no_secret_either(file: Path, capsys: Capture) -> None:
    file.write_text(f"the token is {TOKEN}\n{file.read_text()}")
    capsys.readouterr()
    main(["validate", "--show-startup"])
    assert TOKEN not in capsys.readouterr().out
    assert TOKEN not in json.dumps(document(capsys, "--show-startup"))


def test_both_files_of_a_day_with_our_block_are_errors(home: OpenClawHome, file: Path, capsys: Capture) -> None:
    home.note("2026-01-15-memsyncd.md", file.read_text())
    assert {one[2] for one in issues(capsys)} == {"twice"}


def test_a_block_of_a_day_without_messages_is_an_orphan_only_where_logs_are_known(
    home: OpenClawHome, file: Path, capsys: Capture
) -> None:
    home.note("2026-01-10.md", file.read_text().replace("# 2026-01-15 (Thursday)", "# 2026-01-10 (Saturday)"))
    assert issues(capsys) == [("2026-01-10.md", "note", "orphan")]
    assert issues(capsys, "--memory-dir", str(home.memory)) == []


def test_leftovers_of_an_interrupted_write_are_warned_about(home: OpenClawHome, capsys: Capture) -> None:
    home.note(f".2026-01-15.md.{'0' * 16}-{'1' * 16}-abcdef01.memsyncd-swap", "somebody's line\n")
    ((name, severity, check),) = issues(capsys, "--memory-dir", str(home.memory))
    assert (name[:14], severity, check) == (".2026-01-15.md", "warning", "leftover")


@pytest.mark.parametrize("kind", ["symlink", "folder"])
def test_what_is_no_plain_file_is_an_error(home: OpenClawHome, capsys: Capture, kind: str) -> None:
    path = home.memory / "2026-01-14.md"
    path.symlink_to(home.note("elsewhere.md", "text")) if kind == "symlink" else path.mkdir()
    assert issues(capsys) == [("2026-01-14.md", "error", "unreadable")]


def test_the_files_of_several_folders_are_grouped(home: OpenClawHome, tmp_path: Path, capsys: Capture) -> None:
    second = OpenClawHome(tmp_path / "second")
    second.note("2026-01-20.md", "# 2026-01-20 (Friday)\n")
    config = tmp_path / "config.toml"
    tables = [
        f'[[sources]]\nname = "{name}"\nkind = "openclaw"\npath = "{one.sessions}"\nmemory_dir = "{one.memory}"\n'
        for name, one in (("one", home), ("two", second))
    ]
    config.write_text("\n".join(tables))
    capsys.readouterr()
    assert main(["validate", "--config", str(config)]) == PROBLEMS_FOUND
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "~/.openclaw/workspace/memory",
        str(second.memory),
    ]
    assert [folder["errors"] for folder in document(capsys, "--config", str(config))["folders"]] == [0, 1]


def test_a_memory_folder_alone_needs_no_logs_and_no_state(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "2026-01-15.md").write_bytes(b"# 2026-01-15 (Thursday)\n\ncaf\xe9\n")
    assert main(["validate", "--memory-dir", str(tmp_path)]) == PROBLEMS_FOUND
    assert "2026-01-15.md:3  not UTF-8: byte 0xe9" in capsys.readouterr().out
    assert list((tmp_path / "home").iterdir()) == []


def test_a_memory_folder_that_is_a_symlink_is_warned_about(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "memory").symlink_to(tmp_path / "real")
    assert issues(capsys, "--memory-dir", str(tmp_path / "memory")) == [(".", "warning", "symlink")]


def test_files_and_days_can_be_named(home: OpenClawHome, file: Path, tmp_path: Path, capsys: Capture) -> None:
    home.note("2026-01-14.md", "# 2026-01-13\n")
    other = tmp_path / "MEMORY.md"
    other.write_text(f"{TOKEN}\n")
    assert issues(capsys, "2026-01-15") == []
    assert issues(capsys, str(file)) == []
    wrong = [("2026-01-14.md", "note", "foreign"), ("2026-01-14.md", "error", "heading")]
    assert issues(capsys, str(home.memory / "2026-01-14.md")) == wrong
    assert issues(capsys, str(other), "2026-01-14") == [("MEMORY.md", "error", "secret"), *wrong]


def test_a_day_without_a_file_is_a_problem(home: OpenClawHome, capsys: Capture) -> None:
    capsys.readouterr()
    assert main(["validate", "2026-01-20"]) == PROBLEMS_FOUND
    assert capsys.readouterr().out == "2026-01-20: there is no file of this day\n"
    assert document(capsys, "2026-01-20", "2026-01-15")["missing"] == ["2026-01-20"]


def test_a_day_is_a_day_though_a_folder_has_its_name(
    home: OpenClawHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "2026-01-15").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["validate", "2026-01-15"]) == 0
    assert main(["validate", "today", "--json"]) == PROBLEMS_FOUND


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("nothing.md", "there is no such file"),
        ("sub/2026-01-15", "there is no such file"),
        ("2026-02-30", "2026-02 has 28 days"),
        ("nonsense", "neither a file nor a day"),
        (".", "name it with --memory-dir"),
    ],
)
def test_what_cannot_be_checked_is_a_usage_error(what: str, words: str, capsys: Capture) -> None:
    assert main(["validate", what]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path, capsys: Capture) -> None:
    assert main(["validate", "--memory-dir", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_an_empty_folder_and_one_still_to_come_are_said_plainly(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    assert main(["validate"]) == 0
    assert "there are no memory files" in capsys.readouterr().out
    home.memory.rmdir()
    assert main(["validate"]) == 0
    assert "there is no such folder yet" in capsys.readouterr().out
