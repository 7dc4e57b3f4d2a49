"""What an entity prints at the head of its documents: address, colour, logo."""

import hashlib
import re

from django.db import transaction
from django.utils.translation import gettext as _

from incubator.lib import clock, files
from incubator.lib.refusals import Invalid
from incubator.lib.theme import LEAST_CONTRAST, contrast
from incubator.people import authority, journal, logos
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Entity, Logo

PAPER = "#ffffff"


def change_letterhead(
    *,
    entity: Entity,
    by: Actor,
    address: str,
    colour: str,
    logo: bytes | None = None,
    without_logo: bool = False,
) -> Entity:
    """What documents made from now on print; those made before keep theirs. Appends `letterhead_changed`.

    `logo`: a picture as it was uploaded, drawn anew here, or None for the one there is. Raises NotAllowed for
    whoever does not administer the entity, Invalid for a picture or a colour that cannot be printed.
    """
    authority.check_may_administer(by, entity)
    colour = colour.strip().lower()
    _check_colour(colour)
    # Neither drawing nor writing to the disk is done in the transaction.
    added = files.put(logos.drawn_anew(logo)) if logo is not None else ""
    with transaction.atomic():
        entity = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        if added:
            Logo.objects.get_or_create(sha256=added, defaults={"added_at": clock.now()})
        wanted = {
            "letterhead": address.strip(),
            "colour": colour,
            "logo_id": added or (None if without_logo else entity.logo_id),
        }
        before = {name: getattr(entity, name) for name in wanted}
        if before == wanted:
            return entity
        for name, value in wanted.items():
            setattr(entity, name, value)
        entity.save(update_fields=["letterhead", "colour", "logo"])
        effects = [
            effect(*_said(name, before[name], wanted[name]))
            for name in wanted
            if before[name] != wanted[name]
        ]
        journal.record(
            Entry("organisation", entity.subject_key, "letterhead_changed", effects=effects), by=by
        )
    return entity


def _said(name: str, before: str | None, after: str | None) -> tuple[str, str, str]:
    """Name, before and after for the event; of the address its SHA-256 only."""
    if name == "letterhead":
        return "address", _sha256(before), _sha256(after)
    return name.removesuffix("_id"), before or "", after or ""


def _sha256(text: str | None) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _check_colour(colour: str) -> None:
    if not colour:
        return
    if not re.fullmatch("#[0-9a-f]{6}", colour):
        sentence = _("Give the colour as six digits, such as #0a5566, or leave it empty.")
        raise Invalid(sentence, code="letterhead.colour", fields={"colour": [sentence]})
    ratio = contrast(colour, PAPER)
    if ratio < LEAST_CONTRAST:
        sentence = _(
            "White words on this colour have a contrast of %(ratio)s:1, and %(least)s:1 is needed for everyone to "
            "read them. Choose a darker one."
        ) % {"ratio": f"{ratio:.1f}", "least": f"{LEAST_CONTRAST:.1f}"}
        raise Invalid(sentence, code="letterhead.contrast", fields={"colour": [sentence]})
