"""Data files that are parts of this package, such as rules and lists of words.

The only module of ``core`` that reads anything.
"""

from __future__ import annotations

import pkgutil


def read_data(package: str, name: str) -> bytes:
    """The file ``name`` of the folder ``data`` of a package.

    Raises:
        FileNotFoundError: the package is not whole.
    """
    # importlib.resources would bring 1 MB of other modules into the process, for good.
    data = pkgutil.get_data(package, f"data/{name}")
    if data is None:
        raise FileNotFoundError(f"{package}/data/{name}")
    return data
