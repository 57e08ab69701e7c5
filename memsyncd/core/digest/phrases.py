"""How a word is said: the phrase of up to four words that it mostly stands in, as the conversation spells it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from memsyncd.core.digest.languages import HANGUL
from memsyncd.core.digest.words import FIRST_MEANING, Index, bare

ENDINGS = ("ies", "'s", "es", "en", "er", "s", "n", "e", "ing", "ed", "х", "ы", "и", "а", "у")
"""What a word may carry and still be the same word, tried only against words that the day has."""

_PLACES = 5  # where a word stands that are looked at
_AROUND = 50  # characters on each side of such a place
_LONGEST = 4  # words of a phrase
_SHARE = 0.34  # of a word's places that must show the phrase
_FAVOUR = 0.7  # how much a long phrase is worth against a frequent one: the exponent of its length


def phrase(index: Index, word: str, positions: Sequence[int]) -> tuple[tuple[str, ...], str]:
    """The words of the phrase that ``word`` mostly stands in, in lower case, and its most frequent spelling."""
    counts: Counter[tuple[str, ...]] = Counter()
    spellings: dict[tuple[str, ...], list[str]] = defaultdict(list)
    places = sorted(positions, key=index.weights.__getitem__, reverse=True)[:_PLACES]
    for position in places:
        for words, spelling in _runs_around(index, word, index.texts[position]):
            counts[words] += 1
            spellings[words].append(spelling)
    total = counts[(word,)]
    if not total:
        return (word,), _spelling(word, [index.texts[position] for position in places])
    best = _best(word, counts, total)
    written = Counter(spellings[best])
    spelling = min(written, key=lambda text: (-written[text], sum(map(str.isupper, text)), text))
    if len(best) == 1 and spelling.lower().startswith(word) and HANGUL.search(word):
        spelling = spelling[: len(word)]  # without a particle
    return best, spelling.removesuffix("'s").removesuffix("’s")


def _spelling(word: str, texts: Sequence[str]) -> str:
    """How a word is written where no blanks surround it."""
    for text in texts:
        place = text.lower().find(word)
        if place >= 0:
            return text[place : place + len(word)]
    return word


def _best(word: str, counts: Mapping[tuple[str, ...], int], total: int) -> tuple[str, ...]:
    """The phrase that stands in enough of the places; else the word alone.

    Of a word with only two places a pair of words is taken even when it stands in one.
    """
    longer = [
        words
        for words, count in counts.items()
        if len(words) > 1
        and count >= _SHARE * total
        and (count > 1 or total == 1 or (total == 2 and len(words) == 2))  # noqa: PLR2004
    ]
    return max(longer, key=lambda words: (counts[words] * len(words) ** _FAVOUR, len(words)), default=(word,))


def _runs_around(index: Index, word: str, text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every run of up to four words of ``text`` that contains the first ``word``, with its spelling."""
    tokens = _surroundings(word, text)
    meanings = [index.vocabulary[token] for token in tokens]
    centre = _place_of(word, meanings)
    if centre < 0:
        return
    meanings[centre] = word
    links = index.vocabulary.lexicon.links
    start = _reach(tokens, meanings, links, centre, -1)
    stop = _reach(tokens, meanings, links, centre, 1)
    for first in range(start, centre + 1):
        for last in range(centre, min(stop, first + _LONGEST - 1) + 1):
            run = meanings[first : last + 1]
            if run[0] >= FIRST_MEANING and run[-1] >= FIRST_MEANING:
                yield _spelled(run, tokens[first : last + 1])


def _spelled(run: Sequence[str], tokens: Sequence[str]) -> tuple[tuple[str, ...], str]:
    written = [bare(token) for token in tokens]
    words = tuple(
        meaning if meaning >= FIRST_MEANING else spelling.lower()
        for meaning, spelling in zip(run, written, strict=True)
    )
    return words, " ".join(written)


def _surroundings(word: str, text: str) -> list[str]:
    """The words about the first place where ``word`` begins a word of ``text``."""
    lower = text.lower()
    found = lower.find(word)
    while found > 0 and lower[found - 1].isalnum():
        found = lower.find(word, found + 1)
    start = max(found - _AROUND, 0)
    tokens = text[start : found + len(word) + _AROUND].split()
    return tokens[1:] if start and not text[start - 1].isspace() else tokens


def _place_of(word: str, meanings: Sequence[str]) -> int:
    if word in meanings:
        return meanings.index(word)
    for place, meaning in enumerate(meanings):
        if meaning.startswith(word) and meaning[len(word) :] in ENDINGS:
            return place
    return -1


def _reach(tokens: Sequence[str], meanings: Sequence[str], links: frozenset[str], place: int, step: int) -> int:
    """How far a phrase may go in one direction: over words that say something and links between two of them."""
    reached = place
    while abs(reached + step - place) < _LONGEST and _joined(tokens, reached, step):
        following = reached + step
        if meanings[following] < FIRST_MEANING:
            if tokens[following] not in links or not _joined(tokens, following, step):
                break
            following += step
            if meanings[following] < FIRST_MEANING:
                break
        reached = following
    return reached


def _joined(tokens: Sequence[str], place: int, step: int) -> bool:
    """Whether there is a neighbour and no punctuation between the two."""
    neighbour = place + step
    if not 0 <= neighbour < len(tokens):
        return False
    left, right = (tokens[place], tokens[neighbour]) if step > 0 else (tokens[neighbour], tokens[place])
    return left[-1].isalnum() and right[0].isalnum()
