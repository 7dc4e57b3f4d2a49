"""What the room says to a person about codes of its rules."""

from typing import Any

from django.utils.translation import gettext_lazy as _

GAPS: dict[str, Any] = {
    "plan": _("nothing has been written yet"),
    "where": _("say where it is tried"),
    "indicators": _("name at least one indicator"),
    "change": _("give each indicator a target that differs from its baseline"),
    "minimum_readings": _("say how many readings are needed at least"),
    "stop_rule": _("say when you would stop early"),
    "users_told_how": _("say how users are told"),
}
INDICATOR_ERRORS: dict[str, Any] = {
    "missing": _("Fill this in, or empty the whole line."),
    "long": _("This is too long: shorten it."),
    "range": _("Give a number with at most three decimals."),
    "choice": _("Say whether more or less is better."),
    "direction": _("The target lies on the wrong side of the baseline for this direction."),
}
