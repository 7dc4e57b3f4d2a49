"""The process in words: its lanes, steps and ways, who acts there and within what time."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from workflows.gates.configuration import gate_delay
from workflows.gates.wording import DECIDERS, said
from workflows.journey.wording import ROUTE_NAMES, limits
from workflows.process.topology import Route, Step

LANES = {
    "team": pgettext_lazy("lane", "Team"),
    "lead": pgettext_lazy("lane", "Programme lead"),
    "panel": pgettext_lazy("lane", "Panel"),
    "decider": pgettext_lazy("lane", "Decider"),
    "evaluator": pgettext_lazy("lane", "Evaluator"),
    "nobody": pgettext_lazy("lane", "Nobody’s turn"),
}
STEPS = {
    "start": pgettext_lazy("step", "Write and submit"),
    "admissibility": pgettext_lazy("step", "Admissibility"),
    "selection": pgettext_lazy("step", "Selection"),
    "sponsorship": pgettext_lazy("step", "Sponsor and investigation"),
    "launch": pgettext_lazy("step", "Launch"),
    "pilot": pgettext_lazy("step", "Pilot"),
    "pilot_end": pgettext_lazy("step", "End of pilot"),
    "evaluation": pgettext_lazy("step", "Evaluation"),
    "investment": pgettext_lazy("step", "Investment"),
    "in_service": pgettext_lazy("step", "In service"),
    "with_author": pgettext_lazy("step", "To complete"),
    "held": pgettext_lazy("step", "On hold"),
    "reexamination": pgettext_lazy("step", "Stopped: re-examination possible"),
    "merged": pgettext_lazy("step", "Merged: can be undone"),
    "answer": pgettext_lazy("step", "Answer of the service"),
    "doing": pgettext_lazy("step", "Being done by the service"),
    "declined": pgettext_lazy("step", "A no: can be sent up"),
    "fast_launch": pgettext_lazy("step", "Admissibility and launch"),
    "to_programme": pgettext_lazy("step", "To the standard route"),
    "end": pgettext_lazy("step", "Ended"),
}
ACTS = {
    "start": gettext_lazy("The author and the team"),
    "sponsorship": gettext_lazy("The team; a director promises days, euros and cover"),
    "pilot": gettext_lazy("The team, with a sponsor"),
    "evaluation": gettext_lazy("Someone outside the team"),
    "in_service": gettext_lazy("The owner of the service"),
    "with_author": gettext_lazy("The team"),
    "held": gettext_lazy("A date wakes it, or the programme lead"),
    "reexamination": gettext_lazy("The author may ask; a decider who took no part answers"),
    "merged": gettext_lazy("The programme lead may undo it, until the other idea’s next decision"),
    "doing": gettext_lazy("The service and the team"),
    "declined": gettext_lazy("The author may send it up"),
}
ABOUT = {
    "local": gettext_lazy(
        "What one service can do itself. Its head, never your own manager, answers: yes, no with reasons, or to the"
        " programme. After a no you may send it up."
    ),
    "fast": gettext_lazy(
        "Immediate needs, up to %(euros)s and %(days)s of work. One gate, signed by the programme lead and the author’s"
        " director, then a pilot of up to %(fast)s."
    ),
    "standard": gettext_lazy(
        "Submission, review, sponsorship, pilot, evaluation: G0 to G4. A panel gives an opinion; a decider with a"
        " mandate decides."
    ),
}
OUTCOMES = {
    "go": gettext_lazy("go on"),
    "go_with_conditions": gettext_lazy("go on, with conditions"),
    "rework": gettext_lazy("to complete"),
    "hold": gettext_lazy("on hold"),
    "pause": gettext_lazy("on hold"),
    "stop": gettext_lazy("stopped, with the reasons"),
    "merge": gettext_lazy("merged with another idea"),
    "redirect": gettext_lazy("redirected, with the author’s consent"),
    "withdraw": gettext_lazy("withdrawn"),
    "scale": gettext_lazy("scaled up"),
    "extend": gettext_lazy("pilot extended"),
    "transfer": gettext_lazy("transferred"),
    "to_programme": gettext_lazy("to the programme"),
    "sent_up": gettext_lazy("sent up"),
    "ready": pgettext_lazy("way", "ready"),
    "done": pgettext_lazy("way", "done"),
    "lapsed": gettext_lazy("not completed in time"),
    "upheld": gettext_lazy("final"),
    "final": gettext_lazy("final"),
    "benefits_read": gettext_lazy("benefits read"),
}


def about(route: Route) -> str:
    """What a route is for, in a few sentences."""
    return str(ABOUT[route.key]) % limits()


def route_name(route: Route) -> str:
    return str(ROUTE_NAMES[route.key])


def plain_name(step: Step) -> str:
    return str(STEPS.get(step.name, step.name))


def step_name(step: Step) -> str:
    """`G1 · Selection`, `Pilot`."""
    return f"{step.gate} · {plain_name(step)}" if step.gate.startswith("G") else plain_name(step)


def outcome(code: str) -> str:
    """What leads along a way: an outcome, or where an idea wakes."""
    return str(OUTCOMES[code]) if code in OUTCOMES else back()


def wakes(outcomes: tuple[str, ...]) -> bool:
    """Whether this way leads back to where an idea was, by the name of its gate or stage."""
    return bool(outcomes) and not any(code in OUTCOMES for code in outcomes)


def back() -> str:
    return _("back where it was")


def way_words(outcomes: tuple[str, ...]) -> str:
    """The outcomes of one way, each once."""
    return ", ".join(dict.fromkeys(outcome(code) for code in outcomes))


def opinion(rules: Mapping[str, Any] | None) -> str:
    """`Panel of 5, quorum 3`; a dash where no opinion is asked."""
    if not rules:
        return "–"
    seats = rules.get("seats") or 0
    if seats < 2:
        return _("No panel")
    return _("Panel of %(seats)s, quorum %(quorum)s") % {"seats": seats, "quorum": rules["quorum"]}


def acts(step: Step, rules: Mapping[str, Any] | None) -> str:
    """Who acts or decides at this step."""
    if rules:
        decider = str(DECIDERS.get(rules["decider"], ""))
        if rules.get("second_signature") == "authors_director":
            decider = _("%(decider)s, and the author’s director") % {"decider": decider}
        return decider[:1].upper() + decider[1:]
    return str(ACTS.get(step.name, ""))


def allowed(step: Step, route: Route, rules: Mapping[str, Any] | None, defaults: Mapping[str, Any]) -> str:
    """The time a step may take, in words; '' where none is set. `defaults`: with what the programme changed of it."""
    if rules:
        delay = gate_delay(rules)
        if delay.from_submission:
            return _("%(days)s days from submission") % {"days": delay.from_submission}
        return _days(delay.due)
    delays = defaults["delays"]
    if step.name == "start":
        return _("own pace")
    if step.name == "sponsorship":
        return _("%(first)s days, then %(second)s") % {
            "first": delays["sponsor_search"],
            "second": delays["investigation"],
        }
    if step.name == "pilot":
        if route.key == "fast":
            return _("%(days)s calendar days at most") % {
                "days": defaults["routes"]["fast"]["pilot_calendar_days"]
            }
        return _("%(months)s months, one extension") % {
            "months": defaults["stages"]["pilot"]["calendar_months"]
        }
    days = {
        "evaluation": delays["evaluation"],
        "with_author": defaults["rework"]["author_days"],
        "reexamination": defaults["reexamination"]["ask_within"],
        "declined": defaults["reexamination"]["ask_within"],
        "doing": delays["local_done"],
    }.get(step.name)
    return _days(days) if days else ""


def _days(days: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def must_meets(rules: Mapping[str, Any]) -> list[str]:
    """The words of the gate's must-meets."""
    return [said(rule) for rule in rules.get("must_meet", [])]


def late(number: int) -> str:
    """`2 late`."""
    return ngettext("%(number)s late", "%(number)s late", number) % {"number": number}
