"""The sentences of this room."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "empty": _("Write this in French and in English: everyone asked must be able to read it."),
    "no_date": _("Give a date, or make it an always-open box."),
    "closes_before_it_opens": _("Choose an end after the beginning."),
    "already_open": _("The call has opened: people wrote under this promise, so it stays as it is."),
    "already_over": _("Choose an end that is still to come."),
}


def problems(found: Mapping[str, str]) -> dict[str, list[Any]]:
    """Sentences by field, as `Invalid(fields=…)` takes them."""
    return {field: [SENTENCES[code]] for field, code in found.items()}
