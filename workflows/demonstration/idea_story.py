"""One idea's way through the house, written in its fixture as words: `submit decide:go +3 votes:2`.

A word is a step of `STEPS`; what follows a colon is said to the step; `+N` waits N days. A step yields the instant
of each act before the act: the clock shows it when the story is resumed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ideas.calls.models import Call
from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from incubator.people.models import Person
from workflows.demonstration.cast import Cast, act
from workflows.demonstration.keys import dice
from workflows.demonstration.schedule import Diary, Story
from workflows.demonstration.wording import LANGUAGE, Voice
from workflows.gates.models import GateRound

TEXTS = (
    "title", "pitch", "problem", "concerned", "proposal", "expected_effect", "needs_euros", "needs_days",
    "needs_people", "in_mission", "language", "confidential", "masked_until_selected",
)  # fmt: skip


class Ended(Exception):
    """The story stops here, although words are left: nobody could be seated."""


@dataclass
class IdeaStory:
    """`fixture`: the idea as written; `number`: its place, from 0."""

    fixture: dict[str, Any]
    number: int
    seed: int
    cast: Cast
    calls: dict[str, Call]

    def __post_init__(self) -> None:
        self.dice = dice(self.seed, "idea", self.number)
        self.author = self.cast.author(self.fixture["author"])
        self.voice = Voice(self.fixture.get("language", LANGUAGE), self.fixture.get("says", {}), self.dice)
        self.idea: Idea
        self.broke_off = False

    def told(self, shown: date) -> Story:
        """The whole story, begun as many days before the city is shown as its fixture says."""
        began = shown - timedelta(days=self.fixture["began"])
        self.diary = Diary(began, shown, self.dice)
        yield from self._begin()
        words = self.fixture["way"].split()
        waits = 0
        try:
            for word in words:
                if word.startswith("+"):
                    waits += int(word)
                    continue
                if waits:
                    self.diary.later(waits)
                    waits = 0
                name, _, said = word.partition(":")
                # Once more at the instant of the last act: its jobs are done by then.
                yield self.diary.now
                yield from STEPS[name](self, said)
        except Ended:
            self.broke_off = True

    def _begin(self) -> Iterator[datetime]:
        """The draft, in two sittings; typed by a helper where the fixture names one."""
        typist = self.cast.author(self.fixture["helper"]) if "helper" in self.fixture else self.author
        yield self.diary.now
        call = self.calls[self.fixture.get("call", "box")]
        if typist == self.author:
            self.idea = drafting.begin(by=act(typist), call=call)
        else:
            self.idea = drafting.begin(by=act(typist), call=call, author=self.author)
        first = {name: self.fixture[name] for name in TEXTS[:3] if name in self.fixture}
        drafting.autosave(idea=self.idea, by=act(typist), version=1, changes=first)
        yield self.later()
        self.write(typist, {name: self.fixture[name] for name in TEXTS if name in self.fixture})

    def write(self, by: Person, changes: dict[str, Any]) -> None:
        drafting.autosave(idea=self.idea, by=act(by), version=self.fresh().draft.version, changes=changes)

    def later(self, days: int = 0) -> datetime:
        return self.diary.later(days)

    def fresh(self) -> Idea:
        """The idea as it stands now."""
        self.idea = Idea.objects.select_related("programme__entity", "call", "draft", "content").get(
            pk=self.idea.pk
        )
        return self.idea

    def round(self) -> GateRound:
        """The round that waits. Raises Ended when nobody could be seated."""
        found = GateRound.objects.get(idea=self.idea, state__in=["seating", "open"])
        if found.state == "seating":
            raise Ended
        return found

    def sentence(self, *path: str) -> str:
        """What the fixture says for this idea, else one of the sentences that fit and were not said of it yet."""
        return self.voice.sentence(*path, idea=self.idea)


Step = Callable[[IdeaStory, str], Iterator[datetime]]
STEPS: dict[str, Step] = {}


def step(name: str) -> Callable[[Step], Step]:
    """Declare a word of the ways."""

    def declare(function: Step) -> Step:
        STEPS[name] = function
        return function

    return declare
