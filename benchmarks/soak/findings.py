"""What a soak has shown, when nobody is at work any more."""

from __future__ import annotations

from benchmarks.redaction.table import Figure, Table, at_least, at_most
from benchmarks.soak import compare
from benchmarks.soak.lives import IN_TIME
from benchmarks.soak.run import PATIENCE, Soak

_NONE = at_most(0, "")


def add_findings(soak: Soak, table: Table) -> dict[str, list[str]]:
    """Adds a row for each thing that was looked at; returns what was wrong, each with where."""
    place, lives = soak.place, soak.lives
    # Looked for first: reading the store leaves files beside it.
    litter = compare.litter(place.state, [place.memory(agent) for agent in place.agents])
    fresh = place.fresh("at-the-end")
    name, memory = place.loses.name, place.memory(place.loses)
    held, there = (compare.known(state, name).keys() for state in (place.state, fresh / "state"))
    days = len(compare.blocks(fresh / f"memory-{place.keeps.name}"))
    table.add(Figure("days compared with a fresh catch-up", days, "", at_least(1, "")))
    note = f"{len(held - there)} of them gone from the logs; {place.loses.said} were said"
    table.add(Figure("messages known of the logs that lose lines", len(held), "", at_least(1, ""), note))
    found = {
        "days or messages unlike a fresh catch-up": soak.unlike(fresh),
        "messages that nobody said": [str(number) for number in sorted(held) if number > place.loses.said],
        "days that state another number than is known": compare.miscounted(memory, place.state, name),
        "days that shrank": soak.shrunk,
        "lines of a person lost": soak.person.lost(),
        "lines of a person doubled": soak.person.doubled(),
        "files left lying about": litter,
        "starts that failed": lives.refused,
        "ends late, or with another code than 0": lives.bad_ends,
        "errors that nobody foresaw": lives.unexpected,
        "child processes": sorted(lives.children),
        "folders that are paused still": sorted(lives.paused),
    }
    for what, where in found.items():
        table.add(Figure(what, len(where), "", _NONE))
        table.detail(where[:10])
    # A reload opens the store anew before it closes it; SQLite keeps one descriptor of such a file, and reuses it.
    table.add(Figure("descriptors more at the end of a life", lives.growth[0], "", at_most(1, "")))
    table.add(Figure("threads more at the end of a life", lives.growth[1], "", _NONE))
    table.add(Figure("slowest end", lives.slowest_end, "s", at_most(IN_TIME, "s")))
    table.add(Figure("quiet after the last step", soak.settled, "s", at_most(PATIENCE, "s")))
    return {what: where for what, where in found.items() if where}
