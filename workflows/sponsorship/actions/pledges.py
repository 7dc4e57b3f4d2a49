"""A sponsor is asked, promises, declines, steps back. Each act holds the idea's lock and appends one event."""

from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import keep, locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.gates import hooks
from workflows.gates.models import Decision
from workflows.gates.queries import is_at_gate
from workflows.sponsorship import delays, queries, rules, sentences
from workflows.sponsorship.actions.shared import (
    Effects,
    ask_finance,
    ask_procurement,
    budget_item,
    check_seeking,
    launch_item,
    open_launch,
    open_search,
    pledge_item,
    route_item,
    search_item,
    set_due,
)
from workflows.sponsorship.models import Pledge


def ask_sponsor(*, idea: Idea, sponsor: Person, by: Actor) -> Pledge:
    """Ask someone who may sponsor; the team or the lead asks.

    Raises NotAllowed (not team nor lead; a lead asking whom a member works under), Conflict (no sponsor is sought,
    already asked), Invalid on `sponsor` (may not sponsor this idea).
    """
    with locked(idea.pk) as idea:
        if not queries.asks_sponsors(idea, by):
            raise NotAllowed(_("Only the team and the programme lead may ask someone to sponsor this idea."))
        roles.check_stands_in(by)
        check_seeking(idea)
        _check_sponsor(idea, sponsor, roles.is_author(idea, by.principal))
        pledge = Pledge.objects.create(
            idea=idea,
            sponsor=sponsor,
            asked_by=by.human,
            asked_at=clock.now(),
            due_at=roles.due_in(idea, delays.search(idea)),
        )
        wait_for(
            [sponsor],
            idea=idea,
            key=pledge_item(pledge),
            verb="answer_pledge",
            url=reverse("pledge", args=[pledge.key]),
            due_at=pledge.due_at,
        )
        record(
            idea,
            "sponsor_asked",
            by,
            [effect("pledge", "", "asked", key=pledge.key)],
            sponsor=str(sponsor.key),
        )
        return pledge


def promise(*, pledge: Pledge, days: int, euros: int, cover: str, by: Actor) -> Pledge:
    """The sponsor signs: days, euros, and how the team's work is covered. Other questions to sponsors lapse.

    During the search this opens the investigation and asks finance for the line.
    Raises NotAllowed (not this sponsor, may no longer sponsor), Conflict (answered already), Invalid.
    """
    with locked(pledge.idea_id) as idea:
        pledge = _mine(pledge, by, Pledge.State.ASKED)
        check_seeking(idea)
        if not queries.eligible_sponsors(idea).filter(pk=pledge.sponsor_id).exists():
            raise NotAllowed(
                _("You cannot sponsor this idea: you are of its team, or no longer head a direction.")
            )
        if errors := rules.pledge_errors(days=days, euros=euros, cover=cover):
            raise Invalid(
                _("Say how many days, how many euros, and how the work is covered."),
                fields={name: [sentences.pledge_error(code)] for name, code in errors.items()},
            )
        now = clock.now()
        pledge.state, pledge.days, pledge.euros, pledge.cover = Pledge.State.SIGNED, days, euros, cover
        pledge.answered_at = now
        pledge.save()
        keep(idea.pk, queries.PROMISE, pledge)
        effects = [effect("pledge", "asked", "signed", key=pledge.key, days=days, euros=euros)]
        effects += _lapse_others(idea, pledge)
        inbox.close(pledge_item(pledge), search_item(idea))
        if idea.stage == Idea.Stage.SPONSORSHIP:
            effects += set_due(idea, delays.investigation(idea))
            ask_finance(idea, "G2")
            ask_procurement(idea)
            open_launch(idea)
        record(idea, "pledge_signed", by, effects, cover_sha256=sha256(cover))
        return pledge


def promised_by_signature(idea: Idea, decision: Decision) -> Effects:
    """In the fast lane the author's director, who signs the launch, promises by that what the idea asks for.

    Signed by a deputy, it is the director's promise all the same.
    Part of the decision: under its lock, told by its event.
    """
    sponsor = decision.second_on_behalf_of or decision.second_signer
    assert sponsor is not None, "the fast lane is launched by two signatures"
    content, now = idea.content, clock.now()
    with translation.override(idea.language):
        cover = _("Signed with the launch in the fast lane.")
    pledge = Pledge.objects.create(
        idea=idea,
        sponsor=sponsor,
        state=Pledge.State.SIGNED,
        days=content.needs_days or 0,
        euros=content.needs_euros or 0,
        cover=cover,
        asked_by=decision.decider,
        asked_at=now,
        due_at=now,
        answered_at=now,
    )
    keep(idea.pk, queries.PROMISE, pledge)
    return [effect("pledge", "", "signed", key=pledge.key, days=pledge.days, euros=pledge.euros)]


def decline_pledge(*, pledge: Pledge, by: Actor, note: str = "") -> Pledge:
    """The person asked does not sponsor; a note is welcome, never demanded.

    Raises NotAllowed (not this sponsor), Conflict (answered already).
    """
    with locked(pledge.idea_id) as idea:
        pledge = _mine(pledge, by, Pledge.State.ASKED)
        pledge.state, pledge.note = Pledge.State.DECLINED, note
        pledge.answered_at = pledge.ended_at = clock.now()
        pledge.save()
        inbox.close(pledge_item(pledge))
        record(
            idea,
            "pledge_declined",
            by,
            [effect("pledge", "asked", "declined", key=pledge.key)],
            **({"note_sha256": sha256(note)} if note else {}),
        )
        return pledge


def withdraw_pledge(*, pledge: Pledge, by: Actor, note: str = "") -> Pledge:
    """The sponsor steps back (or has left: a system actor). Before the pilot the team seeks another; during it the
    idea is held.

    Raises NotAllowed (not this sponsor), Conflict (no promise in force, or the pilot is over).
    """
    with locked(pledge.idea_id) as idea:
        pledge = _mine(pledge, by, Pledge.State.SIGNED)
        if idea.stage not in (Idea.Stage.SPONSORSHIP, Idea.Stage.PILOT) or idea.ended_at is not None:
            raise Conflict(
                _("The promise has been kept: the pilot is over. There is nothing left to take back.")
            )
        pledge.state, pledge.note, pledge.ended_at = Pledge.State.WITHDRAWN, note, clock.now()
        pledge.save()
        keep(idea.pk, queries.PROMISE, None)
        effects: Effects = [effect("pledge", "signed", "withdrawn", key=pledge.key)]
        if idea.stage == Idea.Stage.SPONSORSHIP:
            inbox.close(budget_item(idea, "G2"), route_item(idea), launch_item(idea))
            if idea.state == Idea.State.LIVE and not is_at_gate(idea):
                effects += set_due(idea, delays.search(idea))
                open_search(idea)
        elif idea.state == Idea.State.LIVE:
            effects += hooks.fire("sponsor_lost", idea=idea, by=by)
        record(
            idea,
            "pledge_withdrawn",
            by,
            effects,
            **({"note_sha256": sha256(note)} if note else {}),
        )
        return pledge


def take_back_question(*, pledge: Pledge, by: Actor) -> Pledge:
    """The team or the lead no longer asks this person.

    Raises NotAllowed (not team nor lead), Conflict (answered already).
    """
    with locked(pledge.idea_id) as idea:
        if not queries.asks_sponsors(idea, by):
            raise NotAllowed(_("Only the team and the programme lead may take this question back."))
        roles.check_stands_in(by)
        pledge = _fresh(pledge, Pledge.State.ASKED)
        effects = [_lapse(pledge)]
        record(idea, "pledge_lapsed", by, effects)
        return pledge


def lapse_question(*, pledge: Pledge, by: Actor) -> Pledge:
    """A question falls away because the person asked has left (a system actor says so).

    Raises ValueError for a person, Conflict (answered already).
    """
    if by.system is None:
        raise ValueError("A person takes a question back.")
    with locked(pledge.idea_id) as idea:
        pledge = _fresh(pledge, Pledge.State.ASKED)
        record(idea, "pledge_lapsed", by, [_lapse(pledge)])
        return pledge


def _check_sponsor(idea: Idea, sponsor: Person, asked_by_team: bool) -> None:
    if not queries.eligible_sponsors(idea).filter(pk=sponsor.pk).exists():
        sentence = _("This person cannot sponsor this idea. Choose someone from the list.")
        raise Invalid(sentence, fields={"sponsor": [sentence]})
    if not asked_by_team and queries.is_above_team(idea, sponsor):
        # Law 11: whom a member works under hears of the idea from its team, or not at all.
        raise NotAllowed(_("Only the team may ask a director under whom one of its members works."))
    if Pledge.objects.filter(idea=idea, sponsor=sponsor, state=Pledge.State.ASKED).exists():
        raise Conflict(_("This person has been asked already and has not answered yet."), code="pledge.asked")


def _fresh(pledge: Pledge, state: str) -> Pledge:
    """The pledge as it is under the lock. Raises Conflict when it is not in `state`."""
    pledge = Pledge.objects.select_related("sponsor").get(pk=pledge.pk)
    if pledge.state != state:
        raise Conflict(
            _("This has been answered or taken back in the meantime. The page shows how it stands."),
            code="pledge.state",
        )
    return pledge


def _mine(pledge: Pledge, by: Actor, state: str) -> Pledge:
    """As `_fresh`, for the person asked; a system actor acts for someone who has left."""
    if by.system is None:
        if by.principal.pk != pledge.sponsor_id:
            raise NotAllowed(_("Only the person asked to sponsor may do this."))
        roles.check_stands_in(by)
        if roles.was_ever_in_team(pledge.idea, by.human):
            raise NotAllowed(_("You are of this idea’s team: you cannot answer for its sponsor."))
    elif state != Pledge.State.SIGNED:
        raise NotAllowed(_("Only a person may answer."))
    return _fresh(pledge, state)


def _lapse(pledge: Pledge) -> dict[str, Any]:
    pledge.state, pledge.ended_at = Pledge.State.LAPSED, clock.now()
    pledge.save()
    inbox.close(pledge_item(pledge))
    return effect("pledge", "asked", "lapsed", key=pledge.key)


def _lapse_others(idea: Idea, signed: Pledge) -> Effects:
    others = Pledge.objects.filter(idea=idea, state=Pledge.State.ASKED).exclude(pk=signed.pk).order_by("pk")
    return [_lapse(pledge) for pledge in others]
