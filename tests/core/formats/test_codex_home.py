"""What the files beside the rollouts tell."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.formats.codex_home import LEAVE_IMPORTS, imports, titles
from tests.builders import line
from tests.core.formats.codex_reading import facts, talk
from tests.core.formats.test_codex_reader import imported

RECORD = {
    "source_path": "/home/made-up/log.jsonl",
    "content_sha256": "0",
    "imported_thread_id": "t1",
    "title": "Proxy",
}


def test_the_last_title_of_a_thread_wins() -> None:
    index = [("t1", "Proxy"), ("t2", "Tests"), ("t1", "Staging proxy")]
    data = b"".join(line({"id": thread, "thread_name": name, "updated_at": "x"}) for thread, name in index)
    assert titles(data) == {"t1": "Staging proxy", "t2": "Tests"}


def test_lines_of_the_index_that_name_nothing_are_passed_over() -> None:
    data = b'\n{"id": "t1"}\n{"thread_name": "x"}\n{"id": 1, "thread_name": "x"}\nnot JSON\n[]\n{"id": "t2", "thr'
    assert titles(data) == {}


@pytest.mark.parametrize("document", [{"records": [RECORD]}, [RECORD]])
def test_imported_threads_are_named_with_the_log_they_were_made_from(document: object) -> None:
    """Both shapes are reported."""
    assert imports(json.dumps(document).encode()) == {"t1": "/home/made-up/log.jsonl"}


@pytest.mark.parametrize(
    "data", [b"", b"{", b"7", b"{}", b'{"records": 1}', b'{"records": [1, {}, {"imported_thread_id": 7}]}']
)
def test_a_list_of_imports_that_cannot_be_read_names_none(data: bytes) -> None:
    assert imports(data) == {}


def test_an_import_without_its_log_is_still_one() -> None:
    assert imports(b'[{"imported_thread_id": "t1", "source_path": null}]') == {"t1": ""}


def test_a_thread_begun_without_its_import_gives_only_what_was_said_since() -> None:
    assert talk(facts(*imported(), state=LEAVE_IMPORTS)) == [("user", "Thanks"), ("assistant", "Gladly.")]


@given(st.binary(max_size=100))
def test_no_bytes_raise(data: bytes) -> None:
    titles(data)
    imports(data)
