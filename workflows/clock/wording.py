"""What the clock says: which work is late, and whose role it is, never who; and that somebody asks after it."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from incubator.inbox.wording import Ask, declare
from incubator.messages import wording as messages
from incubator.messages.wording import Text

_LATE = {
    "late_opinion": gettext_lazy("The panel’s opinion on “%(title)s” is late: see who can help"),
    "late_panel": gettext_lazy("The panel of “%(title)s” should be complete by now: see who can help"),
    "late_panel_answer": gettext_lazy("An answer of the panel on “%(title)s” is late: see who can help"),
    "late_expert": gettext_lazy("An expert’s answer on “%(title)s” is late: see who can help"),
    "late_decision": gettext_lazy("The decision on “%(title)s” is late: see who can help"),
    "late_closing": gettext_lazy("The closing of the session of “%(title)s” is late: see who can help"),
    "late_reexamination": gettext_lazy("The answer to the re-examination of “%(title)s” is late"),
    "late_rework": gettext_lazy("What “%(title)s” has to complete is late: ask the team what it needs"),
    "late_condition": gettext_lazy("A condition set for “%(title)s” should be met by now: see who can help"),
    "late_carrying_on": gettext_lazy("The answer on who carries on “%(title)s” is late: see who can help"),
    "late_search": gettext_lazy(
        "The search for a sponsor of “%(title)s” is late: ask the team what it needs"
    ),
    "late_pledge": gettext_lazy("The sponsor’s answer on “%(title)s” is late: see who can help"),
    "late_time_opinion": gettext_lazy(
        "The manager’s opinion on the time asked for “%(title)s” is late: see who can help"
    ),
    "late_time": gettext_lazy(
        "The director’s answer on the time asked for “%(title)s” is late: see who can help"
    ),
    "late_arbitration": gettext_lazy(
        "The last word on the time refused for “%(title)s” is late: see who can help"
    ),
    "late_budget": gettext_lazy("The budget line of “%(title)s” is late: see who can help"),
    "late_route": gettext_lazy("The procurement route of “%(title)s” is late: see who can help"),
    "late_plan": gettext_lazy("The pilot plan of “%(title)s” is late: ask the team what it needs"),
    "late_launch": gettext_lazy("The request to launch “%(title)s” is late: ask the team what it needs"),
    "late_check_in": gettext_lazy("A check-in of the pilot “%(title)s” is late: ask the team what it needs"),
    "late_end": gettext_lazy("The end of the pilot “%(title)s” is late: ask the team what it needs"),
    "late_evaluator": gettext_lazy("The name of who evaluates “%(title)s” is late: see who can help"),
    "late_evaluation": gettext_lazy("The evaluation of “%(title)s” is late: see who can help"),
    "late_benefits": gettext_lazy("The benefits of “%(title)s” were to be read by now: see who can help"),
    "late_done": gettext_lazy("Word that “%(title)s” is done is late: see who can help"),
    # What has no words of its own.
    "late_answer": gettext_lazy("An answer about “%(title)s” is late: see who can help"),
    # Said of no work any more, but an installation may have it open.
    "late_team": gettext_lazy("The team of “%(title)s” is late: ask what it needs"),
}
# What may be late at the same time has different words. Yet leads do not read whom a drafted decision waits for, nor
# that the panel is tied or called to discuss.
_KIND = {
    "vote": "late_opinion",
    "casting_vote": "late_opinion",
    "seat_panel": "late_panel",
    "complete_opinion": "late_panel",
    "discuss": "late_panel_answer",
    "answer_expert_question": "late_expert",
    "decide": "late_decision",
    "admissibility": "late_decision",
    "agree": "late_decision",
    "second_signature": "late_decision",
    "consent": "late_decision",
    "decide_session": "late_decision",
    "close_session": "late_closing",
    "reexamine": "late_reexamination",
    "name_reexaminer": "late_reexamination",
    "rework": "late_rework",
    "meet_condition": "late_condition",
    "accept_idea": "late_carrying_on",
    "find_sponsor": "late_search",
    "answer_pledge": "late_pledge",
    "time_opinion": "late_time_opinion",
    "sign_time_release": "late_time",
    "arbitrate_time": "late_arbitration",
    "confirm_budget": "late_budget",
    "name_route": "late_route",
    "write_plan": "late_plan",
    "request_launch": "late_launch",
    "check_in": "late_check_in",
    "end_pilot": "late_end",
    "name_evaluator": "late_evaluator",
    "evaluate": "late_evaluation",
    "read_benefits": "late_benefits",
    "report_done": "late_done",
}


_ASKED = gettext_lazy("Your part of “%(title)s” is late: the programme team asks what you need")
_TOLD = {
    "asked_after": Text(_ASKED, gettext_lazy("Tell the programme team what would help you.")),
    "asked_after_in_words": Text(_ASKED, gettext_lazy("In their words: “%(line)s”")),
}


def late(verb: str) -> str:
    """The code of the work item that says that work of this code is late."""
    return _KIND.get(verb, "late_answer")


def declare_all() -> None:
    button = pgettext_lazy("work item", "Look")
    for code, title in _LATE.items():
        declare(code, Ask(title, button, lent=True))
    for kind, text in _TOLD.items():
        messages.declare(kind, text)
