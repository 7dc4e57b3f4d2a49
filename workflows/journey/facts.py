"""What this room tells those below: whether an idea is small, for must-meets, and what takes a decision back."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas.drafting.models import Idea
from incubator.inbox.wording import Ask, declare
from workflows.briefs.standing import register_source
from workflows.gates.configuration import defaults
from workflows.gates.facts import register_fact
from workflows.journey import rules
from workflows.journey.reversals import reversal_of


def small(idea: Idea, gate: str) -> bool:
    """Euros and days of work, as the text read by the gate names them, are within the fast lane's limits."""
    return rules.is_small(idea.content.needs_euros, idea.content.needs_days, defaults()["routes"]["fast"])


def register() -> None:
    """Called once, when the application starts."""
    register_fact("small", small)
    register_source(reversal_of)
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
