"""What another detector finds is judged by the conventions of our own rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.redact.placeholders import LABELS, PLACEHOLDER, placeholder
from memsyncd.core.redact.standins import is_standin, secret_parts

WORDY = ["password", "changeme", "your-api-key", "YOUR_API_KEY", "mypassword", "secret", "<your key>", "pass"]
TEMPLATES = ["$GITHUB_TOKEN", "${TOKEN:-none}", "$(gh auth token)", "{{ vault.pw }}", "{password}", "%(pw)s"]
MASKS = ["***", "sk-abc…9f3a", "sk-...", "x" * 36, "gh" + "p_" + "x" * 36, "…"]


def parts(text, start=0, end=None):
    return [text[begin:stop] for begin, stop in secret_parts(text, start, len(text) if end is None else end)]


@pytest.mark.parametrize("value", [*WORDY, *TEMPLATES, *MASKS])
def test_what_documentation_writes_is_a_standin(value):
    assert is_standin(value)
    assert parts(value) == []


@pytest.mark.parametrize(
    "value", ["hunter2", "tiger", "Zk9xQw82mVt4", "correct horse", "p@ss", "x" * 600, "\ud800a1"]
)
def test_anything_else_is_none(value):
    assert not is_standin(value)
    assert parts(value) == [value]


def test_a_placeholder_is_no_secret():
    text = f"token {placeholder('GITHUB-TOKEN')} and {placeholder('API-KEY')[:-1]}:0a1b2c]"
    for found in PLACEHOLDER.finditer(text):
        assert parts(text, *found.span()) == []
        assert parts(text, found.start() + 1, found.end() - 1) == []


def test_what_stands_beside_a_placeholder_is_judged_alone():
    hidden = placeholder("PASSWORD")
    assert parts(f"Zk9x{hidden}Qw82") == ["Zk9x", "Qw82"]
    assert parts(f"{hidden}changeme{hidden}Qw82") == ["Qw82"]


def test_a_span_may_begin_and_end_inside_placeholders():
    text = f"{placeholder('JWT')} Zk9x {placeholder('SECRET')}"
    assert parts(text, 3, len(text) - 3) == [" Zk9x "]


def test_a_placeholder_that_is_none_hides_nothing():
    assert parts("[REDACTED-ANYTHING]Qw82") == ["[REDACTED-ANYTHING]Qw82"]


def test_signs_alone_are_no_secret():
    assert parts(f'"}}, {placeholder("SECRET")} …)') == []


@given(st.lists(st.one_of(st.sampled_from(LABELS).map(placeholder), st.text("aZ9-[]R ", max_size=9))), st.data())
def test_parts_are_in_order_within_the_span_and_outside_placeholders(pieces, data):
    text = "".join(pieces)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    position = start
    for begin, stop in secret_parts(text, start, end):
        assert position <= begin < stop <= end
        assert not any(found.start() < stop and begin < found.end() for found in PLACEHOLDER.finditer(text))
        position = stop
