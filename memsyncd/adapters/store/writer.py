"""Writes batches into the SQLite store: one batch, one transaction, the cursor together with its rows.

Of the copies of a turn one row is kept. Its session is the one that began first, so that the order in which files
are read never shows. Each change marks its quarter of an hour with a new revision, from which publishing learns
which days to look at.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from memsyncd.adapters.store.base import Applied, Batch
from memsyncd.adapters.store.choices import change_reason, readmit, remove_others
from memsyncd.core.days import QUARTER
from memsyncd.core.facts import Facts
from memsyncd.model import Millis, RowKind, Session

_ADD_TURN = (
    "INSERT OR IGNORE INTO turns (source, key, at, role, kind, session, entry, text, model, sender, owner,"
    " input, output, cache_read, cache_write, cost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADD_TOOL = (
    "INSERT OR IGNORE INTO tools (source, key, at, session, call, name, command, path, writes, done, failed,"
    " exit_code, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADD_EVENT = (
    "INSERT OR IGNORE INTO events (source, key, at, session, kind, text, tokens) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_ADD_SESSION = (
    "INSERT INTO sessions (source, sid, key, channel, chat_type, title, started, parent)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, sid) DO UPDATE SET key = coalesce(excluded.key, key),"
    " channel = coalesce(excluded.channel, channel), chat_type = coalesce(excluded.chat_type, chat_type),"
    " title = coalesce(excluded.title, title), parent = coalesce(excluded.parent, parent),"
    " started = min(coalesce(excluded.started, started), coalesce(started, excluded.started))"
)


class _Changes:
    """What the transaction under way has touched."""

    def __init__(self) -> None:
        self.messages: defaultdict[int, int] = defaultdict(int)  # quarter → messages more or fewer
        self.removed: defaultdict[int, int] = defaultdict(int)  # quarter → messages taken back
        self.added = self.fresh = self.known = self.muted = 0
        self.reread = False

    def touch(self, at: Millis, messages: int = 0) -> None:
        self.messages[at // QUARTER] += messages

    def take_back(self, quarter: int, count: int) -> None:
        self.messages[quarter] -= count
        self.removed[quarter] += count

    def applied(self) -> Applied:
        return Applied(
            added=self.added, messages=self.fresh, known=self.known, muted=self.muted, reread=self.reread
        )


class Writer:
    """The writing half of a ``SqliteStore``; shares its connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._models: dict[tuple[str, str], int] = {}
        self._rank: dict[int, tuple[Millis, str]] = {}  # session row → its order among the owners of a copy

    def apply(self, source: int, batch: Batch) -> Applied:
        """Writes a batch whole or not at all."""
        changes = _Changes()
        self._rank.clear()
        self._models.clear()
        with self._db:
            changes.reread = bool(batch.readmit) and readmit(self._db, source, batch.readmit)
            if batch.without_others:
                for quarter, messages in remove_others(self._db, source):
                    changes.take_back(quarter, messages)
            for facts in batch.facts:
                self._add(source, facts, changes)
            self._db.executemany(
                "DELETE FROM cursors WHERE source = ? AND path = ?",
                [(source, path) for path in batch.forget_cursors],
            )
            if changes.reread:
                self._db.execute("DELETE FROM cursors WHERE source = ?", (source,))
            if batch.cursor is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO cursors VALUES (?, ?, ?)",
                    (source, batch.cursor.path, msgspec.msgpack.encode(batch.cursor)),
                )
            self._mark(source, changes)
        return changes.applied()

    def know_sessions(self, source: int, sessions: Sequence[Session]) -> Applied:
        """Adds what is known about sessions; one that is excluded now loses its rows."""
        return self.apply(source, Batch(facts=[Facts(session=session) for session in sessions]))

    def _add(self, source: int, facts: Facts, changes: _Changes) -> None:
        session = self._session(source, facts.session, changes)
        if facts.session.excluded:
            self._exclude(session, facts.session.excluded, changes)
            return
        self._add_turns(source, session, facts, changes)
        for key, tool in facts.tools:
            asked = (source, key, tool.at, session, tool.call, tool.name, tool.command, tool.path, tool.writes)
            ended = (tool.done, tool.failed, tool.exit_code, tool.error)
            new = self._db.execute(_ADD_TOOL, (*asked, *ended)).rowcount
            if new or self._claim("tools", source, key, session):
                changes.touch(tool.at)
            if new:
                self._receipt(source, facts, "tool", key, tool.at)
                self._receipt(source, facts, "error", key, tool.at)
        for event_key, event in facts.events:
            values = (source, event_key, event.at, session, event.kind, event.text, event.tokens)
            new = self._db.execute(_ADD_EVENT, values).rowcount
            if new or self._claim_event(source, event_key, event.at, session):
                changes.touch(event.at)
            if new:
                self._receipt(source, facts, "event", event_key, event.at)
        self._finish_tools(source, facts, changes)
        self._mute(source, facts, changes)

    def _add_turns(self, source: int, session: int, facts: Facts, changes: _Changes) -> None:
        add = self._db.execute
        for key, turn in facts.turns:
            model = self._model(turn.provider, turn.model) if turn.model else None
            use = turn.usage
            usage = (use.input, use.output, use.cache_read, use.cache_write, use.cost) if use else (None,) * 5
            row = (source, key, turn.at, turn.role, turn.kind, session, turn.entry, turn.text, model)
            if add(_ADD_TURN, (*row, turn.sender, turn.owner, *usage)).rowcount:
                changes.added += 1
                changes.fresh += turn.kind == "talk"
                changes.touch(turn.at, messages=int(turn.kind == "talk"))
                self._receipt(source, facts, "turn", key, turn.at)
            else:
                changes.known += 1
                if turn.kind == "noise":
                    self._mute_turn(source, key, changes)
                if self._claim("turns", source, key, session):
                    changes.touch(turn.at)

    def _finish_tools(self, source: int, facts: Facts, changes: _Changes) -> None:
        for end in facts.outcomes:
            row = self._db.execute(
                "UPDATE tools SET done = 1, failed = ?2, exit_code = ?3, error = ?4, scanned = 0"
                " WHERE source = ?5 AND key = ?1"
                " AND (NOT done OR (failed, exit_code, error) IS NOT (?2, ?3, ?4)) RETURNING at",
                (end.key, end.failed, end.exit_code, end.error, source),
            ).fetchone()
            if row:
                changes.touch(row[0])
                self._receipt(source, facts, "error", end.key, row[0])

    def _receipt(self, source: int, facts: Facts, row: RowKind, key: int, at: Millis) -> None:
        """Notes what was replaced in a row that is new."""
        for rule, count in facts.receipts.get((row, key), {}).items():
            self._db.execute(
                "INSERT OR IGNORE INTO receipts (source, row, key, rule, at, count) VALUES (?, ?, ?, ?, ?, ?)",
                (source, row, key, rule, at, count),
            )

    def _mute(self, source: int, facts: Facts, changes: _Changes) -> None:
        for key in facts.muted_turns:
            self._mute_turn(source, key, changes)
        for key in facts.muted_tools:
            row = self._db.execute(
                "UPDATE tools SET muted = 1 WHERE source = ? AND key = ? AND NOT muted RETURNING at", (source, key)
            ).fetchone()
            if row:
                changes.touch(row[0])

    def _mute_turn(self, source: int, key: int, changes: _Changes) -> None:
        """Takes a turn back as noise. Noise wins over talk, whichever copy was read first."""
        query = "SELECT at, kind = 'talk' FROM turns WHERE source = ? AND key = ? AND kind != 'noise'"
        row = self._db.execute(query, (source, key)).fetchone()
        if row is None:
            return
        # The row stays, without its words, so that another copy of the turn does not bring it back.
        silence = "UPDATE turns SET kind = 'noise', text = '', sender = NULL WHERE source = ? AND key = ?"
        self._db.execute(silence, (source, key))
        self._db.execute("DELETE FROM receipts WHERE source = ? AND row = 'turn' AND key = ?", (source, key))
        changes.muted += row[1]
        changes.take_back(row[0] // QUARTER, row[1])

    # --- who owns a copy ---

    def _claim(self, table: str, source: int, key: int, session: int) -> bool:
        """Gives a known row to ``session`` when that began before the row's own; True when it did."""
        query = f"SELECT session FROM {table} WHERE source = ? AND key = ?"
        (owner,) = self._db.execute(query, (source, key)).fetchone()
        if owner == session or self._order(owner) <= self._order(session):
            return False
        self._db.execute(f"UPDATE {table} SET session = ? WHERE source = ? AND key = ?", (session, source, key))
        return True

    def _claim_event(self, source: int, key: int, at: Millis, session: int) -> bool:
        claimed = self._claim("events", source, key, session)
        moved = self._db.execute(
            "UPDATE events SET at = ?1 WHERE source = ?2 AND key = ?3 AND at > ?1", (at, source, key)
        ).rowcount
        return claimed or bool(moved)

    def _order(self, session: int) -> tuple[Millis, str]:
        known = self._rank.get(session)
        if known is None:
            query = "SELECT coalesce(started, 9223372036854775807), sid FROM sessions WHERE id = ?"
            known = self._rank[session] = self._db.execute(query, (session,)).fetchone()
        return known

    # --- sessions and models ---

    def _session(self, source: int, session: Session, changes: _Changes) -> int:
        query = (
            "SELECT key, channel, chat_type, title, started, parent, excluded, id FROM sessions"
            " WHERE source = ? AND sid = ?"
        )
        before = self._db.execute(query, (source, session.id)).fetchone()
        values = (session.key, session.channel, session.chat_type, session.title, session.started, session.parent)
        if before is None or any(new is not None and new != old for new, old in zip(values, before, strict=False)):
            self._db.execute(_ADD_SESSION, (source, session.id, *values))
            after = self._db.execute(query, (source, session.id)).fetchone()
            if before is not None and after != before:
                self._touch_session(after[7], changes)
                self._rank.pop(after[7], None)
            return int(after[7])
        return int(before[7])

    def _touch_session(self, session: int, changes: _Changes) -> None:
        """What is shown of a session changed, so every quarter with a turn of it counts as changed."""
        rows = self._db.execute("SELECT DISTINCT at / ? FROM turns WHERE session = ?", (QUARTER, session))
        for (quarter,) in rows:
            changes.messages[quarter] += 0

    def _exclude(self, session: int, reason: str, changes: _Changes) -> None:
        done = self._db.execute(
            "UPDATE sessions SET excluded = ? WHERE id = ? AND excluded IS NULL", (reason, session)
        ).rowcount
        if not done:
            # What the user chose must not hide a reason that stays when the user's mind changes.
            change_reason(self._db, session, reason)
            return
        counts = self._db.execute(
            "SELECT at / ?, total(kind = 'talk') FROM turns WHERE session = ? GROUP BY 1", (QUARTER, session)
        ).fetchall()
        for quarter, talks in counts:
            changes.take_back(quarter, int(talks))
        for table, kinds in (("turns", "('turn')"), ("tools", "('tool', 'error')"), ("events", "('event')")):
            self._db.execute(
                f"DELETE FROM receipts WHERE row IN {kinds} AND (source, key) IN"
                f" (SELECT source, key FROM {table} WHERE session = ?)",
                (session,),
            )
            gone = self._db.execute(f"DELETE FROM {table} WHERE session = ?", (session,)).rowcount
            # A copy may stand in a session that stays; it was passed over because this one was known first.
            changes.reread = changes.reread or gone > 0

    def _model(self, provider: str | None, model: str) -> int:
        pair = (provider or "", model)
        known = self._models.get(pair)
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO models (provider, model) VALUES (?, ?)", pair)
            row = self._db.execute("SELECT id FROM models WHERE provider = ? AND model = ?", pair).fetchone()
            known = self._models[pair] = int(row[0])
        return known

    def _mark(self, source: int, changes: _Changes) -> None:
        if not changes.messages:
            return
        (revision,) = self._db.execute("SELECT coalesce(max(revision), 0) + 1 FROM quarters").fetchone()
        self._db.executemany(
            "INSERT INTO quarters (source, quarter, revision, messages, removed) VALUES (?1, ?2, ?3, ?4, ?5)"
            " ON CONFLICT (source, quarter) DO UPDATE SET revision = ?3, messages = messages + ?4,"
            " removed = removed + ?5",
            [
                (source, quarter, revision, count, changes.removed[quarter])
                for quarter, count in changes.messages.items()
            ],
        )
