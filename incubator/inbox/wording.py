"""What a work item says, from its code: the same sentence on “My work” and in the e-mail.

A room above that invents a code of its own declares it with `declare` when the application starts; an unknown
code gets a neutral sentence, never an error.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from incubator.lib import words


@dataclass(frozen=True)
class Ask:
    """What is asked: `title` holds `%(title)s`, `button` is one or two words.

    `lent`: it belongs to a role or a seat, so a deputy sees it during an absence. What belongs to the person
    alone (an invitation, one's own idea) is never lent. `hint`: what it takes, or what it is not.
    """

    title: Any
    button: Any
    lent: bool = False
    hint: Any = ""


ANSWER = pgettext_lazy("work item", "Answer")
OPINION = pgettext_lazy("work item", "Opinion")
NAME = pgettext_lazy("work item", "Name")
SIGN = pgettext_lazy("work item", "Sign")
CONFIRM = pgettext_lazy("work item", "Confirm")

UNKNOWN = Ask(gettext_lazy("“%(title)s” waits for you"), pgettext_lazy("work item", "Open"))

ASKS: dict[str, Ask] = {
    "vote": Ask(
        gettext_lazy("Give your opinion on “%(title)s”"),
        OPINION,
        lent=True,
        hint=gettext_lazy("A few criteria, then your vote: about 15 minutes."),
    ),
    "decide": Ask(
        gettext_lazy("Decide what follows for “%(title)s”"),
        pgettext_lazy("work item", "Decide"),
        lent=True,
        hint=gettext_lazy("Read what is known, decide, give your reasons."),
    ),
    "admissibility": Ask(
        gettext_lazy("Say whether “%(title)s” is admissible"),
        pgettext_lazy("work item", "Check"),
        lent=True,
        hint=gettext_lazy("Whether it can be taken up, not whether it is good."),
    ),
    "agree": Ask(
        gettext_lazy("Decide, with a second signature, what follows for “%(title)s”"),
        pgettext_lazy("work item", "Decide"),
        lent=True,
        hint=gettext_lazy("Sponsor and programme lead both sign."),
    ),
    "second_signature": Ask(
        gettext_lazy("Sign, or not, the decision on “%(title)s”"),
        SIGN,
        lent=True,
        hint=gettext_lazy("Nothing counts before you sign."),
    ),
    "seat_panel": Ask(
        gettext_lazy("Find a panel for “%(title)s”: none could be seated"),
        pgettext_lazy("work item", "Panel"),
        lent=True,
        hint=gettext_lazy("Too few people are free and without a link to the team."),
    ),
    "answer_expert_question": Ask(gettext_lazy("Answer a question about “%(title)s”"), ANSWER, lent=True),
    "meet_condition": Ask(
        gettext_lazy("Meet a condition set for “%(title)s”"),
        pgettext_lazy("work item", "Condition"),
        hint=gettext_lazy("Say in a line or two how it is met."),
    ),
    "confirm_condition": Ask(
        gettext_lazy("Confirm that a condition set for “%(title)s” is met"), CONFIRM, lent=True
    ),
    "answer_invitation": Ask(
        gettext_lazy("Join the team of “%(title)s”?"),
        ANSWER,
        hint=gettext_lazy("Your manager is not told by us."),
    ),
    "accept_idea": Ask(gettext_lazy("Carry on “%(title)s” in your own name?"), ANSWER),
    "rework": Ask(
        gettext_lazy("Complete “%(title)s”"),
        pgettext_lazy("work item", "Complete"),
        hint=gettext_lazy("The decision names what is missing."),
    ),
    "hold_condition": Ask(gettext_lazy("Say whether what “%(title)s” waits for has come"), ANSWER, lent=True),
    "ask_reexamination": Ask(
        gettext_lazy("You may ask for “%(title)s” to be re-examined"), pgettext_lazy("work item", "See")
    ),
    "reexamine": Ask(
        gettext_lazy("Answer the request to re-examine “%(title)s”"),
        ANSWER,
        lent=True,
        hint=gettext_lazy("You took no part in the decision; you answer with reasons."),
    ),
    "find_sponsor": Ask(
        gettext_lazy("Find a sponsor for “%(title)s”"),
        pgettext_lazy("work item", "Sponsor"),
        hint=gettext_lazy("A director who promises days, euros and cover."),
    ),
    "answer_pledge": Ask(
        gettext_lazy("Answer the team of “%(title)s”, which asks for your support"),
        ANSWER,
        lent=True,
        hint=gettext_lazy("Days, euros and cover; you may decline."),
    ),
    "time_opinion": Ask(
        gettext_lazy("Give your opinion on the time asked for “%(title)s”"),
        OPINION,
        lent=True,
        hint=gettext_lazy("On the time only, not on the idea."),
    ),
    "sign_time_release": Ask(
        gettext_lazy("Answer the request for time for “%(title)s”"),
        SIGN,
        lent=True,
        hint=gettext_lazy("Only your signature releases time; silence does not."),
    ),
    "confirm_budget": Ask(
        gettext_lazy("Confirm the budget line of “%(title)s”"),
        CONFIRM,
        lent=True,
        hint=gettext_lazy("An amount and its line, or that none is needed."),
    ),
    "write_plan": Ask(
        gettext_lazy("Write the pilot plan of “%(title)s”"), pgettext_lazy("work item", "Write")
    ),
    "check_in": Ask(
        gettext_lazy("Record a check-in of the pilot “%(title)s”"),
        pgettext_lazy("work item", "Check-in"),
        hint=gettext_lazy("How it goes, and the readings."),
    ),
    "end_pilot": Ask(gettext_lazy("End the pilot “%(title)s”"), pgettext_lazy("work item", "End")),
    "name_evaluator": Ask(
        gettext_lazy("Name who evaluates “%(title)s”"),
        NAME,
        lent=True,
        hint=gettext_lazy("Someone outside the team, without a link to it."),
    ),
    "evaluate": Ask(
        gettext_lazy("Write the evaluation of “%(title)s”"),
        pgettext_lazy("work item", "Evaluate"),
        hint=gettext_lazy("What was promised, what was measured, what it is worth."),
    ),
    "read_benefits": Ask(
        gettext_lazy("Read the benefits of “%(title)s”"),
        pgettext_lazy("work item", "Read"),
        lent=True,
        hint=gettext_lazy("Today’s value of each indicator, beside what was promised."),
    ),
}


def declare(verb: str, ask: Ask) -> None:
    """Add a code. Raises ValueError when it is taken by another sentence: two rooms must not share one."""
    if ASKS.get(verb, ask) != ask:
        raise ValueError(f"The work item code {verb!r} is taken.")
    ASKS[verb] = ask


def lent() -> list[str]:
    """The codes a deputy sees for an absent person."""
    return sorted(verb for verb, ask in ASKS.items() if ask.lent)


def title(verb: str, subject_title: str) -> str:
    """The sentence, in the language in force; an idea without a title is called “untitled”."""
    return str(ASKS.get(verb, UNKNOWN).title) % {"title": subject_title.strip() or gettext("untitled")}


def hint(verb: str) -> str:
    """What the work takes, in a line; nothing for a code without one."""
    return str(ASKS.get(verb, UNKNOWN).hint)


def button(verb: str) -> str:
    return str(ASKS.get(verb, UNKNOWN).button)


NUMBERS = (
    gettext_lazy("Nothing waits for you"),
    gettext_lazy("One thing waits for you"),
    gettext_lazy("Two things wait for you"),
    gettext_lazy("Three things wait for you"),
    gettext_lazy("Four things wait for you"),
    gettext_lazy("Five things wait for you"),
    gettext_lazy("Six things wait for you"),
    gettext_lazy("Seven things wait for you"),
    gettext_lazy("Eight things wait for you"),
    gettext_lazy("Nine things wait for you"),
)


def heading(count: int) -> str:
    """How many things wait, in words up to nine."""
    if count < len(NUMBERS):
        return str(NUMBERS[count])
    return gettext("%(number)s things wait for you") % {"number": words.number(count)}


def stands_in_for(absent: object) -> str:
    """What marks an item that a deputy sees for someone absent."""
    return gettext("You stand in for %(person)s, who is absent") % {"person": absent}
