"""The process in which the second detector runs: pieces of text come in, the places of secrets go out.

It reads requests from its standard input and ends when that ends. The scanner never works in memsyncd's own
process: it is native code, takes 60 to 150 MB, and can be slow on hostile texts. It finds secrets; it never asks
a provider whether one is valid, and it uses no network.

    python detector_worker.py CACHE SECONDS START_SECONDS

It is started as a file and imports nothing else of memsyncd: only libraries have to be found.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from kingfisher_sdk import Finding

LONGEST_FRAME = 64 << 20
"""Bytes. What announces more is no frame of ours."""

_SIZE = struct.Struct(">I")
_MEMORY = 1 << 30  # bytes of address space; about 150 MB are needed
_NICENESS = 10
_PATIENCE = 3  # how many times its time a scan may take when no parent is left to end it


class Found(Struct, frozen=True, array_like=True):
    """One finding."""

    rule: str
    start: int  # byte offsets in the piece
    end: int
    helper: bool = False  # the rule only supports another one: often no secret but the name of a host or account


class Answer(Struct, frozen=True):
    """What came of a request; the first answer, to none, says that the rules are loaded."""

    findings: tuple[tuple[Found, ...], ...] = ()  # for each piece
    error: str = ""


Scan = Callable[[Sequence[bytes]], tuple[tuple[Found, ...], ...]]
"""Finds the secrets in each of several pieces, or raises TimeoutError."""


# --- frames: the length in four bytes, then as many bytes ---


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Sends a frame."""
    stream.write(_SIZE.pack(len(payload)) + payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Receives a frame; None when the stream ends, be it in the middle of one.

    Raises:
        ValueError: it is no frame.
    """
    size = stream.read(_SIZE.size)
    if len(size) < _SIZE.size:
        return None
    (length,) = _SIZE.unpack(size)
    if length > LONGEST_FRAME:
        raise ValueError(f"a frame of {length} bytes")
    payload = stream.read(length)
    return payload if len(payload) == length else None


# --- the process ---


def main(arguments: Sequence[str], load: Callable[[Path, float], Scan] | None = None) -> None:
    """Loads the rules, then answers until the standard input ends. ``load`` takes the place of ``scanner``."""
    cache, seconds, start_seconds = Path(arguments[0]), float(arguments[1]), float(arguments[2])
    answers = _own_output()
    _be_modest()
    with _ended_after(start_seconds * _PATIENCE):
        scan = (load or scanner)(cache, seconds)
    _fall_silent()
    write_frame(answers, msgspec.msgpack.encode(Answer()))
    while (request := read_frame(sys.stdin.buffer)) is not None:
        pieces = msgspec.msgpack.decode(request, type=list[bytes])
        with _ended_after(seconds * _PATIENCE):
            answer = _answered(scan, pieces)
        write_frame(answers, msgspec.msgpack.encode(answer))


def scanner(cache: Path, seconds: float) -> Scan:
    """Loads the rules, compiled ones from ``cache``; ``seconds`` is the time for all pieces of a request.

    No policy is passed to the scanner: with one, a comment in a text could switch the search off.
    """
    from kingfisher_sdk import Rules, Scanner  # noqa: PLC0415 — only this process pays for it

    native = Scanner(Rules(cache_dir=cache), base64=True, dedup=False, redact=False)

    def scan(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
        deadline = monotonic() + seconds
        answers = []
        for piece in pieces:
            left = deadline - monotonic()
            if left <= 0:
                raise TimeoutError
            answers.append(tuple(_found(one, piece) for one in native.scan(piece, timeout=left)))
        return tuple(answers)

    return scan


def _found(finding: Finding, piece: bytes) -> Found:
    """The finding where its secret stands; where that cannot be told, its whole span."""
    start, end = finding.location["start_offset"], finding.location["end_offset"]
    secret = finding.secret.encode("utf-8", "replace")
    if secret and not finding.is_base64_encoded:
        at = piece.find(secret, start, end)
        if at != -1:
            start, end = at, at + len(secret)
    return Found(finding.rule_id, start, end, not finding.visible)


def _answered(scan: Scan, pieces: Sequence[bytes]) -> Answer:
    """The answer; of an error no more than its name, because its words may quote the text."""
    try:
        return Answer(scan(pieces))
    except TimeoutError:
        return Answer(error="a text took too long")
    except BaseException as error:  # noqa: BLE001 — a panic of the native code is no Exception
        return Answer(error=f"the scanner failed: {type(error).__name__}")


def _own_output() -> IO[bytes]:
    """A stream to where the standard output goes, which from now on goes where errors go."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _fall_silent() -> None:
    """From here on texts are in this process, and whatever a library says about one must not get out."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)


def _be_modest() -> None:
    """Gives way to others, takes no more memory than it may, and leaves no core dump with texts in it.

    The signals that end a service or a command in a terminal go to all of its processes. This one stays until
    its parent, which may want to finish the day it is at, has closed the input.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 — not everywhere

        os.nice(_NICENESS)
        for limit, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, _MEMORY)):
            with suppress(OSError, ValueError):  # macOS does not limit the address space
                resource.setrlimit(limit, (value, value))


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """The system ends this process when the block takes longer, even in native code and with the parent gone."""
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
