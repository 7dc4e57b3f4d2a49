"""Take a configuration as a draft: manage.py import_configuration PROGRAMME FILE --by STAFF_NUMBER"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ideas.calls.models import Programme
from incubator.lib.refusals import Refusal
from incubator.people.actors import Actor
from incubator.people.models import Person, normal_staff_number
from workflows.gates.configuration import actions
from workflows.gates.configuration.structure import MOST_BYTES, Malformed, parse


class Command(BaseCommand):
    help = "Begin a draft from a JSON file; it is checked and published on its page. Faults are told by their place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme")
        parser.add_argument("file")
        parser.add_argument(
            "--by", required=True, help="staff number of the lead or administrator who takes it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        programme = Programme.objects.select_related("entity").filter(key=options["programme"]).first()
        if programme is None:
            raise CommandError(f"There is no programme “{options['programme']}”.")
        person = Person.objects.filter(
            staff_number=normal_staff_number(options["by"]), is_active=True
        ).first()
        if person is None:
            raise CommandError(f"Nobody has the staff number {options['by']}.")
        try:
            draft = actions.begin_draft(
                by=Actor(person=person), programme=programme, document=_read(options["file"])
            )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        except Refusal as refusal:
            lines = [f"{place or '/'}: {line}" for place, said in refusal.fields.items() for line in said]
            raise CommandError("\n".join([str(refusal.sentence), *lines])) from None
        self.stdout.write(
            f"Version {draft.version} of {programme.key} is a draft: check it, then publish it."
        )


def _read(path: str) -> dict[str, Any]:
    with Path(path).open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    try:
        return parse(raw)
    except Malformed as malformed:
        actions.refuse(malformed)
