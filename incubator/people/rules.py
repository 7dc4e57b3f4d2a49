"""Codes, secrets and lock-out: pure, no Django and no clock."""

import hashlib
import hmac
import ipaddress
import itertools
import math
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta

# Without 0 O, 1 I L and U, which are misread on paper: 30 signs, so ten of them are 49 bits.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
CODE_DAYS = 7
CODE_GIVERS = ("hr_desk", "champion", "staff_representative")

TRIES = 5
FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=24)

# From one network address, whoever is named. A shared screen serves a whole depot: many tries, then a short wait.
ADDRESS_TRIES = 30
ADDRESS_WITHIN = timedelta(minutes=10)
ADDRESS_PAUSE = timedelta(minutes=2)

SHORTEST_PIN = 6
SHORTEST_PASSWORD = 8
LONGEST_SECRET = 128

# DOMAIN: an administrator never votes and never decides, so never holds what leads to either.
ADMINISTRATOR = "administrator"
# Who looks into how a programme works; what each may do there is asked again on the page.
CONFIGURERS = ("programme_lead", ADMINISTRATOR, "cst_member", "auditor")
VOTES_OR_DECIDES = frozenset({"programme_lead", "panel_member", "chair", "sponsor"})


def code_from(secret: str, *parts: object) -> str:
    """A sign-in code that only the holder of `secret` can work out from its parts: the same for the same parts.

    A repeated form thus gets the same code again, although none is kept anywhere.
    """
    message = "\x1f".join(str(part) for part in ("sign-in code", *parts)).encode()
    number = int.from_bytes(hmac.new(secret.encode(), message, hashlib.sha256).digest(), "big")
    signs = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        signs.append(CODE_ALPHABET[place])
    return "".join(signs)


def grouped(code: str) -> str:
    """`ABCDE-FGHJK`: as it is printed."""
    half = math.ceil(len(code) / 2)
    return f"{code[:half]}-{code[half:]}"


def normal_code(typed: str) -> str:
    """The code as made, whatever the case, spaces and dashes typed."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def normal_secret(typed: str) -> str:
    """One spelling for what looks the same: keyboards write é in two ways."""
    return unicodedata.normalize("NFC", typed)


def pause_after(failures: int) -> timedelta | None:
    """How long sign-in pauses after this many wrong tries in a row; None when it does not.

    Five tries each time; 15 minutes, then twice as long each time, at most a day.
    """
    if failures < TRIES or failures % TRIES:
        return None
    doublings = min(failures // TRIES - 1, 10)
    doubled: timedelta = FIRST_PAUSE * 2**doublings
    return min(doubled, LONGEST_PAUSE)


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 an IPv6 one lies in; "" for what is neither."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), 64), strict=False).network_address)
    return str(found)


def may_sign_in(*, is_active: bool, departed_on: date | None, expires_on: date | None, today: date) -> bool:
    """Employed, or a guest whose last day (`expires_on`) is not over."""
    return is_active and departed_on is None and (expires_on is None or today <= expires_on)


def weakness(secret: str, *, staff_number: str, names: Iterable[str] = ()) -> str:
    """Why a secret will not do, as a code; "" when it will.

    too_short, too_long, unprintable, repeated, sequence, staff_number, date, name.
    """
    if len(secret) > LONGEST_SECRET:
        return "too_long"
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in secret):
        return "unprintable"
    if len(secret) < (SHORTEST_PIN if secret.isdecimal() else SHORTEST_PASSWORD):
        return "too_short"
    folded = secret.casefold()
    if len(set(folded)) <= 2:
        return "repeated"
    if _is_sequence(folded) or _is_repetition(folded):
        return "sequence"
    number = staff_number.casefold()
    if number and (number in folded or folded in number or number[::-1] in folded):
        return "staff_number"
    if secret.isdecimal() and _is_date(secret):
        return "date"
    if any(len(name) > 2 and name.casefold() in folded for name in names):
        return "name"
    return ""


def _is_sequence(secret: str) -> bool:
    """123456, 987654, 246810 as steps, abcdefgh: one step all along (0 after 9 counts)."""
    steps = {(ord(after) - ord(before)) % 10 for before, after in itertools.pairwise(secret)}
    return len(steps) == 1 if secret.isdecimal() else _runs(secret)


def _runs(secret: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(secret)}
    return len(steps) == 1


def _is_repetition(secret: str) -> bool:
    """121212, 123123, abcdabcd: a short part said again and again."""
    return any(
        len(secret) % size == 0 and secret == secret[:size] * (len(secret) // size)
        for size in range(1, len(secret) // 2 + 1)
    )


def _is_date(digits: str) -> bool:
    """A day as people write their birthday: DDMMYY, YYMMDD, MMDDYY, with a year of two or four digits."""
    orders = {6: ("%d%m%y", "%y%m%d", "%m%d%y"), 8: ("%d%m%Y", "%Y%m%d", "%m%d%Y")}
    for order in orders.get(len(digits), ()):
        try:
            day = datetime.strptime(digits, order)  # noqa: DTZ007  only whether it is a day
        except ValueError:
            continue
        if len(digits) == 6 or 1900 <= day.year <= 2100:
            return True
    return False


def cannot_hold_together(roles: Iterable[str], decides: bool) -> bool:
    """Whether these roles, with or without a mandate, would let an administrator vote or decide."""
    held = set(roles)
    return ADMINISTRATOR in held and (decides or bool(held & VOTES_OR_DECIDES))
