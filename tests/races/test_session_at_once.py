"""A session under many hands at one instant: one list, every vote counted or refused, one idea for a free place."""

from collections.abc import Callable
from time import sleep
from typing import Any

import pytest

from ideas.lock import locked
from incubator.events.models import Event
from incubator.events.queries import verify
from incubator.lib.refusals import Conflict
from tests.factories import PersonFactory
from tests.races.together import at_once
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates.replay import replay as all_closed
from workflows.journey import actions as journey
from workflows.sessions import actions
from workflows.sessions.actions import documents
from workflows.sessions.models import RoomVote, SessionDocument

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_briefs")]
A_MOMENT = 1.0  # seconds that an act stays between its papers and its commit


@pytest.fixture
def jury() -> Jury:
    return Jury()


def test_two_leads_and_the_chair_settle_at_one_instant(jury: Jury) -> None:
    other = PersonFactory(employed=True, role="programme_lead")
    for _number in range(3):
        stage.at_selection(jury)
    session = stage.live(jury)
    stage.all_vote(session, jury, [4, 3, 3])

    def settling(person: Any) -> Callable[[], Any]:
        return lambda: actions.settle(session_key=session.key, by=act(person))

    found = at_once(*(settling(person) for person in (jury.lead, other, jury.members[0])))
    assert sum(isinstance(one, Conflict) for one in found) == 2
    assert Event.objects.filter(verb="session_settled").count() == 1
    assert sorted(stage.results(session)) == ["selected", "selected", "waiting"]
    assert not [one for one in all_closed() if one.differences]


def test_votes_and_the_settling_at_one_instant(jury: Jury) -> None:
    """A vote is in the record, or refused: never accepted and left out."""
    stage.at_selection(jury)
    session = stage.live(jury)
    stage.all_vote(session, jury, [2])
    key = stage.heard(session)[0].idea.key

    def voting(person: Any) -> Callable[[], Any]:
        return lambda: actions.vote_in_room(session_key=session.key, idea_key=key, level=4, by=act(person))

    *votes, settled = at_once(
        *(voting(person) for person in jury.members),
        lambda: actions.settle(session_key=session.key, by=act(jury.lead)),
    )
    assert not isinstance(settled, Exception)
    session.refresh_from_db()
    assert session.record is not None
    (item,) = session.record["ideas"]
    counted = {vote["member"]: vote["level"] for vote in item["votes"]}
    in_force = {str(vote.member.key): vote.level for vote in RoomVote.objects.filter(in_force=True)}
    assert counted == in_force
    accepted = [one for one in votes if not isinstance(one, Exception)]
    assert list(counted.values()).count(4) == len(accepted)
    assert all(isinstance(one, Conflict) for one in votes if isinstance(one, Exception))


def test_two_ideas_of_a_session_are_masked_at_one_instant(
    jury: Jury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each act makes the papers anew, in an edition of its own."""
    ideas = [stage.at_selection(jury) for _number in range(2)]
    stage.live(jury)
    real = documents._prepare

    def slow(made: Any) -> None:
        real(made)
        sleep(A_MOMENT)

    monkeypatch.setattr(documents, "_prepare", slow)

    def masking(pk: int) -> Callable[[], None]:
        def mask() -> None:
            with locked(pk) as idea:
                documents.on_masked(idea)

        return mask

    assert at_once(*(masking(idea.pk) for idea in ideas)) == [None, None]
    editions = SessionDocument.objects.filter(language="fr").order_by("edition")
    assert list(editions.values_list("edition", flat=True)) == [1, 2, 3]


def test_two_places_freed_at_one_instant(jury: Jury, run_jobs: Callable[..., Any]) -> None:
    ideas = [stage.at_selection(jury) for _number in range(5)]
    session = stage.settled(jury, [4, 4, 3, 2, 2], heard=5)
    found = at_once(
        *(
            lambda idea=idea: journey.withdraw(idea=idea.key, by=act(idea.team.get(role="author").person))
            for idea in ideas[:2]
        )
    )
    assert not [one for one in found if isinstance(one, Exception)]
    moves = at_once(*[lambda: actions.move_up(session_key=session.key)] * 3)
    assert not [one for one in moves if isinstance(one, Exception)]
    run_jobs()
    assert stage.results(session)[:3] == ["left", "left", "selected"]
    assert stage.results(session).count("selected") == 2
    assert Event.objects.filter(subject_kind="session", verb="moved_up").count() == 1
    assert not [one for one in all_closed() if one.differences]
    assert not verify().broken
