"""A call with places, its ideas at selection with an opinion, and the people of a session."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from ideas.calls.models import Call
from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people.actors import Actor
from incubator.people.models import Person
from tests.factories import CallFactory, IdeaFactory, PersonFactory, SeatFactory, Staff
from workflows import nodes
from workflows.gates.actions import Choice
from workflows.gates.models import GateRound, Seat, Vote
from workflows.sessions import actions
from workflows.sessions.models import SelectionSession, SessionIdea, SessionMember

REASONS = "Le besoin est décrit, l’essai peut commencer avec les moyens demandés."


def act(person: Person) -> Actor:
    return Actor(person=person)


@dataclass
class Jury:
    """`members[0]` chairs; three people gave the written opinions."""

    places: int | None = 2
    seats: int = 3
    euros: int | None = 100_000
    days: int | None = None
    members: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        with Staff() as staff:
            self.lead = staff.person(role="programme_lead", mandate="programme_lead")
            self.dga = staff.person(mandate="dga")
            self.members = [staff.person(role="chair")]
            self.members += [staff.person(role="panel_member") for _ in range(self.seats - 1)]
            self.readers = [staff.person() for _ in range(3)]
        self.call: Call = CallFactory(
            places=self.places, envelope_euros=self.euros, envelope_agent_days=self.days
        )


def at_selection(jury: Jury, level: int = 3, choice: str = "go", **changes: Any) -> Idea:
    """An idea at G1 whose panel of three gave this level on every criterion. Straight to its station: no act before."""
    idea: Idea = IdeaFactory(live=True, call=jury.call, author=PersonFactory(employed=True), **changes)
    with transaction.atomic():
        nodes.start("workflows/flows.StandardFlow", idea, act(jury.lead))
        GateRound.objects.filter(idea=idea, gate="G0").update(state="void", closed_at=clock.now())
        nodes.move(idea, "go", act(jury.lead))
        idea.save()
    round_ = GateRound.objects.get(idea=idea, gate="G1")
    round_.state, round_.opened_at = "open", clock.now()
    round_.save()
    give_opinion(round_, jury, level, choice)
    return idea


def give_opinion(round_: GateRound, jury: Jury, level: int, choice: str = "go") -> None:
    criteria = {rule["key"]: {"level": level} for rule in round_.rules["criteria"]}
    judged = [rule["key"] for rule in round_.rules["must_meet"] if rule["kind"] == "judgement"]
    for place, person in enumerate(jury.readers):
        seat: Seat = SeatFactory(round=round_, person=person, is_chair=place == 0)
        Vote.objects.create(
            seat=seat,
            choice=choice,
            must_meets={key: {"answer": "yes", "reason": ""} for key in judged},
            scores=criteria,
            content_version=1,
            cast_by=person,
            cast_at=clock.now(),
        )


def prepared(jury: Jury, *, heard: int = 3, quorum: int = 2, **stated: Any) -> SelectionSession:
    at = clock.now() + timedelta(days=7)
    more = {"waiting_until": (at + timedelta(days=180)).date(), "venue": "Salle du conseil"} | stated
    session = actions.prepare(
        call=jury.call, by=act(jury.lead), held_at=at, heard=heard, quorum=quorum, **more
    )
    for place, person in enumerate(jury.members):
        actions.call_member(session_key=session.key, person=person, by=act(jury.lead), chair=place == 0)
    return session


def live(jury: Jury, **stated: Any) -> SelectionSession:
    """Convened, open, everyone there."""
    session = prepared(jury, **stated)
    actions.convene(session_key=session.key, by=act(jury.lead))
    actions.open_session(session_key=session.key, by=act(jury.lead))
    for member in SessionMember.objects.filter(session=session):
        actions.set_present(session_key=session.key, member_key=member.key, present=True, by=act(jury.lead))
    session.refresh_from_db()
    return session


def heard(session: SelectionSession) -> list[SessionIdea]:
    lines = SessionIdea.objects.filter(session=session, hearing_at__isnull=False, left_at=None)
    return list(lines.select_related("idea").order_by("idea__number"))


def all_vote(session: SelectionSession, jury: Jury, levels: Sequence[int]) -> None:
    """Every member gives the ideas heard, by number, these levels."""
    for line, level in zip(heard(session), levels, strict=True):
        for person in jury.members:
            actions.vote_in_room(session_key=session.key, idea_key=line.idea.key, level=level, by=act(person))


def settled(jury: Jury, levels: Sequence[int], **stated: Any) -> SelectionSession:
    session = live(jury, **stated)
    all_vote(session, jury, levels)
    actions.settle(session_key=session.key, by=act(jury.lead))
    session.refresh_from_db()
    return session


def choice_for(line: SessionIdea, outcome: str = "", **more: Any) -> Choice:
    """What the list proposes, or `outcome`, with its reasons."""
    outcome = outcome or {"selected": "go", "waiting": "hold"}.get(line.result, "stop")
    if outcome != "go":
        more.setdefault("criterion_reasons", {"value": REASONS})
    if outcome == "stop":
        more.setdefault("learning", "Le besoin existe ; la solution est à revoir.")
    return Choice(outcome=outcome, reasons=REASONS, **more)


def lines(session: SelectionSession) -> list[SessionIdea]:
    return list(
        SessionIdea.objects.filter(session=session).select_related("idea", "round").order_by("idea__number")
    )


def decide_all(session: SelectionSession, jury: Jury, **outcomes: str) -> None:
    choices = {str(line.idea.key): choice_for(line) for line in lines(session) if line.left_at is None}
    actions.decide(session_key=session.key, by=act(jury.dga), choices=choices)


def results(session: SelectionSession) -> list[str]:
    """What each idea has now, by number; `left` for one that is gone."""
    return ["left" if line.left_at else line.result for line in lines(session)]
