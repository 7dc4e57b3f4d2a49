from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incubator.lib.refusals import Refusal
from incubator.people.actors import MIGRATION
from workflows import nodes
from workflows.journey.actions import move_process


class Command(BaseCommand):
    help = (
        "Move the running processes of one flow class to another of the same route. Each is one recorded act; run "
        "again, it goes on where it stopped. Ends with 1 when a process could not be moved."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="old", required=True, metavar="workflows/flows.StandardFlow")
        parser.add_argument("--to", dest="new", required=True, metavar="workflows/flows.StandardFlow2")
        parser.add_argument(
            "--node",
            action="append",
            default=[],
            metavar="OLD=NEW",
            help="a node with a new name; may repeat",
        )
        parser.add_argument("--dry-run", action="store_true", help="only count what would be moved")

    def handle(self, *args: Any, old: str, new: str, node: list[str], **options: Any) -> None:
        if any(one.count("=") != 1 for one in node):
            raise CommandError("--node wants OLD=NEW")
        for reference in (old, new):
            try:
                nodes.flow_named(reference)
            except LookupError:
                raise CommandError(f"There is no flow {reference}.") from None
        waiting = nodes.running_in(old).values_list("process__ideaprocess__idea__key", flat=True)
        if options["dry_run"]:
            self.stdout.write(f"{waiting.count()} processes run in {old}")
            return
        moved, refused = 0, []
        for key in list(waiting):
            try:
                moved += move_process(
                    idea=key,
                    from_flow=old,
                    to_flow=new,
                    by=MIGRATION,
                    renamed=dict(one.split("=") for one in node),
                )
            except Refusal as refusal:
                refused.append(f"{key}: {refusal.sentence}")
        self.stdout.write(f"{moved} processes moved, {len(refused)} refused")
        if refused:
            raise CommandError("\n".join(refused))
