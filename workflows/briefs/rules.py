"""What an author can do after a decision, pure."""

REEXAMINATION_ASK_DAYS = 10
REEXAMINATION_ANSWER_DAYS = 15
ONWARD = {"G0": "review", "G1": "find_sponsor", "G2": "pilot", "G3": "evaluation", "G4": "run", "L": "done"}
GOING_ON = ("go", "go_with_conditions", "scale", "transfer")


def next_steps(gate: str, outcome: str) -> tuple[str, ...]:
    """Codes of what comes next, the first thing first. Never empty: no outcome leaves an author without a way on."""
    if outcome in GOING_ON:
        conditions = ("meet_conditions",) if outcome == "go_with_conditions" else ()
        return (*conditions, ONWARD.get(gate, "follow"), "ask_the_programme")
    return {
        "extend": ("pilot_extended", "ask_the_programme"),
        "rework": ("complete", "ask_the_programme", "withdraw"),
        "hold": ("wait", "ask_the_programme", "withdraw"),
        "stop": ("ask_reexamination", "new_draft", "ask_the_programme"),
        "merge": ("join", "ask_the_programme"),
        "redirect": ("follow_redirect", "ask_the_programme"),
    }.get(outcome, ("ask_the_programme",))
