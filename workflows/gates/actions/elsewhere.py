"""What a merge and a redirect ask for besides reasons: an idea that can take another in, an author who consents."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import wait_for
from ideas.drafting.models import Idea
from incubator.inbox import actions as inbox
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from workflows.gates.actions.rounds import due_after
from workflows.gates.configuration import defaults
from workflows.gates.conflicts import Conflicts
from workflows.gates.models import GateRound

TAKES_IN = (Idea.State.LIVE, Idea.State.HELD)


def check_elsewhere(idea: Idea, target: Idea | None, by: Actor, against: Mapping[int, Conflicts]) -> None:
    """Whether `target`, if the decision is a merge, can take the idea in.

    Raises Invalid on `target` (itself, ended, of another programme), NotAllowed when whoever decides is close to it.
    `against`: what stands between `target` and whoever decides. With both locked there is never a ring: an idea that
    was merged takes none in.
    """
    if target is None:
        return
    sentence = ""
    if target.pk == idea.pk:
        sentence = _("This is the idea itself: name the other one.")
    elif target.state not in TAKES_IN:
        sentence = _("That idea has ended: only one that is under way or on hold can take another in.")
    elif target.programme_id != idea.programme_id:
        sentence = _("That idea is of another programme: only one of this programme can take this idea in.")
    if sentence:
        raise Invalid(
            _("The decision is not complete yet."), code="decide.target", fields={"target": [sentence]}
        )
    if any(against[one.pk].hard for one in (by.human, by.principal)):
        raise NotAllowed(
            _(
                "You are too close to the idea that would take this one in. Another holder of a delegation can merge"
                " them."
            ),
            code="decide.target_conflict",
        )


def ask_consent(round_: GateRound, idea: Idea) -> None:
    """Ask the authors, in place of the decision to make. While they think, nobody is said to be late.

    Raises Conflict when the idea has no author today.
    """
    people = roles.authors_now(idea)
    if not people:
        raise Conflict(
            _(
                "Nobody of the team can consent today, so the idea cannot be handed on. Choose another outcome."
            ),
            code="decide.nobody_to_consent",
        )
    inbox.close(f"decide:{round_.key}", f"second_signature:{round_.key}")
    due = due_after(idea.programme.entity, defaults()["redirect"]["consent_in"])
    wait_for(
        people,
        idea=idea,
        key=f"consent:{round_.key}",
        verb="consent",
        url=reverse("consent", args=[round_.key]),
        due_at=due,
    )
    if idea.due_at is not None and idea.due_at < due:
        idea.due_at = due
        idea.save(update_fields=["due_at"])
