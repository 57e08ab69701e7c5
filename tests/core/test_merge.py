"""What becomes of a memory file when its day is generated anew."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from memsyncd.core.markers import BEGIN, end_marker, parse, short_sum
from memsyncd.core.merge import merge
from tests.core.test_markers import files
from tests.effort import EXAMPLES

HEADING = "# 2026-01-15 (Thursday)"
FOOTER = "\n---\n\n*Review and edit this draft to capture what's actually important.*\n"


def generated(count: int = 42, topics=("tea", "milk"), flow=("09:00 began", "10:00 went on")) -> str:
    parts = [f"*Auto-generated from {count} session messages*\n\n## Topics Covered\n"]
    parts += [f"- {topic}\n" for topic in topics]
    parts += ["\n## Session Flow\n", *(f"- {step}\n" for step in flow), FOOTER]
    return "".join(parts)


def file_of(block: str, *, edited: str | None = None) -> str:
    """A file as we write it, with the block as somebody has edited it."""
    text = block if edited is None else edited
    return f"{HEADING}\n\n{BEGIN.decode()}\n{text}{end_marker(short_sum(block)).decode()}\n"


OLD = generated()
NEW = generated(43, ("tea", "milk", "lemon"))


def result(old: str | bytes | None, block: str = NEW, *, base: str | None = OLD, **options: bool):
    data = old.encode() if isinstance(old, str) else old
    return merge(data, block, base=base, heading=HEADING, **options)


# --- golden triples: the file, what is done, the file afterwards ---


@pytest.mark.parametrize("old", [None, b""])
def test_a_new_file_holds_the_heading_and_the_block(old):
    made = result(old, base=None)
    assert (made.action, made.data.decode()) == ("create", file_of(NEW))
    assert made.data.decode().startswith(
        "# 2026-01-15 (Thursday)\n\n<!-- memsyncd:begin -->\n*Auto-generated from 43"
    )
    assert made.data.decode().endswith(f"important.*\n<!-- memsyncd:end {short_sum(NEW)} -->\n")


@pytest.mark.parametrize(
    ("old", "before"),
    [
        ("notes\n", "notes\n\n"),
        ("notes", "notes\n\n"),
        ("notes\n\n", "notes\n\n"),
        ("notes\n \t\n", "notes\n \t\n"),
        ("a\r\nb\r\n", "a\r\nb\r\n\r\n"),
        ("a\r\nb", "a\r\nb\r\n\r\n"),
        ("\n", "\n"),
        ("\ufeff", "\ufeff\n\n"),
        ("nul \0\n", "nul \0\n\n"),
    ],
)
def test_a_foreign_file_gets_the_block_at_its_end_after_a_blank_line(old, before):
    made = result(old, base=None)
    assert made.action == "append"
    assert made.data.decode().startswith(before + BEGIN.decode())
    assert parse(made.data).verdict == "intact"
    assert (b"\r\n" in made.data) == ("\r\n" in old)
    assert result(made.data, base=None).action == "unchanged"


def test_an_untouched_block_is_replaced_and_the_text_around_it_stays():
    old = f"\ufeff{file_of(OLD)}\r\n## My Notes\nkept for ever"
    made = result(old)
    assert (made.action, made.pinned) == ("replace", ())
    assert made.data.decode() == f"\ufeff{file_of(NEW)}\r\n## My Notes\nkept for ever"


def test_an_untouched_block_needs_no_base():
    assert result(file_of(OLD), base=None).data.decode() == file_of(NEW)
    assert result(file_of(OLD), base="something else\n").data.decode() == file_of(NEW)


def test_the_same_block_changes_nothing():
    made = result(file_of(NEW))
    assert (made.action, made.data.decode()) == ("unchanged", file_of(NEW))


def test_edits_inside_stay_and_new_lines_arrive():
    edited = OLD.replace("- milk\n", "- milk (oats!)\nmy own line\n").replace("- 09:00 began\n", "")
    made = result(file_of(OLD, edited=edited))
    expected = NEW.replace("- milk\n", "- milk (oats!)\nmy own line\n").replace("- 09:00 began\n", "")
    assert (made.action, made.pinned) == ("replace", ())
    assert made.data.decode() == file_of(NEW, edited=expected)


def test_where_both_sides_changed_a_line_the_persons_stays_and_the_section_is_named():
    made = result(file_of(OLD, edited=OLD.replace("- milk\n", "- oat milk\n")), generated(43, ("tea", "milk (2)")))
    assert made.pinned == ("Topics Covered",)
    assert made.data.decode() == file_of(
        generated(43, ("tea", "milk (2)")), edited=generated(43, ("tea", "oat milk"))
    )


def test_the_sum_moves_on_although_only_the_persons_lines_are_left():
    old = file_of(OLD, edited="mine\n")
    made = result(old)
    assert made.action == "replace"
    assert parse(made.data).recorded == short_sum(NEW)


def test_without_base_nothing_is_removed_from_an_edited_block():
    edited = OLD.replace("- milk\n", "- oat milk\n")
    for base in (None, "not the block written last\n"):
        made = result(file_of(OLD, edited=edited), base=base)
        lines = made.data.decode().splitlines()
        assert set(edited.replace("42", "43").splitlines()) <= set(lines)
        assert set(NEW.splitlines()) <= set(lines)
        assert (made.action, made.pinned) == ("replace", ("Topics Covered",))
        assert "lost" in made.reason


def test_without_base_and_sum_nothing_is_removed_from_the_block():
    old = file_of(OLD).replace(f" {short_sum(OLD)} ", " ")
    made = result(old)
    assert set(OLD.replace("42", "43").splitlines()) <= set(made.data.decode().splitlines())
    assert parse(made.data).recorded == short_sum(NEW)


def test_an_edited_block_of_the_same_generation_stays_although_the_base_is_lost():
    old = file_of(NEW, edited=NEW.replace("- milk\n", ""))
    made = result(old, base=None)
    assert (made.action, made.data.decode()) == ("unchanged", old)


def test_after_a_lost_base_the_next_merge_is_an_ordinary_one():
    old = result(file_of(OLD, edited=OLD.replace("- milk\n", "- oat milk\n")), base=None).data
    next_block = generated(44, ("tea", "milk", "lemon", "salt"))
    made = merge(old, next_block, base=NEW, heading=HEADING)
    assert made.data.decode().count("session messages*") == 1
    assert len(made.data.splitlines()) == len(old.splitlines()) + 1


def test_a_removed_block_comes_back_at_the_end():
    made = result("# 2026-01-15 (Thursday)\n\nmine\n")
    assert made.action == "append"


# --- newlines ---


def test_a_file_with_windows_newlines_keeps_them():
    old = (file_of(OLD) + "mine\n").replace("\n", "\r\n")
    made = result(old)
    assert made.data.decode() == (file_of(NEW) + "mine\n").replace("\n", "\r\n")
    edited = (file_of(OLD, edited=OLD.replace("- tea\n", "- tea!\n")) + "mine\n").replace("\n", "\r\n")
    expected = file_of(NEW, edited=NEW.replace("- tea\n", "- tea!\n")) + "mine\n"
    assert result(edited).data.decode() == expected.replace("\n", "\r\n")


def test_an_untouched_block_with_converted_newlines_is_left_alone():
    old = file_of(NEW).replace("\n", "\r\n")
    assert result(old).action == "unchanged"


def test_an_untouched_block_with_mixed_newlines_is_left_alone():
    old = file_of(NEW).replace("tea\n", "tea\r\n")
    assert result(old).action == "unchanged"


def test_a_missing_final_newline_stays_missing():
    assert result(file_of(OLD).removesuffix("\n")).data.decode() == file_of(NEW).removesuffix("\n")
    assert result(file_of(OLD) + "mine").data.decode() == file_of(NEW) + "mine"


def test_generated_text_without_final_newline_gets_one():
    assert result(None, "- a", base=None).data == result(None, "- a\n", base=None).data


def test_half_a_surrogate_pair_in_generated_text_does_no_harm():
    made = result(file_of(OLD), NEW.replace("lemon", "\ud83d"))
    assert "- ?\n" in made.data.decode()
    assert result(made.data, NEW.replace("lemon", "\ud83d")).action == "unchanged"


# --- the predecessor's files ---

LEGACY = generated(7, ("old",))


def test_the_predecessors_file_is_left_alone():
    made = result(f"{HEADING}\n\n{LEGACY}\n## Notes\nmine", base=None)
    assert (made.action, made.lines) == ("refused", ())
    assert made.data.decode() == f"{HEADING}\n\n{LEGACY}\n## Notes\nmine"
    assert "predecessor" in made.reason


@pytest.mark.parametrize("option", ["adopt_legacy", "force"])
def test_the_predecessors_block_is_taken_over_when_asked_for(option):
    made = result(f"{HEADING}\n\n{LEGACY}\n## Notes\nmine", base=None, **{option: True})
    assert made.action == "adopt"
    assert made.data.decode() == f"{file_of(NEW)}\n## Notes\nmine"
    assert result(made.data).action == "unchanged"


def test_a_predecessors_file_without_final_newline_keeps_it_so():
    made = result(f"{HEADING}\n\n{LEGACY}".removesuffix("\n"), base=None, force=True)
    assert made.data.decode() == file_of(NEW).removesuffix("\n")


def test_a_predecessors_file_with_windows_newlines_keeps_them():
    made = result(f"{HEADING}\n\n{LEGACY}mine\n".replace("\n", "\r\n"), base=None, force=True)
    assert made.data.decode() == (file_of(NEW) + "mine\n").replace("\n", "\r\n")


# --- damaged markers ---


@pytest.mark.parametrize("options", [{}, {"force": True}, {"adopt_legacy": True}])
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"a\n{BEGIN.decode()}\nb\n", (2,)),
        (f"{end_marker('3f9c1a72').decode()}\n", (1,)),
        (f"{end_marker('3f9c1a72').decode()}\n{BEGIN.decode()}\n", (1, 2)),
        (file_of(OLD) + file_of(OLD), (3, 17, 20, 34)),
        (f"```\n{file_of(OLD)}```\n", (4, 18)),
    ],
)
def test_a_file_with_damaged_markers_is_left_alone_whatever_is_asked_for(text, lines, options):
    made = result(text, **options)
    assert (made.action, made.data, made.lines) == ("refused", text.encode(), lines)
    assert made.reason


def test_a_block_quoted_beside_ours_stays_as_it_is():
    quoted = f"\n```markdown\n{file_of(OLD)}```\n"
    assert result(quoted + file_of(OLD) + quoted).data.decode() == quoted + file_of(NEW) + quoted


def test_a_file_of_another_encoding_is_left_alone():
    text = "notes\n".encode("utf-16")
    made = result(text)
    assert (made.action, made.data, made.lines) == ("refused", text, ())


# --- what could not be read back is not written ---


@pytest.mark.parametrize(
    "block",
    [NEW + BEGIN.decode() + "\n", NEW + end_marker("3f9c1a72").decode() + "\n", "```\nnever closed\n"],
)
@pytest.mark.parametrize("old", [None, "notes\n", file_of(OLD), file_of(OLD, edited=OLD + "mine\n")])
def test_generated_text_that_would_damage_the_file_is_refused(old, block):
    made = result(old, block)
    assert (made.action, made.data) == ("refused", (old or "").encode())
    assert "read back" in made.reason


def test_a_closed_fence_in_generated_text_is_fine():
    block = NEW + "```\ncode\n```\n- ~~~\n  ends with its item\n"
    assert result(file_of(OLD), block).action == "replace"
    assert result(result(file_of(OLD), block).data, block).action == "unchanged"


def test_nothing_is_appended_behind_a_fence_that_is_never_closed():
    made = result("notes\n```\ncode\n", base=None)
    assert (made.action, made.data) == ("refused", b"notes\n```\ncode\n")
    assert "line 2" in made.reason


def test_marker_words_in_a_list_item_do_no_harm():
    block = generated(43, (BEGIN.decode(), "```", end_marker("3f9c1a72").decode()))
    made = result(file_of(OLD), block.replace("- ```\n", "- ` ``` `\n"))
    assert made.action == "replace"


# --- blocks of OpenClaw ---

DREAM = "## Light Sleep\n<!-- openclaw:dreaming:light:start -->\n- dreamt\n<!-- openclaw:dreaming:light:end -->\n"


@pytest.mark.parametrize("text", [DREAM + file_of(OLD), file_of(OLD) + DREAM, f"{DREAM}\n{file_of(OLD)}\n{DREAM}"])
def test_dreams_around_the_block_stay(text):
    assert result(text).data.decode() == text.replace(OLD, NEW).replace(short_sum(OLD), short_sum(NEW))


def test_dreams_inside_the_block_stay_as_a_persons_lines():
    made = result(file_of(OLD, edited=OLD.replace(FOOTER, "\n" + DREAM + FOOTER)))
    assert made.data.decode() == file_of(NEW, edited=NEW.replace(FOOTER, "\n" + DREAM + FOOTER))


def test_a_file_of_dreams_alone_is_foreign():
    assert result(DREAM, base=None).data.decode().startswith(DREAM + "\n" + BEGIN.decode())


# --- for any bytes ---

any_text = st.one_of(
    st.sampled_from([OLD, NEW, "", "\n", "\r\n", "```\n", BEGIN.decode()]),
    st.text(max_size=40),
    st.text(alphabet=st.characters(codec=None), max_size=20),
)


@settings(max_examples=EXAMPLES)
@given(files, any_text, st.none() | any_text, st.booleans(), st.booleans())
def test_any_file_and_any_block_have_a_result_that_is_stable(old, block, base, adopt, force):
    made = merge(old, block, base=base, heading=HEADING, adopt_legacy=adopt, force=force)
    if made.action in {"refused", "unchanged"}:
        assert made.data == old
        return
    assert parse(made.data).recorded == short_sum(block)
    again = merge(made.data, block, base=base, heading=HEADING)
    assert (again.action, again.data) == ("unchanged", made.data)


@settings(max_examples=EXAMPLES)
@given(files, any_text, st.none() | any_text)
def test_bytes_outside_the_block_come_back(old, block, base):
    made = merge(old, block, base=base, heading=HEADING)
    before, after = parse(old), parse(made.data)
    if made.action == "replace":
        assert (after.before, after.begin, after.after) == (before.before, before.begin, before.after)
    elif made.action == "append":
        assert made.data.startswith(old)
        assert after.before[len(old) :].strip() == after.after == b""


# --- a person and the generator at work on one file ---

topic_lists = st.lists(
    st.sampled_from([f"topic{n} in words" for n in range(8)] + [f"topic{n} (again)" for n in range(4)]), max_size=7
)
blocks = st.builds(generated, st.integers(1, 99), topic_lists, topic_lists)
EDITS = {  # the lines from the place on, another place, a word of the person → the lines instead
    "insert": lambda lines, to, word: [f"- {word}\n", *lines],
    "extend": lambda lines, to, word: [f"{lines[0][:-1]} {word}\n", *lines[1:]],
    "prefix": lambda lines, to, word: [f"<!-- {word} --> {lines[0]}", *lines[1:]],
    "replace": lambda lines, to, word: [f"{word}\n", *lines[1:]],
    "delete": lambda lines, to, word: lines[1:],
    "cut": lambda lines, to, word: lines[to % 6 :],
    "move": lambda lines, to, word: [*lines[1 : 2 + to], lines[0], *lines[2 + to :]],
    "blank": lambda lines, to, word: ["\n", *lines],
    "section": lambda lines, to, word: ["\n", f"## {word}\n", f"- {word}b\n", *lines],
    "rename": lambda lines, to, word: [f"## {word}\n" if line.startswith("## ") else line for line in lines],
}
edits = st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 60), st.integers(0, 20)), max_size=8)


def edit(body: str, steps, generation: int = 0) -> tuple[str, list[str]]:
    """What a person makes of a block, and the person's words in it."""
    lines = body.splitlines(keepends=True) or ["\n"]
    for number, (kind, at, to) in enumerate(steps):
        place = at % len(lines)
        lines[place:] = EDITS[kind](lines[place:], to, f"mine{generation}x{number}")
        lines = lines or ["\n"]
    text = "".join(lines)
    return text, words_of(text.encode())


newlines = st.sampled_from(["\n", "\r\n"])
outside = st.sampled_from(
    ["", "notes\n", "\ufeff# x\n\n", "mixed\r\nnewlines\n", "caf\udce9 \0\n", DREAM, "```\ncode\n```\n"]
)
tails = st.one_of(outside, st.just("no final newline"))


def written(before, body, total, after, newline) -> bytes:
    text = f"{BEGIN.decode()}\n{body}{end_marker(total).decode()}\n".replace("\n", newline)
    return (before + text + after).encode("utf-8", "surrogateescape")


def words_of(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace").replace("-->", " ")
    return [word for word in text.split() if word.startswith("mine")]


@settings(max_examples=EXAMPLES)
@given(blocks, blocks, edits, outside, tails, newlines, st.booleans())
def test_no_word_of_a_person_is_lost_or_leaves_its_order(base, block, steps, before, after, newline, lost):
    body, mine = edit(base, steps)
    old = written(before, body, short_sum(base), after, newline)
    made = merge(old, block, base=None if lost else base, heading=HEADING)
    assert made.action in {"replace", "unchanged"}
    assert words_of(made.data) == mine
    assert made.data.startswith(before.encode("utf-8", "surrogateescape"))
    assert made.data.endswith(after.encode("utf-8", "surrogateescape"))
    again = merge(made.data, block, base=block, heading=HEADING)
    assert (again.action, again.data) == ("unchanged", made.data)


@settings(max_examples=EXAMPLES)
@given(blocks, blocks, edits, newlines)
def test_without_base_every_line_of_the_old_block_stays(base, block, steps, newline):
    body, _ = edit(base, steps)
    assume(body != base)
    made = merge(written("", body, short_sum(base), "", newline), block, base=None, heading=HEADING)
    kept = Counter(made.data.decode().splitlines())
    stated = [line for line in body.splitlines() if "Auto-generated" in line and "mine" not in line]
    assert not Counter(body.splitlines()) - kept - Counter(stated)


@settings(max_examples=EXAMPLES)
@given(blocks, st.lists(st.tuples(blocks, edits, st.booleans()), min_size=2, max_size=5), newlines)
def test_over_many_generations_a_word_goes_only_when_the_person_removes_it(first, rounds, newline):
    base, data = first, written("", first, short_sum(first), "", newline)
    for number, (block, steps, lost) in enumerate(rounds):
        found = parse(data)
        body, mine = edit(found.body.decode().replace("\r\n", "\n"), steps, number)
        data = found.before + found.begin + body.replace("\n", newline).encode() + found.end + found.after
        made = merge(data, block, base=None if lost else base, heading=HEADING)
        assert made.action in {"replace", "unchanged"}
        assert words_of(made.data) == mine
        base, data = block, made.data


subsets = st.sets(st.integers(0, 9)).map(sorted)


@settings(max_examples=EXAMPLES)
@given(subsets, subsets, st.integers(0, 9))
def test_a_line_that_the_person_deleted_does_not_come_back(before, now, number):
    before, now = sorted({*before, number}), sorted({*now, number})
    base, block = ([f"topic{n} of some words" for n in numbers] for numbers in (before, now))
    gone = f"- topic{number} of some words\n"
    old = file_of(generated(1, base), edited=generated(1, base).replace(gone, ""))
    made = merge(old.encode(), generated(2, block), base=generated(1, base), heading=HEADING)
    assert made.data.decode() == file_of(generated(2, block), edited=generated(2, block).replace(gone, ""))
    assert made.pinned == ()


@settings(max_examples=EXAMPLES)
@given(subsets, subsets, st.integers(0, 9))
def test_around_a_persons_note_the_section_is_as_generated(before, now, at):
    base, block = (generated(1, [f"topic{n} of some words" for n in numbers]) for numbers in (before, now))
    lines = base.splitlines(keepends=True)
    lines.insert(3 + at % (len(before) + 1), "my note\n")
    made = merge(file_of(base, edited="".join(lines)).encode(), block, base=base, heading=HEADING)
    assert made.data.decode().replace("my note\n", "").replace(short_sum(block), "") == file_of(block).replace(
        short_sum(block), ""
    )
    assert made.data.count(b"my note\n") == 1


@settings(max_examples=EXAMPLES)
@given(blocks, blocks, outside, tails)
def test_a_block_that_nobody_touched_becomes_the_new_one(base, block, before, after):
    made = merge(written(before, base, short_sum(base), after, "\n"), block, base=None, heading=HEADING)
    assert made.data == written(before, block, short_sum(block), after, "\n")
    assert made.pinned == ()
