"""What becomes of a file that was written before a section existed."""

from __future__ import annotations

from memsyncd.core.markers import parse
from memsyncd.core.merge import merge
from memsyncd.core.render import render_block
from tests.core.digest.builders import talk

DAY = talk(
    "Remind me tomorrow to oil the harbour gate.", "> Noted.", "how old is the harbour gate?", "> 80 years."
)
HEADING = "# 2026-01-15 (Thursday)"


def without_open_questions(block):
    """The block as it was before there was the section."""
    head, _, rest = block.partition("## Open Questions\n")
    return head + rest[rest.index("## Session Flow") :]


def merged(edit=lambda text: text):
    """The text of a file with the old block, edited by a person, after the new one came."""
    new = render_block(DAY)
    old = without_open_questions(new)
    file = merge(None, old, base=None, heading=HEADING).data.decode()
    return merge(edit(file).encode(), new, base=old, heading=HEADING)


def headings(text):
    return [line[3:] for line in text.splitlines() if line.startswith("## ")]


def test_a_section_that_is_new_arrives_in_its_place():
    found = merged().data
    assert parse(found).verdict == "intact"
    assert headings(found.decode())[:4] == ["Topics Covered", "Key Decisions", "Open Questions", "Session Flow"]
    assert "- 09:00 Remind me tomorrow to oil the harbour gate." in found.decode()


def test_what_a_person_changed_stays_beside_the_new_section():
    def edit(text):
        text = text.replace("## Key Decisions\n", "## Key Decisions\n- the gate becomes green\n")
        return text.replace("## Session Flow\n", "## Session Flow\nA calm day.\n") + "\n## My Notes\nkeep me\n"

    found = merged(edit).data.decode()
    assert headings(found)[:4] == ["Topics Covered", "Key Decisions", "Open Questions", "Session Flow"]
    for line in ("- the gate becomes green", "A calm day.", "keep me", "- 09:00 Remind me tomorrow"):
        assert line in found


def test_a_section_that_a_person_took_out_does_not_come_back_with_it():
    def edit(text):
        start = text.index("## Technical Details")
        return text[:start] + text[text.index("## Model Transitions") :]

    found = headings(merged(edit).data.decode())
    assert "Technical Details" not in found
    assert "Open Questions" in found
