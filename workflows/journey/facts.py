"""The fact this room knows for must-meets: whether an idea is small enough for the fast lane."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas.drafting.models import Idea
from incubator.inbox.wording import Ask, declare
from workflows.gates.configuration import defaults
from workflows.gates.facts import register_fact
from workflows.journey import rules


def small(idea: Idea, gate: str) -> bool:
    """Euros and days of work, as the text read by the gate names them, are within the fast lane's limits."""
    return rules.is_small(idea.content.needs_euros, idea.content.needs_days, defaults()["routes"]["fast"])


def register() -> None:
    """Called once, when the application starts."""
    register_fact("small", small)
    declare(
        "report_done",
        Ask(_("Say with a photo and a line that “%(title)s” is done"), pgettext_lazy("work item", "Done")),
    )
    declare(
        "name_reexaminer",
        Ask(
            _("Find who can answer the request to re-examine “%(title)s”"),
            pgettext_lazy("work item", "Find"),
            lent=True,
            hint=_("Nobody who has a delegation can answer now: the page says what to do."),
        ),
    )
