"""What redaction gets from outside: rule files, known values, the key of fingerprints."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

from memsyncd.adapters.redaction import KEY_FILE, known_values, load_key, make_key, redactor_of
from memsyncd.config import RedactionConfig
from memsyncd.errors import ConfigError
from tests.core.redact.expressions import expand

ODD = 'kömmt "a\\b&c" über'


def known(env: dict[str, str], *files: Path, **config: object) -> set[str]:
    return set(known_values(RedactionConfig(known_files=files, **config), env))  # type: ignore[arg-type]


def test_variables_with_a_secret_s_name_are_known() -> None:
    env = {"ACME_API_KEY": "aaa-111-bbb", "DB_PASSWORD": "p4ss w0rd!", "HOME": "/home/bob", "EDITOR": "vim-9.1-x"}
    assert known(env) == {"aaa-111-bbb", "p4ss w0rd!"}


@pytest.mark.parametrize(
    "value", ["password", "true", "1234567890", "/run/secrets/token", "https://example.org/x"]
)
def test_what_only_bears_a_secret_s_name_is_not(value: str) -> None:
    assert known({"MY_TOKEN": value}) == set()


def test_a_variable_that_is_named_outright_is_known_whatever_it_looks_like() -> None:
    assert known({"MINE": "correcthorse"}, known_variables=("MINE",)) == {"correcthorse"}


def test_a_file_gives_one_value_a_line(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("# mine\nplain-value-1\nexport A_B='quoted value 2'\nC = bare-value-3\n\nQUJDREVGR0hJSg==\n")
    assert known({}, file) == {"plain-value-1", "quoted value 2", "bare-value-3", "QUJDREVGR0hJSg=="}


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    for config in (RedactionConfig(known_files=(tmp_path / "no",)), RedactionConfig(rules=(tmp_path / "no",))):
        with pytest.raises(ConfigError, match="no: No such file"):
            redactor_of(config, {})


def test_a_wrong_rule_or_pattern_is_an_error_before_any_text_comes(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[[rules]]\nid = 'mine'\nregex = '('\n")
    with pytest.raises(ConfigError, match=r"mine\.toml.*mine"):
        redactor_of(RedactionConfig(rules=(file,)), {})
    with pytest.raises(ConfigError, match=r"redaction\.allow"):
        redactor_of(RedactionConfig(allow=("(",)), {})


def test_a_rule_that_is_switched_off_has_to_be_one() -> None:
    with pytest.raises(ConfigError, match=r"redaction\.disable.*no-such-rule"):
        redactor_of(RedactionConfig(disable=("no-such-rule",)), {})


@pytest.mark.parametrize(
    "spelled",
    [
        ODD,
        json.dumps(ODD)[1:-1],
        json.dumps(ODD, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(ODD)[1:-1])[1:-1],
        quote(ODD, safe=""),
        quote(ODD),
        quote(ODD).lower().replace("b%2fc", "b%2Fc"),
        b64encode(b"x" + ODD.encode()).decode(),
        b64encode(b"xy" + ODD.encode() + b"z").decode(),
    ],
)
def test_a_known_value_is_found_in_every_spelling(spelled: str) -> None:
    redact = redactor_of(RedactionConfig(known_variables=("ODD",)), {"ODD": ODD})
    assert redact(f"see {spelled} there").text == "see [REDACTED-SECRET] there"


def test_a_known_value_s_format_gives_the_better_name() -> None:
    redact = redactor_of(RedactionConfig(), {"X_PASSWORD": "correct horse battery 9"})
    assert redact("password: 'correct horse battery 9'").text == "password: '[REDACTED-PASSWORD]'"


def test_a_value_shorter_than_eight_characters_is_left_out() -> None:
    redact = redactor_of(RedactionConfig(known_variables=("SHORT",)), {"SHORT": "a1b2c3d"})
    assert redact("build a1b2c3d is green").text == "build a1b2c3d is green"


def test_what_is_allowed_stays_except_for_known_values() -> None:
    allow = RedactionConfig(allow=("^hunter",), known_variables=("MINE",))
    assert redactor_of(allow, {})("password: hunter2").text == "password: hunter2"
    assert "hunter2-99" not in redactor_of(allow, {"MINE": "hunter2-99"})("password: hunter2-99").text


def test_a_rule_that_is_switched_off_finds_nothing() -> None:
    redact = redactor_of(RedactionConfig(disable=("telegram-bot-token",)), {})
    token = expand("{digits:10}:A|A{word:33}").text
    assert redact(token).text == token
    assert redactor_of(RedactionConfig(), {})(token).text == "[REDACTED-TELEGRAM-TOKEN]"


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    assert load_key(tmp_path) is None
    key = make_key(tmp_path)
    assert make_key(tmp_path) == key == load_key(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_fingerprints_tell_equal_secrets_and_need_the_key(tmp_path: Path) -> None:
    config = RedactionConfig(fingerprints=True)
    redact = redactor_of(config, {}, make_key(tmp_path))
    one, two, other = redact("password: hunter2x\npassword: hunter2x\npassword: hunter3x").findings
    assert one.fingerprint == two.fingerprint != other.fingerprint
    assert f"[REDACTED-PASSWORD:{one.fingerprint}]" in redact("password: hunter2x").text
    elsewhere = redactor_of(config, {}, b"x" * 32)("password: hunter2x").findings[0]
    assert elsewhere.fingerprint != one.fingerprint


def test_a_text_with_fingerprints_stays_as_it_is() -> None:
    redact = redactor_of(RedactionConfig(fingerprints=True), {}, b"k" * 32)
    text = redact("password: hunter2x and token: a1b2c3d4e5f6a7b8").text
    assert redact(text).text == text
