"""The words of a way from sponsorship to the evaluation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ideas.drafting.models import TeamMember
from incubator.lib import clock
from incubator.people.actors import CLOCK
from incubator.people.models import Person
from workflows.demonstration.cast import act
from workflows.demonstration.idea_story import IdeaStory, step
from workflows.demonstration.material import read
from workflows.evaluation import actions as evaluation
from workflows.evaluation.models import Evaluation
from workflows.evaluation.queries import is_independent
from workflows.gates.conflicts import conflicts_of
from workflows.pilots import actions as pilots
from workflows.pilots import rules as pilot_rules
from workflows.pilots.actions import PlanValues
from workflows.pilots.models import Incident, Pilot
from workflows.pilots.rules import IndicatorValues
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import queries as promises
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import Pledge, TimeRelease

Acts = Iterator[datetime]

SHORT = Decimal("0.6")  # of the way a pilot goes that is to be extended


@step("ask_sponsor")
def ask_sponsor(story: IdeaStory, _said: str) -> Acts:
    yield story.later(4)
    sponsorship.ask_sponsor(idea=story.idea, sponsor=_sponsor(story), by=act(story.author))


def _sponsor(story: IdeaStory) -> Person:
    """A director with a mandate, far from the team, who was not asked before."""
    asked = set(Pledge.objects.filter(idea=story.idea).values_list("sponsor", flat=True))
    able = {one.pk for one in promises.eligible_sponsors(story.fresh())} - asked
    pool = [one for one in story.cast["director"] if one.pk in able]
    against = conflicts_of(pool, story.idea, "G3")
    free = [one for one in pool if not against[one.pk].hard]
    return free[story.number * 5 % len(free)]


@step("decline")
def decline(story: IdeaStory, _said: str) -> Acts:
    yield story.later(6)
    pledge = _pledge(story, Pledge.State.ASKED)
    sponsorship.decline_pledge(pledge=pledge, by=act(pledge.sponsor), note=story.sentence("declined"))


@step("promise")
def promise(story: IdeaStory, _said: str) -> Acts:
    yield story.later(8)
    pledge = _pledge(story, Pledge.State.ASKED)
    sponsorship.promise(
        pledge=pledge,
        days=int(story.fixture.get("needs_days") or 15),
        euros=int(story.fixture.get("needs_euros") or 0),
        cover=story.sentence("cover"),
        by=act(pledge.sponsor),
    )
    story.fresh()


@step("withdraw_pledge")
def withdraw_pledge(story: IdeaStory, _said: str) -> Acts:
    yield story.later(3)
    pledge = _pledge(story, Pledge.State.SIGNED)
    sponsorship.withdraw_pledge(pledge=pledge, by=act(pledge.sponsor), note=story.sentence("stepped_back"))
    story.fresh()


def _pledge(story: IdeaStory, state: str) -> Pledge:
    return Pledge.objects.select_related("sponsor").get(idea=story.idea, state=state)


@step("ask_time")
def ask_time(story: IdeaStory, _said: str) -> Acts:
    yield story.later(2)
    member = TeamMember.objects.get(idea=story.idea, person=story.author)
    time_actions.ask_time(member=member, days_a_month=Decimal("2"), by=act(story.author))


@step("time_opinion")
def time_opinion(story: IdeaStory, said: str) -> Acts:
    """`time_opinion:reserved`, `time_opinion:silence`; favourable when nothing is said."""
    release = _release(story)
    if release.manager is None:
        return
    if said == "silence":
        yield story.later(20)
        if _release(story).opinion_at is None:  # no clock has ticked since
            time_actions.record_silence(release=release, by=CLOCK)
        return
    yield story.later(5)
    note = story.sentence("reserved") if said == "reserved" else ""
    time_actions.give_time_opinion(
        release=release, opinion=said or "favourable", note=note, by=act(release.manager)
    )


@step("sign_time")
def sign_time(story: IdeaStory, _said: str) -> Acts:
    yield story.later(4)
    release = _release(story)
    time_actions.sign_time_release(release=release, by=act(release.director))


@step("refuse_time")
def refuse_time(story: IdeaStory, _said: str) -> Acts:
    yield story.later(4)
    release = _release(story)
    time_actions.refuse_time_release(
        release=release, note=story.sentence("no_time"), by=act(release.director)
    )


@step("arbitrate")
def arbitrate(story: IdeaStory, _said: str) -> Acts:
    yield story.later(6)
    release = _release(story)
    arbiter = time_actions.arbiters(story.fresh(), release)[0]
    note = story.sentence("arbitrated")
    time_actions.arbitrate_time(release=release, released=True, note=note, by=act(arbiter))


def _release(story: IdeaStory) -> TimeRelease:
    found = TimeRelease.objects.filter(member__idea=story.idea).select_related(
        "manager", "director", "member"
    )
    return found.latest("pk")


@step("budget")
def budget(story: IdeaStory, said: str) -> Acts:
    """`budget` for the launch, `budget:G4` for what the service costs a year."""
    gate = said or "G2"
    yield story.later(3)
    euros = int(story.fixture.get("needs_euros") or 0)
    if gate == "G4":
        euros = int(story.fixture.get("run_euros", euros // 5))
    sponsorship.confirm_budget(
        idea=story.idea,
        gate=gate,
        by=act(story.cast["finance"][0]),
        euros=euros,
        reference=f"{clock.today():%Y}-{600 + story.number}-{gate[1]}" if euros else "",
        none_needed=not euros,
    )


@step("plan")
def plan(story: IdeaStory, said: str) -> Acts:
    """The plan in two sittings; `plan:half` only the first."""
    values = _plan(story)
    yield story.later(3)
    half = PlanValues(where=values.where, months=values.months, indicators=values.indicators[:1])
    pilots.save_plan(idea=story.idea, version=0, values=half, by=act(story.author))
    if said != "half":
        yield story.later(6)
        pilots.save_plan(idea=story.idea, version=1, values=values, by=act(story.author))


def _plan(story: IdeaStory) -> PlanValues:
    written = story.fixture.get("plan") or {}
    return PlanValues(
        where=written.get("where", "Un site volontaire"),
        months=written.get("months", 4),
        stop_rule=written.get("stop") or story.sentence("stop_rule"),
        users_told_how=written.get("told") or story.sentence("told"),
        minimum_readings=2,
        indicators=[
            IndicatorValues(name, unit, direction, Decimal(str(baseline)), Decimal(str(target)))
            for name, unit, direction, baseline, target in written.get(
                "indicators", read("sentences")["indicators"]
            )
        ],
    )


@step("launch")
def launch(story: IdeaStory, _said: str) -> Acts:
    yield story.later(2)
    sponsorship.request_launch(idea=story.idea, by=act(story.author))
    story.fresh()


@step("sponsored")
def sponsored(story: IdeaStory, _said: str) -> Acts:
    """All that the launch asks for, without a hitch."""
    for one in (ask_sponsor, promise, ask_time, time_opinion, sign_time, budget, plan, launch):
        yield from one(story, "")


@step("check_in")
def check_in(story: IdeaStory, said: str) -> Acts:
    """`check_in:N` follows the plan for N months; `:short` falls short of it, `:drift` goes the wrong way."""
    number, _, manner = (said or "1").partition(":")
    pilot = Pilot.objects.get(idea=story.idea)
    months = story.idea.pilot_plan.months * (2 if pilot.extended_once else 1)
    for _ in range(int(number)):
        done = pilot.check_ins.count()
        due = pilot.started_on + (done + 1) * pilot_rules.CHECK_IN_EVERY
        yield story.diary.until(due)
        share = Decimal(done + 1) / Decimal(months)
        pace = "in_trouble" if manner == "drift" and done else "slower" if manner else "on_track"
        pilots.record_check_in(
            pilot=pilot,
            on=clock.today(),
            pace=pace,
            note=story.sentence("check_in", pace),
            readings=_readings(story, share * SHORT if manner == "short" else share, manner == "drift"),
            by=act(story.author),
        )


def _readings(story: IdeaStory, share: Decimal, drifts: bool) -> dict[Any, Decimal]:
    """From the baseline towards the target, a little beside the line; backwards when it drifts."""
    found = {}
    for one in story.idea.pilot_plan.indicators.order_by("position"):
        way = (one.target - one.baseline) * min(share * Decimal("1.15"), Decimal("1.1"))
        wobble = (one.target - one.baseline) * Decimal(story.dice.randint(-8, 8)) / 100
        value = one.baseline - way / 3 if drifts else one.baseline + way + wobble
        steps = Decimal(1) if one.baseline == one.baseline.to_integral() else Decimal("0.1")
        found[one.key] = max(value, Decimal(0)).quantize(steps)
    return found


@step("incident")
def incident(story: IdeaStory, said: str) -> Acts:
    """`incident` is reported and stays open; `incident:closed` is closed a week later."""
    yield story.later(5)
    pilot = Pilot.objects.get(idea=story.idea)
    found = pilots.report_incident(pilot=pilot, text=story.sentence("incident"), by=act(story.author))
    if said == "closed":
        yield story.later(7)
        found = Incident.objects.select_related("pilot").get(pk=found.pk)
        pilots.close_incident(incident=found, note=story.sentence("incident_closed"), by=act(story.author))


@step("end_pilot")
def end_pilot(story: IdeaStory, _said: str) -> Acts:
    """On its planned day, give or take a week-end."""
    pilot = Pilot.objects.get(idea=story.idea)
    yield story.diary.until(pilot.planned_end_on - timedelta(days=2))
    pilots.end_pilot(pilot=pilot, note=story.sentence("pilot_ended"), by=act(story.author))
    story.fresh()


@step("evaluator")
def evaluator(story: IdeaStory, _said: str) -> Acts:
    yield story.later(3)
    able = [one for one in story.cast["evaluator"] if is_independent(story.idea, one)]
    chosen = able[story.number % len(able)]
    lead = story.cast["programme_lead"][story.number % 2]
    evaluation.name_evaluator(idea=story.idea, evaluator=chosen, by=act(lead))


@step("deliver")
def deliver(story: IdeaStory, said: str) -> Acts:
    """`deliver:ADVICE`, with someone who would run the service."""
    yield story.later(17)
    found = Evaluation.objects.select_related("evaluator").get(
        idea=story.idea, delivered_at=None, ended_at=None
    )
    owner = story.cast.directory.heads.get(story.fixture["author"].split(":")[0])
    evaluation.deliver(
        evaluation=found,
        findings=story.sentence("findings"),
        effect_on_staff=story.sentence("effect_on_staff"),
        run_cost_euros_a_year=int(story.fixture.get("run_euros", 1500)),
        advice=said or "scale",
        run_owner=Person.objects.filter(staff_number=owner.number).first() if owner else story.author,
        by=act(found.evaluator),
    )
    story.fresh()


@step("evaluated")
def evaluated(story: IdeaStory, said: str) -> Acts:
    yield from evaluator(story, "")
    yield from deliver(story, said)
    yield from budget(story, "G4")
