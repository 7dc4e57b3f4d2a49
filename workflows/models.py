"""Gathers the rooms' models for Django."""

from workflows.briefs.models import Brief, BriefSeries, MaskedBrief
from workflows.clock.models import ClockStep
from workflows.documents.models import Document
from workflows.evaluation.models import BenefitReading, Evaluation
from workflows.gates.models import (
    Condition,
    Configuration,
    Decision,
    ExpertQuestion,
    GateConfiguration,
    GateRound,
    KeptDecision,
    KeptVote,
    Seat,
    Vote,
)
from workflows.journey.models import Done, Hold, IdeaProcess, LearningNote, Reexamination
from workflows.metrics.models import PublishedTable
from workflows.pilots.models import (
    CheckIn,
    Incident,
    Indicator,
    Pilot,
    PilotPlan,
    Reading,
)
from workflows.sessions.models import (
    RoomVote,
    SelectionSession,
    SessionDocument,
    SessionIdea,
    SessionMember,
    SteppingOut,
)
from workflows.sponsorship.models import BudgetLine, Pledge, ProcurementRoute, TimeRelease

__all__ = [
    "BenefitReading",
    "Brief",
    "BriefSeries",
    "BudgetLine",
    "CheckIn",
    "ClockStep",
    "Condition",
    "Configuration",
    "Decision",
    "Document",
    "Done",
    "Evaluation",
    "ExpertQuestion",
    "GateConfiguration",
    "GateRound",
    "Hold",
    "IdeaProcess",
    "Incident",
    "Indicator",
    "KeptDecision",
    "KeptVote",
    "LearningNote",
    "MaskedBrief",
    "Pilot",
    "PilotPlan",
    "Pledge",
    "ProcurementRoute",
    "PublishedTable",
    "Reading",
    "Reexamination",
    "RoomVote",
    "Seat",
    "SelectionSession",
    "SessionDocument",
    "SessionIdea",
    "SessionMember",
    "SteppingOut",
    "TimeRelease",
    "Vote",
]
