"""The words of a session: tie rules, levels, results, asks and messages."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from incubator.inbox.wording import Ask
from incubator.inbox.wording import declare as declare_ask
from incubator.messages.wording import Text
from incubator.messages.wording import declare as declare_text
from workflows.sessions import rules

TIES = {
    "chair": gettext_lazy("the chair’s level"),
    "support": gettext_lazy("how many members are for it (level 3 or 4)"),
    "opinion": gettext_lazy("the score of the written opinion"),
    "least_euros": gettext_lazy("who asks for fewer euros"),
    "least_days": gettext_lazy("who asks for fewer days of work"),
    rules.LOT: gettext_lazy("the draw, made from the session’s key"),
}
LEVELS = (
    pgettext_lazy("level in the room", "No"),
    pgettext_lazy("level in the room", "Rather not"),
    pgettext_lazy("level in the room", "Could be"),
    pgettext_lazy("level in the room", "Yes"),
    pgettext_lazy("level in the room", "Among the first"),
)
RESULTS = {
    "selected": gettext_lazy("A place"),
    "waiting": gettext_lazy("Waiting list"),
    "not_selected": gettext_lazy("No place"),
    "not_heard": gettext_lazy("Not heard"),
}
ASKS = {
    "sit_in_session": Ask(
        gettext_lazy("Sit in the selection session of “%(title)s”"),
        pgettext_lazy("work item", "Session"),
        lent=True,
    ),
    "decide_session": Ask(
        gettext_lazy("Decide on the list of the selection session of “%(title)s”"),
        pgettext_lazy("work item", "Decide on the list"),
        lent=True,
    ),
    "close_session": Ask(
        gettext_lazy("Close the selection session of “%(title)s”: everything is decided"),
        pgettext_lazy("work item", "Close the session"),
        lent=True,
    ),
}
TEXTS = {
    "session_hearing": Text(
        gettext_lazy("Your team presents “%(title)s” to the selection session on %(day)s"),
        gettext_lazy("The page gives the time and the place, and a calendar file."),
    ),
    "session_moved": Text(
        gettext_lazy("The selection session of “%(title)s” is now held on %(day)s"),
        gettext_lazy("The page gives the new time and place, and a new calendar file."),
    ),
    "session_cancelled": Text(
        gettext_lazy("The selection session of “%(title)s” is not held"),
        gettext_lazy("Each idea is decided for itself. Nothing is asked of you for the session any more."),
    ),
    "member_excused": Text(
        gettext_lazy("A member cannot come to the selection session of “%(title)s”"),
        gettext_lazy("Call someone else if the quorum or the chair is missing."),
    ),
    "decision_put_off": Text(
        gettext_lazy("The decision on “%(title)s” is put off: the panel’s opinion lacks something"),
        gettext_lazy(
            "A seat was left. The idea keeps what the list gave it; complete its panel, then it is decided."
        ),
    ),
    "moved_up": Text(
        gettext_lazy("A place is free: “%(title)s” moves up from the waiting list"),
        gettext_lazy("Whoever decides is asked now; the page says by when."),
    ),
}


def declare() -> None:
    """Called once, when the application starts."""
    for verb, asked in ASKS.items():
        declare_ask(verb, asked)
    for kind, text in TEXTS.items():
        declare_text(kind, text)
