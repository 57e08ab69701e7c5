from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from memsyncd.config import (
    Config,
    LogConfig,
    MemoryConfig,
    SourceConfig,
    StoreConfig,
    parse_config,
    render_config,
    source_config,
    zone_name,
)
from memsyncd.config_reader import expand_path
from memsyncd.core.configfile import WORDS
from memsyncd.errors import ConfigError
from memsyncd.model import Source

ROOT = Path(__file__).parent.parent
FILE = Path("/etc/memsyncd/config.toml")
ENV = {"HOME": "/home/ada", "DATA": "/srv/data", "EMPTY": ""}


def parse(text, env=ENV):
    return parse_config(text, FILE, env)


def problems(text, env=ENV):
    with pytest.raises(ConfigError) as caught:
        parse(text, env)
    return caught.value.problems


def keys(kind=Config, prefix=""):
    """Every dotted key, tables included."""
    for name, hint in get_type_hints(kind).items():
        yield prefix + name
        inner = next(
            (part for part in (hint, *get_args(hint)) if isinstance(part, type) and issubclass(part, Struct)), None
        )
        if inner:
            yield from keys(inner, f"{prefix}{name}.")


# --- what is read ---


def test_an_empty_file_is_the_default_configuration():
    assert parse("") == Config()


def test_every_key_is_read():
    text = """
        timezone = "Europe/Berlin"
        state_dir = "/var/lib/memsyncd"
        [memory]
        name = "sidecar"
        foreign = "sidecar"
        adopt_legacy = true
        sparse_bytes = 10
        sparse_bytes_per_message = 0
        [store]
        path = "/srv/store.sqlite"
        [log]
        level = "debug"
        format = "json"
        file = "/var/log/memsyncd.log"
        metrics_file = "/srv/memsyncd.prom"
        [[sources]]
        name = "home"
        kind = "openclaw"
        path = "/srv/sessions"
        agent = "main"
        memory_dir = "/srv/memory"
        [[sources]]
        kind = "openclaw"
    """
    home = SourceConfig(
        name="home", kind="openclaw", path=Path("/srv/sessions"), agent="main", memory_dir=Path("/srv/memory")
    )
    assert parse(text) == Config(
        timezone="Europe/Berlin",
        state_dir=Path("/var/lib/memsyncd"),
        sources=(home, SourceConfig(kind="openclaw")),
        memory=MemoryConfig(
            name="sidecar", foreign="sidecar", adopt_legacy=True, sparse_bytes=10, sparse_bytes_per_message=0
        ),
        store=StoreConfig(path=Path("/srv/store.sqlite")),
        log=LogConfig(
            level="debug",
            format="json",
            file=Path("/var/log/memsyncd.log"),
            metrics_file=Path("/srv/memsyncd.prom"),
        ),
    )


def test_an_empty_text_is_a_key_left_out():
    text = (
        'timezone = ""\nstate_dir = ""\n[store]\npath = ""\n[[sources]]\nname = ""\nkind = "openclaw"\nagent = ""'
    )
    assert parse(text) == Config(sources=(SourceConfig(kind="openclaw"),))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("~/memory", "/home/ada/memory"),
        ("~", "/home/ada"),
        ("$DATA/x", "/srv/data/x"),
        ("${DATA}x", "/srv/datax"),
        ("/a/$$DATA", "/a/$DATA"),
        ("beside", "/etc/memsyncd/beside"),
        ("/a/~/b", "/a/~/b"),
        ("/a b/ä", "/a b/ä"),
    ],
)
def test_paths_are_expanded_from_the_environment_that_is_given(text, path):
    assert parse(f'state_dir = "{text}"').state_dir == Path(path)


def test_home_is_userprofile_where_there_is_no_home():
    assert expand_path("~/x", {"USERPROFILE": "/users/ada"}) == Path("/users/ada/x")


@pytest.mark.parametrize(("text", "zone"), [("europe/berlin", "Europe/Berlin"), ("UTC", "UTC"), ("utc", "UTC")])
def test_a_zone_is_found_in_any_case(text, zone):
    assert parse(f'timezone = "{text}"').timezone == zone


@pytest.mark.parametrize(
    "text", ["", "Mars/Olympus", "CET-1", "/etc/localtime", "../UTC", "America", "a\0b", "Europe/"]
)
def test_what_is_no_zone_has_no_name(text):
    assert zone_name(text) is None


# --- what is refused ---


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[memory]\nname = 'both'", 'memory.name = "both": must be "auto", "daily" or "sidecar"'),
        ("[memory]\nforeign = true", 'memory.foreign = true: must be "append" or "sidecar"'),
        ("[memory]\nadopt_legacy = 'yes'", 'memory.adopt_legacy = "yes": must be true or false'),
        ("[memory]\nsparse_bytes = -1", "memory.sparse_bytes = -1: must be a whole number, 0 or more"),
        ("[memory]\nsparse_bytes = 1.5", "memory.sparse_bytes = 1.5: must be a whole number, 0 or more"),
        ("[memory]\nsparse_bytes = true", "memory.sparse_bytes = true: must be a whole number, 0 or more"),
        ("[memory]\nnmae = 'daily'", "memory.nmae: no such key; did you mean memory.name?"),
        ("[store]\nqwx = 1", "store.qwx: no such key; allowed: store.path"),
        (
            "[summary]",
            "summary: no such key; allowed: timezone, state_dir, sources, memory, history, watch, schedule, redaction, store, log",
        ),
        ("memory = 3", "memory = 3: must be a table"),
        ("timezone = 1", "timezone = 1: must be a text"),
        (
            "timezone = 'Mars/Olympus'",
            'timezone = "Mars/Olympus": must be an IANA time zone such as "Europe/Berlin"',
        ),
        ("state_dir = 1979-05-27", "state_dir = 1979-05-27: must be a path"),
        ("state_dir = '$NOPE/x'", 'state_dir = "$NOPE/x": the environment variable NOPE is not set'),
        ("state_dir = '${EMPTY}/x'", 'state_dir = "${EMPTY}/x": the environment variable EMPTY is not set'),
        ("sources = 'x'", 'sources = "x": must be tables, each under [[sources]]'),
        ("[sources]\nkind = 'openclaw'", "sources = {...}: must be tables, each under [[sources]]"),
        ("sources = [3]", "sources[0] = 3: must be a table"),
        (
            "[[sources]]\nkind = 'cursor'\npath = '/x'",
            'sources[0].kind = "cursor": must be "openclaw", "claude-code", "codex" or "pi"',
        ),
        ("[[sources]]\nname = 'x'", "sources[0]: must name a kind or a path"),
        (
            "[[sources]]\npath='/a'\nname='x'\n[[sources]]\npath='/b'\nname='x'",
            'sources[1].name = "x": must be unique',
        ),
    ],
)
def test_a_problem_names_the_key_the_value_and_what_is_allowed(text, problem):
    assert problem in problems(text)


def test_all_problems_are_told_at_once():
    text = "timezone = 1\nodd = 2\n[memory]\nname = 3\n[log]\nlevel = 4\n[[sources]]\npath = 5"
    started = [problem.split(" ")[0].rstrip(":") for problem in problems(text)]
    assert started == ["timezone", "odd", "memory.name", "log.level", "sources[0].path", "sources[0]"]


def test_the_error_names_the_file_and_where_the_keys_are_listed():
    with pytest.raises(ConfigError) as caught:
        parse("odd = 1")
    assert caught.value.where == str(FILE)
    assert "config.example.toml" in caught.value.hint
    assert caught.value.exit_code == 2


def test_the_value_of_an_unknown_key_is_not_repeated():
    secret = "sk-" + "made-up"
    assert secret not in "".join(problems(f'api_key = "{secret}"'))


def test_a_long_value_is_shortened():
    (problem,) = problems(f'[log]\nlevel = "{"x" * 500}"')
    assert len(problem) < 150


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a = 1\nb = ?", "line 2, column 5: "),
        ("a = 1\na = 2\n", "line 2, column 6: "),
        ("[memory", "end of document: "),
    ],
)
def test_a_syntax_error_tells_its_place(text, start):
    (problem,) = problems(text)
    assert problem.startswith(start)


@given(st.text())
def test_any_text_is_a_configuration_or_a_configuration_error(text):
    with suppress(ConfigError):
        assert isinstance(parse(text), Config)


# --- what is written ---

names = st.text(min_size=1).filter(lambda text: "\0" not in text)
paths = st.lists(st.text(min_size=1).filter(lambda text: not set(text) & set("/\0")), min_size=1).map(
    lambda parts: Path("/", *parts)
)
configs = st.builds(
    Config,
    timezone=st.sampled_from(["", "UTC", "Europe/Berlin"]),
    state_dir=st.none() | paths,
    sources=st.lists(
        st.builds(
            SourceConfig,
            name=names,
            kind=st.just("openclaw"),
            path=st.none() | paths,
            agent=st.none() | names,
            memory_dir=st.none() | paths,
        ),
        max_size=3,
        unique_by=lambda source: source.name,
    ).map(tuple),
    memory=st.builds(MemoryConfig, adopt_legacy=st.booleans(), sparse_bytes=st.integers(0, 10**9)),
    store=st.builds(StoreConfig, path=st.none() | paths),
    log=st.builds(LogConfig, level=st.sampled_from(["debug", "error"]), file=st.none() | paths),
)


@given(configs)
def test_what_is_written_is_read_back(config):
    assert parse(render_config(config), {}) == config


def test_the_example_file_is_the_code_s_defaults():
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == render_config(Config())


def test_the_example_file_parses_to_the_defaults():
    assert parse((ROOT / "config.example.toml").read_text(encoding="utf-8")) == Config()


def test_the_example_file_shows_every_key():
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    shown = tomllib.loads(
        "\n".join(
            line[1:] if line.startswith(("#[[", "#")) and not line.startswith("# ") else line
            for line in text.split("\n")
        )
    )
    flat = {key for table in shown["sources"] for key in (f"sources.{name}" for name in table)}
    flat |= {f"{table}.{key}" for table, value in shown.items() if isinstance(value, dict) for key in value}
    assert flat | set(shown) == set(keys())


def test_every_key_is_explained_and_nothing_else():
    assert set(WORDS) == set(keys())


def test_a_discovered_source_becomes_an_entry_of_its_own():
    source = Source(name="openclaw/main", kind="openclaw", agent="main", path=Path("/s"), memory_dir=Path("/m"))
    entry = SourceConfig(
        name="openclaw/main", kind="openclaw", path=Path("/s"), agent="main", memory_dir=Path("/m")
    )
    assert source_config(source) == entry


# --- log.metrics_file ---


def test_the_metrics_file_starts_at_the_configuration_s_folder():
    assert parse('log.metrics_file = "out/memsyncd.prom"').log.metrics_file == FILE.parent / "out/memsyncd.prom"


def test_a_metrics_file_that_the_collector_would_pass_over_is_refused():
    (problem,) = problems('log.metrics_file = "/var/lib/node_exporter/memsyncd.txt"')
    assert problem.startswith('log.metrics_file = "memsyncd.txt": must end in .prom')


def test_the_examples_of_the_example_file_are_right():
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    uncommented = "\n".join(
        line.removeprefix("#") if not line.startswith("# ") else line for line in text.split("\n")
    )
    first, claude, copied = parse(uncommented).sources
    assert first.include == SourceConfig().include
    assert (claude.kind, claude.memory_dir) == ("claude-code", first.memory_dir)
    assert copied.include == ("direct", "others")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('kind = "openclaw"\ninclude = ["direct", "dm"]', 'sources[0].include[1] = "dm": must be "direct"'),
        ('kind = "openclaw"\ninclude = ["others"]', "sources[0].include: must name"),
        ('kind = "codex"\ninclude = ["direct"]', 'sources[0].include: only for the kind "openclaw"'),
    ],
)
def test_what_a_source_includes_must_make_sense(source, problem):
    with pytest.raises(ConfigError) as caught:
        parse(f"[[sources]]\n{source}\n")
    assert any(problem in one for one in caught.value.problems)
