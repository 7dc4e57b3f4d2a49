"""Who sits: guests, deputies of the absent, whoever cannot come; and who keeps out because of a link."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from ideas.access import access
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.messages.models import Message
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, EntityFactory, PersonFactory, TeamMemberFactory
from tests.gates.stage import signed_in
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates.models import GateRound
from workflows.sessions import actions
from workflows.sessions.models import RoomVote, SelectionSession, SessionMember, SteppingOut

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def jury() -> Jury:
    return Jury()


GUESTS: dict[str, Any] = {
    "expert": lambda: PersonFactory(employed=True, role="expert"),
    "staff representative": lambda: PersonFactory(employed=True, role="staff_representative"),
    "champion": lambda: PersonFactory(employed=True, role="champion"),
    "elected member": lambda: PersonFactory(guest=True, mandate="elected"),
    "another entity": lambda: PersonFactory(
        employed=True, role="panel_member", role__entity=EntityFactory(key="metropole")
    ),
}
NOT_CALLED: dict[str, Any] = {
    "nobody in particular": lambda: PersonFactory(employed=True),
    "a lead": lambda: PersonFactory(employed=True, role="programme_lead"),
    "an administrator": lambda: PersonFactory(employed=True, role=["expert", "administrator"]),
    "expert of another entity": lambda: PersonFactory(
        employed=True, role="expert", role__entity=EntityFactory(key="metropole")
    ),
    "a guest whose time is over": lambda: PersonFactory(
        guest=True, mandate="elected", expires_on=date(2020, 1, 1)
    ),
}


@pytest.mark.parametrize("guest", GUESTS)
def test_guests_sit_and_vote(jury: Jury, guest: str) -> None:
    idea = stage.at_selection(jury, confidential=True)
    session, person = stage.prepared(jury), GUESTS[guest]()
    actions.call_member(session_key=session.key, person=person, by=act(jury.lead))
    jury.members.append(person)
    actions.convene(session_key=session.key, by=act(jury.lead))
    assert access().may_read(person, idea)
    actions.open_session(session_key=session.key, by=act(jury.lead))
    member = SessionMember.objects.get(person=person)
    actions.set_present(session_key=session.key, member_key=member.key, present=True, by=act(jury.lead))
    actions.vote_in_room(session_key=session.key, idea_key=idea.key, level=3, by=act(person))
    assert RoomVote.objects.get().cast_by == person


@pytest.mark.parametrize("stranger", NOT_CALLED)
def test_others_are_not_called(jury: Jury, stranger: str) -> None:
    stage.at_selection(jury)
    session, person = stage.prepared(jury), NOT_CALLED[stranger]()
    with pytest.raises(Invalid, match="none of them"):
        actions.call_member(session_key=session.key, person=person, by=act(jury.lead))
    assert not SessionMember.objects.filter(person=person).exists()


def test_a_deputy_finds_the_session_and_votes_on_its_page(jury: Jury, run_jobs: Any) -> None:
    idea = stage.at_selection(jury, confidential=True)
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=jury.members[2], deputy=deputy)
    session = stage.prepared(jury)
    actions.convene(session_key=session.key, by=act(jury.lead))
    where = reverse("session", args=[session.key])
    assert where in signed_in(deputy).get(reverse("my-work")).content.decode()
    assert access().may_read(deputy, idea)
    assert access().may_read(PersonFactory(employed=True), idea) is False
    actions.open_session(session_key=session.key, by=act(jury.lead))
    assert 'value="deputy"' in signed_in(jury.lead).get(where).content.decode()
    assert 'name="level"' not in signed_in(deputy).get(where).content.decode()
    member = SessionMember.objects.get(person=jury.members[2])
    sent = {"request_key": new_key(), "member": member.key, "present": "deputy"}
    signed_in(jury.lead).post(reverse("session-act", args=[session.key, "present"]), sent)
    assert 'name="level"' in signed_in(deputy).get(where).content.decode()
    assert 'name="level"' not in signed_in(jury.members[2]).get(where).content.decode()
    sent = {"request_key": new_key(), "idea": idea.key, "level": "3"}
    signed_in(deputy).post(reverse("session-act", args=[session.key, "vote"]), sent)
    assert RoomVote.objects.get().cast_by == deputy


# Who cannot come, and a new chair


def test_a_member_who_cannot_come_says_so_without_a_reason(jury: Jury, run_jobs: Any) -> None:
    idea = stage.at_selection(jury)
    TeamMemberFactory(idea=idea, person=jury.members[1])
    session = stage.prepared(jury)
    actions.convene(session_key=session.key, by=act(jury.lead))
    member = SessionMember.objects.get(person=jury.members[1])
    key = {"session_key": session.key, "member_key": member.key}
    with pytest.raises(NotAllowed):
        actions.excuse_member(**key, by=act(jury.members[2]))
    actions.excuse_member(**key, by=act(jury.members[1]))
    assert not WorkItem.objects.filter(person=jury.members[1], closed_at=None).exists()
    assert not SessionMember.objects.filter(pk=member.pk).exists()
    actions.open_session(session_key=session.key, by=act(jury.lead))
    other = SessionMember.objects.get(person=jury.members[2])
    actions.set_present(session_key=session.key, member_key=other.key, present=True, by=act(jury.lead))
    with pytest.raises(Conflict, match="sat already"):
        actions.excuse_member(session_key=session.key, member_key=other.key, by=act(jury.members[2]))
    # Somebody else comes in their place, under way.
    actions.call_member(session_key=session.key, person=jury.members[1], by=act(jury.lead))
    assert SteppingOut.objects.filter(member__person=jury.members[1]).exists()


def leaves(person: Person, run_jobs: Any) -> None:
    people.depart(person=person, on=clock.today(), by=IMPORT)
    run_jobs()


def test_a_member_who_leaves_the_city_is_off_the_list_and_the_lead_is_told(jury: Jury, run_jobs: Any) -> None:
    stage.at_selection(jury)
    session = stage.prepared(jury)
    actions.convene(session_key=session.key, by=act(jury.lead))
    leaves(jury.members[0], run_jobs)
    assert not SessionMember.objects.filter(person=jury.members[0]).exists()
    assert Message.objects.get(kind="member_excused").person == jury.lead
    event = Event.objects.get(verb="member_excused")
    assert [one["from"] for one in event.effects] == ["chair"]


def test_a_leaver_counts_for_no_quorum_and_does_not_come_in_again(jury: Jury, run_jobs: Any) -> None:
    stage.at_selection(jury)
    session = stage.prepared(jury, quorum=3)
    people.depart(person=jury.members[2], on=clock.today(), by=IMPORT)
    with pytest.raises(Conflict, match="quorum is 3"):
        actions.convene(session_key=session.key, by=act(jury.lead))
    SelectionSession.objects.update(rules=session.rules | {"quorum": 2})
    actions.convene(session_key=session.key, by=act(jury.lead))
    actions.open_session(session_key=session.key, by=act(jury.lead))
    sat = SessionMember.objects.get(person=jury.members[1])
    seat = {"session_key": session.key, "member_key": sat.key, "by": act(jury.lead)}
    actions.set_present(**seat, present=True)
    leaves(jury.members[1], run_jobs)
    actions.set_present(**seat, present=False)
    with pytest.raises(Conflict, match="no longer here"):
        actions.set_present(**seat, present=True)
    assert [one.person for one in SessionMember.objects.order_by("pk")] == jury.members[:2]


def test_a_member_is_made_the_chair(jury: Jury) -> None:
    stage.at_selection(jury)
    session = stage.prepared(jury)
    actions.call_member(session_key=session.key, person=jury.members[2], by=act(jury.lead), chair=True)
    chair = SessionMember.objects.get(session=session, is_chair=True)
    assert chair.person == jury.members[2]
    with pytest.raises(Invalid):
        actions.call_member(session_key=session.key, person=jury.members[2], by=act(jury.lead), chair=True)


# Links


def test_a_session_is_not_convened_where_links_leave_no_quorum(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    for person in jury.members[:2]:
        TeamMemberFactory(idea=idea, person=person)
    session = stage.prepared(jury)
    with pytest.raises(Conflict, match=f"Idea {idea.reference}: so many members step out"):
        actions.convene(session_key=session.key, by=act(jury.lead))
    session.refresh_from_db()
    assert session.state == "preparing"


# Gates


@pytest.mark.parametrize("source", ["elected_member", "other_entity", "expert", "staff_representative"])
def test_a_gate_seats_its_guests_from_the_pool(jury: Jury, source: str) -> None:
    from workflows.gates import actions as gates

    names = {"elected_member": "elected member", "other_entity": "another entity"}
    guest = GUESTS[names.get(source, source.replace("_", " "))]()
    idea = stage.at_selection(jury)
    round_ = GateRound.objects.get(idea=idea, gate="G1")
    round_.seats.all().update(state="aside")
    GateRound.objects.filter(pk=round_.pk).update(
        state="seating", rules=round_.rules | {"pool": [source], "seats": 2, "diversity": None}
    )
    gates.fill_seats(round_key=str(round_.key))
    seated = set(round_.seats.filter(state="open").values_list("person", flat=True))
    assert seated == {guest.pk, jury.members[0].pk}
    assert access().may_read(guest, idea)


def test_a_guest_s_seat_goes_with_the_mandate(jury: Jury, run_jobs: Any) -> None:
    from workflows.gates.lapses import seats_without_role

    elected, idea = GUESTS["elected member"](), stage.at_selection(jury)
    round_ = GateRound.objects.get(idea=idea, gate="G1")
    GateRound.objects.filter(pk=round_.pk).update(rules=round_.rules | {"pool": ["elected_member"]})
    seat = round_.seats.create(person=elected, seated_at=round_.entered_at)
    assert seats_without_role(elected.pk) == []
    elected.mandates.update(ends_on="2026-01-01")
    assert seats_without_role(elected.pk) == [seat]
