"""What happens in transcripts: each function lays something out, or changes it, on the stage it is given."""

from __future__ import annotations

from memsyncd.adapters.lock import exclusive
from tests.builders import Transcript
from tests.cli.transcripts import Stage
from tests.conformance import claude_code, codex
from tests.conformance.conversation import CONVERSATION

LEGACY = """# 2026-01-15 (Thursday)

*Auto-generated from 9 session messages*

## Topics Covered
- what the predecessor wrote

---

*Review and edit this draft to capture what's actually important.*

## My Notes
mine
"""

HOSTILE = "red \x1b[31malert\x1b[0m \x1b]0;owned\x07 \x9b2Jgone \u202edesrever"


def two_days(stage: Stage) -> None:
    """A session on Wednesday, one on Thursday."""
    stage.openclaw.live(wednesday(), key="main")
    stage.openclaw.live(thursday(), key="telegram:direct:7")


def a_group_and_a_trace(stage: Stage) -> None:
    """The agent is asked something in a group, too, and leaves the trace of a run behind."""
    group = Transcript("0c0c0000-0000-4000-8000-00000000000d", "2026-01-15T15:00:00Z").opening()
    group.user("When do we meet?", __openclaw={"senderIsOwner": False, "senderName": "Bob"}).assistant("At six.")
    stage.openclaw.live(group, key="telegram:group:-100", chatType="group", channel="telegram")
    stage.openclaw.trajectory(group)


def other_agents(stage: Stage) -> None:
    """Claude Code and Codex have been talked to."""
    claude_code.write(CONVERSATION, stage.root / ".claude" / "projects")
    codex.write(CONVERSATION, stage.root / ".codex")


def direct_only(stage: Stage) -> None:
    """A configuration that keeps groups out, and reads nothing but OpenClaw."""
    text = '[[sources]]\nkind = "openclaw"\ninclude = ["direct"]\n'
    (stage.root / "direct.toml").write_text(text, "utf-8")


def logs_vanish(stage: Stage) -> None:
    """Somebody deletes all that OpenClaw's agent has said."""
    for path in stage.openclaw.sessions.iterdir():
        path.unlink()


def one_more_message(stage: Stage) -> None:
    """Thursday's session goes on."""
    transcript = thursday().user("One more: archive the old folder.")
    stage.openclaw.live(transcript)


def broken_lines(stage: Stage) -> None:
    """Thursday's log gains two lines that nobody can read."""
    with stage.openclaw.path(thursday()).open("ab") as file:
        file.write(b'{"type":"message","id":\n\xff\xfe\x00 not JSON\n')


def wednesday_vanishes(stage: Stage) -> None:
    """OpenClaw prunes the older log."""
    stage.openclaw.path(wednesday()).unlink()


def end_marker_lost(stage: Stage) -> None:
    """Somebody cuts off the end of Thursday's block."""
    path = stage.memory / "2026-01-15.md"
    head, _, _ = path.read_text("utf-8").partition("<!-- memsyncd:end")
    path.write_text(head, "utf-8")


def note_in_thursday(stage: Stage) -> None:
    """A person writes below the block and inside it."""
    path = stage.memory / "2026-01-15.md"
    text = path.read_text("utf-8").replace(
        "## Key Decisions\n", "## Key Decisions\n- I call the tax office on Monday.\n"
    )
    path.write_text(f"{text}\n## My Notes\ncall Ada\n", "utf-8")


def predecessors_file(stage: Stage) -> None:
    """Thursday has a file that a predecessor of ours generated."""
    stage.openclaw.note("2026-01-15.md", LEGACY)


def no_logs_yet(stage: Stage) -> None:
    """OpenClaw is installed and has never been talked to."""
    assert not any(stage.openclaw.sessions.iterdir())


def newer_openclaw(stage: Stage) -> None:
    """OpenClaw is a version that keeps the hash of every memory file that its tools wrote."""
    config = {
        "agents": {"defaults": {"workspace": str(stage.openclaw.workspace), "userTimezone": "Europe/Berlin"}}
    }
    stage.openclaw.configure({**config, "meta": {"lastTouchedVersion": "2026.7.35"}})


def hostile_words(stage: Stage) -> None:
    """Somebody pastes terminal control sequences into the conversation."""
    stage.openclaw.live(Transcript("0dd00000-0000-4000-8000-00000000000c", "2026-01-16T09:00:00Z").user(HOSTILE))


def two_plain_folders(stage: Stage) -> None:
    """Logs and memory lie outside of any OpenClaw folder."""
    thursday().write(stage.root / "logs" / "5e551011-0000-4000-8000-00000000000b.jsonl")
    (stage.root / "notes").mkdir()


def wrong_config(stage: Stage) -> None:
    """A configuration with several mistakes."""
    lines = ["timezone = 'Mars/Olympus'", "colour = 'red'", "[memory]", "forign = 'append'", "name = 'weekly'"]
    (stage.root / "wrong.toml").write_text("\n".join(lines) + "\n", "utf-8")


def own_config(stage: Stage) -> None:
    """A small configuration of the person's own."""
    text = "timezone = 'America/New_York'\n\n[memory]\nname = 'sidecar'\n"
    (stage.root / "own.toml").write_text(text, "utf-8")


def at_work(stage: Stage) -> None:
    """Another memsyncd holds the lock until the end."""
    stage.stack.enter_context(exclusive(stage.state / "lock"))


def state_file_broken(stage: Stage) -> None:
    """A disk full of zeros has struck the state file."""
    (stage.state / "state.json").write_bytes(b"\0" * 64)


def wednesday() -> Transcript:
    """Two messages and a command, 10:00 in Berlin."""
    talk = Transcript("0a11ce00-0000-4000-8000-00000000000a", "2026-01-14T09:00:00Z").opening()
    talk.user("Shall we keep the release on Friday?")
    talk.tool("exec", {"command": "make check"}, "42 passed", exit_code=0)
    return talk.assistant("Yes. We decided to keep the release on Friday.")


def thursday() -> Transcript:
    """Four messages, 10:00 in Berlin, the last answered by another model."""
    talk = Transcript("0b0b0000-0000-4000-8000-00000000000b", "2026-01-15T09:00:00Z").opening()
    talk.user("Move the invoices of 2025 into a folder of their own.").assistant("Moved 12 invoices.")
    return talk.user("And the receipts?").assistant("Moved 7 receipts.", provider="openai", model="gpt-5.2")
