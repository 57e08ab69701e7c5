"""Gives memory back that this process has freed: what an allocator keeps for later still counts as used.

Only the GNU C library needs to be asked, and can be; elsewhere nothing happens here.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any, Final

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)

_AT_MOST_FREE: Final = 128 << 10
_LARGE: Final = 128 << 10  # bytes; blocks from this size on go back as soon as they are freed
"""Both are glibc's own first values. It raises them, up to 32 MiB, as large blocks are freed, unless they are set."""


def spare() -> None:
    """Has memory come back early: one arena for all threads. To be called before there are any."""
    libc = _libc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, _LARGE)
        libc.mallopt(_TRIM_THRESHOLD, _AT_MOST_FREE)


def give_back() -> None:
    """Gives back what is free now, to be called after a piece of work: it takes about a millisecond."""
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)


@cache
def _libc() -> Any:  # noqa: ANN401 — ctypes has no types for functions
    """The C library; None when it is another one than GNU's."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
