"""Hands answers down: what lower rooms declare and these rooms know. Called once, when the application starts."""

from ideas.access import use
from workflows.journey.access import JourneyAccess


def register() -> None:
    use(JourneyAccess())
