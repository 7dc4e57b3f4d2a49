"""How an idea moves on each of the three routes: wiring only. Configuration is data, topology is code.

Names of flows and nodes are stored in rows: a rename is a data migration, a new topology a new class with all its
nodes declared again (never a subclass: its nodes would point into the parent). What routes have in common they
share as functions: `arrivals`, and `_stage`, `_gate` and `_first_gate` below. Each name ever released stands in
`workflows/released.txt`.
"""

from viewflow import this
from viewflow.workflow import flow

from workflows.journey import arrivals
from workflows.journey.models import IdeaProcess
from workflows.nodes import IdeaLock, OtherRoute, ProcessEnd, Station

STANDARD_ROUTE = "workflows/flows.StandardFlow"


def _stage(station: Station) -> Station:
    """What every place of work has in common: the idea may be held, and its author may take it back."""
    return station.On("pause", this.held).On("withdraw", this.end)


def _gate(station: Station) -> Station:
    """What every gate with a panel or a lead has in common, besides going on."""
    return (
        station.On("rework", this.with_author)
        .On("hold", "pause", this.held)
        .On("stop", this.reexamination)
        .On("withdraw", this.end)
    )


def _first_gate(station: Station) -> Station:
    """Where an idea is first looked at, it may go into another one, or to a service or a protected target."""
    return _gate(station).On("merge", this.merged).On("redirect", this.end)


class StandardFlow(flow.Flow):
    """Standard route

    Submission, review, sponsorship, pilot, evaluation; a gate after each."""

    route = "standard"
    goal = "in_service"
    process_class = IdeaProcess
    lock_impl = IdeaLock()

    start = flow.StartHandle().Next(this.admissibility)

    admissibility = _first_gate(
        Station(enter=arrivals.at_gate("G0"), gate="G0", holder="lead").On(
            "go", "go_with_conditions", this.selection
        )
    )
    selection = _first_gate(
        Station(enter=arrivals.at_gate("G1"), gate="G1", holder="panel").On(
            "go", "go_with_conditions", this.sponsorship
        )
    )
    sponsorship = _stage(Station(enter=arrivals.sponsorship, holder="team").On("ready", this.launch))
    launch = _gate(
        Station(enter=arrivals.at_gate("G2"), gate="G2", holder="panel").On(
            "go", "go_with_conditions", this.pilot
        )
    )
    pilot = _stage(Station(enter=arrivals.pilot, holder="team").On("ready", this.pilot_end))
    pilot_end = _gate(
        Station(enter=arrivals.at_gate("G3"), gate="G3", holder="decider")
        .On("go", "go_with_conditions", this.evaluation)
        .On("extend", this.pilot)
    )
    evaluation = _stage(Station(enter=arrivals.evaluation, holder="evaluator").On("ready", this.investment))
    investment = _gate(
        Station(enter=arrivals.at_gate("G4"), gate="G4", holder="panel")
        .On("scale", "transfer", this.in_service)
        .On("extend", this.pilot)
    )
    with_author = (
        Station(enter=arrivals.with_author, holder="author")
        .On("G0", this.admissibility)
        .On("G1", this.selection)
        .On("G2", this.launch)
        .On("G3", this.pilot_end)
        .On("G4", this.investment)
        .On("lapsed", "pause", this.held)
        .On("withdraw", this.end)
    )
    held = (
        Station(enter=arrivals.held, holder="nobody")
        .On("with_author", this.with_author)
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
        Station(enter=arrivals.stopped, holder="nobody")
        .On("G0", this.admissibility)
        .On("G1", this.selection)
        .On("G2", this.launch)
        .On("G3", this.pilot_end)
        .On("G4", this.investment)
        .On("upheld", this.end)
    )
    # A lead may undo it until the other idea's next decision.
    merged = (
        Station(enter=arrivals.merged, holder="nobody")
        .On("G0", this.admissibility)
        .On("G1", this.selection)
        .On("final", this.end)
    )
    in_service = Station(enter=arrivals.in_service, holder="nobody").On("benefits_read", this.end)
    end = ProcessEnd()
    obsolete = flow.Obsolete()


class LocalFlow(flow.Flow):
    """Local route

    What one service can do itself: its head answers; done is a photo and a line."""

    route = "local"
    goal = "doing"
    process_class = IdeaProcess
    lock_impl = IdeaLock()

    start = flow.StartHandle().Next(this.answer)

    answer = (
        Station(enter=arrivals.at_gate("L"), gate="L", holder="decider")
        .On("go", this.doing)
        .On("to_programme", this.to_programme)
        .On("stop", this.declined)
        .On("pause", this.held)
        .On("withdraw", this.end)
    )
    doing = _stage(Station(enter=arrivals.doing, holder="team").On("done", this.end))
    # A local no is no end: for some days its author may send the idea up.
    declined = (
        Station(enter=arrivals.stopped, holder="nobody")
        .On("sent_up", this.to_programme)
        .On("upheld", this.end)
    )
    held = (
        Station(enter=arrivals.held, holder="nobody")
        .On("L", this.answer)
        .On("submission", this.doing)
        .On("withdraw", this.end)
    )
    to_programme = OtherRoute(STANDARD_ROUTE)
    end = ProcessEnd()
    obsolete = flow.Obsolete()


class FastFlow(flow.Flow):
    """Fast lane

    Immediate needs: admissibility and launch are one gate with two signatures, then a short pilot and its
    evaluation."""

    route = "fast"
    goal = "in_service"
    process_class = IdeaProcess
    lock_impl = IdeaLock()

    start = flow.StartHandle().Next(this.fast_launch)

    fast_launch = _first_gate(
        Station(enter=arrivals.at_fast_gate, gate="F", holder="lead")
        .On("go", "go_with_conditions", this.pilot)
        .On("to_programme", this.to_programme)
    )
    pilot = _stage(Station(enter=arrivals.pilot, holder="team").On("ready", this.pilot_end))
    pilot_end = _gate(
        Station(enter=arrivals.at_gate("G3"), gate="G3", holder="decider")
        .On("go", "go_with_conditions", this.evaluation)
        .On("extend", this.pilot)
    )
    evaluation = _stage(Station(enter=arrivals.evaluation, holder="evaluator").On("ready", this.investment))
    investment = _gate(
        Station(enter=arrivals.at_gate("G4"), gate="G4", holder="panel")
        .On("scale", "transfer", this.in_service)
        .On("extend", this.pilot)
    )
    with_author = (
        Station(enter=arrivals.with_author, holder="author")
        .On("F", this.fast_launch)
        .On("G3", this.pilot_end)
        .On("G4", this.investment)
        .On("lapsed", "pause", this.held)
        .On("withdraw", this.end)
    )
    held = (
        Station(enter=arrivals.held, holder="nobody")
        .On("with_author", this.with_author)
        .On("F", this.fast_launch)
        .On("pilot", this.pilot)
        .On("G3", this.pilot_end)
        .On("evaluation", this.evaluation)
        .On("G4", this.investment)
        .On("withdraw", this.end)
    )
    reexamination = (
        Station(enter=arrivals.stopped, holder="nobody")
        .On("F", this.fast_launch)
        .On("G3", this.pilot_end)
        .On("G4", this.investment)
        .On("upheld", this.end)
    )
    merged = Station(enter=arrivals.merged, holder="nobody").On("F", this.fast_launch).On("final", this.end)
    in_service = Station(enter=arrivals.in_service, holder="nobody").On("benefits_read", this.end)
    to_programme = OtherRoute(STANDARD_ROUTE)
    end = ProcessEnd()
    obsolete = flow.Obsolete()


ROUTES = (LocalFlow, FastFlow, StandardFlow)
