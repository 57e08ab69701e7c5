"""Dropping: messages in the user's role that no person wrote, and slash commands."""

import pytest

from memsyncd.core.noise import Cleaned, clean_user
from memsyncd.core.noise.commands import CARRIERS, SETTINGS
from tests.core.noise import shapes

MACHINE = [
    ("heartbeat", shapes.HEARTBEAT),
    ("heartbeat", "[OpenClaw heartbeat poll]"),
    ("heartbeat", "Follow the heartbeat monitor scratch context below."),
    ("heartbeat", "Run the following periodic tasks (only those due based on their intervals):\n\n- mail: check"),
    ("event", "[OpenClaw exec completion] done"),
    ("event", "[OpenClaw cron wake]"),
    ("event", "[OpenClaw session event] x"),
    ("flush", "Pre-compaction memory flush. Store durable memories only in memory/2026-05-01.md"),
    ("flush", "Pre-compaction memory flush turn."),
    ("flush", "Pre-compaction memory flush"),
    ("start", shapes.FRESH),
    ("start", "A new session was started via /new or /reset while bootstrap is still pending for this workspace."),
    ("start", f"[Startup context loaded by runtime]\nBEGIN_QUOTED_NOTES\nEND_QUOTED_NOTES\n\n{shapes.FRESH}"),
    ("start", "[OpenClaw session new]"),
    ("start", "[OpenClaw session reset]"),
    ("cron", "[cron:7f Backup] Check the disks"),
    ("cron", "[cron:7f Backup 2026-01-30 10:00 UTC] Check the disks"),
    ("cron", "A scheduled reminder has been triggered. The reminder content is:\n\nwater"),
    ("cron", "A scheduled cron event was triggered, but no event content was found."),
    ("exec", "An async command you ran earlier has completed. The result is shown above."),
    ("exec", "An async command the user already approved has completed."),
    ("exec", "An async command completion event was triggered"),
    ("exec", "Exec finished (gateway id=1, session=2, code 0)\nok"),
    ("exec", "exec finished (node=1, code 1)"),
    ("inter-session", "[Inter-session message] sourceSession=agent:main:main\nhello"),
    ("task", "[Internal task completion event]\nsource: subagent"),
    ("task", 'A background task "count files" just completed successfully.'),
    ("task", "A background task completed: count files"),
    ("task", 'A subagent task "count files" just timed out.'),
    ("task", "A completed subagent task is ready for user delivery."),
    ("task", "[Subagent Context] You are running as a subagent"),
    ("task", "[Subagent Task] Count the files"),
    ("runtime", "OpenClaw runtime event."),
    ("runtime", "OpenClaw runtime context for the immediately preceding user message."),
    ("runtime", "[System] Your previous turn was interrupted by a gateway restart while waiting."),
    ("placeholder", "(continue)"),
    ("media", "[User sent media without caption]"),
]


@pytest.mark.parametrize(("reason", "text"), MACHINE)
def test_machine_text_is_dropped_with_its_reason(reason, text):
    assert clean_user(text) == Cleaned("", reason)


@pytest.mark.parametrize(("reason", "text"), MACHINE)
def test_machine_text_behind_wrappers_is_dropped_too(reason, text):
    assert clean_user(f"{shapes.STAMP} {text}\n{shapes.TIME}") == Cleaned("", reason)
    assert clean_user(shapes.system(shapes.conversation(text))) == Cleaned("", reason)


@pytest.mark.parametrize(
    "text",
    [
        "Read HEARTBEAT.md and tell me what it says",
        "Pre-compaction memory flush is broken, why?",
        "A background task would be nice here",
        "A subagent task list, please",
        "Exec finished but nothing happened",
        "(continue) with the second part",
        "An async command would be better",
        "I got [OpenClaw heartbeat poll] in my chat",
        "A new session was started, why?",
        "Why does it say: Exec finished (code 0)",
        "[System] Please explain this tag",
    ],
)
def test_a_person_may_begin_a_sentence_with_the_same_words(text):
    assert clean_user(text) == Cleaned(text)


@pytest.mark.parametrize(
    "text",
    [
        "/new",
        "/reset",
        "/status",
        "/NEW",
        "/new@my_bot",
        "/prose",
        "/some_skill",
        "/dock-telegram",
        "/model x",
        "/model openai/gpt-6 --runtime codex -s",
        "/think high",
        "/think: high",
        "/t low",
        "/new gpt-5",
        "/new openai/gpt-6",
        "/reset soft",
        "/queue collect debounce:2s cap:25 drop:summarize",
        "/exec host=gateway security=full ask=off node=n1",
        "/config set messages.responsePrefix a b c",
        "/allowlist add dm telegram 4711",
        "/acp spawn codex --mode persistent",
        "/bash git log --oneline",
        "/btw why",
    ],
)
def test_a_command_is_dropped(text):
    assert clean_user(text) == Cleaned("", "command")
    assert clean_user(f"{shapes.STAMP} {text}\n[message_id: 5]") == Cleaned("", "command")


@pytest.mark.parametrize(
    "text",
    [
        "/home/me/file is broken",
        "/tmp is full",  # noqa: S108 - what a person typed
        "/usr/bin/env fails",
        "/etc/hosts",
        "/ what is this",
        "//comment",
        "/2026 plans",
        "/my-skill sort these files",
        "/newest files first, please",
        "/new/folder is missing here",
    ],
)
def test_a_path_or_an_unknown_word_with_text_is_the_persons(text):
    assert clean_user(text) == Cleaned(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/new please fix the build", "please fix the build"),
        ("/reset  what  did  we decide?", "what  did  we decide?"),
        ("/btw why is it slow", "why is it slow"),
        ("/steer 2 focus on the tests", "2 focus on the tests"),
        ("/tell 2 focus on the tests", "2 focus on the tests"),
        ("/queue and then the docs", "and then the docs"),
        ("/think high explain the parser\n\n- all of it", "high explain the parser\n\n- all of it"),
        ("/new gpt-5\nplease fix it", "gpt-5\nplease fix it"),
        ("/new https://example.com sum it up", "https://example.com sum it up"),
        ("/new@my_bot please fix it", "please fix it"),
        ("/stop doing that now", "doing that now"),
        ("/new привет", "привет"),
        ("/new 请看日志", "请看日志"),
        ("/status\nand how is the garden?", "and how is the garden?"),
        ("/config show\n\nthanks", "thanks"),
        ("/new /think high say it again", "high say it again"),
    ],
)
def test_words_behind_a_command_stay(text, words):
    assert clean_user(text) == Cleaned(words)


def test_no_command_is_in_both_tables():
    assert not CARRIERS & SETTINGS


@pytest.mark.parametrize("name", sorted(CARRIERS | SETTINGS))
def test_every_known_command_alone_or_with_one_word_is_dropped(name):
    assert clean_user(f"/{name}") == Cleaned("", "command")
    assert clean_user(f"/{name} on") == Cleaned("", "command")
