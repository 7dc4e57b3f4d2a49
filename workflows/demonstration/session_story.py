"""A selection session of the city, from its preparation to its letters, or until it is convened.

Each is written in `fixtures/demo/whole.json`, its days counted back from the day the city is shown.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from ideas.calls.models import Call
from incubator.lib import working_days
from incubator.people.models import Person
from workflows.demonstration.cast import Cast, act
from workflows.demonstration.followers import make_letters
from workflows.demonstration.keys import dice
from workflows.demonstration.material import read
from workflows.demonstration.schedule import ZONE, Diary, Story
from workflows.gates.actions import Choice
from workflows.sessions import actions as sessions
from workflows.sessions.models import SelectionSession, SessionIdea, SessionMember, SteppingOut

BEGINS = time(9, 30)
QUORUM = 3
DAYS = ("prepared", "convened", "held", "decided", "closed")
OUTCOMES = {"selected": "go", "waiting": "hold", "not_selected": "stop", "not_heard": "stop"}


class SessionStory:
    """`fixture`: the session as written; `levels`: what the members gave each idea, by title, the chair first."""

    def __init__(
        self, fixture: dict[str, Any], seed: int, cast: Cast, call: Call, levels: dict[str, list[int]]
    ) -> None:
        self.fixture, self.cast, self.call, self.levels = fixture, cast, call, levels
        self.dice = dice(seed, "session", fixture["call"])
        self.lead = act(cast["programme_lead"][0])
        self.session: SelectionSession

    def told(self, shown: date) -> Story:
        """All of it; one that is to be held after `shown` stays convened."""
        days = {name: shown - timedelta(days=ago) for name, ago in self.fixture.items() if name in DAYS}
        diary = Diary(days["prepared"], shown, self.dice)
        yield diary.now
        self._prepare(days["held"])
        yield diary.until(days["convened"])
        sessions.convene(session_key=self.session.key, by=self.lead)
        if "decided" not in days:
            return
        yield from self._held()
        yield diary.until(days["decided"])
        self._decide()
        yield diary.until(days["closed"])
        make_letters(self.session)
        sessions.close(session_key=self.session.key, by=self.lead)

    def _prepare(self, day: date) -> None:
        while not working_days.is_working_day(day):
            day += timedelta(days=1)
        self.session = sessions.prepare(
            call=self.call,
            by=self.lead,
            held_at=datetime.combine(day, BEGINS, ZONE),
            venue=self.fixture["venue"],
            waiting_until=day + timedelta(days=self.fixture["waits"]),
            heard=self.fixture["heard"],
            quorum=QUORUM,
        )
        for place, person in enumerate(self._members()):
            sessions.call_member(session_key=self.session.key, person=person, by=self.lead, chair=place == 0)

    def _members(self) -> list[Person]:
        """The chair, panel members, and the first holder of each other role."""
        panel = [self.cast["panel_member"][number] for number in self.fixture["panel"]]
        also = [self.cast[role][0] for role in self.fixture["also"]]
        return [self.cast["chair"][self.fixture["chair"]], *panel, *also]

    def _held(self) -> Iterator[datetime]:
        """The room: who is there, a hearing and its votes at a time, what is retained, the list."""
        session = self.session
        yield session.held_at
        sessions.open_session(session_key=session.key, by=self.lead)
        members = list(SessionMember.objects.filter(session=session).select_related("person").order_by("pk"))
        for member in members:
            sessions.set_present(session_key=session.key, member_key=member.key, present=True, by=self.lead)
        for line in self._lines().filter(hearing_at__isnull=False).order_by("hearing_at"):
            assert line.hearing_at is not None
            yield line.hearing_at + timedelta(minutes=session.rules["hearing_minutes"] - 2)
            out = set(SteppingOut.objects.filter(line=line).values_list("member", flat=True))
            for member, level in zip(members, self.levels[line.idea.title], strict=False):
                if member.pk not in out:
                    sessions.vote_in_room(
                        session_key=session.key, idea_key=line.idea.key, level=level, by=act(member.person)
                    )
        yield session.held_at + timedelta(hours=3)
        sessions.settle(session_key=session.key, by=self.lead)
        for line in self._lines():
            sessions.note_reasons(
                session_key=session.key, idea_key=line.idea.key, by=self.lead, **self._retained(line)
            )

    def _decide(self) -> None:
        """What the list proposes, idea by idea, in one act."""
        choices = {}
        for line in self._lines():
            retained = self._retained(line)
            choices[str(line.idea.key)] = Choice(
                outcome=OUTCOMES[line.result],
                reasons=retained["reasons"],
                criterion_reasons=dict([self.fixture["criterion"][line.result]])
                if retained["criterion"]
                else {},
                learning=retained["learning"],
            )
        sessions.decide(session_key=self.session.key, by=act(self.cast["dga"][0]), choices=choices)

    def _retained(self, line: SessionIdea) -> dict[str, str]:
        stops = OUTCOMES[line.result] == "stop"
        return {
            "reasons": self.fixture["reasons"][line.result],
            "criterion": "" if line.result == "selected" else self.fixture["criterion"][line.result][0],
            "learning": self.fixture["learning"] if stops else "",
        }

    def _lines(self) -> Any:
        lines = SessionIdea.objects.filter(session=self.session, left_at=None)
        return lines.select_related("idea", "round").order_by("idea__number")


def stories_of(
    seed: int, shown: date, cast: Cast, calls: dict[str, Call], ideas: list[dict[str, Any]]
) -> list[tuple[str, Story]]:
    """The sessions of whose calls there are ideas in the city. `ideas`: the fixtures of those it has."""
    found = []
    for written in read("whole")["sessions"]:
        name = written["call"]
        levels = {idea["title"]: idea.get("room", []) for idea in ideas if idea.get("call") == name}
        if levels:
            session = SessionStory(written, seed, cast, calls[name], levels)
            found.append((f"session of the call {name}", session.told(shown)))
    return found
