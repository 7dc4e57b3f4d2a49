"""What is configured: the defaults, the version in force, and the rules an idea's round is opened with."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from ideas.calls.answering import Answered
from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.lib.reference import defaults
from workflows.gates.configuration.document import (
    LATER,
    Document,
    GateDelay,
    completed,
    delays_from,
    document_from,
    gate_delay,
    rules_of,
)
from workflows.gates.models import Configuration, GateConfiguration, GateRound


def default_rules(gate: str) -> dict[str, Any]:
    """The rules of a gate before a programme changes them."""
    return rules_of(document_from(defaults()), gate)


def in_force(programme: Programme) -> Document:
    """The document of the published version; the defaults while the programme has published none."""
    found = Configuration.objects.filter(programme=programme, state="published").first()
    return completed(found.document, defaults()) if found is not None else document_from(defaults())


def documents_of(programmes: QuerySet[Programme]) -> list[Document]:
    """As `in_force`, of each of these programmes, in one statement; the defaults where there is no programme."""
    published = Configuration.objects.filter(programme=OuterRef("pk"), state="published")
    found = programmes.values_list(Subquery(published.values("document")[:1]), flat=True)
    # Without a document of its own a programme has the defaults.
    return [completed(one, defaults()) if one else document_from(defaults()) for one in [*found] or [None]]


def pinned(idea: Idea, gate: str) -> tuple[GateConfiguration, dict[str, Any], int]:
    """The configuration, its rules with the call's names settings, and the number of the round to open.

    Law 10: an idea's first round at a gate pins its configuration; rework and re-examination reuse it.
    """
    own = GateRound.objects.filter(idea=idea, gate=gate).order_by("-number")
    found = (
        GateConfiguration.objects.filter(programme=idea.programme, gate=gate)
        .filter(Q(state="published") | Q(rounds__idea=idea))
        .annotate(last=Subquery(own.values("number")[:1]), last_rules=Subquery(own.values("rules")[:1]))
        .annotate(is_pinned=Exists(own.filter(configuration=OuterRef("pk"))))
        .order_by("-is_pinned", "-version")
        .first()
    )
    if found is not None and found.is_pinned:
        return found, found.last_rules, found.last + 1
    configuration = found or _first(idea, gate)
    return configuration, _frozen(configuration.rules) | _names(idea), 1


def letter_of(configuration: GateConfiguration, outcome: str) -> dict[str, str]:
    """The opening words of an outcome's brief, `{"en", "fr"}`; empty when the configuration has none.

    A service answers in its own words, and its no has another way on: no letter of the programme opens them.
    """
    if configuration.gate == "L":
        return {}
    found: dict[str, str] = configuration.rules.get("letters", {}).get(outcome, {})
    return found


def rework_days(rules: Mapping[str, Any]) -> int:
    """Working days a team has to complete its idea, under a round's frozen rules."""
    return int(rules.get("rework_days", defaults()["rework"]["author_days"]))


def most_reworks(rules: Mapping[str, Any]) -> int:
    """How often a gate may send an idea back."""
    return int(rules.get("max_reworks", defaults()["rework"]["max_per_gate"]))


def recourse(rules: Mapping[str, Any]) -> dict[str, int]:
    """Working days to ask for a re-examination (`ask_within`) and to answer it (`answer_in`)."""
    found: dict[str, int] = rules.get("reexamination", defaults()["reexamination"])
    return found


def delays_of(idea: Idea) -> dict[str, int]:
    """Working days of the stages and answers beside the gates (`document.DELAYS`) that hold for this idea.

    Those its last decided round was opened under, so that a stage keeps the delays it began with (law 10); before
    any decision, those of the round it is in; without a round, those in force.
    """
    first = Case(When(state="decided", then=0), default=1)
    rounds = GateRound.objects.filter(idea=idea).order_by(first, "-pk")
    found = rounds.values_list("configuration__rules__delays", flat=True)[:1]
    known = list(found)
    return with_defaults(known[0] if known else in_force(idea.programme)["delays"])


def delays_under(configuration: GateConfiguration) -> dict[str, int]:
    """The delays of `delays_of` that a decision taken under these rules opens."""
    return with_defaults(configuration.rules.get("delays"))


def with_defaults(delays: Mapping[str, int] | None) -> dict[str, int]:
    """The delays a version says, with the defaults of those it does not say yet."""
    return {**delays_from(defaults()), **(delays or {})}


def gate_delays(programmes: Collection[Programme], *gates: str) -> dict[Programme, dict[str, GateDelay]]:
    """The delays of these gates that an idea submitted now would have in each of the programmes, in one statement."""
    published = GateConfiguration.objects.filter(programme__in=programmes, gate__in=gates, state="published")
    asked = {name: F(f"rules__{name}") for name in ("due", "review_in", "due_from_submission")}
    own = {
        (row["programme"], row["gate"]): gate_delay(row)
        for row in published.order_by().values("programme", "gate", **asked)
    }
    return {
        programme: {gate: own.get((programme.pk, gate)) or gate_delay(default_rules(gate)) for gate in gates}
        for programme in programmes
    }


def lead_days(programme: Programme) -> int:
    """Working days a lead has to answer what is short: those of admissibility, as the programme has them now."""
    return gate_delays([programme], "G0")[programme]["G0"].due


def answered_in(programmes: Collection[Programme]) -> dict[Programme, Answered]:
    """Of each programme, within how many working days an idea submitted now is answered."""
    return {
        programme: Answered(
            delays["G0"].whole,
            delays["G1"].whole,
            delays["G1"].from_submission is not None,
        )
        for programme, delays in gate_delays(programmes, "G0", "G1").items()
    }


def rules_at(gate: str | F | OuterRef, name: str) -> Subquery:
    """What `name` of a gate's rules is for each idea of a queryset: as `pinned` finds them, without opening a round."""
    own = GateRound.objects.filter(configuration=OuterRef("pk"), idea=OuterRef(OuterRef("pk")))
    found = (
        GateConfiguration.objects.filter(programme=OuterRef("programme"), gate=gate)
        .annotate(is_pinned=Exists(own))
        .filter(Q(state="published") | Q(is_pinned=True))
        .order_by("-is_pinned", "-version")
    )
    return Subquery(found.values(f"rules__{name}")[:1])


def open_seats_per_person(programme: Programme) -> int:
    """On how many panels a person sits at one time, at most: as the programme has it now."""
    return int(in_force(programme)["open_seats_per_person"])


def _frozen(rules: dict[str, Any]) -> dict[str, Any]:
    """What judges nothing stays in the configuration, which never changes: no round needs its own copy of it."""
    return {name: value for name, value in rules.items() if name not in ("letters", *LATER)}


def publish_defaults(programme: Programme) -> None:
    """A new programme publishes the defaults of every gate, so that its first ideas find them: whoever published them
    on arrival would hold up all that arrive meanwhile."""
    document, now = document_from(defaults()), clock.now()
    GateConfiguration.objects.bulk_create(
        GateConfiguration(
            programme=programme,
            gate=gate,
            version=1,
            state="published",
            rules=rules_of(document, gate),
            published_at=now,
        )
        for gate in document["gates"]
    )


def _first(idea: Idea, gate: str) -> GateConfiguration:
    """A programme opened before defaults were published with it does so for this gate."""
    made, _created = GateConfiguration.objects.get_or_create(
        programme=idea.programme,
        gate=gate,
        version=1,
        defaults={"state": "published", "rules": default_rules(gate), "published_at": clock.now()},
    )
    return made


def _names(idea: Idea) -> dict[str, Any]:
    if idea.call is None:
        return {}
    settings_of_call = {"authors_hidden": idea.call.authors_hidden, "voters_hidden": idea.call.voters_hidden}
    return {name: value for name, value in settings_of_call.items() if value is not None}
