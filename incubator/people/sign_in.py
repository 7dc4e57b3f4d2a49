"""Sign-in by staff number and secret, and the sessions that follow.

Whoever guesses learns nothing: an unknown number, a wrong secret, a pause, a departure and a code never used all
cost one hash and get the same sentence.
"""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from incubator.lib import clock
from incubator.lib.context import KIOSK_SECONDS
from incubator.people import demo, rules
from incubator.people.models import Person, normal_staff_number

logger = logging.getLogger("travee.sign_in")
MOST_FAILURES = 32_000  # the column is a small integer


class StaffNumberBackend(BaseBackend):
    """AUTHENTICATION_BACKENDS of the project. Gives no permission: authority is asked with `people.grants`."""

    @sensitive_variables("password")
    def authenticate(
        self,
        request: HttpRequest | None,
        staff_number: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> Person | None:
        """The person, or None. A try is counted before the hash is made, so that tries side by side count too."""
        secret = rules.normal_secret(password or "")[: rules.LONGEST_SECRET + 1]
        person = _count_a_try(normal_staff_number(staff_number or ""))
        if person is None or not person.has_usable_password():
            make_password(secret)  # as long as checking one
            return None
        if not check_password(secret, person.password) or not may_sign_in(person):
            return None
        if settings.PRODUCTION and demo.is_demo(person):
            logger.error("an account of the demo city tried to sign in: %s", person.key)
            return None
        Person.objects.filter(pk=person.pk).update(failed_sign_ins=0, locked_until=None)
        person.failed_sign_ins, person.locked_until = 0, None
        return person

    def get_user(self, user_id: int) -> Person | None:
        """Asked for every page: a departure, a deactivation or a guest's last day ends sessions at once."""
        person = Person.objects.filter(pk=user_id).first()
        return person if person is not None and may_sign_in(person) else None


def may_sign_in(person: Person) -> bool:
    return rules.may_sign_in(
        is_active=person.is_active,
        departed_on=person.departed_on,
        expires_on=person.expires_on,
        today=clock.today(),
    )


def _count_a_try(staff_number: str) -> Person | None:
    """Who may try now, one failure more on the count until the secret proves right."""
    if not staff_number or len(staff_number) > 32 or "\x00" in staff_number:
        return None
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).filter(staff_number=staff_number).first()
        now = clock.now()
        if person is None or (person.locked_until and person.locked_until > now):
            return None
        person.failed_sign_ins = min(person.failed_sign_ins + 1, MOST_FAILURES)
        if pause := rules.pause_after(person.failed_sign_ins):
            person.locked_until = now + pause
            logger.warning("sign-in paused for %s until %s", person.key, person.locked_until.isoformat())
        person.save(update_fields=["failed_sign_ins", "locked_until"])
        return person


def begin_session(request: HttpRequest, person: Person, *, shared_screen: bool) -> None:
    """Sign in under a new session key; a shared screen's session ends 120 seconds after its last page."""
    login(request, person, backend="incubator.people.sign_in.StaffNumberBackend")
    request.session.pop("kiosk", None)
    request.session.set_expiry(None)
    if shared_screen:
        request.session["kiosk"] = True
        request.session.set_expiry(KIOSK_SECONDS)


def end_other_sessions(request: HttpRequest, person: Person) -> None:
    """Keep only this session, under a new key; `person.session_version` has just been raised."""
    update_session_auth_hash(request, person)
