"""Personal data goes where it was asked for, and the numbers of ordinary work stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.redact.pii import PII_KINDS, detector
from memsyncd.core.redact.placeholders import LABELS

ALL = frozenset(PII_KINDS)


def found(text: str, *kinds: str) -> list[str]:
    raw = text.encode()
    spans = detector(frozenset(kinds or PII_KINDS), 0)(raw, raw.lower())
    return [raw[span.start : span.end].decode() for span in sorted(spans, key=lambda span: span.start)]


def with_luhn(digits: str) -> str:
    """The digits and the one that completes them to a card number."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[::-1][::2]]
    return digits + str(-(sum(doubled) + sum(map(int, digits[::-1][1::2]))) % 10)


def in_groups(number: str, *sizes: int, separator: str = " ") -> str:
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return separator.join(number[start : start + size] for start, size in zip(starts, sizes, strict=True))


def iban(country: str, account: str) -> str:
    """The account with the check digits before it."""
    digits = "".join(str(int(char, 36)) for char in account + country + "00")
    return f"{country}{98 - int(digits) % 97:02}{account}"


VISA = with_luhn("4" + "31" * 7)
AMEX = with_luhn("37" + "82" * 6)
GERMAN = iban("DE", "3704004405320130" + "00")
BRITISH = iban("GB", "NWBK" + "60161331926819")

# --- what is asked for ---


def test_only_the_kinds_that_were_asked_for_are_found():
    text = f"{VISA}, {GERMAN}, 123-45-6789, +49 171 2345678, ada@lovelace.dev"
    assert found(text, "card") == [VISA]
    assert found(text, "iban") == [GERMAN]
    assert found(text, "ssn") == ["123-45-6789"]
    assert found(text, "phone") == ["+49 171 2345678"]
    assert found(text, "email") == ["ada@lovelace.dev"]
    assert len(found(text)) == 5


def test_nothing_is_asked_for_by_an_empty_set():
    assert detector(frozenset(), 0)(b"ada@lovelace.dev", b"ada@lovelace.dev") == []


def test_an_unknown_kind_is_an_error():
    with pytest.raises(ValueError, match="passport is none of card, iban, ssn, phone, email"):
        detector(frozenset({"passport", "card"}), 0)


def test_kinds_are_ranked_in_their_order_and_have_known_labels():
    raw = f"ada@lovelace.dev {VISA} 123-45-6789".encode()
    rules = {span.rule.id: span.rule for span in detector(ALL, 100)(raw, raw)}
    assert [(rule.id, rule.rank) for rule in rules.values()] == [
        ("pii-card", 100),
        ("pii-ssn", 102),
        ("pii-email", 104),
    ]
    assert {rule.label for rule in rules.values()} <= set(LABELS)


# --- cards ---


@pytest.mark.parametrize(
    "prefix_and_length",
    [
        ("4", 13), ("4", 16), ("4", 19), ("51", 16), ("2221", 16), ("2720", 16), ("34", 15), ("300", 14), ("36", 14),
        ("3528", 16), ("6011", 16), ("65", 16), ("62", 19), ("2200", 16), ("6759", 13), ("81", 16),
    ],
)  # fmt: skip
def test_a_card_has_the_length_and_the_checksum_of_its_issuer(prefix_and_length: tuple[str, int]):
    prefix, length = prefix_and_length
    number = with_luhn((prefix + "1379" * 5)[: length - 1])
    assert found(f"pay with {number}.", "card") == [number]
    assert found(f"pay with {number[:-1]}{(int(number[-1]) + 1) % 10}.", "card") == []


@pytest.mark.parametrize(
    "written",
    [
        in_groups(VISA, 4, 4, 4, 4),
        in_groups(VISA, 4, 4, 4, 4, separator="-"),
        in_groups(AMEX, 4, 6, 5),
        in_groups(with_luhn("36" + "01" * 5 + "3"), 4, 6, 4),
        in_groups(with_luhn("6759" + "13" * 7), 4, 4, 4, 4, 3),
    ],
)
@pytest.mark.parametrize(
    "context", ["{}", "card: {}, 12/27", "({})", "**{}**", '"{}"', "{}/12/27", "{} 12 27 999", "x={}\n"]
)
def test_a_card_is_found_in_groups_and_in_punctuation(written: str, context: str):
    assert found(context.format(written), "card") == [written]


def test_two_cards_may_stand_side_by_side():
    written = in_groups(VISA, 4, 4, 4, 4)
    assert found(f"{written} {written}", "card") == [written, written]


@pytest.mark.parametrize(
    "text",
    [
        with_luhn("1" + "31" * 7),  # no issuer
        with_luhn("9783" + "16" * 4),  # ISBN
        with_luhn("35" + "20" * 6),  # IMEI
        "1737000000000", "1737000000000000", "1737000000000000000",  # timestamps
        "2026-01-15 10:00:00", "20260115-100000-123456",
        f"a{VISA}", f"{VISA}f", f"_{VISA}", f"1.{VISA}", f"{VISA}.5", f"/{VISA}", f"id-{VISA}", f"{VISA}-1",
        f"0{VISA}", f"{VISA}00000",
        in_groups(VISA, 4, 4, 8), in_groups(VISA, 2, 6, 8), VISA[:4] + "  " + in_groups(VISA[4:], 4, 4, 4),
        in_groups(VISA, 4, 4, 4, 4).replace(" ", "-", 1),
        " ".join([in_groups(VISA, 4, 4, 4, 4)] * 4),  # a table
    ],
)  # fmt: skip
def test_other_numbers_are_no_cards(text: str):
    assert found(text, "card") == []


# --- bank accounts ---


@pytest.mark.parametrize(
    "number",
    [
        GERMAN,
        BRITISH,
        iban("NO", "86011117947"),
        iban("ES", "21000418450200051332"),
        iban("MT", "MALT01100001" + "2345MTLCAST001S"),
    ],
)
def test_an_account_is_found_in_one_piece_and_in_groups_of_four(number: str):
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    for context in ("{}", "IBAN: {}.", "({})", "{} BIC", '"{}",'):
        assert found(context.format(number), "iban") == [number]
        assert found(context.format(grouped), "iban") == [grouped]


@pytest.mark.parametrize(
    "text",
    [
        GERMAN[:-1] + "1",
        GERMAN[:-1],
        GERMAN + "0",
        "x" + GERMAN,
        GERMAN.lower(),
        GERMAN.replace("DE", "XX"),
        f"{GERMAN[:6]} {GERMAN[6:]}",
        "AB12 CD34 EF56 7890 1234 56",
        "DE",
    ],
)
def test_other_codes_are_no_accounts(text: str):
    assert found(text, "iban") == []


# --- social security numbers ---


@pytest.mark.parametrize("text", ["123-45-6789", "(123-45-6789)", "SSN:123-45-6789.", "899-99-9999"])
def test_a_dashed_number_is_found(text: str):
    assert len(found(text, "ssn")) == 1


@pytest.mark.parametrize(
    "text", ["SSN 123456789", "my ssn is 123 45 6789", "Social Security number: 123456789", "ssn=123456789"]
)
def test_beside_its_name_it_is_found_in_any_form(text: str):
    assert [one.replace(" ", "") for one in found(text, "ssn")] == ["123456789"]


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123456789", "1123-45-6789",
        "123-45-67890", "a-123-45-6789", "123-45-6789-1", "2026-01-15", "ssn 12345678901", "assn 123456789",
    ],
)  # fmt: skip
def test_other_numbers_are_no_social_security_numbers(text: str):
    assert found(text, "ssn") == []


# --- phone numbers ---


@pytest.mark.parametrize(
    "number",
    [
        "+49 171 2345678", "+491712345678", "+49 (0)30 123456", "+1 (415) 555-0132", "+44 20 7946 0958", "+33 6 12 34 56 78",
        "0049 171 2345678", "00 49 30 123456", "(415) 555-0132", "415-555-0132", "415.555.0132",
        "06 12 34 56 78", "0171 2345678", "0171/2345678", "030-12345678", "(030) 123456", "020 7946 0958", "07700 900123",
    ],
)  # fmt: skip
@pytest.mark.parametrize("context", ["{}", "call {}.", "tel:{}", "({}),", "**{}**"])
def test_a_phone_number_is_found(number: str, context: str):
    assert found(context.format(number), "phone") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T10:00:00+0200", "10:00:00+02:00", "2026-01-15 10:00:00", "01-02-2026", "15.01.2026", "08:15", "1737000000",
        "v1.2.3", "1.0.0+20260115", "192.168.100.101", "127.0.0.1:8080", "@@ -12,5 +12,7 @@", "+12,345 lines", "+ 12345678",
        "0x0123456789", "deadbeef0171 2345678", "550e8400-e29b-41d4-a716-446655440000", "0.0123 4567890", "1234567890",
        "a1b2c3d4e5f6a7b8c9d0", "12345-0171-2345678", "+12345678901234567890", "3.14159265358979", "404 555 0132",
        "+4711 0815", "0100 0000",
    ],
)  # fmt: skip
def test_other_numbers_are_no_phone_numbers(text: str):
    assert found(text, "phone") == []


# --- e-mail addresses ---


@pytest.mark.parametrize("context", ["{}", "<{}>", "mailto:{}", "write to {}.", "({})", "**{}**", "a={},"])
@pytest.mark.parametrize(
    "address", ["ada@lovelace.dev", "a.l+tag@mail.lovelace.co.uk", "A_L%x@LOVELACE.DEV", "a-l@x-y.org"]
)
def test_an_address_is_found(address: str, context: str):
    assert found(context.format(address), "email") == [address]


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:me/repo.git", "noreply@github.com", "no-reply@lovelace.dev", "someone@example.com", "a@b.example",
        "root@localhost", "pkg@1.2.3", "@scope/pkg@latest", "@app.route", "https://me:pw@lovelace.dev/x", "ssh://me@lovelace.dev",
        "user@host", "a @ b.com", "me@.com",
    ],
)  # fmt: skip
def test_nobodys_addresses_stay(text: str):
    assert found(text, "email") == []


def test_the_login_of_a_url_does_not_hide_an_address_behind_it():
    assert found("http://x.org/ ada@lovelace.dev", "email") == ["ada@lovelace.dev"]


# --- all of them ---

INNOCENT = """
commit 3f786850e387550fdab836ed7e6dc881de23001b (HEAD -> main, tag: v1.12.3)
2026-01-15T10:00:00.123456Z 1737000000.123 order 4711-0815-2342 invoice 2026-000123
msg_01XFDUDYJgAACzvnptvVoYEL 550e8400-e29b-41d4-a716-446655440000 01ARZ3NDEKTSV4RRFFQ69G5FAV
ISBN 978-3-16-148410-0, 192.168.0.1:8080, 0xdeadbeef, sha512-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 | 1024 2048 4096 8192 16384 | 3.141592653589793
chat 123456789 channel 1099511627776 snowflake 175928847299117063 price 1 234 567.89 EUR
"""


def test_the_numbers_of_ordinary_work_stay():
    assert found(INNOCENT) == []


@given(st.text(st.sampled_from("0123456789 -+.@/()aDE89é\n"), max_size=80))
def test_spans_lie_in_the_text_and_hold_whole_characters(text: str):
    raw = text.encode()
    for span in detector(ALL, 0)(raw, raw.lower()):
        assert 0 <= span.start < span.end <= len(raw)
        assert raw[span.start : span.end].decode().isascii()


@pytest.mark.parametrize(
    "unit",
    [
        "4", "1111 ", "4111 1111 1111 1111 ", "4 ", "- ", "DE89 3704 ", "DE89", "123-45-", "ssn 1", "ssn ", "+1 ", "+",
        "0171 ", "(0", "a@", "a.", "@", "a@a.", "://", "://a:", ":a@b.cd", "00",
    ],
)  # fmt: skip
def test_a_repeated_unit_ends(unit: str):
    found((unit * (1_000_000 // len(unit) + 1))[:1_000_000])
