"""The mark of the demo city's accounts: one hash, made with a salt that nothing else uses.

Their PIN is printed for everyone, so they may exist in no real installation.
"""

from base64 import b64encode

from django.contrib.auth.hashers import make_password

from incubator.people.models import Person

PIN = "738164"
SALT = "travee-demo-city"
MARK = "$" + b64encode(SALT.encode()).decode().rstrip("=") + "$"


def password() -> str:
    """The hash of `PIN`, the same each time: it is made once for a whole city."""
    return make_password(PIN, salt=SALT)


def is_demo(person: Person) -> bool:
    return MARK in person.password


def any_account() -> bool:
    """Whether an account of the demo city is in this database."""
    return Person.objects.filter(password__contains=MARK).exists()
