"""What the clock says: which role is late, never who."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from incubator.inbox.wording import Ask, declare

_LATE = {
    "late_opinion": gettext_lazy("The panel’s opinion on “%(title)s” is late: see who can help"),
    "late_decision": gettext_lazy("The decision on “%(title)s” is late: see who can help"),
    "late_team": gettext_lazy("The team of “%(title)s” is late: ask what it needs"),
    "late_reexamination": gettext_lazy("The answer to the re-examination of “%(title)s” is late"),
    "late_benefits": gettext_lazy("The benefits of “%(title)s” were to be read by now: see who can help"),
    "late_answer": gettext_lazy("An answer about “%(title)s” is late: see who can help"),
}
_DECIDING = ("decide", "admissibility", "agree", "second_signature", "decide_session")
_OF_THE_TEAM = (
    "rework",
    "find_sponsor",
    "write_plan",
    "request_launch",
    "meet_condition",
    "check_in",
    "close_incident",
)
_KIND = (
    {"vote": "late_opinion", "read_benefits": "late_benefits"}
    | dict.fromkeys(("reexamine", "name_reexaminer"), "late_reexamination")
    | dict.fromkeys(_DECIDING, "late_decision")
    | dict.fromkeys(_OF_THE_TEAM, "late_team")
)


def late(verb: str) -> str:
    """The code of the work item that says that work of this code is late."""
    return _KIND.get(verb, "late_answer")


def declare_all() -> None:
    button = pgettext_lazy("work item", "Look")
    for code, title in _LATE.items():
        declare(code, Ask(title, button, lent=True))
