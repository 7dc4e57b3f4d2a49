"""The bounds of the idea page and of “My work” where most is shown at once: session and person included."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting import actions as drafting
from ideas.drafting.masking import actions as masking
from ideas.drafting.models import Idea
from ideas.drafting.uploads import Clean
from tests.factories import CallFactory, PersonFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast, act, another_team
from workflows.gates.models import Condition
from workflows.journey import actions

pytestmark = pytest.mark.django_db
AtMost = Callable[[int], AbstractContextManager[None]]
Run = Callable[..., list[str]]
NAMED = "Quillebeuf"
TEXT = {
    "title": f"La borne de {NAMED}",
    "pitch": f"{NAMED} remplace quatre voitures.",
    "problem": f"{NAMED} attend.",
}
WHY = "Un essai de nuit suffit."
NOTE = "Le garage du pôle prête un abri."


@pytest.fixture
def cast() -> Cast:
    found = Cast()
    found.call = CallFactory(authors_hidden=True)
    return found


@pytest.fixture
def idea(cast: Cast, run_jobs: Run) -> Idea:
    """With files, a condition of G0, a passage masked, and an idea merged into it; at the panel that reads no names."""
    found = play.draft(cast, **TEXT)
    for number in (1, 2):
        file = Clean(f"plan-{number}.txt", "text/plain", f"plan {number}".encode())
        drafting.attach(idea=found, by=act(cast.author), upload=file)
    actions.submit(idea=found.key, by=act(cast.author))
    run_jobs()
    masking.mask(idea=Idea.objects.get(pk=found.pk), by=act(cast.lead), passages=[NAMED])
    condition = ("Tester de nuit", cast.author, play.in_days(90))
    play.pass_g0(
        Idea.objects.get(pk=found.pk),
        cast,
        "go_with_conditions",
        conditions=[condition],
        departure_reason=WHY,
    )
    other = play.submit(another_team(cast), title=f"Une autre borne de {NAMED}")
    run_jobs()
    masking.mask(idea=other, by=act(cast.lead), passages=[NAMED])
    play.pass_g0(other, cast, "merge", target=Idea.objects.get(pk=found.pk))
    run_jobs()
    return Idea.objects.get(pk=found.pk)


def page(reader: Any, idea: Idea, at_most: AtMost, bound: int) -> str:
    address = reverse("idea", args=[idea.key])
    stage.signed_in(reader).get(address)  # content types are read once in a process
    client = stage.signed_in(reader)
    with at_most(bound):
        answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


READERS = ("colleague", "author", "lead", "panel")


def reader_of(cast: Cast, idea: Idea, name: str) -> Any:
    seats = [] if name != "panel" else stage.seats_of(play.round_of(idea))
    known = {"colleague": PersonFactory(employed=True), "author": cast.author, "lead": cast.lead}
    return known.get(name) or seats[0].person


@pytest.mark.parametrize("name", READERS)
def test_the_page_of_an_idea_takes_at_most_12(cast: Cast, idea: Idea, at_most: AtMost, name: str) -> None:
    found = page(reader_of(cast, idea, name), idea, at_most, 12)
    shown = NAMED in found
    assert shown == (name in ("author", "lead"))
    assert "Tester de nuit" in found
    assert "une autre borne" in stage.texts(found).lower()
    assert found.count("text/plain") or "plan-1" in found or "1.txt" in found


@pytest.mark.parametrize("name", ["colleague", "author", "lead"])
def test_the_page_of_a_stopped_one_takes_at_most_12(
    cast: Cast, idea: Idea, run_jobs: Run, at_most: AtMost, name: str
) -> None:
    Condition.objects.update(met_at=idea.submitted_at)
    play.vote_all(idea, "not_now", 1)
    play.decide(idea, cast.dga, "stop", criterion_reasons={"value": "Un essai manque."})
    run_jobs()
    actions.add_learning(idea=idea.key, by=act(cast.author), text=f"{NOTE} {NAMED} le dit.")
    found = page(reader_of(cast, idea, name), Idea.objects.get(pk=idea.pk), at_most, 12)
    assert NOTE in found
    assert (NAMED in found) == (name in ("author", "lead"))


def test_my_work_takes_at_most_6_where_titles_are_masked(
    cast: Cast, idea: Idea, run_jobs: Run, at_most: AtMost
) -> None:
    """A seat waits on a masked title, and the same idea was decided lately."""
    reader = stage.seats_of(play.round_of(idea))[0].person
    client = Client()
    client.force_login(reader)
    client.get("/")
    with at_most(6):
        found = client.get("/").content.decode()
    text = stage.texts(found)
    assert NAMED not in text
    assert text.count("La borne de") >= 2, "what waits, and what was decided lately"
