"""A session that is under way: deputies of the absent sit and vote, and who has a link keeps out."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.models import Person, PrivateLink, RoleGrant
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, PersonFactory, TeamMemberFactory
from tests.gates.stage import signed_in
from tests.platform.jobs import Run
from tests.platform.kept import kept
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates.replay import replay as all_closed
from workflows.journey.reexaminers import reexaminers
from workflows.sessions import actions, queries
from workflows.sessions.models import RoomVote, SelectionSession, SessionMember, SteppingOut

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Live = tuple[Jury, SelectionSession]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def two_heard(_run_jobs: Run) -> Live:
    """Two ideas heard, everyone there."""
    jury = Jury()
    for level in (4, 3):
        stage.at_selection(jury, level)
    return jury, stage.live(jury)


@pytest.fixture(scope="module")
def kept_live(request: pytest.FixtureRequest) -> Iterator[Live]:
    yield from kept(request, two_heard)


@pytest.fixture
def live(kept_live: Live) -> Live:
    return deepcopy(kept_live)


@pytest.fixture
def jury(live: Live) -> Jury:
    return live[0]


@pytest.fixture
def session(live: Live) -> SelectionSession:
    return live[1]


def test_a_role_that_has_ended_neither_votes_nor_chairs(jury: Jury, session: SelectionSession) -> None:
    member, line = jury.members[1], stage.heard(session)[0]
    RoleGrant.objects.filter(person=member).update(ends_at=clock.now())
    with pytest.raises(NotAllowed) as refused:
        actions.vote_in_room(session_key=session.key, idea_key=line.idea.key, level=4, by=act(member))
    assert refused.value.code == "room.role_over"
    chair = SessionMember.objects.get(session=session, is_chair=True).person
    RoleGrant.objects.filter(person=chair).update(ends_at=clock.now())
    with pytest.raises(NotAllowed):
        actions.settle(session_key=session.key, by=act(chair))


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


def test_nobody_has_a_second_vote_once_the_first_seat_is_left(jury: Jury, session: SelectionSession) -> None:
    deputy = lent(jury, session)
    vote(session, deputy)
    seats = {member.person: member.key for member in SessionMember.objects.all()}
    key = {"session_key": session.key, "by": act(jury.lead)}
    for person in jury.members[1:]:
        actions.set_present(**key, member_key=seats[person], present=False)
    AbsenceFactory(person=jury.members[1], deputy=deputy)
    with pytest.raises(NotAllowed, match="two votes"):
        actions.set_present(**key, member_key=seats[jury.members[1]], present=True, deputy=True)
    deputy.role_grants.create(role="panel_member", starts_at=session.prepared_at)
    with pytest.raises(Invalid) as refused:
        actions.call_member(**key, person=deputy)
    assert "two votes" in str(refused.value.fields["person"])
    actions.set_present(**key, member_key=seats[jury.members[2]], present=True, deputy=True)
    vote(session, deputy, 3)
    assert [one.member.person for one in RoomVote.objects.filter(in_force=True)] == [jury.members[2]]


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


def test_whoever_sat_for_a_member_does_not_look_at_it_again(jury: Jury, session: SelectionSession) -> None:
    deputy = PersonFactory(employed=True, mandate="dgs")
    idea = stage.heard(session)[0].idea
    assert deputy in reexaminers(idea, "G1")
    vote(session, lent(jury, session, deputy))
    assert deputy not in reexaminers(idea, "G1")


def test_a_link_is_read_when_a_member_comes_in(jury: Jury, session: SelectionSession) -> None:
    idea = stage.heard(session)[0].idea
    TeamMemberFactory(idea=idea, person=jury.members[1])
    member = SessionMember.objects.get(person=jury.members[1])
    for present in (False, True):
        actions.set_present(
            session_key=session.key, member_key=member.key, present=present, by=act(jury.lead)
        )
    assert SteppingOut.objects.get().line.idea == idea


def test_a_member_comes_in_with_as_many_statements_however_many_ideas_are_heard() -> None:
    found = []
    for ideas in (1, 4):
        jury = Jury()
        for _number in range(ideas):
            stage.at_selection(jury)
        held = stage.live(jury, heard=4)
        member = SessionMember.objects.get(session=held, person=jury.members[1])
        key = {"session_key": held.key, "member_key": member.key, "by": act(jury.lead)}
        actions.set_present(**key, present=False)
        with CaptureQueriesContext(connection) as captured:
            actions.set_present(**key, present=True)
        found.append(len(captured))
    assert found[0] == found[1]


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


# The database holds the line too


@pytest.mark.parametrize(
    ("line", "break_it"),
    [
        ("settled_session_has_its_record", lambda session: SelectionSession.objects.update(state="settled")),
        ("ended_session_has_its_time", lambda session: SelectionSession.objects.update(state="void")),
        (
            "level_from_0_to_4",
            lambda session: RoomVote.objects.create(
                member=session.members.first(),
                cast_by=session.members.first().person,
                line=session.lines.first(),
                level=5,
                cast_at=clock.now(),
            ),
        ),
        ("one_chair_per_session", lambda session: SessionMember.objects.update(is_chair=True)),
        (
            "member_leaves_after_arriving",
            lambda session: SessionMember.objects.update(arrived_at=None, left_at=clock.now()),
        ),
        (
            "ranked_idea_was_heard",
            lambda session: session.lines.filter(pk=session.lines.first().pk).update(rank=1, hearing_at=None),
        ),
    ],
)
def test_constraints(session: SelectionSession, line: str, break_it: Any) -> None:
    with pytest.raises(IntegrityError, match=line), transaction.atomic():
        break_it(session)
