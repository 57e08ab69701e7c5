"""The rules as a page for people: ``docs/SECRET_PATTERNS.md`` is what this renders."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping

from memsyncd.core.redact.placeholders import placeholder
from memsyncd.core.redact.rules import Rule, load

_TITLES = {
    "keys.toml": "Private keys",
    "models.toml": "Model providers and tools of agents",
    "clouds.toml": "Clouds, hosting, infrastructure",
    "developer.toml": "Code, builds, registries, monitoring",
    "services.toml": "Messengers, payment and other services",
    "urls.toml": "URLs",
    "headers.toml": "Headers",
    "commands.toml": "Command lines",
    "named.toml": "Values beside the name of a service",
    "assignments.toml": "Variables, settings, arguments",
    "sentences.toml": "Sentences",
}

_HEAD = """\
# What memsyncd takes for a secret

Generated from the rules in `memsyncd/core/redact/data`; a test holds the two equal.

{total} rules with {labels} kinds of placeholders. Every text passes them before it is stored, shortened, shown,
logged or sent. Only the value is replaced: `password: [REDACTED-PASSWORD]`. Where two rules meet, the one that
stands earlier on this page names the secret. Tokens with a format of their own (marked *format*) are also found
when invisible characters, Markdown or a line break split them, and most of them inside base64.

Beside these rules, as the configuration says (`[redaction]` in `config.example.toml`):

- **known values**: what environment variables with a secret's name and the files that you list hold, found
  exactly, also as JSON, URLs and base64 spell it;
- **rules of your own** in gitleaks' format, `allow` and `disable`;
- **personal data**, each kind only when it is named: card numbers, IBANs, social security numbers, telephone
  numbers, e-mail addresses;
- **a second detector**, `kingfisher-secret-scanner`, with the extra `redact`: it looks at new turns and at each
  finished block before the file is written.

What stays on purpose: git and other digests, UUIDs, ids, version numbers, paths, public keys and certificates,
publishable keys, placeholders such as `<token>` and `sk-...`, references such as `$API_KEY`, and code that only
names secrets. What nobody can find: a token told in two halves, or a password that no word announces.
`memsyncd redact` shows what becomes of a text.
"""


def render(sources: Mapping[str, bytes]) -> str:
    """The page for rule files given by name, as Markdown."""
    rules = load(sources).rules
    parts = [_HEAD.format(total=len(rules), labels=len({rule.label for rule in rules}))]
    for name, title in _TITLES.items():
        ids = {rule["id"] for rule in tomllib.loads(sources[name].decode())["rules"]}
        parts.append("\n".join(_section(title, [rule for rule in rules if rule.id in ids])))
    return "\n".join(parts) + "\n"


def _section(title: str, rules: Iterable[Rule]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| rule | what it finds | in its place |\n|---|---|---|"
    for rule in rules:
        what = f"{rule.description} · *format*" if rule.exact else rule.description
        yield f"| `{rule.id}` | {what.replace('|', chr(92) + '|')} | `{placeholder(rule.label)}` |"
