"""Hands answers down: what lower rooms declare and these rooms know. Called once, when the application starts."""

from ideas.access import use
from workflows.gates import hooks
from workflows.journey import actions as journey
from workflows.journey.access import JourneyAccess


def register() -> None:
    use(JourneyAccess())
    hooks.on("stage_ready", journey.stage_ready)
    hooks.on("sponsor_lost", journey.sponsor_lost)
    hooks.on("decided", journey.decided)
