from __future__ import annotations

from typing import Any

import pytest

from memsyncd.core.conversation import Conversation
from memsyncd.core.facts import Carry, Facts, Keys
from memsyncd.core.formats.openclaw import decode
from memsyncd.model import Session, Turn
from tests.builders import (
    Transcript,
    call_block,
    compaction,
    custom,
    line,
    millis,
    model_change,
    reset_entry,
    session_info,
    tokens,
)
from tests.hidden import hide

KEYS = Keys(b"k" * 32)
HEARTBEAT = "Read HEARTBEAT.md if it exists (workspace context). Follow it strictly."


def read(
    transcript: Transcript, session: Session | None = None, *, pause_after: int | None = None, others: bool = True
) -> Facts:
    """What a transcript yields; with ``pause_after`` it is read in two goes, through a stored carry."""
    session = session or Session(id=transcript.session)
    conversation = Conversation(session, Carry(), keys=KEYS, redact=hide, others=others)
    facts = [conversation.take()]
    for number, entry in enumerate(transcript.entries):
        if number == pause_after:
            facts.append(conversation.take())
            conversation = Conversation(facts[-1].session, conversation.carry, keys=KEYS, redact=hide)
        conversation.feed(decode(line(entry).rstrip()))
    return joined([*facts, conversation.take()])


def joined(parts: list[Facts]) -> Facts:
    whole = Facts(session=parts[-1].session)
    for part in parts:
        for name in ("turns", "tools", "outcomes", "events", "muted_turns", "muted_tools"):
            getattr(whole, name).extend(getattr(part, name))
        whole.redactions += part.redactions
        whole.undated += part.undated
    return whole


def kept(facts: Facts) -> list[Turn]:
    """The turns that the store would end up with, by key and without the muted ones."""
    turns = {key: turn for key, turn in reversed(facts.turns) if key not in facts.muted_turns}
    return sorted(turns.values(), key=lambda turn: turn.at)


def words(facts: Facts) -> list[str]:
    return [turn.text for turn in kept(facts) if turn.kind == "talk"]


def test_what_was_said_becomes_turns_in_order() -> None:
    facts = read(Transcript().opening().user("Deploy on Friday?").assistant("Yes, Friday."))
    assert words(facts) == ["Deploy on Friday?", "Yes, Friday."]
    assert [turn.role for turn in kept(facts)] == ["user", "assistant"]
    assert kept(facts)[1].model == "claude-sonnet-4-5"


def test_the_header_tells_when_the_session_started_and_from_what() -> None:
    facts = read(Transcript("s1", parent="/x/agents/main/sessions/s0.jsonl").user("hi"))
    assert (facts.session.started, facts.session.parent) == (millis("2026-01-15T12:00:00Z"), "s0")


def test_a_file_without_header_starts_with_its_first_message() -> None:
    facts = read(Transcript(bare=True).user("hi", at="2026-02-01T08:00:00Z"))
    assert facts.session.started == millis("2026-02-01T08:00:00Z")


def test_a_title_is_kept_redacted() -> None:
    assert read(Transcript().add(session_info, "pw hunter2")).session.title == "pw [REDACTED-PASSWORD]"


def test_secrets_are_replaced_before_anything_is_kept_and_counted() -> None:
    facts = read(Transcript().user("it is hunter2").assistant("got hunter2"))
    assert words(facts) == ["it is [REDACTED-PASSWORD]", "got [REDACTED-PASSWORD]"]
    assert facts.redactions == 2


# --- dedupe keys ---


def test_a_rewritten_suffix_has_the_keys_of_the_first_writing() -> None:
    transcript = Transcript().user("one").assistant("two").user("three").assistant("four")
    transcript.rewrite(2, at="2026-01-16T12:00:00Z")
    facts = read(transcript)
    assert len(facts.turns) == 7
    assert words(facts) == ["one", "two", "three", "four"]


def test_equal_words_at_different_times_are_different_turns() -> None:
    assert words(read(Transcript().user("again").user("again"))) == ["again", "again"]


def test_equal_times_with_different_words_or_roles_are_different_turns() -> None:
    at = "2026-01-15T12:00:00Z"
    facts = read(Transcript().user("a", at=at).user("b", at=at).assistant("a", at=at))
    assert sorted(words(facts)) == ["a", "a", "b"]


def test_white_space_does_not_make_a_new_turn() -> None:
    assert KEYS.turn("user", 1, "a  b\n") == KEYS.turn("user", 1, "a b")


def test_a_key_rests_on_the_words_as_they_are_logged_not_as_they_are_cleaned() -> None:
    """The noise rules grow with every release; a log that is read again must give the keys it gave before."""
    at = "2026-01-15T12:00:00Z"
    text = "[message_id: 77]\nbuy milk"
    ((key, turn),) = read(Transcript().user(text, at=at)).turns
    assert turn.text == "buy milk"
    assert key == KEYS.turn("user", millis(at), text)


def test_keys_depend_on_the_secret_of_the_store() -> None:
    assert Keys(b"x" * 32).turn("user", 1, "a") != KEYS.turn("user", 1, "a")


def test_two_steps_without_words_at_one_time_are_told_apart_by_their_calls() -> None:
    at = "2026-01-15T12:00:00Z"
    calls = [[call_block("exec", {"command": "ls"}, f"call_{n}")] for n in (1, 2)]
    facts = read(Transcript().assistant(at=at, calls=calls[0]).assistant(at=at, calls=calls[1]))
    assert len({key for key, _ in facts.turns}) == 2


# --- heartbeats and other machine talk ---


def test_a_heartbeat_leaves_nothing_but_its_usage() -> None:
    facts = read(Transcript().user(HEARTBEAT).assistant("HEARTBEAT_OK", usage=tokens(900, 3)))
    assert words(facts) == []
    assert [(turn.kind, turn.usage.input) for turn in kept(facts) if turn.usage] == [("noise", 900)]


def test_a_custom_heartbeat_prompt_is_known_by_its_answer() -> None:
    transcript = Transcript().user("Real question").assistant("Real answer").user("Check the oven.")
    transcript.tool("exec", {"command": "oven --check"}, exit_code=0).assistant("HEARTBEAT_OK")
    facts = read(transcript)
    assert words(facts) == ["Real question", "Real answer"]
    assert [key for key, _ in facts.tools] == facts.muted_tools


def test_a_heartbeat_is_taken_back_even_when_its_answer_comes_in_a_later_read() -> None:
    transcript = Transcript().user("Check the oven.").assistant("HEARTBEAT_OK")
    assert words(read(transcript, pause_after=2)) == []


def test_an_acknowledgement_of_a_poll_that_was_not_stored_takes_nothing_back() -> None:
    facts = read(Transcript().user("Buy milk").assistant("Done.").assistant("HEARTBEAT_OK"))
    assert words(facts) == ["Buy milk", "Done."]


def test_a_heartbeat_with_news_keeps_the_news() -> None:
    facts = read(Transcript().user(HEARTBEAT).assistant("The disk is full: " + "details " * 60))
    assert len(words(facts)) == 1


def test_a_short_remark_beside_the_acknowledgement_of_a_poll_is_dropped() -> None:
    facts = read(Transcript().user(HEARTBEAT).assistant("Nothing new. HEARTBEAT_OK"))
    assert words(facts) == []


def test_a_person_is_not_unheard_because_an_answer_ends_in_the_token() -> None:
    facts = read(Transcript().user("How is the build?").assistant("Green.\nHEARTBEAT_OK"))
    assert words(facts) == ["How is the build?", "Green."]


def test_a_flush_leaves_neither_prompt_nor_answer() -> None:
    facts = read(Transcript().user("Pre-compaction memory flush. Store memories.").assistant("Saved two notes."))
    assert words(facts) == []


def test_no_reply_is_no_message() -> None:
    assert words(read(Transcript().user("fyi").assistant("NO_REPLY"))) == ["fyi"]


def test_injected_answers_count_as_nothing() -> None:
    transcript = Transcript().user("hi").assistant("notice", provider="openclaw", model="gateway-injected")
    transcript.assistant("old notice", provider=None, model=None, stop="injected")
    assert [turn.text for turn in kept(read(transcript))] == ["hi"]


# --- delivery mirrors ---

MIRROR: dict[str, Any] = {"provider": "openclaw", "model": "delivery-mirror"}


def test_the_copy_of_a_delivered_answer_is_dropped() -> None:
    assert words(read(Transcript().user("hi").assistant("Hello!").assistant("Hello!", **MIRROR))) == [
        "hi",
        "Hello!",
    ]


def test_a_mirror_that_comes_before_the_answer_gives_way_to_it() -> None:
    facts = read(Transcript().user("hi").assistant("Hello!", **MIRROR).assistant("Hello!"))
    assert words(facts) == ["hi", "Hello!"]
    assert kept(facts)[-1].model == "claude-sonnet-4-5"


def test_a_mirror_without_an_answer_is_the_answer_but_no_models() -> None:
    facts = read(Transcript().user("hi").assistant("Sent by tool.", **MIRROR))
    assert words(facts) == ["hi", "Sent by tool."]
    assert kept(facts)[-1].model is None


def test_the_same_words_in_another_exchange_are_no_copy() -> None:
    transcript = Transcript().user("hi").assistant("Hello!").user("hi again").assistant("Hello!", **MIRROR)
    assert words(read(transcript)) == ["hi", "Hello!", "hi again", "Hello!"]


# --- whole sessions ---


@pytest.mark.parametrize("first", ["[cron:3f2a backup] Run it", "[Subagent Task] Look it up"])
def test_a_session_begun_by_a_machine_stays_out_by_its_content(first: str) -> None:
    facts = read(Transcript().user(first).assistant("Done."))
    assert facts.session.excluded
    assert not facts.turns


def test_only_the_first_user_message_judges_the_session() -> None:
    facts = read(Transcript().user("hi").assistant("Hello").user("[cron:3f2a backup] Run it").assistant("Ran it."))
    assert facts.session.excluded is None
    assert words(facts) == ["hi", "Hello", "Ran it."]


CRON_FIRST = "[cron:3f2a backup] Run it"


def test_a_session_known_by_a_persons_key_stays_whatever_it_begins_with() -> None:
    """Wake-ups land in the person's own chat too; content judges only where no key does."""
    known = Session(id="s", key="agent:main:main")
    facts = read(Transcript("s").user(CRON_FIRST).assistant("Ran it.").user("thanks"), known)
    assert (facts.session.excluded, words(facts)) == (None, ["Ran it.", "thanks"])


def test_a_session_read_before_is_not_judged_by_where_its_log_begins_now() -> None:
    """Cutting a log at its front must not make a machine's session of a person's chat."""
    known = Session(id="s", started=millis("2026-01-15T08:00:00Z"))
    facts = read(Transcript("s").user(CRON_FIRST).assistant("Ran it.").user("thanks"), known)
    assert (facts.session.excluded, words(facts)) == (None, ["Ran it.", "thanks"])


def test_a_first_read_that_was_interrupted_still_judges() -> None:
    facts = read(Transcript("s").opening().user(CRON_FIRST).assistant("Ran it."), pause_after=3)
    assert facts.session.excluded == "cron"


def test_a_dreaming_run_takes_the_whole_session_out_however_late_it_shows() -> None:
    dream = {"runId": "dreaming-narrative-light-1"}
    transcript = Transcript().user("Write a diary").assistant("Dear diary")
    facts = read(transcript.add(custom, "openclaw:bootstrap-context:full", dream).user("more"))
    assert (facts.session.excluded, facts.turns) == ("dreaming", [])


def test_a_session_known_to_stay_out_yields_nothing() -> None:
    facts = read(Transcript("s").user("hi"), Session(id="s", excluded="cron"))
    assert not facts.turns


# --- tools, events, time ---


def test_a_call_and_its_result_meet_by_the_time_of_the_call() -> None:
    facts = read(Transcript().user("go").tool("exec", {"command": "ls  /x\n"}, "ls: no such file", exit_code=2))
    (key, tool), (outcome,) = facts.tools[0], facts.outcomes
    assert (tool.name, tool.command) == ("exec", "ls /x")
    assert (outcome.key, outcome.exit_code, outcome.failed, outcome.error) == (key, 2, True, "ls: no such file")


def test_a_result_in_a_later_read_still_finds_its_call() -> None:
    transcript = Transcript().user("go").tool("exec", {"command": "ls"}, exit_code=0)
    facts = read(transcript, pause_after=3)
    assert [outcome.key for outcome in facts.outcomes] == [facts.tools[0][0]]


def test_a_failed_result_without_its_call_is_kept() -> None:
    transcript = (
        Transcript().user("go").tool("exec", {"command": "ls"}, "Permission denied", exit_code=1, failed=True)
    )
    del transcript.entries[2]
    ((_, tool),) = read(transcript).tools
    assert (tool.done, tool.failed, tool.error) == (True, True, "Permission denied")


def test_secrets_in_commands_are_replaced() -> None:
    facts = read(Transcript().user("go").tool("exec", {"command": "login hunter2"}, exit_code=0))
    assert facts.tools[0][1].command == "login [REDACTED-PASSWORD]"


def test_a_compaction_is_an_event_with_its_summary_and_a_key_that_copies_share() -> None:
    one = read(Transcript("s1").user("hi").add(compaction, "so far hunter2", before=900)).events
    two = read(Transcript("s2", at="2026-01-16T12:00:00Z").user("x").add(compaction, "so far hunter2")).events
    assert (one[0][1].text, one[0][1].tokens) == ("so far [REDACTED-PASSWORD]", 900)
    assert one[0][0] == two[0][0]


def test_the_reason_of_a_reset_is_redacted() -> None:
    ((_, event),) = read(Transcript().user("hi").add(reset_entry, "hunter2")).events
    assert (event.kind, event.text) == ("reset", "[REDACTED-PASSWORD]")


def test_a_line_without_a_time_takes_that_of_the_line_before() -> None:
    transcript = Transcript().user("one").user("two")
    transcript.entries[-1]["message"].pop("timestamp")
    transcript.entries[-1]["timestamp"] = None
    facts = read(transcript)
    assert kept(facts)[1].at == kept(facts)[0].at


def test_a_message_that_no_line_dates_is_counted_and_left_out() -> None:
    transcript = Transcript(bare=True).user("when?")
    transcript.entries[0]["message"]["timestamp"] = transcript.entries[0]["timestamp"] = None
    facts = read(transcript)
    assert (facts.undated, facts.turns) == (1, [])


def test_reading_in_two_goes_yields_the_same_at_every_cut() -> None:
    transcript = Transcript().opening().user("a").assistant("b").user("Check.").assistant("HEARTBEAT_OK")
    transcript.user("c").tool("exec", {"command": "x"}, exit_code=1).assistant("d").assistant("d", **MIRROR)
    transcript.add(model_change, "openai", "gpt-6").user("e")
    whole = read(transcript)
    for cut in range(len(transcript.entries)):
        parts = read(transcript, pause_after=cut)
        assert (kept(parts), parts.outcomes) == (kept(whole), whole.outcomes)


def test_the_words_of_people_who_are_not_the_owner_can_be_left_out() -> None:
    group = Transcript().user("Shall we paint the shed?", __openclaw={"senderIsOwner": True})
    group.user("Paint it green!", __openclaw={"senderIsOwner": False, "senderName": "Bob"})
    group.user("Nobody says whose words these are.").assistant("Green it is.")
    every, owners = read(group), read(group, others=False)
    assert [turn.sender for turn in kept(every)] == [None, "Bob", None, None]
    assert [turn for turn in kept(every) if turn.owner] == kept(owners)
