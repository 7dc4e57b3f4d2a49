"""Who writes together. A row of the team is never deleted: whoever was ever in it stays in conflict."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas import joining, roles
from ideas.acts import record
from ideas.drafting import queries, rules
from ideas.drafting.models import CLOSED, Idea, TeamMember
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Person

LARGEST_TEAM = 20
INVITED_AS = (TeamMember.Role.CO_AUTHOR, TeamMember.Role.HELPER)


def invite(*, idea: Idea, by: Actor, person: Person, role: str = TeamMember.Role.CO_AUTHOR) -> TeamMember:
    """Ask a colleague to join as co-author or helper. Raises NotAllowed, Conflict, Invalid."""
    if role not in INVITED_AS:
        raise Invalid(_("Choose co-author or helper."), code="team.role")
    with locked(idea.pk) as idea:
        _check_may_invite(idea, by.human)
        return _ask_to_join(idea, by, person, role)


def invite_author(*, idea: Idea, by: Actor, person: Person) -> TeamMember:
    """Ask a colleague to take over an idea whose authors have all left: whoever accepts is its author.

    Somebody asked before who has not answered is asked no more. The caller holds the idea's lock and has checked who
    asks. Raises Conflict, Invalid.
    """
    if roles.authors_now(idea):
        raise Conflict(_("Someone of the team answers for this idea already."), code="team.has_author")
    silent = idea.team.filter(role=TeamMember.Role.AUTHOR, accepted_at=None, declined_at=None, left_at=None)
    taken_back = []
    for asked in silent.exclude(person=person).select_related("person"):
        asked.declined_at = clock.now()
        asked.save(update_fields=["declined_at"])
        inbox.close(queries.invitation_key(asked))
        taken_back.append(effect("team", "invited", "not asked", person=str(asked.person.key)))
    return _ask_to_join(idea, by, person, TeamMember.Role.AUTHOR, taken_back)


def _ask_to_join(
    idea: Idea, by: Actor, person: Person, role: str, also: Sequence[dict[str, Any]] = ()
) -> TeamMember:
    if not person.is_active or person.kind != Person.Kind.EMPLOYEE:
        sentence = _("Only employees of the city join a team.")
        raise Invalid(sentence, code="team.not_employee", fields={"person": [sentence]})
    member = TeamMember.objects.filter(idea=idea, person=person).first()
    if member and member.left_at is None and member.declined_at is None:
        raise Conflict(_("This colleague is already in the team or invited."), code="team.already")
    if idea.team.filter(left_at=None, declined_at=None).count() >= LARGEST_TEAM:
        raise Conflict(_("A team has twenty people at most."), code="team.full")
    member = member or TeamMember(idea=idea, person=person)
    member.role, member.invited_by, member.invited_at = role, by.human, clock.now()
    member.was_member = member.was_member or member.accepted_at is not None
    member.accepted_at = member.declined_at = member.left_at = None
    member.save()
    queries.ask_for_an_answer(idea, member)
    _tell(idea, by, "invited", member, None, "invited", also)
    return member


def accept_invitation(*, idea: Idea, by: Actor) -> TeamMember:
    """Join the team; an author for whom a helper typed confirms by it. Raises NotFound, Conflict."""
    return _answer(idea, by, "invitation_accepted", "member")


def decline_invitation(*, idea: Idea, by: Actor) -> TeamMember:
    """Say no, without a reason."""
    return _answer(idea, by, "invitation_declined", "declined")


def _answer(idea: Idea, by: Actor, verb: str, after: str) -> TeamMember:
    with locked(idea.pk) as idea:
        member = queries.invitation_of(idea, by.human)
        if idea.state not in (Idea.State.DRAFT, Idea.State.LIVE, Idea.State.HELD):
            raise Conflict(_("This idea has ended; there is no team to join."), code="team.ended")
        if verb == "invitation_accepted":
            member.accepted_at = clock.now()
        else:
            member.declined_at = clock.now()
        member.save(update_fields=["accepted_at", "declined_at"])
        inbox.close(queries.invitation_key(member))
        _tell(idea, by, verb, member, "invited", after)
        if member.accepted_at is not None:
            joining.joined(idea)
    return member


def withdraw_invitation(*, idea: Idea, by: Actor, person: Person) -> None:
    """Take back an invitation that has no answer yet. Raises NotAllowed, NotFound."""
    with locked(idea.pk) as idea:
        _check_may_invite(idea, by.human)
        member = queries.invitation_of(idea, person)
        if member.role == TeamMember.Role.AUTHOR:
            raise Conflict(_("An idea needs its author."), code="team.author")
        member.declined_at = clock.now()
        member.save(update_fields=["declined_at"])
        inbox.close(queries.invitation_key(member))
        _tell(idea, by, "invitation_withdrawn", member, "invited", "not asked")


def leave_team(*, idea: Idea, by: Actor) -> None:
    """Leave the team; the author cannot, as long as the idea has no other. Raises Conflict."""
    with locked(idea.pk) as idea:
        member = queries.member_of(idea, by.human)
        if member.role == TeamMember.Role.AUTHOR:
            raise Conflict(
                _("An idea needs its author. Delete the draft or withdraw the idea instead."),
                code="team.author",
            )
        if member.carry_on_due_at is not None:
            raise Conflict(
                _("Its author has left, and you are asked to carry the idea on. Answer this first."),
                code="team.asked_to_carry_on",
                next_url=reverse("idea-carry-on", args=[idea.key]),
            )
        member.left_at = clock.now()
        member.save(update_fields=["left_at"])
        # A condition is its owner's own word, in the team or not.
        inbox.close_for_subject("idea", idea.key, keep=("meet_condition",), only=[by.human])
        also = joining.left(idea, [by.human])
        _tell(idea, by, "team_left", member, "member", "left", also)


def wish_name_shown(*, idea: Idea, by: Actor, shown: bool) -> None:
    """Whether one's name may show once the idea is closed; said again, it replaces the last. No event: a preference.

    Raises NotFound for whoever is not of the team, Conflict while the idea is not closed.
    """
    with locked(idea.pk) as idea:
        member = queries.member_of(idea, by.human)
        if idea.state not in CLOSED:
            raise Conflict(_("This is asked once the idea has ended."), code="team.not_closed")
        member.wishes_name_shown = shown
        member.save(update_fields=["wishes_name_shown"])


def _check_may_invite(idea: Idea, person: Person) -> None:
    member = queries.member_of(idea, person)
    if not rules.may_invite(idea.state, member.role):
        raise NotAllowed(
            _("Its authors invite people to the team, until the idea has ended."), code="team.role"
        )


def _tell(
    idea: Idea,
    by: Actor,
    verb: str,
    member: TeamMember,
    before: Any,
    after: str,
    also: Sequence[dict[str, Any]] = (),
) -> None:
    record(
        idea,
        verb,
        by,
        [effect("team", before, after), *also],
        person=str(member.person.key),
        role=str(member.role),
    )
