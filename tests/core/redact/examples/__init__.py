"""Examples of every packaged rule, one module for each rule file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.core.redact.expressions import Example


def all_examples() -> list[Example]:
    """The examples of all rule files."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return [example for module in modules for example in module.EXAMPLES]
