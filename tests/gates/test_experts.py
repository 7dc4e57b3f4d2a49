"""Experts: a lead asks, the expert answers in time or the lead closes it; the panel, the decider, the team read it."""

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.messages.models import Message
from incubator.people import own_data
from incubator.people.actors import SUBSTITUTION
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import PersonFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act, in_days
from workflows.briefs.document import html_of
from workflows.briefs.gathering import record_of
from workflows.briefs.record import from_data
from workflows.gates import actions
from workflows.gates import departures as gate_departures
from workflows.gates.models import Decision, ExpertQuestion, GateRound, Seat

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
QUESTION = "Faut-il une assurance de plus ?"
ANSWER = "Non, le contrat de flotte couvre les vélos."


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def round_(cast: Cast) -> GateRound:
    return stage.at_g1(cast)


@pytest.fixture
def expert(cast: Cast) -> Person:
    return PersonFactory(employed=True, role="expert")


def ask(round_: GateRound, cast: Cast, expert: Person, /, **changes: Any) -> ExpertQuestion:
    given = {"expert": expert, "question": QUESTION, "due_on": in_days(5), "by": act(cast.lead)} | changes
    with transaction.atomic():
        return actions.ask_expert(round_key=round_.key, **given)


def page(person: Person, name: str, key: Any) -> tuple[int, str]:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    answer = client.get(reverse(name, args=[key]))
    return answer.status_code, stage.texts(answer.content.decode())


def waits(person: Person) -> list[str]:
    return list(WorkItem.objects.filter(person=person, closed_at=None).values_list("verb", flat=True))


def test_from_the_question_to_what_the_panel_the_decider_and_the_team_read(
    cast: Cast, round_: GateRound, expert: Person, run_jobs: Run
) -> None:
    url = reverse("expert-questions", args=[round_.key])
    sent = {"step": "ask", "expert": expert.staff_number, "question": QUESTION, "due_on": str(in_days(5))}
    assert stage.signed_in(cast.lead).post(url, sent | {"request_key": new_key()}).status_code == 302
    asked = ExpertQuestion.objects.get()
    run_jobs()
    assert waits(expert) == ["answer_expert_question"]
    assert Message.objects.filter(person=expert, kind="answer_expert_question").count() == 1
    assert WorkItem.objects.get(person=expert, closed_at=None).due_at == asked.due_at

    client = stage.signed_in(expert)
    reply = {"step": f"answer:{asked.key}", f"answer_{asked.key}": " ", "request_key": new_key()}
    assert client.post(url, reply).status_code == 422
    reply |= {f"answer_{asked.key}": ANSWER, "request_key": new_key()}
    assert client.post(url, reply).status_code == 302
    run_jobs()
    assert waits(expert) == []
    assert Message.objects.filter(person=cast.lead, kind="answered").count() == 1
    events = Event.objects.filter(verb__startswith="expert_").order_by("sequence")
    assert [event.verb for event in events] == ["expert_asked", "expert_answered"]
    assert ANSWER not in str([event.payload for event in events])
    assert [row["answer"] for row in own_data.of(expert)["expert_answers"]] == [ANSWER]

    seat = stage.seats_of(round_)[0]
    assert ANSWER in page(seat.person, "review", seat.key)[1]
    for person in (cast.author, PersonFactory(employed=True)):
        assert page(person, "expert-questions", round_.key)[0] == 404
    stage.all_vote(round_)
    assert ANSWER in page(cast.dga, "decide", round_.key)[1]
    assert page(cast.author, "decide", round_.key)[0] == 403
    steps.decide(round_.idea, cast.dga)
    read = {person: page(person, "decide", round_.key) for person in (cast.author, seat.person, cast.lead)}
    assert all(ANSWER in text for _status, text in read.values())
    status, text = page(PersonFactory(employed=True), "decide", round_.key)
    assert (status, ANSWER in text) == (200, False)


def test_the_brief_annexes_what_was_answered_and_names_no_expert(
    cast: Cast, round_: GateRound, expert: Person
) -> None:
    asked, left = ask(round_, cast, expert), ask(round_, cast, expert, question="Et en hiver, qui répond ?")
    actions.answer_expert(question_key=asked.key, answer=ANSWER, by=act(expert))
    actions.close_question(question_key=left.key, reason="La saison est passée.", by=act(cast.lead))
    stage.all_vote(round_)
    steps.decide(round_.idea, cast.dga)
    record = record_of(Decision.objects.select_related("round__idea__programme__entity").get(round=round_))
    assert [(item.question, item.answer) for item in record.experts] == [(QUESTION, ANSWER)]
    assert from_data(record.as_data()) == record
    assert from_data({k: v for k, v in record.as_data().items() if k != "experts"}).experts == ()
    page = html_of(record)
    assert html.escape(ANSWER) in page
    assert expert.family_name not in page
    hidden = record.with_texts(lambda text: text.replace("flotte", "…"))
    assert "flotte" not in html_of(hidden)


def test_only_a_lead_asks_and_only_an_expert_without_a_link(
    cast: Cast, round_: GateRound, expert: Person
) -> None:
    with pytest.raises(NotAllowed):
        ask(round_, cast, expert, by=act(cast.dga))
    close = PersonFactory(department=cast.home, manager=cast.author, role="expert")
    for changes, field in (
        ({"expert": cast.chair}, "expert"),
        ({"expert": close}, "expert"),
        ({"question": "Et ?"}, "question"),
        ({"due_on": clock.today()}, "due_on"),
        ({"due_on": None}, "due_on"),
    ):
        with pytest.raises(Invalid) as refused:
            ask(round_, cast, expert, **changes)
        assert list(refused.value.fields) == [field]
    assert ask(round_, cast, cast.finance).expert == cast.finance
    assert cast.finance in actions.experts(round_.idea)
    assert ExpertQuestion.objects.count() == 1


@pytest.mark.parametrize("hidden", [True, False])
def test_a_lead_who_sits_where_authors_are_hidden_asks_nobody(
    cast: Cast, round_: GateRound, expert: Person, hidden: bool
) -> None:
    """Else a refusal would tell which experts are close to the authors."""
    round_.rules["authors_hidden"] = hidden
    round_.save()
    close = PersonFactory(department=cast.home, manager=cast.author, role="expert")
    seat = stage.seats_of(round_)[0]
    Seat.objects.filter(pk=seat.pk).update(person=cast.lead)
    codes = set()
    for person in (expert, close):
        try:
            ask(round_, cast, person)
        except (NotAllowed, Invalid) as refused:
            codes.add(refused.code)
    assert codes == ({"seat.reads_without_names"} if hidden else {"expert.incomplete"})
    status, text = page(cast.lead, "expert-questions", round_.key)
    assert (status, "which reads without names" in text, "Ask an expert" in text) == (200, hidden, not hidden)
    assert (close.staff_number in text, cast.author.family_name in text) == (False, not hidden)
    sent = {"step": "ask", "expert": expert.staff_number, "question": QUESTION, "due_on": str(in_days(5))}
    url, client = reverse("expert-questions", args=[round_.key]), stage.signed_in(cast.lead)
    assert client.post(url, sent | {"request_key": new_key()}).status_code == (403 if hidden else 302)
    assert page(cast.other_lead, "expert-questions", round_.key)[1].count("Ask an expert") == 1
    assert ask(round_, cast, expert, by=act(cast.other_lead)).expert == expert


def test_several_questions_are_one_task_until_all_are_settled(
    cast: Cast, round_: GateRound, expert: Person
) -> None:
    first, second = ask(round_, cast, expert), ask(round_, cast, expert)
    actions.answer_expert(question_key=first.key, answer=ANSWER, by=act(expert))
    assert waits(expert) == ["answer_expert_question"]
    with pytest.raises(Conflict), transaction.atomic():
        actions.answer_expert(question_key=first.key, answer="Encore.", by=act(expert))
    with pytest.raises(NotFound), transaction.atomic():
        actions.answer_expert(question_key=second.key, answer="Oui.", by=act(cast.chair))
    for by, reason, refusal in ((expert, "Trop tard.", NotAllowed), (cast.lead, " ", Invalid)):
        with pytest.raises(refusal), transaction.atomic():
            actions.close_question(question_key=second.key, reason=reason, by=act(by))
    url = reverse("expert-questions", args=[round_.key])
    sent = {"step": f"close:{second.key}", f"reason_{second.key}": "Sans objet.", "request_key": new_key()}
    client = stage.signed_in(cast.lead)
    assert client.post(url, sent | {f"reason_{second.key}": ""}).status_code == 422
    assert client.post(url, sent | {"step": "close:x"}).status_code == 404
    assert client.post(url, sent | {"request_key": new_key()}).status_code == 302
    assert waits(expert) == []
    assert "Sans objet." in page(cast.lead, "expert-questions", round_.key)[1]


def test_a_decision_ends_what_is_not_answered(cast: Cast, round_: GateRound, expert: Person) -> None:
    asked = ask(round_, cast, expert)
    stage.all_vote(round_)
    steps.decide(round_.idea, cast.dga)
    assert waits(expert) == []
    with pytest.raises(Conflict), transaction.atomic():
        actions.answer_expert(question_key=asked.key, answer=ANSWER, by=act(expert))


def test_an_expert_who_leaves_or_comes_too_close_does_not_answer(
    cast: Cast, round_: GateRound, expert: Person, run_jobs: Run
) -> None:
    asked, other = ask(round_, cast, expert), PersonFactory(employed=True, role="expert")
    left = ask(round_, cast, other)
    round_.idea.team.create(
        person=expert, role="co_author", invited_at=clock.now(), accepted_at=clock.now() - timedelta(days=1)
    )
    with pytest.raises(NotAllowed), transaction.atomic():
        actions.answer_expert(question_key=asked.key, answer=ANSWER, by=act(expert))
    Person.objects.filter(pk=other.pk).update(is_active=False)
    gate_departures.on_departure(other, clock.today(), SUBSTITUTION)
    left.refresh_from_db()
    assert left.closed_at is not None
    run_jobs()
    assert Message.objects.filter(person=cast.lead, kind="question_closed").count() == 1
    assert Seat.objects.filter(round=round_, state="open").count() == 5
