"""Gives back memory that this process has freed: what its allocator keeps for later counts as used all the same.

Only the GNU C library has to be asked, and can be; with another one nothing happens here.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

_ARENA_MAX = -8  # M_ARENA_MAX of mallopt(3)


def share_one_arena() -> None:
    """Has all threads take memory from one place, so that what one frees another can use. Before there are any."""
    if libc := _libc():
        libc.mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Gives back what is free now. For the end of a piece of work: it takes a millisecond at most."""
    if libc := _libc():
        libc.malloc_trim(0)


@cache
def _libc() -> Any:  # noqa: ANN401 - ctypes has no types for functions
    """The C library, None where it is not GNU's."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
