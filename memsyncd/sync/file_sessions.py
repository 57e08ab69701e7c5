"""What is known of the sessions in a source's files; tells the store what stands beside the logs about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from memsyncd.adapters.beside import read_beside
from memsyncd.adapters.session_index import INDEX, read_session_index
from memsyncd.adapters.store.base import Store
from memsyncd.core.choice import verdict_of_user
from memsyncd.core.formats.base import Beside
from memsyncd.core.formats.registry import FORMATS
from memsyncd.errors import FileError
from memsyncd.model import Session, Source
from memsyncd.sync.listing import parts
from memsyncd.sync.reading import Redact


class FileLearning:
    """Learns about the sessions of one source; what could not be used is gathered in ``problems``."""

    def __init__(self, store: Store, number: int, source: Source, redact: Redact) -> None:
        self.problems: list[FileError] = []
        self._store = store
        self._number = number
        self._source = source
        self._redact = redact

    def learn_index(self) -> bool:
        """Tells of the sessions in OpenClaw's index, before their logs are read.

        True when one of them loses rows that the store has, and with them all cursors of the source.
        """
        if self._source.kind != "openclaw":
            return False
        index, why = read_session_index(self._source.path, self._source.excluded_sessions)
        if why:
            hint = "sessions are judged by their content until it can be read"
            self._problem("cannot use the session index", INDEX, why, hint)
        reread = False
        for part in parts(index):
            known = self._store.sessions(self._number, [session.id for session in part])
            told = (self._fit_to_keep(session, known.get(session.id)) for session in part)
            news = [session for session in told if _tells_more(session, known.get(session.id))]
            if news:
                reread = self._store.know_sessions(self._number, news).reread or reread
        return reread

    def learn_titles(self) -> None:
        """Tells of titles that stand in a file of their own, after the logs: it says how each was named last."""
        titles = FORMATS[self._source.kind].titles
        if titles is None:
            return
        for part in parts(list(self._named(titles))):
            self._store.know_sessions(self._number, part)

    def sessions(self, ids: Collection[str]) -> dict[str, Session]:
        """What is known of each session, and whether it stays out, also one that was never seen before."""
        whole_of = FORMATS[self._source.kind].whole
        wholes = {session: whole_of(session) for session in ids}
        known = self._store.sessions(self._number, {*wholes, *wholes.values()})
        found = {}
        for session, whole in wholes.items():
            own = known.get(session) or Session(id=session)
            why = own.excluded or (known[whole].excluded if whole in known else None)
            why = why or verdict_of_user(own, self._source.excluded_sessions)
            found[session] = msgspec.structs.replace(own, excluded=why)
        return found

    def _named(self, titles: Beside) -> Iterator[Session]:
        data, why = read_beside(self._source.path / titles.name)
        if why:
            self._problem("cannot use the titles of sessions", titles.name, why, "they go without until then")
        found = titles.read(data or b"")
        for part in parts(list(found)):
            for session, known in self._store.sessions(self._number, part).items():
                if known.excluded is None and known.title != found[session]:
                    yield self._fit_to_keep(Session(id=session, title=found[session]), known)

    def _fit_to_keep(self, session: Session, known: Session | None) -> Session:
        """Without secrets in its title, and without a title if it stays out."""
        if session.title is None or (known and known.title == session.title):
            return session
        stays_out = session.excluded or (known and known.excluded)
        title = None if stays_out else self._redact(session.title).text
        return msgspec.structs.replace(session, title=title)

    def _problem(self, what: str, name: str, why: str, hint: str) -> None:
        self.problems.append(FileError(what, where=self._source.path / name, why=why, hint=hint))


def _tells_more(session: Session, known: Session | None) -> bool:
    """Whether the index says something of a session that the store does not hold."""
    if known is None:
        return True
    told = (session.key, session.channel, session.chat_type, session.title, session.excluded)
    held = (known.key, known.channel, known.chat_type, known.title, known.excluded)
    return any(new is not None and new != old for new, old in zip(told, held, strict=True))
