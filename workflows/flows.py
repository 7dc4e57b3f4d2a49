"""How an idea moves: wiring only. Configuration is data, topology is code.

Names of flows and nodes are stored in rows: a rename is a data migration, a new topology a new class with all its
nodes declared again (never a subclass: its nodes would point into the parent).
"""

from viewflow import this
from viewflow.workflow import flow

from workflows.journey import arrivals
from workflows.journey.models import IdeaProcess
from workflows.nodes import IdeaLock, Station


class StandardFlow(flow.Flow):
    """Submission, review, sponsorship, pilot, evaluation; a gate after each."""

    process_class = IdeaProcess
    lock_impl = IdeaLock()

    start = flow.StartHandle().Next(this.admissibility)

    admissibility = (
        Station(enter=arrivals.at_gate("G0"), gate="G0")
        .On("go", "go_with_conditions", this.selection)
        .On("rework", this.with_author)
        .On("hold", "pause", this.held)
        .On("stop", this.reexamination)
        .On("withdraw", this.end)
    )
    selection = (
        Station(enter=arrivals.at_gate("G1"), gate="G1")
        .On("go", "go_with_conditions", this.sponsorship)
        .On("rework", this.with_author)
        .On("hold", "pause", this.held)
        .On("stop", this.reexamination)
        .On("withdraw", this.end)
    )
    sponsorship = (
        Station(enter=arrivals.sponsorship)
        .On("ready", this.launch)
        .On("pause", this.held)
        .On("withdraw", this.end)
    )
    launch = (
        Station(enter=arrivals.at_gate("G2"), gate="G2")
        .On("go", "go_with_conditions", this.pilot)
        .On("rework", this.with_author)
        .On("hold", "pause", this.held)
        .On("stop", this.reexamination)
        .On("withdraw", this.end)
    )
    pilot = (
        Station(enter=arrivals.pilot)
        .On("ready", this.pilot_end)
        .On("pause", this.held)
        .On("withdraw", this.end)
    )
    pilot_end = (
        Station(enter=arrivals.at_gate("G3"), gate="G3")
        .On("go", "go_with_conditions", this.evaluation)
        .On("extend", this.pilot)
        .On("rework", this.with_author)
        .On("hold", "pause", this.held)
        .On("stop", this.reexamination)
        .On("withdraw", this.end)
    )
    evaluation = (
        Station(enter=arrivals.evaluation)
        .On("ready", this.investment)
        .On("pause", this.held)
        .On("withdraw", this.end)
    )
    investment = (
        Station(enter=arrivals.at_gate("G4"), gate="G4")
        .On("scale", "transfer", this.in_service)
        .On("extend", this.pilot)
        .On("rework", this.with_author)
        .On("hold", "pause", this.held)
        .On("stop", this.reexamination)
        .On("withdraw", this.end)
    )
    with_author = (
        Station(enter=arrivals.with_author)
        .On("G0", this.admissibility)
        .On("G1", this.selection)
        .On("G2", this.launch)
        .On("G3", this.pilot_end)
        .On("G4", this.investment)
        .On("lapsed", "pause", this.held)
        .On("withdraw", this.end)
    )
    held = (
        Station(enter=arrivals.held)
        .On("G0", this.admissibility)
        .On("G1", this.selection)
        .On("sponsorship", this.sponsorship)
        .On("G2", this.launch)
        .On("pilot", this.pilot)
        .On("G3", this.pilot_end)
        .On("evaluation", this.evaluation)
        .On("G4", this.investment)
        .On("withdraw", this.end)
    )
    reexamination = (
        Station(enter=arrivals.stopped)
        .On("G0", this.admissibility)
        .On("G1", this.selection)
        .On("G2", this.launch)
        .On("G3", this.pilot_end)
        .On("G4", this.investment)
        .On("upheld", this.end)
    )
    in_service = Station(enter=arrivals.in_service).On("benefits_read", this.end)
    end = flow.End()
    obsolete = flow.Obsolete()
