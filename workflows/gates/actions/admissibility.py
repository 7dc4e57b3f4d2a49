"""G0 in one act: the lead who holds the one seat answers the must-meets, and decides."""

from typing import Any

from django.utils.translation import gettext as _

from incubator.events.actions import Subject, reading
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Invalid
from incubator.people.actors import Actor
from workflows.gates import authority, records
from workflows.gates.actions.choices import Choice, written_gaps
from workflows.gates.actions.decisions import checked_with, locked_for, write
from workflows.gates.actions.elsewhere import check_elsewhere
from workflows.gates.actions.seats import acting_in, own_seat
from workflows.gates.actions.votes import Ballot, acting, gap_sentence, put_in, record_vote
from workflows.gates.conflicts import conflicts_of, conflicts_of_both
from workflows.gates.models import Decision, GateRound
from workflows.gates.rules import GO_ON, Permitted, vote_gaps


def admit(
    *,
    seat_key: Any,
    by: Actor,
    must_meets: dict[str, dict[str, str]],
    choice: Choice,
    content_version: int,
) -> Decision:
    """Cast the seat's vote, derived from the outcome chosen, and decide: both or neither.

    Raises as `vote` and `decide` do; the outcome cannot go on against an answer that is not yes.
    """
    with locked_for(choice, rounds__seats__key=seat_key) as (idea, choice):
        own = own_seat(seat_key, by)
        round_, by = own.round, acting_in(own, by)
        round_.idea, vars(round_)["has_drafts"] = idea, vars(own)["has_drafts"]
        _check_complete(round_, must_meets, choice)
        rights = authority.rights_to_decide(round_, idea, by)
        # One statement asks for all that vote and decision ask.
        deciders = [one for right in rights for one in authority.concerned_by(right)]
        people = [own.person, *acting(by), *deciders]
        against = conflicts_of_both(people, idea, choice.merged_into, round_.gate)
        cast = put_in(own, idea, by, _ballot(choice, must_meets, content_version), against[0], decides=True)
        voted = record_vote(own, idea, by, cast)
        checked = checked_with(round_, idea, choice, rights, records.alone(own, cast), against)
        with reading(Subject("idea", idea.key), (voted.sequence, voted.hash)):
            decision = write(round_, idea, choice, checked)
        if decision.issued_at is None:
            # Issuing it closes the panel's work too; a draft leaves the round open.
            inbox.close(f"vote:{own.key}")
        return decision


def _ballot(choice: Choice, must_meets: dict[str, dict[str, str]], content_version: int) -> Ballot:
    return Ballot(
        choice=_vote_of(choice),
        must_meets=must_meets,
        scores={},
        conditions=[
            {"text": text, "due_on": due_on.isoformat()} for text, _owner, due_on in choice.conditions
        ],
        comment_to_authors="" if choice.outcome in GO_ON else choice.reasons,
        content_version=content_version,
    )


def check_admission(
    round_: GateRound, must_meets: dict[str, dict[str, str]], choice: Choice, by: Actor
) -> None:
    """For the page that is read before: raises Invalid as `admit` does, NotAllowed when whoever merges is close to
    the other idea."""
    _check_complete(round_, must_meets, choice)
    target = choice.merged_into
    if target is not None:
        check_elsewhere(round_.idea, target, by, conflicts_of(acting(by), target, round_.gate))


def _check_complete(round_: GateRound, must_meets: dict[str, dict[str, str]], choice: Choice) -> None:
    """Raises Invalid with every field of answers and decision that lacks something, all at once."""
    rules = round_.rules
    onward = choice.outcome in GO_ON
    gaps = vote_gaps(rules, "abstain", must_meets, {}, [], "")
    fields = {name: [gap_sentence(gap)] for name, gap in gaps.items()}
    allowed = Permitted(choice.outcome, needs_conditions=choice.outcome == "go_with_conditions")
    today = clock.today(round_.idea.programme.entity.time_zone)
    fields |= written_gaps(choice, allowed, {"rules": rules, "facts": {}, "seats": []}, today)
    if onward and any(given.get("answer") in ("no", "cannot_tell") for given in must_meets.values()):
        fields["outcome"] = [
            _("To go on, every must-meet is answered with yes. Choose another outcome, or look again.")
        ]
    if fields:
        raise Invalid(_("The decision is not complete yet."), code="admit.incomplete", fields=fields)


def _vote_of(choice: Choice) -> str:
    if choice.outcome not in GO_ON:
        return "not_now"
    return "go_if" if choice.outcome == "go_with_conditions" else "go"
