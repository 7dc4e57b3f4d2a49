"""Whoever was ever in a team stays in conflict with its idea, whatever they are asked afterwards (law 1)."""

import pytest

from ideas import roles
from ideas.drafting import actions
from incubator.people.actors import Actor
from tests.factories import IdeaFactory, PersonFactory, TeamMemberFactory
from workflows.gates.conflicts import conflicts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("answer", [None, actions.decline_invitation])
def test_being_asked_again_after_leaving_does_not_make_one_a_stranger(answer) -> None:
    idea = IdeaFactory(live=True)
    author = Actor(person=idea.team.get(role="author").person)
    former = TeamMemberFactory(idea=idea, role="co_author").person
    lead = PersonFactory(role="programme_lead")
    TeamMemberFactory(idea=idea, person=lead, role="co_author")
    for person in (former, lead):
        actions.leave_team(idea=idea, by=Actor(person=person))
        actions.invite(idea=idea, by=author, person=person)
        if answer is not None:
            answer(idea=idea, by=Actor(person=person))
        assert "team" in conflicts(person, idea, "G1").hard
        assert roles.was_ever_in_team(idea, person)
    assert not roles.is_lead(idea, lead)


def test_being_asked_only_once_and_saying_nothing_is_no_conflict() -> None:
    idea = IdeaFactory(live=True)
    author = Actor(person=idea.team.get(role="author").person)
    colleague = PersonFactory()
    actions.invite(idea=idea, by=author, person=colleague)
    assert "team" not in conflicts(colleague, idea, "G1").hard
