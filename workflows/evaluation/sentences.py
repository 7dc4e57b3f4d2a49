"""What the room says to a person about codes of its rules."""

from typing import Any

from django.utils.translation import gettext_lazy as _

ERRORS: dict[tuple[str, str], Any] = {
    ("findings", "missing"): _("Say what was found, in your own words."),
    ("effect_on_staff", "missing"): _("Say what it changed for the staff who worked with it."),
    ("run_owner", "missing"): _("Name who would run it: without that person it cannot stay."),
    ("run_cost_euros_a_year", "range"): _(
        "Give the cost of running it for a year in whole euros, 0 if none."
    ),
    ("advice", "choice"): _("Choose what you advise."),
}
BENEFIT_ERRORS: dict[tuple[str, str], Any] = {
    ("value", "missing"): _("Give the value of today, or say why it was not measured."),
    ("value", "range"): _("Give a number with at most three decimals."),
    ("why", "both"): _("It has a value: empty this, or the value."),
    ("note", "missing"): _("Say in a sentence what it brings."),
}
TOO_LONG = _("This is too long: shorten it.")


def error(field: str, code: str) -> Any:
    """One sentence for a line of `rules.evaluation_errors`."""
    return ERRORS.get((field, code), TOO_LONG)


def benefit_error(field: str, code: str) -> Any:
    """One sentence for a line of `rules.benefit_errors`."""
    return BENEFIT_ERRORS.get((field.partition("-")[0], code), TOO_LONG)
