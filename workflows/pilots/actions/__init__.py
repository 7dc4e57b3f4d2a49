"""The pilot from its plan to its end.

`seal_plan`, `start`, `extend`, `go_on` and `rest` are parts of another act: they append nothing.
"""

from workflows.pilots.actions.decided import extend, go_on, start
from workflows.pilots.actions.plan import PlanValues, save_plan, seal_plan
from workflows.pilots.actions.running import close_incident, end_pilot, record_check_in, report_incident
from workflows.pilots.actions.shared import check_in_item, end_item, incident_item, rest

__all__ = [
    "PlanValues",
    "check_in_item",
    "close_incident",
    "end_item",
    "end_pilot",
    "extend",
    "go_on",
    "incident_item",
    "record_check_in",
    "report_incident",
    "rest",
    "save_plan",
    "seal_plan",
    "start",
]
