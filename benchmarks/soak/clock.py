"""A wall clock that can be set for one process: libfaketime, where it is installed."""

from __future__ import annotations

from pathlib import Path

_PLACES = ("/usr/lib", "/usr/local/lib", "/lib")


class FakeClock:
    """``file`` tells the process that runs with ``environment`` how far its clock is off."""

    def __init__(self, file: Path) -> None:
        self._file = file
        found = (path for place in _PLACES for path in Path(place).glob("**/faketime/libfaketimeMT.so.1"))
        self._library = next(found, None)
        self.hours = 0

    @property
    def there(self) -> bool:
        return self._library is not None

    def environment(self) -> dict[str, str]:
        """What a process needs to see this clock; it begins right."""
        self.step(0)
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, hours: int) -> None:
        """Sets the clock, so many hours off the machine's."""
        self.hours = hours
        new = self._file.with_suffix(".new")
        new.write_text(f"{hours:+d}h\n")
        new.replace(self._file)
