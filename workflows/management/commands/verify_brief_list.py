"""`manage.py verify_brief_list FILE`: does the database still hold what a published list says? Exit 1 if not."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from incubator.lib.seals.configuration import certificates_in
from workflows.briefs.checking import lists

SAYS = {
    "chain": "chain cut or rewritten: {sha256} does not lead to the end that was published",
    "brief": "brief missing or changed: {sha256}",
}


class Command(BaseCommand):
    help = "Compare a published list with the database; exit 1 if a chain was cut or rewritten, or a brief changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the list; its signature is FILE.p7s")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        from incubator.lib.seals.reading import signer_of_detached

        try:
            content = Path(file).read_bytes()
            signature = Path(file + lists.SIGNATURE_SUFFIX).read_bytes()
            listed = lists.read(content)
        except (OSError, ValueError) as error:
            raise CommandError(f"{file} cannot be read as a signed list: {error}") from None
        seal = settings.SEAL
        fits, signer = signer_of_detached(
            content,
            signature,
            certificates_in(seal.certificates),
            certificates_in(seal.timestamp_certificates),
        )
        if not fits or signer is None or not signer.trusted:
            raise CommandError(f"{file} is not what was signed, or not signed by this city.")
        faults = lists.faults_against(listed)
        for fault in faults:
            self.stdout.write(SAYS[fault.what].format(sha256=fault.sha256))
        briefs, chains = len(listed["briefs"]), len(listed["chains"])
        self.stdout.write(f"{listed['month']}: {briefs} briefs and {chains} chains, {len(faults)} differ")
        if faults:
            raise SystemExit(1)
