"""Without RE2 the same rules run under Python's re, with the same results."""

from __future__ import annotations

import subprocess
import sys

import pytest

from memsyncd.core.redact.engine import Barriers, Engine, secrets
from memsyncd.core.redact.patterns import compile_re, compile_re2
from memsyncd.core.redact.rules import Rule
from tests.core.redact.compiled import ruleset
from tests.core.redact.examples import all_examples
from tests.core.redact.expressions import expand
from tests.core.redact.shapes import CONTEXTS, SHAPES
from tests.core.redact.test_must_stay import CODE, IDENTIFIERS, PLACEHOLDERS, PROSE, VALUES


def _spans(engine: Engine, text: str) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.rule.id) for span in engine.scan(text.encode())]


@pytest.fixture(scope="module")
def engines() -> tuple[Engine, Engine]:
    return Engine(ruleset()), Engine(ruleset(fallback=True))


def test_both_find_the_same_tokens(engines):
    for shape in SHAPES:
        for context in CONTEXTS.values():
            text = context.format(shape.expand(1))
            assert _spans(engines[0], text) == _spans(engines[1], text), (shape.id, context)


def test_both_find_the_same_in_every_example(engines):
    for example in all_examples():
        for expression in (*example.finds, *example.stays):
            text = f"größe {expand(expression).text} größe"
            assert _spans(engines[0], text) == _spans(engines[1], text), expression


def test_both_let_the_same_stand(engines):
    for text in (*IDENTIFIERS, *VALUES, *PLACEHOLDERS, *CODE, *PROSE):
        assert _spans(engines[1], text) == [], text


@pytest.mark.parametrize("compile_with", [compile_re2, compile_re])
def test_what_stands_before_the_start_of_a_search_is_context(compile_with):
    pattern = compile_with(r"\bfoo")
    assert pattern.search(b"xfoo", 1) is None
    assert pattern.search(b"x foo", 2).span() == (2, 5)


@pytest.mark.parametrize("compile_with", [compile_re2, compile_re])
def test_a_wrong_pattern_is_a_value_error(compile_with):
    with pytest.raises(ValueError, match="missing"):
        compile_with("(")


def test_re2_takes_a_class_to_hold_characters():
    """As Latin-1, "…" would exclude the bytes of other characters too and end the match inside "€"."""
    assert compile_re2("[^…]+").search("Geh€im…".encode()).span() == (0, len("Geh€im".encode()))


def test_a_span_never_cuts_a_character_in_two():
    """Under re a bounded repeat can end in the middle of one."""
    text = "x=éé"
    cutting = Rule(
        id="r",
        rank=0,
        label="SECRET",
        description="test",
        regex="x=([^a]{1,3})",
        spellings=b"x",
        entropy=0.0,
        exact=False,
        anywhere=False,
        anchor=None,
        needs=None,
        allowlists=(),
        compile_with=compile_re,
    )
    raw = text.encode()
    assert [raw[start:end].decode() for start, end in secrets(cutting, raw, Barriers(raw))] == ["éé"]


def test_the_package_works_without_re2():
    program = (
        "import sys; sys.modules['re2'] = None\n"
        "from memsyncd.core.redact import redact\n"
        "from memsyncd.core.redact.patterns import LINEAR\n"
        "print(LINEAR, redact('mein Passwort ist hunter2').text)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "False mein Passwort ist [REDACTED-PASSWORD]\n"
