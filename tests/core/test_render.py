from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.clock import time_of_day
from memsyncd.core.frame import render_heading
from memsyncd.core.render import SMALLEST_LIMIT, render_block
from memsyncd.model import Day, Event, Session, ToolCall, Turn, Usage
from tests.core.digest.builders import DayBuilder, talk

HEADINGS = [
    "## Topics Covered",
    "## Key Decisions",
    "## Open Questions",
    "## Session Flow",
    "## Technical Details",
    "## Model Transitions",
    "## Message Compaction",
]
FOOTER = "\n---\n\n*Review and edit this draft to capture what's actually important.*\n"


def section(block, heading):
    return block.partition(f"## {heading}\n")[2].partition("\n## ")[0].partition("\n\n---")[0].splitlines()


# --- the frame ---


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 15), "# 2026-01-15 (Thursday)"),
        (date(2024, 2, 29), "# 2024-02-29 (Thursday)"),
        (date(2026, 11, 22), "# 2026-11-22 (Sunday)"),
    ],
)
def test_the_heading_names_date_and_weekday(day, expected):
    assert render_heading(day) == expected


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_first_line_counts_messages_in_words_that_never_change(count):
    assert render_block(talk(*["hello there"] * count)).startswith(
        f"*Auto-generated from {count} session messages*\n\n## Topics Covered\n"
    )


def test_a_day_with_nothing_in_it_has_all_headings_and_says_so():
    block = render_block(talk())
    assert block == (
        "*Auto-generated from 0 session messages*\n\n"
        "## Topics Covered\n*None stood out.*\n"
        "## Key Decisions\n*None recognised.*\n"
        "## Open Questions\n*None.*\n"
        "## Session Flow\n*No sessions.*\n"
        "## Technical Details\n*No commands, files or links.*\n"
        "## Model Transitions\n*None.*\n"
        "## Message Compaction\n- Messages: 0 user, 0 assistant\n" + FOOTER
    )


def test_a_limit_too_small_for_anything_is_refused():
    with pytest.raises(ValueError, match="limit 999 is below 1000"):
        render_block(talk(), limit=SMALLEST_LIMIT - 1)


# --- the sections ---


def test_what_the_owner_settled_stands_before_what_the_agent_stated():
    block = render_block(
        talk(
            "Tell me about the house.", "> Decision: we paint the fence red.", "Good. Let's buy the sofa in Porto."
        )
    )
    assert section(block, "Key Decisions") == [
        "- 09:02 Let's buy the sofa in Porto. (8b476afa)",
        "- 09:01 Decision: we paint the fence red. (8b476afa)",
    ]


def test_a_replaced_decision_is_shown_with_its_time():
    block = render_block(talk("We'll have the party on Friday.", "We'll have the party on Saturday."))
    assert section(block, "Key Decisions") == [
        "- 09:01 We'll have the party on Saturday. (replaces 09:00: We'll have the party on Friday.) (8b476afa)"
    ]


def test_what_is_open_stands_with_its_time():
    block = render_block(talk("Remind me tomorrow to oil the harbour gate.", "> I will."))
    assert section(block, "Open Questions") == ["- 09:00 Remind me tomorrow to oil the harbour gate."]


def test_a_session_has_a_headline_with_time_place_and_models():
    day = DayBuilder().session("8b476afa-1", channel="telegram", chat_type="group", title="House\n# plans")
    day.agents["8b476afa-1"] = "main"
    day.user("09:00", "How warm is it in the garden?")
    day.agent("11:40", "It is 22 degrees.", model=("anthropic", "opus"))
    assert section(render_block(day.build()), "Session Flow") == [
        "- **09:00–11:40** session 8b476afa · telegram group · “House # plans” · agent main · 2 messages · anthropic/opus",
        "  - 09:00 How warm is it in the garden? → It is 22 degrees.",
    ]


def test_ends_of_contexts_stand_where_they_happened():
    day = (
        DayBuilder()
        .session("8b476afa")
        .user("09:00", "hello garden friend")
        .event("10:00", "compaction", tokens=152_000)
    )
    day.event("11:00", "reset", text="new").event("11:30", "reset")
    assert section(render_block(day.build()), "Session Flow")[2:] == [
        "  - 10:00 *context compacted at 152,000 tokens*",
        "  - 11:00 *context reset (new)*",
        "  - 11:30 *context reset*",
    ]


def test_a_transition_names_both_models_and_the_session():
    day = DayBuilder().session("8b476afa-8abb").agent("13:59", "one", model=("anthropic", "claude-sonnet-5-5"))
    day.agent("14:00", "two", model=("openai", "gpt-6"))
    assert section(render_block(day.build()), "Model Transitions") == [
        "- 14:00 anthropic/claude-sonnet-5-5 → openai/gpt-6 (session 8b476afa)"
    ]


def test_tokens_cost_and_compactions_are_told():
    day = DayBuilder().session("8b476afa").agent("09:00", "hi", usage=Usage(1_000, 20, 3, 4, 0.004))
    day.agent("09:01", "").event("09:02", "compaction", tokens=9_000).event("09:03", "compaction")
    assert section(render_block(day.build()), "Message Compaction") == [
        "- Messages: 0 user, 1 assistant; 1 step without words",
        "- Tokens: 1,000 in, 20 out, 3 cache read, 4 cache write; cost below $0.01",
        "- 09:02 context compacted at 9,000 tokens (session 8b476afa)",
        "- 09:03 context compacted (session 8b476afa)",
    ]


def test_sessions_of_machine_traffic_share_one_line():
    day = DayBuilder().session("aaaaaaaa").machine("03:00").session("bbbbbbbb").machine("04:00")
    assert section(render_block(day.build()), "Session Flow") == [
        "- 2 sessions of machine traffic only: aaaaaaaa, bbbbbbbb"
    ]


# --- time ---


@pytest.mark.parametrize(
    ("instant", "zone", "expected"),
    [
        ("2026-01-15T08:00:00", "Europe/Berlin", "09:00"),
        ("2026-03-29T00:59:59", "Europe/Berlin", "01:59"),  # the hour from 2 to 3 is left out
        ("2026-03-29T01:00:00", "Europe/Berlin", "03:00"),
        ("2026-10-25T00:30:00", "Europe/Berlin", "02:30"),  # and comes twice
        ("2026-10-25T01:30:00", "Europe/Berlin", "02:30"),
        ("2026-01-15T08:00:00", "Asia/Kolkata", "13:30"),
        ("2026-01-15T08:00:00", "Pacific/Apia", "21:00"),
    ],
)
def test_times_are_those_of_the_days_zone(instant, zone, expected):
    at = int(datetime.fromisoformat(instant).replace(tzinfo=UTC).timestamp() * 1000)
    assert time_of_day(at, ZoneInfo(zone)) == expected


@given(
    st.integers(0, 4_000_000_000_000), st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("America/Lima")])
)
def test_a_time_of_day_is_hours_and_minutes(at: int, zone: tzinfo):
    assert time_of_day(at, zone) == datetime.fromtimestamp(at / 1000, zone).strftime("%H:%M")


def test_lines_of_a_day_when_the_clock_changes_are_in_order():
    day = DayBuilder(date(2026, 10, 25), "Europe/Berlin").session("8b476afa")
    day.user("01:30", "the first garden question").user("03:30", "the second garden question")
    times = [line[4:9] for line in section(render_block(day.build()), "Session Flow")[1:]]
    assert times == ["01:30", "03:30"]


# --- size ---


def long_day(turns):
    matters = ["garden", "roof", "violin", "router", "tax return", "birthday cake"]
    return talk(
        *(
            f"{'> ' if number % 2 else ''}What about the {matters[number // 40 % 6]}, number {number}? "
            f"We talked about the {matters[number // 40 % 6]} and the price of {number} euros for it last week."
            for number in range(turns)
        )
    )


def test_a_day_of_almost_two_hundred_turns_is_shown_whole():
    block = render_block(long_day(196))
    assert "--full" not in block
    assert len(section(block, "Session Flow")) == 1 + 98


@pytest.mark.parametrize("turns", [400, 1_500])
def test_a_long_day_fills_the_file_and_says_how_much_is_missing(turns):
    block = render_block(long_day(turns))
    assert 11_000 < len(block.encode()) <= 15_000
    (more,) = re.findall(r"^- … and ([\d,]+) more: `memsyncd show 2026-01-15 --full`$", block, re.MULTILINE)
    shown = len(section(block, "Session Flow")) - 2
    assert shown + int(more.replace(",", "")) == turns // 2


def test_without_a_limit_nothing_is_missing():
    block = render_block(long_day(400), limit=1 << 40)
    assert "--full" not in block
    assert len(section(block, "Session Flow")) == 1 + 200


def test_each_of_sixty_sessions_keeps_its_headline_and_a_line():
    day = DayBuilder()
    for number in range(60):
        day.session(f"{number:08x}-8abb", channel="telegram", chat_type="direct")
        for minute in range(6):
            day.user(
                f"{8 + number // 6:02}:{number % 6 * 10 + minute:02}",
                f"We speak of the garden, the roof and matter {number}",
            )
            day.agent(
                f"{8 + number // 6:02}:{number % 6 * 10 + minute:02}:30", "The garden is fine and the roof is new."
            )
    block = render_block(day.build())
    assert len(block.encode()) <= 15_000
    flow = section(block, "Session Flow")
    for number in range(60):
        (place,) = [place for place, line in enumerate(flow) if f"session {number:08x} " in line]
        assert flow[place + 1].startswith("  - ")
    assert section(block, "Topics Covered") == ["- garden", "- roof"]


def test_sessions_that_do_not_fit_are_named_together():
    day = DayBuilder()
    for number in range(400):
        day.session(f"{number:08x}").user(
            f"{8 + number // 60:02}:{number % 60:02}", f"The garden has matter {number}"
        )
    block = render_block(day.build())
    assert len(block.encode()) <= 15_000
    (line,) = [line for line in section(block, "Session Flow") if "smaller sessions" in line]
    alone = sum("session 0" in line for line in section(block, "Session Flow"))
    assert line.startswith(f"- {400 - alone} smaller sessions with {400 - alone} messages: ")
    assert alone > 40


def test_a_day_of_five_thousand_messages_fits():
    lines = [f"{'> ' if number % 2 else ''}The garden, matter {number}" for number in range(1_600)]
    day = talk(*lines)
    many = Day(date=day.date, zone=day.zone, turns=day.turns * 3, tools=(), events=(), sessions=day.sessions)
    block = render_block(many)
    assert len(block.encode()) <= 15_000
    assert block.startswith("*Auto-generated from 4800 session messages*")


def test_texts_of_a_megabyte_fit():
    block = render_block(talk("x" * 1_000_000, "> " + "word " * 200_000, "数" * 300_000, "\n" * 1_000_000))
    assert len(block.encode()) <= 15_000
    assert "- 09:00 xxx" in block


def test_a_day_with_tools_but_without_words_is_told():
    day = (
        DayBuilder()
        .session("8b476afa")
        .agent("09:00", "")
        .call("09:00", command="make")
        .call("09:01", command="make")
    )
    block = render_block(day.build())
    assert section(block, "Session Flow") == [
        "- **09:00–09:01** session 8b476afa · 2 tool calls · anthropic/claude-sonnet-5-5",
        "  - 09:00 ran `make`",
    ]
    assert section(block, "Technical Details") == ["- 2 tool calls, 2 commands", "- `make` ×2"]


def test_one_message_more_changes_few_lines():
    """A file that changes little can be merged and indexed again cheaply."""
    for turns in (40, 300):
        day = long_day(turns)
        last = day.turns[-1]
        more = Turn(at=last.at + 60_000, role="user", kind="talk", text="Thanks!", session=last.session, entry="z")
        longer = Day(
            date=day.date, zone=day.zone, turns=(*day.turns, more), tools=(), events=(), sessions=day.sessions
        )
        before, after = (set(render_block(each).splitlines()) for each in (day, longer))
        assert len(before - after) <= 5


# --- any day at all ---

_PIECES = st.sampled_from(
    [
        "<!-- memsyncd:begin -->", "<!-- openclaw:dreaming:light:start -->", "-->", "---", "\n---\n", "# x", "\n## Key Decisions\n",
        "```", "User:", "Assistant: ", "Conversation Summary:", "[REDACTED-OPENAI-KEY:3f9c1a]", "let's use", "instead", "yes", "?",
        "the garden", "数据库", "我们决定", "旅館にします。", "שלום", "👨‍👩‍👧", "\u202e", "\x00", "\r\n", "\ud800", "`code`", "|---|", "> ",
        "https://example.org/<!--", "- item", "1. ", " ", "word" * 30,
    ]
)  # fmt: skip
_TEXT = st.lists(_PIECES, max_size=8).map("".join)
_AT = st.integers(1_768_431_600_000, 1_768_431_600_000 + 86_399_999)
_SESSION = st.sampled_from(["8b476afa-8abb", "8b476afa-8abb-topic-3", "d0a5fa52", "<!-- x", "\n", "s"])
_MODEL = st.none() | st.sampled_from(["opus", "<!--", "gpt\n---\n"])
_TURNS = st.builds(
    Turn,
    at=_AT,
    role=st.sampled_from(["user", "assistant"]),
    kind=st.sampled_from(["talk", "talk", "talk", "work", "noise"]),
    text=_TEXT,
    session=_SESSION,
    entry=st.just("e"),
    provider=_MODEL,
    model=_MODEL,
    usage=st.none() | st.builds(Usage, st.integers(0, 9), st.integers(0, 9)),
    sender=st.none() | _TEXT,
    owner=st.booleans(),
)
_TOOLS = st.builds(
    ToolCall,
    at=_AT,
    session=_SESSION,
    call=st.just("c"),
    name=_TEXT,
    command=st.none() | _TEXT,
    path=st.none() | _TEXT,
    writes=st.booleans(),
    failed=st.booleans(),
    exit_code=st.none() | st.integers(-1, 255),
    error=st.none() | _TEXT,
)
_EVENTS = st.builds(
    Event,
    at=_AT,
    session=_SESSION,
    kind=st.sampled_from(["compaction", "reset"]),
    text=_TEXT,
    tokens=st.none() | st.integers(0, 10**6),
)


@st.composite
def days(draw):
    turns = sorted(draw(st.lists(_TURNS, max_size=25)), key=lambda turn: (turn.at, turn.role != "user", turn.text))
    tools = sorted(draw(st.lists(_TOOLS, max_size=8)), key=lambda tool: tool.at)
    events = sorted(draw(st.lists(_EVENTS, max_size=4)), key=lambda event: event.at)
    names = {each.session for each in (*turns, *tools, *events)}
    facts = {
        name: Session(
            id=name, channel=draw(st.none() | _TEXT), chat_type=draw(_MODEL), title=draw(st.none() | _TEXT)
        )
        for name in sorted(names)
        if draw(st.booleans())
    }
    return Day(
        date=date(2026, 1, 15),
        zone="Europe/Berlin",
        turns=tuple(turns),
        tools=tuple(tools),
        events=tuple(events),
        sessions=facts,
        agents=draw(st.dictionaries(_SESSION, _TEXT, max_size=2)),
    )


@given(days(), st.integers(SMALLEST_LIMIT, 20_000))
def test_the_limit_holds_for_any_day(day, limit):
    assert len(render_block(day, limit=limit).encode()) <= limit


@given(days())
def test_the_same_day_gives_the_same_block(day):
    assert render_block(day) == render_block(day)


@given(days(), st.sampled_from([SMALLEST_LIMIT, 3_000, 15_000]))
def test_the_layout_is_the_same_for_any_day(day, limit):
    block = render_block(day, limit=limit)
    lines = block.split("\n")
    assert lines[0] == f"*Auto-generated from {day.messages} session messages*"
    assert [line for line in lines if line.startswith("#")] == HEADINGS
    assert block.endswith(FOOTER)
    assert lines.count("---") == 1
    body = lines[2:-5]
    assert all(line.startswith(("## ", "- ", "  - ", "*N")) for line in body)


@given(days())
def test_no_line_can_be_taken_for_anything_else(day):
    block = render_block(day)
    assert "<!--" not in block
    assert "-->" not in block
    assert "```" not in block
    assert "⟦" not in block
    assert block.splitlines() == block.split("\n")[:-1]
    for line in block.split("\n"):
        assert not re.match(r"[\s*-]*(user|assistant|conversation summary):", line, re.IGNORECASE)


@given(days())
def test_every_session_is_named(day):
    flow = "\n".join(section(render_block(day), "Session Flow"))
    for name in {each.session for each in (*day.turns, *day.tools, *day.events)}:
        label = name[:8].replace("<!--", "&lt;!--").strip() or "unnamed"
        assert label in flow


@given(days())
def test_placeholders_stay_whole(day):
    block = re.sub(r"\[REDACTED-OPENAI-KEY:3f9c1a\]", "", render_block(day, limit=4_000))
    assert "REDACTED" not in block
