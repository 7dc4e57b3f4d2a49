"""Seats by hand: a lead gives one, its holder leaves it, one that became too close is voided."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.access import access
from ideas.acts import record
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.built_once import BuiltOnce, Given
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people import sign_in
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Person
from workflows.gates import authority, hooks, pools, queries, records
from workflows.gates.actions.rounds import drop_kept, seat_keys
from workflows.gates.actions.seating import (
    ask_vote,
    call_substitutes,
    is_from_elsewhere,
    is_lost,
    open_round,
)
from workflows.gates.conflicts import Conflicts, conflicts, conflicts_of
from workflows.gates.models import GateRound, KeptDecision, Seat, Vote


def seat(
    *, round_key: str, person: Person, by: Actor, conflict_reason: str = "", chair: bool = False
) -> Seat:
    """A lead seats someone; a soft conflict needs its reason recorded. The round opens when all seats are taken.

    Raises NotAllowed for a hard conflict, an administrator or a non-lead, Invalid without the reason a soft conflict
    needs, or when the last seat would leave the panel without a chair or without anyone from another department.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = open_or_seating(round_key)
        check_lead(by, idea, round_.gate)
        check_apart(idea, by)
        _check_seatable(person, idea, conflicts(person, idea, round_.gate), conflict_reason)
        seats = list(Seat.objects.filter(round=round_).select_related("person"))
        taken = [item for item in seats if item.state == "open"]
        if person.pk in {item.person_id for item in seats} | queries.have_voted_for_others(round_):
            raise Conflict(
                _("This person has, or had, a seat here already. Choose someone else."), code="seat.twice"
            )
        elsewhere = is_from_elsewhere(person, idea)
        _check_place(round_, taken, elsewhere=elsewhere, chair=chair)
        made = Seat.objects.create(
            round=round_,
            person=person,
            is_chair=chair,
            other_department=elsewhere,
            seated_at=clock.now(),
            conflict_reason=conflict_reason.strip(),
        )
        if len(taken) + 1 == round_.rules["seats"]:
            voted = set(Vote.objects.filter(seat__in=taken, in_force=True).values_list("seat", flat=True))
            waiting = [item for item in [*taken, made] if item.pk not in voted]
            open_round(round_, idea, [made], by, ask=waiting)
            return made
        if round_.opened_at is not None:
            # The panel has voted already, and may be complete without its last seat.
            ask_vote(round_, idea, [made])
        append(
            subject=Subject("idea", idea.key),
            verb="seated",
            by=by,
            payload={
                "round": str(round_.key),
                "reason_sha256": sha256(conflict_reason) if conflict_reason else "",
            },
            effects=[effect("seat", None, "open", person=str(person.key), seat=str(made.key))],
        )
        return made


def step_aside(*, seat_key: Any, by: Actor) -> None:
    """Leave one's seat, without a reason. The vote in force, if any, is ended; a substitute is called by itself."""
    with locked(rounds__seats__key=seat_key) as idea:
        left = own_seat(seat_key, by)
        by = acting_in(left, by)
        now = clock.now()
        left.votes.filter(in_force=True).update(in_force=False, ended_at=now, end_reason="stepped_aside")
        left.state, left.left_at, left.is_chair = "aside", now, False
        left.save(update_fields=["state", "left_at", "is_chair"])
        drop_kept(left)
        inbox.close(*seat_keys(left.key))
        effects = [effect("seat", "open", "aside", seat=str(left.key))]
        effects += call_substitutes(left.round, idea, by)
        record(idea, "stepped_aside", by, effects, round=str(left.round.key))


def change_seat(
    *, seat_key: Any, by: Actor, reason: str, person: Person | None = None, conflict_reason: str = ""
) -> Seat | None:
    """A lead gives a seat to someone else, named or called from the pool, and says why. Gives the new seat, if named.

    Raises NotAllowed for a non-lead, someone too close or an administrator, Invalid without a reason, Conflict when
    the seat's vote stands: one that takes a side does, so that nobody chooses votes by choosing seats; or when
    `seats_may_change` does not say so.
    """
    with locked(rounds__seats__key=seat_key) as idea:
        left = Seat.objects.select_related("round", "person").get(key=seat_key)
        round_ = open_or_seating(left.round.key)
        check_lead(by, idea, round_.gate)
        check_apart(idea, by)
        _check_changeable(left, reason)
        others = list(Seat.objects.filter(round=round_).exclude(pk=left.pk))
        elsewhere = False
        if person is not None:
            _check_seatable(person, idea, conflicts(person, idea, round_.gate), conflict_reason)
            elsewhere = is_from_elsewhere(person, idea)
            _check_substitute(round_, left, others, person, elsewhere=elsewhere)
        chaired, now = left.is_chair, clock.now()
        left.votes.filter(in_force=True).update(in_force=False, ended_at=now, end_reason="seat_changed")
        left.state, left.left_at, left.is_chair, left.left_reason = "replaced", now, False, reason.strip()
        left.save(update_fields=["state", "left_at", "is_chair", "left_reason"])
        drop_kept(left)
        inbox.close(*seat_keys(left.key))
        effects = [effect("seat", "open", "replaced", seat=str(left.key))]
        made = None
        if person is None:
            effects += call_substitutes(round_, idea, by)
        else:
            made = Seat.objects.create(
                round=round_,
                person=person,
                is_chair=chaired,
                other_department=elsewhere,
                seated_at=now,
                conflict_reason=conflict_reason.strip(),
                substitute_for=left,
            )
            effects.append(effect("seat", None, "open", person=str(person.key), seat=str(made.key)))
            if is_lost(round_, idea):
                effects += hooks.fire("opinion_lost", idea=idea, by=by, cause=round_)
            if round_.state == "open":
                inbox.close(
                    *[f"{act}:{round_.key}" for act in ("decide", "casting_vote", "complete_opinion")]
                )
            if round_.opened_at is not None:
                # As in `seat`: the others were asked already, whether or not one more seat is free now.
                ask_vote(round_, idea, [made])
        keys = {"round": str(round_.key), "reason_sha256": sha256(reason.strip())}
        record(idea, "seat_changed", by, effects, **keys)
        return made


def _check_changeable(left: Seat, reason: str) -> None:
    if left.state != "open":
        raise Conflict(_("This seat has been left already."), code="seat.left")
    if not reason.strip():
        sentence = _("Say in a line why the seat goes to someone else.")
        raise Invalid(sentence, code="seat.reason", fields={"reason": [sentence]})
    if not seats_may_change(left.round):
        raise Conflict(
            _(
                "Who has answered is not shown, so a seat is given to someone else before anybody has answered, or when"
                " the opinion lacks something. Its holder can step aside at any time."
            ),
            code="seat.not_now",
        )
    if left.votes.filter(in_force=True).exclude(choice="abstain").exists():
        raise Conflict(
            _("This seat stays as it is. Only its holder can step aside.")
            if voters_hidden(left.round)
            else _(
                "This seat has voted, and its vote takes a side: it stands. Only its holder can step aside."
            ),
            code="seat.stands",
        )


def seats_may_change(round_: GateRound) -> bool:
    """Whether a lead may now give any seat of this round to someone else: read from what the lead's page shows anyway.

    While voters are hidden neither an offer nor a refusal may tell which seat has answered.
    """
    if not voters_hidden(round_) or queries.is_incomplete(round_):
        return True
    return not Vote.objects.filter(seat__round=round_, seat__state="open", in_force=True).exists()


def voters_hidden(round_: GateRound) -> bool:
    """Whether nobody but the auditor may learn who has voted, or how."""
    return bool(round_.rules.get("voters_hidden", True))


def _check_substitute(
    round_: GateRound, left: Seat, others: Sequence[Seat], person: Person, *, elsewhere: bool
) -> None:
    sat = {item.person_id for item in others} | queries.have_voted_for_others(round_)
    if person.pk == left.person_id or person.pk in sat:
        raise Conflict(
            _("This person has, or had, a seat here already. Choose someone else."), code="seat.twice"
        )
    somebody = elsewhere or any(item.other_department for item in others if item.state == "open")
    if round_.rules.get("diversity") and not somebody:
        sentence = _("Everybody seated is from the team’s own department. Choose someone from another.")
        raise Invalid(sentence, code="seat.place", fields={"person": [sentence]})


def conflicted_seats(round_: GateRound, idea: Idea) -> list[Seat]:
    """The open seats whose holder, or the deputy who voted in one, has come too close since (three queries)."""
    seats = [item for item in records.sitting(round_) if item.state == "open"]
    concerned = [one for item in seats for one in records.voters(item)]
    against = conflicts_of(concerned, idea, round_.gate)
    return [item for item in seats if any(against[one.pk].hard for one in records.voters(item))]


def void_conflicted(*, round_key: Any, by: Actor = SUBSTITUTION) -> int:
    """Void the seats whose holder has come too close, keep their votes as ended, and call substitutes.

    Gives how many. Done before a decision is taken, and whenever a team, a post or a declared link changes.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = open_or_seating(round_key)
        voided, now = conflicted_seats(round_, idea), clock.now()
        if not voided:
            return 0
        Vote.objects.filter(seat__in=voided, in_force=True).update(
            in_force=False, ended_at=now, end_reason="conflict"
        )
        Seat.objects.filter(pk__in=[item.pk for item in voided]).update(
            state="voided", left_at=now, is_chair=False
        )
        drop_kept(*voided)
        inbox.close(*[key for item in voided for key in seat_keys(item.key)])
        effects = [effect("seat", "open", "voided", seat=str(item.key)) for item in voided]
        effects += call_substitutes(round_, idea, by)
        record(idea, "votes_voided", by, effects, round=str(round_.key), gate=round_.gate)
        return len(voided)


def replace_leaver(*, seat_key: Any, by: Actor) -> None:
    """Someone leaves: an unvoted seat goes to a substitute, a cast vote stands."""
    with locked(rounds__seats__key=seat_key) as idea:
        left = Seat.objects.select_related("round").get(key=seat_key)
        if left.state != "open" or left.votes.filter(in_force=True).exists():
            return
        left.state, left.left_at, left.is_chair = "replaced", clock.now(), False
        left.save(update_fields=["state", "left_at", "is_chair"])
        drop_kept(left)
        inbox.close(*seat_keys(left.key))
        effects = [effect("seat", "open", "replaced", seat=str(left.key))]
        effects += call_substitutes(left.round, idea, by)
        record(idea, "seat_replaced", by, effects, round=str(left.round.key))


def own_seat(seat_key: Any, by: Actor) -> Seat:
    """The actor's own open seat in a round that is open, or that of someone absent the actor stands in for.

    Raises NotFound for another's, Conflict when it is over.
    Annotated: `voted`, whether it has a vote in force; `others_wait`, whether another open seat has none;
    `sits_too`, whether the actor has a seat of one's own beside a lent one, or has voted in another lent one;
    `for_it`, `against`, `chair_choice` of the other seats; `has_drafts`, whether decisions are kept unfinished.
    """
    person = by.human
    found = OWN_SEAT.first(key=seat_key, person=person.pk, day=clock.today())
    # A vote that was cast stands when its voter leaves; nobody who has left casts or changes one.
    if found is None or not person.is_active:
        raise NotFound(_("There is no such seat, or it is not yours. Your seats are in My work."))
    if found.state != "open" or found.round.state not in ("open", "seating"):
        raise Conflict(_("This consultation is over, or you left your seat."), code="seat.closed")
    return found


def _own_seat() -> QuerySet[Seat]:
    person = Given("person")
    votes = Vote.objects.filter(seat=OuterRef("pk"), in_force=True)
    others = Seat.objects.filter(round=OuterRef("round"), state="open").exclude(pk=OuterRef("pk"))
    return (
        Seat.objects.select_related("round__decision", "person")
        .annotate(
            voted=Exists(votes),
            others_wait=Exists(others.exclude(Exists(votes))),
            has_drafts=Exists(KeptDecision.objects.filter(round=OuterRef("round"))),
            sits_too=Exists(others.filter(Q(person=person) | Q(votes__in_force=True, votes__cast_by=person))),
            **queries.sides_of_others(),
        )
        .filter(queries.held_by(person, Given("day")), key=Given("key"))
    )


OWN_SEAT = BuiltOnce(_own_seat)


def acting_in(seat: Seat, by: Actor) -> Actor:
    """The actor in this seat: oneself, or a deputy for its holder. `seat` is of `own_seat`.

    Raises NotAllowed for a deputy who has a seat of one's own here, or has voted in another: nobody has two votes.
    """
    if seat.person_id == by.human.pk:
        return by
    if seat.sits_too:  # type: ignore[attr-defined] # annotated by own_seat
        raise queries.two_votes()
    return Actor(person=by.human, on_behalf_of=seat.person)


def open_or_seating(round_key: Any) -> GateRound:
    found = GateRound.objects.filter(key=round_key, state__in=["seating", "open"]).first()
    if found is None:
        raise Conflict(_("This consultation is over."), code="round.closed")
    return found


def check_lead(by: Actor, idea: Idea, gate: str) -> None:
    """Raises NotAllowed unless a lead of the programme, or a lead's deputy, acts: neither with a hard conflict."""
    if not authority.leads(idea, by, gate):
        raise NotAllowed(
            _("Seats are filled by a programme lead who has no link to the idea."), code="seat.not_lead"
        )


READS_WITHOUT_NAMES = gettext_lazy(
    "You sit on this panel, which reads without names: another lead seats people and asks experts, or you step aside."
)


def reads_without_names(idea: Idea, by: Actor) -> bool:
    """Whether whoever does a lead's work here, or the lead they do it for, judges this idea without its authors.

    Not `sees_authors`: a deputy, or a director in a lead's place, reads without names and yet judges nothing.
    """
    return queries.judges(idea, by.human, by.principal) and access().names_hidden(idea)


def check_apart(idea: Idea, by: Actor) -> None:
    """Raises NotAllowed for a lead who sits where authors are hidden: an act would tell who is close to them."""
    if reads_without_names(idea, by):
        raise NotAllowed(READS_WITHOUT_NAMES, code="seat.reads_without_names")


def _check_place(round_: GateRound, taken: Sequence[Seat], *, elsewhere: bool, chair: bool) -> None:
    """A seat is free, one person chairs, and the last seat completes a panel that can give an opinion."""
    wanted = round_.rules.get("seats", 0)
    if len(taken) >= wanted:
        raise Conflict(_("All seats are taken."), code="seat.none_free")
    chaired = any(item.is_chair for item in taken)
    fields = {}
    if chair and (chaired or wanted == 1):
        fields["chair"] = [_("This panel has its chair already, or needs none.")]
    last = len(taken) + 1 == wanted
    if last and wanted > 1 and not (chair or chaired):
        fields["chair"] = [_("Nobody chairs this panel yet: the last seat is the chair’s.")]
    if (
        last
        and round_.rules.get("diversity")
        and not (elsewhere or any(item.other_department for item in taken))
    ):
        fields["person"] = [
            _("Everybody seated is from the team’s own department. Choose someone from another.")
        ]
    if fields:
        raise Invalid(_("This seat cannot be given like that."), code="seat.place", fields=fields)


def _check_seatable(person: Person, idea: Idea, against: Conflicts, conflict_reason: str) -> None:
    if pools.administers(person, idea.programme):
        raise NotAllowed(
            _("This person is an administrator here, and an administrator never votes. Choose someone else."),
            code="seat.administrator",
        )
    if against.hard or not sign_in.may_sign_in(person):
        raise NotAllowed(
            _("This person cannot sit on this idea. Choose someone else."), code="seat.hard_conflict"
        )
    if against.soft and not conflict_reason.strip():
        sentence = _(
            "This person is close to the idea. Say why the seat is theirs all the same, or choose someone else."
        )
        raise Invalid(sentence, code="seat.soft_conflict", fields={"conflict_reason": [sentence]})
