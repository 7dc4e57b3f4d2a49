"""Casting a vote, replacing it, and opening the others'."""

from typing import Any

from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.events.rules import canonical, sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from workflows.gates.actions.seats import ask_decision, own_seat
from workflows.gates.conflicts import conflicts
from workflows.gates.models import GateRound, Seat, Vote
from workflows.gates.queries import waiting_seats
from workflows.gates.rules import vote_gaps


def vote(
    *,
    seat_key: Any,
    by: Actor,
    choice: str,
    must_meets: dict[str, dict[str, str]],
    scores: dict[str, dict[str, Any]],
    conditions: list[dict[str, str]],
    content_version: int,
    comment_to_authors: str = "",
    comment_to_panel: str = "",
) -> Vote:
    """Cast the seat's vote, or replace it until its holder opened the others'.

    `must_meets`: `{key: {"answer", "reason"}}`; `scores`: `{key: {"level": 0..4} | {"not_applicable": true}}`;
    `conditions`: `[{"text", "due_on": ISO date}]`. `content_version` names the version read.
    Raises NotAllowed (hard conflict), Conflict (over, changed text, others' votes opened), Invalid (what lacks).
    """
    with locked(rounds__seats__key=seat_key) as idea:
        own = own_seat(seat_key, by)
        _check(own, idea, by, content_version)
        gaps = vote_gaps(own.round.rules, choice, must_meets, scores, conditions, comment_to_authors)
        if gaps:
            raise Invalid(
                _("A few answers are missing before your vote can be sent."),
                code="vote.incomplete",
                fields={name: [gap_sentence(gap)] for name, gap in gaps.items()},
            )
        now = clock.now()
        replaced = own.votes.filter(in_force=True).update(in_force=False, ended_at=now, end_reason="replaced")
        cast = Vote.objects.create(
            seat=own,
            choice=choice,
            must_meets=must_meets,
            scores={} if choice == "abstain" else scores,
            conditions=conditions if choice == "go_if" else [],
            comment_to_authors=comment_to_authors,
            comment_to_panel=comment_to_panel,
            content_version=content_version,
            cast_by=by.human,
            cast_at=now,
        )
        inbox.close(f"vote:{own.key}")
        if own.round.state == "open" and not waiting_seats(own.round).exists() and own.round.gate != "G0":
            ask_decision(own.round, idea)
        append(
            subject=Subject("idea", idea.key),
            verb="vote_cast",
            by=by,
            payload={"seat": str(own.key), "round": str(own.round.key), "vote_sha256": _vote_sha256(cast)},
            effects=[effect("vote", None, "replaced" if replaced else "cast", seat=str(own.key))],
        )
        return cast


def open_others(*, seat_key: Any, by: Actor) -> Seat:
    """Read the others' votes; from now on one's own can no longer be replaced. Asks for a vote of one's own first."""
    with locked(rounds__seats__key=seat_key) as idea:
        own = own_seat(seat_key, by)
        if not own.votes.filter(in_force=True).exists():
            raise Conflict(
                _("Give your own vote first; then you can read the others’."), code="others.before_own"
            )
        if own.others_opened_at is None:
            own.others_opened_at = clock.now()
            own.save(update_fields=["others_opened_at"])
            append(
                subject=Subject("idea", idea.key),
                verb="others_opened",
                by=by,
                payload={"seat": str(own.key), "round": str(own.round.key)},
            )
        return own


def gap_sentence(gap: str) -> str:
    """What to say about one gap that `rules.vote_gaps` found."""
    return {
        "answer": _("Answer yes, no, or I cannot tell."),
        "reason": _("Say why not: the reason goes to the person who decides."),
        "level": _("Give a level from 0 to 4, or say it does not apply."),
        "choice": _("Choose one of the votes."),
        "condition": _("Name at least one condition, with its date."),
        "comment": _("Tell the team what is missing."),
    }[gap]


def _check(own: Seat, idea: Idea, by: Actor, content_version: int) -> None:
    if conflicts(by.human, idea, own.round.gate).hard:
        raise NotAllowed(refusal_for_conflict(own.round), code="vote.hard_conflict")
    if own.others_opened_at is not None:
        raise Conflict(
            _(
                "You have read the others’ votes, so yours can no longer be changed. It counts as you gave it."
            ),
            code="vote.others_opened",
        )
    if content_version != idea.content.version:
        raise Conflict(
            _("The team changed the text since you read it. Read the new version, then confirm your vote."),
            code="vote.other_version",
        )


def refusal_for_conflict(round_: GateRound) -> str:
    """With hidden authors a refusal says nothing more: a reason would name the team."""
    if round_.rules.get("authors_hidden"):
        return _("You cannot sit on this idea.")
    return _(
        "You cannot sit on this idea: you have a link to its team, as the organisation stands on %(day)s."
        " Step aside, and a substitute is called."
    ) % {"day": clock.today().strftime("%d/%m/%Y")}


def _vote_sha256(cast: Vote) -> str:
    return sha256(
        canonical([cast.choice, cast.must_meets, cast.scores, cast.conditions, cast.content_version])
        + canonical([cast.comment_to_authors, cast.comment_to_panel])
    )
