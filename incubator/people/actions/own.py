"""What people keep about themselves: preferences, which append no event."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from incubator.lib.refusals import Conflict, Invalid, NotFound
from incubator.people import departures
from incubator.people.actors import Actor
from incubator.people.models import Person, PrivateLink

MOST_LINKS = 200


def keep_details(*, language: str, email: str, by: Actor) -> None:
    """The language of pages and messages ("" follows the browser), and where messages go ("" nowhere)."""
    Person.objects.filter(pk=by.human.pk).update(language=language, email=email)


def note_private_link(*, other: Person, by: Actor) -> None:
    """Someone whose ideas one would not judge: matched before seats are filled, read by nobody else."""
    if other == by.human:
        sentence = _("This is you: your own ideas are kept from you already.")
        raise Invalid(sentence, fields={"other": [sentence]})
    with transaction.atomic():
        owner = Person.objects.select_for_update(no_key=True).get(pk=by.human.pk)
        if owner.private_links.count() >= MOST_LINKS:
            raise Conflict(_("This list holds 200 people at most."))
        _link, created = PrivateLink.objects.get_or_create(owner=owner, other=other)
        if created:
            departures.closeness_changed(owner)


def remove_private_link(*, link_pk: int, by: Actor) -> None:
    """Raises NotFound for a link that is gone or someone else's."""
    deleted, _rows = PrivateLink.objects.filter(pk=link_pk, owner=by.human).delete()
    if not deleted:
        raise NotFound(_("This name is not on your list any more."))
