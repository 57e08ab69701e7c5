"""A token with something in between, or inside base64, is found as well."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from random import Random
from textwrap import wrap

import pytest

from memsyncd.core.redact import redact
from memsyncd.core.redact.views import decoded_runs, joined
from tests.core.redact.shapes import ALNUM, HEX, SHAPES, Shape, draw, survivors

LONG = [
    shape
    for shape in SHAPES
    if shape.id in {"anthropic api", "openai project", "github fine-grained", "gitlab personal", "jwt"}
]
GITHUB = next(shape for shape in SHAPES if shape.id == "github personal")

each_long_shape = pytest.mark.parametrize("shape", LONG, ids=lambda shape: shape.id)


def _halves(secret: str) -> tuple[str, str]:
    return secret[: len(secret) // 2], secret[len(secret) // 2 :]


@each_long_shape
@pytest.mark.parametrize("between", ["\u200b", "\u200d\u2060", "\ufeff", "\u00ad", "**", "\\\n  ", "\\\r\n"])
def test_a_token_split_in_two_is_found(shape: Shape, between: str):
    secret = shape.expand(1)
    first, second = _halves(secret)
    redacted = redact(f"key {first}{between}{second} end").text
    assert redacted == f"key [REDACTED-{shape.label}] end"


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_split_prefix_is_found(position: int):
    secret = GITHUB.expand(1)
    assert redact(f"{secret[:position]}\u200b{secret[position:]}").text == "[REDACTED-GITHUB-TOKEN]"


def test_markdown_escapes_are_read_over():
    escaped = GITHUB.expand(1).replace("_", "\\_")
    assert redact(f"it is {escaped}.").text == "it is [REDACTED-GITHUB-TOKEN]."


@each_long_shape
@pytest.mark.parametrize("margin", ["", "    ", "> "])
def test_a_hard_wrapped_token_is_found(shape: Shape, margin: str):
    secret = shape.expand(1)
    assert not survivors(secret, redact(f"\n{margin}".join(wrap(secret, 60))).text.replace("\n", ""))


@each_long_shape
@pytest.mark.parametrize(
    "between",
    [
        "<wbr>",
        "</b>",
        "~~",
        "\x1b[0m",
        "^\n",
        "<br>\n",
        "\n# ",
        "\n    ",
        '" + "',
        '" +\n    "',
        '"\n    + "',
        '" . "',
        "' '",
        '" \\\n    "',
    ],
)
def test_a_token_in_pieces_is_found(shape: Shape, between: str):
    first, second = _halves(shape.expand(1))
    redacted = redact(f'key = "{first}{between}{second}"').text
    assert redacted == f'key = "[REDACTED-{shape.label}]"'


def test_a_hyphen_at_the_end_of_a_line_is_read_over():
    first, second = _halves(GITHUB.expand(1))
    assert redact(f"{first}-\n{second}").text == "[REDACTED-GITHUB-TOKEN]"


def test_the_next_member_of_a_list_stays():
    text = f'["{GITHUB.expand(2)}", "v2"]\n"{GITHUB.expand(3)}"\n"and so on"'
    assert redact(text).text == '["[REDACTED-GITHUB-TOKEN]", "v2"]\n"[REDACTED-GITHUB-TOKEN]"\n"and so on"'


def test_the_next_line_of_an_env_file_stays():
    """A line that assigns something does not continue the token of the line before."""
    text = f"GITHUB_TOKEN={GITHUB.expand(2)}\nAWS_S3_BUCKET=backups\nPORT=8080"
    assert redact(text).text == "GITHUB_TOKEN=[REDACTED-GITHUB-TOKEN]\nAWS_S3_BUCKET=backups\nPORT=8080"


def test_words_after_a_token_at_the_end_of_a_line_stay():
    text = f"{GITHUB.expand(2)}\nand that was it"
    assert redact(text).text == "[REDACTED-GITHUB-TOKEN]\nand that was it"


def test_bold_text_without_a_token_is_no_reason_for_a_finding():
    text = "**sk-**learn and **ghp_** are prefixes of **two** kinds"
    assert redact(text).text == text


# --- joined ---


def test_a_text_without_seams_has_no_joined_view():
    assert joined(b"plain text\nof two lines") is None


def test_spans_of_the_joined_view_lead_back_to_the_original():
    raw = b"ab**cd\\\n  ef"
    view = joined(raw)
    assert view is not None
    assert view.raw == b"abcdef"
    assert [raw[slice(*view.original(start, start + 1))] for start in range(6)] == [
        b"a",
        b"b",
        b"c",
        b"d",
        b"e",
        b"f",
    ]
    assert view.original(1, 5) == (1, 11)
    assert view.original(0, 2) == (0, 2)


def test_only_a_span_with_a_seam_inside_crosses_one():
    view = joined(b"ab**cd")
    assert view is not None
    assert not view.crosses_seam(0, 2)
    assert view.crosses_seam(1, 3)
    assert not view.crosses_seam(2, 4)


# --- base64 ---

PREFIXED = [
    "anthropic api",
    "openai project",
    "github personal",
    "gitlab personal",
    "slack bot",
    "stripe live",
    "npm",
    "groq",
]


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.id in PREFIXED], ids=lambda shape: shape.id)
@pytest.mark.parametrize("shift", [0, 1, 2])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_token_in_base64_is_found_at_every_alignment(shape: Shape, shift: int, encode):
    encoded = encode((">" * shift + shape.expand(1)).encode()).decode()
    redaction = redact(f"data {encoded} end")
    assert redaction.text == f"data [REDACTED-{shape.label}] end"


def test_a_configuration_in_base64_is_found():
    inner = json.dumps({"user": "bob", "password": draw(Random(1), ALNUM, 14)})
    assert redact(f"auth: {b64encode(inner.encode()).decode()}\n").text == "auth: [REDACTED-PASSWORD]\n"


@pytest.mark.parametrize("margin", ["", "    ", "> "])
@pytest.mark.parametrize("width", [64, 76])
def test_base64_on_several_lines_goes_as_a_whole(margin: str, width: int):
    inner = json.dumps({"password": draw(Random(1), ALNUM, 14), "url": f"https://example.org/{60 * 'a'}"})
    lines = wrap(b64encode(inner.encode()).decode(), width)
    text = f"{margin}it:\n{margin}" + f"\n{margin}".join(lines) + f"\n{margin}that was it"
    redacted = redact(text).text
    assert redacted == f"{margin}it:\n{margin}[REDACTED-PASSWORD]\n{margin}that was it"


def test_base64_that_only_mentions_a_password_stays():
    encoded = b64encode(b"the password is wrong, try again").decode()
    assert redact(f"it says {encoded}").text == f"it says {encoded}"


def test_base64_that_is_no_text_is_not_read():
    """Binary data can hold a keyword's bytes by chance."""
    raw = b64encode(b"ghp_" + bytes(range(128, 188)))
    assert list(decoded_runs(raw, [0])) == []


def test_a_run_is_read_from_the_quantum_on():
    raw = b"xx" + b64encode(b"some readable words")
    assert list(decoded_runs(raw, [2])) == [(0, len(raw), b"some readable words")]


def test_a_cut_run_is_read_as_far_as_it_goes():
    raw = b64encode(b"some readable words")[:21]
    assert list(decoded_runs(raw, [0])) == [(0, 21, b"some readable w")]


def test_hexadecimal_digests_are_not_base64():
    digest = draw(Random(2), HEX, 64)
    assert redact(digest).text == digest
