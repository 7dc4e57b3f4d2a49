"""The pilot from its plan to its end.

`seal_plan`, `start` and `extend` are parts of a gate's decision: they return effects and append nothing.
"""

from workflows.pilots.actions.decided import extend, start
from workflows.pilots.actions.plan import PlanValues, save_plan, seal_plan
from workflows.pilots.actions.running import close_incident, end_pilot, record_check_in, report_incident
from workflows.pilots.actions.shared import check_in_item, end_item, incident_item

__all__ = [
    "PlanValues",
    "check_in_item",
    "close_incident",
    "end_item",
    "end_pilot",
    "extend",
    "incident_item",
    "record_check_in",
    "report_incident",
    "save_plan",
    "seal_plan",
    "start",
]
