"""Plays on with new seeds until the time is over (`bin/laws`); each history that breaks a law becomes a test."""

import os
import random
import sys
import time
from pathlib import Path

import pytest

from tests.laws.game import FULL, Tally
from tests.laws.machine import STEPS, Broken, played, shortest, staged
from tests.laws.scenes import SCENES

pytestmark = pytest.mark.django_db
FOUND = Path(__file__).parent / "found"
BATCH = 12

TEST = '''"""Found by `bin/laws`: {law}"""

import pytest

from tests.laws.machine import replayed

pytestmark = pytest.mark.django_db


def test_{name}(quick_briefs: list[str]) -> None:
    with replayed("{scene}", prompt={prompt}, told={told}, mood="{mood}") as game:
{steps}
'''


def saved(broken: Broken, scene: str, seed: int) -> Path:
    """The steps as a test; broken twice by one seed, it is written once."""
    game, name = broken.game, f"{scene}_{seed}"
    lines = [
        f'        game.play("{kind}", "{who}", {pick})  # {said}'
        for (kind, who, pick), said in zip(game.steps, [*game.told_steps, "not finished"], strict=False)
    ]
    law = broken.law.splitlines()[0].replace('"', "'").replace("\\", "/")
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"test_{name}.py"
    path.write_text(
        TEST.format(
            law=law, name=name, scene=scene, prompt=game.prompt, told=game.told, mood=game.mood,
            steps="\n".join(lines or ["        assert game.seen"]),
        )
    )  # fmt: skip
    return path


def test_play_on(quick_briefs: list[str]) -> None:
    minutes, seed = float(os.environ["TRAVEE_LAWS_MINUTES"]), int(os.environ["TRAVEE_LAWS_SEED"])
    chance, tally, found = random.Random(seed), Tally(), []
    begun = time.monotonic()
    print(f"\nlaws: seed {seed}, {minutes:g} minutes", file=sys.stderr)  # noqa: T201 - what it plays, as it plays
    while (gone := (time.monotonic() - begun) / 60) < minutes:
        scene, own = chance.choice(sorted(SCENES)), chance.randrange(10**9)
        with staged(scene) as city:
            try:
                played(city, tally, histories=BATCH, from_seed=own, steps=2 * STEPS, acts=2 * FULL)
            except Broken as broken:
                found.append(saved(shortest(city, broken), scene, own))
                print(f"{broken.law}\nsaved as {found[-1]}", file=sys.stderr)  # noqa: T201
    rate = f"{tally.full / gone:.0f} histories and {tally.acts / gone:.0f} acts a minute"
    said = f"laws: {tally.full:,} histories, {tally.acts:,} acts, {tally.refusals:,} refusals; {rate}"
    print(said, file=sys.stderr)  # noqa: T201
    assert not found, f"{len(found)} histories broke a law: {', '.join(str(path) for path in found)}"
