from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from workflows.gates.configuration import default_rules, defaults
from workflows.process import bpmn, queries, shown
from workflows.process.topology import routes

FOLDER = settings.ROOT / "docs" / "process"


class Command(BaseCommand):
    help = (
        "Write the routes as BPMN 2.0, or one route's picture as SVG, to standard output or a file. Without a city: "
        "gates are worded by the defaults, nothing is counted."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["bpmn", "svg"], default="bpmn")
        parser.add_argument("--route", choices=[route.key for route in routes()], default="standard")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="en")
        parser.add_argument("--output", metavar="FILE", help="instead of standard output")
        parser.add_argument("--docs", action="store_true", help="write docs/process anew")
        parser.add_argument(
            "--check", action="store_true", help="exit 1 when docs/process is not what the code gives"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["docs"] or options["check"]:
            self._documents(only_look=options["check"])
            return
        text = exported(options["format"], options["route"], options["language"])
        if not options["output"]:
            self.stdout.write(text, ending="")
            return
        try:
            with open(options["output"], "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise CommandError(f"Cannot write {options['output']}: {error.strerror}.") from error

    def _documents(self, *, only_look: bool) -> None:
        wanted = {f"{route.key}.svg": exported("svg", route.key, "en") for route in routes()}
        wanted["travee.bpmn"] = exported("bpmn", "", "en")
        differs = []
        for name, text in wanted.items():
            path = FOLDER / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                differs.append(name)
                if not only_look:
                    FOLDER.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8")
        if only_look and differs:
            raise CommandError(
                f"docs/process is not what the flows give: {', '.join(differs)}. Look at what changed, then run "
                "manage.py export_process --docs."
            )
        self.stdout.write(f"{len(wanted)} files, {len(differs)} {'differ' if only_look else 'written'}")


def exported(kind: str, route_key: str, language: str) -> str:
    """The text of the file."""
    with translation.override(language):
        if kind == "svg":
            route = next(route for route in routes() if route.key == route_key)
            return shown.standalone(shown.picture(route, {}))
        rules = {gate: default_rules(gate) for gate in defaults()["gates"]}
        return bpmn.export(routes(), rules, queries.settings_in_force(None))
