"""docs/SECRET_PATTERNS.md is what the rules say. ``UPDATE_DOCS=1`` writes it."""

from __future__ import annotations

import os
from pathlib import Path

from memsyncd.core.redact.catalogue import render
from memsyncd.core.redact.redactor import packaged
from tests.core.redact.compiled import ruleset

PAGE = Path(__file__).parent.parent / "docs" / "SECRET_PATTERNS.md"


def test_the_page_of_patterns_is_up_to_date() -> None:
    page = render(packaged())
    if os.environ.get("UPDATE_DOCS"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, "utf-8")
    assert PAGE.read_text("utf-8") == page, "run UPDATE_DOCS=1 pytest tests/test_secret_patterns.py"


def test_the_page_names_every_rule() -> None:
    page = PAGE.read_text("utf-8")
    assert [rule.id for rule in ruleset().rules if f"| `{rule.id}` |" not in page] == []


def test_there_are_more_than_two_hundred_published_formats() -> None:
    assert sum(rule.exact for rule in ruleset().rules) >= 200
