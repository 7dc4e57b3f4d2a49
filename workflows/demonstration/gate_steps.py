"""The words of a way that stand at a gate: votes, decisions, ways back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people.actions import absences
from incubator.people.actors import CLOCK
from incubator.people.models import Person
from workflows.demonstration.cast import act
from workflows.demonstration.idea_story import IdeaStory, step
from workflows.demonstration.material import read
from workflows.gates import actions as gates
from workflows.gates import authority, rules
from workflows.gates.actions import Choice
from workflows.gates.models import Condition, Decision, GateRound, Seat
from workflows.gates.signing import second_parties, waits_for_consent
from workflows.journey import actions as journey
from workflows.journey.models import Hold, Reexamination

Acts = Iterator[datetime]

# What a panel votes, seat by seat, when its opinion is to be this.
LEANINGS = {
    "go": ["go", "go", "go_if", "go", "go"],
    "go_if": ["go_if", "go", "go_if", "not_now", "go_if"],
    "not_now": ["not_now", "not_now", "go", "not_now", "go_if"],
}
LEVELS = {"go": (3, 3, 4, 2, 3, 4), "go_if": (3, 3, 2, 3, 4), "not_now": (1, 2, 1, 2, 0)}
BACK = (*rules.BACK, *rules.ELSEWHERE)
# The criteria or must-meets that an outcome most often stands on, whichever the gate has first.
TELLING = {
    "go": ("immediate",),
    "rework": ("problem", "learning", "evidence"),
    "hold": ("feasibility", "cost_benefit"),
    "stop": ("feasibility", "risks", "incidents", "own_means", "privacy"),
    "merge": ("not_duplicate",),
    "redirect": ("competence",),
}
AFTER_A_PILOT = ("G3", "G4")
DAYS_PER_VOTE = {"G0": 2, "G1": 2, "G2": 1, "G4": 2}


def leaning(outcome: str) -> str:
    """The opinion that leads to an outcome; `!` marks a decider who departs from it."""
    departs, outcome = outcome.endswith("!"), outcome.rstrip("!")
    if (outcome in BACK) != departs:
        return "not_now"
    return "go_if" if outcome == "go_with_conditions" else "go"


@step("chairs_away")
def chairs_away(story: IdeaStory, _said: str) -> Acts:
    """All who could chair but the author's own head are away for three days, and nobody stands in."""
    yield story.later(1)
    for chair in story.cast["chair"][1:]:
        today = clock.today()
        absences.record_absence(
            person=chair, starts_on=today, ends_on=today + timedelta(days=3), by=act(chair)
        )


@step("votes")
def votes(story: IdeaStory, said: str) -> Acts:
    """`votes:N` or `votes:N:OUTCOME`: so many seats vote, and no more for now."""
    number, _, outcome = said.partition(":")
    yield from _vote(story, outcome or "go", int(number))


@step("decide")
def decide(story: IdeaStory, said: str) -> Acts:
    """`decide:OUTCOME`: whoever has not voted votes, then the round is decided and signed."""
    yield from _decide(story, said)
    waiting = Decision.objects.filter(round__idea=story.idea, issued_at=None).first()
    if waiting is not None and not waits_for_consent(waiting):
        yield story.later(2)
        gates.sign_second(decision_key=waiting.key, by=act(_second(story, waiting)))
        story.fresh()


@step("draft_decision")
def draft_decision(story: IdeaStory, said: str) -> Acts:
    """As `decide`, but the second signature is still awaited."""
    yield from _decide(story, said)


def _decide(story: IdeaStory, said: str) -> Acts:
    round_ = story.round()
    if round_.rules.get("seats"):
        yield from _vote(story, said, 9)
    yield story.later(2 if round_.gate in ("G0", "G3") else 3)
    decider = _decider(story, round_)
    gates.decide(round_key=round_.key, by=act(decider), choice=_choice(story, round_, said))
    story.fresh()


def _vote(story: IdeaStory, outcome: str, most: int) -> Acts:
    round_ = story.round()
    seats = (
        Seat.objects.filter(round=round_, state="open").select_related("person").order_by("-is_chair", "pk")
    )
    for place, seat in enumerate(seats[:most]):
        if seat.votes.filter(in_force=True).exists():
            continue
        yield story.later(DAYS_PER_VOTE[round_.gate])
        choice = LEANINGS[leaning(outcome)][place]
        gates.vote(
            seat_key=seat.key,
            by=act(seat.person),
            choice=choice,
            content_version=story.fresh().content.version,
            **_answers(story, round_, choice),
        )


def _answers(story: IdeaStory, round_: GateRound, choice: str) -> dict[str, Any]:
    asked = [rule["key"] for rule in round_.rules.get("must_meet", []) if rule["kind"] == "judgement"]
    scores = {}
    for rule in round_.rules.get("criteria", []):
        scores[rule["key"]] = {"level": story.dice.choice(LEVELS[choice])}
    if scores and story.dice.random() < 0.15:
        scores[story.dice.choice(sorted(scores))] = {"not_applicable": True}
    due = (clock.today() + timedelta(days=45)).isoformat()
    return {
        "must_meets": {key: {"answer": "yes", "reason": ""} for key in asked},
        "scores": scores,
        "conditions": [{"text": story.sentence("condition", round_.gate), "due_on": due}]
        if choice == "go_if"
        else [],
        "comment_to_authors": story.sentence("comment", round_.gate, choice) if choice != "go_if" else "",
        "comment_to_panel": story.sentence("to_panel", round_.gate) if story.dice.random() < 0.3 else "",
    }


def _decider(story: IdeaStory, round_: GateRound) -> Person:
    """At G0 whoever sat; at G3 the sponsor; else a holder of a mandate, each in turn."""
    if round_.gate == "G0":
        return Seat.objects.select_related("person").get(round=round_, state="open").person
    parties = authority.parties(round_, story.idea)
    if round_.gate == "G3":
        sponsor = authority.sponsor_of(story.idea)
        return next(party.person for party in parties if party.person == sponsor)
    return parties[story.number % len(parties)].person


def _second(story: IdeaStory, decision: Decision) -> Person:
    """The author's director in the fast lane, the lead beside a sponsor, or another lead than the one who decided."""
    if decision.round.gate == "F":
        return second_parties(decision.round, story.fresh(), decision)[0].person
    leads = story.cast["programme_lead"]
    return next(lead for lead in leads if lead != decision.decider)


def _choice(story: IdeaStory, round_: GateRound, said: str) -> Choice:
    outcome, gate = said.rstrip("!"), round_.gate
    fixture = story.fixture
    today = clock.today()
    until = fixture.get("hold_days")
    return Choice(
        outcome=outcome,
        reasons=story.voice.reasons(gate, outcome, said.endswith("!"), story.idea),
        criterion_reasons=_by_criterion(story, round_, outcome),
        departure_reason=story.sentence("departure") if said.endswith("!") else "",
        conditions=[
            (text, story.author, today + timedelta(days=40 + 20 * place))
            for place, text in enumerate(fixture.get("conditions") or [story.sentence("condition", gate)])
        ]
        if outcome == "go_with_conditions"
        else [],
        gaps=fixture.get("gaps") or [story.sentence("gap")] if outcome == "rework" else [],
        learning=story.sentence("learning", "tried" if gate in AFTER_A_PILOT else "read")
        if outcome == "stop"
        else "",
        hold_until=today + timedelta(days=until) if outcome == "hold" and until else None,
        hold_condition=fixture.get("hold_condition", "") if outcome == "hold" else "",
        answers=_answered(round_, outcome),
        target=Idea.objects.get(title=fixture["into"]) if outcome == "merge" else None,
        redirect_to=fixture["redirect"] if outcome == "redirect" else "",
    )


def _by_criterion(story: IdeaStory, round_: GateRound, outcome: str) -> dict[str, str]:
    """One criterion with its reason: for most outcomes the one that tells, if this gate asks it."""
    keys = [rule["key"] for rule in round_.rules.get("criteria") or round_.rules["must_meet"]]
    told = [key for key in TELLING.get(outcome, ()) if key in keys] or [story.dice.choice(keys)]
    return {told[0]: story.sentence("criterion", "back" if outcome in BACK else "on", told[0])}


def _answered(round_: GateRound, outcome: str) -> dict[str, str]:
    """What a decider answers where no panel does; a stop is for what a service cannot do itself."""
    if round_.rules.get("seats"):
        return {}
    asked = [rule["key"] for rule in round_.rules["must_meet"] if rule["kind"] == "judgement"]
    return dict.fromkeys(asked, "no" if outcome in BACK and round_.gate == "L" else "yes")


@step("consent")
def consent(story: IdeaStory, said: str) -> Acts:
    """An author consents to a redirect; `consent:no` does not."""
    waiting = Decision.objects.get(round__idea=story.idea, issued_at=None)
    yield story.later(3)
    answer = gates.decline_consent if said == "no" else gates.consent
    answer(decision_key=waiting.key, by=act(story.author))
    story.fresh()


@step("undo_merge")
def undo_merge(story: IdeaStory, _said: str) -> Acts:
    """A lead undoes it before the other idea is decided."""
    yield story.later(4)
    lead = story.cast["programme_lead"][0]
    journey.undo_merge(idea=story.idea.key, by=act(lead), reasons=story.sentence("unmerged"))
    story.fresh()


@step("report")
def report(story: IdeaStory, _said: str) -> Acts:
    """The owner says the first condition is met."""
    condition = _condition(story)
    yield story.later(12)
    gates.report_condition(
        condition_key=condition.key, by=act(condition.owner), note=_note_of(story, condition)
    )


@step("confirm")
def confirm(story: IdeaStory, _said: str) -> Acts:
    condition = _condition(story)
    yield story.later(3)
    gates.confirm_condition(condition_key=condition.key, by=act(story.cast["programme_lead"][0]))


def _note_of(story: IdeaStory, condition: Condition) -> str:
    """How this condition was met: the fixture's own, or what the sentence of the condition goes with."""
    own: list[str] = story.fixture.get("conditions", [])
    if condition.text in own:
        return str(story.fixture["conditions_met"][own.index(condition.text)])
    return next(
        str(found[condition.text])
        for found in read("sentences")["condition"].values()
        if condition.text in found
    )


def _condition(story: IdeaStory) -> Condition:
    found = Condition.objects.filter(decision__round__idea=story.idea, met_at=None)
    return found.select_related("owner").order_by("pk")[0]


@step("wake")
def wake(story: IdeaStory, said: str) -> Acts:
    """`wake` on its day by the clock, where none ticked in the morning; or `wake:met` by a lead."""
    hold = Hold.objects.get(idea=story.idea, woken_at=None)
    if said == "met":
        yield story.later(20)
        lead = story.cast["programme_lead"][0]
        journey.wake(idea=story.idea.key, by=act(lead), condition_met=story.sentence("condition_met"))
    else:
        assert hold.until is not None, "a hold that waits for a condition has no day"
        yield story.diary.until(hold.until)
        if Hold.objects.filter(pk=hold.pk, woken_at=None).exists():
            journey.wake(idea=story.idea.key, by=CLOCK)
    story.fresh()


@step("reexamine")
def reexamine(story: IdeaStory, said: str) -> Acts:
    """`reexamine` asks; `reexamine:upheld` and `reexamine:overturned` are answered too."""
    yield story.later(4)
    journey.ask_reexamination(idea=story.idea.key, by=act(story.author), grounds=story.sentence("grounds"))
    if said:
        yield story.later(9)
        asked = Reexamination.objects.select_related("decider").get(idea=story.idea, closed_at=None)
        assert asked.decider is not None, "the city has a decider who took no part"
        reasons = story.sentence("reexamined", said)
        journey.answer_reexamination(idea=story.idea.key, by=act(asked.decider), answer=said, reasons=reasons)
        story.fresh()


@step("close_window")
def close_window(story: IdeaStory, _said: str) -> Acts:
    """Nobody asked in time: the clock makes the stop final, if none has ticked since."""
    yield story.later(22)
    if Reexamination.objects.filter(idea=story.idea, closed_at=None).exists():
        journey.close_window(idea=story.idea.key, by=CLOCK)


def permitted(round_: GateRound) -> list[str]:
    """The outcomes open on a decided round's record, for whoever checks the city."""
    return [item.outcome for item in rules.permitted(round_.record or {})]
