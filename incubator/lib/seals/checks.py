"""What `manage.py check --deploy` says of the seal. The settings refuse a half configuration before that."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from incubator.lib import clock
from incubator.lib.seals import SealFailed
from incubator.lib.seals.configuration import SealSettings, certificates_in

SOON = timedelta(days=60)


@register(Tags.security, deploy=True)
def the_seal(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """A warning when nothing is sealed; errors when the key cannot be used or its certificate would not be known."""
    seal: SealSettings = settings.SEAL
    if not settings.PRODUCTION:
        return []
    if not seal.seals:
        return [
            Warning(
                "Decision briefs are not sealed: nobody outside can check that one is unchanged.",
                hint="Set TRAVEE_SEAL_FILE or TRAVEE_SEAL_PKCS11_MODULE (docs/operations.md).",
                id="seals.W001",
            )
        ]
    return _of_the_key(seal)


def _of_the_key(seal: SealSettings) -> list[CheckMessage]:
    from incubator.lib.seals.demo import ORGANISATION
    from incubator.lib.seals.reading import certificates, is_known
    from incubator.lib.seals.sealing import certificate_of

    try:
        own = certificate_of(seal)
    except SealFailed as failed:
        return [Error(f"The seal cannot be used: {failed}", id="seals.E001")]
    found: list[CheckMessage] = []
    trusted = certificates_in(seal.certificates)
    if not is_known(own, trusted, clock.now()):
        hint = "Put the seal's certificate, or the root above it, in TRAVEE_SEAL_CERTIFICATES."
        found.append(Error("The seal would be taken for a stranger's.", hint=hint, id="seals.E002"))
    if any(
        one.subject.native.get("organization_name") == ORGANISATION for one in [own, *certificates(trusted)]
    ):
        found.append(Error("The demonstration's seal is used or trusted.", id="seals.E003"))
    if own.not_valid_after < clock.now() + SOON:
        until = f"{own.not_valid_after:%Y-%m-%d}"
        found.append(
            Warning(f"The seal's certificate ends on {until}; after that no brief is made.", id="seals.W002")
        )
    return found
