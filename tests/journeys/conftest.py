"""`walk`: what most journeys begin with; one that masks names, or lays briefs out, has its own."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journey.cast import Cast
from tests.journeys.walk import Run, Walk, give_pins


@pytest.fixture
def walk(open_page: Callable[..., Any], run_jobs: Run, quick_briefs: list[str]) -> Walk:
    """Everyone of the cast has chosen a PIN; nobody is signed in yet."""
    cast = Cast()
    give_pins()
    return Walk(cast, open_page, run_jobs)
