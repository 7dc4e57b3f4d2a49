"""The fixed cast of a small city, and the steps they take, one function per station of the journey."""

from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people.actors import Actor
from incubator.people.models import Department, Person
from tests.factories import CallFactory, DepartmentFactory, PersonFactory, Staff
from workflows.evaluation import actions as evaluation
from workflows.evaluation.models import Evaluation
from workflows.gates import actions as gates
from workflows.gates.actions import Choice
from workflows.gates.models import GateRound, Seat
from workflows.gates.rules import Record
from workflows.journey import actions as journey
from workflows.pilots import actions as pilots
from workflows.pilots.actions import PlanValues
from workflows.pilots.models import Pilot
from workflows.pilots.rules import IndicatorValues
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import queries as sponsorship_queries
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import TimeRelease

TEXT = {
    "title": "Un vélo-cargo pour les aides à domicile",
    "pitch": "Remplacer quatre voitures par six vélos-cargos.",
    "problem": "Les aides cherchent une place 22 minutes par jour.",
    "concerned": "42 aides à domicile",
    "proposal": "Six vélos pendant six mois.",
    "expected_effect": "Moins de temps perdu.",
    "needs_euros": "18400",
    "in_mission": "no",
}
REASONS = "Le problème est décrit et les personnes concernées sont nommées."


@dataclass
class Cast:
    """Who plays: everyone in a department of their own but the author and her manager."""

    home: Department = field(default_factory=lambda: DepartmentFactory(service=True))

    def __post_init__(self) -> None:
        with Staff() as staff:
            self.director = staff.person(department=self.home.parent, head=True)
            self.manager = staff.person(department=self.home, head=True, manager=self.director)
            self.author = staff.person(department=self.home, manager=self.manager)
            self.lead = staff.person(role="programme_lead", mandate="programme_lead")
            self.other_lead = staff.person(role="programme_lead", mandate="programme_lead")
            self.chair = staff.person(role="chair")
            self.panel = [staff.person(role="panel_member") for _ in range(7)]
            self.dga = staff.person(mandate="dga")
            self.dgs = staff.person(mandate="dgs")
            self.finance = staff.person(mandate="finance")
            self.sponsor = staff.person(head=True, mandate="director", role="sponsor")
            self.evaluator = staff.person(role="evaluator")
        self.call = CallFactory(box=True)


def another_team(cast: Cast) -> Cast:
    """The same leads, panel and deciders, beside an author with a manager and a director of their own."""
    found = copy(cast)
    found.home = DepartmentFactory(service=True)
    found.director = PersonFactory(department=found.home.parent, head=True)
    found.manager = PersonFactory(department=found.home, head=True, manager=found.director)
    found.author = PersonFactory(department=found.home, manager=found.manager)
    return found


def act(person: Person) -> Actor:
    return Actor(person=person)


def draft(cast: Cast, **changes: Any) -> Idea:
    idea = drafting.begin(by=act(cast.author), call=cast.call)
    drafting.autosave(idea=idea, by=act(cast.author), version=1, changes=TEXT | changes)
    return idea


def submit(cast: Cast, **changes: Any) -> Idea:
    idea = draft(cast, **changes)
    journey.submit(idea=idea.key, by=act(cast.author))
    idea.refresh_from_db()
    return idea


def round_of(idea: Idea) -> GateRound:
    return GateRound.objects.get(idea=idea, state__in=["seating", "open"])


def full_vote(rules: Record, choice: str = "go", level: int = 3) -> dict[str, Any]:
    """Answers to everything the gate asks of a seat."""
    asked = [rule["key"] for rule in rules.get("must_meet", []) if rule["kind"] == "judgement"]
    return {
        "choice": choice,
        "must_meets": {key: {"answer": "yes", "reason": ""} for key in asked},
        "scores": {rule["key"]: {"level": level} for rule in rules.get("criteria", [])},
        "conditions": [{"text": "Tester de nuit", "due_on": "2030-01-01"}] if choice == "go_if" else [],
        "comment_to_authors": "Il manque un essai." if choice == "not_now" else "",
    }


def vote_all(idea: Idea, choice: str = "go", level: int = 3) -> None:
    for seat in Seat.objects.filter(round=round_of(idea), state="open").select_related("person"):
        vote_one(idea, seat, choice, level)


def vote_one(idea: Idea, seat: Seat, choice: str = "go", level: int = 3) -> None:
    answers = full_vote(seat.round.rules, choice, level)
    gates.vote(seat_key=seat.key, by=act(seat.person), content_version=idea.content.version, **answers)


def decide(idea: Idea, by: Person, outcome: str = "go", **more: Any) -> Any:
    keys = [rule["key"] for rule in round_of(idea).rules["must_meet"]]
    if outcome in ("rework", "hold", "stop", "merge", "redirect"):
        more.setdefault("criterion_reasons", {keys[0]: "Il manque un constat d’usagers."})
    if outcome == "stop":
        more.setdefault("learning", "Le besoin existe ; la solution est à revoir.")
    if outcome == "rework":
        more.setdefault("gaps", ["Chiffrer le besoin"])
    choice = Choice(outcome=outcome, reasons=REASONS, **more)
    decision = gates.decide(round_key=round_of(idea).key, by=act(by), choice=choice)
    idea.refresh_from_db()
    return decision


def pass_g0(idea: Idea, cast: Cast, outcome: str = "go", **more: Any) -> Any:
    seat = Seat.objects.select_related("person").get(round=round_of(idea), state="open")
    answers = full_vote(round_of(idea).rules, "go" if outcome == "go" else "not_now")
    gates.vote(seat_key=seat.key, by=act(seat.person), content_version=idea.content.version, **answers)
    return decide(idea, seat.person, outcome, **more)


def sponsored(idea: Idea, cast: Cast) -> None:
    """All that G2 asks for; then the team asks for the gate."""
    promised(idea, cast)
    sponsorship.request_launch(idea=idea, by=act(cast.author))
    idea.refresh_from_db()


def promised(idea: Idea, cast: Cast) -> None:
    """All that G2 asks for: a promise, released time, a budget line, a plan."""
    pledge = sponsorship.ask_sponsor(idea=idea, sponsor=cast.sponsor, by=act(cast.author))
    sponsorship.promise(
        pledge=pledge, days=20, euros=18400, cover="Un relais par équipe", by=act(cast.sponsor)
    )
    member = idea.team.get(person=cast.author)
    time_actions.ask_time(member=member, days_a_month=Decimal("2"), by=act(cast.author))
    release = TimeRelease.objects.get(member=member)
    time_actions.give_time_opinion(release=release, opinion="favourable", by=act(cast.manager))
    time_actions.sign_time_release(release=release, by=act(cast.director))
    sponsorship.confirm_budget(
        idea=idea, gate="G2", euros=18400, reference="2026-61-12", none_needed=False, by=act(cast.finance)
    )
    if sponsorship_queries.route_is_asked(idea):
        (buyer, *_others) = sponsorship_queries.route_namers(idea)
        sponsorship.name_route(idea=idea, route="Trois devis, puis un bon de commande.", by=act(buyer))
    minutes = IndicatorValues("Minutes perdues", "min", "down", Decimal(22), Decimal(8))
    plan = PlanValues("Deux quartiers", 6, "Deux accidents", "Par affiche", 1, [minutes])
    pilots.save_plan(idea=idea, version=0, values=plan, by=act(cast.author))


def piloted(idea: Idea, cast: Cast) -> None:
    """A check-in with its reading, then the end of the pilot."""
    pilot = Pilot.objects.get(idea=idea)
    indicator = idea.pilot_plan.indicators.get()
    pilots.record_check_in(
        pilot=pilot,
        on=clock.today(),
        pace="on_track",
        note="Tout roule.",
        readings={indicator.key: Decimal(9)},
        by=act(cast.author),
    )
    pilots.end_pilot(pilot=pilot, note="Fin comme prévu.", by=act(cast.author))
    idea.refresh_from_db()


def agree(idea: Idea, cast: Cast, outcome: str = "go") -> None:
    """Sponsor and lead decide G3 together."""
    decision = decide(idea, cast.sponsor, outcome, answers={"told": "yes"})
    gates.sign_second(decision_key=decision.key, by=act(cast.lead))
    idea.refresh_from_db()


def evaluated(idea: Idea, cast: Cast) -> None:
    evaluation.name_evaluator(idea=idea, evaluator=cast.evaluator, by=act(cast.lead))
    found = Evaluation.objects.get(idea=idea, delivered_at=None)
    evaluation.deliver(
        evaluation=found,
        findings="Les minutes perdues passent de 22 à 9.",
        effect_on_staff="Moins de stress.",
        run_cost_euros_a_year=3000,
        advice="scale",
        run_owner=cast.manager,
        by=act(cast.evaluator),
    )
    sponsorship.confirm_budget(
        idea=idea, gate="G4", euros=3000, reference="2027-61-12", none_needed=False, by=act(cast.finance)
    )
    idea.refresh_from_db()


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)
