"""The evaluation's page: the lead names, the evaluator delivers, everyone reads."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ideas.drafting.models import Idea, MaskedPassage
from incubator.events.models import Event
from incubator.lib import clock
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.evaluation.test_evaluation import DELIVERY, cast, deliver, evaluator, name
from tests.factories import AbsenceFactory, GateRoundFactory, PersonFactory
from tests.sponsorship.cast import Cast, make_cast
from workflows.evaluation.models import Evaluation
from workflows.pilots.models import CheckIn, Incident, Indicator, Pilot, PilotPlan
from workflows.sponsorship.models import Pledge

__all__ = ["cast", "evaluator"]
pytestmark = pytest.mark.django_db


def client(person: Person) -> Client:
    signed_in = Client()
    signed_in.force_login(person)
    return signed_in


def address(idea: Idea, page: str = "evaluation") -> str:
    return reverse(page, args=[idea.key])


def sent(**changes: Any) -> dict[str, Any]:
    return DELIVERY | {"run_owner": "", "request_key": new_key()} | changes


def test_the_lead_names_from_the_page(cast: Cast, evaluator: Person) -> None:
    url = address(cast.idea, "name-evaluator")
    lead = client(cast.lead)
    assert url in lead.get(address(cast.idea)).content.decode()
    assert url not in client(cast.author).get(address(cast.idea)).content.decode()
    linked = lead.post(url, {"evaluator": cast.author.staff_number, "request_key": new_key()})
    assert linked.status_code == 422
    typed = {"evaluator": str(evaluator), "request_key": new_key()}
    assert client(cast.author).post(url, typed).status_code == 403
    assert lead.post(url, typed).status_code == 302
    assert Evaluation.objects.get().evaluator == evaluator


def test_the_evaluator_is_named_to_others_only_once_it_is_delivered(cast: Cast, evaluator: Person) -> None:
    evaluation = name(cast, evaluator)
    for person, named in ((cast.lead, True), (evaluator, True), (cast.author, False), (cast.stranger, False)):
        html = client(person).get(address(cast.idea)).content.decode()
        assert (f"<dd>{evaluator}</dd>" in html) is named
    deliver(evaluation, evaluator)
    assert f"<dd>{evaluator}</dd>" in client(cast.stranger).get(address(cast.idea)).content.decode()


def test_the_evaluator_delivers_from_the_page(cast: Cast, evaluator: Person) -> None:
    name(cast, evaluator)
    url = address(cast.idea, "deliver-evaluation")
    signed_in = client(evaluator)
    html = signed_in.get(address(cast.idea)).content.decode()
    assert url in html
    assert "98,25" in html  # the readings stand beside the targets before a word is written
    for wrong in (
        {"findings": ""},
        {"findings": "a\x00b"},
        {"run_cost_euros_a_year": "cher"},
        {"advice": "go"},
        {"run_owner": "Personne Inconnue"},
        {"run_owner": ""},
    ):
        answer = signed_in.post(url, sent(effect_on_staff="Moins de fatigue.", **wrong))
        assert answer.status_code == 422, wrong
        assert "Moins de fatigue." in answer.content.decode()
    assert client(cast.author).post(url, sent(run_owner=str(evaluator))).status_code == 403
    assert signed_in.post(url, sent(run_owner=cast.manager.staff_number)).status_code == 302
    delivered = Evaluation.objects.get()
    assert (delivered.run_owner, delivered.advice) == (cast.manager, "scale")
    assert signed_in.post(url, sent(run_owner=cast.manager.staff_number)).status_code == 404
    page = client(cast.stranger).get(address(cast.idea)).content.decode()
    assert "Dix minutes gagnées" in page
    assert str(cast.manager) in page


def test_what_was_written_is_text_not_markup(cast: Cast, evaluator: Person) -> None:
    deliver(name(cast, evaluator), evaluator, findings="<script>alert(1)</script> **dix minutes**")
    html = client(cast.stranger).get(address(cast.idea)).content.decode()
    assert "<script>alert" not in html
    assert "<strong>dix minutes</strong>" in html


def test_the_evaluator_gives_it_back(cast: Cast, evaluator: Person) -> None:
    name(cast, evaluator)
    url = address(cast.idea, "give-back-evaluation")
    assert client(cast.stranger).post(url, {"request_key": new_key()}).status_code == 403
    assert client(evaluator).post(url, {"request_key": new_key()}).status_code == 302
    assert Evaluation.objects.get().ended_at is not None
    assert client(evaluator).post(url, {"request_key": new_key()}).status_code == 404


def test_a_deputy_of_the_absent_lead_relieves_the_evaluator(cast: Cast, evaluator: Person) -> None:
    name(cast, evaluator)
    url = address(cast.idea, "give-back-evaluation")
    absence = AbsenceFactory(person=cast.lead, deputy=cast.co_author)
    assert client(cast.co_author).post(url, {"request_key": new_key()}).status_code == 403
    deputy = PersonFactory(employed=True)
    absence.deputy = deputy
    absence.save()
    assert client(deputy).post(url, {"request_key": new_key()}).status_code == 302
    assert Evaluation.objects.get().ended_at is not None
    event = Event.objects.get(verb="evaluator_relieved")
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, cast.lead.key)


def test_the_lead_names_who_runs_it(cast: Cast, evaluator: Person) -> None:
    url = address(cast.idea, "name-run-owner")
    lead = client(cast.lead)
    typed = {"run_owner": str(cast.manager), "request_key": new_key()}
    assert lead.post(url, typed).status_code == 404
    deliver(name(cast, evaluator), evaluator, advice="stop", run_owner=None)
    assert client(evaluator).post(url, typed | {"request_key": new_key()}).status_code == 403
    assert lead.post(url, {"run_owner": "", "request_key": new_key()}).status_code == 422
    assert lead.post(url, typed | {"request_key": new_key()}).status_code == 302
    assert Evaluation.objects.get().run_owner == cast.manager


def test_there_is_no_page_before_the_evaluation_nor_for_a_forged_key(cast: Cast) -> None:
    early = make_cast()
    assert client(early.author).get(address(early.idea)).status_code == 404
    assert client(early.lead).get(reverse("evaluation", args=[uuid4()])).status_code == 404
    Idea.objects.filter(pk=cast.idea.pk).update(confidential=True)
    assert client(cast.stranger).get(address(cast.idea)).status_code == 404


def test_the_page_takes_few_queries(cast: Cast, evaluator: Person) -> None:
    name(cast, evaluator)
    viewer = client(evaluator)
    with CaptureQueriesContext(connection) as found:
        viewer.get(address(cast.idea))
    assert len(found) <= 16


def test_what_is_masked_stands_on_no_page_of_the_stages(cast: Cast, evaluator: Person) -> None:
    """Plan, check-ins, incidents, evaluation and promise, while a gate reads without names; the team reads all."""
    word = "Quillebeuf"
    plan = PilotPlan.objects.get(idea=cast.idea)
    plan.where, plan.stop_rule, plan.users_told_how = f"Chez {word}", f"Si {word} part", f"Par {word}"
    assert plan.sealed is not None
    plan.sealed["indicators"][0]["name"] = f"Minutes de {word}"
    plan.save()
    Indicator.objects.update(name=f"Minutes de {word}", unit=f"m. de {word}")
    CheckIn.objects.update(note=f"{word} est content.")
    Pilot.objects.update(end_note=f"{word} continue.")
    Pledge.objects.update(cover=f"Je couvre {word}.")
    told = {"text": f"{word} est tombé.", "closing_note": f"{word} va bien."}
    at = clock.now()
    Incident.objects.create(
        pilot=cast.idea.pilot, reported_by=cast.author, reported_at=at, closed_at=at, **told
    )
    written = {"findings": f"{word} gagne dix minutes.", "effect_on_staff": f"{word} dort mieux."}
    deliver(name(cast, evaluator), evaluator, **written)
    pages = ["plan", "pilot", "evaluation", "sponsorship"]
    for page in pages:
        assert word in client(cast.stranger).get(address(cast.idea, page)).content.decode(), page
    GateRoundFactory(idea=cast.idea, gate="G4", changes={"authors_hidden": True})
    MaskedPassage.objects.create(idea=cast.idea, text=word, marked_by=cast.author, marked_at=at)
    for page in pages:
        for reader in (cast.stranger, cast.other_director, cast.dga, evaluator):
            shown = client(reader).get(address(cast.idea, page))
            assert (shown.status_code, word in shown.content.decode()) == (200, False), (page, str(reader))
        assert word in client(cast.author).get(address(cast.idea, page)).content.decode(), page
    own = reverse("pledge", args=[Pledge.objects.get().key])
    assert word not in client(cast.other_director).get(own).content.decode()
