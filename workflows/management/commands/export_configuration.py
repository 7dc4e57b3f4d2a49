"""Write a programme's configuration as JSON: manage.py export_configuration PROGRAMME [--number N] [--output FILE]"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ideas.calls.models import Programme
from workflows.gates.configuration.reading import in_force
from workflows.gates.models import Configuration


class Command(BaseCommand):
    help = "Write the configuration of a programme as JSON: the one in force, or a version by its number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme")
        parser.add_argument("--number", type=int, help="a version; without it, what is in force")
        parser.add_argument("--output", help="a file; without it, the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = Programme.objects.filter(key=options["programme"]).first()
        if programme is None:
            raise CommandError(f"There is no programme “{options['programme']}”.")
        document = in_force(programme)
        if options["number"] is not None:
            found = Configuration.objects.filter(programme=programme, version=options["number"]).first()
            if found is None:
                raise CommandError(f"There is no version {options['number']}.")
            document = found.document
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        if options["output"]:
            Path(options["output"]).write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")
