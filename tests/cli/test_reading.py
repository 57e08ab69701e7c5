from __future__ import annotations

import os

from memsyncd.adapters.lock import exclusive
from memsyncd.cli.options import Invocation, Options
from memsyncd.cli.output import Output
from memsyncd.cli.session import opened_for_reading
from tests.cli import scenarios
from tests.cli.transcripts import Stage


def test_who_only_looks_does_not_keep_others_from_writing(stage: Stage) -> None:
    """While somebody pages through ``extract | less``, catch-up must be able to go on."""
    scenarios.two_days(stage)
    options = Options(sessions_dir=stage.openclaw.sessions, memory_dir=stage.memory)
    call = Invocation(options=options, out=Output(quiet=True), env=os.environ)
    with opened_for_reading(call) as reading, exclusive(reading.setup.state_dir / "lock"):
        assert reading.publishers[0].facts()
