"""Each packaged rule finds what it is there for, and leaves what only looks like it."""

from __future__ import annotations

import pytest

from memsyncd.core.redact import redact
from tests.core.redact.compiled import found_by, rule, ruleset
from tests.core.redact.examples import all_examples
from tests.core.redact.expressions import Example, expand
from tests.core.redact.shapes import CONTEXTS, survivors

SEEDS = range(3)

each = pytest.mark.parametrize("example", all_examples(), ids=lambda example: example.rule)


@each
def test_a_rule_finds_its_examples_and_names_them(example: Example):
    for expression in example.finds:
        for seed in SEEDS:
            made = expand(expression, seed)
            found = found_by(example.rule, made.text)
            assert set(made.secrets) <= set(found), (expression, seed)
            redacted = redact(made.text).text
            assert not [piece for secret in made.secrets for piece in survivors(secret, redacted)], (
                expression,
                seed,
            )


@each
def test_what_only_looks_like_it_stays(example: Example):
    for expression in example.stays:
        for seed in SEEDS:
            text = expand(expression, seed).text
            assert redact(text).text == text, (expression, seed)


@pytest.mark.parametrize(
    "example", [one for one in all_examples() if rule(one.rule).exact], ids=lambda example: example.rule
)
def test_a_token_is_found_in_every_context(example: Example):
    """Only tokens that announce themselves: what needs its context has it in the example."""
    for expression in example.finds:
        if "⟦" in expression:
            continue
        for name, context in CONTEXTS.items():
            secret = expand(expression, name).text
            redacted = redact(context.format(secret)).text
            assert not survivors(secret, redacted), (expression, name)


def test_every_rule_has_examples_of_both_kinds():
    known = {example.rule: example for example in all_examples()}
    assert [one.id for one in ruleset().rules if one.id not in known] == []
    assert [name for name, one in known.items() if not one.finds or not one.stays] == []
    assert len(known) == len(all_examples())
