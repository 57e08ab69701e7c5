"""Personal data, replaced only where a configuration asks for it: cards, accounts, numbers, addresses.

Whatever has a checksum must pass it. Nothing here runs by default: developers talk about numbers all day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

from memsyncd.core.redact.detectors import Detector, Kind, Span
from memsyncd.core.redact.patterns import Pattern, compile_pattern

PII_KINDS = ("card", "iban", "ssn", "phone", "email")
"""What can be asked for, the surer kinds first: where two meet, the first names it."""

_LABELS = {"card": "CARD-NUMBER", "iban": "IBAN", "ssn": "SSN", "phone": "PHONE", "email": "EMAIL"}

_Spans: TypeAlias = Iterator[tuple[int, int]]


def detector(kinds: frozenset[str], first_rank: int) -> Detector:
    """A detector of the given kinds of personal data; their ranks count from ``first_rank``.

    Raises:
        ValueError: a kind is none of ``PII_KINDS``.
    """
    if unknown := kinds.difference(PII_KINDS):
        raise ValueError(f"{', '.join(sorted(unknown))} is none of {', '.join(PII_KINDS)}")
    finders = [
        (_FINDERS[kind], Kind(f"pii-{kind}", _LABELS[kind], first_rank + place))
        for place, kind in enumerate(PII_KINDS)
        if kind in kinds
    ]
    hint = _compiled("|".join(f"(?:{_HINTS[kind]})" for kind in PII_KINDS if kind in kinds))

    def detect(raw: bytes, lowered: bytes, /) -> list[Span]:
        if not hint.search(raw):  # one pass over most texts, not one for each kind
            return []
        return [Span(start, end, rule) for find, rule in finders for start, end in find(raw, lowered)]

    return detect


_compiled: Callable[[str], Pattern] = cache(compile_pattern)


def _first_groups(source: str, raw: bytes) -> _Spans:
    """The spans of group 1; the search goes on right behind it, so that one edge may serve two numbers."""
    pattern = _compiled(source)
    position = 0
    while match := pattern.search(raw, position):
        start, end = match.span(1)
        yield start, end
        position = end


# --- payment cards ---

_DIGIT_RUN = "([0-9][0-9 -]{11,}[0-9])"
_GROUP = re.compile(rb"[0-9]+")
_MOST_GROUPS = 8  # of digits in one run: more are a table, not two cards
_LAYOUTS = frozenset({(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), *((size,) for size in range(13, 20))})
_ISSUERS = tuple(
    (first, last, sizes)
    for sizes, prefixes in (
        ((13, 16, 19), ((4, 4),)),
        ((14,), ((300, 305), (36, 36), (38, 39))),
        ((15,), ((34, 34), (37, 37))),
        ((16,), ((51, 55), (2221, 2720), (508, 508), (81, 82))),
        ((16, 17, 18, 19), ((3528, 3589), (6011, 6011), (644, 659), (62, 62), (2200, 2204))),
        (range(13, 20), ((5018, 5018), (5020, 5020), (5038, 5038), (5893, 5893), (6304, 6304), (6759, 6763))),
    )
    for first, last in prefixes
)
"""First and last prefix of each issuer, and how many digits its numbers have."""


def _cards(raw: bytes, _lowered: bytes) -> _Spans:
    for start, end in _first_groups(_DIGIT_RUN, raw):
        groups = [(start + one.start(), start + one.end()) for one in _GROUP.finditer(raw[start:end])]
        if len(groups) <= _MOST_GROUPS:
            yield from _cards_in(raw, groups)


def _cards_in(raw: bytes, groups: list[tuple[int, int]]) -> _Spans:
    """The cards that consist of whole groups; where a longer and a shorter one begin together, the longer."""
    sizes = [end - start for start, end in groups]
    for first in range(len(groups)):
        for last in range(min(first + 5, len(groups)), first, -1):
            start, end = groups[first][0], groups[last - 1][1]
            layout = tuple(sizes[first:last])
            if layout in _LAYOUTS and _is_card(raw[start:end], len(layout)) and _stands_alone(raw, start, end):
                yield start, end
                break


def _is_card(written: bytes, groups: int) -> bool:
    separators = _GROUP.sub(b"", written)
    if len(separators) != groups - 1 or len(set(separators)) > 1:
        return False
    digits = written.translate(None, b" -")
    issued = (
        len(digits) in sizes and first <= int(digits[: len(str(first))]) <= last for first, last, sizes in _ISSUERS
    )
    return any(issued) and _luhn(digits)


def _luhn(digits: bytes) -> bool:
    """Whether the digits pass the checksum of Luhn, which one wrong digit breaks."""
    values = [digit - 48 for digit in reversed(digits)]
    return (sum(values[::2]) + sum(2 * value - 9 * (value > 4) for value in values[1::2])) % 10 == 0  # noqa: PLR2004


_BEFORE = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_./-+")
_AFTER = _BEFORE - frozenset(b"./+")


def _stands_alone(raw: bytes, start: int, end: int) -> bool:
    """Whether what stands there is no part of a longer name, path or decimal number."""
    before = raw[start - 1] if start else None
    after = raw[end] if end < len(raw) else None
    decimal = after == ord(".") and raw[end + 1 : end + 2].isdigit()
    return before not in _BEFORE and after not in _AFTER and not decimal


# --- bank accounts ---

_IBAN_START = "(?:^|[^0-9A-Za-z])([A-Z]{2}[0-9]{2}) ?[0-9A-Z]{3}"
_IBAN_LENGTHS = {
    country: int(length)
    for length, countries in {
        "15": "NO", "16": "BE", "18": "DK FK FI FO GL NL SD", "19": "MK SI", "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH HR LI LV", "22": "BG BH CR DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG", "25": "LY PT ST", "26": "IS TR", "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HU LB NI PL SV", "29": "BR EG PS QA UA", "30": "JO KW MU YE", "31": "MT SC",
        "32": "LC", "33": "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
"""How long the number of each country is (ISO 13616 registry)."""


def _ibans(raw: bytes, _lowered: bytes) -> _Spans:
    for start, _ in _first_groups(_IBAN_START, raw):
        length = _IBAN_LENGTHS.get(raw[start : start + 2].decode(), 0)
        for written in (raw[start : start + length], raw[start : start + length + (length - 1) // 4]):
            if _is_iban(written, length) and not raw[start + len(written) : start + len(written) + 1].isalnum():
                yield start, start + len(written)
                break


def _is_iban(written: bytes, length: int) -> bool:
    """Whether it is a number of ``length``, in one piece or in groups of four, that passes its checksum."""
    number = written.replace(b" ", b"")
    grouped = b" ".join(number[at : at + 4] for at in range(0, length, 4))
    if (
        len(number) != length
        or not number.isalnum()
        or number != number.upper()
        or written not in (number, grouped)
    ):
        return False
    return int("".join(str(int(char, 36)) for char in (number[4:] + number[:4]).decode())) % 97 == 1


# --- social security numbers of the United States ---

_SSN = "(?:^|[^0-9A-Za-z_./+-])([0-9]{3}-[0-9]{2}-[0-9]{4})"
_SSN_NAMED = (
    r"(?i)(?:\bssn|social security)(?: (?:number|no\.?))?[^0-9\n]{0,20}([0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4})"
)


def _ssns(raw: bytes, lowered: bytes) -> _Spans:
    found = set(_first_groups(_SSN, raw))
    if b"ssn" in lowered or b"social security" in lowered:
        found |= set(_first_groups(_SSN_NAMED, raw))
    for start, end in sorted(found):
        if _is_ssn(raw[start:end].translate(None, b" -")) and _stands_alone(raw, start, end):
            yield start, end


def _is_ssn(digits: bytes) -> bool:
    """Whether the number can have been given out: not 000, 666 or 9xx, no part of it all zeros."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in (b"000", b"666") and area < b"900" and group != b"00" and serial != b"0000"


# --- phone numbers ---

_PHONE = (
    "(?:^|[^0-9A-Za-z_./+-])("
    "(?:[+]|00 ?)[1-9](?:[ ().-]{0,3}[0-9]){6,14}"  # international
    r"|(?:\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[ .-]|[2-9][0-9]{2}[.-][2-9][0-9]{2}[.-])[0-9]{4}"  # North America
    "|0[1-9](?:[ .][0-9]{2}){4}"  # France
    r"|(?:\(0[1-9][0-9]{1,4}\)|0[1-9][0-9]{1,4}) ?[ /-] ?[0-9]{3,8}(?:[ -][0-9]{2,5}){0,3})"  # others' trunk codes
)
_PHONE_DIGITS = range(9, 16)


def _phones(raw: bytes, _lowered: bytes) -> _Spans:
    for start, end in _first_groups(_PHONE, raw):
        digits = sum(map(len, _GROUP.findall(raw[start:end])))
        if digits in _PHONE_DIGITS and _stands_alone(raw, start, end):
            yield start, end


# --- e-mail addresses ---

_EMAIL = r"([0-9A-Za-z_.%+-]{1,64}@(?:[0-9A-Za-z-]{1,63}\.){1,8}[A-Za-z]{2,24})"
_NOBODY = re.compile(
    rb"(?:git|no-?reply|do-?not-?reply)@|.*@(?:.*\.)?(?:example\.(?:com|net|org)|example|invalid|test|local)\Z",
    re.IGNORECASE,
)
_LONGEST_URL_START = 200  # bytes before an "@" in which a URL may have begun


def _emails(raw: bytes, _lowered: bytes) -> _Spans:
    if b"@" not in raw:
        return
    for start, end in _first_groups(_EMAIL, raw):
        if not _NOBODY.match(raw[start:end]) and not _in_url(raw, start):
            yield start, end


def _in_url(raw: bytes, start: int) -> bool:
    """Whether it is the login of a URL: ``scheme://user:password@host``."""
    words = raw[max(0, start - _LONGEST_URL_START) : start].rsplit(None, 1)
    return bool(words) and raw[start - 1 : start] in (b"/", b":") and b"://" in words[-1]


_HINTS = {
    "card": "(?:[0-9][ -]?){13}",
    "iban": _IBAN_START,
    "ssn": f"{_SSN}|(?i:ssn|social security)",
    "phone": _PHONE,
    "email": "@",
}
"""What a text holds that can hold a kind at all."""

_FINDERS: dict[str, Callable[[bytes, bytes], _Spans]] = {
    "card": _cards,
    "iban": _ibans,
    "ssn": _ssns,
    "phone": _phones,
    "email": _emails,
}
