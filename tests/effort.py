"""How hard the properties that guard people's words are tested: more on a fresh machine than at one's desk."""

from __future__ import annotations

import os

EXAMPLES = {"ci": 2_000, "long": 20_000}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 500)
