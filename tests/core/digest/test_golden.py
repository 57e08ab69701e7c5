"""The whole block of one rich day, word for word. After a wanted change: ``REWRITE_GOLDEN=1 pytest`` and look at the diff."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from memsyncd.core.frame import render_heading
from memsyncd.core.render import render_block
from tests.core.digest.rich_day import rich_day

GOLDEN = Path(__file__).parent / "golden"


def rendered(limit):
    day = rich_day()
    return f"{render_heading(day.date)}\n\n{render_block(day, limit=limit)}"


@pytest.mark.parametrize(("name", "limit"), [("rich-day.md", 15_000), ("rich-day-short.md", 1_800)])
def test_the_block_is_as_it_was(name, limit):
    path = GOLDEN / name
    text = rendered(limit)
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_bytes(text.encode())
    assert text.encode() == path.read_bytes()


def test_the_essence_stands_in_the_first_thousand_characters():
    head = rendered(15_000)[:1_000]
    assert "- birthday party" in head
    assert "garden instead of the restaurant" in head
    assert head.count("\n- ") >= 12


def test_the_order_of_sets_in_memory_changes_nothing():
    script = "from tests.core.digest.test_golden import rendered; import sys; sys.stdout.buffer.write(rendered(15_000).encode())"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])}
        found = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        assert found.stdout == rendered(15_000).encode()
