"""The author's director signs the launch of the fast lane: no paper and no page of the decision tells whose it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ideas.drafting.models import Idea
from incubator.people.models import Person
from tests.factories import AbsenceFactory, PersonFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from tests.journey.test_routes import YES_TO_ALL, fast, plan
from workflows.briefs import gathering
from workflows.briefs.models import Brief
from workflows.gates import actions as gates
from workflows.gates.models import Decision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Run = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def launched(cast: Cast, run_jobs: Run, *, by_deputy: bool) -> tuple[Idea, Person, Person]:
    """The idea in its pilot, the director, and who signed."""
    idea, home = fast(cast, run_jobs), cast.home.parent
    plan(idea, cast)
    director = PersonFactory(
        family_name="Quillebeuf",
        department=home,
        mandate="director",
        mandate__department=home,
        mandate__reference="Arrêté n° 1999-QB",
    )
    signer = director
    if by_deputy:
        signer = PersonFactory(family_name="Bréauté", employed=True)
        AbsenceFactory(person=director, deputy=signer)
    draft = play.decide(idea, cast.lead, answers=YES_TO_ALL)
    gates.sign_second(decision_key=draft.key, by=act(signer))
    run_jobs()
    return Idea.objects.get(pk=idea.pk), director, signer


def told(decision: Decision, pages: list[str]) -> list[str]:
    """Where a name or the mandate of that signature is found: in the brief, its public record, or a page for staff."""
    brief = Brief.objects.get(decision=decision)
    client = Client()
    client.force_login(PersonFactory(employed=True))
    found = {
        "brief": next(page for page in reversed(pages) if brief.token in page),
        "record": str(brief.record) + str(brief.public),
        "letter": str(gathering.record_of(decision).as_data()),
        "decision": client.get(f"/rounds/{decision.round.key}/decision").text,
        "evidence": client.get(f"/briefs/{brief.key}/evidence").text,
        "check": client.get(f"/verify/{brief.token}").text,
        "pilot": client.get(f"/ideas/{decision.round.idea.key}/pilot").text,
        "sponsorship": client.get(f"/ideas/{decision.round.idea.key}/sponsorship").text,
    }
    assert all(found.values())
    return [where for where, text in found.items() if any(word in text for word in NAMES)]


NAMES = ("Quillebeuf", "Bréauté", "1999-QB")


@pytest.mark.parametrize("by_deputy", [False, True])
def test_the_second_signature_of_a_launch_is_a_capacity(
    run_jobs: Run, quick_briefs: list[str], by_deputy: bool
) -> None:
    cast = Cast()
    idea, _director, signer = launched(cast, run_jobs, by_deputy=by_deputy)
    launch = Decision.objects.get(round__idea=idea)
    assert launch.second_signer == signer
    Idea.objects.filter(pk=idea.pk).update(state="stopped", holder="nobody")
    assert told(launch, quick_briefs) == []
    assert "direct" in Brief.objects.get(decision=launch).record["second"]["name"].lower()


@pytest.mark.parametrize("sponsor_writes", [False, True])
def test_so_is_that_of_the_sponsor_it_made_at_the_end_of_the_pilot(
    run_jobs: Run, quick_briefs: list[str], sponsor_writes: bool
) -> None:
    cast = Cast()
    idea, director, _signer = launched(cast, run_jobs, by_deputy=False)
    play.piloted(idea, cast)
    run_jobs()
    first, second = (director, cast.lead) if sponsor_writes else (cast.lead, director)
    agreed = play.decide(idea, first, "stop", answers={"told": "yes"})
    gates.sign_second(decision_key=agreed.key, by=act(second))
    run_jobs()
    idea.refresh_from_db()
    assert idea.state == "stopped"
    decision = Decision.objects.get(key=agreed.key)
    assert decision.decider == first
    assert told(decision, quick_briefs) == []
    assert cast.lead.get_full_name() in str(Brief.objects.get(decision=decision).record)


def test_another_leads_signature_keeps_its_name(run_jobs: Run, quick_briefs: list[str]) -> None:
    cast = Cast()
    idea = fast(cast, run_jobs)
    draft = play.decide(idea, cast.lead, "stop")
    gates.sign_second(decision_key=draft.key, by=act(cast.other_lead))
    run_jobs()
    brief = Brief.objects.get(decision__key=draft.key)
    assert brief.record["second"]["name"] == cast.other_lead.get_full_name()
