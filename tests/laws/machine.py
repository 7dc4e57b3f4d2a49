"""Hypothesis chooses the steps; the game plays and judges them."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis.strategies as st
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from incubator.lib import clock
from tests.laws.city import City
from tests.laws.game import BEGINNING, KINDS, Game, Tally, drawn_keys
from tests.laws.scenes import SCENES

for room in ("gates", "decisions", "endings", "stages", "pilots", "people", "sessions", "programme"):
    importlib.import_module(f"tests.laws.acts_{room}")

NUMBER = st.integers(0, 2**40)
MOODS = ["kind", "mixed", "strict"]


@contextmanager
def staged(name: str) -> Iterator[City]:
    """The city of a scene, with its clock; built once, then played from again and again."""
    with clock.moved(BEGINNING), drawn_keys(0):
        city = City()
        SCENES[name](city)
        yield city


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
    """One history. `city` and `tally` are set by `played`."""

    city: City
    tally: Tally
    # The steps of the last history that broke a law.
    broken: "Game | None" = None

    def __init__(self) -> None:
        super().__init__()
        self.game: Game | None = None
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    @initialize(prompt=st.sampled_from([True, True, False]), told=st.booleans(), mood=st.sampled_from(MOODS))
    def begins(self, prompt: bool, told: bool, mood: str) -> None:
        self.game = Game(self.city, prompt=prompt, told=told, mood=mood)

    @rule(data=st.data(), wrong=st.integers(0, 5), pick=NUMBER)
    def goes_on(self, data: Any, wrong: int, pick: int) -> None:
        assert self.game is not None
        kind = data.draw(st.sampled_from(self.game.possible()), label="act")
        self._attempt(kind, "wrong" if wrong == 5 else "right", pick)

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
    city: City, *, histories: int, steps: int = 30, from_seed: int = 0, shrink: bool = True
) -> tuple[Tally, type[History]]:
    """Play so many histories. Raises what the laws raise, with hypothesis's own account of the shortest history."""
    machine = type("Played", (History,), {"city": city, "tally": Tally(), "broken": None})
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    chosen = settings(
        max_examples=histories, stateful_step_count=steps, deadline=None, database=None, phases=phases,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    seed(from_seed)(machine)
    run_state_machine_as_test(machine, settings=chosen)
    return machine.tally, machine


__all__ = ["KINDS", "History", "history", "played", "staged"]
