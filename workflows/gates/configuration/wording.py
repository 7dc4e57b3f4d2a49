"""What the pages and commands of a configuration say, in the language in force."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from incubator.lib.words import in_french
from workflows.gates import wording as gate_wording
from workflows.gates.configuration.rules import Problem
from workflows.gates.configuration.structure import Fault

STATES = {
    "draft": pgettext_lazy("configuration", "Draft"),
    "checked": pgettext_lazy("configuration", "Checked, ready to publish"),
    "published": pgettext_lazy("configuration", "In force"),
    "retired": pgettext_lazy("configuration", "Retired"),
}
LANGUAGES = {"fr": pgettext_lazy("words in", "French"), "en": pgettext_lazy("words in", "English")}
POOLS = {
    "panel_member": gettext_lazy("Panel members"),
    "expert": gettext_lazy("Experts"),
    "staff_representative": gettext_lazy("Staff representatives"),
    "champion": gettext_lazy("Champions"),
    "elected_member": gettext_lazy("Elected members"),
    "other_entity": gettext_lazy("Panel members of another entity"),
}

# The facts that a pilot begins with.
LAUNCH_FACTS = {
    "pledge": gettext_lazy("a sponsor has promised"),
    "plan": gettext_lazy("the pilot plan is complete"),
}

# A fault of shape, by its code: what cannot be taken at all.
FAULTS = {
    "too_large": gettext_lazy("This is larger than %(most)s kB: a configuration is never that large."),
    "too_deep": gettext_lazy("This is nested more than %(most)s levels deep."),
    "not_utf8": gettext_lazy("Byte %(byte)s is not UTF-8 text. Save the file as UTF-8."),
    "not_json": gettext_lazy("This is not JSON: look at line %(line)s, column %(column)s."),
    "not_a_number": gettext_lazy("%(name)s is not a number that JSON knows."),
    "unkeepable": gettext_lazy("This text holds a character that cannot be kept. Type it again without it."),
    "doubled": gettext_lazy("“%(key)s” stands here twice."),
    "reserved": gettext_lazy("“%(key)s” is kept for the product. Choose another key."),
    "unknown_key": gettext_lazy("“%(key)s” is not a setting."),
    "required": gettext_lazy("“%(key)s” is missing."),
    "no_clock": gettext_lazy("This gate needs a delay: “due” or “review_in”."),
    "type_object": gettext_lazy("An object is expected here."),
    "type_array": gettext_lazy("A list is expected here."),
    "type_string": gettext_lazy("A text is expected here."),
    "type_integer": gettext_lazy("A whole number is expected here."),
    "type_number": gettext_lazy("A number is expected here."),
    "type_boolean": gettext_lazy("“true” or “false” is expected here."),
    "enum": gettext_lazy("Choose one of these: %(choices)s."),
    "minimum": gettext_lazy("Give %(limit)s or more."),
    "maximum": gettext_lazy("Give %(limit)s or less."),
    "maxLength": gettext_lazy("%(limit)s characters at most."),
    "maxItems": gettext_lazy("%(limit)s at most."),
    "minItems": gettext_lazy("%(limit)s at least."),
    "pattern": gettext_lazy("A key is small letters, digits and underscores, and begins with a letter."),
    "unknown_gate": gettext_lazy("There is no gate %(gate)s."),
    "circle": gettext_lazy("This is a circle: the decision comes back to %(gate)s."),
    "reminder_order": gettext_lazy("Give half of the time first, then whole days in order."),
    "not_allowed": gettext_lazy("This is not possible here."),
}

# A problem found by the checker, by its code: what keeps a sound shape from being published.
PROBLEMS = {
    "text_missing": gettext_lazy("A text is missing in %(language)s."),
    "weights": gettext_lazy("%(gate)s: the weights add up to %(total)s, not to 100."),
    "weight_zero": gettext_lazy("%(gate)s: a criterion weighs nothing. Give it a weight, or take it away."),
    "no_quorum": gettext_lazy("%(gate)s: the panel has no quorum."),
    "quorum_over_seats": gettext_lazy(
        "%(gate)s: a quorum of %(quorum)s cannot be reached with %(seats)s seats."
    ),
    "no_threshold": gettext_lazy("%(gate)s: the criteria are scored, and no threshold says what is enough."),
    "one_hidden_voter": gettext_lazy(
        "%(gate)s: with one seat the panel’s opinion is one person’s vote, which is to stay hidden. Give it three"
        " seats, or show who votes."
    ),
    "quorum_of_one_hidden": gettext_lazy(
        "%(gate)s: with a quorum of one the opinion can be one person’s vote, which is to stay hidden. Ask for two"
        " votes or more, or show who votes."
    ),
    "one_voter_hidden_by_call": gettext_lazy(
        "%(gate)s: with one seat the panel’s opinion is one person’s vote, and the call “%(call)s” promises to hide"
        " who votes. Give it three seats."
    ),
    "quorum_of_one_hidden_by_call": gettext_lazy(
        "%(gate)s: with a quorum of one the opinion can be one person’s vote, and the call “%(call)s” promises to"
        " hide who votes. Ask for two votes or more."
    ),
    "quorum_unreachable": gettext_lazy(
        "%(gate)s: the quorum is %(quorum)s, and %(available)s could sit; absences: %(absent)s."
    ),
    "seats_over_pool": gettext_lazy(
        "%(gate)s: %(seats)s seats cannot be filled, %(available)s could sit; absences: %(absent)s."
    ),
    "no_chair": gettext_lazy("%(gate)s: nobody who may chair is there."),
    "no_diversity": gettext_lazy(
        "%(gate)s: everybody who could sit is in one department, and someone from another is asked for."
    ),
    "decider_without_mandate": gettext_lazy(
        "%(gate)s: nobody holds a delegation to decide as %(decider)s today."
    ),
    "no_sponsor_yet": gettext_lazy(
        "%(gate)s: an idea has no sponsor before sponsorship, so sponsor and lead cannot decide together here."
    ),
    "sponsor_too_close": gettext_lazy(
        "%(gate)s: a sponsor is too close to the pilot to decide here. Choose someone else who decides."
    ),
    "handover_to_nobody": gettext_lazy(
        "%(gate)s: when sponsor and lead do not agree, the decider named here cannot decide alone for every idea."
    ),
    "admission_has_one_seat": gettext_lazy(
        "%(gate)s: one lead reads, answers and decides. Give this gate exactly one seat."
    ),
    "admission_without_scores": gettext_lazy(
        "%(gate)s: admissibility is answered with yes or no, nothing is scored. Take the criteria away."
    ),
    "admission_by_lead": gettext_lazy("%(gate)s: whoever sits here decides too: the programme lead."),
    "criteria_without_panel": gettext_lazy(
        "%(gate)s: there are criteria and no seats, so nobody could score. Give seats, or take the criteria away."
    ),
    "launch_without_signature": gettext_lazy(
        "%(gate)s: the author’s director signs what lets an idea go on: that signature is the promise of support."
    ),
    "launch_fact_missing": gettext_lazy(
        "%(gate)s: the pilot begins here, so the system has to read this among the must-meets: %(fact)s."
    ),
    "nobody_signs_going_on": gettext_lazy(
        "%(gate)s: going on needs a second signature, and nobody else could give it."
    ),
    "due_after_a_stage": gettext_lazy(
        "%(gate)s comes after work of the team whose length nobody knows at the submission. Count its delay from"
        " entering the gate."
    ),
    "procurement_before_a_promise": gettext_lazy(
        "%(gate)s: procurement names the route of what a sponsor promised, so it is asked at the launch (G2) alone."
    ),
    "procurement_without_mandate": gettext_lazy(
        "%(gate)s: procurement is to name the route, and nobody holds a procurement mandate here."
    ),
    "no_handover": gettext_lazy("%(gate)s: nothing says who decides when sponsor and lead do not agree."),
    "second_signature_without_mandate": gettext_lazy(
        "%(gate)s: a stop needs a second signature, and nobody else could give it."
    ),
    "no_time_to_ask": gettext_lazy(
        "An author whose idea is stopped has no time to ask for a re-examination. Give at least one day."
    ),
    "stop_without_reasons": gettext_lazy(
        "%(gate)s: a stop could not be tied to anything: there is neither a criterion nor a must-meet."
    ),
    "stop_without_recourse": gettext_lazy(
        "%(gate)s: if the person who decides stops an idea, nobody else could answer a re-examination."
    ),
    "fact_nobody_reads": gettext_lazy(
        "%(gate)s: the system reads no fact called “%(key)s”, so no idea could ever pass."
    ),
    "outcome_leads_nowhere": gettext_lazy("%(gate)s: “%(outcome)s” leads nowhere from this gate."),
    "no_way_on": gettext_lazy("%(gate)s is a dead end: no outcome leads an idea on to a service."),
    "no_way_on_if": gettext_lazy(
        "%(gate)s: the opinion is binding, and after “Go on, if…” nothing would be left to choose. Tick “go on, with"
        " conditions” too, or make the opinion simple."
    ),
    "review_after_due": gettext_lazy(
        "%(gate)s: the votes are due after %(votes)s days, the decision after %(due)s already."
    ),
    "due_before_votes": gettext_lazy(
        "%(gate)s: the decision is due %(due)s days after the submission; until the votes are in it takes %(needed)s."
    ),
    "clock_over_pools": gettext_lazy(
        "%(gate)s: %(days)s days cannot be kept. For %(gates)s about %(needed)s seats are open at one time, and"
        " %(people)s people hold %(room)s at most. Widen who may sit, or give fewer seats."
    ),
}

# The same, of a number of ideas or departments.
COUNTED: dict[str, Callable[[int], str]] = {
    "too_few_for_ideas": lambda ideas: ngettext(
        "%(gate)s: for %(ideas)s running idea, fewer than %(seats)s people without a link are there, and nobody would"
        " be seated. Widen who may sit, or give fewer seats.",
        "%(gate)s: for %(ideas)s running ideas, fewer than %(seats)s people without a link are there, and nobody would"
        " be seated. Widen who may sit, or give fewer seats.",
        ideas,
    ),
    "no_chair_for_ideas": lambda ideas: ngettext(
        "%(gate)s: for %(ideas)s running idea, nobody who may chair is there without a link, and nobody would be"
        " seated. Have one more person named who may chair.",
        "%(gate)s: for %(ideas)s running ideas, nobody who may chair is there without a link, and nobody would be"
        " seated. Have one more person named who may chair.",
        ideas,
    ),
    "no_diversity_for_ideas": lambda ideas: ngettext(
        "%(gate)s: for %(ideas)s running idea, everybody left works in the team’s own department, and nobody would be"
        " seated. Widen who may sit, or stop asking for someone from another department.",
        "%(gate)s: for %(ideas)s running ideas, everybody left works in the team’s own department, and nobody would be"
        " seated. Widen who may sit, or stop asking for someone from another department.",
        ideas,
    ),
    # This one holds nothing back.
    "clock_untried": lambda ideas: ngettext(
        "%(gate)s: nothing has come here in three months, so nobody can say yet whether the delay can be kept. The"
        " people who may sit (%(people)s) can judge about %(ideas)s idea in three months at most, if they sit nowhere"
        " else.",
        "%(gate)s: nothing has come here in three months, so nobody can say yet whether the delay can be kept. The"
        " people who may sit (%(people)s) can judge about %(ideas)s ideas in three months at most, if they sit nowhere"
        " else.",
        ideas,
    ),
    "no_director_signs": lambda departments: ngettext(
        "%(gate)s: in %(departments)s department, nobody holds a delegation to sign as the author’s director.",
        "%(gate)s: in %(departments)s departments, nobody holds a delegation to sign as the author’s director.",
        departments,
    ),
}

# What the checker says without holding anything back, by its code.
ADVICE = {
    "two_hidden_voters": gettext_lazy(
        "%(gate)s: votes are hidden, yet of two people who vote, each can work out the other’s from the decision"
        " brief. Three seats or more keep them apart."
    ),
}


# The same problem, where the call is what is being saved.
AGAINST_CALL = {
    "one_voter_hidden_by_call": gettext_lazy(
        "%(gate)s: one person sits there, so the opinion is their vote, which cannot stay hidden. Choose “As each gate"
        " says”, or give that gate three seats first."
    ),
    "quorum_of_one_hidden_by_call": gettext_lazy(
        "%(gate)s: one vote can be the opinion there, and cannot stay hidden. Choose “As each gate says”, or ask for"
        " two votes or more at that gate first."
    ),
}


def against_call(found: Problem) -> str:
    return str(AGAINST_CALL[found.code]) % dict(found.values)


def fault(found: Fault) -> str:
    """The sentence of a fault of shape."""
    return str(FAULTS[found.code]) % dict(found.values)


def problem(found: Problem) -> str:
    """The sentence of a problem, with the gate, the role and the outcome in words."""
    values = dict(found.values)
    # Kept with a draft since before an update, which may know this problem by another name, or not at all.
    if found.code not in COUNTED | PROBLEMS | ADVICE:
        return gettext("Something was found here before the last update. Check again.")
    if found.code in COUNTED:
        return COUNTED[found.code](values.get("ideas") or values["departments"]) % values
    if "gates" in values:
        values["gates"] = ", ".join(values["gates"])
    if "call" in values:
        values["call"] = values["call"]["fr" if in_french() else "en"]
    if "fact" in values:
        values["fact"] = LAUNCH_FACTS[values["fact"]]
    if "decider" in values:
        values["decider"] = gate_wording.DECIDERS[values["decider"]]
    if "outcome" in values:
        values["outcome"] = gate_wording.OUTCOMES[values["outcome"]]
    if "language" in values:
        values["language"] = LANGUAGES[values["language"]]
    return str((PROBLEMS | ADVICE)[found.code]) % values


def place(pointer: str, document: Mapping[str, Any]) -> str:
    """Where a pointer leads, as a person would say it: `G1 · selection, criterion 2`."""
    parts = pointer.split("/")[1:]
    if parts[:1] == ["gates"] and len(parts) > 1:
        gate = document["gates"].get(parts[1], {})
        name = gate_wording.gate_name(parts[1], gate)
        if len(parts) > 3 and parts[3].isdigit():
            number = {"gate": name, "number": int(parts[3]) + 1}
            if parts[2] == "criteria":
                return gettext("%(gate)s, criterion %(number)s") % number
            return gettext("%(gate)s, must-meet %(number)s") % number
        return name
    if parts[:1] == ["letters"] and len(parts) > 1:
        return gettext("Letter “%(outcome)s”") % {"outcome": gate_wording.OUTCOMES.get(parts[1], parts[1])}
    return gettext("Delays and recourse")


def staying(ideas: int) -> str:
    """How many running ideas keep the version they have."""
    if not ideas:
        return gettext("No running idea is at a gate that changes.")
    return ngettext(
        "%(ideas)s running idea stays on the old version at the gates it has entered.",
        "%(ideas)s running ideas stay on the old version at the gates they have entered.",
        ideas,
    ) % {"ideas": ideas}
