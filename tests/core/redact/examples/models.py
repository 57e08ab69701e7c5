"""Examples of the rules in models.toml."""

from __future__ import annotations

from tests.core.redact.expressions import Example

EXAMPLES = (
    Example(
        "anthropic-key",
        finds=("sk|-ant|-api03-{word:93}AA", "sk|-ant|-oat01-{word:93}AA", "sk|-ant|-sid01-{word:86}AA"),
        stays=("sk-ant-your-key-goes-here-please", "sk-ant-..."),
    ),
)
