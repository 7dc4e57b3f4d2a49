"""The brief's words for the record's codes, in the language that is active when they are read."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OUTCOMES = {
    "go": pgettext_lazy("brief", "Go on"),
    "go_with_conditions": pgettext_lazy("brief", "Go on, with conditions"),
    "rework": pgettext_lazy("brief", "To complete"),
    "hold": pgettext_lazy("brief", "On hold"),
    "stop": pgettext_lazy("brief", "Stopped, with the reasons"),
    "merge": pgettext_lazy("brief", "Merged with another idea"),
    "redirect": pgettext_lazy("brief", "Redirected"),
    "scale": pgettext_lazy("brief", "Scale up"),
    "extend": pgettext_lazy("brief", "Extend the pilot"),
    "transfer": pgettext_lazy("brief", "Transfer"),
    "to_programme": pgettext_lazy("brief", "To the programme"),
}
RESULTS = {
    "go": pgettext_lazy("brief", "Go on"),
    "go_if": pgettext_lazy("brief", "Go on, if…"),
    "not_now": pgettext_lazy("brief", "Not now"),
}
# What a selection session gave the idea.
PLACES = {
    "selected": _("a place"),
    "waiting": _("on the waiting list"),
    "not_selected": _("heard, without a place"),
    "not_heard": _("not among the ideas heard"),
}
STAGES = (
    pgettext_lazy("brief", "submission"),
    pgettext_lazy("brief", "review"),
    pgettext_lazy("brief", "sponsorship"),
    pgettext_lazy("brief", "pilot"),
    pgettext_lazy("brief", "evaluation"),
)
GATES = {
    "L": pgettext_lazy("brief", "answer of the service"),
    "F": pgettext_lazy("brief", "fast lane"),
    "G0": pgettext_lazy("brief", "admissibility"),
    "G1": pgettext_lazy("brief", "selection"),
    "G2": pgettext_lazy("brief", "launch"),
    "G3": pgettext_lazy("brief", "end of pilot"),
    "G4": pgettext_lazy("brief", "investment"),
}
HISTORY = {
    "resubmitted": pgettext_lazy("brief", "Idea completed and sent again"),
    "woken": pgettext_lazy("brief", "Idea taken up again"),
    "submitted": pgettext_lazy("brief", "Idea submitted"),
    "round_opened": pgettext_lazy("brief", "Panel consulted"),
    "decided": pgettext_lazy("brief", "Decided"),
}
# code: (title, text)
NEXT_STEPS = {
    "review": (
        _("A panel reads your idea"),
        _(
            "The review starts. Its members read, score and vote without seeing each other’s answers; then a "
            "mandated person decides. The page of the idea says until when."
        ),
    ),
    "find_sponsor": (
        _("The search for a sponsor starts"),
        _(
            "The programme looks with you for a director who promises days, euros and cover. Then you have the time "
            "to prepare the pilot and its plan, before the next gate."
        ),
    ),
    "pilot": (
        _("The pilot starts"),
        _(
            "Your team tries the idea for real, as the sealed plan says: its indicators, its targets and its stop "
            "rule. The sponsor follows it with you at each check-in."
        ),
    ),
    "pilot_extended": (
        _("The pilot goes on"),
        _("It is extended once, with the same plan. It then ends with a decision."),
    ),
    "evaluation": (
        _("The evaluation starts"),
        _(
            "Someone outside the team sets the readings beside the sealed targets and writes what happened. You read "
            "it before the last decision."
        ),
    ),
    "run": (
        _("The service stays"),
        _(
            "Its owner takes it over. Its benefits are read after 6 and 12 months, and you will see what they show."
        ),
    ),
    "done": (
        _("Your service does it"),
        _("A photo and a line will say that it is done."),
    ),
    "go_on": (
        _("The idea goes on"),
        _("The page of the idea shows its next step, who has it in hand and until when."),
    ),
    "meet_conditions": (
        _("Meet the conditions"),
        _(
            "Each has an owner and a date. The owner says on the page of the idea when it is met; while one is open, "
            "the next gate cannot decide to go on."
        ),
    ),
    "complete": (
        _("Complete your idea"),
        _("Answer the points named above, then send it again from its page: it comes back to the same gate."),
    ),
    "wait": (
        _("The idea waits"),
        _(
            "There is nothing you have to do. It comes back by itself where it was, on the date or once someone says "
            "that the condition is met."
        ),
    ),
    "meet_condition": (
        _("Say when the condition is met"),
        _("Tell the programme team: they say so on the page of the idea, and it comes back."),
    ),
    "reexamination": (
        _("Ask for a re-examination"),
        _(
            "You have %(ask)s from the day you were handed this brief; your leave does not count. Ask on "
            "the page of the idea, or write to the programme, and say why. A mandated person who took no part in this "
            "decision answers within %(answer)s. Nothing goes through your manager."
        ),
    ),
    "learning_sheet": (
        _("What was learned is kept"),
        _("It stays on the page of the idea for those who will try something close to it."),
    ),
    "new_idea": (
        _("Take it up again"),
        _("Your text stays yours: copy it into a new draft when something has changed, and submit it again."),
    ),
    "withdraw": (
        _("Or withdraw it"),
        _("You may withdraw your idea at any time from its page, without giving a reason."),
    ),
    "merge": (
        _("Carry on with the other team"),
        _("The two ideas go on as one: you are of the other’s team, and the credit is shared."),
    ),
    "undo_merge": (
        _("If it was a mistake"),
        _(
            "Tell the programme team: until the other idea’s next decision the programme lead can undo the merge, and "
            "your idea is back at this gate."
        ),
    ),
    "to_programme": (
        _("The programme takes it up"),
        _("A programme lead checks it first; then it goes the way of the standard route."),
    ),
    "send_up": (
        _("Send it up to the programme"),
        _(
            "For %(ask)s after the answer you may send your idea up from its page, and say why. The "
            "programme then takes it up as if you had submitted it there. Nothing goes through your manager."
        ),
    ),
    "redirect": (
        _("Your idea is in other hands, with your consent"),
        _(
            "The page of the idea keeps two receipts for you: of the submission, and of the hand-over, which says to "
            "whom and when."
        ),
    ),
    "ask_lead": (
        _("Talk it over"),
        _("The programme team explains this decision to you and helps with the next step, whenever you ask."),
    ),
}
# Until when, where that is said of one part of a step's text.
UNTIL = {
    # Whoever was handed the brief later or was on leave may ask for longer.
    "reexamination": _("At least until %(day)s."),
    "find_sponsor": _("The search goes on until %(day)s."),
}
UNTIL_THEN = _("Until %(day)s.")
# Codes of incubator.lib.pdf_process.PdfFailed, then of incubator.lib.seals.SealFailed
FAILURES = {
    "time": _("A text in it took too long to lay out."),
    "late": _("The machine was too busy to lay it out in time."),
    "memory": _("A text in it needs more memory than a document may use."),
    "nesting": _("A list or quotation in it has too many levels."),
    "font": _("A font of the application is missing."),
    "seal": _("The organisation’s seal could not be used."),
    "stamp": _("The time-stamp service did not answer."),
}
FAILED = _("The document program stopped.")
