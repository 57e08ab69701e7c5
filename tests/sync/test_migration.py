"""The same sessions from OpenClaw's files and from its database that takes them over: the same days, and no leak."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import Transcript
from tests.builders.database import OpenClawDatabase
from tests.hidden import SECRET
from tests.sync.rig import Rig

DAY = "2026-01-15T12:00:00Z"


class Upgrade:
    """An agent whose transcripts lie in files first, and then in a database."""

    def __init__(self, root: Path, **source: Any) -> None:
        path = root / ".openclaw/agents/main/agent/openclaw-agent.sqlite"
        self.rig = Rig(root, database=path, imports=path.parents[1] / "session-sqlite-import-archive", **source)
        self.home = self.rig.home
        self._path = path

    def database(self) -> OpenClawDatabase:
        return OpenClawDatabase(self._path)

    def published(self) -> dict[str, str]:
        assert self.rig.catch_up().problems == []
        return self.rig.memory()


@pytest.fixture
def upgrade(tmp_path: Path) -> Upgrade:
    return Upgrade(tmp_path)


def talk(session: str = "s1", at: str = DAY) -> Transcript:
    return Transcript(session, at).opening().user(f"question of {session}").assistant(f"answer of {session}")


# --- names of sessions ---


@pytest.mark.parametrize("keep", [True, False])
def test_a_label_shows_the_same_before_and_after_the_upgrade(upgrade: Upgrade, keep: bool) -> None:
    """With the store of before, and with a new one that has seen the database only."""
    label = f"Staging proxy, {SECRET}"
    transcript = talk().tool("exec", {"command": "make"}, "done").user("is it up?").assistant("It is.")
    upgrade.home.live(transcript, label=label, key="main")
    before = upgrade.published()
    assert "Staging proxy" in "".join(before.values())
    assert SECRET not in "".join(before.values())
    with upgrade.database() as openclaw:
        openclaw.put(transcript, label=label, entry={"label": label})
    for path in upgrade.home.sessions.iterdir():
        path.unlink()
    if not keep:
        for path in [*upgrade.rig.state_dir.glob("*"), *upgrade.home.memory.iterdir()]:
            if path.is_file():
                path.unlink()
    assert upgrade.published() == before


# --- topics, of which the database knows only the whole session ---


def forgotten(openclaw: OpenClawDatabase) -> None:
    openclaw.forget("s1")


def generated(openclaw: OpenClawDatabase) -> None:
    openclaw.put(talk(), "cron:job:run:1")


@pytest.mark.parametrize("change", [forgotten, generated])
def test_the_file_of_a_topic_stays_out_with_its_session_also_when_it_comes_later(
    upgrade: Upgrade, change: Callable[[OpenClawDatabase], None]
) -> None:
    with upgrade.database() as openclaw:
        change(openclaw)
    upgrade.published()
    upgrade.home.live(talk("s1-topic-5"))
    upgrade.home.live(talk("s11", "2026-01-15T14:00:00Z"))
    upgrade.published()
    assert upgrade.rig.words() == ["question of s11", "answer of s11"]


@pytest.mark.parametrize("rule", ["s1", "agent:main:main", "channel:telegram"])
def test_what_the_user_excludes_covers_the_files_of_its_topics(tmp_path: Path, rule: str) -> None:
    upgrade = Upgrade(tmp_path, excluded_sessions=(rule,))
    with upgrade.database() as openclaw:
        openclaw.put(talk(), channel="telegram")
    upgrade.home.live(talk("s1-topic-5"))
    imports = upgrade.rig.source.imports
    assert imports is not None
    imports.mkdir()
    (imports / "agent_main_main.s1-topic-6.jsonl.imported-1768471200000").write_bytes(talk("s1-topic-6").data)
    upgrade.published()
    assert upgrade.rig.words() == []
