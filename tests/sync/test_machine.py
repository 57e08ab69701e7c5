"""A state machine attacks the sync: logs grow, tear, move and vanish, people edit, our own records get lost."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from tests.builders import Transcript
from tests.hidden import SECRET
from tests.sync.rig import Rig

START = datetime(2026, 1, 14, 20, 0, tzinfo=UTC)
ZONE_SHIFT = timedelta(hours=1)  # Europe/Berlin in January

words = st.sampled_from(
    ["deploy on friday", "buy oat milk", "the build is red", f"the password is {SECRET}", "Größe 42 🙂"]
)


class Sync(RuleBasedStateMachine):
    """What must hold whatever happens: nothing said is missing, nothing written by hand is missing, no secret is out."""

    sessions: Bundle[Transcript] = Bundle("sessions")

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="memsyncd-machine-"))
        self.rig = Rig(self.root)
        self.clock = START
        self.number = 0
        self.in_logs: dict[str, list[tuple[str, str]]] = {}  # session → (day, unique word) on disk now
        self.read: set[tuple[str, str]] = set()  # what has been read at least once
        self.notes: dict[str, list[str]] = {}  # day → lines of a person
        self.caught_up = False
        self.lossless = True

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)

    def _say(self, transcript: Transcript, text: str, by_user: bool, hours: float) -> None:
        self.clock += timedelta(hours=hours, milliseconds=1)
        self.number += 1
        tag = f"w{self.number}w"
        say = transcript.user if by_user else transcript.assistant
        say(f"{text} {tag}", at=self.clock)
        day = (self.clock + ZONE_SHIFT).date().isoformat()
        self.in_logs.setdefault(transcript.session, []).append((day, tag))
        self.caught_up = False

    # --- logs ---

    @rule(target=sessions, text=words)
    def new_session(self, text: str) -> Transcript:
        self.number += 1
        transcript = Transcript(f"session-{self.number:04d}", self.clock).opening()
        self._say(transcript, text, by_user=True, hours=0)
        self.rig.home.live(transcript, f"chat:{self.number}")
        return transcript

    @rule(transcript=sessions, text=words, by_user=st.booleans(), hours=st.sampled_from([0, 0.1, 3, 9]))
    def append(self, transcript: Transcript, text: str, by_user: bool, hours: float) -> None:
        self._say(transcript, text, by_user, hours)
        self.rig.home.append(transcript)

    @rule(transcript=sessions, text=words, short=st.integers(1, 60))
    def append_torn_then_whole(self, transcript: Transcript, text: str, short: int) -> None:
        self._say(transcript, text, by_user=True, hours=0.2)
        self.rig.home.append(transcript, short=short)
        self.rig.catch_up()
        self.rig.home.append(transcript)

    @rule(transcript=sessions)
    def rewrite(self, transcript: Transcript) -> None:
        """Appends everything said once more under new ids."""
        first = next(n for n, entry in enumerate(transcript.entries) if entry["type"] == "message")
        self.rig.home.rewrite(transcript, first, at=self.clock)
        self.caught_up = False

    @rule(transcript=consumes(sessions))
    def reset(self, transcript: Transcript) -> None:
        self.rig.home.reset(transcript, at=self.clock)
        self.caught_up = False

    @rule(transcript=consumes(sessions), packed=st.booleans())
    def delete_session(self, transcript: Transcript, packed: bool) -> None:
        self.rig.home.deleted(transcript, at=self.clock, generation="a" * 32 if packed else "", zst=packed)
        self.caught_up = False

    @precondition(lambda self: self.caught_up)
    @rule(transcript=consumes(sessions))
    def prune(self, transcript: Transcript) -> None:
        """Upstream deletes a log that has been read."""
        self.rig.home.path(transcript).unlink()
        del self.in_logs[transcript.session]
        self.lossless = False

    @precondition(lambda self: self.caught_up)
    @rule(transcript=consumes(sessions))
    def truncate(self, transcript: Transcript) -> None:
        """A log that has been read is emptied in place and never grows again."""
        self.rig.home.path(transcript).write_bytes(b"")
        del self.in_logs[transcript.session]
        self.lossless = False

    # --- people ---

    def _edit(self, change: str, line: str) -> None:
        files = sorted(self.rig.home.memory.glob("*.md"))
        if not files:
            return
        path = files[self.number % len(files)]
        text = path.read_text()
        if change == "end":
            text += f"{line}\n"
        elif change == "start":
            text = f"{line}\n{text}"
        else:
            text = text.replace("## Session Flow\n", f"## Session Flow\n{line}\n")
        path.write_text(text)
        if line in text:
            self.notes.setdefault(path.stem, []).append(line)

    @rule(change=st.sampled_from(["end", "start", "inside"]))
    def edit(self, change: str) -> None:
        self.number += 1
        self._edit(change, f"- a person wrote n{self.number}n")

    # --- our own files ---

    @rule()
    def lose_state(self) -> None:
        (self.rig.state_dir / "state.json").unlink(missing_ok=True)

    @rule()
    def lose_bases(self) -> None:
        shutil.rmtree(self.rig.state_dir / "bases", ignore_errors=True)

    @precondition(lambda self: self.lossless)
    @rule()
    def lose_store(self) -> None:
        for path in self.rig.state_dir.glob("store.sqlite*"):
            path.unlink()
        self.caught_up = False

    # --- the run ---

    @rule()
    def catch_up(self) -> None:
        report = self.rig.catch_up()
        assert report.failures == []
        self.read |= {word for said in self.in_logs.values() for word in said}
        self.caught_up = True
        self._check_days()
        again = self.rig.catch_up()
        assert [day for day in again.days if day.written] == []

    def _check_days(self) -> None:
        said: dict[str, set[str]] = {}
        for day, tag in self.read:
            said.setdefault(day, set()).add(tag)
        for day, tags in said.items():
            counted = re.search(r"from (\d+) session messages", self.rig.day(day))
            assert counted is not None
            assert int(counted[1]) == len(tags)
        known = " ".join(self.rig.words())
        assert all(tag in known for _, tag in self.read)

    @invariant()
    def nothing_of_a_person_is_lost(self) -> None:
        if not hasattr(self, "rig"):
            return
        for day, lines in self.notes.items():
            text = (self.rig.home.memory / f"{day}.md").read_text()
            assert [line for line in lines if line not in text] == []

    @invariant()
    def no_secret_is_out(self) -> None:
        if hasattr(self, "rig"):
            assert [path for path in self.rig.home.memory.iterdir() if SECRET in path.read_text()] == []


Sync.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestSync = Sync.TestCase
