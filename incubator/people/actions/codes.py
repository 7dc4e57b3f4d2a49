"""One-time codes handed over in person."""

import uuid
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people import authority, journal, rules, sign_in
from incubator.people.actors import Actor
from incubator.people.journal import Entry
from incubator.people.models import Person, SignInCode, normal_staff_number


class Issued(NamedTuple):
    """`text` as printed on the slip; it is kept nowhere else."""

    text: str
    code: SignInCode


def issue_code(*, person: Person, by: Actor, request_key: uuid.UUID | None = None) -> Issued:
    """A new code for `person`, which ends the one before and the pause after wrong tries. Appends `code_issued`.

    The same `request_key` gives the same code again and changes nothing, while that code is open.
    Raises NotAllowed unless `by` hands over codes here and is outside the person's reporting line, Conflict for
    someone who has left or whose code of this form has been used.
    """
    authority.check_may_issue_code(by, person)
    text = rules.code_from(settings.SECRET_KEY, request_key or uuid.uuid4(), person.key)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if not sign_in.may_sign_in(person):
            raise Conflict(
                _("This person has left, or is a guest whose access is over. No code can be made.")
            )
        now = clock.now()
        recent = person.sign_in_codes.filter(expires_at__gt=now).order_by("-issued_at", "-pk")
        # An older slip's page, opened again, must not bring back a code that a newer one has ended.
        for made in recent if request_key else ():
            if check_password(text, made.code_hash):
                return Issued(rules.grouped(text), _still_open(made))
        person.sign_in_codes.filter(used_at=None, replaced_at=None).update(replaced_at=now)
        code = SignInCode.objects.create(
            person=person,
            code_hash=make_password(text),
            issued_by=by.person,
            issued_at=now,
            expires_at=now + timedelta(days=rules.CODE_DAYS),
        )
        Person.objects.filter(pk=person.pk).update(failed_sign_ins=0, locked_until=None)
        journal.record(Entry("person", person.key, "code_issued"), by=by)
    return Issued(rules.grouped(text), code)


def _still_open(code: SignInCode) -> SignInCode:
    if code.used_at or code.replaced_at:
        raise Conflict(
            _("This code has been used, or a newer one ended it. Make a new one if the person has none.")
        )
    return code


@sensitive_variables("typed")
def open_code(*, staff_number: str, typed: str) -> SignInCode | None:
    """The open code that this number and text name, or None, whatever the cause, after the same work.

    Wrong tries pause the code as they pause sign-in: 15 minutes after five, then longer. The code stays open
    until a secret is chosen with it.
    """
    number = normal_staff_number(staff_number)
    code = None if len(number) > 32 or "\x00" in number else _count_a_try(number)
    text = rules.normal_code(typed)[:64]
    if code is None:
        make_password(text)
        return None
    if not check_password(text, code.code_hash) or not sign_in.may_sign_in(code.person):
        return None
    SignInCode.objects.filter(pk=code.pk).update(failed_tries=0, paused_until=None)
    return code


def _count_a_try(staff_number: str) -> SignInCode | None:
    with transaction.atomic():
        now = clock.now()
        code = (
            SignInCode.objects.select_for_update(no_key=True, of=("self",))
            .select_related("person")
            .filter(person__staff_number=staff_number, used_at=None, replaced_at=None, expires_at__gt=now)
            .first()
        )
        if code is None or (code.paused_until and code.paused_until > now):
            return None
        code.failed_tries = min(code.failed_tries + 1, sign_in.MOST_FAILURES)
        if pause := rules.pause_after(code.failed_tries):
            code.paused_until = now + pause
            sign_in.logger.warning("sign-in code paused for %s", code.person.key)
        code.save(update_fields=["failed_tries", "paused_until"])
        return code
