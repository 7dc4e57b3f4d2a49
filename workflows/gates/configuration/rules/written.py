"""What a document says by itself: its words, its numbers, what each gate asks for."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.gates.configuration.document import PROCUREMENT_ABOVE, gate_delay, worded
from workflows.gates.configuration.rules.facts import ADMISSION, Document, Facts, Problem, gates_in_use

# Words that may be left out in both languages.
OPTIONAL = ("why", "letters")
LANGUAGES = ("fr", "en")
# What a pilot begins with, by the gate that launches it.
LAUNCH = "G2"
LAUNCH_FACTS = {"F": ("plan",), LAUNCH: ("pledge", "plan")}
# After work of a team, whose length nobody knows when an idea is submitted.
AFTER_A_STAGE = ("G2", "G3", "G4")


def texts(document: Document) -> Iterator[Problem]:
    """Every word that people read is there in both languages."""
    for pointer, words in worded(document):
        given = [language for language in LANGUAGES if str(words.get(language) or "").strip()]
        optional = any(f"/{name}" in pointer for name in OPTIONAL)
        if given or not optional:
            for language in LANGUAGES:
                if language not in given:
                    yield Problem("text_missing", f"{pointer}/{language}", {"language": language})


def weights(gate: str, configured: Mapping[str, Any]) -> Iterator[Problem]:
    """The weights of a gate's criteria are above zero and add up to 100."""
    criteria = configured.get("criteria") or []
    for place, criterion in enumerate(criteria):
        if criterion["weight"] == 0:
            yield Problem("weight_zero", f"/gates/{gate}/criteria/{place}/weight", {"gate": gate})
    total = sum(criterion["weight"] for criterion in criteria)
    if criteria and total != 100:
        yield Problem("weights", f"/gates/{gate}/criteria/0/weight", {"gate": gate, "total": total})


def panel(gate: str, configured: Mapping[str, Any]) -> Iterator[Problem]:
    """A panel has a quorum that its seats can reach, and something to judge by; scores have a panel."""
    seats, place = configured.get("seats", 0), f"/gates/{gate}"
    if gate == ADMISSION:
        yield from admission(configured)
    elif not seats and configured.get("criteria"):
        yield Problem("criteria_without_panel", f"{place}/seats", {"gate": gate})
    if not seats:
        return
    if "quorum" not in configured:
        yield Problem("no_quorum", f"{place}/quorum", {"gate": gate})
    elif configured["quorum"] > seats:
        values = {"gate": gate, "quorum": configured["quorum"], "seats": seats}
        yield Problem("quorum_over_seats", f"{place}/quorum", values)
    if configured.get("criteria") and "threshold" not in configured:
        yield Problem("no_threshold", f"{place}/threshold", {"gate": gate})


def admission(configured: Mapping[str, Any]) -> Iterator[Problem]:
    """One lead sits, answers and decides: no other seat, no scores, no other decider."""
    place, values = f"/gates/{ADMISSION}", {"gate": ADMISSION}
    if configured.get("seats") != 1:
        yield Problem("admission_has_one_seat", f"{place}/seats", values)
    if configured.get("criteria"):
        yield Problem("admission_without_scores", f"{place}/criteria/0/weight", values)
    if configured["decider"] != "programme_lead":
        yield Problem("admission_by_lead", f"{place}/decider", values)


def launch(gate: str, configured: Mapping[str, Any], facts: Facts) -> Iterator[Problem]:
    """A pilot begins with a sponsor and a complete plan: facts that its gate cannot do without. Procurement names the
    route of what a sponsor promised, hence at the launch alone, and somebody holds its mandate."""
    if configured.get(PROCUREMENT_ABOVE) is not None:
        place = f"/gates/{gate}/{PROCUREMENT_ABOVE}"
        if gate != LAUNCH:
            yield Problem("procurement_before_a_promise", place, {"gate": gate})
        elif not facts.procurement:
            yield Problem("procurement_without_mandate", place, {"gate": gate})
    asked = [rule["key"] for rule in configured.get("must_meet") or [] if rule["kind"] == "fact"]
    for key in LAUNCH_FACTS.get(gate, ()):
        if key not in asked:
            yield Problem("launch_fact_missing", f"/gates/{gate}/must_meet", {"gate": gate, "fact": key})


def clocks(document: Document, facts: Facts) -> Iterator[Problem]:
    """Votes are in before the decision is due, also where that counts from the submission, after admissibility."""
    admitted = gate_delay(document["gates"][ADMISSION]).whole
    for gate, configured in gates_in_use(document, facts):
        asked, due = configured.get("review_in"), configured.get("due")
        if asked and due and asked > due:
            yield Problem(
                "review_after_due", f"/gates/{gate}/review_in", {"gate": gate, "votes": asked, "due": due}
            )
        whole = configured.get("due_from_submission")
        if whole and gate in AFTER_A_STAGE:
            yield Problem("due_after_a_stage", f"/gates/{gate}/due_from_submission", {"gate": gate})
            continue
        # Whoever decides without votes takes a day too.
        needed = (asked or 1) + (admitted if gate == "G1" else 0)
        if whole and whole < needed:
            values = {"gate": gate, "due": whole, "needed": needed}
            yield Problem("due_before_votes", f"/gates/{gate}/due_from_submission", values)
