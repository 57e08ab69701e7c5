from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.adapters.openclaw_config import OpenClawConfig, Unknown, fill_in, read_openclaw_config


@pytest.fixture
def write(tmp_path):
    """Write files below the folder of openclaw.json; texts as they are, anything else as JSON."""

    def write(**files):
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return tmp_path / "main"

    return write


def settings(path, env=None):
    config = read_openclaw_config(path, env or {})
    assert config.notes == ()
    return config.settings


# --- the file itself ---


def test_a_missing_file_leaves_the_defaults_and_is_not_damage(tmp_path):
    config = read_openclaw_config(tmp_path / "openclaw.json", {})
    assert (config.settings, config.notes, config.damaged) == ({}, (), False)


def test_plain_json_is_read(write):
    assert settings(write(main={"a": {"b": 1}})) == {"a": {"b": 1}}


def test_json5_is_read(write):
    text = "\ufeff// mine\n{agents: {defaults: {workspace: '~/clawd', /* zone */ userTimezone: \"UTC\",},},}"
    assert settings(write(main=text)) == {"agents": {"defaults": {"workspace": "~/clawd", "userTimezone": "UTC"}}}


def test_a_broken_file_is_noted_with_its_line_and_without_its_text(write):
    secret = "se" + "cret"
    config = read_openclaw_config(write(main=f"{{\n'key': '{secret}' oops}}"), {})
    assert config.settings == {}
    assert config.damaged
    assert config.notes == (f"{config.path}: not JSON5, line 2",)


@pytest.mark.parametrize("text", ["[1]", '"text"', "3"])
def test_a_file_that_holds_no_object_is_noted(write, text):
    config = read_openclaw_config(write(main=text), {})
    assert (config.settings, config.notes) == ({}, (f"{config.path}: not an object",))


def test_a_file_that_is_not_utf_8_is_noted(tmp_path):
    (tmp_path / "main").write_bytes(b'{"a": "\xff"}')
    assert read_openclaw_config(tmp_path / "main", {}).damaged


def test_a_folder_in_the_file_s_place_is_noted(tmp_path):
    config = read_openclaw_config(tmp_path, {})
    assert config.notes == (f"{tmp_path}: Is a directory",)


def test_absurdly_deep_nesting_is_noted(write):
    assert read_openclaw_config(write(main="[" * 100_000), {}).damaged


# --- $include ---


def test_an_include_takes_the_object_s_place(write):
    main = write(main={"agents": {"$include": "agents.json5"}}, **{"agents.json5": "{list: [{id: 'work'}]}"})
    assert settings(main) == {"agents": {"list": [{"id": "work"}]}}


def test_several_includes_are_merged_in_order_and_keys_beside_them_win(write):
    main = write(
        main={"$include": ["one", "two"], "deep": {"own": 3}, "last": "own"},
        one={"deep": {"one": 1, "own": 1}, "list": [1], "last": "one"},
        two={"deep": {"two": 2}, "list": [2], "last": "two"},
    )
    assert settings(main) == {"deep": {"one": 1, "two": 2, "own": 3}, "list": [1, 2], "last": "own"}


def test_an_include_starts_at_the_file_that_names_it(write):
    main = write(main={"$include": "sub/one"}, sub__one={"a": {"$include": "two"}}, sub__two={"b": 1})
    assert settings(main) == {"a": {"b": 1}}


def test_includes_inside_lists_are_read(write):
    assert settings(write(main={"list": [{"$include": "one"}, 2]}, one={"a": 1})) == {"list": [{"a": 1}, 2]}


def test_the_same_file_may_be_included_twice_side_by_side(write):
    main = write(main={"a": {"$include": "one"}, "b": {"$include": "one"}}, one={"c": 1})
    assert settings(main) == {"a": {"c": 1}, "b": {"c": 1}}


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({"main": {"$include": "main"}}, "main: includes itself"),
        ({"main": {"$include": "one"}, "one": {"$include": "main"}}, "main: includes itself"),
        ({"main": {"$include": "none"}}, "none: included and not there"),
        ({"main": {"$include": "one"}, "one": "{"}, "one: not JSON5, line 1"),
        ({"main": {"$include": "../outside"}}, "outside: included from outside the folder of openclaw.json"),
        ({"main": {"$include": 7}}, "main: $include names no file"),
        ({"main": {"$include": "a\0b"}}, "main: $include names no file"),
    ],
)
def test_an_include_that_is_refused_is_noted_and_the_rest_is_kept(write, files, note):
    files["main"]["kept"] = 1
    config = read_openclaw_config(write(**files), {})
    assert config.settings["kept"] == 1
    assert len(config.notes) == 1
    assert config.notes[0].endswith(note)


def test_a_link_out_of_the_folder_is_refused(write, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text('{"a": 1}')
    main = write(home__main={"$include": "link"}).with_name("home") / "main"
    (main.parent / "link").symlink_to(outside)
    assert read_openclaw_config(main, {}).settings == {}
    roots = os.pathsep.join(["", str(tmp_path)])
    assert settings(main, {"OPENCLAW_INCLUDE_ROOTS": roots}) == {"a": 1}


def test_includes_end_at_ten_levels(write):
    levels = {f"f{level}": {"$include": f"f{level + 1}", f"k{level}": 1} for level in range(1, 13)}
    config = read_openclaw_config(write(main={"$include": "f1"}, f13={}, **levels), {})
    assert sorted(config.settings) == sorted(f"k{level}" for level in range(1, 11))
    assert len(config.notes) == 1
    assert config.notes[0].endswith("f11: included more than 10 levels deep")


# --- ${NAME} ---


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${ROOT}/x", "/srv/x"),
        (" ${ROOT}${ROOT} ", "/srv/srv"),
        ("$${ROOT}", "${ROOT}"),
        ("$ROOT ${root} ${} $", "$ROOT ${root} ${} $"),
        (None, ""),
        (7, ""),
        (["${NOPE}"], ""),
    ],
)
def test_variables_are_filled_in_where_openclaw_does_so(text, filled):
    assert fill_in(text, {"ROOT": "/srv", "root": "no"}) == filled


@pytest.mark.parametrize("env", [{}, {"ROOT": ""}])
def test_a_variable_without_a_value_is_named(env):
    with pytest.raises(Unknown, match="ROOT is not set"):
        fill_in("${ROOT}/x", env)


def test_only_the_texts_that_are_asked_for_need_their_variables(write):
    config = read_openclaw_config(write(main={"key": "${NOPE}", "path": "${ROOT}"}), {"ROOT": "/srv"})
    assert config.text("path") == "/srv"
    assert config.notes == ()


@given(st.text())
def test_a_text_without_a_brace_only_loses_space_at_its_ends(text):
    assert fill_in(text.replace("{", "("), {}) == text.replace("{", "(").strip()


# --- what the keys mean ---


def agents(**keys):
    return OpenClawConfig(path=None, settings={"agents": keys})


def test_a_path_through_something_that_is_no_object_leads_to_nothing():
    config = OpenClawConfig(path=None, settings={"a": [1], "b": {"c": 2}})
    assert [config.get("a", "c"), config.get("b", "c"), config.get("b", "c", "d"), config.get("x")] == [
        None,
        2,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("keys", "roster"),
    [
        ({}, {}),
        ({"list": [{"id": "Main"}, {"id": "main", "n": 2}, None, "x"]}, {"main": {"id": "Main"}}),
        ({"list": [{"id": " My Agent! "}]}, {"my-agent": {"id": " My Agent! "}}),
        ({"list": [{"id": "kept-"}]}, {"kept-": {"id": "kept-"}}),
        ({"list": [{"n": 1}]}, {"main": {"n": 1}}),
        ({"entries": {"work": {"n": 1}, "bad": 3}, "list": [{"id": "old"}]}, {"work": {"n": 1}}),
        ({"list": "x"}, {}),
    ],
)
def test_the_agents_are_those_of_entries_else_of_list(keys, roster):
    assert agents(**keys).roster == roster


@pytest.mark.parametrize(
    ("keys", "agent"),
    [
        ({}, "main"),
        ({"list": [{"id": "sole"}]}, "sole"),
        ({"list": [{"id": "first"}, {"id": "main"}]}, "first"),
        ({"list": [{"id": "first"}, {"id": "marked", "default": True}]}, "marked"),
        ({"entries": {"a": {}, "b": {"default": True}}}, "b"),
        ({"entries": {"a": {}, "b": {}}}, None),
        ({"entries": {"a": {"default": True}, "b": {}}, "ownership": "explicit"}, None),
        ({"entries": {"a": {}}, "ownership": "explicit"}, "a"),
    ],
)
def test_the_default_agent_is_the_sole_the_marked_or_the_first_listed(keys, agent):
    assert agents(**keys).default_agent == agent


def exclusions(value):
    policy = {"memory-core": {"config": {"memoryPolicy": {"excludeSessions": value}}}}
    return OpenClawConfig(path=None, settings={"plugins": {"entries": policy}}).excluded_sessions


def test_excluded_sessions_are_given_as_openclaw_names_a_match():
    rules = {"chatTypes": ["group"], "channels": ["slack", " ", 3], "hookExternalContentSources": [" gmail "]}
    assert exclusions(rules) == ("hookExternalContentSource:gmail", "channel:slack", "chatType:group")


def test_a_plain_list_excludes_sessions_by_id():
    assert exclusions(["s1", "", None]) == ("s1",)


@pytest.mark.parametrize("value", [None, {}, "all", {"channels": "slack"}])
def test_anything_else_excludes_nothing(value):
    assert exclusions(value) == ()
