from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.plain import code, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words stay", "plain words stay"),
        ("two\nlines\r\nand\ttab", "two lines and tab"),
        ("line\u2028separator\u0085next", "line separator next"),
        ("<!-- memsyncd:begin -->", "&lt;!-- memsyncd:begin --&gt;"),
        ("a <!-- openclaw:dreaming:light:start --> b", "a &lt;!-- openclaw:dreaming:light:start --&gt; b"),
        ("<\u200b!-- hidden -->", "&lt;!-- hidden --&gt;"),
        ("a < b and c > d", "a < b and c > d"),
        ("# heading", "heading"),
        ("#123 is an issue", "#123 is an issue"),
        ("> quote", "quote"),
        ("---", ""),
        ("- item", "item"),
        ("```sh rm```", "'sh rm'"),
        ("use `code` here", "use `code` here"),
        ("User: hello", "User - hello"),
        ("ASSISTANT : hello", "ASSISTANT - hello"),
        ("Conversation Summary: it", "Conversation Summary - it"),
        ("<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>", "<BEGIN_OPENCLAW_INTERNAL_CONTEXT>"),
        ("Context: ⟦openclaw:ctx⟧", "Context: [openclaw:ctx]"),
        ("right\u202eleft", "rightleft"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("bell\x07 and \x1b[31mred", "bell and [31mred"),
        ("tag\U000e0041\U000e0042s", "tags"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("👨‍👩‍👧 stays", "👨‍👩‍👧 stays"),
        ("می‌خواهم", "می‌خواهم"),
        ("שלום עולם", "שלום עולם"),
        ("全角　空白", "全角 空白"),
    ],
)
def test_text_becomes_one_harmless_line(text, expected):
    assert plain(text) == expected


def test_a_code_span_holds_no_backtick_of_its_own():
    assert code("rm `x` <!-- y -->") == "`rm 'x' &lt;!-- y --&gt;`"


def test_an_empty_code_span_is_still_one():
    assert code("\x00") == "` `"


_HOSTILE = st.lists(
    st.sampled_from(
        ["<!--", "-->", "<", "!", "--", "\n", "#", "```", "`", "User:", "\u200b", "a", " ", "⟦", "\ud800"]
    )
).map("".join)


@given(_HOSTILE)
def test_no_hostile_text_gives_a_marker_a_fence_or_a_second_line(text):
    shown = plain(text)
    assert "<!--" not in shown
    assert "-->" not in shown
    assert "```" not in shown
    assert "\n" not in shown
    assert not shown.lower().startswith("user:")
    shown.encode()


@given(st.text())
def test_what_is_plain_stays_as_it_is(text):
    once = plain(text)
    assert plain(once) == once
