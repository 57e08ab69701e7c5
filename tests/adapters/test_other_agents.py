from __future__ import annotations

from typing import get_args

import pytest

from memsyncd.adapters.other_agents import KINDS, discovered, kind_of, roots, wanted
from memsyncd.config import Kind, SourceConfig

USUAL = {"claude-code": ".claude/projects", "codex": ".codex", "pi": ".pi/agent/sessions"}
FOLDERS = {**USUAL, "codex": ".codex/sessions"}


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def install(home, *kinds):
    for kind in kinds or KINDS:
        (home / FOLDERS[kind]).mkdir(parents=True)


def paths(env, home):
    return {root.kind: root.path for root in roots(env, home)}


def test_every_kind_but_openclaw_s_has_a_root(home):
    assert {"openclaw", *KINDS} == set(get_args(Kind))
    assert paths({}, home) == {kind: home / below for kind, below in USUAL.items()}


# --- where the logs lie ---


@pytest.mark.parametrize(
    ("env", "kind", "below"),
    [
        ({"CLAUDE_CONFIG_DIR": "/data/claude"}, "claude-code", "/data/claude/projects"),
        ({"CODEX_HOME": "/data/codex"}, "codex", "/data/codex"),
        ({"PI_CODING_AGENT_DIR": "/data/pi"}, "pi", "/data/pi/sessions"),
        ({"PI_CODING_AGENT_SESSION_DIR": "/data/s", "PI_CODING_AGENT_DIR": "/data/pi"}, "pi", "/data/s"),
        ({"CLAUDE_CONFIG_DIR": " "}, "claude-code", "{home}/.claude/projects"),
        ({"CODEX_HOME": "~/own"}, "codex", "{home}/own"),
        ({"PI_CODING_AGENT_DIR": "~"}, "pi", "{home}/sessions"),
        ({"HOME": "/root/other", "CODEX_HOME": "~/own"}, "codex", "/root/other/own"),
        ({"HOME": "/root/other"}, "claude-code", "/root/other/.claude/projects"),
        ({"USERPROFILE": "/root/other"}, "pi", "/root/other/.pi/agent/sessions"),
    ],
)
def test_variables_move_the_roots(home, env, kind, below):
    assert str(paths(env, home)[kind]) == below.format(home=home)


def test_a_root_that_is_there_misses_nothing(home):
    install(home)
    assert [root.missing for root in roots({}, home)] == ["", "", ""]


def test_a_root_that_is_not_there_says_why(home):
    (home / ".codex").mkdir(parents=True)
    (home / ".claude").mkdir()
    (home / ".claude/projects").write_text("a file", encoding="utf-8")
    missing = {root.kind: root.missing for root in roots({}, home)}
    assert missing == {
        "claude-code": "it is no folder",
        "codex": "there is no folder sessions or archived_sessions in it",
        "pi": "there is no such folder",
    }


def test_a_root_that_cannot_be_looked_at_says_so(home):
    env = {"CODEX_HOME": "/" + "x" * 300}
    (codex,) = (root for root in roots(env, home) if root.kind == "codex")
    assert codex.missing == "it cannot be looked at: File name too long"
    assert codex.variable == "CODEX_HOME"


# --- without a configuration ---


def test_what_is_installed_is_a_source_with_a_memory_folder_of_its_own(home):
    install(home)
    sources, notes = discovered({}, home)
    assert notes == []
    assert [(one.name, one.kind, one.agent, one.path) for one in sources] == [
        (kind, kind, kind, home / USUAL[kind]) for kind in KINDS
    ]
    assert [one.memory_dir for one in sources] == [home / ".memsyncd/memory" / kind for kind in KINDS]
    assert {(one.timezone, one.workspace, one.origin, one.sidecar) for one in sources} == {
        (None, None, "discovered", False)
    }


def test_codex_is_found_by_its_archive_alone(home):
    (home / ".codex/archived_sessions").mkdir(parents=True)
    assert [one.kind for one in discovered({}, home)[0]] == ["codex"]


def test_agents_that_are_not_installed_are_passed_over_in_silence(home):
    assert discovered({}, home) == ([], [])


def test_a_root_that_a_variable_names_is_missed_aloud(home):
    sources, notes = discovered({"CLAUDE_CONFIG_DIR": "/nowhere"}, home)
    assert sources == []
    assert notes == [
        "claude-code: /nowhere/projects, which CLAUDE_CONFIG_DIR names: there is no such folder",
    ]


# --- with one ---


def test_a_kind_alone_is_the_usual_root(home):
    install(home)
    for kind in KINDS:
        source, notes = wanted(SourceConfig(kind=kind), kind, {}, home)
        assert (source.name, source.path, source.origin, notes) == (kind, home / USUAL[kind], "config", [])


def test_a_kind_alone_that_is_not_there_is_no_source(home):
    source, notes = wanted(SourceConfig(kind="pi"), "pi", {}, home)
    assert source is None
    assert notes == [f"pi: {home / USUAL['pi']}: there is no such folder"]


def test_a_path_that_is_not_there_yet_is_kept_and_noted(home, tmp_path):
    source, notes = wanted(SourceConfig(kind="pi", path=tmp_path / "later"), "pi", {}, home)
    assert source.path == tmp_path / "later"
    assert notes == [f"pi: {tmp_path / 'later'}: there is no such folder"]


@pytest.mark.parametrize(
    ("kind", "named", "meant"),
    [
        ("claude-code", ".claude", ".claude/projects"),
        ("claude-code", ".claude/projects", ".claude/projects"),
        ("claude-code", ".claude/projects/-x", ".claude/projects/-x"),
        ("codex", ".codex", ".codex"),
        ("codex", ".codex/sessions", ".codex"),
        ("codex", ".codex/archived_sessions", ".codex"),
        ("pi", ".pi", ".pi/agent/sessions"),
        ("pi", ".pi/agent", ".pi/agent/sessions"),
        ("pi", ".pi/agent/sessions/--x--", ".pi/agent/sessions/--x--"),
    ],
)
def test_a_path_may_be_the_root_or_one_around_it_or_in_it(home, kind, named, meant):
    install(home)
    (home / named).mkdir(parents=True, exist_ok=True)
    source, notes = wanted(SourceConfig(kind=kind, path=home / named), kind, {}, home)
    assert (source.path, notes) == (home / meant, [])
    assert source.name == (kind if meant == USUAL[kind] else f"{kind}@{home / meant}")


def test_an_entry_s_own_words_count(home, tmp_path):
    entry = SourceConfig(kind="codex", name="work/codex", agent="laptop", memory_dir=tmp_path / "shared")
    install(home)
    source, _ = wanted(entry, "codex", {}, home)
    assert (source.name, source.agent, source.memory_dir) == ("work/codex", "laptop", tmp_path / "shared")


@pytest.mark.parametrize(
    ("name", "folder"),
    [("work", "work"), ("work/codex", "work-codex"), ("../../etc", "etc"), ("..", "memory"), ("Büro 1", "Büro-1")],
)
def test_the_default_memory_folder_is_named_after_the_source_and_stays_where_it_belongs(home, name, folder):
    install(home)
    source, _ = wanted(SourceConfig(kind="codex", name=name), "codex", {}, home)
    assert source.memory_dir == home / ".memsyncd/memory" / folder


# --- whose logs a path holds ---


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_in_or_around_an_agent_s_root_is_that_agent_s(home, kind):
    install(home)
    usual = home / USUAL[kind]
    assert kind_of(usual, {}, home) == kind
    assert kind_of(usual / "below", {}, home) == kind
    assert kind_of(home / FOLDERS[kind].split("/", maxsplit=1)[0], {}, home) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_copied_home_is_known_by_the_shape_of_its_paths(home, tmp_path, kind):
    install(tmp_path / "copy")
    assert kind_of(tmp_path / "copy" / FOLDERS[kind], {}, home) == kind


def test_a_path_of_none_of_these_agents_is_nobody_s(home, tmp_path):
    install(home)
    (tmp_path / "sessions").mkdir()
    for path in (tmp_path / "logs", tmp_path / "sessions", home, home / ".openclaw/agents/main/sessions"):
        assert kind_of(path, {}, home) is None


def test_a_link_to_a_root_is_that_agent_s(home, tmp_path):
    install(home)
    (tmp_path / "link").symlink_to(home / ".claude/projects")
    assert kind_of(tmp_path / "link", {}, home) == "claude-code"
