"""Checks of this program: Python, the installation, its libraries, the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from memsyncd.adapters.machine import EXTRAS, Installation, Machine
from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.facts import Facts

_AREA = Area("Program")
_SHELLS = {
    "pipx": "pipx ensurepath, then open a new terminal",
    "uv": "uv tool update-shell, then open a new terminal",
}


def program(facts: Facts) -> Iterator[Check]:
    """Python, memsyncd, and what both need."""
    machine = facts.machine
    yield _AREA.ok("Python", f"{machine.python} on {machine.system}")
    yield _AREA.ok("memsyncd", f"{facts.version}, {_origin(machine.installation)}")
    yield _command(machine)
    if machine.through_sudo:
        finding = "this is root through sudo: folders, service and files are root's, not yours"
        yield _AREA.note("user", finding, "run it without sudo")
    yield _engine(machine)
    yield _second_detector(facts)
    yield _AREA.ok("extras", "; ".join(_extra(name, machine) for name in EXTRAS if name != "redact"))
    yield from _encodings(machine)


def _origin(installation: Installation) -> str:
    where = {
        "pipx": f"installed by pipx in {installation.prefix}",
        "uv": f"installed by uv in {installation.prefix}",
        "venv": f"in the environment {installation.prefix}",
        "system": f"in the Python of {installation.prefix}",
    }[installation.by]
    return f"from the checkout {installation.checkout}, {where}" if installation.checkout else where


def _command(machine: Machine) -> Check:
    installation = machine.installation
    if installation.own_command:
        return _AREA.ok("command", f"the shell starts {installation.command}")
    if installation.command is None:
        here = installation.prefix / "bin" / "memsyncd"
        advice = _SHELLS.get(installation.by, f"call it as {here}, or put that folder into PATH")
        return _AREA.note("command", "PATH leads to no program called memsyncd", advice)
    finding = f"the shell starts {installation.command}, which belongs to another installation than this one"
    return _AREA.note(
        "command", finding, f"uninstall one of the two; this one is {machine.executable} -m memsyncd"
    )


def _engine(machine: Machine) -> Check:
    """Redaction works without its two libraries, only worse."""
    missing = [
        name for name, there in (("google-re2", machine.linear), ("ahocorasick-rs", machine.keywords)) if not there
    ]
    if not missing:
        return _AREA.ok("redaction", "RE2 and Aho-Corasick are at work: no text can hold it up")
    finding = f"{' and '.join(missing)} cannot be used: redaction is slow, and some texts could hold it up"
    return _AREA.note("redaction", finding, _install(machine, *missing))


def _second_detector(facts: Facts) -> Check:
    machine = facts.machine
    if facts.settings.config.redaction.second_detector == "off":
        return _AREA.ok("second detector", "switched off in the configuration")
    if version := machine.extras["redact"]:
        return _AREA.ok("second detector", f"kingfisher {version}")
    finding = "kingfisher is not installed: the packaged rules alone decide what is a secret"
    return _AREA.note("second detector", finding, _install(machine, EXTRAS["redact"][1]))


def _extra(name: str, machine: Machine) -> str:
    version = machine.extras[name]
    return f"{name}: {EXTRAS[name][1]} {version}" if version else f"{name}: not installed"


def _encodings(machine: Machine) -> Iterator[Check]:
    printed, names = _plain(machine.encoding), _plain(machine.names)
    if printed == names == "utf8":
        yield _AREA.ok("text", "UTF-8, on the terminal and in file names")
        return
    if printed != "utf8":
        finding = f"output is {machine.encoding or 'in no known encoding'}, not UTF-8: some characters become ?"
        yield _AREA.note("text", finding, "export LC_ALL=C.UTF-8, or PYTHONUTF8=1")
    if names != "utf8":
        finding = f"file names are {machine.names}, not UTF-8: folders with other characters are not found"
        yield _AREA.note("file names", finding, "export LC_ALL=C.UTF-8, or PYTHONUTF8=1")


def _plain(encoding: str) -> str:
    return encoding.lower().replace("-", "").replace("_", "")


def _install(machine: Machine, *packages: str) -> str:
    """What brings packages into this installation."""
    wanted = " ".join(packages)
    if machine.installation.by == "pipx":
        return f"pipx inject memsyncd {wanted}"
    if machine.installation.by == "uv":
        return f"uv tool install memsyncd {' '.join(f'--with {package}' for package in packages)}"
    return f"{machine.executable} -m pip install {wanted}"
