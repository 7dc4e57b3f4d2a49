"""The figures, in a handful of queries. Each is about ideas that all staff may read; see `counted`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from ideas.drafting.queries import late
from incubator.events.models import Event
from incubator.lib import clock, working_days
from workflows.gates.configuration import defaults, gate_delay
from workflows.gates.configuration.reading import documents_of
from workflows.gates.models import Condition, Decision, GateRound
from workflows.gates.records import FIRST_GATES
from workflows.metrics import rules, survival
from workflows.metrics.rules import STAGES, Path
from workflows.sponsorship.models import Pledge


def threshold() -> int:
    """How many people a figure must be about: the setting, never under its minimum."""
    disclosure = defaults()["disclosure"]
    return max(int(disclosure["threshold"]), int(disclosure["minimum"]), 3)


def counted() -> QuerySet[Idea]:
    """The ideas of staff that any employee may read: no draft, none withdrawn, none confidential.

    Counting others would show how many there are to whoever counts the portfolio.
    """
    return Idea.objects.filter(programme__kind="staff", confidential=False).exclude(
        state__in=["draft", "withdrawn", "precedent"]
    )


def midnight(day: date) -> datetime:
    """When a day begins here."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())


@dataclass(frozen=True)
class Answered:
    """First answers that were due in the window: given in time, given late, and missing still (since whenever)."""

    in_time: int
    late: int
    missing: int


@dataclass(frozen=True)
class Waiting:
    """`late_in`: how many of the late ones are in each stage, in order, without stages that have none."""

    under_way: int
    late: int
    oldest_late: int  # working days
    late_in: list[tuple[str, int]]


@dataclass(frozen=True)
class StageTime:
    """Working days in a stage, ideas still there counted as open; None: not reached yet, or too few ideas.

    `judged`: the promise can be held against the stage before three quarters are done, as most stays, and enough of
    them, are over or past it, and more than one is past it.
    """

    stage: str
    ideas: int
    open: int
    half: int | None
    three_quarters: int | None
    longest: int
    promise: int | None
    enough: bool
    judged: bool

    @property
    def overrun(self) -> float:
        """By what share more than a quarter of the ideas exceed the promise, 0 where three quarters keep it. A median
        would hide the late ones: half may be quick, and the other half stay for ever.

        Where three quarters are not done yet, the longest stay known stands in, unless that one is an exception, or
        most have come too lately to tell.
        """
        if not self.enough or self.promise is None:
            return 0.0
        if self.three_quarters is None and not self.judged:
            return 0.0
        days = self.three_quarters if self.three_quarters is not None else self.longest
        return max(days / self.promise - 1, 0.0)


@dataclass(frozen=True)
class Reasons:
    decisions: int
    with_reasons: int
    departed: int


@dataclass(frozen=True)
class Promises:
    """Conditions that fell due in the window, and pledges signed in it."""

    conditions: int
    conditions_kept: int
    pledges: int
    pledges_kept: int


@dataclass(frozen=True)
class Changed:
    """Since the quarter began; `submitted_before` in the whole quarter before."""

    since: date
    submitted: int
    submitted_before: int
    pilots: int
    in_service: int


@dataclass(frozen=True)
class Figures:
    """All of the page but participation. `first`: when the first idea was submitted; `funnel`: how many of all ideas
    got so far, in order."""

    at: datetime
    since: date
    first: datetime | None
    answered: Answered
    waiting: Waiting
    stages: list[StageTime]
    reasons: Reasons
    promises: Promises
    changed: Changed
    funnel: list[tuple[str, int]]


class Row(NamedTuple):
    """What the figures need of an idea."""

    key: Any
    route: str
    state: str
    stage: str
    due_at: datetime | None
    late: bool
    submitted_at: datetime
    zone: str
    country: str
    closing_days: list[date]


def figures() -> Figures:
    """The programme's figures as of now, over the twelve months before. Seven queries, whatever the number of ideas."""
    now, today = clock.now(), clock.today()
    since = rules.year_before(today)
    ideas = [
        Row(*values)  # type: ignore[arg-type] # submitted ideas only
        for values in counted()
        .filter(submitted_at__isnull=False)
        .annotate(late=late())
        .values_list(
            "key",
            "route",
            "state",
            "stage",
            "due_at",
            "late",
            "submitted_at",
            "programme__entity__time_zone",
            "programme__entity__holidays_country",
            "programme__entity__closing_days",
        )
    ]
    paths = _paths()
    return Figures(
        at=now,
        since=since,
        first=min((idea.submitted_at for idea in ideas), default=None),
        answered=_answered(midnight(since), now),
        waiting=_waiting(ideas, now),
        stages=_stages(ideas, paths, now),
        reasons=_reasons(midnight(since)),
        promises=_promises(since, today),
        changed=_changed(ideas, paths, rules.quarter_start(today)),
        funnel=_funnel(ideas, paths),
    )


def _paths() -> dict[Any, Path]:
    """Each idea's way, from those of its events that moved it."""
    moved = Q(effects__contains=[{"what": "stage"}]) | Q(effects__contains=[{"what": "state"}])
    events = (
        Event.objects.filter(
            moved | Q(effects__contains=[{"what": "holder"}]),
            subject_kind="idea",
            subject_key__in=counted().values("key"),
        )
        .order_by("subject_key", "sequence")
        .values_list("subject_key", "happened_at", "effects")
    )
    return {
        key: rules.path((at, effects) for _key, at, effects in chain)
        for key, chain in groupby(events.iterator(2000), key=lambda event: event[0])
    }


def _answered(since: datetime, now: datetime) -> Answered:
    """The first decision on each idea at the gate that each of its routes begins with. An answer that is not due yet
    is left out, given or not: counting those given early would make the share too good."""
    before = GateRound.objects.filter(
        idea=OuterRef("idea"), gate=OuterRef("gate"), number__lt=OuterRef("number"), state="decided"
    )
    # A pause voids a round: the answer is then that of the next one.
    rounds = GateRound.objects.filter(gate__in=FIRST_GATES, idea__in=counted()).exclude(state="void")
    over = Q(state="decided", due_at__gte=since, due_at__lt=now)
    found = rounds.exclude(Exists(before)).aggregate(
        in_time=Count("pk", filter=over & Q(closed_at__lte=F("due_at"))),
        late=Count("pk", filter=over & Q(closed_at__gt=F("due_at"))),
        missing=Count("pk", filter=Q(state__in=["seating", "open"]) & late("idea__")),
    )
    return Answered(**found)


def _waiting(ideas: list[Row], now: datetime) -> Waiting:
    live = [idea for idea in ideas if idea.state == "live"]
    behind = [idea for idea in live if idea.late]
    oldest = max((_working_days(idea, idea.due_at, now) for idea in behind if idea.due_at), default=0)
    where = Counter(idea.stage for idea in behind)
    return Waiting(
        len(live), len(behind), oldest, [(stage, where[stage]) for stage in STAGES if where[stage]]
    )


def _working_days(idea: Row, start: datetime, end: datetime) -> int:
    first, last = (timezone.localtime(at, ZoneInfo(idea.zone)).date() for at in (start, end))
    return working_days.working_days_between(
        first, last, country=idea.country, closing_days=idea.closing_days
    )


def _stages(ideas: list[Row], paths: dict[Any, Path], now: datetime) -> list[StageTime]:
    """Of the standard route, whose stages these promises are about: a service's own answer passes none of them."""
    spells: dict[str, list[survival.Spell]] = defaultdict(list)
    for idea in ideas:
        if idea.route != "standard":
            continue
        for stay in paths.get(idea.key, Path()).stays:
            days = sum(_working_days(idea, start, end or now) for start, end in stay.pieces)
            spells[stay.stage].append((days, stay.over))
    documents = documents_of(Programme.objects.filter(closed_on=None, kind=Programme.Kind.STAFF))
    return [_stage_time(stage, spells[stage], promised(stage, documents)) for stage in STAGES]


def _stage_time(stage: str, spells: list[survival.Spell], promise: int | None) -> StageTime:
    enough = len(spells) >= threshold()
    past = sum(days > promise for days, _over in spells) if promise is not None else 0
    known = past + sum(over and promise is not None and days <= promise for days, over in spells)
    return StageTime(
        stage=stage,
        ideas=len(spells),
        open=sum(not over for _days, over in spells),
        half=survival.reached(spells, 0.5) if enough else None,
        three_quarters=survival.reached(spells, 0.75) if enough else None,
        longest=survival.longest(spells),
        promise=promise,
        enough=enough,
        judged=past > 1 and known >= threshold() and 2 * known >= len(spells),
    )


def promised(stage: str, documents: Iterable[Mapping[str, Any]]) -> int | None:
    """Working days promised for a stage; None for the pilot, whose length each plan sets, and where programmes
    promise different times."""
    said = {_promised(stage, document) for document in documents}
    return said.pop() if len(said) == 1 else None


def _promised(stage: str, document: Mapping[str, Any]) -> int | None:
    delays = document["delays"]
    first, selection, launch, investment = (
        gate_delay(document["gates"][gate]) for gate in ("G0", "G1", "G2", "G4")
    )
    return {
        "submission": first.whole,
        "review": selection.from_submission - first.whole if selection.from_submission else selection.due,
        "sponsorship": delays["sponsor_search"] + delays["investigation"] + launch.due,
        "evaluation": delays["evaluation"] + investment.due,
    }.get(stage)


def _reasons(since: datetime) -> Reasons:
    found = Decision.objects.filter(issued_at__gte=since, round__idea__in=counted()).aggregate(
        decisions=Count("pk"),
        with_reasons=Count("pk", filter=~Q(reasons="")),
        departed=Count("pk", filter=Q(departs=True)),
    )
    return Reasons(**found)


def _promises(since: date, today: date) -> Promises:
    """A condition is kept when its owner said so in time, however long a lead took to confirm it; one that waits for
    this is not counted yet, nor one of an idea that ended before its day."""
    due = Condition.objects.filter(
        due_on__gte=since,
        due_on__lt=today,
        decision__issued_at__isnull=False,
        decision__round__idea__in=counted(),
    )
    idea = "decision__round__idea"
    ended = Q(**{f"{idea}__ended_at__date__lt": F("due_on")}) & ~Q(**{f"{idea}__state": "in_service"})
    unconfirmed = Q(met_at=None, reported_at__isnull=False, reported_at__date__lte=F("due_on"))
    settled = due.exclude(ended).exclude(unconfirmed).annotate(done_at=Coalesce("reported_at", "met_at"))
    in_time = Q(done_at__date__lte=F("due_on"))
    conditions = settled.aggregate(conditions=Count("pk"), conditions_kept=Count("pk", filter=in_time))
    signed = Pledge.objects.filter(
        state__in=["signed", "withdrawn"], answered_at__gte=midnight(since), idea__in=counted()
    )
    pledges = signed.aggregate(pledges=Count("pk"), pledges_kept=Count("pk", filter=Q(state="signed")))
    return Promises(**conditions, **pledges)


def _changed(ideas: list[Row], paths: dict[Any, Path], quarter: date) -> Changed:
    start, before = midnight(quarter), midnight(rules.quarter_start(quarter - timedelta(days=1)))
    pilots = [path.first("pilot") for path in paths.values()]
    return Changed(
        since=quarter,
        submitted=sum(idea.submitted_at >= start for idea in ideas),
        submitted_before=sum(before <= idea.submitted_at < start for idea in ideas),
        pilots=_since(pilots, start),
        in_service=_since((path.in_service_at for path in paths.values()), start),
    )


def _since(instants: Iterable[datetime | None], start: datetime) -> int:
    return sum(at is not None and at >= start for at in instants)


def _funnel(ideas: list[Row], paths: dict[Any, Path]) -> list[tuple[str, int]]:
    """Every idea has come in; who reached a stage has passed all before it, also when events of old are missing."""
    furthest = [_furthest(paths.get(idea.key, Path())) for idea in ideas]
    return [
        (step, sum(far >= number for far in furthest)) for number, step in enumerate((*STAGES, rules.SERVICE))
    ]


def _furthest(path: Path) -> int:
    if path.in_service_at is not None:
        return len(STAGES)
    return max((STAGES.index(stay.stage) for stay in path.stays if stay.stage in STAGES), default=0)
