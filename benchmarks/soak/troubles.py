"""What happens to the daemon and its surroundings: how each trouble begins, and how it ends."""

from __future__ import annotations

import signal
from collections.abc import Callable
from random import Random

from benchmarks.soak.clock import FakeClock
from benchmarks.soak.lives import Lives
from benchmarks.soak.place import Place
from benchmarks.soak.plan import TROUBLES

Deed = Callable[[Random], object]


def _nothing(_: Random) -> None:
    """Some troubles are over at once, and others never."""


class Troubles:
    """``begin`` and ``end`` do what the plan asks for; ``left_out`` says what cannot be done here, and why."""

    def __init__(self, place: Place, lives: Lives, clock: FakeClock) -> None:
        self._place = place
        self._lives = lives
        self._clock = clock
        self.left_out: dict[str, str] = {}
        if not place.disk.small:
            self._leave_out("disk", "no disk of our own can be mounted here (unshare --mount, mount -t tmpfs)")
        if not clock.there:
            self._leave_out("clock", "libfaketime is not installed (Debian: apt install faketime)")
        self._table: dict[str, tuple[Deed, Deed]] = {
            "restart": (lambda _: self.restart(), _nothing),
            "kill": (lambda _: lives.kill(), lambda _: lives.start()),
            "stop and continue": (
                lambda _: lives.send(signal.SIGSTOP),
                lambda _: lives.send(signal.SIGCONT),
            ),
            "reload": (lambda _: lives.send(signal.SIGHUP), _nothing),
            "wrong configuration": (lambda _: self._reload(wrong=True), lambda _: self._reload(wrong=False)),
            "catch up now": (lambda _: lives.send(signal.SIGUSR1), _nothing),
            "logs vanish": (self._vanish, lambda _: self._come_back()),
            "full disk": (lambda _: place.disk.fill(), lambda _: self._free()),
            "kill on a full disk": (lambda _: self._kill_on_a_full_disk(), lambda _: self._free()),
            "read-only disk": (
                lambda rng: place.disk.close_folder(place.memory(rng.choice(place.agents))),
                lambda _: place.disk.open_folder(),
            ),
            "clock ahead": (lambda rng: self._step(rng.randint(1, 30)), _nothing),
            "clock back": (lambda rng: self._step(-rng.randint(1, 30)), _nothing),
        }
        self.can = tuple(name for name in TROUBLES if name not in self.left_out)

    def begin(self, what: str, rng: Random) -> None:
        self._table[what][0](rng)

    def end(self, what: str, rng: Random) -> None:
        self._table[what][1](rng)

    def restart(self) -> None:
        """Stops the daemon in order and starts another one, whose clock is the machine's."""
        self._lives.stop()
        self._lives.start()

    # --- deeds ---

    def _leave_out(self, part: str, why: str) -> None:
        self.left_out.update({name: why for name in TROUBLES if part in name})

    def _reload(self, *, wrong: bool) -> None:
        self._place.configure(wrong=wrong)
        self._lives.send(signal.SIGHUP)

    def _vanish(self, rng: Random) -> None:
        rng.choice(self._place.agents).vanish()

    def _come_back(self) -> None:
        for agent in self._place.agents:
            if agent.away:
                agent.come_back()

    def _kill_on_a_full_disk(self) -> None:
        self._place.disk.fill()
        self._lives.kill()
        self._lives.launch()

    def _free(self) -> None:
        self._place.disk.free()
        if not self._lives.running:  # it need not come up on a full disk, if it ends then
            self._lives.launch()
        self._lives.expect_ready()

    def _step(self, hours: int) -> None:
        """Sets the clock under a daemon at work; one that sees the machine's clock is replaced before."""
        if not self._lives.special:
            self._lives.stop()
            self._lives.start(self._clock.environment())
        self._clock.step(self._clock.hours + hours)
