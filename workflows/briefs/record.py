"""What a decision brief says, as plain data: every fact printed is in here, and nothing else is printed.

Pure: no Django, no clock, no database. Texts are in the brief's language; codes (outcome, result, next steps) are
worded by the template. No author, voter or panel member is in it; nobody's row of answers either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from datetime import date, datetime
from typing import Any

LEVELS = range(5)
LONGEST_TEXT = 2_000  # characters of each text, in a document that could not be laid out with them whole
WIDE = 3  # levels between the lowest and the highest answer from which a disagreement is pointed out


@dataclass(frozen=True)
class Letterhead:
    entity: str
    programme: str
    address: str = ""
    logo_sha256: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Signature:
    """Who decided or signed second, and what let them: `until` is None for a mandate without an end.

    Where the name would point to the team, `name` is the capacity, and of the mandate nothing is told.
    """

    name: str
    capacity: str
    reference: str
    since: date | None
    until: date | None
    on_behalf_of: str = ""


@dataclass(frozen=True)
class Opinion:
    """`result`: go, go_if, not_now. `form`: simple or binding. `score` and `threshold` are texts, out of 4.

    `diversity` is None when the gate does not ask for it. `casting_vote`: the chair's vote broke a tie.
    """

    result: str
    form: str
    score: str | None
    threshold: str | None
    go: int
    go_if: int
    not_now: int
    abstained: int
    seats: int
    quorum_asked: int
    quorum: bool
    diversity: bool | None
    casting_vote: bool = False

    @property
    def expressed(self) -> int:
        return self.go + self.go_if + self.not_now

    @property
    def answered(self) -> int:
        return self.expressed + self.abstained


@dataclass(frozen=True)
class Criterion:
    """`levels`: the answers given, 0 to 4, sorted, so that no order of seats is left; `mean` is a text."""

    label: str
    weight: int
    levels: tuple[int, ...]
    mean: str | None
    reason: str = ""

    @property
    def lowest(self) -> int | None:
        return min(self.levels, default=None)

    @property
    def highest(self) -> int | None:
        return max(self.levels, default=None)

    @property
    def is_wide(self) -> bool:
        return bool(self.levels) and max(self.levels) - min(self.levels) >= WIDE


@dataclass(frozen=True)
class Comparison:
    """What a selection session gave the idea; `waiting` is its number on the waiting list, if it is there."""

    held_on: date
    result: str
    rank: int | None = None
    waiting: int | None = None
    places: int | None = None


@dataclass(frozen=True)
class MustMeet:
    """`kind`: fact (read by the system) or judgement (of the seats, or of the decider where there is no panel)."""

    label: str
    kind: str
    met: bool | None
    yes: int = 0
    no: int = 0
    cannot_tell: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Condition:
    text: str
    owner: str
    due_on: date


@dataclass(frozen=True)
class ExpertAnswer:
    """What an expert answered before the decision. Nobody is named: the answer counts, and whose it is does not."""

    question: str
    answer: str
    on: date


@dataclass(frozen=True)
class NextStep:
    """What the author can do, or what happens next, as a code that the template words; `due_on` where it is known."""

    code: str
    due_on: date | None = None


@dataclass(frozen=True)
class HistoryLine:
    """`what`: submitted, resubmitted, woken, round_opened, decided. `gate` and `outcome` where they apply."""

    on: date
    what: str
    gate: str = ""
    gate_name: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class BriefRecord:
    """`round_sha256` is a salted fingerprint of the round's frozen record (`public.commitment`)."""

    number: str
    language: str
    letterhead: Letterhead
    idea_number: str
    title: str
    pitch: str
    content_version: int
    content_sha256: str
    gate: str
    gate_name: str
    round_number: int
    round_sha256: str
    decided_at: datetime
    outcome: str
    reasons: str
    decider: Signature
    second: Signature | None = None
    departs: bool = False
    departure_reason: str = ""
    opinion: Opinion | None = None
    criteria: tuple[Criterion, ...] = ()
    must_meets: tuple[MustMeet, ...] = ()
    conditions: tuple[Condition, ...] = ()
    gaps: tuple[str, ...] = ()
    author_due_on: date | None = None
    hold_until: date | None = None
    hold_condition: str = ""
    learning: str = ""
    next_steps: tuple[NextStep, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    reexamination_ask_days: int = 10
    reexamination_answer_days: int = 15
    # The configuration's words for this outcome, in the brief's language.
    opening: str = ""
    # The serial of the brief that this one corrects, and why.
    replaces: str = ""
    correction: str = ""
    # When that was asked for; None in a first edition, and in corrections made before it was printed.
    corrected_at: datetime | None = None
    comparison: Comparison | None = None
    # Its number in the entity's year, `2026/17`; '' in a draft of the document.
    serial: str = ""
    # Of the public record that the document carries, as bytes.
    public_sha256: str = ""
    # The number of the idea this one goes on in. To whom a redirect goes stands in no brief: all staff may read it.
    merged_into: str = ""
    experts: tuple[ExpertAnswer, ...] = ()
    # Where this brief can be checked, with its token; printed as a QR code too.
    address: str = ""
    # The whole texts could not be laid out: `printed` cuts them.
    shortened: bool = False

    @property
    def made_at(self) -> datetime:
        """When this edition was brought about."""
        return self.corrected_at or self.decided_at

    @property
    def reasoned_criteria(self) -> tuple[Criterion, ...]:
        return tuple(criterion for criterion in self.criteria if criterion.reason)

    @property
    def reasoned_must_meets(self) -> tuple[MustMeet, ...]:
        return tuple(item for item in self.must_meets if item.reason)

    def printed(self) -> "BriefRecord":
        """As the document has it. The record keeps the whole texts: what is masked in them is found whole, too."""
        return self.with_texts(_cut) if self.shortened else self

    def with_texts(self, change: Callable[[str], str]) -> "BriefRecord":
        """The record with each text that someone wrote changed; codes, dates and figures stay."""
        return replace(
            self,
            title=change(self.title),
            pitch=change(self.pitch),
            reasons=change(self.reasons),
            departure_reason=change(self.departure_reason),
            learning=change(self.learning),
            hold_condition=change(self.hold_condition),
            correction=change(self.correction),
            gaps=tuple(change(gap) for gap in self.gaps),
            criteria=tuple(replace(item, reason=change(item.reason)) for item in self.criteria),
            must_meets=tuple(replace(item, reason=change(item.reason)) for item in self.must_meets),
            conditions=tuple(replace(item, text=change(item.text)) for item in self.conditions),
            experts=tuple(
                replace(item, question=change(item.question), answer=change(item.answer))
                for item in self.experts
            ),
        )

    def as_data(self) -> dict[str, Any]:
        """The record as JSON values; dates are ISO texts."""
        plain: dict[str, Any] = _plain(self)
        return plain


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} […]"


def brief_number(idea_number: str, gate: str, round_number: int) -> str:
    """`2026-0142-G1`, and `2026-0142-G1-2` for the second round at the same gate."""
    return f"{idea_number}-{gate}" if round_number == 1 else f"{idea_number}-{gate}-{round_number}"


def serial_of(year: int, serial: int) -> str:
    """`2026/17`: the seventeenth brief of the entity's year."""
    return f"{year}/{serial}"


def from_data(data: Mapping[str, Any]) -> BriefRecord:
    """The record that `as_data` gave. Raises KeyError or TypeError on anything else."""
    several: dict[str, Callable[[Any], Any]] = {
        "criteria": lambda row: Criterion(**row | {"levels": tuple(row["levels"])}),
        "must_meets": lambda row: MustMeet(**row),
        "conditions": lambda row: Condition(**row | {"due_on": _date(row["due_on"])}),
        "next_steps": lambda row: NextStep(**row | {"due_on": _date(row["due_on"])}),
        "history": lambda row: HistoryLine(**row | {"on": _date(row["on"])}),
        "experts": lambda row: ExpertAnswer(**row | {"on": _date(row["on"])}),
        "gaps": str,
    }
    one: dict[str, Callable[[Any], Any]] = {
        "letterhead": lambda row: Letterhead(**row),
        "decider": _signature,
        "second": _signature,
        "opinion": lambda row: Opinion(**row) if row else None,
        "comparison": lambda row: Comparison(**row | {"held_on": _date(row["held_on"])}) if row else None,
        "decided_at": datetime.fromisoformat,
        "corrected_at": lambda row: datetime.fromisoformat(row) if row else None,
        "author_due_on": _date,
        "hold_until": _date,
    }
    # A record kept before briefs had an annex says nothing of experts.
    read = {name: tuple(several[name](row) for row in data.get(name, ())) for name in several}
    read |= {name: make(data.get(name)) for name, make in one.items()}
    return BriefRecord(**{**data, **read})


def _signature(row: Mapping[str, Any] | None) -> Signature | None:
    return Signature(**{**row, "since": _date(row["since"]), "until": _date(row["until"])}) if row else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    # As `asdict`, which copies each text besides: a replay makes one for every brief.
    return {name: _plain(item) for name, item in vars(value).items()} if is_dataclass(value) else value
