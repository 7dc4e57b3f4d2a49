"""The evaluation: someone outside the team is named, writes, and delivers. One event per act."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import keep, locked
from incubator.events.actions import effect
from incubator.events.rules import canonical, sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.evaluation import queries, rules, sentences
from workflows.evaluation.models import Evaluation
from workflows.gates import hooks
from workflows.gates.configuration import delays_of
from workflows.gates.leading import who_leads
from workflows.gates.queries import is_at_gate

Effects = list[dict[str, Any]]


def name_evaluator(*, idea: Idea, evaluator: Person, by: Actor) -> Evaluation:
    """The lead names who evaluates, with the programme's working days to write; a former one who has not delivered
    is relieved.

    Raises NotAllowed (not the lead), Conflict (not in evaluation, being decided, this person already),
    Invalid on `evaluator` (not independent of the team).
    """
    with locked(idea.pk) as idea:
        if not queries.leads(idea, by):
            raise NotAllowed(_("Only the programme lead names the evaluator."))
        roles.check_stands_in(by)
        _check_moment(idea)
        effects = _relieve(idea, evaluator)
        if not queries.is_independent(idea, evaluator):
            # The same sentence for every conflict: it must not tell who is in the team, nor what someone declared.
            sentence = _("This person cannot evaluate this idea. Choose someone with no link to it.")
            raise Invalid(sentence, fields={"evaluator": [sentence]}, code="evaluator.conflict")
        now = clock.now()
        evaluation = Evaluation.objects.create(
            idea=idea,
            number=Evaluation.objects.filter(idea=idea).count() + 1,
            evaluator=evaluator,
            named_by=by.human,
            named_at=now,
            due_at=roles.due_in(idea, delays_of(idea)["evaluation"]),
        )
        effects.append(effect("evaluator", "", evaluator.key, key=evaluation.key))
        effects += _hand_to(idea, Idea.Holder.EVALUATOR, evaluation)
        inbox.close(naming_item(idea))
        wait_for(
            [evaluator],
            idea=idea,
            key=evaluation_item(evaluation),
            verb="evaluate",
            url=reverse("evaluation", args=[idea.key]),
            due_at=evaluation.due_at,
        )
        record(idea, "evaluator_named", by, effects)
        return evaluation


def deliver(
    *,
    evaluation: Evaluation,
    findings: str,
    effect_on_staff: str,
    run_cost_euros_a_year: int,
    advice: str,
    run_owner: Person | None,
    by: Actor,
) -> Evaluation:
    """The evaluator delivers: readings are frozen beside the sealed targets, and the idea enters the next gate.

    Raises NotAllowed (not this evaluator, no longer independent), Conflict (delivered or relieved already),
    Invalid on the fields.
    """
    with locked(evaluation.idea_id) as idea:
        evaluation = _mine(evaluation, idea, by)
        errors = rules.evaluation_errors(
            findings=findings,
            effect_on_staff=effect_on_staff,
            run_cost_euros_a_year=run_cost_euros_a_year,
            advice=advice,
            has_run_owner=run_owner is not None and run_owner.is_active,
        )
        if errors:
            fields = {name: [sentences.error(name, code)] for name, code in errors.items()}
            raise Invalid(_("The evaluation needs mending before it is delivered."), fields=fields)
        evaluation.findings, evaluation.effect_on_staff = findings, effect_on_staff
        evaluation.run_cost_euros_a_year, evaluation.advice = run_cost_euros_a_year, advice
        evaluation.run_owner = run_owner
        evaluation.compared = queries.compared(idea)
        evaluation.compared_sha256 = sha256(canonical(evaluation.compared))
        evaluation.delivered_at = clock.now()
        evaluation.save()
        keep(idea.pk, queries.DELIVERED, evaluation)
        inbox.close(evaluation_item(evaluation))
        effects = [effect("evaluation", "open", "delivered", key=evaluation.key, advice=advice)]
        effects += hooks.fire("stage_ready", idea=idea, by=by)
        record(
            idea,
            "evaluation_delivered",
            by,
            effects,
            compared_sha256=evaluation.compared_sha256,
            findings_sha256=sha256(findings),
            effect_on_staff_sha256=sha256(effect_on_staff),
            **({"run_owner": str(run_owner.key)} if run_owner else {}),
        )
        return evaluation


def name_run_owner(*, evaluation: Evaluation, run_owner: Person, by: Actor) -> Evaluation:
    """The lead names, or replaces, who would run the service; until the investment is decided.

    Raises NotAllowed (not the lead), Conflict (not delivered, or decided), Invalid on `run_owner`.
    """
    with locked(evaluation.idea_id) as idea:
        if not queries.leads(idea, by):
            raise NotAllowed(_("Only the programme lead names who would run it."))
        roles.check_stands_in(by)
        current = queries.delivered(idea)
        if current is None or current.pk != evaluation.pk or not _is_in_evaluation(idea):
            raise Conflict(_("This evaluation is not the one being decided."))
        if not run_owner.is_active:
            sentence = _("This person is no longer here. Choose someone else.")
            raise Invalid(sentence, fields={"run_owner": [sentence]})
        before, current.run_owner = current.run_owner, run_owner
        current.save(update_fields=["run_owner"])
        record(idea, "run_owner_named", by, [effect("run_owner", before and before.key, run_owner.key)])
        return current


def relieve(*, evaluation: Evaluation, by: Actor) -> Evaluation:
    """The evaluator gives it back, has left (a system actor), or is relieved by the lead, who names someone else.

    Raises NotAllowed (not this evaluator, nor the lead or an absent lead's deputy), Conflict (delivered or relieved
    already).
    """
    with locked(evaluation.idea_id) as idea:
        evaluation = _fresh(evaluation)
        if by.system is None and by.human.pk != evaluation.evaluator_id:
            if not queries.leads(idea, by):
                raise NotAllowed(_("Only the evaluator and the programme lead may give the evaluation back."))
            roles.check_stands_in(by)
        effects = _end(evaluation)
        if _is_in_evaluation(idea):
            effects += _hand_to(idea, Idea.Holder.LEAD, None)
            open_naming(idea)
        record(idea, "evaluator_relieved", by, effects)
        return evaluation


# --- Called by other actions, inside their lock; no event of their own ---------------------------------------


def open_naming(idea: Idea) -> None:
    """The lead's work item on entering evaluation, or when an evaluator is lost."""
    wait_for(
        who_leads(idea),
        idea=idea,
        key=naming_item(idea),
        verb="name_evaluator",
        url=reverse("evaluation", args=[idea.key]),
        due_at=idea.due_at,
    )


def naming_item(idea: Idea) -> str:
    return f"name_evaluator:{idea.key}"


def evaluation_item(evaluation: Evaluation) -> str:
    return f"evaluation:{evaluation.key}"


# --- Checks and writing --------------------------------------------------------------------------------------


def _is_in_evaluation(idea: Idea) -> bool:
    return idea.state == Idea.State.LIVE and idea.stage == Idea.Stage.EVALUATION


def _check_moment(idea: Idea) -> None:
    if not _is_in_evaluation(idea):
        raise Conflict(_("This idea is not in evaluation now. Its page shows where it is."))
    if is_at_gate(idea):
        raise Conflict(_("The evaluation has been delivered: the decision is being prepared."))
    if idea.holder == Idea.Holder.AUTHOR:
        raise Conflict(_("The team was asked to complete the idea, and hands it in again itself."))


def _fresh(evaluation: Evaluation) -> Evaluation:
    evaluation = Evaluation.objects.select_related("evaluator").get(pk=evaluation.pk)
    if evaluation.delivered_at is not None or evaluation.ended_at is not None:
        raise Conflict(_("This evaluation has been delivered or given back in the meantime."))
    return evaluation


def _mine(evaluation: Evaluation, idea: Idea, by: Actor) -> Evaluation:
    evaluation = _fresh(evaluation)
    if by.human.pk != evaluation.evaluator_id:
        raise NotAllowed(_("Only the evaluator named for this idea may deliver its evaluation."))
    _check_moment(idea)
    if not queries.is_independent(idea, evaluation.evaluator):
        raise NotAllowed(
            _(
                "You now have a link to this idea and cannot evaluate it. Tell the programme lead, who names another."
            ),
            code="evaluator.conflict",
        )
    return evaluation


def _relieve(idea: Idea, newcomer: Person) -> Effects:
    """End the evaluation being written, if any. Raises Conflict when it is the newcomer's already."""
    former = queries.open_evaluation(idea)
    if former is None:
        return []
    if former.evaluator_id == newcomer.pk:
        raise Conflict(_("This person is the evaluator already."))
    return _end(former)


def _end(evaluation: Evaluation) -> Effects:
    evaluation.ended_at = clock.now()
    evaluation.save(update_fields=["ended_at"])
    inbox.close(evaluation_item(evaluation))
    return [effect("evaluator", evaluation.evaluator.key, "", key=evaluation.key)]


def _hand_to(idea: Idea, holder: str, evaluation: Evaluation | None) -> Effects:
    """Who holds the idea, and until when: the author reads it on the idea's page."""
    before = idea.holder
    if before != holder:
        idea.holder, idea.held_since = Idea.Holder(holder), clock.now()
    idea.due_at = evaluation.due_at if evaluation else idea.due_at
    idea.save(update_fields=["holder", "held_since", "due_at"])
    return [effect("holder", before, holder)] if before != holder else []
