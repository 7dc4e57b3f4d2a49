"""What a gate says: the words of its rules, results, outcomes and lacks, in the language in force."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from incubator.lib.words import in_french, percent, working_days
from incubator.people.models import Mandate
from workflows.gates import rules
from workflows.gates.configuration import most_reworks, recourse, rework_days
from workflows.gates.models import Decision, Vote

OPINIONS = {
    "go": pgettext_lazy("opinion", "Go on"),
    "go_if": pgettext_lazy("opinion", "Go on, if conditions are met"),
    "not_now": pgettext_lazy("opinion", "Not now"),
    "incomplete": pgettext_lazy("opinion", "No opinion yet"),
    "none": pgettext_lazy("opinion", "This gate has no panel"),
}
VOTES = {
    "go": (Vote.Choice.GO.label, gettext_lazy("I have nothing to ask for first")),
    "go_if": (Vote.Choice.GO_IF.label, gettext_lazy("With conditions that I name")),
    "not_now": (Vote.Choice.NOT_NOW.label, gettext_lazy("I say what is missing")),
    "abstain": (Vote.Choice.ABSTAIN.label, gettext_lazy("Counts for the quorum, not for the majority")),
}
ANSWERS = {
    "yes": pgettext_lazy("must-meet", "Yes"),
    "no": pgettext_lazy("must-meet", "No"),
    "cannot_tell": pgettext_lazy("must-meet", "I cannot tell"),
}
OUTCOMES = {
    "go": pgettext_lazy("outcome", "Go on"),
    "go_with_conditions": pgettext_lazy("outcome", "Go on, with conditions"),
    "rework": pgettext_lazy("outcome", "To complete"),
    "hold": pgettext_lazy("outcome", "On hold"),
    "stop": pgettext_lazy("outcome", "Stop, with the reasons"),
    "merge": pgettext_lazy("outcome", "Merge"),
    "redirect": pgettext_lazy("outcome", "Redirect"),
    "scale": pgettext_lazy("outcome", "Scale up"),
    "extend": pgettext_lazy("outcome", "Extend the pilot"),
    "transfer": pgettext_lazy("outcome", "Transfer"),
    "to_programme": pgettext_lazy("outcome", "To the programme"),
}
CONSEQUENCES = {
    "rework": gettext_lazy(
        "You name what is missing; the team has %(days)s. Times at one gate, at most: %(times)s."
    ),
    "hold": gettext_lazy("Until a date, or until a condition is met; then it comes back here."),
    "stop": gettext_lazy("With reasons and what can be done next; the author may ask for a re-examination."),
    "merge": gettext_lazy(
        "Its authors join the team of the other idea; a lead can undo it until that idea’s next decision."
    ),
    "redirect": gettext_lazy(
        "To a service, or to a protected target that only those concerned read. The author consents first."
    ),
    "go_with_conditions": gettext_lazy("Each has an owner and a date; all are met before the next gate."),
    "extend": gettext_lazy("Once in all, with the same plan."),
    "scale": gettext_lazy("The service stays, with an owner and a budget."),
    "transfer": gettext_lazy("Another service takes it over."),
    "to_programme": gettext_lazy("The idea enters the standard route; a programme lead checks it first."),
}
# What “go on” opens, by gate.
ONWARD = {
    "G0": gettext_lazy("A panel reads the idea."),
    "G1": gettext_lazy("The search for a sponsor opens."),
    "G2": gettext_lazy("The plan is sealed and the pilot starts."),
    "G3": gettext_lazy("The evaluation starts."),
    "L": gettext_lazy("The service does it; a photo and a line then say that it is done."),
    "F": gettext_lazy("The plan is sealed and the pilot starts, once the author’s director has signed."),
}
# What an answer of a service is called, instead of the outcome's own word.
ANSWERED = {
    "go": pgettext_lazy("outcome", "Yes, the service does it"),
    "stop": pgettext_lazy("outcome", "No, with the reasons"),
}
DECIDERS = {
    "programme_lead": gettext_lazy("the programme lead"),
    "dga": gettext_lazy("the deputy director general"),
    "dgs": gettext_lazy("the director general or an elected member"),
    "head_of_service": gettext_lazy("the head of service"),
    "sponsor_and_lead": gettext_lazy("the sponsor and the programme lead, together"),
}
REDIRECTS = dict(Decision.RedirectTo.choices)
CAPACITIES = dict(Mandate.Capacity.choices)
# Beside the name of one person: nothing that would have to guess whether it is a man's or a woman's.
SIGNED_AS = CAPACITIES | {
    "head_of_service": pgettext_lazy("signed as", "head of service"),
    "director": pgettext_lazy("signed as", "director"),
    "dga": pgettext_lazy("signed as", "deputy director general"),
    "dgs": pgettext_lazy("signed as", "director general of services"),
    "elected": pgettext_lazy("signed as", "elected member"),
}
NEXT_STEPS = {
    "follow": gettext_lazy("Follow the idea on its page: it says who has it and until when."),
    "complete": gettext_lazy("Complete the text and send it again: it comes back to this gate."),
    "ask_lead": gettext_lazy("Ask the programme lead what is unclear."),
    "withdraw": gettext_lazy("Withdraw the idea, without a reason."),
    "wait": gettext_lazy("Wait: the idea comes back by itself on its date."),
    "meet_condition": gettext_lazy("Say when the condition is met."),
    "reexamination": gettext_lazy("Ask for a re-examination, within %(days)s."),
    "learning_sheet": gettext_lazy("Read the learning sheet, and add to it."),
    "new_idea": gettext_lazy("Take the text up again in a new idea."),
    "merge": gettext_lazy("Go on in the other idea: its team is yours too, and the credit is shared."),
    "undo_merge": gettext_lazy(
        "Ask the programme lead to undo the merge, until the other idea’s next decision."
    ),
    "redirect": gettext_lazy(
        "Keep your receipts: of the submission, and of the hand-over, on the idea’s page."
    ),
    "send_up": gettext_lazy("Send the idea up to the programme, within %(days)s."),
}
NO_PANEL = {
    "people": gettext_lazy(
        "Too few people can sit: the others are absent, too close, or on many panels already."
    ),
    "chair": gettext_lazy("Nobody who may chair is free."),
    "diversity": gettext_lazy("Nobody from another department is free."),
}
CONSIDERED = {
    "chair": gettext_lazy("chosen to chair: the least busy of those who may"),
    "elsewhere": gettext_lazy("chosen: from another department than the team"),
    "chosen": gettext_lazy("chosen: among the least busy"),
    "reserve": gettext_lazy("in reserve: busier than those chosen, or drawn after them"),
    "sat": gettext_lazy("has, or had, a seat here"),
    "close": gettext_lazy("cannot sit on this idea"),
    "soft": gettext_lazy("close to the idea: only by hand, with a reason"),
    "absent": gettext_lazy("absent"),
    "busy": gettext_lazy("has as many open seats as one person may have"),
    "gone": gettext_lazy("is no longer here"),
}
SOFT_CONFLICTS = {
    "above_member": gettext_lazy("is higher up in the line of someone in the team"),
    "small_service": gettext_lazy("is in the same service of fewer than ten people as someone in the team"),
    "sponsor": gettext_lazy("is the sponsor"),
}
CLOSE = gettext_lazy("is close to the idea")
BLOCKING_CONDITIONS = gettext_lazy("The conditions of an earlier gate are met")

# What happened inside a consultation: read by the panel's chair, the lead and whoever decides, not by the public.
STEPS = {
    "panel_seated": gettext_lazy("The panel is complete"),
    "no_panel": gettext_lazy("No panel could be seated"),
    "seated": gettext_lazy("The lead gave a seat"),
    "stepped_aside": gettext_lazy("A member stepped aside"),
    "seat_replaced": gettext_lazy("A seat was freed for a substitute"),
    "seat_changed": gettext_lazy("The lead gave a seat to someone else, with a reason"),
    "votes_voided": gettext_lazy("A vote was set aside: its holder came too close to the idea"),
    "opinion_closed": gettext_lazy("The panel’s time to vote is over"),
    "opinion_incomplete": gettext_lazy("The panel’s time is over, and the opinion is not complete"),
    "expert_asked": gettext_lazy("An expert was asked a question"),
    "expert_answered": gettext_lazy("An expert has answered"),
    "expert_question_closed": gettext_lazy("A question to an expert was closed without an answer"),
    "decision_kept": gettext_lazy("A decision was begun, and put aside unfinished"),
    "decision_drafted": gettext_lazy("A decision was written; it waits for its second signature"),
    # Panel and leads read neither whom a draft waits for nor why it went: only its writer knows of a refusal.
    "consent_asked": gettext_lazy("A decision was written; it does not count yet"),
    "signature_declined": gettext_lazy("The second signature was declined; the draft is set aside"),
    "consent_declined": gettext_lazy("A draft was set aside"),
    "draft_lapsed": gettext_lazy("A draft was set aside: whoever wrote it may no longer decide"),
    "decision_handed_over": gettext_lazy("The decision was handed over"),
}

# Where nobody sits, the event that opens a round asks for the decision.
STEPS_WITHOUT_PANEL = {"panel_seated": gettext_lazy("The decision was asked for")}


def said(words: Mapping[str, Any]) -> str:
    """The words of a rule (`{"en", "fr"}`) in the language in force."""
    first, second = ("fr", "en") if in_french() else ("en", "fr")
    return str(words.get(first) or words.get(second) or words.get("key") or "")


def hint(rule: Mapping[str, Any]) -> str:
    """Why a must-meet is asked, if its configuration says it."""
    return said(rule.get("why") or {})


def guidance(rule: Mapping[str, Any]) -> list[str]:
    """The five worded levels of a criterion, lowest first; empty when the configuration has none."""
    return [said(level) for level in rule.get("levels") or []]


def weight(rule: Mapping[str, Any]) -> str:
    """`(25 %)`."""
    return f"({percent(rule['weight'])})"


def gate_name(gate: str, configured: Mapping[str, Any]) -> str:
    """`G1 · selection`; the gates of the short routes go by their words alone."""
    if gate in ("L", "F") and said(configured):
        return said(configured).capitalize()
    return f"{gate} · {said(configured)}" if said(configured) else gate


def criterion_label(key: str, configured: Mapping[str, Any]) -> str:
    """The words of a criterion of these rules, by its key."""
    return _label(key, configured.get("criteria") or [])


def must_meet_label(key: str, configured: Mapping[str, Any]) -> str:
    """The words of a must-meet of these rules, by its key, which a criterion may have too."""
    return (
        str(BLOCKING_CONDITIONS)
        if key == rules.UNMET_CONDITIONS
        else _label(key, configured.get("must_meet") or [])
    )


def tied_label(key: str, configured: Mapping[str, Any]) -> str:
    """The words of what a reason is tied to, by one of `rules.reason_keys`."""
    for row in configured.get("must_meet") or []:
        if rules.must_meet_reason_key(row["key"], configured) == key:
            return said(row)
    return criterion_label(key, configured)


def _label(key: str, rows: Iterable[Mapping[str, Any]]) -> str:
    return next((said(row) for row in rows if row["key"] == key), key)


def step(verb: str, *, panel: bool) -> str:
    """What an event in a consultation is called; `panel`: whether anybody sits at its gate."""
    return str(STEPS[verb] if panel else STEPS_WITHOUT_PANEL.get(verb, STEPS[verb]))


def consequence(gate: str, outcome: str, configured: Mapping[str, Any]) -> str:
    """What an outcome brings about at this gate, in a sentence; '' when nothing needs to be said."""
    if outcome == "go":
        return str(ONWARD.get(gate, ""))
    if (gate, outcome) == ("L", "stop"):
        said_so = gettext("The author may send the idea up to the programme, within %(days)s.")
        return said_so % {"days": working_days(recourse(configured)["ask_within"])}
    values = {"days": working_days(rework_days(configured)), "times": most_reworks(configured)}
    return str(CONSEQUENCES.get(outcome, "")) % values


def next_step(step: str, configured: Mapping[str, Any]) -> str:
    """What the author can do next, with the delays of these rules."""
    return str(NEXT_STEPS[step]) % {"days": working_days(recourse(configured)["ask_within"])}


def missing(code: str, record: Mapping[str, Any], found: rules.Opinion) -> str:
    """What an incomplete opinion lacks, as a sentence. `code` is one of `Opinion.missing`."""
    configured = record["rules"]
    if code.startswith("must_meet:"):
        key = code.partition(":")[2]
        return gettext("Nobody has answered “%(must_meet)s”.") % {
            "must_meet": must_meet_label(key, configured)
        }
    if code == "quorum":
        lacking = configured["quorum"] - sum(found.votes.values())
        return ngettext(
            "The quorum is %(quorum)s: %(number)s more vote is needed.",
            "The quorum is %(quorum)s: %(number)s more votes are needed.",
            lacking,
        ) % {"quorum": configured["quorum"], "number": lacking}
    return {
        "diversity": gettext("Nobody from another department has voted."),
        "votes": gettext("Everybody who voted abstained."),
        "scores": gettext("Nobody has scored a criterion."),
        "casting_vote": gettext("The votes are equal, and the chair has not taken a side."),
    }[code]


def outcome_of(gate: str, outcome: str) -> str:
    """What an outcome is called at this gate."""
    return str(ANSWERED.get(outcome, OUTCOMES[outcome]) if gate == "L" else OUTCOMES[outcome])


def redirected_to(decision: Decision) -> str:
    """Whom a redirect hands the idea to: the service by its name, or the protected target. For those concerned."""
    service = decision.redirect_service
    return service.name if service is not None else str(REDIRECTS.get(decision.redirect_to, ""))


def outcome_name(decision: Decision) -> str:
    return outcome_of(decision.round.gate, decision.outcome)
