"""`manage.py publish_brief_list`: the signed list of a month, to be put where the city cannot change it later."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from incubator.lib import clock
from incubator.lib.seals import SealFailed
from workflows.briefs.checking import lists


class Command(BaseCommand):
    help = "Write the month's list of brief hashes and ends of chains, and its signature beside it (.p7s)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", metavar="YYYY-MM", help="the month before this one unless said")
        parser.add_argument("--out", metavar="FILE", required=True)

    def handle(self, *args: Any, month: str | None, out: str, **options: Any) -> None:
        if not settings.SEAL.seals:
            raise CommandError("There is no seal to sign the list with: see TRAVEE_SEAL_FILE.")
        from incubator.lib.seals.sealing import sign_detached

        try:
            content = lists.made_for(month or lists.last_month())
            signature = sign_detached(content, key=settings.SEAL, at=clock.now())
        except ValueError:
            raise CommandError(f"{month} is no month: write 2026-11.") from None
        except SealFailed as failed:
            raise CommandError(f"The list could not be signed: {failed}") from None
        place = Path(out)
        place.write_bytes(content)
        beside = place.with_name(place.name + lists.SIGNATURE_SUFFIX)
        beside.write_bytes(signature)
        found = lists.read(content)
        self.stdout.write(
            f"{place}: {len(found['briefs'])} briefs, {len(found['chains'])} chains; signed in {beside}"
        )
