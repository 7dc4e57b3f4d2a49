"""The city of the bench: its staff, many ideas at every place, and the ideas that the measured acts act on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

from django.db import connection
from django.urls import reverse

from bin.benchmarks import specimens
from bin.benchmarks.copies import Changes, Copier, Rows, rows_of, without_panel
from bin.benchmarks.staff import Employee, Staff, hire
from ideas.drafting.models import Idea
from incubator.inbox import actions as inbox
from incubator.people.models import Person
from workflows.demonstration.material import read
from workflows.gates.models import GateRound, Seat

# Of a thousand ideas, how many stand where.
SHARES = {
    "draft": 60,
    "at_g0": 20,
    "rework": 15,
    "stopped_at_g0": 200,
    "at_g1": 6,
    "one_vote_left": 5,
    "voted": 5,
    "held": 40,
    "stopped_at_g1": 260,
    "withdrawn": 60,
    "in_sponsorship": 30,
    "in_pilot": 40,
    "in_evaluation": 19,
    "in_service": 240,
}
OVER = ("stopped_at_g0", "stopped_at_g1", "withdrawn", "in_service")
YEARS = 3 * 365
MIXED = ("title", "pitch", "problem", "proposal", "expected_effect")
BUSY = 60  # things that wait for the one whose “My work” is read
OWN = 12  # ideas of hers


@dataclass
class City:
    """`acted_on`: place → ideas, each for one act of the bench; `written_in`: the draft that is autosaved;
    `reader` has much to do and ideas of her own."""

    staff: Staff
    reader: Person
    written_in: int
    acted_on: dict[str, list[int]] = field(default_factory=dict)


@dataclass
class Founder:
    """Copies specimens with people, words and days drawn from one seed."""

    staff: Staff
    rows: dict[str, Rows]
    copier: Copier

    def __post_init__(self) -> None:
        self.dice = Random("bench")  # noqa: S311  wanted: the same again
        self.members, self.chairs = cycle(self.staff.pool), cycle(self.staff.chairs)
        # One of the demo's is a draft with fields left open.
        self.written = [one for one in read("ideas") if all(one.get(name) for name in MIXED)]
        self.by_person = {one.person.pk: one for one in self.staff.authors}
        self.sat = {place: _panel(rows) for place, rows in self.rows.items()}

    def copy(self, place: str, *, author: Employee | None = None, days: int = 0) -> int:
        """One more idea at that place, begun so many days earlier."""
        rows = self.rows[place]
        new = author or self.dice.choice(self.staff.authors)
        old = self.by_person[_author(rows)]
        people = {
            old.person.pk: new.person,
            old.manager.pk: new.manager,
            old.director.pk: new.director,
        }
        for person, is_chair in self.sat[place]:
            people[person] = next(self.chairs if is_chair else self.members)
        return self.copier.copy(rows, Changes(-days, people, self._texts()))

    def _texts(self) -> dict[str, str]:
        """Two ideas of the demo city mixed, so that each word is found in some ideas, not in all."""
        one, other = self.dice.choice(self.written), self.dice.choice(self.written)
        number = self.dice.randrange(100_000)
        title = f"{one['title'][:100]} ({number})"
        return {
            "title": title,
            "subject_title": title,
            "pitch": other["pitch"],
            "problem": one["problem"],
            "proposal": other["proposal"],
            "expected_effect": one["expected_effect"],
        }


def _author(rows: Rows) -> int:
    team: list[dict[str, Any]] = next(of for model, of in rows.items() if model.__name__ == "TeamMember")
    return int(next(row["person_id"] for row in team if row["role"] == "author"))


def _panel(rows: Rows) -> list[tuple[int, bool]]:
    """Who sat at a gate with a panel, and whether they chaired: primary keys, each once."""
    gates = {row["id"]: row["gate"] for row in rows[GateRound]}
    seats = [row for row in rows[Seat] if gates[row["round_id"]] != "G0"]
    chairs = {row["person_id"] for row in seats if row["is_chair"]}
    return [(person, person in chairs) for person in dict.fromkeys(row["person_id"] for row in seats)]


def found(ideas: int, each: int, say: Callable[[str], None], places: Mapping[str, int] = SHARES) -> City:
    """Fill the empty database: about `ideas` ideas, and `each` more for every act that is measured.

    `places`: where ideas stand, each with how many of a thousand.
    """
    say("people")
    staff = hire(
        max(160, ideas // 5), pool=40 + ideas // 50 + each // 2, chairs=8 + ideas // 400 + each // 10
    )
    say("one idea at each place")
    rows = {place: rows_of(idea) for place, idea in specimens.make(staff, places).items()}
    rows["seating"] = without_panel(rows["at_g1"])
    founder = Founder(staff, rows, Copier())
    reader = staff.authors[0]
    for _ in range(OWN):
        founder.copy(founder.dice.choice(list(places)), author=reader, days=founder.dice.randrange(20))
    for done, place in enumerate(_places(ideas, places, founder.dice)):
        if done % 2000 == 0:
            say(f"ideas {done} of {ideas}")
        founder.copy(place, days=founder.dice.randrange(YEARS if place in OVER else 20))
    city = City(staff, reader.person, founder.copy("draft"))
    for place in ("draft", "at_g0", "at_g1", "one_vote_left", "voted", "seating"):
        city.acted_on[place] = [founder.copy(place) for _ in range(each)]
    founder.copier.finish()
    _keep_busy(reader.person)
    return city


def settle() -> None:
    """What the server would do by itself later, in the middle of a measurement. Not inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
        cursor.execute("checkpoint")


def _places(ideas: int, places: Mapping[str, int], dice: Random) -> list[str]:
    """As many as asked for at each place, in no order: rows of one place do not lie side by side."""
    found = [place for place, share in places.items() for _ in range(max(ideas * share // 1000, 1))]
    dice.shuffle(found)
    return found


def _keep_busy(person: Person) -> None:
    for idea in Idea.objects.filter(state="live").order_by("pk")[:BUSY]:
        inbox.open_for(
            [person],
            key=f"meet_condition:{idea.key}",
            verb="meet_condition",
            subject_kind="idea",
            subject_key=idea.key,
            subject_title=idea.title,
            url=reverse("idea", args=[idea.key]),
            due_at=idea.due_at,
        )
