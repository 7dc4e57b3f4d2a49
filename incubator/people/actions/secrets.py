"""The secret a person signs in with: chosen with a code, changed, and the sessions that end with it."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people import journal, rules, sign_in
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Person, SignInCode


@sensitive_variables("secret")
def choose_secret(*, code_pk: int, secret: str) -> Person:
    """Use the code and set the secret, in one step: of two at one instant, one gets Conflict.

    Ends every session of the person and any pause. Appends `secret_chosen`. Raises Invalid for a weak secret.
    """
    with transaction.atomic():
        code = SignInCode.objects.filter(pk=code_pk).first()
        if code is None:
            raise NotFound(_("This code is no longer there. Ask for a new one."))
        person = Person.objects.select_for_update(no_key=True).get(pk=code.person_id)
        code.refresh_from_db()
        if code.used_at or code.replaced_at or code.expires_at <= clock.now():
            raise Conflict(
                _(
                    "This code has been used, replaced or is over. If you have just chosen your PIN, sign in "
                    "with it; else ask for a new code."
                ),
                code="code.closed",
                next_url="/sign-in",
                next_label=_("Sign in"),
            )
        if not sign_in.may_sign_in(person):
            raise NotAllowed(_("This access is over. Ask the HR desk."))
        check_secret(secret, person)
        _set(person, secret)
        code.used_at = clock.now()
        code.save(update_fields=["used_at"])
        journal.record(
            Entry("person", person.key, "secret_chosen", effects=[effect("code_used")]),
            by=Actor(person=person),
        )
    return person


@sensitive_variables("current", "secret")
def change_secret(*, current: str, secret: str, by: Actor) -> Person:
    """Replace one's own secret; every other session ends. Appends `secret_changed`.

    Raises Invalid, field `current` or `secret`. A wrong current secret counts as a wrong try at sign-in.
    """
    backend = sign_in.StaffNumberBackend()
    if backend.authenticate(None, staff_number=by.human.staff_number, password=current) is None:
        sentence = _("This is not your present PIN or password, or tries are paused. Nothing was changed.")
        raise Invalid(sentence, fields={"current": [sentence]})
    check_secret(secret, by.human)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=by.human.pk)
        _set(person, secret)
        _end_codes(person)
        journal.record(Entry("person", person.key, "secret_changed"), by=by)
    return person


def end_sessions(*, by: Actor) -> Person:
    """End every session of the actor. Appends `sessions_ended`."""
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=by.human.pk)
        person.session_version += 1
        person.save(update_fields=["session_version"])
        _end_codes(person)
        journal.record(Entry("person", person.key, "sessions_ended"), by=by)
    return person


def _end_codes(person: Person) -> None:
    """Whoever holds a slip made before would still come in."""
    person.sign_in_codes.filter(used_at=None, replaced_at=None).update(replaced_at=clock.now())


def check_secret(secret: str, person: Person) -> None:
    """Raises Invalid, field `secret`, with what to do instead."""
    names = (person.given_name, person.family_name)
    weak = rules.weakness(rules.normal_secret(secret), staff_number=person.staff_number, names=names)
    if weak:
        raise Invalid(WEAK[weak], code=f"secret.{weak}", fields={"secret": [WEAK[weak]]})


def _set(person: Person, secret: str) -> None:
    person.set_password(rules.normal_secret(secret))
    person.session_version += 1
    person.failed_sign_ins, person.locked_until = 0, None
    person.save(update_fields=["password", "session_version", "failed_sign_ins", "locked_until"])


WEAK = {
    "too_short": _("Too short: a PIN has at least 6 digits, a password at least 8 characters."),
    "too_long": _("Too long: 128 characters at most."),
    "unprintable": _("This holds a sign that no keyboard can type. Type it again."),
    "repeated": _("Too easy to guess: it repeats the same one or two characters."),
    "sequence": _("Too easy to guess: it follows a simple order, such as 123456 or 121212."),
    "staff_number": _("Too easy to guess: it is taken from your staff number."),
    "date": _("Too easy to guess: it reads as a date, such as a birthday."),
    "name": _("Too easy to guess: it holds your name."),
}
