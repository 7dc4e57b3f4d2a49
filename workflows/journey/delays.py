"""The delays that the pages of the journey announce, in working days: those a gate has, or would have now."""

from django.db.models import Case, OuterRef, Value, When
from django.db.models.expressions import Combinable

from ideas.drafting.models import Idea
from workflows.gates import configuration
from workflows.gates.configuration import gate_delays, rules_at, with_defaults
from workflows.journey.wording import GATE_OF

FIRST_GATES = {"local": "L", "fast": "F", "standard": "G0"}


def known() -> dict[str, Combinable]:
    """Annotations of ideas: what `recourse` and `to_come` read, without a statement of their own."""
    return {
        "gate": Case(  # where the idea is, or that ends the stage it is in
            When(route="local", then=Value("L")),
            When(route="fast", stage="submission", then=Value("F")),
            *(When(stage=stage, then=Value(gate)) for stage, gate in GATE_OF.items()),
            default=Value(""),
        ),
        "recourse": rules_at(OuterRef("gate"), "reexamination"),
        "after_selection": rules_at("G1", "delays"),
        "after_pilot": rules_at("G3", "delays"),
    }


def recourse(idea: Idea) -> dict[str, int]:
    """To ask for a re-examination of a stop at the idea's gate, and to answer it (`configuration.recourse`)."""
    found = vars(idea)["recourse"]
    return configuration.recourse({"reexamination": found} if found else {})


def to_come(idea: Idea) -> dict[str, int]:
    """Of the stages to come (`configuration.delays_of`), each as the gate that opens it says."""
    found = {name: with_defaults(vars(idea)[name]) for name in ("after_selection", "after_pilot")}
    return found["after_selection"] | {"evaluation": found["after_pilot"]["evaluation"]}


def first_answers(idea: Idea) -> dict[str, int]:
    """For each route until the answer of its first gate, were the idea submitted now."""
    found = gate_delays([idea.programme], *FIRST_GATES.values())[idea.programme]
    return {route: found[gate].due for route, gate in FIRST_GATES.items()}
