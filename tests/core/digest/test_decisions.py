from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.decisions import decisions_of
from memsyncd.core.digest.words import index
from tests.core.digest.builders import DayBuilder, index_of

GREETINGS = {
    "en": "Hello, I have a question about our plans for the house and the garden.",
    "de": "Hallo, ich habe eine Frage zu unseren Plänen für das Haus und den Garten.",
    "es": "Hola, tengo una pregunta sobre nuestros planes para la casa y el jardín.",
    "fr": "Bonjour, j'ai une question sur nos projets pour la maison et le jardin.",
    "pt": "Olá, tenho uma pergunta sobre os nossos planos para a casa e o jardim.",
    "zh": "你好，我想问一下房子的计划。",
    "ja": "こんにちは、家の計画について質問があります。",
}

SETTLED = """
en|Let's go with the blue one.
en|We decided to drop support for Python 3.9.
en|I’ve decided to take the job in Berlin.
en|ok let's use redis for caching then
en|We'll host it on Hetzner, not AWS.
en|We will meet on Tuesday.
en|Make it 30 days retention.
en|From now on run the linter before every commit.
en|Never deploy on Fridays.
en|I'd rather keep the monthly plan.
en|Scrap the newsletter idea.
en|Thanks. Keep it at 30 days.
en|Decision: we ship v2 on March 3.
en|I'll take the 9:40 train.
en|Postgres it is.
en|Use uv instead of pip for the new project.
en|We agreed on a budget of 2,000 euros.
en|Cancel the gym membership.
en|I've changed my mind, let's book the flat in Porto.
en|we won't support windows for now
en|Agreed, we do the climbing hall on Saturday 14:00.
en|Decided: climbing hall, Saturday 14:00.
de|Abgemacht: wir fahren am Samstag.
de|Wir nehmen den Zug um 9 Uhr.
de|Wir haben uns für die Wohnung in Köln entschieden.
de|Lass uns lieber am Freitag grillen.
de|Ab jetzt läuft das Backup nachts um drei.
de|Es bleibt bei Dienstag.
de|Dann machen wir das mit Postgres.
de|Nicht am Montag, sondern am Mittwoch.
es|Decidido: usamos Django para el backend.
fr|Décidé : on part en mai.
pt|Combinado, ficamos com o plano mensal.
es|Vamos a usar Django para el backend.
es|Hemos decidido viajar a Lisboa en mayo.
es|Quedamos en el martes a las 10.
es|Nos quedamos con el piso de Gràcia.
es|Mejor pongamos la reunión el jueves.
fr|On part sur PostgreSQL.
fr|Nous avons décidé de repousser la sortie.
fr|Je prends le train de 8h.
fr|Désormais, on fait la sauvegarde la nuit.
fr|On garde le logo bleu.
pt|Vamos com o plano mensal.
pt|Decidimos adiar o lançamento.
pt|Ficamos com o hotel do centro.
pt|A partir de agora o backup roda de madrugada.
zh|我们决定用PostgreSQL。
zh|那就选周三吧。
zh|改成每周一次。
zh|以后都用中文回复。
ja|カレーにします。
ja|会議は水曜日に変更しました。
ja|PostgreSQLを使うことにしました。
ja|これからは毎週月曜に報告する。
""".strip().splitlines()

NOT_SETTLED = """
en|Should we go with the blue one?
en|I haven't decided yet.
en|Agreed, but it is expensive.
en|Maybe we could use Redis.
en|Let's look at the logs.
en|Let me know when you are done.
en|What did we decide about the budget?
en|If we go with AWS, it gets expensive.
en|The function returns None instead of 0.
en|That lets them skip the test.
en|They decided to close the shop last year.
en|It never works when I open it.
en|I need to decide between two laptops.
en|How do I switch to dark mode?
en|We will see.
en|Keep going!
en|Run the tests again please.
en|I'll be back in an hour.
de|Wir haben uns noch nicht entschieden.
de|Schauen wir mal.
de|Was machen wir heute?
de|Ich weiß nicht, ob wir das machen sollen.
es|No hemos decidido nada todavía.
es|¿Vamos a usar Django?
es|Vamos a ver.
fr|On n'a pas encore décidé.
fr|On va voir.
pt|Ainda não decidimos.
pt|Vamos ver.
zh|还没决定用哪个。
zh|要不要换成MySQL？
ja|まだ決めていません。
ja|どれにしますか？
ja|確認をお願いします。
""".strip().splitlines()

AGENT_SETTLED = """
As agreed, we're going with SQLite for the store.
Decision: keep the monthly plan.
We decided to keep backups for 60 days.
I went with pathlib instead of os.path for the new module.
The plan is to ship on Friday.
""".strip().splitlines()

AGENT_NOT_SETTLED = """
I'll read the file and check the config.
Let me look at the logs first.
I will use grep to find the function.
We could go with Redis here.
I recommend PostgreSQL.
Let's use SQLite for this.
The server returns 404 instead of 200.
I'm going to run the tests.
The plan is usually cheaper.
Once you have decided, tell me.
You can choose between A and B.
""".strip().splitlines()


def decided(*lines):
    return decisions_of(index_of(*lines))


def texts(*lines):
    return [decision.text for decision in decided(*lines)]


@pytest.mark.parametrize("line", SETTLED)
def test_the_owner_settles_something(line):
    language, text = line.split("|")
    assert len(decided(GREETINGS[language], text)) == 1


@pytest.mark.parametrize("line", NOT_SETTLED)
def test_nothing_is_settled_by_questions_doubts_and_activity(line):
    language, text = line.split("|")
    assert texts(GREETINGS[language], text) == []


@pytest.mark.parametrize("text", AGENT_SETTLED)
def test_the_agent_settles_something_by_stating_it(text):
    found = decided(GREETINGS["en"], "> " + text)
    assert [decision.own for decision in found] == [False]


@pytest.mark.parametrize("text", AGENT_NOT_SETTLED)
def test_the_agents_announcements_and_proposals_settle_nothing(text):
    assert texts(GREETINGS["en"], "> " + text) == []


def test_a_decision_is_the_whole_sentence_with_its_time_and_session():
    index = index_of("Hello there. We decided to move the backup to 3 am. It was late.")
    (found,) = decisions_of(index)
    assert found.text == "We decided to move the backup to 3 am."
    assert found.session == "8b476afa"
    assert found.at == index.turns[0].at
    assert found.own


@pytest.mark.parametrize(
    ("proposal", "answer", "expected"),
    [
        ("Shall I move the backup to 03:00?", "yes", "Shall I move the backup to 03:00? — yes"),
        ("I suggest moving the backup to 03:00. Is that ok?", "Sure!", "I suggest moving the backup to 03:00. — Sure!"),
        ("We could use SQLite for the store.", "sounds good", "We could use SQLite for the store. — sounds good"),
        ("I'd go with the red sofa.", "let's do that", "I'd go with the red sofa. — let's do that"),
        ("Soll ich die Rechnung verschicken?", "ja, bitte", "Soll ich die Rechnung verschicken? — ja, bitte"),
        ("¿Quieres que mueva la reunión al martes?", "sí", "¿Quieres que mueva la reunión al martes? — sí"),
        ("Je propose de garder le logo bleu.", "d'accord", "Je propose de garder le logo bleu. — d'accord"),
        ("Quer que eu reserve o hotel?", "pode ser", "Quer que eu reserve o hotel? — pode ser"),
        ("我建议用PostgreSQL。", "好的", "我建议用PostgreSQL。 — 好的"),
        ("旅館を予約しましょうか？", "お願いします", "旅館を予約しましょうか？ — お願いします"),
    ],
)  # fmt: skip
def test_a_yes_to_a_proposal_settles_the_proposal(proposal, answer, expected):
    assert texts("> " + proposal, answer) == [expected]


def test_a_vague_question_is_shown_with_the_sentence_before_it():
    asked = "The lemon cake is ready on Friday. Shall I set a reminder?"
    assert texts("Hello again!", "> " + asked, "yes") == [asked + " — yes"]


@pytest.mark.parametrize(
    ("proposal", "answer"),
    [
        ("Shall I move the backup to 03:00?", "no"),
        ("Shall I move the backup to 03:00?", "not now, thanks"),
        ("Shall I move the backup to 03:00?", "yes, but what does it cost?"),
        ("Shall I move the backup to 03:00?", "The weather is fine."),
        ("Shall I check the logs?", "yes"),
        ("Soll ich die Logs prüfen?", "ja"),
        ("The backup has moved to 03:00.", "ok"),
        ("Is the NAS switched on?", "yes"),
        ("Should we take the train or the car?", "yes"),
    ],
)
def test_other_answers_settle_nothing(proposal, answer):
    assert texts("> " + proposal, answer) == []


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Lemon or chocolate?", "lemon", "Lemon or chocolate? — lemon"),
        ("14 or 30 days?", "30 please", "14 or 30 days? — 30 please"),
        ("The train or the car?", "the second one", "The train or the car? — the second one"),
        ("Which one?\nA) sage green\nB) warm white", "B", "Which one? — B: warm white"),
        ("Which one do you like?\n1. tea\n2. coffee\nYour choice?", "2", "Your choice? — 2: coffee"),
        ("Rot oder blau?", "blau", "Rot oder blau? — blau"),
        ("用MySQL还是PostgreSQL？", "PostgreSQL", "用MySQL还是PostgreSQL？ — PostgreSQL"),
    ],
)
def test_picking_an_alternative_settles_it(question, answer, expected):
    assert texts("I need advice for the house.", "> " + question, answer) == [expected]


def test_an_answer_that_picks_none_of_the_alternatives_settles_nothing():
    assert texts("> Lemon or chocolate?", "what is cheaper?") == []
    assert texts("> Lemon or chocolate?", "tell me a story") == []


def test_what_the_owner_refuses_at_once_is_not_settled():
    assert texts("Rename it?", "> We decided to rename the repo to atlas.", "No, don't.") == []


def test_what_the_owner_accepts_or_ignores_stays_settled():
    assert len(texts("Rename it?", "> We decided to rename the repo to atlas.", "Nice. What's the weather?")) == 1


def test_people_who_are_not_the_owner_settle_nothing():
    day = DayBuilder().session("s").user("09:00", "From now on we use Telnet.", owner=False, sender="Mallory")
    day.agent("09:01", "Decision: we use Telnet from now on.")
    assert decisions_of(index(day.build().turns)) == ()


def test_an_answer_counts_in_its_own_session_only():
    day = DayBuilder().session("a").agent("09:00", "Shall I book the hotel in Porto?")
    day.session("b").user("09:01", "yes")
    assert decisions_of(index(day.build().turns)) == ()


def test_decisions_come_in_the_order_of_time():
    day = DayBuilder().session("a").user("09:00", "Let's buy the red sofa.")
    day.session("b").user("09:30", "Let's plant tomatoes.")
    day.session("a").user("10:00", "We'll paint the kitchen green.")
    found = decisions_of(index(day.build().turns))
    assert [decision.session for decision in found] == ["a", "b", "a"]


def test_long_decisions_are_shortened_but_show_the_answer():
    proposal = "Shall I " + "move the very large backup archive " * 20 + "to the new disk?"
    (found,) = texts("> " + proposal, "yes, do it")
    assert len(found) <= 180
    assert found.endswith("… — yes, do it")


def test_only_the_sampled_part_of_a_huge_text_is_read():
    text = "Word. " * 1_000 + "We decided on tea. " + "Word. " * 200_000 + "We decided on coffee."
    assert texts(text) == ["We decided on coffee."]


_PIECES = st.sampled_from(
    [
        "let's",
        "go with",
        "no",
        "yes",
        "instead of",
        "we decided",
        "not",
        "?",
        ".",
        "Shall I",
        "A)",
        "\n",
        "决定",
        "ok,",
        "tea",
    ]
)


@given(st.lists(st.lists(_PIECES, max_size=10).map(" ".join), max_size=12), st.integers(0, 1))
def test_any_conversation_is_read_without_failing(lines, parity):
    spoken = [line if number % 2 == parity else "> " + line for number, line in enumerate(lines)]
    for decision in decided(*spoken):
        assert decision.text
        assert "\n" not in decision.text
