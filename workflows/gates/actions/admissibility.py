"""G0 in one act: the lead who holds the one seat answers the must-meets, and decides."""

from typing import Any

from django.utils.translation import gettext as _

from ideas.lock import locked
from incubator.lib.refusals import Invalid
from incubator.people.actors import Actor
from workflows.gates.actions.decisions import Choice, decide, written_gaps
from workflows.gates.actions.votes import gap_sentence, vote
from workflows.gates.models import Decision
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
    with locked(rounds__seats__key=seat_key) as idea:
        round_ = idea.rounds.get(seats__key=seat_key)
        check_admission(round_.rules, must_meets, choice)
        vote(
            seat_key=seat_key,
            by=by,
            choice=_vote_of(choice),
            must_meets=must_meets,
            scores={},
            conditions=[
                {"text": text, "due_on": due_on.isoformat()} for text, _owner, due_on in choice.conditions
            ],
            comment_to_authors="" if choice.outcome in GO_ON else choice.reasons,
            content_version=content_version,
        )
        return decide(round_key=round_.key, by=by, choice=choice)


def check_admission(rules: dict[str, Any], must_meets: dict[str, dict[str, str]], choice: Choice) -> None:
    """Raises Invalid with every field of answers and decision that lacks something, all at once."""
    onward = choice.outcome in GO_ON
    gaps = vote_gaps(rules, "abstain", must_meets, {}, [], "")
    fields = {name: [gap_sentence(gap)] for name, gap in gaps.items()}
    allowed = Permitted(choice.outcome, needs_conditions=choice.outcome == "go_with_conditions")
    fields |= written_gaps(choice, allowed, {"rules": rules, "facts": {}, "seats": []})
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
