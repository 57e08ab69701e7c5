from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from memsyncd.adapters.discover import discover, passed_over, sources_from_config, sources_from_folders
from memsyncd.config import Config, SourceConfig, parse_config, render_config, source_config
from memsyncd.errors import ConfigError, SourceMissing, UsageError

LINE = '{"type":"session"}\n'


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir(exist_ok=True)
    return folder


def make_state(state, *agents, workspace=True, **settings):
    """Lay out a state folder: agents with a transcript each, ``openclaw.json`` and the default workspace."""
    for agent in agents:
        put(state / "agents" / agent / "sessions" / "s1.jsonl", LINE)
    if settings:
        put(state / "openclaw.json", json.dumps(settings))
    if workspace:
        (state / "workspace").mkdir(parents=True, exist_ok=True)
    return state


def put(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make_database(path, *tables, version=None, wal=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        if wal:
            database.execute("pragma journal_mode = wal")
        for table in tables:
            database.execute(f"create table {table} (x)")
        if version:
            database.execute("create table schema_meta (app_version)")
            database.execute("insert into schema_meta values (?)", [version])
        database.commit()


def one(discovery):
    (source,) = discovery.sources
    return source


def found(discovery):
    return {source.name: source.memory_dir for source in discovery.sources}


# --- state folders ---


def test_the_ordinary_installation_is_found(home):
    state = make_state(home / ".openclaw", "main")
    discovery = discover({}, home)
    source = one(discovery)
    assert (source.name, source.kind, source.agent, source.origin) == (
        "openclaw/main",
        "openclaw",
        "main",
        "discovered",
    )
    assert source.path == state / "agents/main/sessions"
    assert source.workspace == state / "workspace"
    assert source.memory_dir == state / "workspace/memory"
    assert (source.timezone, source.version, source.sidecar, source.excluded_sessions) == (None, None, False, ())
    assert discovery.notes == ()


def test_nothing_installed_is_said(home):
    discovery = discover({}, home)
    assert discovery.sources == ()
    assert discovery.notes == (f"openclaw: {home / '.openclaw'}: there is no such folder",)


def test_a_named_state_folder_is_the_only_one(home, tmp_path):
    make_state(home / ".openclaw", "main")
    make_state(home / ".openclaw-work", "main")
    data = make_state(tmp_path / "data", "main")
    assert one(discover({"OPENCLAW_STATE_DIR": str(data), "OPENCLAW_PROFILE": "work"}, home)).path.is_relative_to(
        data
    )
    assert one(discover({"CLAWDBOT_STATE_DIR": str(data)}, home)).path.is_relative_to(data)


def test_a_tilde_in_the_named_state_folder_is_openclaw_s_home(home):
    make_state(home / "elsewhere", "main")
    assert found(discover({"OPENCLAW_STATE_DIR": "~/elsewhere"}, home)) == {
        "openclaw/main": home / "elsewhere/workspace/memory"
    }


def test_a_named_profile_is_the_only_one(home):
    make_state(home / ".openclaw", "main")
    make_state(home / ".openclaw-work", "main")
    assert list(found(discover({"OPENCLAW_PROFILE": "work"}, home))) == ["openclaw-work/main"]
    assert list(found(discover({"OPENCLAW_PROFILE": "Default"}, home))) == ["openclaw/main", "openclaw-work/main"]


def test_profiles_beside_the_ordinary_installation_are_found(home):
    make_state(home / ".openclaw", "main")
    make_state(home / ".openclaw-b", "main")
    make_state(home / ".openclaw-a", "main", "two")
    (home / ".openclaw-empty").mkdir()
    put(home / ".openclaw-note", "a file")
    names = ["openclaw/main", "openclaw-a/main", "openclaw-a/two", "openclaw-b/main"]
    assert list(found(discover({}, home))) == names


def test_a_profile_that_is_a_link_to_the_ordinary_installation_counts_once(home):
    make_state(home / ".openclaw", "main")
    (home / ".openclaw-link").symlink_to(home / ".openclaw")
    assert list(found(discover({}, home))) == ["openclaw/main"]


def test_a_copied_state_folder_does_not_feed_the_same_memory_twice(home):
    shared = {"agents": {"defaults": {"workspace": str(home / "clawd")}}}
    make_state(home / ".openclaw", "main", **shared)
    make_state(home / ".openclaw-backup", "main", **shared)
    (home / "clawd").mkdir()
    discovery = discover({}, home)
    assert list(found(discovery)) == ["openclaw/main"]
    assert any("openclaw-backup/main: passed over" in note for note in discovery.notes)


@pytest.mark.parametrize("name", [".clawdbot", ".moltbot", ".moldbot"])
def test_a_legacy_folder_is_used_only_where_the_ordinary_one_is_missing(home, name):
    put(home / name / "clawdbot.json", '{agents: {defaults: {userTimezone: "Europe/Rome"}}}')
    make_state(home / name, "main")
    assert one(discover({}, home)).timezone == "Europe/Rome"
    make_state(home / ".openclaw", "main")
    assert one(discover({}, home)).path.is_relative_to(home / ".openclaw")


@pytest.mark.parametrize("variable", ["OPENCLAW_HOME", "HOME", "USERPROFILE"])
def test_the_home_of_the_environment_overrules_the_system_s(home, tmp_path, variable):
    make_state(tmp_path / "other/.openclaw", "main")
    assert one(discover({variable: str(tmp_path / "other")}, home)).path.is_relative_to(tmp_path / "other")


def test_openclaw_home_goes_before_home(home, tmp_path):
    make_state(home / "inner/.openclaw", "main")
    env = {"OPENCLAW_HOME": "~/inner", "HOME": str(home), "USERPROFILE": str(tmp_path)}
    assert len(discover(env, tmp_path).sources) == 1


# --- agents ---


def test_every_agent_with_a_sessions_folder_is_a_source(home):
    state = make_state(home / ".openclaw", "main", "work")
    (state / "agents/empty").mkdir()
    put(state / "agents/stray-file")
    put(state / "agents/.hidden/sessions/s.jsonl", LINE)
    discovery = discover({}, home)
    assert list(found(discovery)) == ["openclaw/main", "openclaw/work"]
    assert any(note.startswith("openclaw/empty: there is no folder") for note in discovery.notes)


def test_a_folder_without_agents_is_said(home):
    (home / ".openclaw").mkdir()
    discovery = discover({}, home)
    assert discovery.sources == ()
    assert len(discovery.notes) == 1


def test_an_agent_whose_transcripts_are_in_a_database_is_a_source(home):
    state = make_state(home / ".openclaw")
    make_database(state / "agents/main/agent/openclaw-agent.sqlite", "transcript_events")
    alone = discover({}, home)
    assert one(alone).database == state / "agents/main/agent/openclaw-agent.sqlite"
    assert one(alone).imports == state / "agents/main/session-sqlite-import-archive"
    put(state / "agents/main/sessions/s1.jsonl.reset.2026-01-15T10-00-00Z", LINE)
    both = discover({}, home)
    assert one(both).sidecar
    assert (one(both).path, one(both).database) == (one(alone).path, one(alone).database)


def test_a_database_without_transcripts_makes_no_source(home):
    """OpenClaw 2026.7.35 keeps credentials in a database of that name."""
    state = make_state(home / ".openclaw")
    make_database(state / "agents/main/agent/openclaw-agent.sqlite", "auth")
    assert discover({}, home).sources == ()


def test_a_folder_that_cannot_be_looked_at_is_noted(home):
    discovery = discover({"OPENCLAW_STATE_DIR": "/" + "x" * 300}, home)
    assert discovery.sources == ()
    assert len(discovery.notes) == 2
    assert all("File name too long" in note for note in discovery.notes)


# --- session.store ---


def test_session_store_moves_the_sessions(home, tmp_path):
    store = str(tmp_path / "logs/{agentId}/sessions.json")
    make_state(home / ".openclaw", session={"store": store}, agents={"list": [{"id": "main"}, {"id": "work"}]})
    put(tmp_path / "logs/main/s.jsonl", LINE)
    put(tmp_path / "logs/work/s.jsonl", LINE)
    discovery = discover({}, home)
    assert [source.path for source in discovery.sources] == [tmp_path / "logs/main", tmp_path / "logs/work"]


def test_sessions_from_before_a_move_are_pointed_out(home, tmp_path):
    make_state(home / ".openclaw", "main", session={"store": "~/logs/{agentId}/sessions.json"})
    put(home / "logs/main/s.jsonl", LINE)
    discovery = discover({}, home)
    assert one(discovery).path == home / "logs/main"
    assert any("older ones in" in note for note in discovery.notes)


@pytest.mark.parametrize(
    ("store", "words"),
    [("/nowhere/{agentId}/sessions.json", "not there"), ("${NOPE}/x.json", "NOPE"), ("logs/x.json", "started in")],
)
def test_a_store_that_leads_nowhere_is_noted_and_the_usual_folder_used(home, store, words):
    state = make_state(home / ".openclaw", "main", session={"store": store})
    discovery = discover({}, home)
    assert one(discovery).path == state / "agents/main/sessions"
    assert any(words in note for note in discovery.notes)


def test_a_store_shared_by_all_agents_is_read_once(home):
    settings = {"session": {"store": "~/logs/sessions.json"}, "agents": {"list": [{"id": "main"}, {"id": "work"}]}}
    make_state(home / ".openclaw", **settings)
    put(home / "logs/s.jsonl", LINE)
    discovery = discover({}, home)
    assert [(source.agent, source.path) for source in discovery.sources] == [("main", home / "logs")]
    assert any("cannot be told apart" in note for note in discovery.notes)


# --- workspaces ---


@pytest.mark.parametrize(
    ("agents", "main", "work"),
    [
        ({}, ".openclaw/workspace", ".openclaw/workspace-work"),
        ({"defaults": {"workspace": "~/clawd"}}, "clawd", "clawd/work"),
        (
            {"defaults": {"workspace": "~/clawd"}, "list": [{"id": "main"}, {"id": "work", "workspace": "~/w"}]},
            "clawd",
            "w",
        ),
        (
            {"defaults": {"workspace": "~/clawd"}, "entries": {"main": {"workspace": "~/m"}, "work": {}}},
            "m",
            "clawd/work",
        ),
        ({"defaults": {"workspace": "~/clawd"}, "entries": {"main": {}, "work": {}}}, "clawd/main", "clawd/work"),
        (
            {"list": [{"id": "main"}, {"id": "work", "default": True}]},
            ".openclaw/workspace-main",
            ".openclaw/workspace",
        ),
        ({"defaults": {"workspace": "${BASE}/ws"}}, "base/ws", "base/ws/work"),
    ],
)
def test_the_workspace_is_the_agent_s_own_else_the_common_one_s_else_the_usual(home, agents, main, work):
    make_state(home / ".openclaw", "main", "work", agents=agents)
    sources = found(discover({"BASE": str(home / "base")}, home))
    assert sources == {"openclaw/main": home / main / "memory", "openclaw/work": home / work / "memory"}


def test_a_workspace_that_is_not_there_is_noted(home):
    make_state(home / ".openclaw", "main", agents={"defaults": {"workspace": "/home/node/ws"}})
    discovery = discover({}, home)
    assert one(discovery).workspace == Path("/home/node/ws")
    assert any("its workspace /home/node/ws is not there" in note for note in discovery.notes)


@pytest.mark.parametrize(("workspace", "words"), [("${NOPE}/ws", "NOPE is not set"), ("ws", "was started in")])
def test_a_workspace_that_cannot_be_told_is_never_guessed(home, workspace, words):
    make_state(home / ".openclaw", "main", agents={"defaults": {"workspace": workspace}})
    discovery = discover({}, home)
    assert discovery.sources == ()
    assert any(words in note and "memory_dir" in note for note in discovery.notes)


def test_an_agent_with_its_own_workspace_does_not_need_the_common_one(home):
    agents = {"defaults": {"workspace": "${NOPE}"}, "list": [{"id": "main", "workspace": "~/clawd"}]}
    make_state(home / ".openclaw", "main", agents=agents)
    assert one(discover({}, home)).workspace == home / "clawd"


def test_the_environment_names_the_default_agent_s_workspace_where_the_configuration_is_silent(home, tmp_path):
    make_state(home / ".openclaw", "main", "work")
    make_state(home / ".openclaw-other", "main")
    (tmp_path / "ws").mkdir()
    assert found(discover({"OPENCLAW_WORKSPACE_DIR": str(tmp_path / "ws")}, home)) == {
        "openclaw/main": tmp_path / "ws/memory",
        "openclaw/work": home / ".openclaw/workspace-work/memory",
        "openclaw-other/main": home / ".openclaw-other/workspace/memory",
    }


def test_the_configured_workspace_goes_before_the_environment_s_as_openclaw_has_it(home, tmp_path):
    make_state(home / ".openclaw", "main", agents={"defaults": {"workspace": "~/clawd"}})
    (home / "clawd").mkdir()
    (tmp_path / "ws").mkdir()
    discovery = discover({"OPENCLAW_WORKSPACE_DIR": str(tmp_path / "ws")}, home)
    assert one(discovery).workspace == home / "clawd"
    assert any("goes before OPENCLAW_WORKSPACE_DIR" in note for note in discovery.notes)


def test_a_container_s_path_gives_way_to_the_environment_s(home, tmp_path):
    make_state(home / ".openclaw", "main", agents={"defaults": {"workspace": "/home/node/.openclaw/workspace"}})
    (tmp_path / "ws").mkdir()
    discovery = discover({"OPENCLAW_WORKSPACE_DIR": str(tmp_path / "ws")}, home)
    assert one(discovery).workspace == tmp_path / "ws"
    assert any("container" in note for note in discovery.notes)


def test_a_profile_s_workspace_is_where_either_generation_of_openclaw_put_it(home):
    make_state(home / ".openclaw-work", "main", workspace=False)
    assert one(discover({"OPENCLAW_PROFILE": "work"}, home)).workspace == home / ".openclaw-work/workspace"
    (home / ".openclaw/workspace-work").mkdir(parents=True)
    assert one(discover({"OPENCLAW_PROFILE": "work"}, home)).workspace == home / ".openclaw/workspace-work"
    (home / ".openclaw-work/workspace").mkdir()
    assert one(discover({"OPENCLAW_PROFILE": "work"}, home)).workspace == home / ".openclaw-work/workspace"


def test_with_a_damaged_configuration_only_a_workspace_that_is_there_is_believed(home):
    state = make_state(home / ".openclaw", "main", workspace=False)
    put(state / "openclaw.json", "{")
    lost = discover({}, home)
    assert lost.sources == ()
    assert any("not JSON5" in note for note in lost.notes)
    (state / "workspace").mkdir()
    kept = discover({}, home)
    assert one(kept).workspace == state / "workspace"
    assert any("not JSON5" in note for note in kept.notes)


# --- what the configuration says beside ---


def test_the_configuration_of_the_environment_counts_for_the_selected_installation_only(home, tmp_path):
    make_state(home / ".openclaw", "main", agents={"defaults": {"userTimezone": "Europe/Rome"}})
    make_state(home / ".openclaw-b", "main", agents={"defaults": {"userTimezone": "Europe/Oslo"}})
    put(tmp_path / "own.json", '{"agents": {"defaults": {"userTimezone": "Asia/Tokyo"}}}')
    discovery = discover({"OPENCLAW_CONFIG_PATH": str(tmp_path / "own.json")}, home)
    assert [source.timezone for source in discovery.sources] == ["Asia/Tokyo", "Europe/Oslo"]


def test_the_user_s_zone_is_taken_in_any_case_and_a_wrong_one_noted(home):
    state = make_state(home / ".openclaw", "main", agents={"defaults": {"userTimezone": "europe/berlin"}})
    assert one(discover({}, home)).timezone == "Europe/Berlin"
    for stated, note in (("Mars/Olympus", "Mars/Olympus is not the name"), ("${ZONE}", "ZONE is not set")):
        make_state(state, agents={"defaults": {"userTimezone": stated}})
        discovery = discover({}, home)
        assert one(discovery).timezone is None
        assert any(note in words for words in discovery.notes)


def test_excluded_sessions_are_passed_on(home):
    policy = {"memory-core": {"config": {"memoryPolicy": {"excludeSessions": {"channels": ["slack"]}}}}}
    make_state(home / ".openclaw", "main", plugins={"entries": policy})
    assert one(discover({}, home)).excluded_sessions == ("channel:slack",)


# --- versions ---


@pytest.mark.parametrize(
    ("version", "sidecar"),
    [
        ("2026.1.30", False),
        ("2026.6.35", False),
        ("2026.7.2-beta.1", False),
        ("2026.7.32", False),
        ("2026.7.33", True),
        ("2026.8.1", True),
        ("2026.10.1", True),
        ("2027.1.1", True),
    ],
)
def test_openclaw_distrusts_outside_edits_since_2026_7_33(home, version, sidecar):
    make_state(home / ".openclaw", "main", meta={"lastTouchedVersion": version})
    source = one(discover({}, home))
    assert (source.version, source.sidecar) == (version, sidecar)


def test_the_newest_version_that_left_a_trace_counts(home):
    state = make_state(home / ".openclaw", "main", meta={"lastTouchedVersion": "2026.6.33"})
    make_database(state / "state/openclaw.sqlite", version="2026.7.35")
    make_database(state / "agents/main/agent/openclaw-agent.sqlite", version="2026.7.4")
    source = one(discover({}, home))
    assert (source.version, source.sidecar) == ("2026.7.35", True)


@pytest.mark.parametrize("version", ["", "nightly", 7, None])
def test_what_is_no_version_is_no_version(home, version):
    make_state(home / ".openclaw", "main", meta={"lastTouchedVersion": version})
    assert (one(discover({}, home)).version, one(discover({}, home)).sidecar) == (None, False)


def test_a_database_without_transcripts_is_the_file_era(home):
    state = make_state(home / ".openclaw", "main")
    make_database(state / "agents/main/agent/openclaw-agent.sqlite", "auth")
    discovery = discover({}, home)
    assert not one(discovery).sidecar
    assert discovery.notes == ()


def test_with_a_database_that_cannot_be_read_the_careful_side_is_taken(home):
    state = make_state(home / ".openclaw", "main")
    put(state / "agents/main/agent/openclaw-agent.sqlite", "no database at all, but long enough to look at" * 50)
    discovery = discover({}, home)
    assert one(discovery).sidecar


def test_the_database_is_looked_for_where_the_agent_s_folder_was_moved(home, tmp_path):
    entries = {"main": {"agentDir": str(tmp_path / "odd #1?")}}
    make_state(home / ".openclaw", "main", agents={"entries": entries})
    make_database(tmp_path / "odd #1?/openclaw-agent.sqlite", "transcript_events")
    assert one(discover({}, home)).sidecar


@pytest.mark.parametrize("wal", [True, False])
def test_looking_at_a_database_leaves_nothing_behind(home, wal):
    state = make_state(home / ".openclaw", "main")
    make_database(state / "agents/main/agent/openclaw-agent.sqlite", "transcript_events", wal=wal)
    before = sorted(home.rglob("*"))
    assert one(discover({}, home)).sidecar
    assert sorted(home.rglob("*")) == before


def test_a_table_that_is_still_in_the_write_ahead_log_is_seen(home):
    path = make_state(home / ".openclaw", "main") / "agents/main/agent/openclaw-agent.sqlite"
    make_database(path, wal=True)
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("create table transcript_events (x)")
        writer.commit()
        assert one(discover({}, home)).sidecar


# --- [[sources]] ---


def configured(home, *entries, env=None):
    return sources_from_config(Config(sources=entries), env or {}, home)


def test_without_entries_the_sources_are_discovered(home):
    make_state(home / ".openclaw", "main")
    assert configured(home) == discover({}, home)


def test_an_entry_with_a_kind_alone_stands_for_what_is_installed(home):
    make_state(home / ".openclaw", "main", "work")
    assert list(found(configured(home, SourceConfig(kind="openclaw")))) == ["openclaw/main", "openclaw/work"]
    assert list(found(configured(home, SourceConfig(kind="openclaw", agent="work")))) == ["openclaw/work"]
    named = configured(home, SourceConfig(kind="openclaw", name="bots"))
    assert list(found(named)) == ["bots/main", "bots/work"]


def test_an_entry_that_finds_nothing_is_noted(home):
    discovery = configured(home, SourceConfig(kind="openclaw"))
    assert discovery.sources == ()
    assert "sources[0]: no agent with session files is found" in discovery.notes


@pytest.mark.parametrize("below", ["", "agents/main", "agents/main/sessions"])
def test_a_path_may_be_a_state_an_agent_s_or_a_sessions_folder(home, tmp_path, below):
    state = make_state(tmp_path / "data", "main", agents={"defaults": {"userTimezone": "Europe/Rome"}})
    source = one(configured(home, SourceConfig(path=state / below)))
    assert source.name == f"openclaw/main@{state / 'agents/main/sessions'}"
    assert source.path == state / "agents/main/sessions"
    assert source.memory_dir == state / "workspace/memory"
    assert (source.timezone, source.origin) == ("Europe/Rome", "config")


def test_a_path_into_the_ordinary_installation_keeps_its_name(home):
    make_state(home / ".openclaw", "main")
    assert list(found(configured(home, SourceConfig(path=home / ".openclaw/agents/main")))) == ["openclaw/main"]


def test_an_agent_picks_one_of_a_state_folder(home, tmp_path):
    state = make_state(tmp_path / "data", "main", "work")
    source = one(configured(home, SourceConfig(path=state, agent="work", name="w")))
    assert (source.name, source.agent, source.path) == ("w", "work", state / "agents/work/sessions")


def test_an_agent_that_the_path_contradicts_is_a_problem(home, tmp_path):
    state = make_state(tmp_path / "data", "main")
    with pytest.raises(ConfigError, match='agent = "work": the path belongs to "main"'):
        configured(home, SourceConfig(path=state / "agents/main", agent="work"))


def test_a_folder_outside_any_state_needs_a_memory_folder(home, tmp_path):
    put(tmp_path / "logs/s.jsonl", LINE)
    with pytest.raises(ConfigError, match=r"sources\[0\].memory_dir: missing"):
        configured(home, SourceConfig(path=tmp_path / "logs"))
    source = one(configured(home, SourceConfig(path=tmp_path / "logs", memory_dir=tmp_path / "m", agent="bot")))
    assert (source.name, source.agent, source.memory_dir) == (
        f"openclaw/bot@{tmp_path / 'logs'}",
        "bot",
        tmp_path / "m",
    )


def test_a_folder_that_is_not_there_yet_is_kept_and_noted(home, tmp_path):
    sessions = tmp_path / "data/agents/main/sessions"
    discovery = configured(home, SourceConfig(path=sessions))
    assert (one(discovery).path, one(discovery).memory_dir) == (sessions, tmp_path / "data/workspace/memory")
    assert any(f"there is no folder {sessions}" in note for note in discovery.notes)


def test_another_memory_folder_is_nobody_s_daily_files(home, tmp_path):
    state = make_state(home / ".openclaw", "main", meta={"lastTouchedVersion": "2026.7.35"})
    assert one(configured(home, SourceConfig(kind="openclaw"))).sidecar
    assert one(configured(home, SourceConfig(kind="openclaw", memory_dir=state / "workspace/memory"))).sidecar
    assert not one(configured(home, SourceConfig(kind="openclaw", memory_dir=tmp_path / "m"))).sidecar


def test_what_an_entry_does_not_include_stays_out(home):
    make_state(home / ".openclaw", "main")
    every, some = (
        one(configured(home, SourceConfig(kind="openclaw", **include)))
        for include in ({}, {"include": ("direct", "others")})
    )
    assert (every.excluded_sessions, every.others) == ((), True)
    assert (some.excluded_sessions, some.others) == (("chatType:group", "chatType:channel"), True)
    assert not one(configured(home, SourceConfig(kind="openclaw", include=("direct",)))).others


def test_what_openclaw_itself_keeps_out_stays_out_beside_it(home):
    rules = {"memoryPolicy": {"excludeSessions": {"channels": ["telegram"]}}}
    make_state(home / ".openclaw", "main", plugins={"entries": {"memory-core": {"config": rules}}})
    source = one(configured(home, SourceConfig(kind="openclaw", include=("direct", "group"))))
    assert source.excluded_sessions == ("channel:telegram", "chatType:channel")


def test_agents_that_are_no_sources_are_told_with_the_reason(home):
    make_state(home / ".openclaw", "main", "work")
    make_others(home)
    named = configured(home, SourceConfig(kind="openclaw", agent="main"), SourceConfig(kind="codex")).sources
    told = {(other.kind, other.path): other.found for other in passed_over(named, {}, home)}
    assert told == {
        ("openclaw", home / ".openclaw/agents/work/sessions"): True,
        ("claude-code", home / ".claude/projects"): True,
        ("pi", home / ".pi/agent/sessions"): True,
    }
    everything = sources_from_config(Config(), {}, home).sources
    assert list(passed_over(everything, {}, home)) == []


def test_agents_that_are_not_installed_are_told_as_such(home):
    told = list(passed_over((), {}, home))
    assert [(other.kind, other.found, other.why) for other in told] == [
        (kind, False, "there is no such folder") for kind in ("openclaw", "claude-code", "codex", "pi")
    ]


def test_the_same_logs_twice_and_the_same_name_twice_are_problems(home, tmp_path):
    state = make_state(tmp_path / "data", "main", "work")
    with pytest.raises(ConfigError, match="named twice"):
        configured(home, SourceConfig(path=state), SourceConfig(path=state / "agents/main", name="again"))
    with pytest.raises(ConfigError, match="both called x"):
        configured(
            home,
            SourceConfig(path=state / "agents/main", name="x"),
            SourceConfig(path=state / "agents/work", name="x"),
        )


def test_what_init_writes_down_finds_what_was_discovered(home, tmp_path):
    store = str(tmp_path / "logs/{agentId}/sessions.json")
    meta = {"lastTouchedVersion": "2026.7.35"}
    make_state(
        home / ".openclaw", session={"store": store}, meta=meta, agents={"defaults": {"userTimezone": "UTC"}}
    )
    put(tmp_path / "logs/main/s.jsonl", LINE)
    make_state(home / ".openclaw-b", "main", "work")
    found = discover({}, home)
    config = Config(sources=tuple(source_config(source) for source in found.sources))
    again = sources_from_config(parse_config(render_config(config), tmp_path / "config.toml", {}), {}, home)
    assert len(found.sources) == 3
    assert {source.origin for source in again.sources} == {"config"}
    for one_way, other in zip(found.sources, again.sources, strict=True):
        fields = ("name", "agent", "path", "memory_dir", "workspace", "timezone", "version", "sidecar")
        assert [getattr(one_way, field) for field in fields] == [getattr(other, field) for field in fields]


# --- agents beside OpenClaw ---


def make_others(home):
    put(home / ".claude/projects/-x/s.jsonl", LINE)
    put(home / ".codex/sessions/2026/01/15/rollout-x.jsonl", LINE)
    put(home / ".pi/agent/sessions/--x--/s.jsonl", LINE)


def test_other_agents_come_behind_openclaw_and_feed_memory_of_their_own(home):
    make_state(home / ".openclaw", "main")
    make_others(home)
    discovery = discover({}, home)
    assert found(discovery) == {
        "openclaw/main": home / ".openclaw/workspace/memory",
        "claude-code": home / ".memsyncd/memory/claude-code",
        "codex": home / ".memsyncd/memory/codex",
        "pi": home / ".memsyncd/memory/pi",
    }
    assert discovery.notes == ()


def test_who_has_other_agents_alone_is_not_told_that_openclaw_is_missing(home):
    make_others(home)
    assert discover({}, home).notes == ()
    for env in ({"OPENCLAW_STATE_DIR": "/nowhere"}, {"OPENCLAW_PROFILE": "work"}):
        assert any("there is no such folder" in note for note in discover(env, home).notes)
    (home / ".openclaw").mkdir()
    assert len(discover({}, home).notes) == 1


def test_entries_may_mix_agents_and_let_them_share_a_folder(home, tmp_path):
    make_state(home / ".openclaw", "main")
    make_others(home)
    shared = tmp_path / "memory"
    entries = [SourceConfig(kind=kind, memory_dir=shared) for kind in ("openclaw", "claude-code", "pi")]
    assert found(configured(home, *entries)) == {"openclaw/main": shared, "claude-code": shared, "pi": shared}


def test_an_entry_without_a_kind_is_the_agent_s_that_keeps_its_logs_there(home):
    make_state(home / ".openclaw", "main")
    make_others(home)
    paths = [home / ".claude/projects", home / ".codex/sessions", home / ".openclaw/agents/main/sessions"]
    sources = configured(home, *(SourceConfig(path=path) for path in paths)).sources
    assert [source.kind for source in sources] == ["claude-code", "codex", "openclaw"]


def test_openclaw_s_logs_are_its_own_wherever_another_agent_s_home_is(home):
    make_state(home / ".openclaw", "main")
    put(home / "sessions/rollout-x.jsonl", LINE)
    path = home / ".openclaw/agents/main/sessions"
    (source,) = sources_from_config(
        Config(sources=(SourceConfig(path=path),)), {"CODEX_HOME": str(home)}, home
    ).sources
    assert source.kind == "openclaw"


def test_two_entries_for_one_agent_s_logs_are_a_problem(home):
    make_others(home)
    with pytest.raises(ConfigError, match="named twice"):
        configured(home, SourceConfig(kind="pi"), SourceConfig(path=home / ".pi/agent/sessions", name="again"))


def test_an_entry_for_an_agent_that_is_not_there_is_noted(home):
    discovery = configured(home, SourceConfig(kind="claude-code"))
    assert discovery.sources == ()
    assert discovery.notes == (f"claude-code: {home / '.claude/projects'}: there is no such folder",)


def test_what_init_writes_down_of_other_agents_finds_them_again(home, tmp_path):
    make_others(home)
    sources = discover({}, home).sources
    config = Config(sources=tuple(source_config(source) for source in sources))
    again = sources_from_config(parse_config(render_config(config), tmp_path / "config.toml", {}), {}, home)
    fields = ("name", "kind", "agent", "path", "memory_dir")
    for one_way, other in zip(sources, again.sources, strict=True):
        assert [getattr(one_way, field) for field in fields] == [getattr(other, field) for field in fields]


def test_the_command_line_may_name_another_agent_s_logs(home, tmp_path):
    make_others(home)
    (tmp_path / "memory").mkdir()
    source = one(sources_from_folders(home / ".claude", tmp_path / "memory", {}, home))
    assert (source.kind, source.path) == ("claude-code", home / ".claude/projects")
    assert (source.memory_dir, source.origin) == (tmp_path / "memory", "command line")
    usual = one(sources_from_folders(home / ".pi/agent/sessions", None, {}, home))
    assert usual.memory_dir == home / ".memsyncd/memory/pi"


def test_a_memory_folder_alone_takes_no_other_agent_s_logs(home, tmp_path):
    make_state(home / ".openclaw", "main")
    make_others(home)
    assert list(found(sources_from_folders(None, tmp_path, {}, home))) == ["openclaw/main"]


# --- --sessions-dir and --memory-dir ---


def test_folders_on_the_command_line_need_no_installation(home, tmp_path):
    put(tmp_path / "logs/s.jsonl", LINE)
    (tmp_path / "memory").mkdir()
    source = one(sources_from_folders(tmp_path / "logs", tmp_path / "memory", {}, home))
    assert (source.path, source.memory_dir) == (tmp_path / "logs", tmp_path / "memory")
    assert (source.agent, source.sidecar, source.origin) == ("main", False, "command line")


@pytest.mark.parametrize("below", ["", "agents/main", "agents/main/sessions"])
def test_the_memory_folder_follows_from_the_state_that_the_sessions_belong_to(home, tmp_path, below):
    state = make_state(tmp_path / "data", "main", meta={"lastTouchedVersion": "2026.7.35"})
    source = one(sources_from_folders(state / below, None, {}, home))
    assert (source.memory_dir, source.sidecar) == (state / "workspace/memory", True)
    (tmp_path / "memory").mkdir()
    assert not one(sources_from_folders(state / below, tmp_path / "memory", {}, home)).sidecar


def test_relative_folders_start_at_the_current_one(home, tmp_path, monkeypatch):
    put(tmp_path / "logs/s.jsonl", LINE)
    (tmp_path / "memory").mkdir()
    monkeypatch.chdir(tmp_path)
    source = one(sources_from_folders(Path("logs"), Path("memory"), {}, home))
    assert (source.path, source.memory_dir) == (tmp_path / "logs", tmp_path / "memory")


def test_other_logs_do_not_get_the_name_of_the_installed_agent_s(home, tmp_path):
    make_state(home / ".openclaw", "main")
    state = make_state(tmp_path / "data", "main")
    assert one(sources_from_folders(home / ".openclaw", None, {}, home)).name == "openclaw/main"
    assert one(sources_from_folders(state, None, {}, home)).name != "openclaw/main"


def test_a_memory_folder_alone_takes_the_installed_agents_logs(home, tmp_path):
    state = make_state(home / ".openclaw", "main")
    source = one(sources_from_folders(None, tmp_path, {}, home))
    assert (source.path, source.memory_dir) == (state / "agents/main/sessions", tmp_path)


def test_without_a_state_the_memory_folder_has_to_be_named(home, tmp_path):
    put(tmp_path / "logs/s.jsonl", LINE)
    with pytest.raises(UsageError) as caught:
        sources_from_folders(tmp_path / "logs", None, {}, home)
    assert caught.value.hint == "name it with --memory-dir"


def test_a_folder_that_is_not_there_is_an_error_that_names_it(home, tmp_path):
    for folders in ((tmp_path / "none", tmp_path), (tmp_path, tmp_path / "none")):
        with pytest.raises(SourceMissing) as caught:
            sources_from_folders(*folders, {}, home)
        assert caught.value.where == str(tmp_path / "none")
        assert caught.value.exit_code == 2


def test_a_database_behind_the_folder_belongs_to_the_source(home, tmp_path):
    state = make_state(tmp_path / "data", "main")
    make_database(state / "agents/main/agent/openclaw-agent.sqlite", "transcript_events")
    discovery = sources_from_folders(state / "agents/main/sessions", None, {}, home)
    assert one(discovery).database == state / "agents/main/agent/openclaw-agent.sqlite"
