"""What the room says to a person about codes of its rules."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows.sponsorship import rules

GAPS: dict[str, Any] = {
    "pledge": gettext_lazy("a sponsor has to promise days, euros and cover"),
    "time_release": gettext_lazy(
        "the director has to sign the author’s time, and the time of each member who asked"
    ),
    "budget_line": gettext_lazy("finance has to confirm the budget line"),
    "procurement_route": gettext_lazy("procurement has to name the route"),
    "plan": gettext_lazy("the pilot plan has to be complete"),
}


def pledge_error(code: str) -> str:
    """One sentence for a code of `rules.pledge_errors`."""
    return {
        "missing": _("Say who does the team’s work meanwhile, or how it is lightened."),
        "too_long": _("This is too long: at most %(most)s characters.") % {"most": rules.LONGEST_TEXT},
        "range": _("Give a whole number, zero or more, of a plausible size."),
    }[code]
