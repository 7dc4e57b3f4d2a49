"""`manage.py make_demo_seal`: the key and certificate that seal the demo city's briefs, made once."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from incubator.lib.seals import demo
from incubator.lib.seals.configuration import of_the_demo


class Command(BaseCommand):
    help = "Make the demo city's seal, unless it is there; never in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("A demonstration seal proves nothing: production takes the city's own.")
        wanted = of_the_demo(settings.VAR)
        if Path(wanted.file).is_file():
            self.stdout.write(f"{wanted.file} is there already")
            return
        file, root = demo.make(Path(wanted.file).parent, wanted.passphrase, city=settings.CITY_NAME)
        self.stdout.write(f"{file}\n{root}")
