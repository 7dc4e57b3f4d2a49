"""Casting a vote, replacing it, and opening the others'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from ideas.access import access
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.events.models import Event
from incubator.events.rules import canonical, sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.built_once import planned_once
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.messages.actions import defer_telling
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.gates import authority, queries, rules
from workflows.gates.actions.closing import opened, opinion_keys, settle
from workflows.gates.actions.rounds import drop_kept, seat_keys
from workflows.gates.actions.seating import ask_decision
from workflows.gates.actions.seats import acting_in, own_seat
from workflows.gates.conflicts import Conflicts, conflicts_of
from workflows.gates.models import GateRound, Seat, Vote

OTHER_VERSION = "vote.other_version"


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
    recognises: bool | None = None,
) -> Vote:
    """Cast the seat's vote, or replace it until its holder opened the others', or a session drew its shortlist from it.

    `must_meets`: `{key: {"answer", "reason"}}`; `scores`: `{key: {"level": 0..4} | {"not_applicable": true}}`;
    `conditions`: `[{"text", "due_on": ISO date}]`. `content_version` names the version read. `recognises`: whether
    the holder thinks to know someone of the team, without a link; None when it was not asked.
    Raises NotAllowed (hard conflict), Conflict (over, changed text, others' votes opened), Invalid (what lacks).
    """
    ballot = Ballot(
        choice=choice,
        must_meets=must_meets,
        scores=scores,
        conditions=conditions,
        content_version=content_version,
        comment_to_authors=comment_to_authors,
        comment_to_panel=comment_to_panel,
        recognises=recognises,
    )
    with locked(rounds__seats__key=seat_key) as idea:
        own = own_seat(seat_key, by)
        by = acting_in(own, by)
        sure = _settles_for_sure(own, ballot)
        deciders = authority.holders(own.round, idea) if sure else []
        # One statement asks for all: whoever votes, and, by the last vote, whoever then decides.
        against = conflicts_of([*acting(by), *(party.person for party in deciders)], idea, own.round.gate)
        cast = put_in(own, idea, by, ballot, against)
        inbox.close(*seat_keys(own.key), *(opinion_keys(own.round) if sure else ()))
        before = own.round.state
        asked = _ask_next(own, idea, by, authority.free(deciders, against) if sure else None)
        event = record_vote(own, idea, by, cast, opened(own.round, before))
        if asked:
            defer_telling(event)
        return cast


@dataclass(frozen=True)
class Ballot:
    """What a seat's holder answers, as `vote` takes it."""

    choice: str
    must_meets: dict[str, dict[str, str]]
    scores: dict[str, dict[str, Any]]
    conditions: list[dict[str, str]]
    content_version: int
    comment_to_authors: str = ""
    comment_to_panel: str = ""
    recognises: bool | None = None


def put_in(
    own: Seat,
    idea: Idea,
    by: Actor,
    ballot: Ballot,
    against: Mapping[int, Conflicts],
    *,
    decides: bool = False,
) -> Vote:
    """Write the seat's vote, in place of the one it had. The idea is locked; raises as `vote` does.

    `decides`: the vote comes with a decision, in place of one's own draft that waits.
    """
    check_may_vote(own, idea, against, by, decides=decides)
    _check_version(idea, ballot.content_version)
    if is_casting(own) and ballot.choice == "abstain":
        sentence = _("The opinion waits for your vote: take a side, or step aside.")
        raise Invalid(sentence, code="vote.casting", fields={"choice": [sentence]})
    gaps = rules.vote_gaps(
        own.round.rules,
        ballot.choice,
        ballot.must_meets,
        ballot.scores,
        ballot.conditions,
        ballot.comment_to_authors,
    )
    if gaps:
        raise Invalid(
            _("A few answers are missing before your vote can be sent."),
            code="vote.incomplete",
            fields={name: [gap_sentence(gap)] for name, gap in gaps.items()},
        )
    now = clock.now()
    if own.voted:  # type: ignore[attr-defined] # annotated by own_seat
        own.votes.filter(in_force=True).update(in_force=False, ended_at=now, end_reason="replaced")
    cast = Vote(
        seat=own,
        choice=ballot.choice,
        must_meets=_judgements(own.round, ballot.must_meets),
        scores={}
        if ballot.choice == "abstain"
        else {key: _score(score) for key, score in ballot.scores.items()},
        conditions=[_condition(item) for item in ballot.conditions] if ballot.choice == "go_if" else [],
        comment_to_authors=ballot.comment_to_authors.strip(),
        comment_to_panel=ballot.comment_to_panel.strip(),
        recognises=ballot.recognises,
        content_version=ballot.content_version,
        cast_by=by.human,
        cast_at=now,
    )
    _insert(cast)
    return cast


COLUMNS = [column for column in Vote._meta.concrete_fields if not column.primary_key]
# By hand, as every vote asks it: what was kept of it goes in the same statement.
CAST = f"""
with dropped as (delete from workflows_keptvote where seat_id = %s)
insert into workflows_vote ({", ".join(str(one.column) for one in COLUMNS)})
values ({", ".join(["%s"] * len(COLUMNS))})
returning id
"""  # noqa: S608  only names of columns


def _insert(cast: Vote) -> None:
    values = [one.get_db_prep_save(getattr(cast, one.attname), connection) for one in COLUMNS]
    with planned_once() as cursor:
        cursor.execute(CAST, [cast.seat_id, *values])
        (cast.pk,) = cursor.fetchone()
    cast._state.adding = False


def record_vote(
    own: Seat, idea: Idea, by: Actor, cast: Vote, effects: Sequence[dict[str, Any]] = ()
) -> Event:
    """The event of a vote: whose seat and which round, of the vote its SHA-256, and what else followed."""
    replaced = own.voted  # type: ignore[attr-defined] # annotated by own_seat
    return append(
        subject=Subject("idea", idea.key),
        verb="vote_cast",
        by=by,
        payload={"seat": str(own.key), "round": str(own.round.key), "vote_sha256": _vote_sha256(cast)}
        | ({"casting": True} if is_casting(own) else {}),
        effects=[effect("vote", None, "replaced" if replaced else "cast", seat=str(own.key)), *effects],
    )


def is_casting(own: Seat) -> bool:
    """Whether this is the chair's seat, asked to settle the opinion. `own` is of `own_seat`."""
    return own.is_chair and bool(own.casting)  # type: ignore[attr-defined] # annotated by own_seat


def _settles_for_sure(own: Seat, ballot: Ballot) -> bool:
    """Whether this vote is the last one and leaves no tie and some score: then nothing else has to be read.

    Who sits was chosen so that all votes together reach the quorum, and another department. Where a decision is
    written already, who is asked next is read.
    """
    if own.round.state != "open" or own.others_wait:  # type: ignore[attr-defined] # annotated by own_seat
        return False
    if hasattr(own.round, "decision"):
        return False
    if own.round.gate == "G0":
        return True
    scored = any("level" in score for score in ballot.scores.values())
    sides = {"for_it": own.for_it, "against": own.against}  # type: ignore[attr-defined]
    chair = ballot.choice if own.is_chair else own.chair_choice  # type: ignore[attr-defined]
    return (
        ballot.choice != "abstain"
        and (scored or not own.round.rules.get("criteria"))
        and not rules.is_tied(ballot.choice, chair=chair, **sides)
    )


def _ask_next(own: Seat, idea: Idea, by: Actor, parties: list[authority.Party] | None) -> bool:
    """Ask for what follows a vote; True when someone else was asked. `parties`: who decides, when that is sure.

    At G0 the lead who voted alone, without deciding in the same act, keeps the decision to make.
    """
    if parties is not None:
        own_turn = [party for party in parties if own.round.gate == "G0" and party.person == by.principal]
        ask_decision(own.round, idea, own_turn or parties)
        return not own_turn
    late = queries.is_drawn(own.round) or clock.now() >= (own.round.review_due_at or own.round.due_at)
    others_wait = own.others_wait or own.round.state == "seating"  # type: ignore[attr-defined]
    if others_wait and not late:
        return False
    settle(own.round, idea)
    return True


def _judgements(round_: GateRound, must_meets: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The answers to judgements, in the rules' order and in one shape; facts are read, not answered."""
    return {
        rule["key"]: {
            "answer": must_meets[rule["key"]]["answer"],
            "reason": str(must_meets[rule["key"]].get("reason", "")).strip(),
        }
        for rule in round_.rules.get("must_meet", [])
        if rule["kind"] == "judgement"
    }


def _score(score: dict[str, Any]) -> dict[str, Any]:
    return {"not_applicable": True} if score.get("not_applicable") else {"level": score["level"]}


def _condition(item: dict[str, str]) -> dict[str, str]:
    return {"text": item["text"].strip(), "due_on": item["due_on"]}


def open_others(*, seat_key: Any, by: Actor) -> Seat:
    """Read the others' votes; from now on one's own can no longer be replaced. Asks for a vote of one's own first."""
    with locked(rounds__seats__key=seat_key) as idea:
        own = own_seat(seat_key, by)
        by = acting_in(own, by)
        against = conflicts_of(acting(by), idea, own.round.gate)
        if any(found.hard for found in against.values()):
            raise NotAllowed(refusal_for_conflict(idea), code="others.hard_conflict")
        if not own.voted:  # type: ignore[attr-defined] # annotated by own_seat
            raise Conflict(
                _("Give your own vote first; then you can read the others’."), code="others.before_own"
            )
        if not queries.answers_for(own, by.human):
            raise queries.not_your_vote()
        if own.others_opened_at is None:
            own.others_opened_at = clock.now()
            own.save(update_fields=["others_opened_at"])
            drop_kept(own)
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
        "condition": _("Give each condition a text and a date, and name at least one."),
        "comment": _("Tell the team what is missing."),
        "unknown": _("This gate does not ask one of these questions. Open the page again."),
    }[gap]


def acting(by: Actor) -> list[Person]:
    """Whose conflicts bar the act: a deputy carries those of both."""
    return list({one.pk: one for one in (by.human, by.principal)}.values())


def _check_version(idea: Idea, content_version: int) -> None:
    if content_version != idea.content.version:
        raise Conflict(
            _("The team changed the text since you read it. Read the new version, then confirm your vote."),
            code=OTHER_VERSION,
        )


def check_may_vote(
    own: Seat, idea: Idea, against: Mapping[int, Conflicts], by: Actor, *, decides: bool = False
) -> None:
    """Raises NotAllowed (hard conflict) or Conflict (the vote can no longer change). `own` is of `own_seat`."""
    if any(against[one.pk].hard for one in acting(by)):
        raise NotAllowed(refusal_for_conflict(idea), code="vote.hard_conflict")
    if own.others_opened_at is not None and not is_casting(own):
        raise Conflict(
            _(
                "You have read the others’ votes, so yours can no longer be changed. It counts as you gave it."
            ),
            code="vote.others_opened",
        )
    # Whoever has not voted may have been called in place of a vote that is gone.
    settled = own.voted and not is_casting(own)  # type: ignore[attr-defined]
    if settled and not decides and (refusal := rests_on_votes(own.round)):
        raise refusal


def rests_on_votes(round_: GateRound) -> Conflict | None:
    """Why a vote that is in can no longer change in an open round, though the others' were not read; None if it can.

    It says that a decision waits, and not for whom: only one outcome waits for a consent.
    """
    if queries.is_drawn(round_):
        return Conflict(
            _("The session’s shortlist is drawn from the votes as they were: yours can no longer change."),
            code="vote.shortlist_drawn",
        )
    if hasattr(round_, "decision"):
        return Conflict(
            _(
                "The decision is written, and waits for a signature or a consent before it counts. Votes stand as"
                " they were given."
            ),
            code="vote.decided",
        )
    return None


def refusal_for_conflict(idea: Idea) -> str:
    """With hidden authors a refusal says nothing more: a reason would name the team."""
    if access().names_hidden(idea):
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
