"""What the gates hold about a person, for the person's own copy of their data. JSON-ready rows."""

from typing import Any

from ideas.drafting.masking.queries import masked_row, passages_for
from incubator.people.models import Person
from workflows.gates.models import ExpertQuestion, KeptDecision, KeptVote, Vote

Rows = list[dict[str, Any]]


def votes(person: Person) -> Rows:
    """The votes they cast, replaced ones included."""
    return [
        {
            "round": str(vote.seat.round.key),
            "cast_at": vote.cast_at.isoformat(),
            "in_force": vote.in_force,
            "choice": vote.choice,
            "must_meets": vote.must_meets,
            "scores": vote.scores,
            "comment_to_authors": vote.comment_to_authors,
            "comment_to_panel": vote.comment_to_panel,
        }
        for vote in Vote.objects.filter(cast_by=person).select_related("seat__round").order_by("pk")
    ]


def kept_decisions(person: Person) -> Rows:
    """What they typed of decisions they have not taken."""
    kept = KeptDecision.objects.filter(person=person).select_related("round").order_by("pk")
    return [
        {"round": str(one.round.key), "kept_at": one.kept_at.isoformat(), "typed": one.typed} for one in kept
    ]


def kept_votes(person: Person) -> Rows:
    """What they typed of votes they have not sent."""
    kept = KeptVote.objects.filter(person=person).select_related("seat__round").order_by("pk")
    return [
        {"round": str(one.seat.round.key), "kept_at": one.kept_at.isoformat(), "typed": one.typed}
        for one in kept
        if one.typed
    ]


def expert_answers(person: Person) -> Rows:
    """What they answered as an expert, or for one; the question as they read it on its page."""
    answered = ExpertQuestion.objects.filter(answered_by=person).select_related("round__idea").order_by("pk")
    return [
        {
            "round": str(one.round.key),
            "question": masked_row(one, ["question"], passages_for(one.round.idea, person)).question,
            "answer": one.answer,
            "answered_at": one.answered_at.isoformat() if one.answered_at else None,
        }
        for one in answered
    ]
