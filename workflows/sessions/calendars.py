"""The calendar file of a session: the whole of it for those inside, a team's own hearing for a team."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from incubator.lib import clock
from incubator.lib.masks import worded
from workflows.sessions.models import SelectionSession, SessionIdea
from workflows.sessions.queries import Reader, as_read


def calendar_of(session: SelectionSession, who: Reader) -> bytes:
    """iCalendar (RFC 5545). No name of a person is in it; idea titles only for those who may read them."""
    file = Calendar()
    file.add("prodid", "-//Travée//selection session//")
    file.add("version", "2.0")
    lines = list(
        SessionIdea.objects.filter(session=session, hearing_at__isnull=False, left_at=None)
        .select_related("idea")
        .order_by("hearing_at")
    )
    heard = as_read(lines, who.person)
    minutes = timedelta(minutes=session.rules["hearing_minutes"])
    own = heard if who.is_inside else [line for line in heard if line.idea_id in who.team_of]
    edition = session.documents.filter(kind="agenda").count() + (session.state == SelectionSession.State.VOID)
    if who.is_inside:
        title = _("Selection session: %(call)s") % {"call": session.call.title}
        end = session.held_at + minutes * max(len(heard), 1)
        file.add_component(_event(session, edition, str(session.key), title, session.held_at, end))
    for line in own:
        assert line.hearing_at is not None
        title = _("Hearing: %(title)s") % {"title": worded(line.idea.title)}
        key = f"{session.key}-{line.idea.key}"
        file.add_component(_event(session, edition, key, title, line.hearing_at, line.hearing_at + minutes))
    return bytes(file.to_ical())


def _event(
    session: SelectionSession, edition: int, key: str, title: str, start: datetime, end: datetime
) -> Any:
    event = Event()
    event.add("uid", f"{key}@{settings.CITY_NAME.lower().replace(' ', '-')}")
    event.add("summary", title)
    event.add("dtstamp", clock.now())
    # A calendar that has the entry takes the one with the higher number in its place.
    event.add("sequence", edition)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("location", session.venue)
    if session.state == SelectionSession.State.VOID:
        event.add("status", "CANCELLED")
    return event
