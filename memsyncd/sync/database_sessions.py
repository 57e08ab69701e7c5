"""Tells the store what OpenClaw's database says about sessions, before their turns come."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.adapters.openclaw_db_archives import Archive
from memsyncd.adapters.openclaw_db_sessions import FORGOTTEN, telling, verdict
from memsyncd.adapters.store.base import Store
from memsyncd.core.choice import CHOSEN
from memsyncd.core.formats.openclaw_names import in_a_file_name, without_topic
from memsyncd.model import Session, Source
from memsyncd.sync.listing import parts
from memsyncd.sync.reading import Redact

_NOT_SETTLED = CHOSEN | {None}  # verdicts that one that is forgotten has to replace


class Learning:
    """Learns about the sessions of one database."""

    def __init__(self, database: AgentDatabase, store: Store, number: int, source: Source, redact: Redact) -> None:
        self._database = database
        self._store = store
        self._number = number
        self._excluded = source.excluded_sessions
        self._redact = redact

    def learn(self, ids: Sequence[str] | None, archives: Collection[Archive]) -> bool:
        """Tells of the sessions ``ids``, None for all, of those put away in ``archives``, and of forgotten ones.

        True when one of them loses rows that the store has, and with them all cursors of the source.
        """
        # A cold session is still in the table of sessions; of a deleted one only its archive is left.
        cold = [one.session for one in archives if one.kind == "cold"]
        found = self._database.sessions(self._excluded, None if ids is None else {*ids, *cold})
        told = {session.id: self._redacted(session) for session in found}
        for archive in archives:
            if archive.kind == "archive" and archive.session not in told:
                told[archive.session] = self._put_away(archive)
        tombstones = self._database.tombstones()
        news = [session for session in told.values() if session.id not in tombstones]
        news += self._forgotten(tombstones) if tombstones else []
        news += [_as_in_names(one) for one in news if one.excluded and in_a_file_name(one.id) != one.id]
        reread = False
        for part in parts(news):
            reread = self._store.know_sessions(self._number, part).reread or reread
        return reread

    def _redacted(self, session: Session) -> Session:
        if session.title is None:
            return session
        return msgspec.structs.replace(session, title=self._redact(session.title).text)

    def _put_away(self, archive: Archive) -> Session:
        key = self._database.label(archive).key
        session = Session(id=archive.session, key=telling(key) or None)
        return msgspec.structs.replace(session, excluded=verdict(session, self._excluded, key))

    def _forgotten(self, tombstones: Collection[str]) -> list[Session]:
        """What the user has had OpenClaw forget; the transcripts of topics bear names of their own."""
        known = self._store.sessions(self._number, tombstones)
        fresh = {one for one in tombstones if one not in known or known[one].excluded in _NOT_SETTLED}
        topics = (
            [one for one in self._store.sessions(self._number) if without_topic(one) in fresh] if fresh else []
        )
        return [Session(id=session, excluded=FORGOTTEN) for session in sorted(fresh.union(topics))]


def _as_in_names(session: Session) -> Session:
    """A session that stays out, by the id that files named after it show."""
    return Session(id=in_a_file_name(session.id), excluded=session.excluded)
