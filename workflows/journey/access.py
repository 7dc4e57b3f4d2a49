"""Who may read an idea, and whose names show: the answers that `ideas.access` asks for (law 8)."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from ideas.drafting.models import CLOSED, Idea, TeamMember
from ideas.drafting.queries import all_wish_to_be_named
from incubator.inbox import wording as asks
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people import grants
from incubator.people.models import Person, RoleGrant
from workflows.gates.models import GateRound, Seat
from workflows.gates.queries import held_by, hidden_at_selection
from workflows.gates.rules import GO_ON
from workflows.sessions.models import SessionMember

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

    def sees_authors(self, reader: Person, idea: Idea, *, outside: bool = False) -> bool:
        """Hidden from submission until the round is decided, on every surface, except to the team and the lead."""
        if idea.state == "precedent" or not self.names_hidden(idea):
            return True
        team = idea.team.filter(person=reader, accepted_at__isnull=False, left_at=None)
        if not outside and team.exists():
            return True
        return (
            grants.holds(
                reader, "programme_lead", entity=idea.programme.entity, programme_key=idea.programme.key
            )
            and not Seat.objects.filter(held_by(reader), round__idea=idea, state="open")
            .exclude(round__gate="G0")
            .exists()
        )

    def names_hidden(self, idea: Idea) -> bool:
        """Whether a round, open or to come, judges this idea without names; or it has ended without a service and not
        all of its team wish to be named.

        A rework or a hold comes back to the same panel, so names stay hidden until the gate lets the idea go on.
        """
        if idea.state in CLOSED:
            return not all_wish_to_be_named(idea)
        return idea.state in ("live", "held") and self._masked(idea)

    def _masked(self, idea: Idea) -> bool:
        if idea.masked_until_selected and idea.stage in ("submission", "review"):
            return True
        rounds = GateRound.objects.filter(idea=OuterRef("pk")).exclude(gate="G0").order_by("-pk")
        state, outcome, rules, to_come = (
            Idea.objects.filter(pk=idea.pk)
            .annotate(
                last_state=Subquery(rounds.values("state")[:1]),
                last_outcome=Subquery(rounds.values("decision__outcome")[:1]),
                last_rules=Subquery(rounds.values("rules")[:1]),
                to_come=hidden_at_selection(),
            )
            .values_list("last_state", "last_outcome", "last_rules", "to_come")
            .get()
        )
        if state is None:
            said = idea.call.authors_hidden if idea.call else None
            return bool(said if said is not None else to_come)
        return bool(rules.get("authors_hidden")) and not (state == "decided" and outcome in GO_ON)

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
        now = clock.now()
        leads = RoleGrant.objects.filter(
            Q(ends_at=None) | Q(ends_at__gt=now),
            Q(programme_key="") | Q(programme_key=OuterRef("programme__key")),
            Q(entity=None) | Q(entity=OuterRef("programme__entity")),
            person=reader,
            role="programme_lead",
            starts_at__lte=now,
        )
        return Q(Exists(leads))

    def _allowed(self, reader: Person) -> Q:
        return Q(pk__in=grants.allowed_subjects(reader, "ideas.view_idea", Idea).values("pk"))
