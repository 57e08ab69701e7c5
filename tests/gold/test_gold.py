"""The gold days hold what their labels speak of."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from memsyncd.core.days import date_of
from memsyncd.core.transitions import transitions
from tests.gold.gold import FOLDER, load, load_all
from tests.gold.labels import folded, says
from tests.gold.script import written

GOLD = load_all()
NAMES = [gold.name for gold in GOLD]
EXCHANGE = 8  # turns of a session up to the one that settles in which the words of a decision are to be found
LARGEST_SET = 900_000  # bytes

each_day = pytest.mark.parametrize("gold", GOLD, ids=NAMES)


def clock(gold, at):
    return datetime.fromtimestamp(at / 1000, ZoneInfo(gold.day.zone)).strftime("%H:%M")


def talk(gold):
    return [turn for turn in gold.day.turns if turn.kind == "talk"]


def everything(gold):
    """All that people, agents and tools said."""
    texts = [f"{turn.sender or ''} {turn.text}" for turn in talk(gold)]
    texts += [part for tool in gold.day.tools for part in (tool.command, tool.path, tool.error) if part]
    return folded(" ".join([*texts, *(event.text for event in gold.day.events)]))


def statements(gold):
    labels = gold.labels
    return [*labels.decisions, *labels.not_decisions, *labels.open, *labels.closed]


# --- the set ---


def test_there_are_days_of_every_kind():
    kinds = Counter(kind for gold in GOLD for kind in gold.kinds)
    assert len(GOLD) >= 24
    assert kinds.keys() >= {
        "debugging", "long", "planning", "reversals", "chat", "operations", "failures", "group", "noise", "sessions",
        "switches", "household", "short", "study", "writing", "travel", "data analysis", "home automation",
        "code review", "on-call", "midnight", "yes decisions", "options", "pasted", "voice",
    }  # fmt: skip


def test_many_languages_are_spoken():
    assert {gold.language for gold in GOLD} >= {"en", "de", "es", "fr", "pt", "zh", "ja", "ko", "ru"}


def test_the_long_days_are_long():
    messages = {gold.name: gold.day.messages for gold in GOLD}
    assert 150 <= messages["debugging-export-worker"] <= 200
    assert messages["long-day-game-studio"] > 200
    assert messages["very-short-day"] == 3


def test_the_longest_day_runs_through_all_quarters_of_the_clock():
    gold = load(FOLDER / "long-day-game-studio.toml")
    hours = Counter(int(clock(gold, turn.at)[:2]) // 6 for turn in talk(gold))
    assert set(hours) == {0, 1, 2, 3}
    assert min(hours.values()) >= 30


def test_four_of_five_messages_of_the_noisy_day_are_noise():
    gold = load(FOLDER / "noise-eighty-percent.toml")
    said = [entry for entry in gold.written if entry.mark[-1] in "<>="]
    noise = [entry for entry in said if entry.mark.startswith("~")]
    assert len(noise) >= 0.8 * len(said)


def test_the_set_stays_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < LARGEST_SET


# --- each day ---


@each_day
def test_a_day_has_a_background_and_something_to_find(gold):
    assert 2 <= len(gold.background) <= 4
    assert gold.about
    assert gold.labels.essential_topics
    assert len(gold.labels.essential_topics) <= 8
    assert gold.labels.decisions
    assert gold.labels.facts


@each_day
def test_every_turn_lies_on_the_day_and_in_a_session(gold):
    zone = ZoneInfo(gold.day.zone)
    assert {date_of(turn.at, zone) for turn in gold.day.turns} == {gold.day.date}
    assert {turn.session for turn in gold.day.turns} <= gold.day.sessions.keys()


@each_day
def test_no_two_turns_stand_at_the_same_instant_of_a_session(gold):
    assert max(Counter((turn.session, turn.at) for turn in gold.day.turns).values()) == 1


@each_day
def test_key_words_are_the_days_own(gold):
    said = everything(gold)
    strange = [
        word
        for statement in statements(gold)
        for either in statement.words
        for word in either.split("|")
        if not says([word], said)
    ]
    assert strange == []


@each_day
def test_the_words_of_a_label_stand_together_in_one_exchange(gold):
    """So that one line can hold them: within the turns of a session that lead to one turn."""
    turns = talk(gold)
    windows = []
    for session in gold.day.sessions:
        own = [folded(turn.text) for turn in turns if turn.session == session]
        windows += [" ".join(own[max(0, end - EXCHANGE) : end]) for end in range(1, len(own) + 1)]
    windows += [folded(tool.error) for tool in gold.day.tools if tool.error]
    apart = [each.words for each in statements(gold) if not any(says(each.words, window) for window in windows)]
    assert apart == []


@each_day
def test_a_decision_is_made_when_its_label_says(gold):
    turns = talk(gold)
    wrong = []
    for decision in gold.labels.decisions:
        at = decision.at.split()
        own = [turn for turn in turns if turn.session == decision.session]
        ends = [place for place, turn in enumerate(own) if clock(gold, turn.at) in at]
        texts = [folded(" ".join(turn.text for turn in own[max(0, end - EXCHANGE + 1) : end + 2])) for end in ends]
        if {clock(gold, own[end].at) for end in ends} != set(at) or not any(
            says(decision.words, text) for text in texts
        ):
            wrong.append(decision)
    assert wrong == []


@each_day
def test_what_a_decision_replaces_was_said_before_it(gold):
    for decision in gold.labels.decisions:
        if decision.replaces is None:
            assert decision.was == ()
            continue
        assert decision.replaces < decision.at[:5]
        assert not says(decision.was, folded(" ".join(decision.words)))
        earlier = [turn for turn in talk(gold) if clock(gold, turn.at) <= decision.at[:5]]
        assert decision.replaces in {clock(gold, turn.at) for turn in earlier}
        assert says(decision.was, folded(" ".join(turn.text for turn in earlier)))


@each_day
def test_essential_topics_are_the_days_own_words(gold):
    said = everything(gold)
    assert [
        wordings
        for wordings in (*gold.labels.essential_topics, *gold.labels.topics)
        if not any(says(wording.split(), said) for wording in wordings)
    ] == []


@each_day
def test_model_transitions_are_those_of_the_day(gold):
    found = [
        (clock(gold, each.at), "/".join(each.before), "/".join(each.after), each.session)
        for each in transitions(gold.day.turns, gold.day.earlier_models)
    ]
    assert found == [(each.at, each.before, each.after, each.session) for each in gold.labels.transitions]


@each_day
def test_noise_is_in_the_log_and_in_nothing_that_was_said(gold):
    log = folded(" ".join(f"{'/'.join(entry.model)} {entry.text}" for entry in gold.written))
    said = everything(gold)
    assert [noise for noise in gold.labels.noise if folded(noise) not in log] == []
    assert [noise for noise in gold.labels.noise if folded(noise) in said] == []


@each_day
def test_facts_were_seen(gold):
    said = everything(gold)
    assert [fact for fact in gold.labels.facts if not any(folded(each) in said for each in fact.split("|"))] == []


@each_day
def test_what_is_open_is_not_labelled_as_closed(gold):
    opened = {each.words for each in gold.labels.open}
    assert opened.isdisjoint(each.words for each in gold.labels.closed)


# --- the script ---


def test_what_is_no_entry_is_refused():
    with pytest.raises(ValueError, match="line 2"):
        list(written("@a\nhello", {"a": "x/y"}))


def test_an_entry_keeps_its_indented_lines():
    [entry] = written("@a\n09:00 > one\n  two\n\n    three\n", {"a": "x/y"})
    assert entry.text == "one\ntwo\n\n  three"
    assert (entry.session, entry.model, entry.clock, entry.mark) == ("a", ("x", "y"), "09:00", ">")


def test_a_model_holds_until_the_next():
    entries = written("@a\n09:00 < one\n%p/q\n09:01 < two\n@b\n09:02 < three\n", {"a": "x/y", "b": "v/w"})
    assert [entry.model for entry in entries] == [("x", "y"), ("p", "q"), ("v", "w")]


# --- the words of labels ---


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["lemon", "cake"], "the Lemon cakes"),
        (["lemon|lime"], "two limes"),
        (["porcelánico"], "Porcelanico it is"),
        (["大学城"], "三公里加大学城"),
        (["90"], "then 90 seconds"),
        (["2冊"], "絵本の2冊"),
        (["redis"], "使用Redis缓存"),
        (["no"], "no, thanks"),
        (["pg_dump"], "use `pg_dump`"),
        (["-6|6 dB"], "gulls -6 dB"),
    ],
)
def test_a_line_says_what_holds_all_key_words(words, text):
    assert says(words, folded(text))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["lemon", "cake"], "lemon tea"),
        (["mon"], "lemon"),
        (["90"], "at 900"),
        (["9"], "at 19"),
        (["no"], "nothing"),
    ],
)
def test_a_line_without_a_key_word_does_not_say_it(words, text):
    assert not says(words, folded(text))
