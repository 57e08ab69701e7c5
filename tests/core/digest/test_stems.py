from __future__ import annotations

import pytest

from memsyncd.core.digest.languages import lexicon
from memsyncd.core.digest.stems import Stemmer, shared
from memsyncd.core.digest.words import Vocabulary


def stems(text, *codes):
    return Stemmer(Vocabulary(lexicon(codes or ("en",)))).of(text)


@pytest.mark.parametrize(
    ("one", "other", "codes"),
    [
        ("the lantern festival", "both lanterns", ("en",)),
        ("die Tapete abreißen", "Tapeten", ("de",)),
        ("занятия в субботу", "занятие", ("ru",)),
        ("전시회를 열자", "전시회가", ("ko",)),
        ("把窗帘换掉", "窗帘", ("zh",)),
        ("図書館で会う", "図書館", ("ja",)),
    ],
)
def test_inflected_words_have_a_stem_in_common(one, other, codes):
    assert stems(one, *codes) & stems(other, *codes)


def test_numbers_and_days_count():
    assert stems("on Saturday at 9:40 for 1,200") == {"saturday", "9:40", "1.200"}


def test_function_words_do_not_count():
    assert stems("and then it is what it was") == set()


def test_shared_is_the_part_of_the_shorter_text():
    assert shared(frozenset("ab"), frozenset("bcde")) == 0.5
    assert shared(frozenset(), frozenset("a")) == 0
