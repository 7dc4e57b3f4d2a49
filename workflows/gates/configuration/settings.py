"""The settings of a configuration, section by section: what a page shows of the document; `editing` writes it back.

A field is named by its JSON pointer with points for strokes: `gates.G1.quorum` is `/gates/G1/quorum`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from workflows.gates import rules as gate_rules
from workflows.gates import wording as gate_wording
from workflows.gates.configuration import wording
from workflows.gates.configuration.document import PROCUREMENT_ABOVE, Document
from workflows.gates.configuration.rules import ADMISSION, LAUNCH, LAUNCH_FACTS

Kind = Literal["text", "long", "whole", "number", "one", "some", "steps", "yes_no"]
Words = str | Promise
GENERAL, LETTERS = "general", "letters"
LEVELS = 5


@dataclass(frozen=True)
class Setting:
    """One thing that can be changed.

    `absent`: what an emptied field writes, None taking the setting away · `unset`: what holds while it is not there.
    """

    pointer: str
    kind: Kind
    label: Words
    hint: Words = ""
    choices: tuple[tuple[str, Words], ...] = ()
    absent: Any = None
    unset: Any = None

    @property
    def name(self) -> str:
        return field_name(self.pointer)

    @property
    def anchor(self) -> str:
        """Id of the control on the page; of a group of choices, its first."""
        return f"id_{self.name}_0" if self.kind in ("one", "some", "steps") else f"id_{self.name}"


@dataclass(frozen=True)
class Group:
    """Settings that stand together. `row` is the pointer of a criterion or must-meet that can be taken away."""

    title: Words
    settings: tuple[Setting, ...]
    hint: Words = ""
    row: str = ""
    details: tuple[Setting, ...] = ()


def may_add(document: Document, section: str) -> tuple[str, ...]:
    """What can be added in a section; admissibility is not scored."""
    if section not in document["gates"]:
        return ()
    return ("must_meet",) if section == ADMISSION else ("criteria", "must_meet")


def add_anchor(kind: str) -> str:
    """Id of the button that adds a criterion or a must-meet."""
    return f"add_{kind}"


def field_name(pointer: str) -> str:
    return pointer[1:].replace("/", ".")


def section_of(pointer: str) -> str:
    """The section whose page holds the field of a pointer."""
    parts = pointer.split("/")
    if parts[1] == "gates" and len(parts) > 2:
        return parts[2]
    return LETTERS if parts[1] == "letters" else GENERAL


def sections(document: Document) -> list[str]:
    """The sections of a document, the standard route's gates first."""
    gates = sorted(document["gates"], key=lambda gate: (not gate.startswith("G"), gate))
    return [*gates, LETTERS, GENERAL]


def groups(document: Document, section: str) -> list[Group]:
    """What the page of a section shows."""
    if section == GENERAL:
        return list(_general())
    if section == LETTERS:
        return list(_letters())
    return list(_gate(document, section))


DELAYS = {
    "review_in": _("Working days until the votes are in"),
    "due": _("Working days until the decision, from entering the gate"),
    "due_from_submission": _("Working days until the decision, from the submission"),
}
BETWEEN_GATES = {
    "local_done": _("After a yes of a service, until it is done"),
    "sponsor_search": _("To find a sponsor"),
    "investigation": _("From the promise of a sponsor until the launch is asked for"),
    "manager_opinion": _("For a line manager’s opinion on time; then no objection is recorded"),
    "time_release": _("For the director’s signature on time, and finance’s on the budget line"),
    "arbitration": _("To settle a refusal of time"),
    "evaluation": _("To write the evaluation"),
    "carrying_on": _("For co-authors to take over an idea whose author left"),
}
OFFSETS = (1, 2, 3, 4, 5, 10, 15, 20)
BOTH = (("fr", _("in French")), ("en", _("in English")))


def _gate(document: Document, gate: str) -> Iterator[Group]:
    place, rules = f"/gates/{gate}", document["gates"][gate]
    yield Group(_("Name of the gate"), tuple(_worded(place, "text", pgettext_lazy("configuration", "Name"))))
    yield _panel(place)
    yield _decision(place, document)
    yield Group(
        pgettext_lazy("configuration", "Names"),
        (
            Setting(
                f"{place}/authors_hidden",
                "yes_no",
                _("Mask the authors"),
                _("Everywhere, from the submission until this gate is decided."),
                unset=False,
            ),
            Setting(
                f"{place}/voters_hidden",
                "yes_no",
                _("Mask the voters"),
                _("Nobody reads who scored or voted what, after the decision either."),
                unset=True,
            ),
        ),
        _("A call may decide otherwise for its own ideas."),
    )
    yield Group(
        pgettext_lazy("configuration", "Delays"),
        tuple(Setting(f"{place}/{name}", "whole", label) for name, label in DELAYS.items()),
    )
    if gate == LAUNCH or rules.get(PROCUREMENT_ABOVE) is not None:  # elsewhere, to be emptied
        yield Group(
            _("Procurement"),
            (
                Setting(
                    f"{place}/{PROCUREMENT_ABOVE}",
                    "whole",
                    _("Procurement names the route above, in euros"),
                    _("Of the sponsor’s promise. Empty: it is never asked."),
                ),
            ),
        )
    for number, rule in enumerate(rules.get("must_meet") or []):
        needed = rule["kind"] == "fact" and rule["key"] in LAUNCH_FACTS.get(gate, ())
        yield _must_meet(f"{place}/must_meet/{number}", rule, number + 1, needed)
    for number, _rule in enumerate(rules.get("criteria") or []):
        yield _criterion(f"{place}/criteria/{number}", number + 1)


def _panel(place: str) -> Group:
    return Group(
        _("Panel and opinion"),
        (
            Setting(
                f"{place}/seats",
                "whole",
                pgettext_lazy("configuration", "Seats"),
                _("0 for a gate without a panel."),
                absent=0,
            ),
            Setting(
                f"{place}/quorum",
                "whole",
                pgettext_lazy("configuration", "Quorum"),
                _("How many of the seats must vote."),
            ),
            Setting(
                f"{place}/diversity",
                "one",
                _("Who must be among them"),
                choices=(
                    ("", _("Nobody in particular")),
                    ("another_department", _("Someone from another department")),
                ),
            ),
            Setting(
                f"{place}/pool",
                "some",
                _("Who may sit"),
                _("Beside those who may chair; nothing ticked means panel members."),
                tuple(wording.POOLS.items()),
            ),
            Setting(
                f"{place}/opinion",
                "one",
                _("The opinion is"),
                choices=(
                    ("", _("not asked for, or simple")),
                    ("simple", _("simple: the decider may depart from it, with reasons that are printed")),
                    ("binding", _("binding: the decider can only follow it")),
                ),
            ),
            Setting(
                f"{place}/threshold",
                "number",
                _("Threshold of the weighted score"),
                _("On the scale 0 to 4."),
            ),
        ),
    )


def _decision(place: str, document: Document) -> Group:
    gates = tuple(
        (f"{gate}_decider", gate_wording.gate_name(gate, rules)) for gate, rules in document["gates"].items()
    )
    onward = ("go", "go_with_conditions", "scale", "extend", "transfer")
    return Group(
        pgettext_lazy("configuration", "Decision"),
        (
            Setting(
                f"{place}/decider", "one", _("Who decides"), choices=tuple(gate_wording.DECIDERS.items())
            ),
            Setting(
                f"{place}/if_they_differ",
                "one",
                _("If sponsor and lead do not agree, the decider of"),
                choices=(("", _("no other gate")), *gates),
            ),
            Setting(
                f"{place}/second_signature",
                "one",
                _("What lets an idea go on is signed by"),
                _("Where sponsor and lead decide together, both sign."),
                choices=(
                    ("", _("the decider alone")),
                    ("authors_director", _("the author’s director too")),
                    ("another_lead", _("another lead too, else a director")),
                ),
            ),
            Setting(
                f"{place}/second_signature_for/stop",
                "one",
                _("A stop is signed by"),
                choices=(
                    ("", _("the decider alone")),
                    ("another_lead", _("another lead too, else a director")),
                ),
            ),
            Setting(
                f"{place}/go_on",
                "some",
                _("What lets an idea go on"),
                _("Nothing ticked means: go on, with or without conditions."),
                tuple((name, gate_wording.OUTCOMES[name]) for name in onward),
            ),
        ),
    )


def _must_meet(place: str, rule: Mapping[str, Any], number: int, needed: bool) -> Group:
    read = _("Read by the system.") if rule["kind"] == "fact" else _("Answered with yes or no.")
    if needed:
        read = _("Read by the system. The pilot begins with it, so it stays.")
    return Group(
        _("Must-meet %(number)s") % {"number": number},
        tuple(_worded(place, "text", _("What must be met"))),
        hint=read,
        row="" if needed else place,
        details=tuple(_worded(f"{place}/why", "text", _("Why it is asked"))),
    )


def _criterion(place: str, number: int) -> Group:
    levels = [
        setting
        for level in range(LEVELS)
        for setting in _worded(f"{place}/levels/{level}", "text", _("Level %(level)s") % {"level": level})
    ]
    return Group(
        _("Criterion %(number)s") % {"number": number},
        (
            *_worded(place, "text", pgettext_lazy("configuration", "Criterion")),
            Setting(f"{place}/weight", "whole", _("Weight, in percent"), absent=0),
        ),
        row=place,
        details=tuple(levels),
    )


def _worded(place: str, kind: Kind, label: Words) -> Iterator[Setting]:
    for language, words in BOTH:
        yield Setting(f"{place}/{language}", kind, f"{label}, {words}", absent="")


def _letters() -> Iterator[Group]:
    back = (*gate_rules.BACK, *gate_rules.ELSEWHERE)
    for outcome in ("go", "go_with_conditions", *back, "scale", "extend", "transfer", "to_programme"):
        name = gate_wording.OUTCOMES[outcome]
        yield Group(name, tuple(_worded(f"/letters/{outcome}", "long", _("Opening words"))))


def _general() -> Iterator[Group]:
    yield Group(
        pgettext_lazy("configuration", "Delays between the gates, in working days"),
        tuple(Setting(f"/delays/{name}", "whole", label) for name, label in BETWEEN_GATES.items()),
        _("An idea keeps those of the version it came from its last gate with."),
    )
    yield Group(
        pgettext_lazy("configuration", "Reminders"),
        (
            Setting(
                "/reminders/at",
                "steps",
                _("When whoever has work with a due day is reminded"),
                _("A few are enough: each is a message to someone who is busy."),
                tuple(_reminder_steps()),
                absent=[],
            ),
            Setting(
                "/reminders/then",
                "one",
                _("On the working day after the last"),
                choices=(
                    ("escalate", _("the lead, or whoever is above, hears which role is late")),
                    ("", _("nobody else hears of it")),
                ),
            ),
        ),
    )
    yield Group(
        pgettext_lazy("configuration", "To complete"),
        (
            Setting("/rework/author_days", "whole", _("Working days the team has")),
            Setting("/rework/max_per_gate", "whole", _("How often at one gate, at most")),
        ),
    )
    yield Group(
        pgettext_lazy("configuration", "Re-examination"),
        (
            Setting("/reexamination/ask_within", "whole", _("Working days to ask for it")),
            Setting("/reexamination/answer_in", "whole", _("Working days to answer it")),
        ),
    )
    yield Group(
        pgettext_lazy("configuration", "Panels"),
        (Setting("/open_seats_per_person", "whole", _("Panels a person sits on at one time, at most")),),
    )


def _reminder_steps() -> Iterator[tuple[str, Words]]:
    yield "half", _("halfway to the due day")
    for days in OFFSETS[::-1]:
        said = ngettext("%(days)s working day before", "%(days)s working days before", days) % {"days": days}
        yield f"-{days}", said
    for days in OFFSETS:
        yield (
            f"{days}",
            ngettext("%(days)s working day after", "%(days)s working days after", days) % {"days": days},
        )
