"""Exceptions that nobody caught become log lines, secrets masked, instead of Python's own words on stderr."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import ExitStack
from types import TracebackType

from memsyncd.logs.pipeline import Write


def catch_what_nobody_catches(write: Write, undo: ExitStack) -> None:
    """Logs what would end the process or a thread, and what Python can only report; ``undo`` takes this back."""
    before = sys.excepthook

    def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            before(kind, error, trace)
        else:
            write(logging.CRITICAL, "process.crashed", {"exc_info": (kind, error, trace)})

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if not issubclass(args.exc_type, SystemExit):
            name = args.thread.name if args.thread else "unknown"
            exc_info = (args.exc_type, args.exc_value, args.exc_traceback)
            write(logging.CRITICAL, "thread.crashed", {"in_thread": name, "exc_info": exc_info})

    def of_nobody(args: sys.UnraisableHookArgs) -> None:
        exc_info = (args.exc_type, args.exc_value, args.exc_traceback)
        reason = args.err_msg or "raised where nothing can catch it"
        write(logging.ERROR, "exception.ignored", {"reason": reason, "exc_info": exc_info})

    undo.callback(setattr, sys, "excepthook", before)
    undo.callback(setattr, threading, "excepthook", threading.excepthook)
    undo.callback(setattr, sys, "unraisablehook", sys.unraisablehook)
    sys.excepthook, threading.excepthook, sys.unraisablehook = of_process, of_thread, of_nobody
