"""Hypothesis chooses the steps; the game plays and judges them."""

import importlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import hypothesis.strategies as st
from django.db import connection, transaction
from factory.django import DjangoModelFactory
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from incubator.lib import clock
from tests import factories
from tests.laws.city import City
from tests.laws.game import BEGINNING, FULL, KINDS, Game, Tally, drawn_keys
from tests.laws.scenes import SCENES
from tests.laws.seen import look_often

for room in ("gates", "decisions", "endings", "stages", "pilots", "people", "sessions", "programme"):
    importlib.import_module(f"tests.laws.acts_{room}")

LARGEST = 2**40
NUMBER = st.integers(0, LARGEST)
TURN = 2_654_435_761  # a prime: neighbours end far apart
STEPS = 40  # what was refused among them: as a rule the acts end a history before
MOODS = ["kind", "mixed", "strict"]
ANEW = """
select setval(oid, case relname when 'ideas_number' then 1000 else 1000000 end) from pg_class where relkind = 'S'
"""


@contextmanager
def no_constants_of_modules() -> Iterator[None]:
    """Hypothesis draws now and then a constant that stands in some module loaded by then: after other tests, one seed
    would play other histories."""
    known = providers._get_local_constants
    providers._get_local_constants = Constants
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = known
        providers.CONSTANTS_CACHE.cache.clear()


def the_same_numbers() -> None:
    """Names and row numbers begin anew: lists ordered by them, hence histories, do not hang on which tests ran before.

    Far above the numbers of rows that migrations have made.
    """
    for one in vars(factories).values():
        if isinstance(one, type) and issubclass(one, DjangoModelFactory):
            one.reset_sequence(0, force=True)
    with connection.cursor() as cursor:
        cursor.execute(ANEW)


@contextmanager
def staged(name: str) -> Iterator[City]:
    """The city of a scene, with its clock; built once, played from again and again, then undone."""
    with transaction.atomic(), clock.moved(BEGINNING), drawn_keys(0):
        the_same_numbers()
        look_often()
        city = City()
        SCENES[name](city)
        try:
            yield city
        finally:
            transaction.set_rollback(True)


@contextmanager
def history(city: City, **habits: Any) -> Iterator[Game]:
    """One game in the city as it was built: whatever happens is undone."""
    with transaction.atomic():
        game = Game(city, **habits)
        try:
            yield game
        finally:
            game.close()
            transaction.set_rollback(True)


class History(RuleBasedStateMachine):
    """One history. `city`, `tally` and `acts` are set by `played`."""

    city: City
    tally: Tally
    # The steps of the last history that broke a law.
    broken: "Game | None" = None
    wish: Callable[[], Collection[str]] = staticmethod(tuple)
    acts: int

    def __init__(self) -> None:
        super().__init__()
        self.game: Game | None = None
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    @initialize(
        prompt=st.sampled_from([True, True, False]),
        told=st.sampled_from([False, False, False, True]),
        mood=st.sampled_from(MOODS),
    )
    def begins(self, prompt: bool, told: bool, mood: str) -> None:
        wanted = tuple(self.wish())
        # A session closes once its letters are there.
        told = told or "close_session" in wanted
        self.game = Game(self.city, prompt=prompt, told=told, mood=mood, wanted=wanted)

    @rule(kind=NUMBER, wrong=st.integers(0, 6), pick=NUMBER)
    def goes_on(self, kind: int, wrong: int, pick: int) -> None:
        assert self.game is not None
        if self.game.done.total() >= self.acts:
            return
        # Hypothesis likes all zeros, and begins with them: without this, one act tried twenty times over.
        turned = len(self.game.steps) * TURN
        possible = self.game.possible()
        name = possible[(kind + turned) % len(possible)]
        self._attempt(name, "wrong" if wrong == 6 else "right", (pick + turned) % LARGEST)

    def _attempt(self, kind: str, who: str, pick: int) -> None:
        assert self.game is not None
        try:
            self.game.play(kind, who, pick)
        except Exception:
            type(self).broken = self.game
            raise

    def teardown(self) -> None:
        """The last look; then everything is as the city was built."""
        try:
            if self.game is not None and self.game is not type(self).broken:
                self.game.finish()
                self.tally.add(self.game)
            elif self.game is not None:
                self.game.close()
        except Exception:
            type(self).broken = self.game
            raise
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)


def played(
    city: City,
    tally: Tally,
    *,
    histories: int,
    from_seed: int = 0,
    steps: int = STEPS,
    acts: int = FULL,
    wish: Callable[[], Collection[str]] = tuple,
) -> None:
    """Play so many histories, each of so many acts or steps, and count them.

    Raises what the laws raise; see `Broken` for the history that broke one. `wish`, asked before each: kinds of act,
    and outcomes (`G4 scale`), that are chosen more often. One seed, one set of histories. The first that breaks a law
    ends it: `shortest` makes it readable, faster than hypothesis's own way.
    """
    own = {"city": city, "tally": tally, "acts": acts, "wish": staticmethod(wish)}
    machine = type("Played", (History,), own)
    chosen = settings(
        max_examples=histories, stateful_step_count=steps, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    seed(from_seed)(machine)
    try:
        with no_constants_of_modules():
            run_state_machine_as_test(machine, settings=chosen)
    except Exception as error:
        if machine.broken is None:
            raise
        raise Broken(machine.broken, error) from error


class Broken(AssertionError):
    """A law was broken; `game` is the history that did it."""

    def __init__(self, game: Game, error: Exception) -> None:
        self.game, self.law = game, str(error) or repr(error)
        habits = f"prompt={game.prompt} told={game.told} mood={game.mood} wanted={game.wanted}"
        lines = [f"  {step}: {said}" for step, said in zip(game.steps, game.told_steps, strict=False)]
        super().__init__("\n".join([self.law, f"The history, {habits}:", *lines]))


def shortest(city: City, broken: Broken) -> Broken:
    """The same law broken with fewer steps: each that is not needed is left out."""
    steps, found = broken.game.steps, broken
    for place in reversed(range(len(steps) - 1)):
        fewer = steps[:place] + steps[place + 1 :]
        again = _again(city, broken.game, fewer)
        if again is not None and again.law[:6] == broken.law[:6]:
            steps, found = fewer, again
    return found


def _again(city: City, game: Game, steps: Sequence[tuple[str, str, int]]) -> Broken | None:
    with history(city, prompt=game.prompt, told=game.told, mood=game.mood, wanted=game.wanted) as again:
        try:
            for step in steps:
                again.play(*step)
            again.finish()
        except Exception as error:
            return Broken(again, error)
    return None


@contextmanager
def replayed(scene: str, **habits: Any) -> Iterator[Game]:
    """A history played again, step by step: for tests that `bin/laws` has written."""
    with staged(scene) as city, history(city, **habits) as game:
        yield game
        game.finish()


__all__ = ["KINDS", "Broken", "History", "history", "played", "replayed", "shortest", "staged"]
