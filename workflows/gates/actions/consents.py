"""A redirect waits for an author of the idea: with their consent it counts, without it it is as if never written."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas import roles
from ideas.acts import record as record_event
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, NotFound
from incubator.people.actors import Actor
from workflows.gates import authority
from workflows.gates.actions.closing import ask_anew
from workflows.gates.actions.decisions import issue, open_round_of, set_aside
from workflows.gates.actions.rounds import due_after
from workflows.gates.actions.signatures import read_again
from workflows.gates.models import Decision, GateRound
from workflows.gates.signing import waits_for_consent


def consent(*, decision_key: Any, by: Actor) -> Decision:
    """An author agrees that the idea is handed on: the decision is issued by that; the record is read again first.

    Raises NotFound for anyone else, Conflict when nothing waits, or when it could not be decided any more.
    """
    with locked(rounds__decision__key=decision_key) as idea:
        decision, round_ = _waiting(decision_key, idea, by)
        record = _record(round_, idea, decision)
        decision.consented_by, decision.consented_at = by.human, clock.now()
        decision.issued_at = decision.consented_at
        decision.save()
        issue(decision, round_, idea, record, by)
        return decision


def decline_consent(*, decision_key: Any, by: Actor) -> None:
    """An author does not agree: the draft is set aside and whoever wrote it is asked again. Nobody else is told.

    The working days that the idea was with its authors are given back to the decision.
    """
    with locked(rounds__decision__key=decision_key) as idea:
        decision, round_ = _waiting(decision_key, idea, by)
        keys = {"decision": str(decision.key), "decider": str(decision.decider.key)}
        round_.due_at = idea.due_at = due_after(
            idea.programme.entity, _days_since(decision, idea), round_.due_at
        )
        round_.save(update_fields=["due_at"])
        idea.save(update_fields=["due_at"])
        set_aside(decision)
        effects = _ask_anew(round_, idea, decision)
        record_event(idea, "consent_declined", by, effects, round=str(round_.key), gate=round_.gate, **keys)


def _ask_anew(round_: GateRound, idea: Idea, declined: Decision) -> list[dict[str, Any]]:
    """Ask whoever wrote what was declined. Gives the effects."""
    parties = authority.parties(round_, idea)
    writers = [party for party in parties if party.person.pk == declined.decider_id]
    return ask_anew(round_, idea, writers or parties)


def _record(round_: GateRound, idea: Idea, decision: Decision) -> dict[str, Any]:
    """As `read_again`, said to an author."""
    try:
        return read_again(round_, idea, decision)
    except Conflict as refusal:
        if refusal.code not in TO_AUTHORS:
            raise
        code, sentence = TO_AUTHORS[refusal.code]
        raise Conflict(str(sentence), code=code) from refusal


# What a decider would be refused with, and what an author, who chooses no outcome, reads instead.
TO_AUTHORS = {
    "sign.first_signer": (
        "consent.writer",
        gettext_lazy(
            "Whoever wrote this may no longer decide, so nothing is decided now. Someone who may is asked."
        ),
    ),
    "sign.opinion_changed": (
        "consent.opinion_changed",
        gettext_lazy(
            "The panel’s opinion has changed since this was written, so nothing is decided now. Say no: it is then"
            " decided otherwise."
        ),
    ),
    "decide.panel_still_votes": (
        "consent.panel_votes",
        gettext_lazy(
            "The panel has changed since this was written, and a vote is still to come, so nothing is decided now."
            " Come back once it is in, or say no: it is then decided otherwise."
        ),
    ),
    "decide.not_permitted": (
        "consent.opinion",
        gettext_lazy(
            "The panel has changed since this was written, and its opinion is not enough for it now, so nothing is"
            " decided. Come back once the panel is complete, or say no: it is then decided otherwise."
        ),
    ),
}


def _waiting(decision_key: Any, idea: Idea, by: Actor) -> tuple[Decision, GateRound]:
    decision = Decision.objects.select_related("round", "decider", "on_behalf_of").get(key=decision_key)
    if by.on_behalf_of is not None or not roles.is_author(idea, by.human):
        raise NotFound(_("Nothing here waits for your consent."))
    if not waits_for_consent(decision):
        raise Conflict(_("This decision does not wait for a consent, or no longer."), code="consent.over")
    return decision, open_round_of(decision.round.key)


def _days_since(decision: Decision, idea: Idea) -> int:
    entity = idea.programme.entity
    zone = ZoneInfo(entity.time_zone)
    return working_days.working_days_between(
        # What is signed by two is an author's from the second signature on.
        (decision.second_signed_at or decision.drafted_at).astimezone(zone).date(),
        clock.today(entity.time_zone),
        country=entity.holidays_country,
        closing_days=entity.closing_days,
    )
