"""The journey in words: where an idea is, who holds it, what comes next. Law 5, in sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from ideas.drafting.models import Idea
from incubator.lib import words
from workflows.gates import authority
from workflows.gates.configuration import defaults
from workflows.gates.wording import CAPACITIES

STAGES = ("submission", "review", "sponsorship", "pilot", "evaluation")
STAGE_NAMES = {
    "submission": pgettext_lazy("stage", "Submission"),
    "review": pgettext_lazy("stage", "Review"),
    "sponsorship": pgettext_lazy("stage", "Sponsorship"),
    "pilot": pgettext_lazy("stage", "Pilot"),
    "evaluation": pgettext_lazy("stage", "Evaluation"),
}
GATE_OF = {"submission": "G0", "review": "G1", "sponsorship": "G2", "pilot": "G3", "evaluation": "G4"}
ROUTE_NAMES = {
    "local": gettext_lazy("Local route"),
    "fast": gettext_lazy("Fast lane"),
    "standard": gettext_lazy("Standard route"),
}
ABOUT_ROUTES = {
    "local": gettext_lazy(
        "What one service can do itself. Its head answers in %(due)s; after a no you may send it up."
    ),
    "fast": gettext_lazy(
        "For a need that cannot wait, up to %(euros)s and %(days)s of work. You write the pilot plan at once; the"
        " programme lead and your director decide in %(due)s."
    ),
    "standard": gettext_lazy("A programme lead checks it in %(due)s; then a panel gives its opinion."),
}
WHY_CLOSED = {
    "call": gettext_lazy("%(route)s: not in this call, which compares its ideas in one session."),
    "needs": gettext_lazy("%(route)s: say in part 3 how many euros and days of work it needs."),
    "limits": gettext_lazy("%(route)s: it asks for more than %(euros)s or %(days)s of work."),
}
# The bays of a route: stage, its name, its gate, what comes there. Nothing comes before the first.
FAST_BAYS = (
    ("submission", pgettext_lazy("stage", "Submission and launch"), "F", ""),
    ("pilot", STAGE_NAMES["pilot"], "G3", gettext_lazy("%(fast)s at most, then the end of pilot")),
    (
        "evaluation",
        STAGE_NAMES["evaluation"],
        "G4",
        gettext_lazy("%(evaluation)s, then scale, extend or transfer"),
    ),
)
LOCAL_BAYS = (
    ("answer", pgettext_lazy("stage", "Answer of the service"), "L", ""),
    ("doing", pgettext_lazy("stage", "Done by the service"), "", gettext_lazy("A photo and a line say so")),
)
GATE_NAMES = {
    "L": gettext_lazy("answer of the service"),
    "F": gettext_lazy("fast lane"),
    "G0": gettext_lazy("admissibility"),
    "G1": gettext_lazy("selection"),
    "G2": gettext_lazy("launch"),
    "G3": gettext_lazy("end of pilot"),
    "G4": gettext_lazy("investment"),
}
TO_COME = {
    "review": gettext_lazy("A panel’s opinion, then the selection"),
    "sponsorship": gettext_lazy("%(search)s to find a sponsor, %(investigation)s to investigate"),
    "pilot": gettext_lazy("%(months)s, then the end of pilot"),
    "evaluation": gettext_lazy("%(evaluation)s, then scale, extend or transfer"),
}
WITH = {
    "author": gettext_lazy("With the team, to complete"),
    "team": gettext_lazy("With the team"),
    "lead": gettext_lazy("With the programme lead"),
    "panel": gettext_lazy("With the panel"),
    "decider": gettext_lazy("With the person who decides"),
    "sponsor": gettext_lazy("With the sponsor"),
    "evaluator": gettext_lazy("With the evaluator"),
    "nobody": gettext_lazy("Nobody’s turn"),
}
WITH_SERVICE = gettext_lazy("With the service")
STATE_WORDS = {
    "draft": gettext_lazy("Draft"),
    "held": gettext_lazy("On hold"),
    "stopped": gettext_lazy("Stopped, with the reasons"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "merged": gettext_lazy("Merged"),
    "redirected": gettext_lazy("Redirected"),
    "in_service": gettext_lazy("In service"),
    "precedent": gettext_lazy("Precedent"),
}
WAITS_FOR = {
    # What a pause by other causes than a decision waits for, in the reader's language.
    "sponsor_lost": gettext_lazy("Another sponsor takes over the promise."),
    "author_left": gettext_lazy("Someone of the city takes the idea over."),
}
KINDS = {"held": "turn", "stopped": "stop", "in_service": "ok", "live": "sea"}
OUTCOMES = {
    "go": gettext_lazy("goes on"),
    "go_with_conditions": gettext_lazy("goes on, with conditions"),
    "rework": gettext_lazy("to complete"),
    "hold": gettext_lazy("on hold"),
    "stop": gettext_lazy("stopped, with the reasons"),
    "scale": gettext_lazy("scaled up"),
    "extend": gettext_lazy("pilot extended"),
    "transfer": gettext_lazy("transferred"),
    "to_programme": gettext_lazy("to the programme"),
    "merge": gettext_lazy("merged with another idea"),
    "redirect": gettext_lazy("redirected"),
}
# The answers of a service, where they are called otherwise.
ANSWERS = {"go": gettext_lazy("yes"), "stop": gettext_lazy("no, with the reasons")}
HAPPENED = {
    "submitted": gettext_lazy("Submitted"),
    "resubmitted": gettext_lazy("Completed and submitted again"),
    "withdrawn": gettext_lazy("Withdrawn by its author"),
    "woken": gettext_lazy("Taken up again"),
    "entered_session": gettext_lazy("To be compared with other ideas in a selection session"),
    "left_session": gettext_lazy("Decided for itself, outside the selection session"),
    "placed_in_session": gettext_lazy("The selection session has settled its list"),
    "moved_up": gettext_lazy("A place is free: the idea moves up from the waiting list"),
    "panel_seated": gettext_lazy("The panel is complete"),
    "opinion_closed": gettext_lazy("The panel’s time to vote is over"),
    "decision_handed_over": gettext_lazy("The decision passes to someone else who may decide"),
    "pledge_signed": gettext_lazy("A sponsor has promised support"),
    "pledge_withdrawn": gettext_lazy("The sponsor has taken the promise back"),
    "launch_requested": gettext_lazy("The team asks for the launch decision"),
    "pilot_ended": gettext_lazy("The pilot has ended"),
    "evaluation_delivered": gettext_lazy("The evaluation is delivered"),
    "benefits_read": gettext_lazy("The benefits of the service have been read"),
    "reexamination_asked": gettext_lazy("A re-examination is asked for"),
    "reexamination_answered": gettext_lazy("The re-examination is answered"),
    "learning_added": gettext_lazy("The team has added to the learning sheet"),
    "stop_final": gettext_lazy("The time to ask for a re-examination is over"),
    "idea_taken_in": gettext_lazy("Another idea goes on in this one"),
    "idea_taken_out": gettext_lazy("An idea that went on in this one goes its own way again"),
    "merge_undone": gettext_lazy("The merge is undone: back at the gate where it was"),
    "merge_final": gettext_lazy("The other idea has been decided: the merge is final"),
    "sent_up": gettext_lazy("Sent up to the programme by its team"),
    "done_reported": gettext_lazy("Done by the service"),
    "imported": gettext_lazy("Taken over from its source"),
}

MILESTONES = {
    "studies": gettext_lazy("Studies"),
    "procedure": gettext_lazy("Procedure"),
    "works": gettext_lazy("Works"),
    "delivery": gettext_lazy("Delivery"),
    "opening": gettext_lazy("Opening"),
}


def milestones(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An imported project's milestones in words: the month, or what its source says instead."""
    return [
        {
            "name": MILESTONES.get(one["name"], one["name"]),
            "when": _month(one.get("month") or "") or one.get("words") or "–",
        }
        for one in kept
    ]


def _month(kept: str) -> str:
    """`February 2016` from `2016-02`; what is not a month stays as it is."""
    year, _dash, month = kept.partition("-")
    if not (year.isdecimal() and month.isdecimal() and int(month) in MONTHS):
        return kept
    return f"{MONTHS[int(month)]} {year}"


def state_word(idea: Idea) -> str:
    """`With the panel until 23 November`, `… late since 23 November`, `On hold until 1 March`, `In service`."""
    if idea.state == "live":
        with_whom = str(WITH_SERVICE if idea.route == "local" else WITH[idea.holder])
        if idea.due_at is None:
            return with_whom
        if is_late(idea):
            return _("%(with_whom)s, late since %(day)s") % {
                "with_whom": with_whom,
                "day": words.plain_day(idea.due_at),
            }
        return _("%(with_whom)s until %(day)s") % {
            "with_whom": with_whom,
            "day": words.plain_day(idea.due_at),
        }
    if idea.state == "held" and idea.due_at:
        return _("On hold until %(day)s") % {"day": words.plain_day(idea.due_at)}
    return str(STATE_WORDS[idea.state])


def since_word(idea: Idea) -> str:
    """`Since 30 October`: the day from which whoever has the idea now has had it."""
    return _("Since %(day)s") % {"day": words.plain_day(idea.held_since)}


def state_kind(idea: Idea) -> str:
    """The kind of tag that goes with the word."""
    return "stop" if is_late(idea) else KINDS.get(idea.state, "")


def is_late(idea: Idea) -> bool:
    """Whether someone should have acted by now."""
    return idea.state == "live" and idea.due_at is not None and words.is_late(idea.due_at)


def waits_for(hold: Any) -> str:
    """What an idea on hold waits for, as a sentence; nothing for one that waits for a day."""
    said = str(WAITS_FOR.get(hold.cause, hold.condition)).strip() if hold is not None else ""
    return f"{said}." if said and said[-1] not in ".!?…" else said


def delegations(gate: str) -> list[str]:
    """The delegations that let someone answer the re-examination of a stop at this gate."""
    return [str(CAPACITIES[capacity]) for capacity in authority.reexamining(gate)]


def bays(idea: Idea, decided: dict[str, Any], delays: Mapping[str, int]) -> list[dict[str, Any]]:
    """The rail's bays, those of the idea's route.

    `decided`: the last issued decision by gate. `delays`: working days of the stages to come (`delays.to_come`).
    """
    if idea.route != "standard":
        return _short_bays(idea, decided, delays)
    now = STAGES.index(idea.stage) if idea.stage else -1
    found = []
    for place, stage in enumerate(STAGES):
        state = "done" if place < now or idea.state == "in_service" else "todo"
        if place == now and idea.state != "in_service":
            state = _here(idea)
        found.append(
            {"state": state, "name": STAGE_NAMES[stage], "lines": _lines(idea, stage, state, decided, delays)}
        )
    return found


def _here(idea: Idea) -> str:
    """The state of the bay an idea is in."""
    if idea.state in ("stopped", "withdrawn", "merged", "redirected"):
        return "ended"
    return "held" if idea.state == "held" else "late" if is_late(idea) else "now"


def why_closed(route: str, code: str) -> str:
    """Why a route cannot be chosen for this idea, in a sentence."""
    return str(WHY_CLOSED[code]) % {"route": ROUTE_NAMES[route], **limits()}


def about_route(route: str, due: int) -> str:
    """What a route is for. `due`: working days until the answer of its first gate."""
    return str(ABOUT_ROUTES[route]) % {"due": words.working_days(due), **limits()}


def limits() -> dict[str, str]:
    """What the fast lane may cost, and how long its pilot lasts, in words."""
    fast = defaults()["routes"]["fast"]
    return {
        "euros": words.euros(fast["max_euros"]),
        "days": words.days(fast["max_agent_days"]),
        "fast": words.days(fast["pilot_calendar_days"]),
    }


def gate_words(gate: str) -> str:
    """`G1, selection`; the gates of the short routes go by their words alone."""
    return str(GATE_NAMES[gate]).capitalize() if gate in ("L", "F") else f"{gate}, {GATE_NAMES[gate]}"


def outcome_words(gate: str, outcome: str) -> str:
    if gate == "L" and outcome in ANSWERS:
        return str(ANSWERS[outcome])
    return str(OUTCOMES.get(outcome, outcome))


def stage_name(idea: Idea) -> str:
    """The stage an idea is in, as its route calls it."""
    if idea.route == "local":
        return str(LOCAL_BAYS[1 if idea.holder == "team" else 0][1])
    if idea.route == "fast" and idea.stage == "submission":
        return str(FAST_BAYS[0][1])
    return str(STAGE_NAMES[idea.stage])


def _short_bays(idea: Idea, decided: dict[str, Any], delays: Mapping[str, int]) -> list[dict[str, Any]]:
    """The bays of the local route and of the fast lane."""
    route = LOCAL_BAYS if idea.route == "local" else FAST_BAYS
    place = ("doing" if "L" in decided and decided["L"].outcome == "go" else "answer", idea.stage)
    names = [bay[0] for bay in route]
    now = names.index(place[0] if idea.route == "local" else place[1])
    found = []
    for number, (_stage, name, gate, to_come) in enumerate(route):
        state = "done" if number < now or idea.state == "in_service" else "todo"
        if number == now and idea.state != "in_service":
            state = _here(idea)
        if state in ("done", "ended") and gate in decided:
            lines = _decided(gate, decided[gate])
        elif state in ("now", "late", "held"):
            lines = [state_word(idea), since_word(idea)]
        else:
            lines = [str(to_come) % _to_come(delays)] if state == "todo" else []
        found.append({"state": state, "name": name, "lines": lines})
    return found


def _decided(gate: str, decision: Any) -> list[str]:
    """The day and the outcome of a gate that was decided."""
    day = words.short_day(decision.issued_at)
    return [f"{str(GATE_NAMES[gate]).capitalize()}, {day}", outcome_words(gate, decision.outcome)]


def _to_come(delays: Mapping[str, int]) -> dict[str, str]:
    """How long the stages to come last, in words."""
    months = defaults()["stages"]["pilot"]["calendar_months"]
    return {
        "search": words.days(delays["sponsor_search"]),
        "investigation": words.number(delays["investigation"]),
        "months": ngettext("%(months)s month", "%(months)s months", months) % {"months": months},
        "fast": limits()["fast"],
        "evaluation": words.days(delays["evaluation"]),
    }


def _lines(
    idea: Idea, stage: str, state: str, decided: dict[str, Any], delays: Mapping[str, int]
) -> list[str]:
    gate = GATE_OF[stage]
    if state in ("done", "ended") and gate in decided:
        return _decided(gate, decided[gate])
    if state in ("now", "late", "held"):
        return [state_word(idea), since_word(idea)]
    return [str(TO_COME[stage]) % _to_come(delays)] if state == "todo" and stage in TO_COME else []


def next_text(idea: Idea, hold: Any = None, window: Any = None) -> str:
    """What happens next, for whoever reads it, when it is not the reader's turn."""
    due = words.long_day(idea.due_at) if idea.due_at else ""
    said = {"due": due}
    if idea.state == "live":
        text = str(_NEXT[_next_key(idea)](idea)) % said
        late = words.time_left(idea.due_at) if idea.due_at and is_late(idea) else ""
        return f"{text} {late[0].upper()}{late[1:]}." if late else text
    if idea.state == "held":
        if hold is not None and hold.until:
            if condition := waits_for(hold):
                said["condition"] = condition
                return (
                    _(
                        "It waits for this: %(condition)s It is taken up again, where it was, on %(due)s at the latest."
                    )
                    % said
                )
            return _("It is taken up again on %(due)s, where it was.") % said
        return _("It waits for this: %(condition)s Then it is taken up again where it was.") % {
            "condition": waits_for(hold)
        }
    if idea.state == "in_service":
        return _of_the_service(idea)
    if idea.state == "stopped" and window is not None and window.gate == "L" and not window.closed_at:
        return _("The author can send the idea up to the programme until %(due)s.") % said
    if idea.state == "stopped" and window is not None and window.closed_at is None:
        if window.asked_at and idea.holder == Idea.Holder.LEAD:
            return (
                _(
                    "The programme lead finds someone who took no part and may answer; the answer is due by %(due)s."
                )
                % said
            )
        if window.asked_at:
            return _("Someone who took no part looks at it again and answers by %(due)s.") % said
        return _("The author can ask for a re-examination until %(due)s.") % said
    return str(_ENDED.get(idea.state, ""))


def _of_the_service(idea: Idea) -> str:
    if idea.route == "local":
        return _("The service has done it.")
    if idea.due_at is None:
        return _("It is in service. Its benefits have been read: the page of its evaluation shows them.")
    text = _("It is in service. Its benefits are read on %(due)s, beside what was promised.") % {
        "due": words.long_day(idea.due_at)
    }
    late = words.time_left(idea.due_at) if words.is_late(idea.due_at) else ""
    return f"{text} {late[0].upper()}{late[1:]}." if late else text


def _next_key(idea: Idea) -> str:
    if idea.holder == "author":
        return "author"
    if idea.route == "local":
        return "doing" if idea.holder == "team" else "answer"
    return "fast" if idea.route == "fast" and idea.stage == "submission" else idea.stage


_NEXT: dict[str, Any] = {
    "answer": lambda idea: _(
        "The head of the service answers by %(due)s: yes, no with the reasons, or to the programme. After a no the"
        " author may send the idea up."
    ),
    "doing": lambda idea: _("The service does it, by %(due)s; then a photo and a line say that it is done."),
    "fast": lambda idea: _(
        "The programme lead and the author’s director decide by %(due)s on admissibility and launch at once, from"
        " the text and the pilot plan."
    ),
    "author": lambda idea: _("The team completes the text by %(due)s; then it goes back to the same gate."),
    "submission": lambda idea: _(
        "A programme lead checks by %(due)s that the idea can be taken up. Its merit is not judged yet."
    ),
    "review": lambda idea: _(
        "A panel gives its opinion, then a mandated person decides, with reasons, by %(due)s."
        " The author is told first; no manager is told by us."
    ),
    "sponsorship": lambda idea: (
        _("A panel looks at the plan, then the launch is decided, with reasons, by %(due)s.")
        if idea.holder == "panel"
        else _(
            "The team looks for a sponsor and writes the pilot plan, by %(due)s. Then the launch is decided."
        )
    ),
    "pilot": lambda idea: (
        _("Sponsor and programme lead decide together by %(due)s what follows the pilot.")
        if idea.holder == "decider"
        else _("The pilot runs until %(due)s, with a check-in every month.")
    ),
    "evaluation": lambda idea: (
        _("A panel gives its opinion on the evaluation, then the investment is decided by %(due)s.")
        if idea.holder == "panel"
        else _(
            "Someone outside the team writes the evaluation by %(due)s. Then scale, extend or transfer is decided."
        )
    ),
}
_ENDED = {
    "stopped": gettext_lazy(
        "It has ended. Its reasons and what was learned stay here for whoever takes it further."
    ),
    "withdrawn": gettext_lazy("Its author took it back. Nothing more happens."),
    "merged": gettext_lazy("It goes on inside another idea."),
    # The same words wherever it went: a protected target shows by nothing.
    "redirected": gettext_lazy("With its author’s consent it was handed to others who can act on it."),
    "precedent": gettext_lazy("A project done elsewhere, to read and to copy. No gate is held on it."),
}
