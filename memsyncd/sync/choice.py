"""Sessions are judged anew when the user changes what stays out of memory; see ``core.choice`` for the rules.

What the index of sessions or a database says is not enough for that: they have lost sight of older sessions, whose
key and chat type the store still knows.
"""

from __future__ import annotations

import hashlib

from memsyncd.adapters.store.base import Batch, Store
from memsyncd.core.choice import CHOSEN, judge
from memsyncd.model import Session, Source
from memsyncd.sync.listing import parts

_ALL = " with others"


def judge_anew(store: Store, number: int, source: Source) -> bool:
    """Applies a choice that is not the one of the last time; True when every file has to be read again.

    Sessions and senders that stay out now lose their rows. What the user lets in again comes back as far as the
    logs still hold it. Raises StoreError.
    """
    name, choice = f"choice.{number}", _choice(source)
    before = store.note(name)
    if before == choice:
        return False
    again = _judge_sessions(store, number, source)
    if not source.others:
        store.apply(number, Batch(without_others=True))
    elif before is not None and not before.endswith(_ALL):
        store.apply(number, Batch(forget_cursors=list(store.cursors(number))))
        again = True
    # Last: what a crash interrupts is done again from the start.
    store.set_note(name, choice)
    return again


def _judge_sessions(store: Store, number: int, source: Source) -> bool:
    judged = [
        (session, judge(session, source.excluded_sessions))
        for session in store.sessions(number).values()
        if session.excluded is None or session.excluded in CHOSEN
    ]
    barred = [Session(id=session.id, excluded=why) for session, why in judged if why and why != session.excluded]
    readmitted = [session.id for session, why in judged if session.excluded and not why]
    again = False
    for part in parts(barred):
        again = store.know_sessions(number, part).reread or again
    if readmitted:
        again = store.apply(number, Batch(readmit=readmitted)).reread or again
    return again


def _choice(source: Source) -> str:
    """Names what the user keeps out, without its words: keys hold telephone numbers."""
    rules = "\0".join(sorted(source.excluded_sessions))
    return hashlib.blake2b(rules.encode(), digest_size=8).hexdigest() + (_ALL if source.others else "")
