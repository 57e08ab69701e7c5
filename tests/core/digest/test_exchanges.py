from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.decisions import decisions_of
from memsyncd.core.digest.exchanges import Exchange, weighed, with_note
from memsyncd.core.digest.languages import cues, lexicon
from memsyncd.core.digest.stems import Stemmer
from memsyncd.core.digest.words import Vocabulary, index
from tests.core.digest.builders import DayBuilder, index_of

# What the agent says, what the owner answers, what the agent makes of it.
SETTLED = """
en|The ferry goes at 8:10 and at 10:40.|the later one, I need the sleep|Noted: the ferry at 10:40.
en|Shall the fence be brown?|not brown. grey|Grey fence, then.
en|Two bands have a free evening.|drop the second band|Dropped: the second band.
en||max 40 guests, the barn is small|Guest list limited to 40.
en|The upload limit is 5 MB.|then 20 MB and only for members|Set: 20 MB, members only.
de|Die Lampe gibt es in Messing oder in Chrom.|messing, chrom is mir zu kalt|Notiert: Messing.
de|Der Kurs ist dienstags oder donnerstags.|dann donnerstag|Donnerstag, eingetragen.
es|¿Ponemos la estantería en el pasillo?|no, en el estudio|Anotado: la estantería va en el estudio.
fr|Le devis prévoit du chêne.|plutôt du pin, et sans vernis|C'est noté : pin, sans vernis.
pt|O curso pode ser de manhã.|de tarde, às 15h|Anotado: o curso fica às 15h.
zh|窗帘选蓝色还是灰色？|灰色，耐脏|好的，窗帘定为灰色。
ja|壁の色は白と灰色があります。|灰色でお願い|了解です。壁の色は灰色にします。
ru|Урок можно поставить на среду.|тогда среда, 18:00|Записала: урок в среду в 18:00.
ko|포스터는 파란색과 초록색이 있어요.|초록색으로 하자|네, 포스터는 초록색으로 하겠습니다.
it|Il tavolo può essere rotondo.|meglio quadrato|Segnato: tavolo quadrato.
nl|De kast past in de gang.|zet hem maar in de keuken|Genoteerd: de kast in de keuken.
""".strip().splitlines()

NOT_SETTLED = """
en|Hello!|my neighbour has a new parrot|How nice! What does it say?
en|The boiler shows an error.|is that dangerous|No, the pressure is a little low.
en||show me the invoices of last week|Here they are: 14 invoices, together 3,120 euros, of which two are not paid yet.
en|The soup is ready.|thanks!|Enjoy it.
en||I'll ask my sister about the tent|All right.
en|Is the tent dry?|yes|Good.
en||maybe we should rent a boat|A boat would cost 90 euros a day.
de|Hallo!|mein nachbar hat einen neuen hund|Wie schön, welche Rasse denn?
de||ich frag mal den vermieter|Gute Idee.
fr||je ne sais pas encore|Prenez votre temps.
zh||你觉得哪个好？|各有优点。
""".strip().splitlines()


def weigh(line):
    code, *messages = line.split("|")
    return weighed(cues((code,)), Stemmer(Vocabulary(lexicon((code,)))), Exchange(*messages))


@pytest.mark.parametrize("line", SETTLED)
def test_an_instruction_and_the_agents_note_settle(line):
    found = weigh(line)
    assert found is not None
    assert found.settles


@pytest.mark.parametrize("line", NOT_SETTLED)
def test_questions_remarks_and_plans_do_not(line):
    found = weigh(line)
    assert found is None or not found.settles


def test_of_a_long_message_the_sentence_that_is_noted_is_the_instruction():
    long = "My aunt wrote again about the wedding and the weather in Leeds, which was awful as ever. " * 2
    found = weigh(f"en||{long}Put the harpist on the left balcony.|Noted: harpist on the left balcony.")
    assert found is not None
    assert found.instruction == "Put the harpist on the left balcony."


def test_a_note_that_says_more_stands_behind_the_instruction():
    stemmer = Stemmer(Vocabulary(lexicon(("en",))))
    note = "Set: soft limit 20 MB, hard limit 25 MB."
    assert with_note(cues(("en",)), stemmer, "then 20", note) == f"then 20 — {note}"


def test_a_note_that_only_repeats_is_left_out():
    stemmer = Stemmer(Vocabulary(lexicon(("en",))))
    text = "put the harpist on the balcony"
    assert with_note(cues(("en",)), stemmer, text, "Noted: harpist on the balcony.") == text


def test_a_yes_to_what_another_person_proposes_settles_it():
    day = DayBuilder().session("band")
    day.user("09:00", "Shall we hold the concert in the barn?", owner=False, sender="Nadia")
    day.user("09:01", "yes")
    (found,) = decisions_of(index(day.build().turns))
    assert found.text == "Shall we hold the concert in the barn? — yes"


def test_a_yes_after_a_question_about_the_proposal_settles_the_proposal():
    found = decisions_of(
        index_of(
            "> I suggest a second water tank behind the shed.",
            "how big is it?",
            "> It holds 300 litres.",
            "yep",
        )
    )
    assert [each.text for each in found] == ["I suggest a second water tank behind the shed. — yep"]


def test_an_option_is_known_by_its_letter_also_without_a_question_mark():
    found = decisions_of(index_of("> Your options:\na) oak boards\nb) pine boards", "b"))
    assert [each.text for each in found] == ["B: pine boards"]


def test_changing_what_was_noted_replaces_it():
    found = decisions_of(
        index_of(
            "limit the guest list to 40",
            "> Guest list limited to 40.",
            "How is the weather?",
            "> Sunny.",
            "make the guest list 55 after all",
            "> Changed: guest list of 55.",
        )
    )
    assert len(found) == 1
    assert found[0].replaces is not None
    assert "40" in found[0].replaces[1]


_MESSAGES = st.text(alphabet="ab é.,!?…0 9\n決定日金토요일д", max_size=80)


@given(_MESSAGES, _MESSAGES, _MESSAGES, st.sampled_from(["en", "de", "ja", "ko", "ru", "zh"]))
def test_any_exchange_is_weighed_without_failing(asker, answer, reply, code):
    found = weighed(cues((code,)), Stemmer(Vocabulary(lexicon((code,)))), Exchange(asker, answer, reply))
    assert found is None or isinstance(found.settles, bool)
