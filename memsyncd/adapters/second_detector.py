"""The second detector: kingfisher's several hundred maintained rules, in a process of their own.

The packaged rules know what people type; these know many more formats of tokens. The process starts at the first
scan and ends with ``close``; ``detector_worker`` is what runs in it, and ``detector_findings`` tells what of its
findings is a secret. Nothing is replaced here.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from memsyncd.adapters.detector_findings import Piece, batches, findings_in
from memsyncd.adapters.detector_worker import Answer, Found, read_frame, write_frame
from memsyncd.errors import DetectorFailed
from memsyncd.model import Finding

if TYPE_CHECKING:
    from subprocess import Popen

_PATIENCE = 2  # how many times its time the process may take before it is killed
_FAREWELL = 1.0  # seconds in which it may end by itself
_LONGEST_WORDS = 200  # characters of an error that are passed on


def installed() -> bool:
    """Whether the extra is there; nothing of it is imported."""
    return find_spec("kingfisher_sdk") is not None


class Kingfisher:
    """The detector. Not for several threads at once.

    ``cache`` is the folder for the compiled rules, made with mode 0700 (2.4 MB). ``seconds`` is the time for each
    256 kB of text, ``start_seconds`` the time to load the rules: 0.4 s, 4 s without the cache. ``command``
    starts another process than ours, with the same arguments behind it.
    """

    def __init__(
        self, cache: Path, *, seconds: float = 5.0, start_seconds: float = 30.0, command: Sequence[str] = ()
    ) -> None:
        arguments = (str(cache), str(seconds), str(start_seconds))
        self._command = (*(command or _worker_command()), *arguments)
        self._seconds, self._start_seconds = seconds, start_seconds
        self._worker: _Worker | None = None
        self._failure = ""

    def scan(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        """The secrets in each text, in order and apart.

        Raises:
            DetectorFailed: the process did not start, not answer in time, or not sensibly. It is not tried again:
                every later call fails in the same way.
        """
        if self._failure:
            raise _failed(self._failure)
        try:
            return self._scan(texts)
        except BaseException as error:  # Ctrl-C too: an answer that nobody waited for would be taken for the next
            if isinstance(error, DetectorFailed):
                self._failure = error.why
            if self._worker is not None:
                self._worker.kill()
                self._worker = None
            raise

    def close(self) -> None:
        """Ends the process; closing twice is fine, and a scan after it starts another."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _scan(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        found: list[list[Found]] = [[] for _ in texts]
        for batch in batches(texts):
            for piece, findings in zip(batch, self._ask(batch), strict=True):
                shift = piece.offset
                found[piece.text] += (
                    replace(one, start=one.start + shift, end=one.end + shift) for one in findings
                )
        return [findings_in(text, each) if each else () for text, each in zip(texts, found, strict=True)]

    def _ask(self, batch: Sequence[Piece]) -> Sequence[tuple[Found, ...]]:
        if self._worker is None:
            self._worker = _Worker(self._command)
            _decoded(self._worker.ask(None, self._start_seconds * _PATIENCE))
        request = msgspec.msgpack.encode([piece.raw for piece in batch])
        findings = _decoded(self._worker.ask(request, self._seconds * _PATIENCE)).findings
        if len(findings) != len(batch):
            raise _failed(f"{len(findings)} answers to {len(batch)} pieces")
        return findings


def _failed(why: str) -> DetectorFailed:
    return DetectorFailed("the second detector of secrets failed", why=why)


def _worker_command() -> tuple[str, ...]:
    """The interpreter that runs us finds the libraries that we find, and none that lies in the current folder."""
    return (
        sys.executable,
        "-I" if sys.flags.isolated else "-P",
        str(Path(__file__).with_name("detector_worker.py")),
    )


def _decoded(frame: bytes) -> Answer:
    try:
        answer = msgspec.msgpack.decode(frame, type=Answer)
    except msgspec.DecodeError as error:
        raise _failed("an answer that is none") from error
    if answer.error:
        raise _failed(answer.error)
    return answer


# --- the process ---


class _Worker:
    """A process that answers frames with frames. It ends with this object, or with us."""

    def __init__(self, command: Sequence[str]) -> None:
        from subprocess import PIPE, Popen  # noqa: PLC0415 — only who has the extra pays for it

        try:
            self._process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE)  # noqa: S603 — our own command
        except OSError as error:
            raise _failed(f"it cannot be started: {error.strerror}") from error
        self._began = False
        self.close = weakref.finalize(self, _ended, self._process)

    def ask(self, request: bytes | None, seconds: float) -> bytes:
        """The answer to a request; the first one comes without.

        Raises:
            DetectorFailed: it did not come within ``seconds``, or the process ended.
        """
        answers: SimpleQueue[bytes | str] = SimpleQueue()
        # Pipes know no time limit: the thread may wait for ever, until the process is killed.
        Thread(target=_exchange, args=(self._process, request, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=seconds)
        except Empty:
            raise _failed(f"no answer within {seconds:g} s") from None
        if isinstance(answer, str):
            raise _failed(answer or self._last_words())
        self._began = True
        return answer

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()
        self.close()

    def _last_words(self) -> str:
        """How the process ended; while it had no text yet, also the last line that it wrote to stderr."""
        status = _reaped(self._process)
        how = f"it was ended by signal {-status}" if status < 0 else f"it ended with status {status}"
        if self._began or self._process.stderr is None:
            return how
        lines = self._process.stderr.read().decode("utf-8", "replace").split("\n")
        return ": ".join((how, *[line.strip()[:_LONGEST_WORDS] for line in lines if line.strip()][-1:]))


def _exchange(process: Popen[bytes], request: bytes | None, answers: SimpleQueue[bytes | str]) -> None:
    """Puts the answer into the queue; what is wrong with it as text; an empty text when there comes none."""
    requests, replies = _pipes(process)
    try:
        if request is not None:
            write_frame(requests, request)
        answers.put(read_frame(replies) or "")
    except OSError:
        answers.put("")
    except ValueError:
        answers.put("an answer that is none")


def _pipes(process: Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("a process without pipes")
    return process.stdin, process.stdout


def _ended(process: Popen[bytes]) -> None:
    """Lets the process end by itself, because its input does."""
    requests, replies = _pipes(process)
    with suppress(OSError):  # what could not be written any more
        requests.close()
    _reaped(process)
    replies.close()
    if process.stderr is not None:
        process.stderr.close()


def _reaped(process: Popen[bytes]) -> int:
    """The status with which the process ended, or is made to end when it takes too long."""
    from subprocess import TimeoutExpired  # noqa: PLC0415

    try:
        return process.wait(_FAREWELL)
    except TimeoutExpired:
        process.kill()
        return process.wait()
