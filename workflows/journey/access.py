"""Who may read an idea, and whose names show: the answers that `ideas.access` asks for (law 8)."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from ideas.drafting.models import CLOSED, EVER_IN_TEAM, Idea, TeamMember
from incubator.inbox import wording as asks
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people import grants
from incubator.people.models import Person, RoleGrant
from workflows.gates.models import GateRound, Seat
from workflows.gates.queries import held_by, hidden_at_selection
from workflows.gates.rules import GO_ON
from workflows.sessions.models import SessionMember

# In any other state the authors' names show.
HIDING = ("live", "held", *CLOSED)
OPEN_TO_STAFF = ("live", "held", "stopped", "merged", "redirected", "in_service", "precedent")


class JourneyAccess:
    """Everyone employed reads submitted ideas; drafts, confidential and withdrawn ones only those concerned."""

    def readable(self, reader: Person) -> QuerySet[Idea]:
        mine = TeamMember.objects.filter(
            idea=OuterRef("pk"), person=reader, accepted_at__isnull=False, left_at=None
        )
        if reader.kind == Person.Kind.GUEST:
            return Idea.objects.filter(Exists(mine) | self._asked(reader)).exclude(state="draft")
        public = Q(state__in=OPEN_TO_STAFF, confidential=False)
        submitted = ~Q(state="draft")
        return Idea.objects.filter(
            public
            | Exists(mine)
            | submitted & (self._asked(reader) | self._led(reader) | self._allowed(reader))
        )

    def may_read(self, reader: Person, idea: Idea) -> bool:
        if idea.state in OPEN_TO_STAFF and not idea.confidential and reader.kind != Person.Kind.GUEST:
            return reader.is_active
        return self.readable(reader).filter(pk=idea.pk).exists()

    def sees_authors(self, reader: Person, idea: Idea) -> bool:
        """Hidden from submission until the round is decided, on every surface, except to the team and the lead."""
        if idea.state not in HIDING:
            return True
        return not self.hidden_from(reader).filter(pk=idea.pk).exists()

    def hidden_from(self, reader: Person | None) -> QuerySet[Idea]:
        """The ideas whose authors are hidden from this reader; for no reader, from anyone outside team and lead."""
        hidden = Idea.objects.filter(_judged_without_names())
        if reader is None:
            return hidden
        mine = TeamMember.objects.filter(
            idea=OuterRef("pk"), person=reader, accepted_at__isnull=False, left_at=None
        )
        # A lead who sits on the panel reads what the panel reads.
        sits = Seat.objects.filter(held_by(reader), round__idea=OuterRef("pk"), state="open").exclude(
            round__gate="G0"
        )
        leads = Exists(_lead_grants(reader)) if reader.is_active else Q(pk=None)
        return hidden.exclude(Exists(mine)).exclude(leads & ~Exists(sits))

    def names_hidden(self, idea: Idea) -> bool:
        """Whether a round, open or to come, judges this idea without names; or it has ended without a service and not
        all of its team wish to be named."""
        return idea.state in HIDING and self.hidden_from(None).filter(pk=idea.pk).exists()

    def _asked(self, reader: Person) -> Q:
        # What an absence lends, its deputy may read: what waits, and the seat it waits in.
        absent = grants.stands_in_for(reader)
        lent = Q(person__in=absent, verb__in=asks.lent())
        items = WorkItem.objects.filter(
            Q(person=reader) | lent, subject_kind="idea", subject_key=OuterRef("key"), closed_at=None
        )
        seats = Seat.objects.filter(
            Q(person=reader, state__in=["open", "closed"]) | Q(person__in=absent, state="open"),
            round__idea=OuterRef("pk"),
        )
        # A session's members read what they hear, and whoever sits for one.
        hears = SessionMember.objects.filter(
            Q(person=reader) | Q(sat_by=reader) | Q(person__in=absent),
            session__lines__idea=OuterRef("pk"),
            session__lines__hearing_at__isnull=False,
            session__lines__left_at=None,
        ).exclude(session__state="void")
        return Q(Exists(items)) | Q(Exists(seats)) | Q(Exists(hears))

    def _led(self, reader: Person) -> Q:
        return Q(Exists(_lead_grants(reader)))

    def _allowed(self, reader: Person) -> Q:
        return Q(pk__in=grants.allowed_subjects(reader, "ideas.view_idea", Idea).values("pk"))


def _lead_grants(reader: Person) -> QuerySet[RoleGrant]:
    """For each idea: this person's grants, in force, to lead its programme."""
    now = clock.now()
    return RoleGrant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now),
        Q(programme_key="") | Q(programme_key=OuterRef("programme__key")),
        Q(entity=None) | Q(entity=OuterRef("programme__entity")),
        person=reader,
        role="programme_lead",
        department=None,
        starts_at__lte=now,
    )


def _judged_without_names() -> Q:
    """For ideas: as `JourneyAccess.names_hidden` says.

    A rework or a hold comes back to the same panel, so names stay hidden until the gate lets the idea go on.
    """
    after_g0 = GateRound.objects.exclude(gate="G0")
    rounds = after_g0.filter(idea=OuterRef("pk"))
    later = after_g0.filter(idea=OuterRef("idea"), pk__gt=OuterRef("pk"))
    hides = ~Q(state="decided", decision__outcome__in=GO_ON) & Q(rules__authors_hidden=True)
    last_hides = Exists(rounds.filter(hides, ~Exists(later)))
    said = Q(call__authors_hidden=True) | Q(call__authors_hidden__isnull=True) & hidden_at_selection()
    own_wish = Q(masked_until_selected=True, stage__in=["submission", "review"])
    ever = TeamMember.objects.filter(EVER_IN_TEAM, idea=OuterRef("pk"))
    all_wish = Exists(ever) & ~Exists(ever.filter(wishes_name_shown=False))
    return Q(state__in=["live", "held"]) & (own_wish | last_hides | ~Exists(rounds) & said) | (
        Q(state__in=CLOSED) & ~all_wish
    )
