"""Finance confirms the line; the team asks for the launch."""

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from workflows.gates import facts, hooks
from workflows.gates.queries import is_at_gate
from workflows.sponsorship import queries, rules, sentences
from workflows.sponsorship.actions.shared import budget_item, close_search_and_launch, route_item
from workflows.sponsorship.models import BudgetLine, ProcurementRoute


def confirm_budget(
    *, idea: Idea, gate: str, by: Actor, euros: int = 0, reference: str = "", none_needed: bool = False
) -> BudgetLine:
    """Finance confirms the line for a gate (`G2`, `G4`), or that none is needed; said again, it replaces the last.

    Raises NotAllowed (not of `queries.budget_confirmers`, or of the team), Conflict (not the moment),
    Invalid on `euros`, `reference`.
    """
    with locked(idea.pk) as idea:
        roles.check_stands_in(by)
        if roles.was_ever_in_team(idea, by.human) or roles.was_ever_in_team(idea, by.principal):
            raise NotAllowed(
                _("You are of this idea’s team: someone else with a finance mandate has to confirm.")
            )
        if by.principal not in queries.budget_confirmers(idea) or not queries.is_distant(idea, by.human):
            raise NotAllowed(
                _(
                    "Confirming a budget line needs a finance mandate in this entity, held by someone who manages"
                    " nobody of the team."
                ),
                code="budget.no_mandate",
            )
        _check_budget_moment(idea, gate)
        _check_budget_values(euros, reference, none_needed)
        line, _created = BudgetLine.objects.update_or_create(
            idea=idea,
            gate=gate,
            defaults={
                "euros": 0 if none_needed else euros,
                "reference": "" if none_needed else reference,
                "none_needed": none_needed,
                "confirmed_by": by.human,
                "confirmed_at": clock.now(),
            },
        )
        inbox.close(budget_item(idea, gate))
        after = "none_needed" if none_needed else "confirmed"
        record(
            idea,
            "budget_confirmed",
            by,
            [effect("budget_line", "", after, gate=gate, euros=line.euros)],
            reference_sha256=sha256(line.reference),
        )
        return line


def name_route(*, idea: Idea, route: str, by: Actor) -> ProcurementRoute:
    """Procurement says by which route what is promised may be bought; said again, it replaces the last.

    Raises NotAllowed (not of `queries.route_namers`, or of the team), Conflict (not the moment, or not asked for),
    Invalid on `route`.
    """
    with locked(idea.pk) as idea:
        roles.check_stands_in(by)
        if by.principal not in queries.route_namers(idea) or not queries.is_distant(idea, by.human):
            raise NotAllowed(
                _(
                    "Naming the route needs a procurement mandate in this entity, held by someone who is not of the"
                    " team and manages nobody of it."
                ),
                code="route.no_mandate",
            )
        in_sponsorship = idea.state == Idea.State.LIVE and idea.stage == Idea.Stage.SPONSORSHIP
        if not in_sponsorship or not queries.route_is_asked(idea):
            raise Conflict(_("No procurement route is asked for now. The idea’s page shows where it is."))
        said = " ".join(route.split())
        if not 0 < len(said) <= rules.LONGEST_ROUTE:
            sentence = _("Say the route in a sentence, in at most 300 characters.")
            raise Invalid(sentence, fields={"route": [sentence]})
        named, _created = ProcurementRoute.objects.update_or_create(
            idea=idea, defaults={"route": said, "written_by": by.human, "written_at": clock.now()}
        )
        inbox.close(route_item(idea))
        record(idea, "route_named", by, [effect("procurement_route", "", "named")], route_sha256=sha256(said))
        return named


def request_launch(*, idea: Idea, by: Actor) -> Idea:
    """The team asks for the launch decision: the idea enters the next gate.

    Raises NotAllowed (not the team), Conflict (already asked, or naming what is missing).
    """
    with locked(idea.pk) as idea:
        if not roles.is_author(idea, by.human):
            raise NotAllowed(_("Only the team may ask for the launch decision."))
        _check_may_launch(idea)
        asked = queries.launch_facts(idea)
        missing = rules.gaps(facts.read_facts(idea, "G2", list(asked)))
        if missing:
            raise Conflict(
                _("Before the launch can be decided: %(gaps)s.")
                % {"gaps": "; ".join(str(sentences.GAPS.get(key, asked[key])) for key in missing)},
                code="launch.gaps",
                next_url=reverse("sponsorship", args=[idea.key]),
            )
        close_search_and_launch(idea)
        effects = hooks.fire("stage_ready", idea=idea, by=by)
        record(idea, "launch_requested", by, effects)
        return idea


def _check_may_launch(idea: Idea) -> None:
    if idea.state != Idea.State.LIVE or idea.stage != Idea.Stage.SPONSORSHIP:
        raise Conflict(_("This idea is not in sponsorship now. Its page shows where it is."))
    if is_at_gate(idea):
        raise Conflict(
            _("The launch decision has been asked for already. The page shows who holds the idea.")
        )
    if idea.holder == Idea.Holder.AUTHOR:
        raise Conflict(_("You were asked to complete the idea: hand it in again from its page instead."))


def _check_budget_moment(idea: Idea, gate: str) -> None:
    if idea.state != Idea.State.LIVE or idea.stage != queries.LINE_AT.get(gate):
        raise Conflict(_("No budget line is asked for at this gate now. The idea’s page shows where it is."))
    if not queries.is_line_asked(idea, gate):
        raise Conflict(_("There is no promise in force: wait until a sponsor has promised."))


def _check_budget_values(euros: int, reference: str, none_needed: bool) -> None:
    fields = {}
    if not none_needed and not 0 < euros <= rules.MOST_EUROS:
        fields["euros"] = [_("Give the amount of the line in euros, or say that none is needed.")]
    if not none_needed and not 0 < len(reference.strip()) <= 120:
        fields["reference"] = [_("Give the reference of the line, in at most 120 characters.")]
    if fields:
        raise Invalid(
            _("Give the amount and the reference of the line, or say that none is needed."), fields=fields
        )
