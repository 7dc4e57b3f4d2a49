"""Who sits: guests, deputies of the absent, whoever cannot come; and who keeps out because of a link."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from ideas.access import access
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.models import Person, PrivateLink
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, EntityFactory, PersonFactory, TeamMemberFactory
from tests.gates.stage import signed_in
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates.models import GateRound
from workflows.gates.replay import replay as all_closed
from workflows.journey.reexaminers import reexaminers
from workflows.sessions import actions, queries
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


# Deputies


@pytest.fixture
def session(jury: Jury) -> SelectionSession:
    """Two ideas heard; the third member is absent, with a deputy who has come."""
    for level in (4, 3):
        stage.at_selection(jury, level)
    return stage.live(jury)


def lent(jury: Jury, session: SelectionSession, deputy: Person | None = None) -> Person:
    found = deputy or PersonFactory(employed=True)
    member = SessionMember.objects.get(person=jury.members[2])
    AbsenceFactory(person=member.person, deputy=found)
    key = {"session_key": session.key, "member_key": member.key, "by": act(jury.lead)}
    actions.set_present(**key, present=False)
    actions.set_present(**key, present=True, deputy=True)
    return found


def vote(session: SelectionSession, person: Person, level: int = 4, place: int = 0) -> RoomVote:
    idea = stage.heard(session)[place].idea
    return actions.vote_in_room(session_key=session.key, idea_key=idea.key, level=level, by=act(person))


def test_an_absence_lends_the_seat_and_the_record_names_both(jury: Jury, session: SelectionSession) -> None:
    deputy = lent(jury, session)
    absent = jury.members[2]
    cast = vote(session, deputy)
    assert (cast.member.person, cast.cast_by) == (absent, deputy)
    event = Event.objects.filter(verb="room_vote_cast").latest("pk")
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, absent.key)
    with pytest.raises(Conflict, match="Your deputy sits for you"):
        vote(session, absent)
    for person in jury.members[:2]:
        vote(session, person, 2)
    for person in (*jury.members[:2], deputy):
        vote(session, person, 3, place=1)
    actions.settle(session_key=session.key, by=act(jury.lead))
    session.refresh_from_db()
    assert session.record is not None
    row = next(one for one in session.record["members"] if one["person"] == str(absent.key))
    assert row["deputy"] == str(deputy.key)
    votes = session.record["ideas"][0]["votes"]
    assert [one["cast_by"] for one in votes if one["member"] == row["member"]] == [str(deputy.key)]
    assert sum("cast_by" in one for one in votes) == 1
    assert not [one for one in all_closed() if one.differences]
    assert [len(queries.held_about(person)) for person in (deputy, absent)] == [2, 0]


def test_a_deputy_carries_the_conflicts_of_both(jury: Jury, session: SelectionSession) -> None:
    first, second = (line.idea for line in stage.heard(session))
    deputy, absent = PersonFactory(employed=True), jury.members[2]
    PrivateLink.objects.create(owner=deputy, other=first.team.get(role="author").person)
    lent(jury, session, deputy)
    TeamMemberFactory(idea=second, person=absent)
    for place in (0, 1):
        with pytest.raises(NotAllowed, match="You step out"):
            vote(session, deputy, place=place)
    assert [one.line.idea for one in SteppingOut.objects.all()] == [first]


def test_a_link_of_the_deputy_that_appears_later_voids_the_vote(
    jury: Jury, session: SelectionSession
) -> None:
    deputy = lent(jury, session)
    for person in (*jury.members[:2], deputy):
        for place in (0, 1):
            vote(session, person, 3, place)
    # The member is back in the seat; what the deputy gave stands, and so does the deputy's distance.
    member = SessionMember.objects.get(person=jury.members[2])
    for present in (False, True):
        actions.set_present(
            session_key=session.key, member_key=member.key, present=present, by=act(jury.lead)
        )
    TeamMemberFactory(idea=stage.heard(session)[0].idea, person=deputy)
    actions.settle(session_key=session.key, by=act(jury.lead))
    session.refresh_from_db()
    assert session.record is not None
    assert [len(item["votes"]) for item in session.record["ideas"]] == [2, 3]


def test_nobody_has_two_votes(jury: Jury, session: SelectionSession) -> None:
    with pytest.raises(NotAllowed, match="two votes"):
        lent(jury, session, jury.members[1])
    deputy = lent(jury, SelectionSession.objects.get())
    deputy.role_grants.create(role="panel_member", starts_at=session.prepared_at)
    with pytest.raises(Invalid) as refused:
        actions.call_member(session_key=session.key, person=deputy, by=act(jury.lead))
    assert "two votes" in str(refused.value.fields["person"])
    other = SessionMember.objects.get(person=jury.members[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        SessionMember.objects.filter(pk=other.pk).update(sat_by=deputy)


def test_without_an_absence_there_is_no_deputy(jury: Jury, session: SelectionSession) -> None:
    member = SessionMember.objects.get(person=jury.members[2])
    key = {"session_key": session.key, "member_key": member.key, "by": act(jury.lead)}
    actions.set_present(**key, present=False)
    with pytest.raises(Conflict, match="No absence lends"):
        actions.set_present(**key, present=True, deputy=True)
    deputy = PersonFactory(employed=True)
    absence = AbsenceFactory(person=member.person, deputy=deputy)
    with pytest.raises(Conflict, match="not noted as present"):
        vote(session, deputy)
    actions.set_present(**key, present=True, deputy=True)
    absence.delete()
    with pytest.raises(NotAllowed, match="Only the members"):
        vote(session, deputy)


def test_the_chair_s_deputy_runs_the_session_in_both_names(jury: Jury, session: SelectionSession) -> None:
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=jury.members[0], deputy=deputy)
    for person in jury.members:
        for place in (0, 1):
            vote(session, person, 3, place)
    actions.settle(session_key=session.key, by=act(deputy))
    event = Event.objects.get(verb="session_settled")
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, jury.members[0].key)


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


def test_whoever_sat_for_a_member_does_not_look_at_it_again(jury: Jury, session: SelectionSession) -> None:
    deputy = PersonFactory(employed=True, mandate="dgs")
    idea = stage.heard(session)[0].idea
    assert deputy in reexaminers(idea, "G1")
    vote(session, lent(jury, session, deputy))
    assert deputy not in reexaminers(idea, "G1")


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


def test_a_link_is_read_when_a_member_comes_in(jury: Jury, session: SelectionSession) -> None:
    idea = stage.heard(session)[0].idea
    TeamMemberFactory(idea=idea, person=jury.members[1])
    member = SessionMember.objects.get(person=jury.members[1])
    for present in (False, True):
        actions.set_present(
            session_key=session.key, member_key=member.key, present=present, by=act(jury.lead)
        )
    assert SteppingOut.objects.get().line.idea == idea


def test_a_chair_who_is_out_has_no_hand_in_the_idea(jury: Jury, session: SelectionSession) -> None:
    first, second = (line.idea for line in stage.heard(session))
    PrivateLink.objects.create(owner=jury.members[0], other=first.team.get(role="author").person)
    written = {"session_key": session.key, "by": act(jury.members[0]), "reasons": stage.REASONS}
    with pytest.raises(NotAllowed, match="You are out for this idea"):
        actions.note_reasons(idea_key=first.key, **written)
    other = SessionMember.objects.get(person=jury.members[1])
    with pytest.raises(NotAllowed, match="You are out for this idea"):
        actions.step_out(
            session_key=session.key, idea_key=first.key, member_key=other.key, by=act(jury.members[0])
        )
    actions.note_reasons(idea_key=second.key, **written)


def test_someone_without_a_seat_votes_by_no_forged_address(jury: Jury, session: SelectionSession) -> None:
    """Neither by the key of somebody's seat, nor by an idea of another session, nor as somebody's author."""
    idea = stage.heard(session)[0].idea
    own = SessionMember.objects.get(person=jury.members[1]).key
    address = reverse("session-act", args=[session.key, "vote"])
    for person, status in (
        (PersonFactory(employed=True), 404),
        (idea.team.get(role="author").person, 403),
        (jury.dga, 403),
        (jury.lead, 403),
    ):
        sent = {"request_key": new_key(), "idea": idea.key, "level": "4", "member": own}
        assert signed_in(person).post(address, sent).status_code == status
    elsewhere = stage.at_selection(Jury())
    for level, key, status in (
        ("4", elsewhere.key, 409),
        ("9" * 5000, idea.key, 422),
        ("٣", idea.key, 422),
        ("", idea.key, 422),
        ("-1", idea.key, 422),
        ("3", "not-a-key", 404),
    ):
        sent = {"request_key": new_key(), "idea": key, "level": level}
        assert signed_in(jury.members[1]).post(address, sent).status_code == status
    assert not RoomVote.objects.exists()


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
