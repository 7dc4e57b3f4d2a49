"""`manage.py import_people`: the HR system's file. docs/people-import.md says more."""

import argparse
import csv
import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, pgettext

from incubator.lib import clock
from incubator.lib.spreadsheets import as_text
from incubator.people.actors import IMPORT
from incubator.people.organisation import actions, queries, rules, words
from incubator.people.organisation.changes import Difference
from incubator.people.organisation.parsing import Problem, parse
from incubator.people.organisation.reading import COLUMNS, NEEDED, FileRefused, Table, read

SHOWN = 200  # lines of each kind on the screen; all problems are in the report


class Command(BaseCommand):
    help = (
        "Loads people, posts and departments from the HR system's CSV or XLSX file: shows the difference, then "
        "applies it in one transaction. The file is taken as whole for each entity it names: who is not in it "
        "leaves. The same file again changes nothing. The last line is: N read, N arrived, N moved, N left, "
        "N changed, N unchanged, N refused."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        columns = "\n".join(
            f"  {'*' if field in NEEDED else ' '} {' | '.join(names)}" for field, names in COLUMNS.items()
        )
        kwargs["epilog"] = f"columns (* needed; any case, accents and spaces):\n{columns}"
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show the difference, change nothing")
        parser.add_argument("--report", metavar="OUT", type=Path, help="write every problem to this CSV file")
        parser.add_argument(
            "--date",
            metavar="YYYY-MM-DD",
            type=date.fromisoformat,
            help="the day from which the changes hold (default: today)",
        )
        parser.add_argument("--entity", metavar="KEY", help="the entity of lines that name none")
        parser.add_argument(
            "--partial", action="store_true", help="the file is not whole: nobody leaves, nothing closes"
        )
        parser.add_argument(
            "--allow-leavers",
            metavar="N",
            type=int,
            help="apply although more than a tenth of an entity leaves, if at most N people do",
        )
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            self._import(**options)

    def _import(self, *, file: Path, report: Path | None, **options: Any) -> None:
        on = options["date"] or clock.today()
        if on > clock.today():
            raise CommandError(gettext("The day is still to come: give the posts their dates in the file."))
        try:
            content = file.read_bytes()
            table = read(content)
            wanted = parse(
                table.rows,
                entities=(entities := queries.entity_names()),
                default_entity=self._default_entity(options["entity"], table, entities),
            )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except FileRefused as refused:
            raise CommandError(words.whole_file(refused)) from refused
        with transaction.atomic():
            actions.wait_for_others()
            difference = rules.difference(queries.current(on), wanted, on, partial=options["partial"])
            self._show(difference, table)
            if report is not None:
                self._report(report, difference.problems, table)
            self._check_leavers(difference, options["allow_leavers"], only_say=options["dry_run"])
            if not options["dry_run"]:
                source = hashlib.sha256(content).hexdigest()
                actions.apply(difference=difference, on=on, by=IMPORT, source=source)
        counted = {
            "read": wanted.lines,
            "arrived": difference.count("arrived", "returned"),
            "moved": difference.count("moved"),
            "left": difference.count("left"),
            "changed": difference.count("changed"),
            "unchanged": difference.unchanged,
            "refused": difference.refused,
        }
        self.stdout.write(", ".join(f"{number} {what}" for what, number in counted.items()))

    def _default_entity(self, named: str | None, table: Table, entities: dict[str, str]) -> str:
        """As named; else the only one, for a file without that column."""
        if named is not None:
            if named not in entities.values():
                raise CommandError(gettext("There is no entity “%(key)s”.") % {"key": named})
            return named
        only = set(entities.values())
        if "entity" in table.headings:
            return ""
        if len(only) != 1:
            raise CommandError(gettext("The file has no entity column: name the entity with --entity."))
        return only.pop()

    def _show(self, difference: Difference, table: Table) -> None:
        for problem in difference.problems[:SHOWN]:
            self.stderr.write(words.problem_line(problem, table.headings))
        self._more(len(difference.problems))
        lines = list(words.changes(difference))
        for line in lines[:SHOWN]:
            self.stdout.write(line)
        self._more(len(lines))
        counts = Counter(verb for department in difference.departments for verb in department.verbs)
        if counts:
            counted = (f"{number} {words.DEPARTMENT_VERBS[verb]}" for verb, number in counts.items())
            self.stdout.write(gettext("Departments: %(counts)s.") % {"counts": ", ".join(counted)})

    def _more(self, number: int) -> None:
        if number > SHOWN:
            self.stdout.write(gettext("  … and %(number)s more") % {"number": number - SHOWN})

    def _check_leavers(self, difference: Difference, allowed: int | None, *, only_say: bool) -> None:
        too_many = rules.too_many_leave(difference, allowed)
        if not too_many:
            return
        said = "; ".join(f"{entity}: {leavers}/{staff}" for entity, (leavers, staff) in too_many.items())
        total = sum(leavers for leavers, _staff in difference.leaving.values())
        sentence = gettext(
            "More than a tenth of an entity would leave (%(who)s). Is the file whole? Nothing was changed. "
            "If it is so, say --allow-leavers %(total)s; if the file is only a part, --partial."
        ) % {"who": said, "total": total}
        if not only_say:
            raise CommandError(sentence)
        self.stderr.write(sentence)

    def _report(self, out: Path, problems: list[Problem], table: Table) -> None:
        with out.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerow(
                [
                    pgettext("import", "line"),
                    pgettext("import", "column"),
                    pgettext("import", "reason"),
                    pgettext("import", "loaded"),
                ]
            )
            for problem in problems:
                loaded = pgettext("import", "no") if problem.refused else pgettext("import", "yes")
                cells = [words.column(problem, table.headings), words.reason(problem), loaded]
                writer.writerow([problem.line, *(as_text(cell) for cell in cells)])
