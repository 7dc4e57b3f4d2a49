"""Questions a lead asks experts while an idea is at a gate: asked, answered, or closed without an answer."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person
from workflows.gates import authority
from workflows.gates.actions.rounds import expert_item
from workflows.gates.actions.seats import check_apart, open_or_seating
from workflows.gates.conflicts import conflicts_of
from workflows.gates.models import ExpertQuestion, GateRound

# Beside the holders of the role: whoever answers for money and for purchases.
ALSO_ASKED = (Mandate.Capacity.FINANCE, Mandate.Capacity.PROCUREMENT)
SHORTEST = 10


def ask_expert(
    *, round_key: Any, expert: Person, question: str, due_on: date | None, by: Actor
) -> ExpertQuestion:
    """A lead asks an expert something about an idea at a gate; the answer is due at the end of that day.

    Raises NotAllowed (no lead, too close, or sits where authors are hidden), Conflict (the round is over), Invalid on
    `expert`, `question`, `due_on`.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = open_or_seating(round_key)
        _check_lead(by, idea, round_)
        check_apart(idea, by)
        zone = idea.programme.entity.time_zone
        _check_question(
            idea, round_, expert, question, due_on if due_on and due_on > clock.today(zone) else None
        )
        assert due_on is not None, "checked above"
        made = ExpertQuestion.objects.create(
            round=round_,
            expert=expert,
            question=question.strip(),
            asked_by=by.human,
            asked_at=clock.now(),
            due_at=working_days.end_of_day(due_on, zone),
        )
        wait_for(
            [expert],
            idea=idea,
            key=expert_item(round_),
            verb="answer_expert_question",
            url=reverse("expert-questions", args=[round_.key]),
            due_at=made.due_at,
        )
        effects = [effect("question", None, "open", question=str(made.key), expert=str(expert.key))]
        record(idea, "expert_asked", by, effects, **_said(made, question_sha256=sha256(made.question)))
        return made


def answer_expert(*, question_key: Any, answer: str, by: Actor) -> ExpertQuestion:
    """The expert, or a deputy of an absent one, answers; the panel and whoever decides read it at once.

    Raises NotFound for another's question, NotAllowed for whoever is too close, Conflict when it is settled or the
    round is over, Invalid on `answer`.
    """
    with locked(rounds__expert_questions__key=question_key) as idea:
        asked = _open_question(question_key)
        by = roles.acting_as(by.human, [asked.expert])
        if by.principal != asked.expert:
            raise NotFound(_("There is no such question, or it is not asked of you."))
        against = conflicts_of(
            {one.pk: one for one in (by.human, by.principal)}.values(), idea, asked.round.gate
        )
        if any(found.hard for found in against.values()):
            raise NotAllowed(
                _("You cannot answer on this idea: you are too close to it. Tell the programme lead."),
                code="expert.hard_conflict",
            )
        if not answer.strip():
            sentence = _("Write your answer.")
            raise Invalid(sentence, code="expert.answer", fields={f"answer_{asked.key}": [sentence]})
        asked.answer, asked.answered_by, asked.answered_at = answer.strip(), by.human, clock.now()
        asked.save(update_fields=["answer", "answered_by", "answered_at"])
        _settled(asked)
        effects = [effect("question", "open", "answered", question=str(asked.key))]
        record(idea, "expert_answered", by, effects, **_said(asked, answer_sha256=sha256(asked.answer)))
        return asked


def close_question(*, question_key: Any, reason: str, by: Actor) -> ExpertQuestion:
    """A lead closes a question without an answer and says why; so does the system for an expert who has left.

    Raises NotAllowed (no lead), Conflict when it is settled or the round is over, Invalid on `reason`.
    """
    with locked(rounds__expert_questions__key=question_key) as idea:
        asked = _open_question(question_key)
        if by.system is None:
            _check_lead(by, idea, asked.round)
        if not 0 < len(reason.strip()) <= 300:
            sentence = _("Say in a line why it is closed without an answer.")
            raise Invalid(sentence, code="expert.reason", fields={f"reason_{asked.key}": [sentence]})
        asked.closed_at, asked.closed_reason = clock.now(), reason.strip()
        asked.save(update_fields=["closed_at", "closed_reason"])
        _settled(asked)
        effects = [effect("question", "open", "closed", question=str(asked.key))]
        record(
            idea,
            "expert_question_closed",
            by,
            effects,
            **_said(asked, reason_sha256=sha256(asked.closed_reason)),
        )
        return asked


def experts(idea: Idea) -> list[Person]:
    """Who may be asked about this idea, each once: experts of the programme, finance and procurement."""
    programme = idea.programme
    able = list(grants.holders("expert", entity=programme.entity, programme_key=programme.key))
    return list({one.pk: one for one in [*able, *roles.mandated(idea, *ALSO_ASKED)]}.values())


def open_questions(**which: Any) -> QuerySet[ExpertQuestion]:
    """Neither answered nor closed, of rounds that are not over."""
    found = ExpertQuestion.objects.filter(answered_at=None, closed_at=None, **which)
    return found.filter(round__state__in=["seating", "open"])


def _check_question(
    idea: Idea, round_: GateRound, expert: Person, question: str, due_on: date | None
) -> None:
    fields = {}
    close = conflicts_of([expert], idea, round_.gate)[expert.pk].hard
    if expert not in experts(idea) or close:
        # One sentence for both: it must not tell who is in the team.
        fields["expert"] = [_("This person cannot be asked about this idea. Choose another expert.")]
    if len(question.strip()) < SHORTEST:
        fields["question"] = [_("Ask in a sentence what you want to know.")]
    if due_on is None:
        fields["due_on"] = [_("Choose a day after today.")]
    if fields:
        raise Invalid(_("The question is not complete yet."), code="expert.incomplete", fields=fields)


def _check_lead(by: Actor, idea: Idea, round_: GateRound) -> None:
    if not authority.leads(idea, by, round_.gate):
        raise NotAllowed(
            _("Experts are asked by a programme lead who has no link to the idea."), code="expert.not_lead"
        )


def _open_question(key: Any) -> ExpertQuestion:
    found = open_questions(key=key).select_related("expert", "round").first()
    if found is None:
        raise Conflict(
            _("This question is settled already, or the consultation is over."), code="expert.over"
        )
    return found


def _settled(asked: ExpertQuestion) -> None:
    """The expert's work is done when nothing more is asked of them in this round."""
    if not open_questions(round=asked.round, expert=asked.expert).exists():
        inbox.close_for_person(asked.expert, expert_item(asked.round))


def _said(asked: ExpertQuestion, **more: str) -> dict[str, str]:
    return {"round": str(asked.round.key), "gate": asked.round.gate, "question": str(asked.key)} | more
