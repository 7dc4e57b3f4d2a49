"""The last lead goes: what waited for a lead waits for the lead's director, then for the next lead."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import NotAllowed
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Person, RoleGrant
from tests.factories import DepartmentFactory, MandateFactory, PersonFactory, RoleGrantFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from workflows.gates import actions, jobs, leading
from workflows.gates.models import GateRound

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def director(cast: Cast) -> Person:
    """Heads the direction where the one lead works."""
    people.end_grant(grant=RoleGrant.objects.get(person=cast.other_lead), by=IMPORT)
    direction = DepartmentFactory()
    cast.lead.posts.update(department=DepartmentFactory(parent=direction))
    return PersonFactory(department=direction, head=True)


@pytest.fixture
def without_panel(cast: Cast, director: Person, run_jobs: Run) -> GateRound:
    """At G1, and nobody can be seated: the lead is asked."""
    round_ = stage.at_g1(cast)
    for seat in stage.seats_of(round_)[1:]:
        seat.delete()
    RoleGrant.objects.filter(role="panel_member").update(ends_at=clock.now())
    GateRound.objects.filter(pk=round_.pk).update(state="seating")
    actions.fill_seats(round_key=str(round_.key))
    run_jobs()
    assert asked(round_) == [cast.lead]
    return round_


def asked(round_: GateRound, act: str = "seat_panel") -> list[Person]:
    items = WorkItem.objects.filter(key=f"{act}:{round_.key}", closed_at=None).select_related("person")
    return [item.person for item in items.order_by("person__staff_number")]


def leaves(person: Person) -> None:
    people.depart(person=person, on=clock.today(), by=IMPORT)


def is_taken_back(person: Person) -> None:
    people.end_grant(grant=person.role_grants.get(role="programme_lead"), by=IMPORT)


@pytest.mark.parametrize("goes", [leaves, is_taken_back])
def test_the_leads_director_is_asked_and_may_seat_someone(
    without_panel: GateRound, cast: Cast, director: Person, run_jobs: Run, goes: Callable[[Person], None]
) -> None:
    goes(cast.lead)
    run_jobs()
    assert asked(without_panel) == [director]
    someone = PersonFactory(employed=True)
    seat = actions.seat(round_key=str(without_panel.key), person=someone, by=act(director))
    assert seat.person == someone
    assert stage.signed_in(director).get(reverse("seats", args=[without_panel.key])).status_code == 200
    for stranger in (cast.lead, cast.dga, PersonFactory(employed=True)):
        with pytest.raises(NotAllowed):
            actions.seat(
                round_key=str(without_panel.key), person=PersonFactory(employed=True), by=act(stranger)
            )


def test_the_director_seats_someone_where_authors_are_hidden_too(
    without_panel: GateRound, cast: Cast, director: Person, run_jobs: Run
) -> None:
    without_panel.rules["authors_hidden"] = True
    without_panel.save()
    leaves(cast.lead)
    run_jobs()
    url = reverse("seats", args=[without_panel.key])
    page = stage.signed_in(director).get(url)
    assert page.status_code == 200
    assert cast.author.family_name not in page.text
    someone = PersonFactory(employed=True)
    assert actions.seat(round_key=str(without_panel.key), person=someone, by=act(director)).person == someone


def test_a_role_that_lapses_with_its_date_does_the_same(
    without_panel: GateRound, cast: Cast, director: Person
) -> None:
    RoleGrant.objects.filter(person=cast.lead, role="programme_lead").update(
        ends_at=clock.now() + timedelta(hours=1)
    )
    with clock.moved(clock.now() + timedelta(days=1)):
        jobs.a_new_day(timestamp=0)
    assert asked(without_panel) == [director]


def test_a_new_lead_inherits_what_waits_and_the_director_is_relieved(
    without_panel: GateRound, cast: Cast, director: Person, run_jobs: Run
) -> None:
    leaves(cast.lead)
    run_jobs()
    new = PersonFactory(employed=True)
    people.grant_role(person=new, role="programme_lead", by=IMPORT)
    run_jobs()
    assert asked(without_panel) == [new]
    with pytest.raises(NotAllowed):
        actions.seat(round_key=str(without_panel.key), person=PersonFactory(employed=True), by=act(director))


def test_a_lead_who_begins_on_a_later_day_inherits_then(without_panel: GateRound, cast: Cast) -> None:
    new = PersonFactory(employed=True)
    begins = clock.now() + timedelta(days=2)
    people.grant_role(person=new, role="programme_lead", starts_at=begins, by=IMPORT)
    with clock.moved(begins + timedelta(hours=8)):
        jobs.a_new_day(timestamp=0)
    assert asked(without_panel) == [cast.lead, new]


def test_a_lead_beside_others_is_asked_as_they_are(
    without_panel: GateRound, cast: Cast, run_jobs: Run
) -> None:
    new = PersonFactory(employed=True)
    people.grant_role(person=new, role="programme_lead", programme_key="ailleurs", by=IMPORT)
    run_jobs()
    assert asked(without_panel) == [cast.lead]
    people.grant_role(person=new, role="programme_lead", by=IMPORT)
    run_jobs()
    assert asked(without_panel) == [cast.lead, new]
    leaves(new)
    run_jobs()
    assert asked(without_panel) == [cast.lead]


def test_a_director_too_close_leaves_it_to_a_deputy_director_general(
    without_panel: GateRound, cast: Cast, director: Person, run_jobs: Run
) -> None:
    people.note_private_link(other=cast.author, by=act(director))
    leaves(cast.lead)
    run_jobs()
    assert asked(without_panel) == [cast.dga]


def test_a_director_who_administers_never_leads(
    without_panel: GateRound, cast: Cast, director: Person, run_jobs: Run
) -> None:
    RoleGrantFactory(person=director, role="administrator")
    leaves(cast.lead)
    run_jobs()
    assert asked(without_panel) == [cast.dga]


def test_todays_head_of_the_direction_is_asked(
    without_panel: GateRound, cast: Cast, director: Person, run_jobs: Run
) -> None:
    direction = director.posts.get().department
    leaves(cast.lead)
    with clock.moved(clock.now() + timedelta(days=3)):
        leaves(director)
        successor = PersonFactory(department=direction, head=True)
        assert leading.who_leads(without_panel.idea) == [successor]


def test_what_the_panel_lacks_is_asked_of_the_director_too(
    cast: Cast, director: Person, run_jobs: Run
) -> None:
    round_ = stage.at_g1(cast)
    with clock.moved((round_.review_due_at or round_.due_at) + timedelta(minutes=1)):
        actions.close_opinion(round_key=round_.key, by=IMPORT)
        assert asked(round_, "complete_opinion") == [cast.lead]
        leaves(cast.lead)
        run_jobs()
        assert asked(round_, "complete_opinion") == [director]


def test_admissibility_waits_for_the_director_when_the_only_lead_leaves(
    cast: Cast, director: Person, run_jobs: Run
) -> None:
    round_ = stage.at_g0(cast)
    leaves(cast.lead)
    run_jobs()
    assert [seat.person for seat in stage.seats_of(round_)] == [director]
    assert WorkItem.objects.filter(person=director, verb="admissibility", closed_at=None).exists()


@pytest.mark.parametrize("goes", [leaves, is_taken_back])
def test_admissibility_goes_to_the_next_lead_and_the_director_is_relieved(
    cast: Cast, director: Person, run_jobs: Run, goes: Callable[[Person], None]
) -> None:
    round_ = stage.at_g0(cast)
    goes(cast.lead)
    run_jobs()
    new = PersonFactory(employed=True, mandate="programme_lead")
    people.grant_role(person=new, role="programme_lead", by=IMPORT)
    run_jobs()
    assert [seat.person for seat in stage.seats_of(round_)] == [new]
    waits = WorkItem.objects.filter(verb="admissibility", closed_at=None)
    assert [item.person for item in waits] == [new]
    steps.pass_g0(round_.idea, cast)


def test_a_vote_given_at_admissibility_stands_when_a_lead_is_named(
    cast: Cast, director: Person, run_jobs: Run
) -> None:
    round_ = stage.at_g0(cast)
    leaves(cast.lead)
    run_jobs()
    MandateFactory(holder=director, capacity="programme_lead")
    (seat,) = stage.seats_of(round_)
    stage.cast_vote(seat)
    people.grant_role(person=PersonFactory(employed=True), role="programme_lead", by=IMPORT)
    run_jobs()
    assert stage.seats_of(round_) == [seat]


def test_without_a_delegation_the_director_reads_what_is_missing_and_may_step_aside(
    cast: Cast, director: Person, run_jobs: Run
) -> None:
    round_ = stage.at_g0(cast)
    leaves(cast.lead)
    run_jobs()
    (seat,) = stage.seats_of(round_)
    client, url = stage.signed_in(director), reverse("decide", args=[round_.key])
    aside = reverse("step-aside", args=[seat.key])
    for late in (timedelta(0), timedelta(days=90)):
        with clock.moved(clock.now() + late):
            page = client.get(url).text
        assert "délégation de signature comme responsable du programme" in page
        assert aside in page
        assert "Le jury examine" not in page
    MandateFactory(holder=director, capacity="programme_lead")
    page = client.get(url).text
    assert "vous n’en avez pas" not in page
    assert 'name="outcome"' in page
    steps.pass_g0(round_.idea, cast)


def test_an_evaluator_is_named_by_the_director(cast: Cast, director: Person, run_jobs: Run) -> None:
    from workflows.evaluation import actions as evaluation
    from workflows.evaluation import queries

    idea = Idea.objects.get(pk=stage.at_g0(cast).idea_id)
    evaluation.open_naming(idea)
    leaves(cast.lead)
    run_jobs()
    items = WorkItem.objects.filter(verb="name_evaluator", closed_at=None)
    assert [item.person for item in items] == [director]
    assert queries.leads(idea, act(director))
    assert not queries.leads(idea, act(cast.dga))


def test_who_leads_now_costs_one_query_while_there_is_a_lead(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    idea = Idea.objects.select_related("programme__entity").get(pk=steps.submit(cast).pk)
    with django_assert_num_queries(1):
        assert leading.who_leads(idea) == [cast.lead, cast.other_lead]
