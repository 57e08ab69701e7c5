"""Words about paths: where one leads, and how it is opened to this user. Pure."""

from __future__ import annotations

from shlex import quote

from memsyncd.adapters.access import Access


def where(found: Access) -> str:
    """The path, and where a link really leads."""
    return f"{found.path} (really {found.real})" if found.linked else str(found.path)


def opening(found: Access, user: int, rights: str) -> str:
    """How this user gets ``rights``, as chmod writes them, on a path that refuses him."""
    if found.owner in (None, user):
        return f"chmod u+{rights} {quote(str(found.path))}"
    return f"run memsyncd as user {found.owner}, whom it belongs to; or have that user open it to you"
