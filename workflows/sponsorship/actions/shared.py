"""What the acts of sponsorship share, inside their lock: whom they ask, and by when. No event of their own."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import wait_for
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.gates.queries import is_at_gate
from workflows.sponsorship import delays, queries
from workflows.sponsorship.models import BudgetLine, Pledge

Effects = list[dict[str, Any]]


def open_search(idea: Idea) -> None:
    """The team's work item on entering sponsorship, or when a sponsor is lost before the pilot."""
    url = reverse("sponsorship", args=[idea.key])
    key = search_item(idea)
    wait_for(roles.authors_now(idea), idea=idea, key=key, verb="find_sponsor", url=url, due_at=idea.due_at)


def open_launch(idea: Idea) -> None:
    """The team's work item of the investigation: ask for the launch when all is there."""
    url = reverse("sponsorship", args=[idea.key])
    key = launch_item(idea)
    wait_for(roles.authors_now(idea), idea=idea, key=key, verb="request_launch", url=url, due_at=idea.due_at)


def close_search_and_launch(idea: Idea) -> None:
    """What the team is asked in sponsorship is over, or asked anew with another day."""
    inbox.close(search_item(idea), launch_item(idea))


def ask_finance(idea: Idea, gate: str) -> None:
    """Finance's work item; said again, it is opened anew with its new due time."""
    inbox.close(budget_item(idea, gate))
    _open_budget(idea, gate, queries.budget_confirmers(idea))


def ask_procurement(idea: Idea) -> None:
    """Procurement's work item, where the promise is more than the programme lets pass without; as `ask_finance`."""
    inbox.close(route_item(idea))
    if queries.route_is_asked(idea):
        _open_route(idea, queries.route_namers(idea))


def ask_services_again(*, idea: int) -> None:
    """What finance and procurement have not answered is asked of all who may answer it today, and of nobody else.

    `idea`: primary key. Who is asked already keeps the day they were given. No event: nothing else is asked than was.
    """
    with locked(idea) as found:
        gate = _gate_without_line(found)
        if gate and (people := queries.budget_confirmers(found)):
            inbox.narrow(budget_item(found, gate), people)
            _open_budget(found, gate, people)
        if queries.is_route_wanted(found) and (people := queries.route_namers(found)):
            inbox.narrow(route_item(found), people)
            _open_route(found, people)


def _gate_without_line(idea: Idea) -> str:
    """The gate whose budget line is waited for: not confirmed yet, or asked for anew since; '' for none."""
    gate = next((one for one in queries.LINE_AT if queries.is_line_asked(idea, one)), "")
    # An evaluation asks for its line once it is before the panel.
    before_panel = gate != "G4" or is_at_gate(idea)
    if not gate or idea.state != Idea.State.LIVE or not before_panel:
        return ""
    asked = WorkItem.objects.filter(key=budget_item(idea, gate)).order_by("-opened_at").first()
    line = BudgetLine.objects.filter(idea=idea, gate=gate).first()
    return "" if line and (asked is None or line.confirmed_at >= asked.opened_at) else gate


def _open_budget(idea: Idea, gate: str, people: list[Person]) -> None:
    wait_for(
        people,
        idea=idea,
        key=budget_item(idea, gate),
        verb="confirm_budget",
        url=reverse("budget", args=[idea.key, gate]),
        due_at=roles.due_in(idea, delays.signature(idea)),
    )


def _open_route(idea: Idea, people: list[Person]) -> None:
    wait_for(
        people,
        idea=idea,
        key=route_item(idea),
        verb="name_route",
        url=reverse("procurement", args=[idea.key]),
        due_at=roles.due_in(idea, delays.signature(idea)),
    )


def finance_before_investment(idea: Idea, by: Actor, *_cause: Any) -> Effects:
    """Handler of `stage_ready`: when an evaluation is delivered, G4 needs its own budget line."""
    if idea.stage == Idea.Stage.EVALUATION:
        ask_finance(idea, "G4")
    return []


def pledge_item(pledge: Pledge) -> str:
    return f"pledge:{pledge.key}"


def search_item(idea: Idea) -> str:
    return f"find_sponsor:{idea.key}"


def launch_item(idea: Idea) -> str:
    return f"request_launch:{idea.key}"


def budget_item(idea: Idea, gate: str) -> str:
    return f"budget:{idea.key}:{gate}"


def route_item(idea: Idea) -> str:
    return f"route:{idea.key}"


def check_seeking(idea: Idea) -> None:
    """A sponsor is sought in sponsorship, and again when one is lost during the pilot; Conflict otherwise."""
    in_sponsorship = idea.state == Idea.State.LIVE and idea.stage == Idea.Stage.SPONSORSHIP
    in_pilot = idea.state in (Idea.State.LIVE, Idea.State.HELD) and idea.stage == Idea.Stage.PILOT
    if not in_sponsorship and not in_pilot:
        raise Conflict(_("No sponsor is sought for this idea now. Its page shows where it is."))
    if queries.pledge_in_force(idea) is not None:
        raise Conflict(_("This idea has its sponsor already."), code="pledge.taken")


def set_due(idea: Idea, days: int) -> Effects:
    before, idea.due_at = idea.due_at, roles.due_in(idea, days)
    idea.save(update_fields=["due_at"])
    return [effect("due", before and before.isoformat(), idea.due_at.isoformat())]
