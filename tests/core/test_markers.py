"""The parts of a memory file around the markers, and what counts as a marker."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsyncd.core.markers import BEGIN, end_marker, parse, short_sum
from tests.effort import EXAMPLES

BLOCK = "*Auto-generated from 42 session messages*\n\n## Topics Covered\n- tea\n"
B = BEGIN.decode() + "\n"
E = end_marker(short_sum(BLOCK)).decode() + "\n"
OURS = B + BLOCK + E

FRAGMENTS = [
    *(
        B,
        E,
        BLOCK,
        OURS,
        B.strip(),
        E.strip(),
        "  " + B,
        "> " + E,
        "<!-- memsyncd:end -->\n",
        "<!--memsyncd:begin-->\n",
    ),
    *(
        "```\n",
        "~~~~\n",
        "```python\n",
        "- ```\n",
        "  ```\n",
        "1. ~~~\n",
        "```` x ` y\n",
        "text\n",
        "\n",
        "\r\n",
        "\ufeff",
        "\0",
    ),
    *(
        "*Auto-generated from 7 session messages*\n",
        "*Review and edit this draft now.*\n",
        "<!-- openclaw:x -->\n",
    ),
]
fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join).map(str.encode)
files = st.one_of(
    fragments,
    fragments.map(lambda data: data.replace(b"\n", b"\r\n")),
    st.binary(max_size=60),
    st.tuples(fragments, st.binary(max_size=8), fragments).map(b"".join),
)


def parsed(text: str):
    return parse(text.encode())


# --- the verdicts ---


def test_a_block_as_it_was_generated_is_intact():
    found = parsed(f"# day\n\n{OURS}\n## My Notes\n")
    assert found.verdict == "intact"
    assert (found.before, found.body, found.after) == (b"# day\n\n", BLOCK.encode(), b"\n## My Notes\n")
    assert found.recorded == short_sum(BLOCK)
    assert found.lines == (3, 8)
    assert found.ours


def test_a_block_that_somebody_changed_is_edited():
    found = parsed(OURS.replace("tea", "coffee"))
    assert found.verdict == "edited"
    assert found.recorded == short_sum(BLOCK)


@pytest.mark.parametrize(
    "text", ["", "\n", "notes\n", "we talked about memsyncd:begin\n", "<!-- other:begin -->\n"]
)
def test_a_file_without_markers_holds_no_block(text):
    found = parsed(text)
    assert (found.verdict, found.before, found.body) == ("absent", text.encode(), b"")
    assert not found.ours


def test_an_end_marker_without_sum_is_a_marker_of_an_edited_block():
    found = parsed(f"{B}{BLOCK}<!-- memsyncd:end -->\n")
    assert (found.verdict, found.recorded) == ("edited", None)


@pytest.mark.parametrize(
    ("text", "reason", "lines"),
    [
        (f"a\n{B}b\n", "the end marker is missing", (2,)),
        (f"a\n{E}b\n", "the begin marker is missing", (2,)),
        (f"{E}text\n{B}", "the end marker stands above the begin marker", (1, 3)),
        (OURS + OURS, "the markers are doubled", (1, 6, 7, 12)),
        (B + OURS, "the markers are doubled", (1, 2, 7)),
        (OURS + E, "the markers are doubled", (1, 6, 7)),
        (f"```\n{OURS}```\n", "the begin marker stands in a code fence opened in line 1", (2, 7)),
        (f"{B}{BLOCK}```\n{E}", "the end marker stands in a code fence opened in line 6", (1, 7)),
        (f"{B}```\n{B}```\n{E}", "the begin marker stands in a code fence opened in line 2", (1, 3, 5)),
        (f"  {B}{BLOCK}  {E}", "the begin marker is indented", (1, 6)),
        (f"{B}{BLOCK}<!-- memsyncd:end 3f9c -->\n", "a marker is misspelt", (1, 6)),
        (f"<!--memsyncd:begin-->\n{BLOCK}{E}", "a marker is misspelt", (1, 6)),
        (f"{OURS}<!-- memsyncd:begin again -->\n", "a marker is misspelt", (1, 6, 7)),
    ],
)
def test_damaged_markers_are_named_with_their_lines(text, reason, lines):
    found = parsed(text)
    assert (found.verdict, found.reason, found.lines) == ("damaged", reason, lines)
    assert (found.before, found.body) == (text.encode(), b"")


def test_utf_16_is_not_read_as_something_else():
    found = parse("# day\n".encode("utf-16"))
    assert (found.verdict, found.lines) == ("damaged", ())
    assert "UTF-16" in found.reason


# --- what counts as a marker ---


@pytest.mark.parametrize(
    "quotation",
    [
        f"```\n{OURS}```\n",
        f"~~~ markdown\n{OURS}~~~\n",
        f"   ````\n{OURS}```\n   `````\n",
        f"- ```\n  {B}  ```\n",
        f"1. ~~~\n   {E}   ~~~\n",
        f"    {B}",
        f"\t{E}",
        f"```\n{B}```\n\n```\n{E}```\n",
        "```\n<!-- memsyncd:end nonsense -->\n```\n",
    ],
)
def test_quoted_markers_outside_the_block_do_no_harm(quotation):
    for text in (quotation + OURS, OURS + quotation, quotation + OURS + quotation):
        found = parsed(text)
        assert (found.verdict, found.body) == ("intact", BLOCK.encode())


@pytest.mark.parametrize(
    "prose",
    [
        f"The block starts with {B}",
        f"> {B}> {E}",
        f"{B.strip()} is how it starts\n",
        f"`{B.strip()}`\n",
        f"{B.strip()}{E}",
    ],
)
def test_a_marker_that_shares_its_line_does_not_count(prose):
    assert parsed(prose).verdict == "absent"
    assert parsed(prose + OURS + prose).verdict == "intact"


@pytest.mark.parametrize("fence", ["``` a ` b", "``", "    ```", "> ```", "text ```", "\t~~~"])
def test_what_commonmark_does_not_take_for_a_fence_quotes_nothing(fence):
    assert parsed(f"{fence}\n{OURS}").verdict == "intact"


@pytest.mark.parametrize("inside", ["~~~", "````python", "``", "    ```", "- ```"])
def test_only_the_same_fence_closes(inside):
    assert parsed(f"```\n{inside}\n{OURS}").verdict == "damaged"


def test_a_shorter_fence_does_not_close_a_longer_one():
    assert parsed(f"````\n```\n{OURS}````\n").verdict == "damaged"


def test_a_fence_that_is_never_closed_reaches_to_the_end_of_the_file():
    found = parsed(f"notes\n```\n{OURS}")
    assert found.reason == "the begin marker stands in a code fence opened in line 2"


def test_a_fence_in_a_list_ends_with_its_item():
    assert parsed(f"- ```\n  code\nback to the margin\n{OURS}").verdict == "intact"
    assert parsed(f"- ```\n  code\nback to the margin\n```\n{OURS}```\n").verdict == "damaged"


@pytest.mark.parametrize("tail", ["", " \n", "\t\r\n", "\r\n"])
def test_blanks_behind_a_marker_do_no_harm(tail):
    found = parsed(OURS.rstrip("\n") + tail)
    assert found.verdict == "intact"
    assert found.end.endswith(b"-->" + tail.encode())


def test_a_byte_order_mark_before_the_marker_stays_outside():
    found = parse(b"\xef\xbb\xbf" + OURS.encode())
    assert (found.verdict, found.before) == ("intact", b"\xef\xbb\xbf")


def test_blocks_of_others_are_only_text():
    others = "<!-- openclaw:dreaming:light:start -->\n- x\n<!-- openclaw:dreaming:light:end -->\n"
    assert parsed(others).verdict == "absent"
    assert parsed(others + OURS + others).verdict == "intact"


# --- the predecessor's files ---

LEGACY = "*Auto-generated from 7 session messages*\n\n## Topics\n- old\n\n---\n\n*Review and edit this draft to keep it.*\n"


def test_the_predecessors_block_reaches_from_its_header_to_its_footer():
    found = parsed(f"# day\n\n{LEGACY}\n## Notes\nmine\n")
    assert found.verdict == "legacy"
    assert (found.before, found.body, found.after) == (b"# day\n\n", LEGACY.encode(), b"\n## Notes\nmine\n")
    assert not found.ours
    assert found.messages is None


@pytest.mark.parametrize(
    "text",
    [
        LEGACY.replace("*Review", "Review"),
        LEGACY.replace("*Auto", "Auto"),
        f"```\n{LEGACY}```\n",
        "*Review and edit this draft.*\n*Auto-generated from 7 session messages*\n",
    ],
)
def test_without_header_above_footer_a_file_is_not_the_predecessors(text):
    assert parsed(text).verdict == "absent"


def test_a_second_footer_belongs_to_the_hand_written_text():
    found = parsed(LEGACY + LEGACY)
    assert (found.body, found.after) == (LEGACY.encode(), LEGACY.encode())


def test_the_predecessors_words_between_our_markers_are_ours():
    text = B + LEGACY + end_marker(short_sum(LEGACY)).decode() + "\n"
    assert parsed(text).verdict == "intact"
    assert parsed(text).messages == 7


# --- sums, newlines, counts ---


def test_the_sum_is_eight_hex_digits_and_depends_on_the_text():
    assert short_sum(BLOCK) != short_sum(BLOCK + "x\n")
    assert len(short_sum(BLOCK)) == 8
    assert int(short_sum(BLOCK), 16) >= 0


@pytest.mark.parametrize("text", [BLOCK.replace("\n", "\r\n"), BLOCK.removesuffix("\n")])
def test_the_newline_style_does_not_change_the_sum(text):
    assert short_sum(text) == short_sum(BLOCK)


def test_half_a_surrogate_pair_in_a_block_has_a_sum():
    assert short_sum("\ud83d\n") == short_sum("?\n")


def test_a_block_whose_newlines_were_converted_is_still_intact():
    found = parsed(OURS.replace("\n", "\r\n"))
    assert (found.verdict, found.newline) == ("intact", b"\r\n")


@pytest.mark.parametrize(
    ("text", "newline"),
    [("a\r\nb\r\nc\n", b"\r\n"), ("a\r\nb\n", b"\n"), ("", b"\n"), ("a", b"\n"), ("a\rb\r", b"\n")],
)
def test_the_newline_is_what_most_lines_end_with(text, newline):
    assert parsed(text).newline == newline


@pytest.mark.parametrize(
    ("count", "messages"),
    [
        ("*Auto-generated from 1 session message*", 1),
        ("*Auto-generated from 0 session messages*", 0),
        ("*Auto-generated from 42 session messages* (checked)", None),
        ("*Auto-generated from " + "9" * 5000 + " session messages*", None),
        ("", None),
    ],
)
def test_the_block_states_its_number_of_messages(count, messages):
    assert parsed(f"{B}{count}\n{E}").messages == messages


# --- for any bytes ---


@settings(max_examples=EXAMPLES, deadline=None)
@given(files)
def test_the_parts_joined_are_the_file(data):
    assert parse(data).unparse() == data


@settings(max_examples=EXAMPLES, deadline=None)
@given(files)
def test_a_block_of_ours_lies_between_its_two_markers(data):
    found = parse(data)
    if found.ours:
        assert found.begin.startswith(BEGIN)
        assert found.end.startswith(b"<!-- memsyncd:end")
        assert not found.body or found.body.endswith(b"\n")
        assert not found.before.rstrip(b"\xef\xbb\xbf") or found.before.rstrip(b"\xef\xbb\xbf").endswith(b"\n")
    else:
        assert found.begin == found.end == b""


@settings(max_examples=EXAMPLES, deadline=None)
@given(files)
def test_the_lines_named_are_those_that_hold_a_marker(data):
    found = parse(data)
    rows = data.split(b"\n")
    assert all(b"memsyncd:" in rows[line - 1] for line in found.lines)
    assert list(found.lines) == sorted(set(found.lines))
