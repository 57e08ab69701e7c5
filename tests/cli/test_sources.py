from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from memsyncd.adapters.lock import exclusive
from memsyncd.cli.output import PROGRAMS
from memsyncd.core.formats.registry import FORMATS
from tests.builders import OpenClawHome, Transcript
from tests.builders.database import OpenClawDatabase
from tests.cli.transcripts import Ran, Stage, run
from tests.conformance import claude_code, codex, pi
from tests.conformance.conversation import CONVERSATION

DATABASE = ".openclaw/agents/main/agent/openclaw-agent.sqlite"


@pytest.fixture
def openclaw(stage: Stage) -> OpenClawHome:
    """An agent with two sessions, one in a group."""
    stage.openclaw.live(talk("s1"), "main")
    stage.openclaw.live(talk("s2"), "telegram:group:-100", chatType="group")
    return stage.openclaw


def talk(session: str, at: str = "2026-01-15T12:00:00Z") -> Transcript:
    return Transcript(session, at).opening().user(f"question of {session}").assistant(f"answer of {session}")


def other_agents(home: Path) -> None:
    """Claude Code, Codex and pi have been talked to."""
    claude_code.write(CONVERSATION, home / ".claude/projects")
    codex.write(CONVERSATION, home / ".codex")
    (home / ".pi/agent/sessions").mkdir(parents=True)
    pi.write(CONVERSATION, home / ".pi/agent/sessions")


def document(*arguments: str, code: int = 0) -> dict[str, Any]:
    ran = run("sources", "--json", *arguments)
    assert ran.code == code
    found: dict[str, Any] = json.loads(ran.out)
    return found


def configured(stage: Stage, text: str) -> tuple[str, str]:
    path = stage.root / "memsyncd.toml"
    path.write_text(f'[redaction]\nsecond_detector = "off"\n{text}')
    return "--config", str(path)


def lines(ran: Ran, start: str) -> list[str]:
    return [line for line in ran.out.splitlines() if line.strip().startswith(start)]


def test_every_kind_of_source_has_a_name_for_people() -> None:
    assert PROGRAMS.keys() == FORMATS.keys()


def test_each_source_is_counted(openclaw: OpenClawHome) -> None:
    (source,) = document()["sources"]
    counted = {name: source[name] for name in ("files", "in_database", "sessions", "turns", "messages", "days")}
    assert counted == {"files": 2, "in_database": 0, "sessions": 2, "turns": 4, "messages": 4, "days": 1}
    assert (source["name"], source["kind"], source["era"]) == ("openclaw/main", "openclaw", "session files")
    assert source["newest"] == "2026-01-15T13:02:00+01:00"
    assert source["folders"] == [str(openclaw.sessions)]
    assert source["memory_dir"] == str(openclaw.memory)
    assert source["problems"] == []


def test_files_that_are_not_read_and_sessions_that_stay_out_are_told_with_the_reason(
    stage: Stage, openclaw: OpenClawHome
) -> None:
    openclaw.trajectory(talk("s1"))
    openclaw.checkpoint(talk("s1"))
    openclaw.live(talk("s3"), "cron:nightly")
    config = configured(stage, '[[sources]]\nkind = "openclaw"\ninclude = ["direct"]\n')
    (source,) = document(*config)["sources"]
    assert source["skipped"] == {"trajectory": 1, "checkpoint": 1, "index": 1}
    assert source["excluded"] == {"chat type": 1, "cron": 1}
    assert (source["sessions"], source["messages"], source["others"]) == (1, 2, False)
    ran = run("sources", *config)
    assert lines(ran, "skipped") == ["  skipped   1 file (checkpoint), 1 file (trajectory), 1 file (index)"]
    assert lines(ran, "left out") == [
        "  left out  1 session (chat type), 1 session (cron)",
        "  left out  words of people who are not the owner",
    ]


def test_the_database_era_is_told_with_the_version_of_its_tables(stage: Stage) -> None:
    home = stage.openclaw
    with OpenClawDatabase(stage.root / DATABASE) as database:
        database.put(talk("s1"))
    (source,) = document()["sources"]
    assert (source["era"], source["files"], source["in_database"], source["messages"]) == ("database", 0, 1, 2)
    assert (source["version"], source["database"]["schema"], source["notes"]) == ("2026.9.6", 23, [])
    home.live(talk("s2"))
    (source,) = document()["sources"]
    assert (source["era"], source["files"], source["messages"]) == ("both", 1, 4)


def test_tables_of_a_version_that_is_not_known_are_read_and_told(stage: Stage) -> None:
    assert stage.openclaw.sessions.is_dir()
    with OpenClawDatabase(stage.root / DATABASE, schema=31) as database:
        database.put(talk("s1"))
    ran = run("sources")
    assert ran.code == 0
    (note,) = lines(ran, "note")
    assert "version 31, newer than those known" in note


def test_a_database_that_cannot_be_read_is_a_problem_with_advice(openclaw: OpenClawHome, stage: Stage) -> None:
    path = stage.root / DATABASE
    path.parent.mkdir()
    path.write_bytes(b"no database " * 100)
    ran = run("sources")
    assert ran.code == 5
    assert ran.err.count("cannot read OpenClaw's database") == 1
    assert "hint:" in ran.err
    assert lines(ran, "openclaw/main")[0].endswith("1 problem")
    (source,) = document(code=5)["sources"]
    assert [problem["error"] for problem in source["problems"]] == ["cannot read OpenClaw's database"]
    assert source["messages"] == 4


def test_a_source_without_logs_is_a_problem(stage: Stage) -> None:
    assert stage.openclaw.sessions.is_dir()
    ran = run("sources")
    assert ran.code == 5
    assert ran.err.count("there are no session logs") == 1


def test_problems_are_told_while_another_memsyncd_reads(stage: Stage, openclaw: OpenClawHome) -> None:
    path = stage.root / DATABASE
    path.parent.mkdir()
    path.write_bytes(b"no database " * 100)
    run("catch-up")
    with exclusive(stage.state / "lock"):
        ran = run("sources")
    assert ran.code == 5
    assert "cannot read OpenClaw's database" in ran.err
    assert lines(ran, "openclaw/main")[0].split()[3:7] == ["2", "4", "4", "1"]


def test_other_agents_are_sources_with_memory_of_their_own(stage: Stage, openclaw: OpenClawHome) -> None:
    other_agents(stage.root)
    found = document()
    assert [source["name"] for source in found["sources"]] == ["openclaw/main", "claude-code", "codex", "pi"]
    assert {source["messages"] for source in found["sources"][1:]} == {7}
    folders = [Path(source["memory_dir"]) for source in found["sources"]]
    own = stage.root / ".memsyncd/memory"
    assert folders == [openclaw.memory, own / "claude-code", own / "codex", own / "pi"]
    assert found["not_read"] == []


def test_agents_that_are_no_sources_are_named_with_the_reason(stage: Stage, openclaw: OpenClawHome) -> None:
    claude_code.write(CONVERSATION, stage.root / ".claude/projects")
    config = configured(stage, '[[sources]]\nkind = "openclaw"\n')
    others = document(*config)["not_read"]
    assert [(other["kind"], other["found"]) for other in others] == [
        ("claude-code", True),
        ("codex", False),
        ("pi", False),
    ]
    assert others[0]["why"] == "[[sources]] or the command line names others"
    assert others[1]["why"] == "there is no such folder"
    assert lines(run("sources", *config), "codex") == ["  codex        ~/.codex: there is no such folder"]


def test_without_any_source_it_says_where_it_looked(stage: Stage) -> None:
    ran = run("sources", env={"HOME": str(stage.root)})
    assert ran.code == 5
    assert ran.out.splitlines()[0] == "no sources"
    assert [line.split()[0] for line in ran.out.splitlines()[3:]] == ["openclaw", "claude-code", "codex", "pi"]
    assert document(code=5)["sources"] == []


# --- several agents ---


def test_no_agents_words_reach_another_agents_files(stage: Stage) -> None:
    """Two agents of one OpenClaw, each with its own workspace, and Claude Code beside them."""
    work = OpenClawHome(stage.root, agent="work")
    main = OpenClawHome(stage.root)
    workspace = stage.root / "workspace-of-work"
    (workspace / "memory").mkdir(parents=True)
    agents = {"list": [{"id": "main"}, {"id": "work", "workspace": str(workspace)}]}
    main.configure({"agents": {"defaults": {"workspace": str(main.workspace)}, **agents}})
    main.live(talk("s-main"), "main")
    work.live(talk("s-work"), "main")
    claude_code.write(CONVERSATION, stage.root / ".claude/projects")
    assert run("catch-up").code == 0
    main.append(talk("s-main", "2026-01-15T13:00:00Z").user("one more of s-main"))
    assert run("catch-up").code == 0
    texts = {
        folder: "".join(path.read_text() for path in sorted(folder.glob("*.md")))
        for folder in (main.memory, workspace / "memory", stage.root / ".memsyncd/memory/claude-code")
    }
    words = {"of s-main", "of s-work", "staging proxy"}
    assert [{one for one in words if one in text} for text in texts.values()] == [
        {"of s-main"},
        {"of s-work"},
        {"staging proxy"},
    ]
    assert all("agent " not in text.partition("## Session Flow")[2].splitlines()[1] for text in texts.values())


def test_a_shared_memory_names_the_agent_of_each_session(stage: Stage, openclaw: OpenClawHome) -> None:
    at = f"{CONVERSATION[0].at:%Y-%m-%d}"
    openclaw.live(talk("s3", f"{at}T12:00:00Z"))
    claude_code.write(CONVERSATION, stage.root / ".claude/projects")
    shared = (
        f'[[sources]]\nkind = "openclaw"\n[[sources]]\nkind = "claude-code"\nmemory_dir = "{openclaw.memory}"\n'
    )
    assert run("catch-up", *configured(stage, shared)).code == 0
    flow = (openclaw.memory / f"{at}.md").read_text().partition("## Session Flow")[2].partition("\n## ")[0]
    sessions = [line for line in flow.splitlines() if line.startswith("- ")]
    assert ["agent claude-code" in line for line in sessions] == [True, False]
    assert ["agent openclaw/main" in line for line in sessions] == [False, True]
