from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Raw, Struct, UnsetType

from memsyncd.core.formats.fitting import read_record, read_value
from memsyncd.model import Malformed


class Inner(Struct, gc=False):
    name: str | None = None
    size: float | None = None


class Outer(Struct, gc=False):
    title: str = ""
    flag: bool | None = None
    at: str | int | float | None = None
    inner: Inner | None = None
    items: str | list[Inner] | None = None
    mixed: str | list[Inner | str] | None = None
    raw: Raw | UnsetType = UNSET


DECODER = msgspec.json.Decoder(Outer)


def read(data: bytes) -> Any:
    return read_record(data, DECODER)


def spoilt(fields: str) -> Any:
    """The record of an object with a field that the strict decoder refuses."""
    return read(b'{"flag":"yes",' + fields.encode() + b"}")


def test_a_field_of_an_unexpected_type_is_absent_and_the_others_stay() -> None:
    got = spoilt('"title":"x","inner":{"name":7,"size":2},"at":5,"other":[1]')
    assert got == Outer(title="x", inner=Inner(size=2.0), at=5)


@pytest.mark.parametrize("items", ["[1]", '["x"]', '[{"name":"a"},null]', "[[]]", '{"name":"a"}', "7"])
def test_a_list_with_an_item_of_an_unexpected_type_is_absent(items: str) -> None:
    assert spoilt(f'"items":{items}').items is None


def test_items_are_fitted_one_by_one() -> None:
    assert spoilt('"items":[{"name":"a","size":"big"},{}]').items == [Inner("a"), Inner()]
    assert spoilt('"mixed":["x",{"name":"a"}]').mixed == ["x", Inner("a")]
    assert spoilt('"items":"text"').items == "text"
    assert spoilt('"items":[]').items == []
    assert spoilt('"title":[]').title == ""


def test_undecoded_fields_stay_undecoded() -> None:
    got = spoilt('"raw":{"a":[1,"b"]}')
    assert read_value(got.raw, msgspec.json.Decoder()) == {"a": [1, "b"]}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'"x"', "not a JSON object"),
        (b'{"title":' + b"9" * 5_000 + b"}", "not JSON"),
        (b'{"raw":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested too deeply"),
    ],
)
def test_what_is_no_object_is_malformed(data: bytes, why: str) -> None:
    assert read(data) == Malformed(why)


def test_bad_characters_are_replaced() -> None:
    assert read(b'{"title":"caf\xe9"}').title == "caf\ufffd"
    assert read(rb'{"title":"x \ud83d y"}').title.encode() == "x \ufffd\ufffd\ufffd y".encode()


def test_a_value_that_is_not_what_was_wanted_is_none() -> None:
    assert read_value(b'{"a":1}', msgspec.json.Decoder(str)) is None
    assert read_value(b"{", msgspec.json.Decoder()) is None
    assert read_value(b'"x"', msgspec.json.Decoder(str)) == "x"


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*Outer.__struct_fields__, "name"]), json_values))
def test_whatever_is_read_has_the_types_that_the_record_declares(values: dict[str, Any]) -> None:
    got = read(json.dumps(values).encode())
    assert isinstance(got, Outer)
    got.raw = UNSET
    assert msgspec.convert(msgspec.to_builtins(got), Outer) == got
