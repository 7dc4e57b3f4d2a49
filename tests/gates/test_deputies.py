"""A dated absence lends a seat: its deputy reads, votes and is named; nobody votes twice; both keep their distance."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.lib.refusals import Conflict, NotAllowed, NotFound
from incubator.people.models import Person
from tests.factories import (
    AbsenceFactory,
    DepartmentFactory,
    GateRoundFactory,
    IdeaFactory,
    PersonFactory,
    RoleGrantFactory,
    SeatFactory,
    TeamMemberFactory,
)
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import act
from workflows.gates import actions, records
from workflows.gates.models import Decision, Seat, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat() -> Seat:
    author = PersonFactory(department=DepartmentFactory(service=True))
    idea = IdeaFactory(author=author, live=True, stage="review", confidential=True)
    found = GateRoundFactory(idea=idea, changes={"seats": 2, "quorum": 1})
    SeatFactory(round=found, is_chair=True, person=PersonFactory(employed=True))
    return SeatFactory(round=found, person=PersonFactory(employed=True))


@pytest.fixture
def deputy(seat: Seat) -> Person:
    found = PersonFactory(employed=True)
    AbsenceFactory(person=seat.person, deputy=found)
    return found


def vote(seat: Seat, person: Person) -> Vote:
    answers = steps.full_vote(seat.round.rules)
    version = Idea.objects.get(pk=seat.round.idea_id).content.version
    with transaction.atomic():
        return actions.vote(seat_key=seat.key, by=act(person), content_version=version, **answers)


def test_a_deputy_votes_and_both_are_named(seat: Seat, deputy: Person) -> None:
    cast = vote(seat, deputy)
    assert (cast.seat.person, cast.cast_by) == (seat.person, deputy)
    event = Event.objects.get(verb="vote_cast")
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, seat.person.key)
    rows = records.record_of(seat.round, seat.round.idea)["seats"]
    named = next(row for row in rows if row["seat"] == str(seat.key))
    assert (named["person"], named["vote"]["cast_by"]) == (str(seat.person.key), str(deputy.key))


def test_a_deputy_finds_the_seat_even_of_a_confidential_idea(seat: Seat, deputy: Person) -> None:
    client = Client(headers={"accept-language": "en"})
    for person, found in ((deputy, True), (PersonFactory(employed=True), False)):
        client.force_login(person)
        page = client.get(reverse("review", args=[seat.key]))
        assert (page.status_code == 200) is found
        assert (seat.round.idea.title in client.get(reverse("reviews")).text) is found
    client.force_login(deputy)
    assert "You stand in for" in client.get(reverse("review", args=[seat.key])).text


def test_a_deputy_reads_the_others_only_where_the_deputy_voted(seat: Seat, deputy: Person) -> None:
    """Else whoever stands in for two would read all votes in one seat, then vote in the other."""
    third = SeatFactory(round=seat.round, person=PersonFactory(employed=True))
    AbsenceFactory(person=third.person, deputy=deputy)
    vote(seat, seat.person)
    with pytest.raises(NotAllowed) as refused:
        actions.open_others(seat_key=seat.key, by=act(deputy))
    assert refused.value.code == "others.not_your_vote"
    actions.open_others(seat_key=seat.key, by=act(seat.person))
    client = Client(headers={"accept-language": "en"})
    client.force_login(deputy)
    assert client.get(reverse("others", args=[seat.key])).status_code == 403
    page = client.get(reverse("review", args=[seat.key])).text
    assert "Give one of your own" in page
    assert reverse("others", args=[seat.key]) not in page
    assert vote(third, deputy).cast_by == deputy
    actions.open_others(seat_key=third.key, by=act(deputy))
    assert client.get(reverse("others", args=[third.key])).status_code == 200


def test_nobody_votes_twice(seat: Seat) -> None:
    other = stage.seats_of(seat.round)[0].person
    AbsenceFactory(person=seat.person, deputy=other)
    with pytest.raises(NotAllowed) as refused:
        vote(seat, other)
    assert refused.value.code == "seat.two_votes"


def test_the_deputy_of_two_votes_for_one(seat: Seat, deputy: Person) -> None:
    other = stage.seats_of(seat.round)[0]
    AbsenceFactory(person=other.person, deputy=deputy)
    vote(seat, deputy)
    with pytest.raises(NotAllowed) as refused:
        vote(other, deputy)
    assert refused.value.code == "seat.two_votes"
    assert Vote.objects.get(in_force=True, cast_by=deputy).seat == seat
    vote(seat, deputy)  # changed, it is still one


def test_whoever_sits_too_reads_nothing_through_a_lent_seat(seat: Seat) -> None:
    """Neither a colleague's named vote, nor everybody's before one's own."""
    other = stage.seats_of(seat.round)[0]
    vote(seat, seat.person)
    actions.open_others(seat_key=seat.key, by=act(seat.person))
    AbsenceFactory(person=seat.person, deputy=other.person)
    client = Client()
    client.force_login(other.person)
    assert client.get(reverse("review", args=[other.key])).status_code == 200
    for page in ("review", "others"):
        assert client.get(reverse(page, args=[seat.key])).status_code == 403
    listed = client.get(reverse("reviews")).text
    assert str(other.key) in listed
    assert str(seat.key) not in listed


def test_whoever_voted_for_someone_absent_gets_no_seat_of_their_own(seat: Seat, deputy: Person) -> None:
    vote(seat, deputy)
    lead = PersonFactory(role="programme_lead")
    other = stage.seats_of(seat.round)[0]
    actions.step_aside(seat_key=other.key, by=act(other.person))
    with pytest.raises(Conflict) as refused:
        actions.seat(round_key=str(seat.round.key), person=deputy, by=act(lead), chair=True)
    assert refused.value.code == "seat.twice"


def test_nor_is_such_a_person_called_as_a_substitute(seat: Seat, deputy: Person) -> None:
    RoleGrantFactory(person=deputy, role="panel_chair")
    vote(seat, deputy)
    other = stage.seats_of(seat.round)[0]
    actions.step_aside(seat_key=other.key, by=act(other.person))
    assert not Seat.objects.filter(round=seat.round, person=deputy).exists()


@pytest.mark.parametrize("close", ["deputy", "holder"])
def test_both_are_kept_at_a_distance(seat: Seat, deputy: Person, close: str) -> None:
    TeamMemberFactory(idea=seat.round.idea, person=deputy if close == "deputy" else seat.person)
    with pytest.raises(NotAllowed):
        vote(seat, deputy)


def test_a_deputy_s_vote_is_set_aside_when_the_deputy_comes_too_close(seat: Seat, deputy: Person) -> None:
    vote(seat, deputy)
    TeamMemberFactory(idea=seat.round.idea, person=deputy)
    assert actions.void_conflicted(round_key=seat.round.key) == 1
    assert not Vote.objects.filter(in_force=True).exists()


def test_whoever_is_back_acts_alone(seat: Seat, deputy: Person) -> None:
    seat.person.absences.all().delete()
    with pytest.raises(NotFound):
        vote(seat, deputy)
    vote(seat, seat.person)


def test_a_seat_that_is_left_is_lent_to_nobody(seat: Seat, deputy: Person) -> None:
    actions.step_aside(seat_key=seat.key, by=act(deputy))
    with pytest.raises(Conflict):
        vote(seat, deputy)
    assert not Decision.objects.exists()
