"""Wrong tries to sign in, counted by network address: whoever guesses at many accounts is slowed down.

`hash_of` tells addresses apart for other limits too.
"""

import logging
import math

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from incubator.lib import clock
from incubator.people import rules
from incubator.people.models import SignInAddress

logger = logging.getLogger("travee.sign_in")
SALT = "incubator.people.addresses"


def begin_try(request: HttpRequest) -> int:
    """Count a try from this address; how many seconds to wait when there were too many, and 0 to go on.

    Counted before the secret is looked at, so that tries side by side count too.
    """
    address_hash = hash_of(request)
    if not address_hash:
        return 0
    now = clock.now()
    with transaction.atomic():
        SignInAddress.objects.bulk_create(
            [SignInAddress(address_hash=address_hash, since=now)], ignore_conflicts=True
        )
        found = SignInAddress.objects.select_for_update(no_key=True).get(address_hash=address_hash)
        if found.paused_until and found.paused_until > now:
            return math.ceil((found.paused_until - now).total_seconds())
        if found.since < now - rules.ADDRESS_WITHIN or found.paused_until:
            found.tries, found.since, found.paused_until = 0, now, None
        found.tries += 1
        if found.tries > rules.ADDRESS_TRIES:
            found.paused_until = now + rules.ADDRESS_PAUSE
            logger.warning("sign-in paused for an address until %s", found.paused_until.isoformat())
        found.save()
        return math.ceil(rules.ADDRESS_PAUSE.total_seconds()) if found.paused_until else 0


def was_right(request: HttpRequest) -> None:
    """The try was no guess: it counts no more. Those before it still do, whoever's account it was."""
    SignInAddress.objects.filter(address_hash=hash_of(request), tries__gt=0).update(tries=F("tries") - 1)


def forget_old() -> None:
    """Delete the counts of addresses that have been quiet for long."""
    SignInAddress.objects.filter(since__lt=clock.now() - 10 * rules.ADDRESS_WITHIN).delete()


def hash_of(request: HttpRequest) -> str:
    """The keyed hash of the client's address; "" when there is none to tell people apart by."""
    header = settings.PROXY_CLIENT_HEADER
    if header:
        # The proxy adds its client at the end; what stands before was sent by the client itself.
        said = request.headers.get(header, "").rpartition(",")[2]
    else:
        said = request.META.get("REMOTE_ADDR", "")
    network = rules.network(said)
    if not network or (settings.PRODUCTION and not header and network in ("127.0.0.1", "::")):
        return ""  # a proxy on this machine: everyone would be one address
    return salted_hmac(SALT, network, algorithm="sha256").hexdigest()
