"""Decisions put aside while they are written: taken up again by their writer, read by chair, decider and lead."""

from typing import Any

from django.http import QueryDict

from incubator.people.models import Person
from workflows.gates.forms.decisions import DecisionForm
from workflows.gates.forms.shown import Shown
from workflows.gates.forms.typed import Typed
from workflows.gates.models import GateRound, KeptDecision, KeptVote

# What says nothing to a reader.
UNSHOWN = ("content_version",)


def typed_in(form: Shown, data: QueryDict) -> dict[str, str]:
    """What was sent for the fields of this form. Raises Invalid for a character or a length that cannot be kept."""
    typed = Typed(data)
    found = {name: typed.text(name) for name in form.fields if name in data}
    typed.check()
    return found


def kept_by(round_: GateRound, person: Person) -> KeptDecision | None:
    return KeptDecision.objects.filter(round=round_, person=person).first()


def as_typed(kept: KeptDecision | KeptVote) -> QueryDict:
    """The form's data, as it was sent."""
    data = QueryDict(mutable=True)
    data.update(kept.typed)
    return data


def kept_of_others(round_: GateRound, person: Person, form: DecisionForm) -> list[dict[str, Any]]:
    """Each with its writer, its day and what is written so far, in the words of the form's labels."""
    found = KeptDecision.objects.filter(round=round_).exclude(person=person).select_related("person")
    return [
        {"person": kept.person, "kept_at": kept.kept_at, "lines": _lines(kept, form)}
        for kept in found.order_by("kept_at", "pk")
    ]


def _lines(kept: KeptDecision, form: DecisionForm) -> list[dict[str, Any]]:
    lines = []
    for name, field in form.fields.items():
        said = kept.typed.get(name, "")
        if not said or name in UNSHOWN:
            continue
        choices = dict(getattr(field, "choices", None) or getattr(field.widget, "choices", []))
        lines.append({"label": field.label, "text": choices.get(said, said)})
    return lines
