"""What arriving at a station does: the idea's state, stage, holder and due time, the work it opens.

Each function takes the movement of the running act; the idea is locked, and the act saves it and appends the event.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from ideas.lock import is_locked
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock, working_days
from incubator.people.models import Person
from workflows.evaluation import actions as evaluations
from workflows.evaluation import benefit_actions as benefits
from workflows.evaluation.models import Evaluation
from workflows.gates import actions as gates
from workflows.gates import authority
from workflows.gates.actions.rounds import due_after
from workflows.gates.configuration import delays_of, delays_under, recourse, rework_days
from workflows.gates.facts import read_facts
from workflows.gates.leading import who_leads
from workflows.gates.models import Decision, GateRound
from workflows.journey import windows
from workflows.journey.models import Hold, Merge, Reexamination
from workflows.nodes import Movement
from workflows.pilots import actions as pilots
from workflows.pilots.models import Pilot
from workflows.sponsorship import actions as promises
from workflows.sponsorship import time_actions
from workflows.sponsorship.queries import pledge_in_force

HOLDERS = {
    "L": "decider",
    "F": "lead",
    "G0": "lead",
    "G1": "panel",
    "G2": "panel",
    "G3": "decider",
    "G4": "panel",
}


def at_gate(gate: str) -> Callable[[Movement], None]:
    """Arriving at a gate opens its round."""

    def arrive(movement: Movement) -> None:
        idea = movement.idea
        cause = movement.cause
        round_, effects = gates.enter(idea, gate, after=cause if isinstance(cause, GateRound) else None)
        movement.effects += (
            _place(idea, "live", round_.rules["stage"], HOLDERS[gate], round_.due_at) + effects
        )

    return arrive


def at_fast_gate(movement: Movement) -> None:
    """The fast lane's one gate launches the pilot too: its round opens, and the team is asked for the plan."""
    at_gate("F")(movement)
    idea = movement.idea
    if not read_facts(idea, "F", ["plan"])["plan"]:
        _ask(idea, roles.authors_now(idea), "write_plan", reverse("plan-edit", args=[idea.key]), idea.due_at)


def with_author(movement: Movement) -> None:
    """A rework: named gaps and a due date, waiting for the team; woken (the cause is the round), its days are counted
    anew."""
    idea, cause = movement.idea, movement.cause
    due = (
        cause.author_due_at
        if isinstance(cause, Decision)
        else due_after(idea.programme.entity, rework_days(cause.rules))
    )
    movement.effects += _place(idea, "live", idea.stage, "author", due)
    _ask(idea, roles.authors_now(idea), "rework", reverse("idea", args=[idea.key]), due)


def held(movement: Movement) -> None:
    """A pause: by a decision, or by what `movement.cause` (a dict of Hold's fields) says."""
    idea, cause = movement.idea, movement.cause
    fields: dict[str, Any]
    if isinstance(cause, Decision):
        fields = {
            "gate": cause.round.gate,
            "cause": "decision",
            "until": cause.hold_until,
            "condition": cause.hold_condition,
        }
    else:
        fields = dict(cause)
    # Once it has ended nothing of it waits.
    if (running := getattr(idea, "pilot", None)) is not None and running.ended_on is None:
        pilots.rest(running)
    Hold.objects.create(idea=idea, stage=idea.stage, holder_before=idea.holder, held_at=clock.now(), **fields)
    zone = idea.programme.entity.time_zone
    until = fields.get("until")
    # Held for want of the team's text, which the team may still hand in.
    holder = "author" if fields["cause"] == Hold.Cause.LAPSED_REWORK else "nobody"
    back_at = working_days.end_of_day(until, zone) if until else None
    movement.effects += _place(idea, "held", idea.stage, holder, back_at)
    if fields.get("condition"):
        # Without a day of its own it is looked at again after as long as an investigation, so that nobody forgets it.
        due = back_at or due_after(idea.programme.entity, _delays(movement)["investigation"])
        _ask(idea, outside_leads(idea), "hold_condition", reverse("idea-wake", args=[idea.key]), due)


def stopped(movement: Movement) -> None:
    """A stop opens the author's window for a re-examination; nothing else stays open."""
    idea = movement.idea
    inbox.close_for_subject("idea", idea.key)
    handed_at, days = clock.now(), recourse(movement.cause.round.rules)["ask_within"]
    until = windows.end_from(idea, handed_at, days)
    Reexamination.objects.create(
        idea=idea,
        gate=movement.cause.round.gate,
        ask_within=days,
        handed_at=handed_at,
        window_until=until,
    )
    movement.effects += _place(idea, "stopped", idea.stage, "nobody", until)
    idea.ended_at = clock.now()


def merged(movement: Movement) -> None:
    """A merge: the idea goes on in another one, whose team its authors join; one event on the other's chain says so."""
    idea, decision = movement.idea, movement.cause
    target = decision.target
    assert is_locked(target.pk), "a merge changes two ideas, and holds the locks of both"
    inbox.close_for_subject("idea", idea.key)
    Merge.objects.create(idea=idea, target=target, gate=decision.round.gate, merged_at=clock.now())
    idea.merged_into, idea.ended_at = target, clock.now()
    movement.effects += _place(idea, "merged", idea.stage, "nobody", None)
    movement.effects.append(effect("merged_into", None, str(target.key)))
    credited = drafting.give_credit(idea=target, source=idea)
    record(target, "idea_taken_in", movement.by, credited, source=str(idea.key))


def doing(movement: Movement) -> None:
    """A local yes: the service does it, then its team or whoever answered says so with a photo and a line."""
    idea, decision = movement.idea, movement.cause
    due = due_after(idea.programme.entity, _delays(movement)["local_done"])
    movement.effects += _place(idea, "live", "submission", "team", due)
    asked = roles.authors_now(idea)
    if isinstance(decision, Decision) and decision.decider not in asked:
        asked.append(decision.decider)
    _ask(idea, asked, "report_done", reverse("idea-done", args=[idea.key]), due)


def sponsorship(movement: Movement) -> None:
    """The team looks for a sponsor, then investigates and writes the plan; woken under a promise, it investigates."""
    idea = movement.idea
    # No promise is older than the decision that leads here.
    woken = not isinstance(movement.cause, Decision)
    promised = woken and pledge_in_force(idea) is not None
    due = due_after(
        idea.programme.entity, _delays(movement)["investigation" if promised else "sponsor_search"]
    )
    movement.effects += _place(idea, "live", "sponsorship", "team", due)
    if woken:
        promises.close_search_and_launch(idea)
    (promises.open_launch if promised else promises.open_search)(idea)


def pilot(movement: Movement) -> None:
    """G2's go seals the plan and starts the pilot; an extension lengthens it, once; waking resumes it.

    In the fast lane the director's signature is the promise too, and the pilot is short.
    """
    idea = movement.idea
    today = clock.today(idea.programme.entity.time_zone)
    running: Pilot | None = getattr(idea, "pilot", None)
    end = None
    if running is None:
        if idea.route == "fast":
            movement.effects += promises.promised_by_signature(idea, movement.cause)
        sponsor = authority.sponsor_of(idea)
        assert sponsor is not None, "the pledge is a fact of G2"
        movement.effects += pilots.seal_plan(idea=idea, by=movement.by)
        running, effects = pilots.start(idea=idea, sponsor=sponsor, on=today)
        movement.effects += effects
    elif isinstance(movement.cause, Decision) and movement.cause.outcome == "extend":
        movement.effects += pilots.extend(pilot=running, on=today)
    else:
        end = pilots.go_on(pilot=running, on=today)
    due = working_days.end_of_day(end or running.planned_end_on, idea.programme.entity.time_zone)
    movement.effects += _place(idea, "live", "pilot", "team", due)


def evaluation(movement: Movement) -> None:
    """The lead names an evaluator from outside the team; woken, whoever was named goes on."""
    idea = movement.idea
    # Nobody is named before the decision that leads here.
    woken = not isinstance(movement.cause, Decision)
    due = due_after(idea.programme.entity, _delays(movement)["evaluation"])
    named = woken and Evaluation.objects.filter(idea=idea, delivered_at=None, ended_at=None).exists()
    movement.effects += _place(idea, "live", "evaluation", "evaluator" if named else "lead", due)
    if not named:
        evaluations.open_naming(idea)
    if not woken:
        # Time was for the pilot.
        movement.effects += time_actions.drop_requests(idea=idea)


def in_service(movement: Movement) -> None:
    """Scaled or transferred: the idea is a service, and its process waits for the readings of its benefits."""
    idea = movement.idea
    inbox.close_for_subject("idea", idea.key)
    movement.effects += _place(idea, "in_service", idea.stage, "nobody", None) + benefits.open_benefits(idea)
    idea.ended_at = clock.now()


def outside_leads(idea: Idea) -> list[Person]:
    """Who leads, those ever in the idea's team apart, and those invited to it."""
    near = set(idea.team.values_list("person", flat=True))
    return [person for person in who_leads(idea) if person.pk not in near]


def place_ended(idea: Idea, state: str) -> list[dict[str, Any]]:
    """The idea has ended by an act of its own (withdrawn, or stopped for good)."""
    idea.ended_at = idea.ended_at or clock.now()
    return _place(idea, state, idea.stage, "nobody", None)


def _delays(movement: Movement) -> dict[str, int]:
    """`delays_of`; a decision has its round's configuration at hand, the same that would be looked for."""
    cause = movement.cause
    return (
        delays_under(cause.round.configuration) if isinstance(cause, Decision) else delays_of(movement.idea)
    )


def _place(idea: Idea, state: str, stage: str, holder: str, due_at: Any) -> list[dict[str, Any]]:
    """Write where the idea is, and say what changed."""
    effects = [
        effect(name, getattr(idea, name), value)
        for name, value in (("state", state), ("stage", stage), ("holder", holder))
        if getattr(idea, name) != value
    ]
    idea.state, idea.stage, idea.holder, idea.due_at = state, stage, holder, due_at
    idea.held_since = clock.now()
    return effects


def _ask(idea: Idea, people: Iterable[Person], verb: str, url: str, due_at: datetime | None) -> None:
    wait_for(people, idea=idea, key=f"{verb}:{idea.key}", verb=verb, url=url, due_at=due_at)
