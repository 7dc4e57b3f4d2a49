"""Rows that a document can be made of, one function per kind, each giving its address and who may have it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ideas.drafting.models import Idea, IdeaContent, TeamMember
from incubator.people.actors import Actor
from incubator.people.models import Person
from tests.briefs.decided import ISSUED, condition, decided, submitted_idea
from tests.factories import DepartmentFactory, PersonFactory, TeamMemberFactory
from tests.sessions import stage as sessions
from tests.sessions.stage import Jury
from workflows.journey.models import LearningNote, Reexamination
from workflows.sessions import actions
from workflows.sessions.models import SelectionSession
from workflows.sponsorship.models import Pledge, TimeRelease

TITLE = "Jardins de pluie dans les cours d’école"
SIGNED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass
class Asked:
    """A document somebody may have: its kind, the key in its address, and that person."""

    kind: str
    key: Any
    person: Person
    idea: Idea | None = None

    @property
    def path(self) -> str:
        return f"/documents/{self.kind}/{self.key}"


def author() -> Person:
    return PersonFactory(given_name="Maëlle", family_name="Le Goff", employed=True)


def receipt() -> Asked:
    person = author()
    idea = submitted_idea(author=person, title=TITLE)
    files = [{"sha256": "ab" * 32, "name": "plan de la cour.pdf", "size": 640_000}]
    IdeaContent.objects.filter(idea=idea).update(files=files)
    return Asked("receipt", idea.key, person, idea)


def letter(outcome: str = "stop", gate: str = "G1", **fields: Any) -> Asked:
    person = author()
    idea = submitted_idea(author=person, title=TITLE)
    if outcome == "stop":
        fields.setdefault("learning", "Mesurer l’eau avant de creuser.")
    decision = decided(idea, gate, outcome, **fields)
    if outcome == "stop":
        until = datetime(2026, 11, 26, 22, 59, 59, tzinfo=UTC)
        Reexamination.objects.create(
            idea=idea, gate=gate, ask_within=10, handed_at=ISSUED, window_until=until
        )
    if outcome == "go_with_conditions":
        owner = PersonFactory(given_name="Paul", family_name="Kerval", employed=True)
        condition(decision, owner, "Chiffrer l’entretien avec la direction des écoles.")
    return Asked("letter", decision.key, person, idea)


def learning() -> Asked:
    found = letter(next_steps=["reexamination", "learning_sheet", "new_idea"])
    assert found.idea is not None
    Idea.objects.filter(pk=found.idea.pk).update(state="stopped", holder="nobody", ended_at=ISSUED)
    note = "Nous avons gardé les relevés de pluie ; la direction des écoles les a."
    LearningNote.objects.create(idea=found.idea, text=note, written_by=found.person, written_at=SIGNED)
    return Asked("learning", found.idea.key, PersonFactory(employed=True), found.idea)


def certificate(role: str = "author") -> Asked:
    idea = submitted_idea(author=author(), title=TITLE)
    decided(idea, "G1", "go")
    person = idea.team.get().person
    if role != "author":
        person = PersonFactory(given_name="Anne", family_name="Berthou")
        TeamMemberFactory(idea=idea, person=person, role=role)
    return Asked("certificate", idea.key, person, idea)


def promise() -> Asked:
    sponsor = PersonFactory(
        given_name="Yannick", family_name="Prigent", department=DepartmentFactory(name="Direction des écoles")
    )
    idea = submitted_idea(author=author(), title=TITLE)
    pledge = Pledge.objects.create(
        idea=idea,
        sponsor=sponsor,
        state="signed",
        days=25,
        euros=18_400,
        cover="Je couvre l’équipe si l’essai dérange : les plaintes viennent à moi.",
        asked_at=ISSUED,
        due_at=SIGNED,
        answered_at=SIGNED,
    )
    return Asked("promise", pledge.key, sponsor, idea)


def time_release() -> Asked:
    direction = DepartmentFactory(name="Direction de l’eau")
    director = PersonFactory(given_name="Soizic", family_name="Cam", department=direction, head=True)
    idea = submitted_idea(author=author(), title=TITLE)
    member: TeamMember = idea.team.get()
    release = TimeRelease.objects.create(
        member=member,
        days_a_month=Decimal("2.5"),
        manager=PersonFactory(given_name="Gwen", family_name="Riou"),
        opinion="reserved",
        opinion_note="En juin, non.",
        opinion_at=ISSUED,
        director=director,
        state="signed",
        signed_by=director,
        agreed_at=ISSUED,
        answered_at=SIGNED,
    )
    return Asked("time-release", release.key, member.person, idea)


def session(ideas: int = 3, jury: Jury | None = None, **changes: Any) -> tuple[SelectionSession, Jury]:
    """A convened session that hears these ideas; `jury.members[0]` chairs."""
    jury = jury or Jury(places=2)
    for number in range(ideas):
        sessions.at_selection(jury, 3 + number % 2, title=f"{TITLE} {number + 1}", **changes)
    found = sessions.prepared(jury, heard=max(ideas, 2))
    return actions.convene(session_key=found.key, by=Actor(person=jury.lead)), jury


def pack(ideas: int = 3) -> Asked:
    found, jury = session(ideas)
    return Asked("pack", found.key, jury.members[1])


KINDS = {
    "receipt": receipt,
    "letter": letter,
    "promise": promise,
    "time-release": time_release,
    "learning": learning,
    "certificate": certificate,
    "pack": pack,
}
