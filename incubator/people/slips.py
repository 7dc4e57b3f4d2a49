"""A sign-in slip in words, for the server's terminal."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incubator.people.actions import Issued


def lines(issued: Issued) -> list[str]:
    """As the printed slip; the code is shown here once and kept nowhere."""
    person = issued.code.person
    until = date_format(timezone.localtime(issued.code.expires_at), "SHORT_DATETIME_FORMAT")
    return [
        "",
        _("Your way in"),
        f"  {person}",
        _("  Staff number: %(number)s") % {"number": person.staff_number},
        _("  One-time code: %(code)s") % {"code": issued.text},
        _("  Good until: %(moment)s") % {"moment": until},
        _("  Address: %(address)s") % {"address": settings.SITE_URL + reverse("sign-in-code")},
        _("This code is shown once. Hand it over in person, then clear the screen."),
    ]
