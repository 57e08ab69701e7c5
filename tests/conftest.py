"""What all tests share: hypothesis profiles, and an environment in which nothing of the person's own is seen."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# Who is started in the background by a shell ignores Ctrl-C, and so do its children; some tests send it to theirs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_OURS = ("MEMSYNCD_", "OPENCLAW_", "CLAWDBOT_", "XDG_", "NO_COLOR", "FORCE_COLOR")
_OTHERS = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "PI_CODING_AGENT_")
_SECRET = ("_API_KEY", "_TOKEN", "_PASSWORD", "_SECRET", "_SECRET_KEY")


@pytest.fixture(autouse=True)
def _empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a home folder of its own, an empty one."""
    for name in [
        name for name in os.environ if name.startswith(_OURS + _OTHERS) or name.upper().endswith(_SECRET)
    ]:
        monkeypatch.delenv(name)
    # Whether the second detector is installed here must not show: what it does is tested by itself.
    monkeypatch.setitem(sys.modules, "kingfisher_sdk", None)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
