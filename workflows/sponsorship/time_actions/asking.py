"""A member asks for time, and takes the request back; whoever left is replaced."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record
from ideas.drafting.models import Idea, TeamMember
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people import reporting
from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person
from workflows.gates.queries import is_at_gate
from workflows.sponsorship import queries, rules
from workflows.sponsorship.models import TimeRelease
from workflows.sponsorship.time_actions.turns import answer_in, fresh, is_running, wait


def ask_time(*, member: TeamMember, days_a_month: Decimal, by: Actor) -> TimeRelease:
    """A member asks for working time, in half days a month; only now the manager and the director hear of the idea.

    Raises NotAllowed (anyone but the member, deputies and leads included), Conflict (not the moment, asked
    already, nobody to sign), Invalid on `days_a_month`.
    """
    with locked(member.idea_id) as idea:
        member = TeamMember.objects.select_related("person").get(pk=member.pk)
        _check_own(member, by)
        _check_in_team(member)
        _check_moment(idea)
        if not rules.is_half_days(days_a_month):
            sentence = _("Ask for half a day to 20 days a month, in half days.")
            raise Invalid(sentence, fields={"days_a_month": [sentence]})
        if TimeRelease.objects.filter(member=member, state__in=queries.RUNNING).exists():
            raise Conflict(
                _("You have asked for time already. Take that request back to ask for another amount.")
            )
        day = clock.today(idea.programme.entity.time_zone)
        director = _director(idea, member.person, day)
        if director is None:
            raise Conflict(
                _(
                    "We know of no director who could sign your time. Ask the programme lead to have it put right."
                ),
                code="time.no_director",
            )
        release = TimeRelease.objects.create(
            member=member,
            days_a_month=days_a_month,
            manager=_manager(idea, member.person, director, day),
            director=director,
            agreed_at=clock.now(),
        )
        wait(idea, release)
        record(idea, "time_asked", by, [effect("time_release", "", "asked", key=release.key)])
        return release


def take_back_time(*, release: TimeRelease, by: Actor) -> TimeRelease:
    """The member no longer asks, or gives the time back; another amount can then be asked for.

    Whoever has left the team may too. Raises NotAllowed (anyone but the member), Conflict (taken back already, or
    the launch is being decided).
    """
    with locked(release.member.idea_id) as idea:
        release = fresh(release)
        _check_own(release.member, by)
        _check_moment(idea)
        if release.state == TimeRelease.State.WITHDRAWN:
            raise Conflict(_("This request has been taken back already."))
        return answer_in(idea, release, TimeRelease.State.WITHDRAWN, "time_taken_back", by)


def ask_someone_else(*, release: TimeRelease, leaver: Person, by: Actor) -> TimeRelease:
    """A manager, director or arbiter who left is replaced by whoever now stands there; what was answered is kept.
    A member who left no longer asks. Of an idea that has ended meanwhile, nothing is asked.

    Raises ValueError for a person.
    """
    if by.system is None:
        raise ValueError("Only a departure replaces who is asked.")
    with locked(release.member.idea_id) as idea:
        release = fresh(release)
        if not is_running(idea):
            return release
        day = clock.today(idea.programme.entity.time_zone)
        if release.member.person_id == leaver.pk:
            return answer_in(idea, release, TimeRelease.State.WITHDRAWN, "time_taken_back", by)
        if release.director_id == leaver.pk and release.state == TimeRelease.State.ASKED:
            director = _director(idea, release.member.person, day)
            if director is None:
                # Nobody can sign: the member hears of it and asks anew once this has been put right.
                return answer_in(idea, release, TimeRelease.State.WITHDRAWN, "time_asked_in_vain", by)
            release.director = director
        if release.manager_id == leaver.pk and not release.opinion:
            release.manager = _manager(idea, release.member.person, release.director, day)
        wait(idea, release)
        record(
            idea,
            "time_asked_again",
            by,
            [effect("time_release", release.state, release.state, key=release.key)],
        )
        return release


def _check_moment(idea: Idea) -> None:
    """Time is asked for in sponsorship, and by whoever joins during the pilot."""
    if idea.state != Idea.State.LIVE or idea.stage not in (Idea.Stage.SPONSORSHIP, Idea.Stage.PILOT):
        raise Conflict(_("No time is asked for at this stage. The idea’s page shows where it is."))
    if is_at_gate(idea):
        raise Conflict(
            _("The idea is being decided. Wait for the decision before you change what it rests on.")
        )


def _check_own(member: TeamMember, by: Actor) -> None:
    if by.system or by.on_behalf_of or by.human.pk != member.person_id:
        raise NotAllowed(
            _("Only the member may ask for his or her own time: the manager hears of it only then.")
        )


def _check_in_team(member: TeamMember) -> None:
    if member.accepted_at is None or member.left_at is not None or member.role not in roles.AUTHORS:
        raise NotAllowed(_("Time is for authors and co-authors who are in the team now."))


def _director(idea: Idea, member: Person, day: date) -> Person | None:
    """The member's director, or a deputy director general when there is none or the director is of the team."""
    candidates = [reporting.director_of(member, day), *roles.mandated(idea, Mandate.Capacity.DGA)]
    for person in candidates:
        if person is not None and person.is_active and not roles.was_ever_in_team(idea, person):
            return person
    return None


def _manager(idea: Idea, member: Person, director: Person, day: date) -> Person | None:
    """The line manager whose opinion is asked: nobody when it is the director, or someone of the team."""
    person = reporting.line_manager(member, day)
    if person is None or person.pk == director.pk or roles.was_ever_in_team(idea, person):
        return None
    return person
