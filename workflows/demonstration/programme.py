"""The programme of the demo city and its three calls: a box, one that is open now, one that is over."""

from datetime import datetime, timedelta

from ideas.calls.actions import open_programme, publish_call
from ideas.calls.models import Call
from incubator.people.actors import IMPORT
from incubator.people.models import Department, Entity, Person
from workflows.demonstration.cast import PROGRAMME, act
from workflows.demonstration.material import read


def open_calls(lead: Person, until: datetime) -> dict[str, Call]:
    """Publish the calls of the fixture, by their name there. Each asks every direction of the three employers.

    Their days count back from `until`; `opens` and `closes` of the past call lie before it, those of the open one
    around it.
    """
    programme = open_programme(
        by=IMPORT,
        entity=Entity.objects.get(key="ville"),
        key=PROGRAMME,
        name_fr="Idées des agents",
        name_en="Staff ideas",
    )
    directions = list(Department.objects.filter(parent=None, closed_on=None).order_by("pk"))
    found = {}
    for name, call in read("calls").items():
        fields = {key: value for key, value in call.items() if key not in ("opens", "closes")}
        if "opens" in call:
            fields["opens_at"] = until - timedelta(days=call["opens"])
            fields["closes_at"] = until - timedelta(days=call["closes"])
        found[name] = publish_call(
            by=act(lead),
            programme=programme,
            departments=directions,
            always_open="opens" not in call,
            **fields,
        )
    return found
