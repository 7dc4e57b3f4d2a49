"""The credit of an idea that goes on inside another: its authors are of that team too, and leave it if that is undone.

Neither is an act of its own: whoever merges holds both ideas' locks and appends the events.
"""

from typing import Any

from ideas import joining, roles
from ideas.drafting import queries
from ideas.drafting.models import Idea, TeamMember
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock

# A condition stays with the person who owns it, of the team or not.
KEPT = ("meet_condition",)


def give_credit(*, idea: Idea, source: Idea) -> list[dict[str, Any]]:
    """Make co-authors of `idea` of the authors of `source`; whoever is in the team already stays as they are.

    Gives the effects on `idea`. Its open consultation is looked at again: someone may have come too close.
    """
    now = clock.now()
    both = list(TeamMember.objects.filter(idea__in=[idea, source]).select_related("person").order_by("pk"))
    known = {member.person_id: member for member in both if member.idea_id == idea.pk}
    effects = []
    for person in [one.person for one in both if one.idea_id == source.pk and _answers_for(one)]:
        member = known.get(person.pk) or TeamMember(idea=idea, person=person, invited_at=now)
        if member.accepted_at is not None and member.left_at is None:
            continue
        if member.pk is not None:
            inbox.close(queries.invitation_key(member))
        member.was_member = member.was_member or member.accepted_at is not None
        member.role, member.merged_from = TeamMember.Role.CO_AUTHOR, source
        member.accepted_at, member.declined_at, member.left_at = now, None, None
        member.save()
        effects.append(effect("team", None, "member", person=str(person.key)))
    # Also without a new member: helpers and coaches of a merged idea are in conflict too.
    joining.joined(idea)
    return effects


def _answers_for(member: TeamMember) -> bool:
    """As `roles.authors` has it."""
    there = member.accepted_at is not None and member.left_at is None and member.person.is_active
    return there and member.role in roles.AUTHORS


def take_credit_back(*, idea: Idea, source: Idea) -> list[dict[str, Any]]:
    """Those who came with `source` leave the team of `idea`, and stay in conflict. Gives the effects on `idea`.

    Whoever has become its author since stays: an idea needs one.
    """
    members = idea.team.filter(merged_from=source, left_at=None, role=TeamMember.Role.CO_AUTHOR)
    came = list(members.select_related("person").order_by("pk"))
    TeamMember.objects.filter(pk__in=[member.pk for member in came]).update(left_at=clock.now())
    people = [member.person for member in came]
    inbox.close_for_subject("idea", idea.key, keep=KEPT, only=people)
    gone = [effect("team", "member", "left", person=str(person.key)) for person in people]
    return gone + joining.left(idea, people)
