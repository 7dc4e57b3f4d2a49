"""Whether an entity has signed the charter: read by everyone on the charter's own page."""

import hashlib
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from incubator.lib import clock
from incubator.lib.refusals import Invalid
from incubator.people import authority, journal
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Entity

SIGNED, DECLINED, OPEN = "signed", "declined", "open"


def answer_charter(
    *, entity: Entity, answer: str, by: Actor, on: date | None = None, because: str = ""
) -> Entity:
    """Signed or declined `on` a day, or open (neither yet); the last word replaces the one before.

    `because`: why it was declined. Appends `charter_answered`; nothing when nothing changes. Raises NotAllowed for
    whoever does not administer the entity, Invalid for a day to come or missing, or declined without a word why.
    """
    authority.check_may_administer(by, entity)
    because = because.strip() if answer == DECLINED else ""
    _check(answer, on, because, clock.today(entity.time_zone))
    wanted = {
        "signed_charter_on": on if answer == SIGNED else None,
        "declined_charter_on": on if answer == DECLINED else None,
        "declined_charter_because": because,
    }
    with transaction.atomic():
        entity = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
        if wanted == {name: getattr(entity, name) for name in wanted}:
            return entity
        before = answer_of(entity)
        for name, value in wanted.items():
            setattr(entity, name, value)
        entity.save(update_fields=[*wanted])
        # Of the words their SHA-256 only, as of every text.
        why = hashlib.sha256(because.encode()).hexdigest() if because else None
        said = effect("charter", before, answer, on=on if answer != OPEN else None, because=why)
        journal.record(Entry("organisation", entity.subject_key, "charter_answered", effects=[said]), by=by)
    return entity


def answer_of(entity: Entity) -> str:
    """Signed, declined or open."""
    if entity.signed_charter_on:
        return SIGNED
    return DECLINED if entity.declined_charter_on else OPEN


def _check(answer: str, on: date | None, because: str, today: date) -> None:
    if answer not in (SIGNED, DECLINED, OPEN):
        raise _invalid("answer", _("Say whether the charter is signed, declined, or neither yet."))
    if answer == OPEN:
        return
    if on is None:
        raise _invalid("on", _("Give the day on which it was signed or declined."))
    if on > today:
        raise _invalid("on", _("This day is still to come: note it once it is signed or declined."))
    if answer == DECLINED and not because:
        raise _invalid("because", _("Say in a word why: everyone reads it beside the charter."))


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, code="charter", fields={field: [sentence]})
