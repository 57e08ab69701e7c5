"""Reading users' rule files: every spelling that gitleaks takes, every fault at once, every remark in one line."""

from __future__ import annotations

import pytest

from memsyncd.core.redact.gitleaks import parse
from memsyncd.core.redact.patterns import LINEAR
from memsyncd.errors import ConfigError
from tests.core.redact.test_gitleaks import allowlist, found, rule, user_rules


def ids(*parts: str) -> list[str]:
    return [one.id for one in user_rules(*parts).rules]


def warnings(*parts: str) -> tuple[str, ...]:
    return user_rules(*parts).warnings


def problems(*parts: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        user_rules(*parts)
    assert caught.value.where == "my.toml"
    return caught.value.problems


# --- what is taken ---


def test_an_empty_file_has_no_rules():
    assert ids("") == []
    assert found("key=abc", "") == []


def test_a_plain_file_gives_no_warning():
    head = "title = 't'\ndescription = 'd'\nminVersion = 'v8.25.0'"
    full = rule("a", "description = 'd'", "tags = ['x']", "entropy = 3", "secretGroup = 0", "keywords = ['a']")
    assert warnings(head, full) == ()


def test_keys_are_compared_without_case():
    text = "[[Rules]]\nID = 'r'\nRegex = '(k)=([a-z]+)'\nsecretgroup = 2\nKEYWORDS = ['k']"
    assert found("k=abc", text) == ["abc"]
    assert warnings(text) == ()


def test_a_string_stands_for_a_list():
    assert found("pin 12 code 34", rule("[0-9]+", "keywords = 'pin,code'")) == ["12", "34"]
    assert found("k=a", rule("k=([a-z])"), allowlist("stopwords = 'a'")) == []


def test_of_two_rules_with_one_id_the_last_counts():
    parts = (rule("a"), rule("b"))
    assert found("a b", *parts) == ["b"]
    assert warnings(*parts) == ("rules that stand twice, of which the last counts: r",)


def test_the_path_of_a_rule_with_a_regex_is_ignored():
    parts = rule("key", "path = '''\\.py$'''")
    assert found("key", parts) == ["key"]
    assert warnings(parts) == ()


# --- what is wrong ---


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (rule("("), "rule r: missing "),
        (rule("(?=a)"), "rule r: "),
        (rule(""), "rule r: it has no regex"),
        (rule("a", name=" "), "rule number 1: it has no id"),
        ("[[rules]]\nregex = 'a'", "rule number 1: it has no id"),
        (rule("a", "entropy = 'high'"), "rule r: Expected `float`"),
        (rule("a", "secretGroup = 'one'"), "rule r: Expected `int`"),
        (rule("(a)", "secretGroup = 2"), "rule r: secretGroup is 2, the regex has 1 groups"),
        (rule("(a)", "secretGroup = -1"), "rule r: secretGroup -1 is negative"),
        (rule("a", "label = 'FOO'"), "rule r: label FOO is not a known one"),
        (rule("a", "keywords = [1]"), "rule r: Expected `str`"),
        (rule("a") + allowlist("regexes = ['(']"), "rule r: allowlist: missing "),
        (rule("a") + allowlist("regexes = ['b']", "condition = 'XOR'"), "rule r: condition XOR of an allowlist"),
        (rule("a") + allowlist("regexes = ['b']", "regexTarget = 'page'"), "rule r: regexTarget page"),
        (rule("a") + allowlist("description = 'b'"), "rule r: an allowlist has neither regexes nor stopwords"),
        (allowlist("regexes = ['(']", section="[allowlist]"), "global allowlist: allowlist: missing "),
        (allowlist("description = 'b'", section="[[allowlists]]"), "global allowlist: an allowlist has neither"),
        ("rules = 1", "Expected `array`"),
        ("[[", "Invalid"),
        ("\n[[rules]]\nid = ", "Invalid"),
    ],
)
def test_a_fault_is_named_with_its_rule(text: str, reason: str):
    [problem] = problems(text)
    assert reason in problem


@pytest.mark.skipif(not LINEAR, reason="re has no such limit")
def test_a_pattern_that_only_re_would_take_is_a_fault():
    assert problems(rule("a{2000}")) == ("rule r: invalid repetition size: {2000}",)


def test_all_faults_are_named_at_once():
    assert (
        len(problems(rule("("), rule("b", "label = 'FOO'", name="b"), rule("c", name="c"), rule("", name="d")))
        == 3
    )


def test_bytes_that_are_no_text_are_a_fault():
    with pytest.raises(ConfigError):
        parse("my.toml", b"\xff")


# --- what is passed over ---


def test_rules_for_paths_only_are_left_out():
    parts = (rule("", "path = 'p12$'", name="p"), rule("a"))
    assert ids(*parts) == ["r"]
    assert warnings(*parts) == ("rules without a regex cannot hold for chats: p",)


def test_paths_and_commits_are_remarked_on():
    parts = (rule("a"), allowlist("paths = ['x']"), allowlist("commits = ['x']", section="[allowlist]"))
    assert warnings(*parts) == ("allowlists for paths or commits cannot hold for chats: all rules, r",)


def test_what_a_file_extends_is_not_read():
    assert warnings("[extend]\nuseDefault = true") == (
        "what the file extends is not read: the rules of gitleaks itself",
    )
    assert warnings("[extend]\npath = 'base.toml'") == ("what the file extends is not read: base.toml",)


def test_a_rule_that_changes_one_of_an_extended_file_is_no_fault():
    parts = ("[extend]\nuseDefault = true", "[[rules]]\nid = 'r'", allowlist("regexes = ['a']"))
    assert ids(*parts) == []
    assert "rules without a regex cannot hold for chats: r" in warnings(*parts)


def test_disabled_rules_do_not_run():
    assert ids("[extend]\ndisabledRules = ['r']", rule("a"), rule("b", name="b")) == ["b"]


def test_target_rules_that_are_missing_are_remarked_on():
    parts = (rule("a"), allowlist("regexes = ['a']", "targetRules = ['x']", section="[[allowlists]]"))
    assert warnings(*parts) == ("targetRules of an allowlist that are not in the file: x",)
    assert found("a", *parts) == ["a"]


def test_a_rule_that_needs_another_near_runs_without_it():
    parts = (rule("a"), "[[rules.required]]\nid = 'b'\nwithinLines = 3")
    assert found("a", *parts) == ["a"]
    assert warnings(*parts) == ("rules that need another one near run without it: r",)


def test_unknown_fields_are_counted():
    parts = ("colour = 1", rule("a", "hue = 1"), rule("b", "hue = 1", name="b"))
    assert warnings(*parts) == ("fields without effect here: colour (1), rules.hue (2)",)


def test_a_remark_on_many_rules_stays_short():
    parts = [rule("", "path = 'x'", name=f"p{number}") for number in range(7)]
    assert warnings(*parts) == ("rules without a regex cannot hold for chats: p0, p1, p2, p3, p4 and 2 more",)


# --- Betterleaks ---


@pytest.mark.parametrize(
    "expression",
    [
        'entropy(finding["secret"]) <= 2.0',
        "\n filter.entropy(finding['secret'])<=2",
        'entropy(finding["secret"]) <= 2.0 || matchesAny(finding["secret"], ["x"])',
    ],
)
def test_the_entropy_of_a_filter_counts(expression: str):
    text = rule("key=([a-z]+)", f"filter = '''{expression}'''")
    assert found("key=abcd key=abcde", text) == ["abcde"]


def test_a_filter_for_less_lets_the_bound_itself_through():
    text = rule("key=([a-z]+)", "filter = '''entropy(finding[\"secret\"]) < 2.0'''")
    assert found("key=abc key=abcd", text) == ["abcd"]


@pytest.mark.parametrize("rest", ["|| tokenRatio(finding['secret']) >= 2.5", "&& x", "- 1"])
def test_a_filter_is_followed_no_further_than_its_entropy(rest: str):
    text = rule("a", f"filter = '''entropy(finding[\"secret\"]) <= 0.5 {rest}'''")
    assert warnings(text) == ("filters followed no further than their entropy: r",)


def test_a_filter_that_is_not_understood_skips_nothing():
    assert found("aa", rule("a+", "filter = '''entropy(finding[\"secret\"]) <= 3.0 && x'''")) == ["aa"]


def test_the_value_group_is_the_secret_group():
    assert found("key=abc", rule("(key)=([a-z]+)", "valueGroup = 2")) == ["abc"]


@pytest.mark.parametrize("ending", ["id", "url", "name", "host", "address"])
def test_a_rule_that_only_helps_others_is_left_out(ending: str):
    name = f"my-client-{ending}"
    parts = (rule("a", "skipReport = true", name=name), rule("b", "skipReport = true"), rule("c", name="user-id"))
    assert ids(*parts) == ["r", "user-id"]
    assert warnings(*parts) == (f"rules left out because they find no secret of their own: {name}",)
