"""Splitting a block into sections, and merging what was generated, what people made of it and what is generated now."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsyncd.core.sections import merge_blocks, split
from tests.effort import EXAMPLES

TOP = "*Auto-generated from 42 session messages*\n"
FOOTER = "\n---\n\n*Review and edit this draft to keep what matters.*\n"
BASE = f"{TOP}\n## Topics\n- tea\n- milk\n- sugar\n\n## Flow\n- 09:00 began\n- 10:00 went on\n{FOOTER}"


def merged(base: str | None, mine: str, theirs: str) -> str:
    return merge_blocks(None if base is None else base.encode(), mine.encode(), theirs.encode()).body.decode()


def pinned(base: str | None, mine: str, theirs: str) -> tuple[str, ...]:
    return merge_blocks(None if base is None else base.encode(), mine.encode(), theirs.encode()).pinned


# --- splitting ---


def test_a_block_splits_into_top_sections_and_footer():
    sections = split(BASE.encode())
    assert [section.title for section in sections] == ["top", "Topics", "Flow", "footer"]
    assert sections[1].lines == [b"\n", b"## Topics\n", b"- tea\n", b"- milk\n", b"- sugar\n"]
    assert b"".join(sections[3].lines) == FOOTER.encode()


def test_equal_headings_are_told_apart():
    keys = [section.key for section in split(b"## A\n1\n## A\n2\n")]
    assert len(set(keys)) == 3


def test_deeper_headings_split_nothing():
    assert len(split(b"### A\n#B\n##C\n")) == 1


def test_an_empty_block_has_a_top_without_lines():
    assert [section.lines for section in split(b"")] == [[]]


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(
        st.sampled_from(["## A", "## B", "", "---", "*Review and edit this draft.*", "x", "\r", "\ufeff"]),
        max_size=12,
    )
)
def test_the_sections_joined_are_the_block(lines):
    block = "\n".join(lines).encode()
    assert b"".join(line for section in split(block) for line in section.lines) == block


# --- one side changed ---


def test_what_nobody_changed_becomes_what_is_generated_now():
    new = BASE.replace("42", "43").replace("- milk\n", "- milk\n- lemon\n")
    assert merged(BASE, BASE, new) == new


def test_what_is_generated_again_leaves_the_file_alone():
    mine = BASE.replace("- milk\n", "- oat milk\n").replace("## Flow", "## Mine\nx\n\n## Flow")
    assert merged(BASE, mine, BASE) == mine


def test_what_both_sides_changed_alike_stands_there_once():
    new = BASE.replace("- sugar\n", "- honey\n- salt\n")
    assert merged(BASE, new, new) == new
    assert pinned(BASE, new, new) == ()
    assert merged("- a\n", "- a\n- same\n- mine\n", "- a\n- same\n- theirs\n") == "- a\n- same\n- mine\n- theirs\n"


# --- lines of a section: (what is done by hand, what is generated now, what results, pinned) ---

CASES = {
    "an added line stays while new ones arrive": (
        "- tea\n- milk\nmy note\n- sugar\n",
        "- tea\n- milk\n- sugar\n- lemon\n",
        "- tea\n- milk\nmy note\n- sugar\n- lemon\n",
        False,
    ),
    "a changed line stays while its neighbours change": (
        "- tea\n- milk, from oats\n- sugar\n",
        "- tea (2)\n- milk\n- sugar (3)\n",
        "- tea (2)\n- milk, from oats\n- sugar (3)\n",
        False,
    ),
    "a line is generated behind a changed last line": (
        "- tea\n- milk\n- sugar, brown\n",
        "- tea\n- milk\n- sugar\n- lemon\n",
        "- tea\n- milk\n- sugar, brown\n- lemon\n",
        False,
    ),
    "the last line is changed by hand and generated anew, and another is generated behind it": (
        "- tea\n- milk\n- sugar, brown\n",
        "- tea\n- milk\n- sugar (2)\n- lemon\n",
        "- tea\n- milk\n- sugar, brown\n- lemon\n",
        True,
    ),
    "a deleted line stays deleted": (
        "- tea\n- sugar\n",
        "- tea\n- milk\n- sugar\n- lemon\n",
        "- tea\n- sugar\n- lemon\n",
        False,
    ),
    "a deleted line stays deleted when it is generated otherwise": (
        "- tea\n- sugar\n",
        "- tea\n- milk (2)\n- sugar\n",
        "- tea\n- sugar\n",
        True,
    ),
    "a moved line stays where it was moved to": (
        "- sugar\n- tea\n- milk\n",
        "- tea\n- milk\n- lemon\n- sugar\n",
        "- sugar\n- tea\n- milk\n- lemon\n",
        False,
    ),
    "a line changed on both sides stays as the person has it": (
        "- tea\n- oat milk\n- sugar\n",
        "- tea\n- milk (2)\n- sugar\n",
        "- tea\n- oat milk\n- sugar\n",
        True,
    ),
    "a changed line stays when it is generated no longer": (
        "- tea\n- oat milk\n- sugar\n",
        "- tea\n- sugar\n",
        "- tea\n- oat milk\n- sugar\n",
        True,
    ),
    "a changed line stays beside a new one that took the place of the old": (
        "- tea\n- oat milk\n- sugar\n",
        "- tea\n- walked the dog\n- sugar\n",
        "- tea\n- oat milk\n- walked the dog\n- sugar\n",
        True,
    ),
    "an unchanged line goes when it is generated no longer": (
        "- tea\n- milk\n- sugar\nmy note\n",
        "- tea\n- sugar\n",
        "- tea\n- sugar\nmy note\n",
        False,
    ),
    "a note between lines that change keeps its place": (
        "- tea\n- milk\nmy note\n- sugar\n",
        "- tea\n- milk (2)\n- sugar (2)\n",
        "- tea\n- milk (2)\nmy note\n- sugar (2)\n",
        False,
    ),
    "a line deleted on both sides is no conflict": (
        "- tea\n- sugar\nmy note\n",
        "- tea\n- sugar\n- lemon\n",
        "- tea\n- sugar\nmy note\n- lemon\n",
        False,
    ),
    "everything was deleted": ("", "- tea\n- milk\n- sugar\n- lemon\n", "- lemon\n", False),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_lines_of_a_section_merge(case):
    mine, theirs, result, conflict = case
    base = "## Topics\n- tea\n- milk\n- sugar\n"
    assert merged(base, "## Topics\n" + mine, "## Topics\n" + theirs) == "## Topics\n" + result
    assert pinned(base, "## Topics\n" + mine, "## Topics\n" + theirs) == (("Topics",) if conflict else ())


def test_words_of_scripts_without_spaces_are_compared_too():
    base, mine = "- 今日は会議がありました\n- 明日\n", "- 今日は会議がありました!\n- 明日\n"
    assert merged(base, mine, "- 今日は長い会議がありました\n- 新しい\n- 明日\n") == mine.replace(
        "- 明", "- 新しい\n- 明"
    )


# --- sections ---


def test_a_section_of_the_person_stays():
    mine = BASE.replace("## Flow", "## Mine\nkeep this\n\n## Flow")
    new = BASE.replace("42", "43").replace("- 10:00 went on\n", "- 10:00 went on\n- 11:00 ended\n")
    assert merged(BASE, mine, new) == new.replace("## Flow", "## Mine\nkeep this\n\n## Flow")


def test_a_section_that_the_person_removed_stays_removed():
    mine = BASE.replace("\n## Topics\n- tea\n- milk\n- sugar\n", "")
    assert merged(BASE, mine, BASE.replace("- tea\n", "- green tea\n").replace("42", "43")) == mine.replace(
        "42", "43"
    )


def test_sections_stay_in_the_persons_order():
    topics, flow = "\n## Topics\n- tea\n", "\n## Flow\n- 09:00\n"
    result = merged(TOP + topics + flow, TOP + flow + topics, TOP + topics + "- milk\n" + flow + "- 10:00\n")
    assert result == TOP + flow + "- 10:00\n" + topics + "- milk\n"


def test_a_new_section_comes_after_the_one_it_follows():
    new = BASE.replace(FOOTER, "\n## Models\n- one\n" + FOOTER).replace(
        "\n## Topics", "\n## First\n- x\n\n## Topics"
    )
    mine = BASE.replace("- tea", "- green tea")
    assert merged(BASE, mine, new) == new.replace("- tea", "- green tea")


def test_a_new_section_comes_before_the_footer_and_the_persons_last_section():
    mine = BASE.replace(FOOTER, "\n## Mine\nx\n" + FOOTER)
    result = merged(BASE, mine, BASE.replace(FOOTER, "\n## Models\n- one\n" + FOOTER))
    assert result == BASE.replace(FOOTER, "\n## Models\n- one\n\n## Mine\nx\n" + FOOTER)


def test_a_new_section_arrives_although_the_one_before_it_was_removed():
    mine = f"{TOP}\n## Topics\n- tea\n- milk\n- sugar\n{FOOTER}"
    result = merged(BASE, mine, BASE.replace(FOOTER, "\n## Models\n- one\n" + FOOTER))
    assert result == mine.replace(FOOTER, "\n## Models\n- one\n" + FOOTER)


def test_a_section_with_another_heading_is_known_by_its_lines():
    mine = BASE.replace("## Topics", "## Themen")
    new = BASE.replace("- sugar\n", "- sugar\n- lemon\n")
    assert merged(BASE, mine, new) == new.replace("## Topics", "## Themen")


def test_of_two_copies_of_a_section_the_first_takes_its_place():
    copies = "\n## Themen\n- tea\n- milk\n- sugar\n", "\n## Kopie\n- tea\n- milk\n- sugar\n"
    mine = BASE.replace("\n## Topics\n- tea\n- milk\n- sugar\n", "".join(copies))
    new = BASE.replace("- sugar\n", "- sugar\n- lemon\n")
    assert merged(BASE, mine, new) == mine.replace(copies[0], copies[0] + "- lemon\n")


def test_an_untouched_section_goes_when_it_is_generated_no_longer():
    mine = BASE.replace("09:00 began", "09:00 we began")
    new = BASE.replace("\n## Topics\n- tea\n- milk\n- sugar\n", "")
    assert merged(BASE, mine, new) == new.replace("09:00 began", "09:00 we began")


def test_an_edited_section_stays_whole_when_it_is_generated_no_longer():
    mine = BASE.replace("- milk", "- oat milk")
    new = BASE.replace("\n## Topics\n- tea\n- milk\n- sugar\n", "")
    assert merged(BASE, mine, new) == mine
    assert pinned(BASE, mine, new) == ("Topics",)


def test_a_section_that_both_sides_added_holds_the_lines_of_both():
    result = merged("", "## Notes\nmine\n- same\n", "## Notes\n- same\n- theirs\n")
    assert result == "## Notes\nmine\n- same\n- theirs\n"


def test_a_heading_that_the_person_wrote_twice_stays_twice():
    mine = BASE + "\n## Topics\nmy own\n"
    new = BASE.replace("- tea", "- green tea")
    assert merged(BASE, mine, new) == new + "\n## Topics\nmy own\n"


def test_lines_of_a_removed_heading_stay_in_the_section_above():
    mine = BASE.replace("\n## Flow\n", "")
    result = merged(BASE, mine, BASE.replace("- sugar\n", "- sugar\n- lemon\n"))
    assert "- lemon\n- 09:00 began\n- 10:00 went on\n" in result or "- 10:00 went on\n- lemon\n" in result


# --- top and footer ---


def test_the_count_is_brought_up_to_date_in_an_edited_block():
    mine = BASE.replace("- milk", "- oat milk")
    assert merged(BASE, mine, BASE.replace("42", "43")) == mine.replace("42", "43")


def test_a_changed_count_line_stays_and_pins_the_top():
    mine = BASE.replace("messages*", "messages* (I counted)")
    assert merged(BASE, mine, BASE.replace("42", "43")) == mine
    assert pinned(BASE, mine, BASE.replace("42", "43")) == ("top",)


def test_words_behind_the_footer_stay():
    mine = BASE + "my words\n"
    new = BASE.replace("keep what matters", "capture it").replace("42", "43")
    assert merged(BASE, mine, new) == new + "my words\n"


def test_a_removed_footer_stays_removed():
    mine = BASE.replace(FOOTER, "")
    new = BASE.replace("- 10:00 went on\n", "- 10:00 went on\n- 11:00 ended\n")
    assert merged(BASE, mine, new) == new.replace(FOOTER, "")


# --- blocks of others inside ours ---


def test_a_block_of_openclaw_inside_ours_stays_whole():
    dream = "<!-- openclaw:dreaming:light:start -->\n- a dream\n- another\n<!-- openclaw:dreaming:light:end -->\n"
    mine = BASE.replace("- sugar\n", "- sugar\n## Light Sleep\n" + dream)
    new = BASE.replace("- sugar\n", "- sugar (2)\n- lemon\n").replace("42", "43")
    assert merged(BASE, mine, new) == new.replace("- lemon\n", "- lemon\n## Light Sleep\n" + dream)


# --- bytes ---


def test_newlines_of_kept_lines_stay_as_they_are():
    result = merge_blocks(b"- a\n- b\n- c\n", b"- a\r\nmine\n- b\n- c\r\n", b"- a\r\n- b\r\n- c\r\n- d\r\n")
    assert result.body == b"- a\r\nmine\n- b\n- c\r\n- d\r\n"


def test_bytes_that_are_no_utf_8_stay_as_they_are():
    mine = b"## T\n- a\n\xff\xfe \x00 caf\xe9\n- b\n"
    assert merge_blocks(b"## T\n- a\n- b\n", mine, b"## T\n- a\n- b\n- c\n").body == mine + b"- c\n"


# --- without a base ---


def test_without_base_nothing_is_dropped_and_new_lines_arrive():
    mine = BASE.replace("- milk", "- oat milk").replace("42", "41")
    new = BASE.replace("- sugar\n", "- sugar\n- lemon\n")
    result = merged(None, mine, new)
    assert set(mine.replace("41", "42").splitlines()) <= set(result.splitlines())
    assert set(new.splitlines()) <= set(result.splitlines())
    assert pinned(None, mine, new) == ("Topics",)


def test_without_base_there_is_one_count_and_one_footer():
    result = merged(None, BASE.replace("42", "41").replace("- milk", "- oat milk"), BASE)
    assert result.count("Auto-generated") == 1
    assert "42 session messages" in result
    assert result.count(FOOTER) == 1


def test_without_base_sections_of_both_sides_are_there():
    result = merged(None, f"{TOP}\n## Mine\nx\n\n## Flow\n- 08:00\n{FOOTER}", BASE)
    assert [section.title for section in split(result.encode())] == ["top", "Topics", "Mine", "Flow", "footer"]


def test_without_base_a_new_line_stands_behind_the_persons_in_its_place():
    assert (
        merged(None, "- tea\n- oat milk\n- sugar\n", "- tea\n- milk\n- sugar\n")
        == "- tea\n- oat milk\n- milk\n- sugar\n"
    )


def test_without_base_headings_that_occur_twice_are_not_added_again_and_again():
    new = "## A\n- a\n## B\n## A\n"
    once = merged(None, "## B\n## A\n", new)
    assert merged(None, once, new) == once


def test_without_base_the_second_merge_adds_nothing():
    new = BASE.replace("- milk", "- soy milk")
    once = merged(None, BASE.replace("- milk", "- oat milk"), new)
    assert merged(None, once, new) == once


# --- for any lines ---

texts = st.sampled_from(["- a", "- b", "- c", "- a b c d", "- a b c e", "", "## A", "## B", "x", FOOTER.strip()])
blocks = st.lists(texts, max_size=14).map(lambda lines: "".join(line + "\n" for line in lines))
lists = st.lists(
    st.sampled_from(["- a\n", "- b\n", "- c\n", "- a b c d\n", "- a b c e\n", "\n", "x\n"]), max_size=6
).map("".join)
generated_blocks = st.tuples(lists, lists, lists).map(
    lambda parts: f"{TOP}{parts[0]}## A\n{parts[1]}## B\n{parts[2]}{FOOTER}"
)


def is_subsequence(part, whole):
    rest = iter(whole)
    return all(line in rest for line in part)


@settings(max_examples=EXAMPLES, deadline=None)
@given(blocks, blocks, blocks)
def test_lines_that_were_not_generated_before_stay_in_order(base, mine, theirs):
    generated = set(base.splitlines())
    written = [line for line in mine.splitlines() if line and line not in generated]
    assert is_subsequence(written, merged(base, mine, theirs).splitlines())


@settings(max_examples=EXAMPLES, deadline=None)
@given(blocks, blocks, blocks)
def test_no_line_comes_from_nowhere(base, mine, theirs):
    assert set(merged(base, mine, theirs).splitlines()) <= {*mine.splitlines(), *theirs.splitlines()}


@settings(max_examples=EXAMPLES, deadline=None)
@given(blocks, blocks, blocks)
def test_the_result_stays_when_the_same_is_generated_again(base, mine, theirs):
    once = merged(base, mine, theirs)
    assert merged(theirs, once, theirs) == once


@settings(max_examples=EXAMPLES, deadline=None)
@given(blocks, blocks)
def test_a_side_that_did_not_change_leaves_the_other_as_it_is(base, other):
    assert merged(base, other, base) == other
    assert [line for line in merged(base, base, other).splitlines() if line] or not other.strip()


@settings(max_examples=EXAMPLES, deadline=None)
@given(blocks, generated_blocks)
def test_without_base_all_lines_of_both_are_there(mine, theirs):
    result = merged(None, mine, theirs)
    assert is_subsequence(mine.splitlines(), result.splitlines())
    assert {line for line in theirs.splitlines() if line} <= set(result.splitlines())
    assert merged(None, result, theirs) == result
