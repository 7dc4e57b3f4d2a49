"""Who reads what (law 8), on every surface this room has: pages, lists, counts."""

from collections.abc import Callable

import pytest

from ideas.access import access
from ideas.drafting.models import Idea
from incubator.people import grants
from tests.factories import CallFactory, IdeaFactory, PersonFactory, TeamMemberFactory
from tests.journey import cast as play
from tests.journey.cast import Cast
from workflows.gates.configuration import pinned
from workflows.gates.models import Seat

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


def reads(person, idea: Idea) -> bool:
    listed = access().readable(person).filter(pk=idea.pk).exists()
    assert listed == access().may_read(person, idea), "the list and the page must agree"
    return listed


@pytest.mark.parametrize("state", ["live", "draft", "withdrawn"])
@pytest.mark.parametrize("confidential", [False, True])
def test_who_reads_an_idea(state: str, confidential: bool) -> None:
    idea = IdeaFactory(live=True, confidential=confidential)
    if state == "draft":
        idea = IdeaFactory(confidential=confidential)
    Idea.objects.filter(pk=idea.pk).update(state=state)
    idea.refresh_from_db()
    colleague, member = PersonFactory(), TeamMemberFactory(idea=idea).person
    lead = PersonFactory(role="programme_lead")
    assert reads(colleague, idea) == (state == "live" and not confidential)
    assert reads(member, idea)
    asked = TeamMemberFactory(idea=idea, invited=True).person
    assert reads(asked, idea) == reads(colleague, idea), "an invitation opens nothing before it is accepted"
    assert reads(lead, idea) == (state != "draft")


def test_a_guest_and_someone_who_left_the_team_read_no_confidential_idea() -> None:
    idea = IdeaFactory(live=True, confidential=True)
    guest = PersonFactory(guest=True)
    assert not reads(guest, idea)
    former = TeamMemberFactory(idea=idea)
    former.left_at = former.accepted_at
    former.save()
    assert not reads(former.person, idea)
    grants.allow(former.person, "ideas.view_idea", idea)
    assert reads(type(former.person).objects.get(pk=former.person_id), idea)


def test_a_lead_of_another_programme_reads_no_confidential_idea() -> None:
    idea = IdeaFactory(live=True, confidential=True)
    assert not reads(PersonFactory(role="programme_lead", role__programme_key="another"), idea)
    assert not reads(PersonFactory(is_superuser=True), idea)


def test_names_are_hidden_from_submission_until_the_round_is_decided(run_jobs: Run) -> None:
    cast = Cast()
    cast.call = CallFactory(authors_hidden=True)
    idea = play.submit(cast)
    colleague = PersonFactory()
    assert not access().sees_authors(colleague, idea)
    assert access().sees_authors(cast.author, idea)
    assert access().sees_authors(cast.lead, idea)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    seated = Seat.objects.filter(round=play.round_of(idea)).select_related("person")[0].person
    assert not access().sees_authors(colleague, idea)
    assert not access().sees_authors(seated, idea)
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    assert access().sees_authors(colleague, idea)


@pytest.mark.parametrize(("said", "seen"), [(None, False), (False, True)])
def test_names_a_programme_hides_at_selection_are_hidden_before_it_unless_the_call_shows_them(
    said: bool | None, seen: bool
) -> None:
    idea = IdeaFactory(live=True, stage="submission", call=CallFactory(authors_hidden=said))
    colleague = PersonFactory()
    assert access().sees_authors(colleague, idea)
    configured = pinned(idea, "G1")[0]
    configured.rules["authors_hidden"] = True
    configured.save()
    assert access().sees_authors(colleague, idea) is seen


@pytest.mark.parametrize("outcome", ["rework", "hold", "stop"])
def test_names_stay_hidden_while_the_idea_may_come_back_to_the_gate(run_jobs: Run, outcome: str) -> None:
    cast = Cast()
    cast.call = CallFactory(authors_hidden=True)
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    play.vote_all(idea, "not_now", 1)
    more = {"hold_until": play.in_days(20)} if outcome == "hold" else {}
    play.decide(idea, cast.dga, outcome, **more)
    assert not access().sees_authors(PersonFactory(), idea)
    assert access().sees_authors(cast.author, idea)


def test_an_authors_own_wish_masks_until_the_selection(run_jobs: Run) -> None:
    cast = Cast()
    idea = play.submit(cast, masked_until_selected=True)
    assert not access().sees_authors(PersonFactory(), idea)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    assert access().sees_authors(PersonFactory(), idea)
