"""Redaction rules: from the text of rule files to a rule set.

Rules are data in TOML, with the field names and meanings of gitleaks rule files and a ``label`` beside them.
``data/common.toml`` explains the conventions. This module reads no file and searches no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from itertools import product
from sys import intern
from typing import Literal, TypeAlias, get_args

import msgspec
from msgspec import Struct, field, structs

from memsyncd.core.redact.patterns import Compile, Pattern, compile_pattern, forget_compiled
from memsyncd.core.redact.placeholders import LABELS
from memsyncd.errors import ConfigError


class _AllowlistText(Struct, frozen=True, forbid_unknown_fields=True):
    regexes: tuple[str, ...]
    target: Literal["secret", "match"] = field(default="secret", name="regexTarget")


class _RuleText(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    description: str
    label: str
    regex: str
    keywords: tuple[str, ...]
    entropy: float = 0.0
    tags: tuple[str, ...] = ()
    allowlists: tuple[_AllowlistText, ...] = ()


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[_RuleText, ...] = ()
    words: Mapping[str, tuple[str, ...]] = {}
    fragments: Mapping[str, str] = {}
    base64: tuple[str, ...] = ()


class Allowlist(Struct, frozen=True, dict=True):
    """What is no secret although the rule matches: a pattern is found in the secret or in the match."""

    sources: tuple[str, ...]  # few: searching for many regexes costs about as much as searching for one
    target: Literal["secret", "match"]
    compile_with: Compile

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The compiled patterns."""
        return tuple(map(self.compile_with, self.sources))


Anchor: TypeAlias = Literal["begins", "follows"]
"""A match begins with a keyword or the underscore before it, or with the last character of a keyword."""

_BETWEEN = b"\0"  # thousands of short strings would take ten times as much memory


class Rule(Struct, frozen=True, kw_only=True, dict=True):
    """One rule. Its patterns are compiled when a text first asks for them: most of them never are."""

    id: str
    rank: int  # place among all rules; where two meet, the lowest names the secret
    label: str
    description: str
    regex: str
    spellings: bytes  # of the keywords, NUL between them: UTF-8, ASCII letters in lower case
    entropy: float  # bits per character that the secret has to exceed
    exact: bool  # a published token format, not a guess from the context
    anywhere: bool  # a match can lie far from the keyword, or be long
    anchor: Anchor | None  # where the regex is matched, and nowhere else; None: it is searched for
    needs: str | None  # regex of what has to stand near a keyword, whatever else: cheaper to look for
    allowlists: tuple[Allowlist, ...]
    compile_with: Compile
    plain: Rule | None = None  # the same without words beyond ASCII: half as large, and enough for most texts

    @cached_property
    def pattern(self) -> Pattern:
        """The compiled regex."""
        return self.compile_with(self.regex)

    def rest(self) -> None:
        """Lets go of what was compiled."""
        for name in ("pattern", "need"):
            self.__dict__.pop(name, None)
        for allowlist in self.allowlists:
            allowlist.__dict__.pop("patterns", None)

    @cached_property
    def need(self) -> Pattern | None:
        """The compiled regex of what has to be there."""
        return self.compile_with(self.needs) if self.needs else None

    @property
    def keywords(self) -> list[bytes]:
        """What a text has to hold, one of them, for the rule to be asked."""
        return self.spellings.split(_BETWEEN)


class RuleSet(Struct, frozen=True, kw_only=True):
    """Rules in order of precedence."""

    rules: tuple[Rule, ...]
    foreign: tuple[bytes, ...]  # in a text that holds none of them in lower case, a rule's `plain` does as well
    base64: tuple[bytes, ...]  # beginnings that are recognised inside base64
    forget: Callable[[], None] | None = None  # empties what keeps compiled patterns for several rules

    def rest(self) -> None:
        """Lets go of all compiled patterns; a text that asks for one has it compiled again."""
        for rule in self.rules:
            rule.rest()
            if rule.plain:
                rule.plain.rest()
        if self.forget:
            self.forget()
        forget_compiled()


def load(sources: Mapping[str, bytes], *, compile_with: Compile = compile_pattern) -> RuleSet:
    """Read rule files, given by name, as one rule set; words and fragments of each serve them all.

    Raises:
        ConfigError: a file is not as described above, with one line for every rule that is wrong. Patterns are
            not compiled yet: :func:`problems` does that.
    """
    files = {origin: _decoded(origin, source) for origin, source in sources.items()}
    parts = _File(
        words={name: words for file in files.values() for name, words in file.words.items()},
        fragments={name: text for file in files.values() for name, text in file.fragments.items()},
    )
    once = cache(compile_with)  # many rules share their allowlists
    rules: list[Rule] = []
    for origin, file in files.items():
        wrong: list[str] = []
        for text in file.rules:
            try:
                rules.append(_rule(text, len(rules), parts, once))
            except ValueError as error:
                wrong.append(f"rule {text.id}: {error}")
        if wrong:
            raise ConfigError(origin, wrong)
    beginnings = (prefix.encode() for file in files.values() for prefix in file.base64)
    return RuleSet(
        rules=tuple(rules),
        foreign=_beyond_ascii(parts),
        base64=tuple(beginnings),
        forget=once.cache_clear,
    )


def problems(rules: RuleSet) -> Iterator[str]:
    """Compile everything; yield a line for each rule that the regular expression library does not take."""
    for rule in rules.rules:
        try:
            _ = rule.pattern, [allowlist.patterns for allowlist in rule.allowlists]
        except ValueError as error:
            yield f"rule {rule.id}: {error}"


def _decoded(origin: str, source: bytes) -> _File:
    try:
        return msgspec.toml.decode(source, type=_File)
    except msgspec.DecodeError as error:
        raise ConfigError(origin, [str(error)]) from error


def _rule(text: _RuleText, rank: int, file: _File, compile_with: Compile) -> Rule:
    if text.label not in LABELS:
        raise ValueError(f"label {text.label} is not a known one")
    keywords = dict.fromkeys(word for entry in text.keywords for word in _keywords(entry, file))
    if b"" in keywords or not keywords:
        raise ValueError("a rule needs keywords, none of them empty")
    rule = Rule(
        id=text.id,
        rank=rank,
        label=text.label,
        description=text.description,
        regex=_regex(text.regex, file),
        spellings=_BETWEEN.join(keywords),
        entropy=text.entropy,
        exact="format" in text.tags,
        anywhere="anywhere" in text.tags,
        anchor=next((anchor for anchor in get_args(Anchor) if anchor in text.tags), None),
        needs=_needs(text),
        allowlists=tuple(_allowlist(entry, file, compile_with) for entry in text.allowlists),
        compile_with=compile_with,
    )
    plain = _regex(text.regex, _plain(file))
    return rule if plain == rule.regex else structs.replace(rule, plain=structs.replace(rule, regex=plain))


def _plain(file: _File) -> _File:
    """The file without those words of the list ``foreign`` whose bytes make patterns twice as large."""
    ascii_words = tuple(filter(str.isascii, file.words.get(_FOREIGN, ())))
    return structs.replace(file, words={**file.words, _FOREIGN: ascii_words}) if ascii_words else file


def _beyond_ascii(file: _File) -> tuple[bytes, ...]:
    spellings = (spelling for word in file.words.get(_FOREIGN, ()) for spelling in _spellings(word))
    return tuple(dict.fromkeys(spelling.encode().lower() for spelling in spellings if not spelling.isascii()))


_FOREIGN = "foreign"
_DIGITLESS = "^[^0-9]+$"


def _needs(text: _RuleText) -> str | None:
    """A digit, when an allowlist takes off every secret without one."""
    digitless = any(_DIGITLESS in entry.regexes and entry.target == "secret" for entry in text.allowlists)
    return "[0-9]" if digitless else None


def _allowlist(text: _AllowlistText, file: _File, compile_with: Compile) -> Allowlist:
    """The regexes as one pattern; but a fragment stays alone, because other rules share it."""
    shared = [regex for regex in text.regexes if _NAME.fullmatch(regex)]
    own = "|".join(_scoped(_regex(regex, file)) for regex in text.regexes if regex not in shared)
    return Allowlist((*(_regex(regex, file) for regex in shared), *[own] * bool(own)), text.target, compile_with)


# --- {name} in regexes and keywords ---

_NAME = re.compile(r"\{([a-z]+)\}")


def _regex(source: str, file: _File) -> str:
    """The regex with its fragments and words filled in; equal ones are one string."""
    return intern(_NAME.sub(partial(_part, file), source))


def _part(file: _File, name: re.Match[str]) -> str:
    fragment = file.fragments.get(name[1])
    if fragment is not None:
        return _scoped(_regex(fragment, file))
    words = sorted((spelling for word in _words(name[1], file) for spelling in _spellings(word)), key=len)
    return f"(?:{'|'.join(map(re.escape, reversed(words)))})"


def _scoped(regex: str) -> str:
    """The regex as a group that keeps its flag to itself."""
    return f"(?i:{regex[4:]})" if regex.startswith("(?i)") else f"(?:{regex})"


def _keywords(source: str, file: _File) -> Iterator[bytes]:
    """A keyword in every spelling, with each combination of the words that it names."""
    pieces = _NAME.split(source)
    choices = [
        [spelling for word in _words(piece, file) for spelling in _spellings(word)] if index % 2 else [piece]
        for index, piece in enumerate(pieces)
    ]
    for combination in product(*choices):
        yield "".join(combination).encode().lower()


def _words(name: str, file: _File) -> tuple[str, ...]:
    try:
        return file.words[name]
    except KeyError:
        raise ValueError(f"{{{name}}} is not the name of anything that can stand here") from None


def _spellings(word: str) -> tuple[str, ...]:
    """The word; a non-ASCII one in its three spellings, because only ASCII is compared without case."""
    return (word,) if word.isascii() else tuple(dict.fromkeys((word, word.lower(), word.title(), word.upper())))
