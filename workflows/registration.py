"""Hands answers down: what lower rooms declare and these rooms know. Called once, when the application starts."""

from ideas.access import use
from workflows.briefs import actions as briefs
from workflows.evaluation import facts as evaluation
from workflows.gates import hooks
from workflows.journey.access import JourneyAccess
from workflows.pilots import facts as pilots
from workflows.sponsorship import facts as sponsorship


def register() -> None:
    use(JourneyAccess())
    for room in (sponsorship, pilots, evaluation):
        room.register()
    hooks.on("decided", briefs.on_decided)
