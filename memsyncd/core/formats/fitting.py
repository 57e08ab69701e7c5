"""Reads JSON lines into records as far as they fit: strictly and fast, and leniently when that refuses.

Pure, and without knowledge of any format: a format declares records of the fields that it uses, and passes a
decoder of the outermost one. Lines of agents' logs are strange now and then, and one odd field must not cost the
others.
"""

from __future__ import annotations

import json
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import FieldInfo

from memsyncd.model import Malformed

_Record = TypeVar("_Record", bound=Struct)

REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec's decoders raise for bytes that are not what they were promised."""


def read_record(line: bytes, decoder: msgspec.json.Decoder[_Record]) -> _Record | Malformed:
    """Reads one line into the decoder's record; a line that is no JSON object comes back as ``Malformed``.

    A field of an unexpected type is absent, and so is a list with an item of an unexpected type. Invalid UTF-8 and
    lone surrogates become U+FFFD. The record's fields need defaults. Never raises.
    """
    try:
        return decoder.decode(line)
    except REFUSED:
        return _leniently(line, decoder.type)


def read_value(raw: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[Any]) -> Any:  # noqa: ANN401 - the decoder's
    """Decodes what a record kept undecoded; None when the decoder refuses it."""
    try:
        return decoder.decode(raw)
    except REFUSED:
        return None


def _leniently(line: bytes, kind: type[_Record]) -> _Record | Malformed:
    try:
        value = json.loads(line.decode("utf-8", "replace"))
        return _record(kind, value) if isinstance(value, dict) else Malformed("not a JSON object")
    except RecursionError:
        return Malformed("nested too deeply")
    except ValueError:
        return Malformed("not JSON")


def _record(kind: type[_Record], values: dict[str, Any]) -> _Record:
    made = kind()
    for info in _fields(kind):
        value = values.get(info.encode_name)
        if value is not None and (fitted := _fit(value, info.type)) is not UNSET:
            setattr(made, info.name, fitted)
    return made


def _fit(value: object, kind: Any) -> object:  # noqa: ANN401 - a type form has no type
    """``value`` as the type form ``kind`` wants it; UNSET when it does not fit."""
    members = _members(kind)
    if msgspec.Raw in members:
        return msgspec.Raw(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    if isinstance(value, dict):
        record = next((member for member in members if _is_record(member)), None)
        return UNSET if record is None else _record(record, value)
    if isinstance(value, list):
        item_kind = next((get_args(member)[0] for member in members if get_origin(member) is list), None)
        items = [UNSET if item_kind is None else _fit(item, item_kind) for item in value]
        return UNSET if item_kind is None or any(item is UNSET for item in items) else items
    return _fit_plain(value, kind)


def _fit_plain(value: object, kind: Any) -> object:  # noqa: ANN401 - a type form has no type
    if isinstance(value, str):
        # Half of a surrogate pair is legal in JSON and can be neither stored nor written.
        value = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    try:
        fitted: object = msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError):
        return UNSET
    return fitted


# A release that changes the type of one common field sends all its lines here: what types are is looked up once.
@cache
def _fields(kind: type[Struct]) -> tuple[FieldInfo, ...]:
    return msgspec.structs.fields(kind)


@cache
def _members(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type form has no type
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _is_record(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)
