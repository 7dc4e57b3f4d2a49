"""Time for a team member, asked by that member alone (law 11): the line manager's opinion, then the signature.

Silence on time is recorded as no objection; it is never a release. The events say that something was answered,
never what the manager thinks (law 8).
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea, TeamMember
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people import reporting
from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person
from workflows.sponsorship import delays, queries, rules
from workflows.sponsorship.models import TimeRelease

ANSWERS = (TimeRelease.Opinion.FAVOURABLE, TimeRelease.Opinion.RESERVED)


def ask_time(*, member: TeamMember, days_a_month: Decimal, by: Actor) -> TimeRelease:
    """A member asks for working time, in half days a month; only now the manager and the director hear of the idea.

    Raises NotAllowed (anyone but the member, deputies and leads included), Conflict (not the moment, asked
    already, nobody to sign), Invalid on `days_a_month`.
    """
    with locked(member.idea_id) as idea:
        member = TeamMember.objects.select_related("person").get(pk=member.pk)
        _check_member(member, by)
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
        _wait(idea, release)
        record(idea, "time_asked", by, [effect("time_release", "", "asked", key=release.key)])
        return release


def give_time_opinion(*, release: TimeRelease, opinion: str, by: Actor, note: str = "") -> TimeRelease:
    """The line manager says what the time means for the service: `favourable`, or `reserved` with the reason.

    Raises NotAllowed (not this manager), Conflict (answered, silent for too long, taken back), Invalid.
    """
    with locked(release.member.idea_id) as idea:
        release = _fresh(release)
        _check_mine(idea, release.manager, by)
        _check_turn(release, "manager")
        if opinion not in ANSWERS:
            raise Invalid(
                _("Choose one of the two answers."), fields={"opinion": [_("Choose one of the two.")]}
            )
        if opinion == TimeRelease.Opinion.RESERVED and not note.strip():
            sentence = _("Say what would be difficult for the service, so that the director can weigh it.")
            raise Invalid(sentence, fields={"note": [sentence]})
        release.opinion, release.opinion_note = opinion, note
        return _opinion_in(idea, release, "time_opinion_given", by)


def record_silence(*, release: TimeRelease, by: Actor) -> TimeRelease:
    """The clock records that the manager said nothing in time; the director is asked to sign, nothing is released.

    Raises ValueError for a person, Conflict (not due yet, or answered).
    """
    if by.system != "clock":
        raise ValueError("Only the clock records a silence.")
    with locked(release.member.idea_id) as idea:
        release = _fresh(release)
        _check_running(idea)
        _check_turn(release, "manager")
        if release.opinion_due_at is None or clock.now() <= release.opinion_due_at:
            raise Conflict(_("The manager may still answer."), code="time.not_due")
        release.opinion = TimeRelease.Opinion.NO_OBJECTION_RECORDED
        return _opinion_in(idea, release, "time_silence_recorded", by)


def sign_time_release(*, release: TimeRelease, by: Actor) -> TimeRelease:
    """The director signs; only this is a release. Raises NotAllowed (not this director), Conflict (not the turn)."""
    with locked(release.member.idea_id) as idea:
        release = _fresh(release)
        _check_mine(idea, release.director, by)
        _check_turn(release, "director")
        return _answer(idea, release, TimeRelease.State.SIGNED, "time_release_signed", by)


def refuse_time_release(*, release: TimeRelease, note: str, by: Actor) -> TimeRelease:
    """The director refuses, with the reason; a deputy director general arbitrates in 10 working days.

    Raises NotAllowed (not this director), Conflict (not the turn), Invalid on `note`.
    """
    with locked(release.member.idea_id) as idea:
        release = _fresh(release)
        _check_mine(idea, release.director, by)
        _check_turn(release, "director")
        _check_reason(note)
        release.state, release.director_note = TimeRelease.State.DISPUTED, note
        release.arbitration_due_at = roles.due_in(idea, delays.arbitration())
        _wait(idea, release)
        effects = [effect("time_release", "asked", "disputed", key=release.key)]
        record(idea, "time_release_refused", by, effects, note_sha256=sha256(note))
        return release


def arbitrate_time(*, release: TimeRelease, released: bool, note: str, by: Actor) -> TimeRelease:
    """A deputy director general, neither of the team nor already heard, settles a refusal, with the reason.

    Raises NotAllowed, Conflict (not in arbitration), Invalid on `note`.
    """
    with locked(release.member.idea_id) as idea:
        release = _fresh(release)
        roles.check_stands_in(by)
        if by.principal.pk not in {person.pk for person in arbiters(idea, release)}:
            raise NotAllowed(
                _("Settling this needs the mandate of a deputy director general not yet heard in it.")
            )
        if roles.was_ever_in_team(idea, by.human):
            raise NotAllowed(_("You are of this idea’s team: someone else has to settle this."))
        _check_running(idea)
        _check_turn(release, "arbiter")
        _check_reason(note)
        release.arbiter, release.arbitration_note = by.human, note
        state = TimeRelease.State.SIGNED if released else TimeRelease.State.REFUSED
        return _answer(idea, release, state, "time_arbitrated", by, note_sha256=sha256(note))


def take_back_time(*, release: TimeRelease, by: Actor) -> TimeRelease:
    """The member no longer asks, or gives the time back; another amount can then be asked for.

    Raises NotAllowed (anyone but the member), Conflict (taken back already, or the launch is being decided).
    """
    with locked(release.member.idea_id) as idea:
        release = _fresh(release)
        _check_member(release.member, by)
        _check_moment(idea)
        if release.state == TimeRelease.State.WITHDRAWN:
            raise Conflict(_("This request has been taken back already."))
        return _answer(idea, release, TimeRelease.State.WITHDRAWN, "time_taken_back", by)


def ask_someone_else(*, release: TimeRelease, leaver: Person, by: Actor) -> TimeRelease:
    """A manager, director or arbiter who left is replaced by whoever now stands there; what was answered is kept.
    A member who left no longer asks.

    Raises ValueError for a person.
    """
    if by.system is None:
        raise ValueError("Only a departure replaces who is asked.")
    with locked(release.member.idea_id) as idea:
        release = _fresh(release)
        day = clock.today(idea.programme.entity.time_zone)
        if release.member.person_id == leaver.pk:
            return _answer(idea, release, TimeRelease.State.WITHDRAWN, "time_taken_back", by)
        if release.director_id == leaver.pk and release.state == TimeRelease.State.ASKED:
            director = _director(idea, release.member.person, day)
            if director is None:
                # Nobody can sign: the member hears of it and asks anew once this has been put right.
                return _answer(idea, release, TimeRelease.State.WITHDRAWN, "time_asked_in_vain", by)
            release.director = director
        if release.manager_id == leaver.pk and not release.opinion:
            release.manager = _manager(idea, release.member.person, release.director, day)
        _wait(idea, release)
        record(
            idea,
            "time_asked_again",
            by,
            [effect("time_release", release.state, release.state, key=release.key)],
        )
        return release


def arbiters(idea: Idea, release: TimeRelease) -> list[Person]:
    """Deputy directors general who may settle this: not of the team, neither its manager nor its director."""
    heard = {release.manager_id, release.director_id}
    return [
        person
        for person in roles.mandated(idea, Mandate.Capacity.DGA)
        if person.pk not in heard and not roles.was_ever_in_team(idea, person)
    ]


def item(release: TimeRelease) -> str:
    """The key of the one work item a time release has open: whoever is waited for."""
    return f"time:{release.key}"


# --- Checks --------------------------------------------------------------------------------------------------


def _check_moment(idea: Idea) -> None:
    """Time is asked for in sponsorship, and by whoever joins during the pilot."""
    if idea.state != Idea.State.LIVE or idea.stage not in (Idea.Stage.SPONSORSHIP, Idea.Stage.PILOT):
        raise Conflict(_("No time is asked for at this stage. The idea’s page shows where it is."))
    if queries.is_at_gate(idea):
        raise Conflict(
            _("The idea is being decided. Wait for the decision before you change what it rests on.")
        )


def _check_member(member: TeamMember, by: Actor) -> None:
    if by.system or by.on_behalf_of or by.human.pk != member.person_id:
        raise NotAllowed(
            _("Only the member may ask for his or her own time: the manager hears of it only then.")
        )
    if member.accepted_at is None or member.left_at is not None or member.role not in roles.AUTHORS:
        raise NotAllowed(_("Time is for authors and co-authors who are in the team now."))


def _check_running(idea: Idea) -> None:
    """An answer counts while the idea is on its way; raises Conflict when it has ended or is past its pilot."""
    stages = (Idea.Stage.SPONSORSHIP, Idea.Stage.PILOT)
    if idea.state not in (Idea.State.LIVE, Idea.State.HELD) or idea.stage not in stages:
        raise Conflict(_("This is no longer asked: the idea has moved on or ended."), code="time.over")


def _check_mine(idea: Idea, rightful: Person | None, by: Actor) -> None:
    if by.system or rightful is None or by.principal.pk != rightful.pk:
        raise NotAllowed(_("This answer is asked of someone else."))
    roles.check_stands_in(by)
    if roles.was_ever_in_team(idea, by.human):
        raise NotAllowed(_("You are of this idea’s team: someone else has to answer about its time."))
    _check_running(idea)


def _check_turn(release: TimeRelease, wanted: rules.Turn) -> None:
    now = rules.turn(state=release.state, has_manager=release.manager_id is not None, opinion=release.opinion)
    if now != wanted:
        raise Conflict(
            _("The line manager’s opinion is awaited first.")
            if now == "manager"
            else _("This has been answered or taken back in the meantime."),
            code="time.turn",
        )


def _check_reason(note: str) -> None:
    if not note.strip():
        sentence = _("Give the reason: the member and the deputy director general read it.")
        raise Invalid(sentence, fields={"note": [sentence]})


# --- Who is asked, and writing -------------------------------------------------------------------------------


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


def _wait(idea: Idea, release: TimeRelease) -> None:
    """Set the due time of whoever is waited for, save, and move the work item there."""
    inbox.close(item(release))
    turn = rules.turn(
        state=release.state, has_manager=release.manager_id is not None, opinion=release.opinion
    )
    persons: list[Person] = []
    due, verb, page = None, "", ""
    if turn == "manager" and release.manager is not None:
        due = release.opinion_due_at = roles.due_in(idea, delays.opinion())
        persons, verb, page = [release.manager], "time_opinion", "time-opinion"
    elif turn == "director":
        due = release.director_due_at = roles.due_in(idea, delays.signature())
        persons, verb, page = [release.director], "sign_time_release", "time-signature"
    elif turn == "arbiter":
        due, verb, page = release.arbitration_due_at, "arbitrate_time", "time-arbitration"
        persons = arbiters(idea, release) or list(roles.leads(idea))
    release.save()
    if persons:
        url = reverse(page, args=[release.key])
        wait_for(persons, idea=idea, key=item(release), verb=verb, url=url, due_at=due)


def _opinion_in(idea: Idea, release: TimeRelease, verb: str, by: Actor) -> TimeRelease:
    release.opinion_at = clock.now()
    _wait(idea, release)
    record(idea, verb, by, [effect("time_release", "manager", "director", key=release.key)])
    return release


def _answer(
    idea: Idea, release: TimeRelease, state: str, verb: str, by: Actor, **payload: Any
) -> TimeRelease:
    before, release.state, release.answered_at = release.state, TimeRelease.State(state), clock.now()
    release.signed_by = by.human if state == TimeRelease.State.SIGNED else None
    _wait(idea, release)
    record(idea, verb, by, [effect("time_release", before, state, key=release.key)], **payload)
    return release


def _fresh(release: TimeRelease) -> TimeRelease:
    """The time release as it is under the lock."""
    return TimeRelease.objects.select_related("member__person", "manager", "director").get(pk=release.pk)
