"""A panel that disagrees: its chair, who has read the votes, asks it to look again before the decision."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.acts import record, wait_for
from ideas.lock import locked
from incubator.lib import clock
from incubator.lib.refusals import Conflict, NotAllowed
from incubator.people.actors import Actor
from workflows.gates import opinions, queries, records
from workflows.gates.actions.rounds import seat_keys
from workflows.gates.actions.seats import acting_in, own_seat
from workflows.gates.actions.votes import acting, refusal_for_conflict
from workflows.gates.conflicts import conflicts_of
from workflows.gates.models import Decision, Seat, Vote


def call_discussion(*, seat_key: Any, by: Actor) -> list[str]:
    """Ask every seat that may still replace its vote to look at the criteria on which the panel is far apart.

    Only the criteria are named, no level and no seat. Gives their keys. Once per round.
    Raises NotAllowed (not the chair, too close), Conflict (votes not read yet, agreed, decided, called before, or
    nobody could change anything any more).
    """
    with locked(rounds__seats__key=seat_key) as idea:
        own = own_seat(seat_key, by)
        by = acting_in(own, by)
        round_ = own.round
        if not own.is_chair:
            raise NotAllowed(_("The chair of the panel calls a discussion."), code="discussion.not_chair")
        if any(found.hard for found in conflicts_of(acting(by), idea, round_.gate).values()):
            raise NotAllowed(refusal_for_conflict(idea), code="discussion.hard_conflict")
        if own.others_opened_at is None:
            raise Conflict(_("Read the others’ votes first."), code="discussion.unread")
        if Decision.objects.filter(round=round_).exists():
            raise Conflict(_("The decision is written already."), code="discussion.decided")
        if queries.discussion_of(round_):
            raise Conflict(_("A discussion was called already."), code="discussion.twice")
        criteria = opinions.far_apart(records.record_of(round_, idea))
        voted = Vote.objects.filter(seat=OuterRef("pk"), in_force=True)
        seats = Seat.objects.filter(Exists(voted), round=round_, state="open", others_opened_at=None)
        found = list(seats.select_related("person").order_by("pk"))
        against = conflicts_of([seat.person for seat in found], idea, round_.gate)
        # Whoever has come too close since is about to be replaced: nothing more is asked of them.
        found = [seat for seat in found if not against[seat.person_id].hard]
        if not criteria or not found:
            raise Conflict(
                _(
                    "The panel agrees, or nobody could change their vote any more: there is nothing to discuss."
                ),
                code="discussion.nothing",
            )
        due = round_.review_due_at or round_.due_at
        for seat in found:
            key = seat_keys(seat.key)[1]
            url = reverse("review", args=[seat.key])
            due_at = due if due > clock.now() else round_.due_at
            wait_for([seat.person], idea=idea, key=key, verb="discuss", url=url, due_at=due_at)
        record(idea, "discussion_called", by, round=str(round_.key), gate=round_.gate, criteria=criteria)
        return criteria
