"""What the sponsorship page shows, for one reader: who promised what, what is missing, what this person can do.

Law 8: a manager's opinion, a director's reason and the days asked for are rows of those they concern; what a
reader may not see is not in the context at all.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import masked_row, passages_for
from ideas.drafting.models import Idea
from ideas.lock import looking_at
from incubator.people.models import Mandate, Person
from workflows.gates import authority, signing
from workflows.gates.facts import read_facts
from workflows.gates.leading import who_leads
from workflows.gates.queries import is_at_gate
from workflows.sponsorship import queries, rules, time_actions
from workflows.sponsorship.models import Pledge, TimeRelease

FACTS: dict[str, Any] = {
    "pledge": gettext_lazy("A sponsor has promised days, euros and cover"),
    "time_release": gettext_lazy("The director has signed the time release"),
    "budget_line": gettext_lazy("Finance has confirmed the budget line"),
    "procurement_route": gettext_lazy("Procurement has named the route, if one is needed"),
    "plan": gettext_lazy("The pilot plan is complete"),
}
LISTED = 60
# What is written about someone's time.
NOTES = ("opinion_note", "director_note", "arbitration_note")
TAGS = {"signed": "ok", "refused": "stop", "disputed": "turn"}


@dataclass(frozen=True)
class Viewpoint:
    """What a reader is to the idea, read once for the page."""

    person: Person
    in_team: bool
    is_lead: bool
    # Asks for a sponsor and takes the question back, a lead's deputy too.
    asks: bool
    settles: bool
    names: bool

    @property
    def runs_it(self) -> bool:
        return self.in_team or self.is_lead

    def sees_opinion(self, release: TimeRelease) -> bool:
        """Whether the line manager's opinion may be in a response to this reader (law 8): the member, the manager
        who gave it, the director, the arbiters and deciders, the lead; not the team-mates."""
        return self.is_lead or self.settles or self.is_in(release)

    def is_in(self, release: TimeRelease) -> bool:
        """Whether the reader is the member, the manager or the director of this request."""
        return self.person.pk in (release.member.person_id, release.manager_id, release.director_id)


def viewpoint(idea: Idea, person: Person) -> Viewpoint:
    return Viewpoint(
        person=person,
        in_team=roles.is_author(idea, person),
        is_lead=roles.is_lead(idea, person),
        asks=queries.asks_sponsors(idea, queries.asking(idea, person)),
        settles=roles.is_mandated(idea, person, Mandate.Capacity.DGA),
        names=access().sees_authors(person, idea),
    )


def page(idea: Idea, person: Person) -> dict[str, Any]:
    """The context of the sponsorship page."""
    with looking_at(idea.pk):
        return _page(idea, person)


def _page(idea: Idea, person: Person) -> dict[str, Any]:
    view = viewpoint(idea, person)
    asked = queries.launch_facts(idea)
    met = read_facts(idea, "G2", list(asked))
    passages = passages_for(idea, person)
    pledges = [masked_row(one, ["cover", "note"], passages) for one in queries.pledges(idea)]
    releases = [masked_row(one, NOTES, passages) for one in queries.time_releases(idea)]
    in_force = next((one for one in pledges if one.state == Pledge.State.SIGNED), None)
    seeking = is_seeking(idea) and in_force is None
    in_search = idea.state == Idea.State.LIVE and idea.stage == Idea.Stage.SPONSORSHIP
    deciding = is_at_gate(idea)
    time_open = not deciding and (in_search or idea.stage == Idea.Stage.PILOT)
    route = queries.procurement_route(idea) if "procurement_route" in asked else None
    return {
        "idea": idea,
        "view": view,
        "steps": _steps(idea, asked, met),
        "gaps": rules.gaps(met),
        "in_force": in_force,
        "sponsor": signing.sponsor_as_read(
            in_force.sponsor if in_force else None, idea, sees_authors=view.names
        ),
        "asked": _asked(view, pledges),
        "seeking": seeking,
        "eligible": list(queries.eligible_sponsors(idea)[:LISTED]) if seeking and view.asks else [],
        "time": _time(view, releases),
        "no_arbiter": _misses_arbiter(idea, view, releases),
        "may_ask_time": view.in_team and time_open,
        "may_take_back": time_open,
        "has_time": _has_time(idea, person) if view.in_team else False,
        "lines": queries.budget_lines(idea),
        "route": masked_row(route, ["route"], passages) if route is not None else None,
        "deciding": deciding,
        "may_launch": view.in_team and in_search and not deciding and idea.holder != Idea.Holder.AUTHOR,
    }


def is_seeking(idea: Idea) -> bool:
    """Whether a sponsor may be sought at this point of the journey."""
    if idea.stage == Idea.Stage.PILOT:
        return idea.state in (Idea.State.LIVE, Idea.State.HELD)
    return idea.state == Idea.State.LIVE and idea.stage == Idea.Stage.SPONSORSHIP


def _steps(idea: Idea, asked: dict[str, str], met: dict[str, bool | None]) -> list[dict[str, Any]]:
    plan = reverse("plan", args=[idea.key])
    return [
        {
            "label": FACTS.get(key, asked[key]),
            "state": "done" if met[key] else "todo",
            "url": plan if key == "plan" else "",
        }
        for key in asked
    ]


def _asked(view: Viewpoint, pledges: list[Pledge]) -> list[dict[str, Any]]:
    """Who was asked and has not promised: for team and lead; a director reads only about oneself."""
    return [
        {
            "pledge": one,
            "open": one.state == Pledge.State.ASKED,
            "mine": one.sponsor_id == view.person.pk,
        }
        for one in pledges
        if one.state != Pledge.State.SIGNED and (view.asks or one.sponsor_id == view.person.pk)
    ]


def _time(view: Viewpoint, releases: list[TimeRelease]) -> list[dict[str, Any]]:
    """One row per member who asked, newest request only; others than those it concerns see no row."""
    newest: dict[int, TimeRelease] = {}
    for one in releases:
        newest.setdefault(one.member_id, one)
    return [
        _time_row(view, one)
        for one in newest.values()
        if one.state != TimeRelease.State.WITHDRAWN and (view.in_team or view.sees_opinion(one))
    ]


def _time_row(view: Viewpoint, release: TimeRelease) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": release.member.person if view.names or view.is_in(release) else _("A member of the team"),
        "state": release.get_state_display(),
        "kind": TAGS.get(release.state, ""),
        "mine": release.member.person_id == view.person.pk,
        "signed": release.state == TimeRelease.State.SIGNED,
        "key": release.key,
        "waits": _waits(release),
    }
    if view.sees_opinion(release):
        row |= {
            "days": release.days_a_month,
            "opinion": release.get_opinion_display() if release.opinion else "",
            "opinion_note": release.opinion_note,
            "director_note": release.director_note,
            "arbitration_note": release.arbitration_note,
        }
    return row


def _misses_arbiter(idea: Idea, view: Viewpoint, releases: list[TimeRelease]) -> bool:
    """Whether a refusal of time waits for someone who can settle it, and the reader is of the team or leads."""
    disputed = [one for one in releases if one.state == TimeRelease.State.DISPUTED]
    if all(time_actions.arbiters(idea, one) for one in disputed):
        return False
    return view.in_team or authority.leads(idea, roles.acting_as(view.person, who_leads(idea)))


def _waits(release: TimeRelease) -> dict[str, Any] | None:
    """Which role is waited for, and until when; no name."""
    turn = rules.turn(
        state=release.state, has_manager=release.manager_id is not None, opinion=release.opinion
    )
    found = {
        "manager": (_("Waits for the line manager’s opinion"), release.opinion_due_at),
        "director": (_("Waits for the director’s signature"), release.director_due_at),
        "arbiter": (_("Waits for a deputy director general"), release.arbitration_due_at),
    }.get(turn)
    return {"text": found[0], "due": found[1]} if found else None


def _has_time(idea: Idea, person: Person) -> bool:
    return TimeRelease.objects.filter(
        member__idea=idea, member__person=person, state__in=queries.RUNNING
    ).exists()
