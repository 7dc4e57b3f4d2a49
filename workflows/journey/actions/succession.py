"""The author leaves: the co-authors are asked to carry the idea on; the first who accepts is its author.

Nobody answers in time, or all decline: the idea is held. A co-author may still accept then, which wakes it.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import wait_for
from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea, TeamMember
from ideas.drafting.rules import may_invite
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, NotFound
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.gates.configuration import delays_of
from workflows.journey.actions.holds import pause, resume, waits_for_author
from workflows.journey.actions.steps import check_lead, tell
from workflows.journey.models import Hold

LEFT = Hold.Cause.AUTHOR_LEFT


def author_left(*, idea: UUID, leaver: Person, by: Actor) -> None:
    """An author, or someone asked to follow one, leaves: whoever can is asked; without anyone the idea is held."""
    with locked(key=idea) as found:
        member = found.team.filter(person=leaver, left_at=None).first()
        if member is None or not (member.role == "author" or member.carry_on_due_at):
            return
        asked = member.role == "author"
        member.left_at, member.carry_on_due_at = clock.now(), None
        member.save(update_fields=["left_at", "carry_on_due_at"])
        effects = [effect("team", member.role, "left", person=str(leaver.key))]
        if asked:
            _ask(found)
        if not heirs(found).exists():
            effects += _hold(found, by)
        tell(found, "author_left", by, {}, effects)


def carry_on(*, idea: UUID, by: Actor) -> Idea:
    """A co-author who was asked becomes the author; held for want of one, the idea goes on where it was.

    Raises NotFound for whoever is not asked, Conflict when it has ended.
    """
    with locked(key=idea) as found:
        member = _asked(found, by)
        if not may_invite(found.state, "author"):
            raise Conflict(_("This idea has ended: there is nothing to carry on."), code="carry_on.ended")
        member.role = "author"
        member.save(update_fields=["role"])
        heirs(found).update(carry_on_due_at=None)
        inbox.close(item(found))
        effects = [effect("team", "co_author", "author", person=str(member.person.key))]
        hold = Hold.objects.filter(idea=found, woken_at=None, cause=LEFT).first()
        if hold is not None:
            effects += resume(idea=found, hold=hold, by=by)
        tell(found, "author_follows", by, {}, effects)
        return found


def not_carry_on(*, idea: UUID, by: Actor) -> None:
    """A co-author who was asked stays one; when nobody else is asked any more, the idea is held."""
    with locked(key=idea) as found:
        member = _asked(found, by)
        TeamMember.objects.filter(pk=member.pk).update(carry_on_due_at=None)
        inbox.close_for_person(member.person, item(found))
        effects = [effect("team", "asked to carry on", "declined", person=str(member.person.key))]
        if not heirs(found).exists():
            effects += _hold(found, by)
        tell(found, "author_not_followed", by, {}, effects)


def nobody_carries_on(*, idea: UUID, by: Actor) -> None:
    """The time to answer is over: the idea is held. Whoever was asked may still accept."""
    with locked(key=idea) as found:
        asked = heirs(found).order_by("carry_on_due_at").first()
        due = asked.carry_on_due_at if asked else None
        if due is None or found.state != "live" or clock.now() <= due:
            raise Conflict(_("There is still time to answer."), code="carry_on.early")
        if Hold.objects.filter(idea=found, cause=LEFT, held_at__gte=due).exists():
            raise Conflict(_("It was held for this before, and taken up again."), code="carry_on.twice")
        tell(found, "author_not_followed", by, {}, _hold(found, by))


def ask_author(*, idea: UUID, person: Person, by: Actor) -> None:
    """A lead asks a colleague to take over an idea that is held because nobody of its team is left.

    Raises NotAllowed (no lead), Conflict (not held for this, an author is there or asked), Invalid on `person`.
    """
    with locked(key=idea) as found:
        check_lead(found, by)
        if not waits_for_author(found):
            raise Conflict(_("This idea does not wait for an author."), code="author.not_sought")
        drafting.invite_author(idea=found, by=by, person=person)


def heirs(idea: Idea) -> QuerySet[TeamMember]:
    """Who is asked to carry the idea on, and has not answered."""
    return TeamMember.objects.filter(
        idea=idea, carry_on_due_at__isnull=False, left_at=None, person__is_active=True
    )


def item(idea: Idea) -> str:
    return f"accept_idea:{idea.key}"


def _ask(idea: Idea) -> None:
    co_authors = idea.team.filter(
        role="co_author", accepted_at__isnull=False, left_at=None, person__is_active=True
    )
    due = roles.due_in(idea, delays_of(idea)["carrying_on"])
    co_authors.update(carry_on_due_at=due)
    asked = list(heirs(idea).select_related("person").order_by("pk"))
    if asked:
        wait_for(
            [member.person for member in asked],
            idea=idea,
            key=item(idea),
            verb="accept_idea",
            url=reverse("idea-carry-on", args=[idea.key]),
            due_at=due if idea.state == Idea.State.LIVE else None,
        )


def _asked(idea: Idea, by: Actor) -> TeamMember:
    member = heirs(idea).filter(person=by.human).select_related("person").first()
    if member is None:
        raise NotFound(_("Nobody asks you to carry this idea on, or a colleague has accepted already."))
    return member


def _hold(idea: Idea, by: Actor) -> list[dict[str, Any]]:
    if idea.state != Idea.State.LIVE:
        return []
    return pause(idea=idea, by=by, cause=LEFT, condition=_("Someone of the city takes the idea over."))
