"""When a panel has voted, or its time is over: the decision is asked for, or whoever can complete the opinion."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people.actors import Actor
from workflows.gates import authority, queries, records, rules
from workflows.gates.actions.seating import ask_decision
from workflows.gates.actions.seats import open_or_seating
from workflows.gates.conflicts import conflicts
from workflows.gates.leading import who_leads
from workflows.gates.models import GateRound, Seat


def close_opinion(*, round_key: Any, by: Actor) -> None:
    """The panel's time is over: with what the opinion needs, the decision is asked for, whatever votes are missing.

    Without it, whoever can complete the opinion is asked, and votes still count. Raises Conflict before that time.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = open_or_seating(round_key)
        if clock.now() < (round_.review_due_at or round_.due_at):
            raise Conflict(_("The panel still has time to vote."), code="opinion.early")
        before = round_.state
        missing = settle(round_, idea)
        said: dict[str, Any] = {"round": str(round_.key), "gate": round_.gate}
        if not missing:
            record(idea, "opinion_closed", by, opened(round_, before), **said)
        elif queries.last_missing(round_, idea) != missing:
            record(idea, "opinion_incomplete", by, **said, missing=missing)


def settle(round_: GateRound, idea: Idea) -> list[str]:
    """Ask for the decision, or for what the opinion lacks: of the chair a vote that settles it, else of the leads,
    or, where a programme has none, of whoever is to decide.

    A round that waits for a seat to be filled waits no longer once nothing is missing. Gives the codes of what is
    missing. The caller holds the lock and appends the event, with the effects of `opened`.
    """
    seats = records.sitting(round_)
    missing = rules.opinion(records.record_of(round_, idea, seats=seats)).missing
    if not missing:
        inbox.close(*opinion_keys(round_), f"seat_panel:{round_.key}")
        if round_.state == "seating":
            round_.state, round_.opened_at = "open", round_.opened_at or clock.now()
            round_.save(update_fields=["state", "opened_at"])
        if not _is_written(round_):
            ask_decision(round_, idea)
        return []
    inbox.close(f"decide:{round_.key}")
    chair = next((seat for seat in seats if seat.is_chair and seat.state == "open"), None)
    if (
        chair is not None
        and rules.chair_settles(missing)
        and not conflicts(chair.person, idea, round_.gate).hard
    ):
        _ask_chair(round_, idea, chair)
    else:
        wait_for(
            who_leads(idea) or [party.person for party in authority.parties(round_, idea)],
            idea=idea,
            key=opinion_keys(round_)[1],
            verb="complete_opinion",
            url=reverse("seats", args=[round_.key]),
            due_at=round_.due_at,
        )
    return missing


def ask_anew(round_: GateRound, idea: Idea, parties: Sequence[authority.Party]) -> list[dict[str, Any]]:
    """A written decision is set aside: ask these for another one; where a seat was left since, the panel first, or
    whoever can complete it. Gives the effects, as `opened`."""
    before = round_.state
    waits = before != "open" or queries.panel_still_votes(round_)
    missing = rules.opinion(records.record_of(round_, idea)).missing
    if not missing and (not waits or queries.is_drawn(round_)):
        ask_decision(round_, idea, parties)
    elif not queries.has_time(round_):
        settle(round_, idea)
    return opened(round_, before)


def _is_written(round_: GateRound) -> bool:
    """Whether a decision waits to be signed, or for the author's consent: then nobody is asked to decide beside it."""
    asked = WorkItem.objects.filter(
        key__in=[f"{act}:{round_.key}" for act in ("second_signature", "consent")], closed_at=None
    )
    return hasattr(round_, "decision") and asked.exists()


def opened(round_: GateRound, before: str) -> list[dict[str, Any]]:
    """The effects of `settle` on the round's state; `before`: as it was."""
    return [] if round_.state == before else [effect("round", before, round_.state, round=str(round_.key))]


def opinion_keys(round_: GateRound) -> tuple[str, str]:
    """The work items by which the chair is asked to settle an opinion, and the leads to complete a panel.

    While the first is open, the chair may vote anew.
    """
    return f"casting_vote:{round_.key}", f"complete_opinion:{round_.key}"


def _ask_chair(round_: GateRound, idea: Idea, chair: Seat) -> None:
    wait_for(
        [chair.person],
        idea=idea,
        key=opinion_keys(round_)[0],
        verb="casting_vote",
        url=reverse("review", args=[chair.key]),
        due_at=round_.due_at,
    )
