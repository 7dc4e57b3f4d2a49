"""The first sign-in codes of a city: manage.py hand_over_code STAFF_NUMBER"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from incubator.lib.refusals import Refusal
from incubator.people import actions, slips
from incubator.people.actors import FOUNDING
from incubator.people.models import Person, normal_staff_number


class Command(BaseCommand):
    help = (
        "Print the first sign-in code of an administrator or of someone who hands codes over (HR desk, champion, "
        "staff representative): the first of them cannot get theirs from anyone. All others get one from them, as "
        "does who votes, decides or has a PIN or password already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("staff_number")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            number = normal_staff_number(options["staff_number"])
            person = Person.objects.filter(staff_number=number).first()
            if person is None:
                raise CommandError(_("Nobody has the staff number %(number)s.") % {"number": number})
            try:
                issued = actions.issue_code(person=person, by=FOUNDING)
            except Refusal as refusal:
                raise CommandError(str(refusal.sentence)) from None
            for line in slips.lines(issued):
                self.stdout.write(line)
