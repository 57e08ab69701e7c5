"""What is known of each language: words that say nothing of the matter, and patterns that show a decision.

The tables are data (``data/*.toml``); here they are read, compiled and chosen. A day is read with the tables of
the languages that its conversation uses, because one language's stop word is another one's topic.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct

from memsyncd.core.digest.patterns import either
from memsyncd.core.resources import read_data

_PATTERNED = ("de", "en", "es", "fr", "ja", "pt", "zh")
_FEW_WORDS = ("it", "ko", "nl", "ru")
_WORD_TABLES = ("stop", "dates", "light", "links", "imperatives", "openers")
_FOUND_IN_SENTENCES = ("settled", "chosen")

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
KANA = re.compile(r"[\u3041-\u30ff]")
HANGUL = re.compile(r"[가-힣]")

_SHARE = 0.05  # of the texts that tell; a language used less is not read for
_SAMPLE = 200  # characters of a text that are looked at


class Rule(Struct, frozen=True):
    """A pattern and the words or phrases without one of which it cannot match; none: it is always tried."""

    triggers: tuple[str, ...]
    pattern: str


class Language(Struct, frozen=True):
    """One language's tables. The word sets are in lower case."""

    words: Mapping[str, frozenset[str]]  # by the names of ``_WORD_TABLES``
    rules: Mapping[str, tuple[Rule, ...]] = {}  # by the names of ``_FOUND_IN_SENTENCES``
    patterns: Mapping[str, tuple[str, ...]] = {}  # all other patterns


class Lexicon(Struct, frozen=True):
    """The word tables of several languages together."""

    stop: frozenset[str]  # never part of a topic
    dates: frozenset[str]  # among them days and months, of which a decision may be
    light: frozenset[str]  # part of a topic, not a topic alone
    links: frozenset[str]  # may stand inside a topic
    imperatives: frozenset[str]  # at the beginning of a sentence they may settle something
    openings: frozenset[str]  # likewise at the beginning of a text of the owner
    firm: frozenset[str]  # triggers of what settles whoever says it
    triggers: frozenset[str]  # all triggers of one word
    phrases: tuple[str, ...]  # all triggers of several words


class Finder(Struct, frozen=True):
    """Patterns for one thing, arranged so that a sentence meets only those that can match it."""

    untriggered: re.Pattern[str] | None
    triggered: Mapping[str, tuple[re.Pattern[str], ...]]

    def end(self, sentence: str, triggers: Iterable[str]) -> int:
        """Where the first match in a folded sentence with these triggers ends; 0 when there is none."""
        if self.untriggered and (found := self.untriggered.search(sentence)):
            return found.end()
        for trigger in triggers:
            for pattern in self.triggered.get(trigger, ()):
                if found := pattern.search(sentence):
                    return found.end()
        return 0


class Cues(Struct, frozen=True):
    """The patterns of several languages together; each is applied to a sentence that is ``folded``."""

    settled: Finder  # a decision, whoever says it
    chosen: Finder  # a decision when the owner says it, a proposal when the agent does
    proposal: re.Pattern[str]
    errand: re.Pattern[str]  # what follows a proposal of mere activity
    generic: re.Pattern[str]  # a question that refers to the sentence before it
    hedged: re.Pattern[str]  # what looks like a decision is none
    accept: re.Pattern[str]  # at the start of an answer
    reject: re.Pattern[str]  # likewise
    reversal: re.Pattern[str]  # an earlier decision about the same thing falls
    revocation: re.Pattern[str]  # the decision just before falls, whatever it is about
    negation: re.Pattern[str]
    contrast: re.Pattern[str]  # "instead of"
    alternatives: re.Pattern[str]  # "or"
    announce: re.Pattern[str]  # the agent says what it is about to do
    filler: re.Pattern[str]  # an opening without a message
    confirmed: re.Pattern[str]  # the agent takes note of what was settled; at the start of its answer
    settling: re.Pattern[str]  # in an instruction of the owner; alone it settles nothing
    concluded: re.Pattern[str]  # the agent draws a conclusion; likewise
    tasked: re.Pattern[str]  # the owner asks for a piece of work
    asking: re.Pattern[str]  # a question, also without its mark
    todo: re.Pattern[str]  # the owner says what they will do next
    reported: re.Pattern[str]  # the owner tells what happened or what others say


def folded(text: str) -> str:
    """``text`` as the patterns expect it: in lower case, with straight apostrophes."""
    return text.lower().replace("’", "'")


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its two-letter code."""
    found = {code: _language(_table(code)) for code in _PATTERNED}
    words, patterns = _table("more"), _table("more_patterns")
    return found | {code: _language({"stop": words[code], **patterns[code]}) for code in _FEW_WORDS}


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(read_data(__package__, f"{name}.toml").decode())


def _language(table: dict[str, str]) -> Language:
    macros = {"{lead}": table.pop("lead"), "{activity}": table.pop("activity", "")}
    words = {name: frozenset(table.pop(name, "").split()) for name in _WORD_TABLES}
    lines = {
        name: tuple(_expanded(line, macros) for line in text.splitlines() if line) for name, text in table.items()
    }
    rules = {name: tuple(map(_rule, lines.pop(name))) for name in _FOUND_IN_SENTENCES}
    return Language(words=words, rules=rules, patterns=lines)


def _expanded(pattern: str, macros: Mapping[str, str]) -> str:
    for name, value in macros.items():
        pattern = pattern.replace(name, value)
    return pattern


def _rule(line: str) -> Rule:
    triggers, separator, pattern = line.rpartition(" :: ")
    return Rule(tuple(trigger.replace("_", " ") for trigger in triggers.split()) if separator else (), pattern)


@lru_cache(maxsize=16)
def lexicon(codes: tuple[str, ...]) -> Lexicon:
    """The word tables of these languages together."""
    chosen = [languages()[code] for code in codes]
    words = {
        name: frozenset().union(*(language.words.get(name, ()) for language in chosen)) for name in _WORD_TABLES
    }
    settled, either = (
        {
            trigger
            for language in chosen
            for name in names
            for rule in language.rules.get(name, ())
            for trigger in rule.triggers
        }
        for names in (("settled",), _FOUND_IN_SENTENCES)
    )
    return Lexicon(
        stop=words["stop"] | words["dates"],
        dates=words["dates"],
        light=words["light"],
        links=words["links"],
        imperatives=words["imperatives"],
        openings=words["imperatives"] | words["openers"],
        firm=frozenset(settled),
        triggers=frozenset(trigger for trigger in either if " " not in trigger),
        phrases=tuple(sorted(trigger for trigger in either if " " in trigger)),
    )


@lru_cache(maxsize=16)
def cues(codes: tuple[str, ...]) -> Cues:
    """The patterns of these languages together, compiled."""
    chosen = [languages()[code] for code in codes]
    settled, wished = (
        _finder([rule for language in chosen for rule in language.rules[name]]) for name in _FOUND_IN_SENTENCES
    )
    names = [name for name in Cues.__struct_fields__ if name not in _FOUND_IN_SENTENCES]
    patterns = {
        name: either([line for language in chosen for line in language.patterns.get(name, ())]) for name in names
    }
    return Cues(settled, wished, **patterns)


def _finder(rules: Sequence[Rule]) -> Finder:
    triggered: dict[str, tuple[re.Pattern[str], ...]] = {}
    for rule in rules:
        for trigger in rule.triggers:
            triggered[trigger] = (*triggered.get(trigger, ()), re.compile(rule.pattern))
    untriggered = [rule.pattern for rule in rules if not rule.triggers]
    return Finder(either(untriggered) if untriggered else None, triggered)


@cache
def _telling_words() -> Mapping[str, str]:
    """Words that only one language has among its stop words and triggers."""
    owners: dict[str, list[str]] = {}
    for code in sorted(languages()):
        words = lexicon((code,))
        for word in words.stop | words.triggers:
            owners.setdefault(word, []).append(code)
    return {word: codes[0] for word, codes in owners.items() if len(codes) == 1}


def spoken(texts: Iterable[str]) -> tuple[str, ...]:
    """The codes of the languages that these texts use, sorted; English when nothing tells."""
    votes = Counter(code for text in texts if (code := _language_of(_head(text))))
    if votes["zh"] <= votes["ja"]:  # Japanese answers without kana are common
        del votes["zh"]
    enough = _SHARE * votes.total()
    return tuple(sorted(code for code, count in votes.items() if count >= enough)) or ("en",)


def _head(text: str) -> str:
    """The beginning of a text up to the end of a word: half a word may be a whole one of another language."""
    head = text[:_SAMPLE]
    return head if len(text) <= _SAMPLE else head.rpartition(" ")[0] or head


def _language_of(text: str) -> str | None:
    if not text.isascii() and (script := _script(text)):
        return script
    telling = _telling_words()
    found = Counter(code for word in text.lower().split() if (code := telling.get(word)))
    return min(found, key=lambda code: (-found[code], code), default=None)


def _script(text: str) -> str | None:
    if KANA.search(text):
        return "ja"
    if HANGUL.search(text):
        return "ko"
    return "zh" if HAN.search(text) else None
