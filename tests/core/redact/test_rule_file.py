"""Loading rules: parts, keywords, and every way in which a file can be wrong."""

from __future__ import annotations

import re
import tomllib

import pytest

from memsyncd.core.redact import LABELS
from memsyncd.core.redact.redactor import packaged
from memsyncd.core.redact.rules import RuleSet, load, problems
from memsyncd.errors import ConfigError
from tests.core.redact.compiled import ruleset

HEAD = """
base64 = ["abcd"]
[words]
fruit = ["apple", "pear"]
ending = ["=", ":"]
foreign = ["größe"]
[fragments]
digits = '[0-9]+'
loud = '(?i)loud'
both = '{digits}x{fruit}'
"""


def _load(rules: str) -> RuleSet:
    loaded = load({"test.toml": (HEAD + rules).encode()})
    if wrong := list(problems(loaded)):
        raise ConfigError("test.toml", wrong)
    return loaded


def _one(regex: str = "x", keywords: str = '["x"]', extra: str = "") -> str:
    return f"[[rules]]\nid = 'r'\ndescription = 'd'\nlabel = 'SECRET'\nregex = '{regex}'\nkeywords = {keywords}\n{extra}\n"


def _matches(regex: str, text: str) -> bool:
    [rule] = _load(_one(regex)).rules
    return rule.pattern.search(text.encode()) is not None


def test_a_fragment_and_a_list_of_words_stand_in_a_regex():
    assert _matches("^{both}$", "12xpear")
    assert not _matches("^{both}$", "12xplum")


def test_the_flag_of_a_fragment_is_its_own():
    assert _matches("^a{loud}$", "aLOUD")
    assert not _matches("^a{loud}$", "ALOUD")


def test_counts_in_braces_stay_counts():
    assert _matches("^a{2}b{1,3}$", "aabb")


def test_a_keyword_stands_for_every_combination_of_its_words():
    [rule] = _load(_one(keywords='["My {fruit}{ending}"]')).rules
    assert rule.keywords == [b"my apple=", b"my apple:", b"my pear=", b"my pear:"]


def test_a_foreign_word_stands_for_its_three_spellings():
    """The automaton and Python's re know the case of ASCII letters only."""
    [rule] = _load(_one("^{foreign}$", keywords='["{foreign}"]')).rules
    assert rule.keywords == ["größe".encode(), "GRÖSSE".encode().lower()]
    assert all(rule.pattern.search(word.encode()) for word in ("größe", "Größe", "GRÖSSE"))


def test_rules_are_ranked_by_their_place():
    assert [rule.rank for rule in _load(_one() + _one()).rules] == [0, 1]


def test_allowlists_unite_their_regexes():
    [rule] = _load(_one(extra="[[rules.allowlists]]\nregexes = ['a', '(?i)b', '{digits}']")).rules
    [allowlist] = rule.allowlists
    hits = [any(p.search(text) for p in allowlist.patterns) for text in (b"a", b"A", b"B", b"7", b"c")]
    assert hits == [True, False, True, True, False]
    assert allowlist.target == "secret"


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (_one("("), "rule r: missing "),
        (_one("{nothing}"), "rule r: {nothing} is not the name"),
        (_one(keywords='["{digits}"]'), "rule r: {digits} is not the name"),
        (_one(keywords="[]"), "rule r: a rule needs keywords"),
        (_one(keywords='[""]'), "rule r: a rule needs keywords"),
        (_one().replace("SECRET", "FOO"), "rule r: label FOO is not a known one"),
        (_one(extra="path = 'x'"), "path"),
        (_one().replace("regex", "# regex"), "regex"),
        (_one(extra="[[rules.allowlists]]\nregexes = ['(']"), "rule r: missing "),
        (_one(extra="[[rules.allowlists]]\nregexes = ['a']\nregexTarget = 'page'"), "page"),
        ("[[", "Invalid|Expected"),
    ],
)
def test_a_wrong_rule_is_an_error_that_names_it(rules: str, why: str):
    with pytest.raises(ConfigError) as caught:
        _load(rules)
    assert caught.value.where == "test.toml"
    assert re.search(why.replace("{", r"\{").replace("}", r"\}"), caught.value.why)


def test_all_wrong_rules_are_named_at_once():
    with pytest.raises(ConfigError) as caught:
        _load(_one().replace("SECRET", "BAR") + _one().replace("SECRET", "FOO"))
    assert len(caught.value.problems) == 2


def test_words_and_fragments_of_one_file_serve_all():
    rule = _one("^{digits}$").encode()
    assert load({"a.toml": rule, "b.toml": HEAD.encode()}).rules[0].pattern.search(b"12")


# --- the packaged rules ---


def test_packaged_rules_have_unique_ids_and_known_labels_in_use():
    ids = [rule.id for rule in ruleset().rules]
    assert len(ids) == len(set(ids))
    personal = {"CARD-NUMBER", "EMAIL", "IBAN", "PHONE", "SSN"}  # found by core.redact.pii
    assert {rule.label for rule in ruleset().rules} | personal == set(LABELS)


def test_a_word_list_or_fragment_has_its_name_alone():
    """They serve all files: a second one of the same name would take the place of the first."""
    files = [tomllib.loads(source.decode()) for source in packaged().values()]
    names = [name for file in files for part in ("words", "fragments") for name in file.get(part, ())]
    assert [name for name in names if names.count(name) > 1] == []


def test_packaged_rules_all_compile():
    assert list(problems(ruleset())) == []
    assert list(problems(ruleset(fallback=True))) == []


def test_packaged_rules_keep_non_ascii_characters_out_of_classes():
    """Python's re works on bytes and would take each byte for a member."""
    regexes = [rule.regex for rule in ruleset().rules]
    regexes += [source for rule in ruleset().rules for listed in rule.allowlists for source in listed.sources]
    classes = [found for regex in regexes for found in re.findall(r"\[\^?\]?(?:\\.|[^\]\\])*\]", regex)]
    assert [found for found in classes if not found.isascii()] == []


def test_packaged_rules_use_every_part_that_they_define():
    text = b"".join(packaged().values()).decode()
    files = [tomllib.loads(source.decode()) for source in packaged().values()]
    parts = [name for file in files for part in ("words", "fragments") for name in file.get(part, ())]
    assert [name for name in parts if f"{{{name}}}" not in text] == []


def test_base64_beginnings_are_long_enough_to_be_rare():
    assert min(map(len, ruleset().base64)) >= 4
