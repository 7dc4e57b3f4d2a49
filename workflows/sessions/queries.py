"""What the pages of a session read, in a number of statements that does not grow with its ideas."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ideas.drafting.masking.queries import hidden_passages, masked_copy, shown_all
from ideas.drafting.models import EVER_IN_TEAM, TeamMember
from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import NotFound
from incubator.people.actors import Actor
from incubator.people.models import Absence, Person
from workflows.gates.models import Seat
from workflows.gates.queries import held_by
from workflows.sessions.actions import common, is_present, settling
from workflows.sessions.models import (
    RoomVote,
    SelectionSession,
    SessionDocument,
    SessionIdea,
    SessionMember,
    SteppingOut,
)


@dataclass
class Reader:
    """What one person is to a session. `member`: the seat that is theirs, or lent to them by an absence."""

    person: Person
    leads: bool = False
    decides: bool = False
    member: SessionMember | None = None
    team_of: set[int] = field(default_factory=set)

    @property
    def runs(self) -> bool:
        return self.leads or (self.member is not None and self.member.is_chair)

    @property
    def is_inside(self) -> bool:
        """Whether the whole session is theirs to read; a team reads its own hearing only."""
        return self.leads or self.decides or self.member is not None

    @property
    def sits(self) -> bool:
        """Whether this very person is the one noted as present in the seat."""
        seat = self.member
        return seat is not None and is_present(seat) and (seat.sat_by_id or seat.person_id) == self.person.pk


@dataclass
class Room:
    """Everything of a session, read once."""

    session: SelectionSession
    lines: list[SessionIdea]
    members: list[SessionMember]
    # Of members absent today: primary key → who stands in for them.
    deputies: dict[int, Person]
    out: list[SteppingOut]
    votes: list[RoomVote]
    # What is masked for the reader, by idea's primary key.
    passages: dict[int, list[str]] = field(default_factory=dict)

    @property
    def heard(self) -> list[SessionIdea]:
        return [line for line in self.lines if line.hearing_at is not None]

    def votes_on(self, line: SessionIdea) -> list[RoomVote]:
        return [vote for vote in self.votes if vote.line_id == line.pk]

    def out_of(self, line: SessionIdea) -> list[SteppingOut]:
        return [one for one in self.out if one.line_id == line.pk]


def session_of(key: Any) -> SelectionSession:
    """A session with its call, programme and entity. Raises NotFound."""
    found = SelectionSession.objects.select_related("call__programme__entity").filter(key=key).first()
    if found is None:
        raise not_here()
    return found


def not_here() -> NotFound:
    return NotFound(_("There is no such session, or it is not open to you."))


def reader_of(session: SelectionSession, person: Person) -> Reader:
    """What this person is to the session. Raises NotFound for someone who is nothing to it."""
    by = Actor(person=person)
    acting = common.acting_for(by)
    who = {one.pk for one in acting}
    team = TeamMember.objects.filter(
        person=person, accepted_at__isnull=False, left_at=None, idea__session_lines__session=session
    )
    reader = Reader(
        person=person,
        leads=common.lead_of(session, by, acting) is not None,
        decides=any(decider.pk in who for decider in settling.deciders(session)),
        member=_member(session, person, who),
        team_of=set(team.values_list("idea", flat=True)),
    )
    if not reader.is_inside and not reader.team_of:
        raise not_here()
    return reader


def _member(session: SelectionSession, person: Person, who: set[int]) -> SessionMember | None:
    """The seat this person has, or sits in or may be lent today; one's own before a lent one."""
    rows = SessionMember.objects.filter(Q(person__in=who) | Q(sat_by=person), session=session)
    own = Case(When(person=person, then=0), When(sat_by=person, then=1), default=2)
    return rows.select_related("person").order_by(own, "pk").first()


def room_of(session: SelectionSession, reader: Person | None) -> Room:
    """The session's rows with the ideas as this person reads them, in six statements; no reader: as for a paper."""
    lines = SessionIdea.objects.filter(session=session).select_related(
        "idea__programme__entity", "round__decision"
    )
    members = SessionMember.objects.filter(session=session).select_related("person", "sat_by")
    rows = list(lines.order_by("idea__number", "pk"))
    passages = hidden_passages(reader, [line.idea_id for line in rows])
    for line in rows:
        line.idea = masked_copy(line.idea, passages.get(line.idea_id, []))
    return Room(
        session,
        rows,
        list(members.order_by("-is_chair", "person__family_name", "pk")),
        _deputies(session),
        list(SteppingOut.objects.filter(line__session=session).order_by("pk")),
        list(RoomVote.objects.filter(line__session=session, in_force=True).order_by("pk")),
        passages,
    )


def as_read(lines: list[SessionIdea], reader: Person | None) -> list[SessionIdea]:
    """The lines with their ideas as this person reads them, in one query."""
    for line, idea in zip(lines, shown_all([line.idea for line in lines], reader), strict=True):
        line.idea = idea
    return lines


def opinions_kept_from(session: SelectionSession, who: Reader) -> tuple[set[int], set[int]]:
    """The ideas whose panel's opinion is shown nowhere to this person, in one statement.

    First those the person steps out for or had a part in; then those on whose panels the person sits, or stands in,
    without having opened the others' votes: should the session be cancelled, that seat votes again.
    """
    out = SteppingOut.objects.filter(line=OuterRef("pk"), member=who.member)
    ever = TeamMember.objects.filter(EVER_IN_TEAM, person=who.person, idea=OuterRef("idea"))
    seats = Seat.objects.filter(held_by(who.person), state="open", others_opened_at=None)
    unopened = seats.filter(round=OuterRef("round"))
    lines = SessionIdea.objects.filter(session=session).annotate(
        apart=Exists(out) | Exists(ever), unopened=Exists(unopened)
    )
    found = list(lines.values_list("idea", "apart", "unopened"))
    apart = {idea for idea, is_apart, _unopened in found if is_apart}
    return apart, {idea for idea, _apart, is_unopened in found if is_unopened} - apart


def _deputies(session: SelectionSession) -> dict[int, Person]:
    today = clock.today(session.call.programme.entity.time_zone)
    absences = Absence.objects.filter(
        person__session_seats__session=session,
        starts_on__lte=today,
        ends_on__gte=today,
        deputy__is_active=True,
    )
    found = absences.select_related("deputy").order_by("-deputy__staff_number")
    return {absence.person_id: absence.deputy for absence in found if absence.deputy is not None}


def documents_of(session: SelectionSession) -> dict[str, SessionDocument]:
    """The newest agenda and minutes, by kind: in the language in force, else in the one there is."""
    found = SessionDocument.objects.filter(session=session).order_by("kind", "edition", "pk")
    wanted = (get_language() or settings.LANGUAGE_CODE)[:2]
    best = sorted(found, key=lambda one: (one.kind, one.edition, one.language == wanted))
    return {document.kind: document for document in best}


def settled_sha256(session: SelectionSession) -> str:
    """The hash of the event that settled the list. It covers the record's own hash, and the events before it: unlike
    that hash, it gives nobody who knows the seats a way to try who gave which level."""
    settled = Event.objects.filter(
        subject_kind="session", subject_key=session.key, verb="session_settled"
    ).values_list("hash", flat=True)
    return settled.get()


def held_about(person: Person) -> list[dict[str, Any]]:
    """For the person's own copy of their data: the levels they gave in sessions, replaced ones included."""
    votes = RoomVote.objects.filter(cast_by=person).select_related("line__session", "line__idea")
    return [
        {
            "session": str(vote.line.session.key),
            "idea": str(vote.line.idea.key),
            "cast_at": vote.cast_at.isoformat(),
            "in_force": vote.in_force,
            "level": vote.level,
        }
        for vote in votes.order_by("pk")
    ]


def files_named(sha256s: Collection[str]) -> set[str]:
    """Which of these files is an agenda or minutes."""
    return set(SessionDocument.objects.filter(sha256__in=sha256s).values_list("sha256", flat=True))
