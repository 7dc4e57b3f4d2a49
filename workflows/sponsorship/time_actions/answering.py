"""The line manager's opinion, the director's signature, the arbiter's word."""

from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.sponsorship import delays
from workflows.sponsorship.models import TimeRelease
from workflows.sponsorship.time_actions.turns import (
    answer_in,
    arbiters,
    check_running,
    check_turn,
    fresh,
    opinion_in,
    wait,
)

ANSWERS = (TimeRelease.Opinion.FAVOURABLE, TimeRelease.Opinion.RESERVED)


def give_time_opinion(*, release: TimeRelease, opinion: str, by: Actor, note: str = "") -> TimeRelease:
    """The line manager says what the time means for the service: `favourable`, or `reserved` with the reason.

    Raises NotAllowed (not this manager), Conflict (answered, silent for too long, taken back), Invalid.
    """
    with locked(release.member.idea_id) as idea:
        release = fresh(release)
        _check_mine(idea, release.manager, by)
        check_turn(release, "manager")
        if opinion not in ANSWERS:
            raise Invalid(
                _("Choose one of the two answers."), fields={"opinion": [_("Choose one of the two.")]}
            )
        if opinion == TimeRelease.Opinion.RESERVED and not note.strip():
            sentence = _("Say what would be difficult for the service, so that the director can weigh it.")
            raise Invalid(sentence, fields={"note": [sentence]})
        release.opinion, release.opinion_note = opinion, note
        return opinion_in(idea, release, "time_opinion_given", by)


def record_silence(*, release: TimeRelease, by: Actor) -> TimeRelease:
    """The clock records that the manager said nothing in time; the director is asked to sign, nothing is released.

    Raises ValueError for a person, Conflict (not due yet, or answered).
    """
    if by.system != "clock":
        raise ValueError("Only the clock records a silence.")
    with locked(release.member.idea_id) as idea:
        release = fresh(release)
        check_running(idea)
        check_turn(release, "manager")
        if release.opinion_due_at is None or clock.now() <= release.opinion_due_at:
            raise Conflict(_("The manager may still answer."), code="time.not_due")
        release.opinion = TimeRelease.Opinion.NO_OBJECTION_RECORDED
        return opinion_in(idea, release, "time_silence_recorded", by)


def sign_time_release(*, release: TimeRelease, by: Actor) -> TimeRelease:
    """The director signs; only this is a release. Raises NotAllowed (not this director), Conflict (not the turn)."""
    with locked(release.member.idea_id) as idea:
        release = fresh(release)
        _check_mine(idea, release.director, by)
        check_turn(release, "director")
        return answer_in(idea, release, TimeRelease.State.SIGNED, "time_release_signed", by)


def refuse_time_release(*, release: TimeRelease, note: str, by: Actor) -> TimeRelease:
    """The director refuses, with the reason; a deputy director general arbitrates.

    Raises NotAllowed (not this director), Conflict (not the turn), Invalid on `note`.
    """
    with locked(release.member.idea_id) as idea:
        release = fresh(release)
        _check_mine(idea, release.director, by)
        check_turn(release, "director")
        _check_reason(note)
        release.state, release.director_note = TimeRelease.State.DISPUTED, note
        release.arbitration_due_at = roles.due_in(idea, delays.arbitration(idea))
        wait(idea, release)
        effects = [effect("time_release", "asked", "disputed", key=release.key)]
        record(idea, "time_release_refused", by, effects, note_sha256=sha256(note))
        return release


def arbitrate_time(*, release: TimeRelease, released: bool, note: str, by: Actor) -> TimeRelease:
    """A deputy director general, neither of the team nor already heard, settles a refusal, with the reason.

    Raises NotAllowed, Conflict (not in arbitration), Invalid on `note`.
    """
    with locked(release.member.idea_id) as idea:
        release = fresh(release)
        roles.check_stands_in(by)
        if by.principal.pk not in {person.pk for person in arbiters(idea, release)}:
            raise NotAllowed(
                _("Settling this needs the mandate of a deputy director general not yet heard in it.")
            )
        if roles.was_ever_in_team(idea, by.human):
            raise NotAllowed(_("You are of this idea’s team: someone else has to settle this."))
        if by.human.pk in (release.manager_id, release.director_id):
            raise NotAllowed(
                _("You have answered about this time already: someone else has to settle it."),
                code="time.heard",
            )
        check_running(idea)
        check_turn(release, "arbiter")
        _check_reason(note)
        release.arbiter, release.arbitration_note = by.human, note
        state = TimeRelease.State.SIGNED if released else TimeRelease.State.REFUSED
        return answer_in(idea, release, state, "time_arbitrated", by, note_sha256=sha256(note))


def _check_mine(idea: Idea, rightful: Person | None, by: Actor) -> None:
    if by.system or rightful is None or by.principal.pk != rightful.pk:
        raise NotAllowed(_("This answer is asked of someone else."))
    roles.check_stands_in(by)
    if roles.was_ever_in_team(idea, by.human):
        raise NotAllowed(_("You are of this idea’s team: someone else has to answer about its time."))
    check_running(idea)


def _check_reason(note: str) -> None:
    if not note.strip():
        sentence = _("Give the reason: the member and the deputy director general read it.")
        raise Invalid(sentence, fields={"note": [sentence]})
