"""What a decider chooses and writes, and what it lacks: read before anything is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.models import Department, Person
from workflows.gates import rules
from workflows.gates.models import Decision, GateRound


@dataclass(frozen=True)
class Choice:
    """What a decider writes. `conditions`: `(text, owner, due date)`; `gaps`: named lacks of a rework.

    `target`: the idea a merge leads into; `redirect_to`: one of `rules.REDIRECTS`, with the `service` if it is one.
    """

    outcome: str
    reasons: str
    criterion_reasons: dict[str, str] = field(default_factory=dict)
    departure_reason: str = ""
    conditions: Sequence[tuple[str, Person, date]] = ()
    gaps: Sequence[str] = ()
    learning: str = ""
    hold_until: date | None = None
    hold_condition: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    target: Idea | None = None
    redirect_to: str = ""
    service: Department | None = None

    @property
    def merged_into(self) -> Idea | None:
        """The other idea that this changes too; its lock is taken with the idea's own."""
        return self.target if self.outcome == "merge" else None


def permitted_one(round_: GateRound, record: dict[str, Any], outcome: str) -> rules.Permitted:
    # A session has read the opinion already: what votes are missing then no longer matters.
    compared = "comparison" in record and not record["comparison"].get("carried")
    waiting = not compared and any(seat["vote"] is None for seat in record["seats"])
    if waiting and clock.now() < (round_.review_due_at or round_.due_at):
        raise Conflict(
            _(
                "The panel has until its due date to vote, and votes are still missing. Decide once they are in."
            ),
            code="decide.panel_still_votes",
        )
    found = next((item for item in rules.permitted(record) if item.outcome == outcome), None)
    if found is None:
        raise Conflict(
            _(
                "This outcome is not open now: look at the opinion and at what is not met yet, and choose another."
            ),
            code="decide.not_permitted",
            fields={"outcome": [_("Choose one of the outcomes that are open.")]},
        )
    return found


def written_gaps(
    choice: Choice, allowed: rules.Permitted, record: dict[str, Any], today: date
) -> dict[str, list[str]]:
    """What the written decision lacks: form field → sentences. Of the record, the rules and answers are read.

    `today`: the entity's, by which a hold ends.
    """
    gaps = rules.decision_gaps(
        record,
        outcome=choice.outcome,
        reasons=choice.reasons,
        criterion_reasons=choice.criterion_reasons,
        departs=allowed.departs,
        departure_reason=choice.departure_reason,
        conditions=len(choice.conditions),
        needs_conditions=allowed.needs_conditions,
        gaps=choice.gaps,
        held=bool(choice.hold_until or choice.hold_condition.strip()),
        learning=choice.learning,
        target=choice.target is not None,
        redirect_to=choice.redirect_to,
        service=choice.service is not None,
    )
    if choice.outcome == "hold" and choice.hold_until and choice.hold_until <= today:
        gaps["hold_until"] = "future"
    if choice.outcome not in Decision.Outcome.values:
        # Which other fields are owed follows from the outcome.
        gaps = {"outcome": "outcome"} | {name: gap for name, gap in gaps.items() if name == "reasons"}
    return {name: [decision_sentence(gap)] for name, gap in gaps.items()}


def check_written(choice: Choice, allowed: rules.Permitted, record: dict[str, Any], today: date) -> None:
    """Raises Invalid with all that `written_gaps` finds."""
    if gaps := written_gaps(choice, allowed, record, today):
        raise Invalid(_("The decision is not complete yet."), code="decide.incomplete", fields=gaps)


def decision_sentence(gap: str) -> str:
    """What to say about one gap that `rules.decision_gaps` found."""
    return {
        "outcome": _("Choose one of the outcomes."),
        "reasons": _("Give the reasons, in a sentence at least: the author reads them first."),
        "criterion": _("Tie the reasons to at least one criterion or must-meet."),
        "departure": _("This departs from the panel’s opinion. Say why."),
        "condition": _("Name at least one condition, with an owner and a date."),
        "no_condition": _("Conditions go with “go on, with conditions”. Choose that, or remove them."),
        "gap": _("Name at least one thing to complete."),
        "hold": _("Give a date, or the condition the idea waits for."),
        "learning": _("Say what others can learn from it: it goes on the learning sheet."),
        "answer": _("Answer this must-meet with yes before going on."),
        "future": _("Choose a day after today."),
        "target": _("Give the number of the idea this one goes on in."),
        "redirect": _("Say whom the idea is handed to."),
        "service": _("Name the service that can do it."),
    }[gap]
