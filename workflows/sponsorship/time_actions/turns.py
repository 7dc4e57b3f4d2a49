"""Who a time release waits for, and how an answer is written."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Mandate, Person
from workflows.gates.leading import who_leads
from workflows.sponsorship import delays, queries, rules
from workflows.sponsorship.models import TimeRelease

# What leads are asked while nobody can settle a refusal.
FIND_ARBITER = "find_arbiter"


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


def is_running(idea: Idea) -> bool:
    """Whether time is still a question: the idea has not ended, and is not past its pilot."""
    stages = (Idea.Stage.SPONSORSHIP, Idea.Stage.PILOT)
    return idea.state in (Idea.State.LIVE, Idea.State.HELD) and idea.stage in stages


def check_running(idea: Idea) -> None:
    """An answer counts while the idea is on its way; raises Conflict when it has ended or is past its pilot."""
    if not is_running(idea):
        raise Conflict(_("This is no longer asked: the idea has moved on or ended."), code="time.over")


def check_turn(release: TimeRelease, wanted: rules.Turn) -> None:
    now = rules.turn(state=release.state, has_manager=release.manager_id is not None, opinion=release.opinion)
    if now != wanted:
        raise Conflict(
            _("The line manager’s opinion is awaited first.")
            if now == "manager"
            else _("This has been answered or taken back in the meantime."),
            code="time.turn",
        )


def wait(idea: Idea, release: TimeRelease) -> None:
    """Set the due time of whoever is waited for, save, and move the work item there."""
    inbox.close(item(release))
    turn = rules.turn(
        state=release.state, has_manager=release.manager_id is not None, opinion=release.opinion
    )
    persons: list[Person] = []
    due, verb, page = None, "", ""
    if turn == "manager" and release.manager is not None:
        due = release.opinion_due_at = roles.due_in(idea, delays.opinion(idea))
        persons, verb, page = [release.manager], "time_opinion", "time-opinion"
    elif turn == "director":
        due = release.director_due_at = roles.due_in(idea, delays.signature(idea))
        persons, verb, page = [release.director], "sign_time_release", "time-signature"
    elif turn == "arbiter":
        _ask_arbiters(idea, release)
    release.save()
    if persons:
        url = reverse(page, args=[release.key])
        wait_for(persons, idea=idea, key=item(release), verb=verb, url=url, due_at=due)


def ask_arbiters_again(*, idea: int) -> None:
    """A refusal nobody has settled is asked of all who may settle it today, and of nobody else.

    `idea`: primary key. Who follows an arbiter has the days that are left, and there is no event: nothing else is
    asked than was. Who comes where nobody could has the whole delay.
    """
    with locked(idea) as found:
        for release in queries.in_arbitration(found) if is_running(found) else ():
            waiting = WorkItem.objects.filter(key=item(release), closed_at=None)
            if not (arbiters(found, release) and waiting.filter(verb=FIND_ARBITER).exists()):
                _ask_arbiters(found, release)
                continue
            release.arbitration_due_at = roles.due_in(found, delays.arbitration(found))
            wait(found, release)
            same = effect("time_release", release.state, release.state, key=release.key)
            record(found, "time_asked_again", SUBSTITUTION, [same])


def _ask_arbiters(idea: Idea, release: TimeRelease) -> None:
    """Ask the arbiters, and nobody else; without any, the leads to find one."""
    key, people = item(release), arbiters(idea, release)
    if people:
        verb, url = "arbitrate_time", reverse("time-arbitration", args=[release.key])
    else:
        people, verb, url = who_leads(idea), FIND_ARBITER, reverse("sponsorship", args=[idea.key])
    if WorkItem.objects.filter(key=key, closed_at=None).exclude(verb=verb).exists():
        inbox.close(key)
    else:
        inbox.narrow(key, people)
    wait_for(people, idea=idea, key=key, verb=verb, url=url, due_at=release.arbitration_due_at)


def opinion_in(idea: Idea, release: TimeRelease, verb: str, by: Actor) -> TimeRelease:
    release.opinion_at = clock.now()
    wait(idea, release)
    record(idea, verb, by, [effect("time_release", "manager", "director", key=release.key)])
    return release


def drop_requests(*, idea: Idea, people: Sequence[Person] | None = None) -> list[dict[str, Any]]:
    """What is asked and not answered is asked no more: of the requests of these members, else of all.

    Part of another act, under its lock, told by its event. Gives the effects.
    """
    waiting = TimeRelease.objects.filter(member__idea=idea, state__in=queries.WAITING)
    if people is not None:
        waiting = waiting.filter(member__person__in=people)
    dropped = list(waiting.order_by("pk"))
    if dropped:
        now, withdrawn = clock.now(), TimeRelease.State.WITHDRAWN
        TimeRelease.objects.filter(pk__in=[one.pk for one in dropped]).update(
            state=withdrawn, answered_at=now
        )
        inbox.close(*[item(one) for one in dropped])
    return [effect("time_release", one.state, "withdrawn", key=one.key) for one in dropped]


def answer_in(
    idea: Idea, release: TimeRelease, state: str, verb: str, by: Actor, **payload: Any
) -> TimeRelease:
    before, release.state, release.answered_at = release.state, TimeRelease.State(state), clock.now()
    release.signed_by = by.human if state == TimeRelease.State.SIGNED else None
    wait(idea, release)
    record(idea, verb, by, [effect("time_release", before, state, key=release.key)], **payload)
    return release


def fresh(release: TimeRelease) -> TimeRelease:
    """The time release as it is under the lock."""
    return TimeRelease.objects.select_related("member__person", "manager", "director").get(pk=release.pk)
