"""`manage.py import_ideas FILE --source paris --programme KEY [--dry-run] [--report OUT.csv]`"""

import csv
from argparse import ArgumentParser
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from ideas.precedents import wording
from ideas.precedents.actions import REFUSED, WrongProgramme, import_precedents, summary
from ideas.precedents.reading import Unreadable
from ideas.precedents.sources import SOURCES
from incubator.lib.spreadsheets import as_text


class Command(BaseCommand):
    help = "Loads real projects as read-only precedents; run twice, it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", choices=sorted(SOURCES), required=True)
        parser.add_argument("--programme", required=True, metavar="KEY")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument(
            "--report", type=Path, metavar="OUT.csv", help="each line, its outcome, its inversions"
        )
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            self._import(**options)

    def _import(self, **options: Any) -> None:
        counted: Counter[str] = Counter()
        report: Path | None = options["report"]
        try:
            opened = report.open("w", newline="", encoding="utf-8-sig") if report else nullcontext()
            with opened as out:
                writer = csv.writer(out) if out else None
                if writer:
                    writer.writerow(wording.HEADINGS)
                for outcome in import_precedents(
                    path=options["file"],
                    source=SOURCES[options["source"]],
                    programme_key=options["programme"],
                    dry_run=options["dry_run"],
                ):
                    counted[outcome.outcome] += 1
                    if writer:
                        said = outcome._replace(outcome=str(wording.OUTCOMES[outcome.outcome]))
                        writer.writerow([as_text(cell) for cell in said])
                    if outcome.outcome == REFUSED:
                        self.stderr.write(wording.refused_line(outcome.line, outcome.remark))
                    self._progress(sum(counted.values()))
        except Unreadable as refused:
            raise CommandError(wording.whole_file(refused)) from refused
        except (WrongProgramme, OSError, UnicodeError) as error:
            raise CommandError(str(error)) from error
        self._progress(0)
        self.stdout.write(summary(counted))

    def _progress(self, done: int) -> None:
        """On a terminal only; 0 clears the line."""
        if self.stderr.isatty() and done % 50 == 0:
            self.stderr.write(f"\r{done} lines" if done else "\r" + " " * 20 + "\r", ending="")
            self.stderr.flush()
