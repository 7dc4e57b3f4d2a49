"""Who is told of a session: its members, the teams that are heard, whoever decides, an idea that moves up."""

from django.urls import reverse

from ideas import roles, tellings
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.messages.rules import Telling, audience
from incubator.people import grants
from workflows.clock.tellings import reminders
from workflows.sessions import wording
from workflows.sessions.actions import common
from workflows.sessions.models import SelectionSession, SessionIdea


def register() -> None:
    """Importing this module declares its audiences; the words of its messages are declared here."""
    wording.declare()


@audience("session_convened")
def of_the_hearings(event: Event) -> list[Telling]:
    """The teams that are heard; the others are told by their decision, all at one moment."""
    session = SelectionSession.objects.filter(key=event.subject_key).first()
    heard = SessionIdea.objects.filter(session=session, hearing_at__isnull=False, left_at=None)
    url = reverse("session", args=[event.subject_key])
    return [
        Telling(
            person,
            "session_hearing",
            url,
            line.idea.title,
            line.idea.programme.key,
            {"day": line.hearing_at.isoformat() if line.hearing_at else ""},
        )
        for line in heard.select_related("idea__programme").order_by("pk")
        for person in roles.authors(line.idea)
    ]


@audience("session_postponed", "session_cancelled")
def of_a_change(event: Event) -> list[Telling]:
    """Whoever had been called: members, and the teams that were to be heard."""
    session = SelectionSession.objects.select_related("call__programme").filter(key=event.subject_key).first()
    if session is None or session.convened_at is None:
        return []
    kind = "session_moved" if event.verb == "session_postponed" else "session_cancelled"
    url, title = reverse("session", args=[session.key]), session.call.title_fr
    heard = SessionIdea.objects.filter(session=session, hearing_at__isnull=False, left_at=None)
    told = {member.person_id: member.person for member in session.members.select_related("person")}
    for line in heard.select_related("idea").order_by("pk"):
        told |= {person.pk: person for person in roles.authors(line.idea)}
    day = {"day": session.held_at.isoformat()} if kind == "session_moved" else {}
    return [
        Telling(person, kind, url, title, session.call.programme.key, day)
        for _pk, person in sorted(told.items())
    ]


@audience("member_excused")
def of_an_empty_seat(event: Event) -> list[Telling]:
    """The leads, unless it was one of them who took the name off."""
    session = SelectionSession.objects.select_related("call__programme__entity").get(key=event.subject_key)
    programme = session.call.programme
    found = grants.holders("programme_lead", entity=programme.entity, programme_key=programme.key)
    url = reverse("session", args=[session.key])
    return [
        Telling(person, "member_excused", url, session.call.title_fr, programme.key)
        for person in found
        if person.key != event.actor_key
    ]


@audience(
    "session_convened",
    "member_called",
    "session_settled",
    "session_decided",
    "idea_decided",
    "decision_put_off",
)
def of_what_waits(event: Event) -> list[Telling]:
    """Whoever got work by this act."""
    items = WorkItem.objects.filter(
        subject_kind="session", subject_key=event.subject_key, opened_at=event.happened_at, closed_at=None
    ).select_related("person")
    return [
        Telling(
            item.person,
            item.verb,
            item.url,
            item.subject_title,
            parameters={"due_at": item.due_at.isoformat()} if item.due_at else {},
        )
        for item in items.order_by("pk")
    ]


@audience("session_settled", "decision_put_off")
def of_what_is_put_off(event: Event) -> list[Telling]:
    """The leads, who can complete the panel, of each idea whose opinion lacks something since a seat was left."""
    session = SelectionSession.objects.select_related("call__programme__entity").get(key=event.subject_key)
    keys = [line["idea"] for line in event.effects if line.get("to") == "put_off"]
    lines = SessionIdea.objects.filter(session=session, idea__key__in=keys).select_related("idea", "round")
    leads = list(common.leads(session.call.programme)) if keys else []
    return [
        Telling(
            person,
            "decision_put_off",
            reverse("seats", args=[line.round.key]),
            line.idea.title,
            session.call.programme.key,
        )
        for line in lines.order_by("pk")
        for person in leads
    ]


@audience("reminded")
def of_a_reminder(event: Event) -> list[Telling]:
    """Whoever decides or closes; their deputies are let in by the absence that lends them the work."""
    session = SelectionSession.objects.select_related("call__programme").filter(key=event.subject_key).first()
    return [] if session is None else reminders(event, session.call.programme.key, lambda _deputy: True)


@audience("moved_up")
def of_a_place(event: Event) -> list[Telling]:
    """The teams whose idea has moved up, and whoever is asked to decide on it."""
    told: list[Telling] = []
    if event.subject_kind != "session":
        return told
    keys = [effect["idea"] for effect in event.effects if effect.get("to") == "selected"]
    lines = SessionIdea.objects.filter(session__key=event.subject_key, idea__key__in=keys)
    for line in lines.select_related("idea__programme", "round").order_by("pk"):
        idea = line.idea
        url = reverse("idea", args=[idea.key])
        told += [
            Telling(person, "moved_up", url, idea.title, idea.programme.key) for person in roles.authors(idea)
        ]
        told += tellings.of_work(event, f"decide:{line.round.key}")
    return told
