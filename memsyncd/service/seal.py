"""Files that know whether a person changed them: one line holds a checksum of all the others.

It guards against overwriting somebody's work, not against somebody who forges the checksum.
"""

from __future__ import annotations

import re
from hashlib import sha256

SEAL = "memsyncd-checksum: 0000000000000000"
"""Where a text wants its checksum, inside a comment of whatever kind its format has."""

_SEALED = re.compile(rb"memsyncd-checksum: ([0-9a-f]{16})")
_UNSEALED = SEAL.encode()


def seal(text: str) -> bytes:
    """The text with its checksum in place of ``SEAL``, which it holds once."""
    data = text.encode()
    return data.replace(_UNSEALED, b"memsyncd-checksum: " + _checksum(data))


def is_untouched(data: bytes) -> bool:
    """Whether the file is as some version of memsyncd sealed it; False for a file of somebody else."""
    found = _SEALED.findall(data)
    return len(found) == 1 and found[0] == _checksum(_SEALED.sub(_UNSEALED, data))


def _checksum(unsealed: bytes) -> bytes:
    return sha256(unsealed).hexdigest()[:16].encode()
