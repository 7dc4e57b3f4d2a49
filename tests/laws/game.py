"""Plays a history: one act after the other, by whom it belongs to and by whom it does not, each judged by the laws."""

import os
import random
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from incubator.lib import clock
from incubator.lib.refusals import Refusal
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import once
from tests.laws.city import City
from tests.laws.seen import Row, Seen, look
from tests.laws.unasked import unasked
from tests.laws.who import Rights
from tests.laws.worker import work
from workflows.gates.models import GateRound

BEGINNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday
FULL = 15


class Violation(AssertionError):
    """A law does not hold; the message names the law, and what was done."""


class Picks:
    """Many small choices out of one number; 0 takes the first of each."""

    def __init__(self, number: int) -> None:
        self.left = number

    def of(self, options: Sequence[Any]) -> Any:
        self.left, place = divmod(self.left, len(options))
        return options[place]

    def once_in(self, times: int) -> bool:
        return bool(self.of(range(times)) == times - 1)


@dataclass
class Try:
    """What someone tries: `rights` names who may, everyone else has to be refused; None: nobody acts but time.

    `chain` (kind, key) is what it changes, and gets exactly `events` events; None where no event is owed.
    """

    what: str
    rights: Rights | None
    run: Callable[[Any], object]
    chain: tuple[str, str] | None = None
    events: int = 1
    # Who would have the right, were they not too close.
    tempted: Sequence[int] = ()


Build = Callable[["Game", Any], Try | None]
Wanted = Collection[str]
Targets = Callable[[Seen], Sequence[Any]]


@dataclass(frozen=True)
class Kind:
    name: str
    weight: int
    targets: Targets
    build: Build


KINDS: dict[str, Kind] = {}


def act(targets: Targets, *, weight: int = 3) -> Callable[[Build], Build]:
    """Declare a kind of act, named as its function: `targets(seen)` gives what it could be done to now."""

    def declare(build: Build) -> Build:
        KINDS[build.__name__] = Kind(build.__name__, weight, targets, build)
        return build

    return declare


@contextmanager
def one_time() -> Iterator[None]:
    """The moved clock is the time of this history, so its jobs are not sent back to when they were deferred."""
    known = clock.moved_to
    clock.moved_to = lambda: ""
    try:
        yield
    finally:
        clock.moved_to = known


@dataclass
class Tally:
    """What really happened, over many histories."""

    histories: int = 0
    full: int = 0
    acts: int = 0
    refusals: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    unasked: Counter[str] = field(default_factory=Counter)
    known: set[tuple[Any, ...]] = field(default_factory=set)

    def add(self, game: "Game") -> None:
        """A history that was played before, step by step, is not counted again."""
        played = (game.mood, game.prompt, *game.steps)
        if played in self.known:
            return
        self.known.add(played)
        acts = game.done.total()
        self.histories += 1
        self.full += acts >= FULL
        self.acts += acts
        self.refusals += game.refused.total()
        self.done += game.done
        self.refused += game.refused
        self.outcomes += game.outcomes
        self.unasked += game.unasked


@contextmanager
def drawn_keys(seed: int = 0) -> Iterator[None]:
    """Keys come from a seed instead of the system's chance: the same steps give the same seats and the same lots."""

    class System:
        source = random.Random(seed)

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def urandom(self, count: int) -> bytes:
            return self.source.randbytes(count)

    uuid.os = System()  # type: ignore[attr-defined]
    try:
        yield
    finally:
        uuid.os = os  # type: ignore[attr-defined]


class Game:
    """One history in one city. `play` does a step; the laws are asked after each.

    `prompt`: the worker comes after every act, else when a step says so. `told`: also what only tells is run.
    """

    def __init__(
        self, city: City, *, prompt: bool = True, told: bool = False, mood: str = "kind", wanted: Wanted = ()
    ) -> None:
        from tests.laws import laws

        self.laws = laws
        self.city, self.prompt, self.told, self.mood, self.wanted = city, prompt, told, mood, sorted(wanted)
        self.stack = ExitStack()
        self.stack.enter_context(drawn_keys(1))
        self.stack.enter_context(one_time())
        self.stack.enter_context(clock.moved(clock.now()))
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.unasked: Counter[str] = Counter()
        self.steps: list[tuple[str, str, int]] = []
        self.told_steps: list[str] = []
        self.pressed: list[tuple[Person, str, str]] = []
        self.rules_of: dict[int, dict[str, Any]] = {}
        self.picks = Picks(0)
        self.heads = self.laws.Heads()
        self.seen = look(self.heads.last)
        self.laws.state(self)

    # --- What can happen ---------------------------------------------------------------------------------------

    def possible(self) -> list[str]:
        """The kinds of act that have something to act on, each as often as it weighs; half of the time one wanted."""
        able = [kind for kind in KINDS.values() if kind.targets(self.seen)]
        wanted = [one.name for one in able if one.name in self.wanted]
        usual = [one.name for one in able for _ in range(one.weight)]
        return usual + [name for name in wanted for _ in range(len(usual) // len(wanted))]

    def rules(self, round_: int) -> dict[str, Any]:
        """The rules a round was opened with. Kept: that they never change is law 10's to see."""
        if round_ not in self.rules_of:
            self.rules_of[round_] = GateRound.objects.values_list("rules", flat=True).get(pk=round_)
        return self.rules_of[round_]

    def person(self, pk: int) -> Person:
        return Person.objects.get(pk=pk)

    def move_clock(self, to: datetime) -> None:
        self.stack.enter_context(clock.moved(to))

    # --- What happens ------------------------------------------------------------------------------------------

    def play(self, kind: str, who: str, pick: int) -> None:
        """One step: an act of this kind, by someone who may (`right`) or someone who may not (`wrong`)."""
        self.steps.append((kind, who, pick))
        self.picks = Picks(pick)
        targets = KINDS[kind].targets(self.seen)
        tried = KINDS[kind].build(self, self.picks.of(targets)) if targets else None
        if tried is None:
            self.told_steps.append("nothing to do")
            return
        self._attempt(kind, tried, who)

    def _attempt(self, kind: str, tried: Try, who: str) -> None:
        actor, may = self._someone(tried, who)
        said = f"{tried.what}, by {self._named(actor)}"
        self.told_steps.append(said)
        before = self.seen
        try:
            self._do(tried, actor)
        except Refusal as refusal:
            self.told_steps[-1] += f": refused ({refusal.code})"
            self.refused[kind] += 1
            self.seen = look(self.heads.last)
            if self.seen.text != before.text or self.seen.events:
                raise Violation(f"a refusal changed something: {said} ({refusal.code})") from None
            return
        if not may:
            raise Violation(f"law 1: {said} had no right to")
        self.done[kind] += 1
        self._judge(before, said, tried)
        if self.prompt and self.seen.waiting:
            self.work()

    def _judge(self, before: Seen, said: str, tried: Try | None = None) -> None:
        self.seen = look(self.heads.last)
        try:
            self.heads.follow(self.seen.events)
            self.laws.step(self, before, self.seen.events, tried)
            self.laws.state(self)
            self.unasked.update(unasked(self, before))
        except Violation as violation:
            raise Violation(f"{violation}\n  after: {said}") from None

    def work(self) -> None:
        """The worker comes by."""
        before = self.seen
        done = work(told=self.told)
        if done:
            self._judge(before, f"the worker's {', '.join(done)}")

    def _do(self, tried: Try, actor: Actor | None) -> None:
        if actor is None or not self.picks.once_in(3):
            tried.run(actor)
            return
        person, key = actor.human, str(uuid.uuid4())
        where = press(person, key, lambda: tried.run(actor), f"/done/{len(self.steps)}/")
        self.pressed.append((person, key, where))

    def _someone(self, tried: Try, who: str) -> tuple[Actor | None, bool]:
        if tried.rights is None:
            return None, True
        if who == "right" and tried.rights:
            pk = self.picks.of(sorted(tried.rights))
            principal = tried.rights[pk]
            absent = self.person(principal) if principal is not None else None
            return Actor(person=self.person(pk), on_behalf_of=absent), True
        near = [*tried.tempted, *tried.tempted, *(person.pk for person in self.impostors())]
        wrong = [pk for pk in near if pk not in tried.rights]
        return Actor(person=self.person(self.picks.of(wrong))), False

    def impostors(self) -> list[Person]:
        city = self.city
        near = [
            city.author,
            city.manager,
            city.director,
            city.other_author,
            city.other_manager,
            city.dga,
            city.lead,
        ]
        return [*city.strangers, *near, city.chair, *city.panel[:2], city.hr_desk, city.sponsor]

    def _named(self, actor: Actor | None) -> str:
        if actor is None:
            return "time"
        lent = f" for {actor.on_behalf_of.staff_number}" if actor.on_behalf_of else ""
        return f"{actor.human.staff_number}{lent}"

    def finish(self) -> None:
        """The last look: whole chains, every record replayed. Gives the clock back, whatever was found."""
        try:
            self.work()
            self.laws.end(self)
        finally:
            self.close()

    def close(self) -> None:
        self.stack.close()


def press(person: Person, key: str, run: Callable[[], object], where: str) -> str:
    """Send a form with its request key, as the pages do; gives where the answer leads."""

    def view(_request: HttpRequest) -> HttpResponseRedirect:
        run()
        return HttpResponseRedirect(where)

    request = HttpRequest()
    request.method, request.user = "POST", person
    request.POST = QueryDict(f"request_key={key}")  # type: ignore[assignment]
    return str(once(view)(request).url)  # type: ignore[attr-defined]


__all__ = ["BEGINNING", "KINDS", "Game", "Kind", "Picks", "Row", "Tally", "Try", "Violation", "act", "press"]
