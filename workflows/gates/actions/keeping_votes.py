"""A vote begun and not sent: kept as typed, for nobody but whoever typed it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from ideas.lock import locked
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people.actors import Actor
from incubator.people.models import Absence
from workflows.gates.actions.seats import acting_in, own_seat
from workflows.gates.actions.votes import acting, check_may_vote
from workflows.gates.conflicts import conflicts_of
from workflows.gates.models import KeptVote

KEPT_ELSEWHERE = "vote.kept_elsewhere"


def keep_vote(
    *,
    seat_key: Any,
    by: Actor,
    typed: Mapping[str, str],
    version: int = 0,
    page: uuid.UUID | None = None,
    upon: datetime | None = None,
) -> KeptVote | None:
    """Keep what was typed of a vote, in place of what was kept before; nothing of it is checked, and it is no vote.

    No event: nobody else may learn that somebody began, nor when. `version` is the one the form shows, 0 for nothing
    kept yet; `page` names the form; `upon` is when the vote it would replace was cast. None for nothing typed yet.
    Raises NotFound, NotAllowed and Conflict as `vote` does, and Conflict `KEPT_ELSEWHERE` when another window has kept
    something else, or sent the vote, since the form was opened.
    """
    with locked(rounds__seats__key=seat_key) as idea:
        own = own_seat(seat_key, by)
        by = acting_in(own, by)
        check_may_vote(own, idea, conflicts_of(acting(by), idea, own.round.gate), by)
        found = {name: text for name, text in typed.items() if text}
        kept = KeptVote.objects.filter(seat=own, person=by.human).first()
        cast = own.votes.filter(in_force=True).values_list("cast_at", flat=True).first()
        if found == (kept.typed if kept else {}) and cast == upon:
            return kept
        same_page = kept is not None and page is not None and kept.page == page
        if cast != upon or not (same_page or version == (kept.version if kept else 0)):
            raise Conflict(
                _("In another window you have kept something else since, or sent your vote."),
                code=KEPT_ELSEWHERE,
            )
        kept = kept or KeptVote(seat=own, person=by.human, version=0)
        # What was emptied stays as an empty row: its number goes on.
        kept.typed, kept.version, kept.page, kept.kept_at = found, kept.version + 1, page, clock.now()
        kept.save()
        return kept


def drop_left_behind() -> None:
    """Drop what nobody can send any more: a deputy typed it in a seat that is lent back, or its writer has left."""
    today = clock.today()
    stands_in = Absence.objects.filter(
        person=OuterRef("seat__person"),
        deputy=OuterRef("person"),
        starts_on__lte=today,
        ends_on__gte=today,
    )
    own = Q(person=F("seat__person"))
    KeptVote.objects.exclude(Q(person__is_active=True) & (own | Exists(stands_in))).delete()
