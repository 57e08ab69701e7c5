from __future__ import annotations

import re

import pytest

from memsyncd.core.digest.languages import cues, folded, languages, lexicon, spoken

PATTERNED = ["de", "en", "es", "fr", "ja", "pt", "zh"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Let's look at the backup of the server"], ("en",)),
        (["Wir müssen die Datenbank umziehen, aber nicht heute"], ("de",)),
        (["Hay que mover la base de datos, pero hoy no puedo"], ("es",)),
        (["Il faut déplacer la base de données, mais pas aujourd'hui"], ("fr",)),
        (["Precisamos mudar o banco de dados, mas hoje não posso"], ("pt",)),
        (["Нужно перенести базу данных, но не сегодня"], ("ru",)),
        (["帮我看一下数据库"], ("zh",)),
        (["旅館を予約してください", "了解"], ("ja",)),
        (["데이터베이스를 옮겨야 합니다"], ("ko",)),
        (["What is the weather like?", "Und wie wird das Wetter morgen?"], ("de", "en")),
        (["xkcd 42"], ("en",)),
        ([], ("en",)),
    ],
)
def test_the_languages_of_texts_are_told_by_their_small_words(texts, expected):
    assert spoken(texts) == expected


def test_a_single_foreign_line_among_many_does_not_count():
    texts = ["What is the state of the server now?"] * 40 + ["Und was ist mit der Datenbank?"]
    assert spoken(texts) == ("en",)


@pytest.mark.parametrize("code", PATTERNED)
def test_every_language_compiles_and_has_every_pattern(code):
    found = cues((code,))
    assert found.settled.triggered or found.settled.untriggered
    assert found.chosen.triggered or found.chosen.untriggered


@pytest.mark.parametrize("code", PATTERNED)
def test_patterns_match_folded_text_only(code):
    """A capital in a pattern would never match: sentences are folded first."""
    language = languages()[code]
    patterns = [*(rule.pattern for rules in language.rules.values() for rule in rules)]
    patterns += [line for lines in language.patterns.values() for line in lines]
    for pattern in patterns:
        assert not re.search(
            r"(?<!\\)[A-Z]", re.sub(r"\(\?[A-Z]", "", pattern).replace("OK", "").replace("Ok", "")
        ), pattern


@pytest.mark.parametrize("code", ["de", "en", "es", "fr", "pt"])
def test_every_rule_that_looks_inside_a_sentence_names_its_triggers(code):
    for rules in languages()[code].rules.values():
        for rule in rules:
            assert rule.triggers or rule.pattern.startswith("^"), rule.pattern


def test_tables_of_several_languages_are_joined():
    both = lexicon(("de", "en"))
    assert {"nicht", "not"} <= both.stop
    assert "montag" in both.stop
    assert {"monday", "montag"} <= both.dates
    assert "decided" in both.firm
    assert "nehmen" in both.triggers
    assert "nehmen" not in both.firm


def test_a_sentence_meets_only_patterns_of_its_triggers():
    settled = cues(("en",)).settled
    assert settled.end("we decided on tea", ["decided"]) > 0
    assert settled.end("we decided on tea", []) == 0


def test_curly_apostrophes_are_straightened():
    assert folded("Let’s GO") == "let's go"


YES = """
en|yes; yep!; ok; okay, do it; sure; sounds good; go ahead; perfect, thanks; do it; works for me; let's do that; approved
de|ja; ja, bitte; klar; passt; einverstanden; so machen wir das; gerne; mach das; gute Idee; in Ordnung; alles klar
es|sí; vale; de acuerdo; claro; perfecto; adelante; hazlo; me parece bien; buena idea
fr|oui; d'accord; ok; parfait; vas-y; bonne idée; ça marche; très bien; volontiers
pt|sim; pode ser; combinado; perfeito; claro; boa ideia; com certeza; pode
zh|好的; 好; 可以; 行; 同意; 没问题; 就这样; 对的
ja|はい; うん; いいね; お願いします; それで; 了解; 賛成; そうしましょう
"""

NO = """
en|no; No, thanks; nope; not now; don't; wait; hold on; that's wrong; never mind; too expensive; let's not
de|nein; nee; lieber nicht; stopp; warte; auf keinen Fall; zu teuer; vergiss es
es|no; espera; mejor no; todavía no; olvídalo; muy caro
fr|non; pas encore; attends; laisse tomber; surtout pas; trop cher
pt|não; espera; melhor não; ainda não; esquece; muito caro
zh|不; 不要; 等等; 算了; 先不; 太贵
ja|いいえ; いや; やめましょう; 違う; 待って; まだ; 高すぎ
"""

NEITHER = """
en|yesterday it rained; okra is green; notes are ready; no problem; the weather is fine; surely you know
de|jahrelang; klarer Himmel; neinsager; das Wetter ist gut
es|siempre; valencia es bonita; nosotros vamos
fr|ouistiti; nonante; le temps est beau
pt|simples; naomi chegou; o tempo está bom
zh|今天天气怎么样; 不错
ja|今日の天気は
"""


def answers(table):
    return [(line[:2], text.strip()) for line in table.split("\n") if line for text in line[3:].split(";")]


@pytest.mark.parametrize(("code", "text"), answers(YES))
def test_a_yes_is_understood(code, text):
    assert cues((code,)).accept.match(folded(text))
    assert not cues((code,)).reject.match(folded(text))


@pytest.mark.parametrize(("code", "text"), answers(NO))
def test_a_no_is_understood(code, text):
    assert cues((code,)).reject.match(folded(text))
    assert not cues((code,)).accept.match(folded(text))


@pytest.mark.parametrize(("code", "text"), answers(NEITHER))
def test_other_words_are_neither_yes_nor_no(code, text):
    assert not cues((code,)).accept.match(folded(text))
    assert not cues((code,)).reject.match(folded(text))


@pytest.mark.parametrize("code", ["de", "en", "es", "fr", "pt"])
def test_every_yes_begins_with_an_opener(code):
    """An answer is looked at only when its first word is in the table of openers."""
    openings = lexicon((code,)).openings
    for language, text in answers(YES):
        if language == code:
            assert folded(text).split()[0].strip(",!") in openings, text


@pytest.mark.parametrize("code", sorted(languages()))
def test_word_tables_hold_single_words_in_lower_case(code):
    for words in languages()[code].words.values():
        for word in words:
            assert word == word.lower() or not word.isascii()
            assert word.strip() == word
