"""Published token formats are found wherever they stand, and named by what they are."""

from __future__ import annotations

import pytest

from memsyncd.core.redact import LABELS, redact
from tests.core.redact.shapes import CONTEXTS, SHAPES, Shape, survivors

SEEDS = range(3)

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.id)


@each_shape
@pytest.mark.parametrize("context", CONTEXTS.values(), ids=list(CONTEXTS))
def test_nothing_of_a_token_is_left_in_any_context(shape: Shape, context: str):
    for seed in SEEDS:
        secret = shape.expand(seed)
        redacted = redact(context.format(secret)).text
        assert not survivors(secret, redacted), (shape.id, seed)
        assert f"[REDACTED-{shape.label}]" in redacted, (shape.id, seed)


@each_shape
def test_a_finding_names_rule_label_and_exact_span(shape: Shape):
    for seed in SEEDS:
        secret = shape.expand(seed)
        text = f"here: {secret} and on"
        [finding] = redact(text).findings
        assert (finding.rule, finding.label) == (shape.rule, shape.label), (shape.id, seed)
        assert text[finding.start : finding.end] == secret, (shape.id, seed)


@each_shape
def test_the_words_around_a_token_stay(shape: Shape):
    redacted = redact(f"Please keep ({shape.expand(9)}), and this.").text
    assert redacted == f"Please keep ([REDACTED-{shape.label}]), and this."


@each_shape
def test_the_specific_label_wins_over_the_context(shape: Shape):
    """A name such as API_KEY says less than the token itself."""
    redacted = redact(f'API_KEY="{shape.expand(4)}"').text
    assert redacted == f'API_KEY="[REDACTED-{shape.label}]"'


@each_shape
def test_openclaws_mask_of_a_token_stays(shape: Shape):
    """OpenClaw masks a token of 18 characters or more as its first six, "…", and its last four."""
    secret = shape.expand(5)
    text = f'"apiKey": "{secret[:6]}…{secret[-4:]}"'
    assert redact(text).text == text


def test_several_tokens_are_found_one_by_one():
    secrets = [shape.expand(7) for shape in SHAPES]
    redaction = redact("\n".join(secrets))
    assert redaction.text.split("\n") == [f"[REDACTED-{shape.label}]" for shape in SHAPES]
    assert [finding.label for finding in redaction.findings] == [shape.label for shape in SHAPES]


def test_every_label_of_a_shape_is_a_known_one():
    assert {shape.label for shape in SHAPES} <= set(LABELS)
