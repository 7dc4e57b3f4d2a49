"""The author's delay after a stop: counted from being handed the answer, paused while the whole team is away."""

from datetime import date, datetime, timedelta

from django.db.models import FilteredRelation, Q

from ideas import roles
from ideas.drafting.models import Idea
from incubator.lib import working_days
from workflows.gates.configuration import defaults
from workflows.journey.models import Reexamination

LONGEST = timedelta(days=366)


def end_from(idea: Idea, handed_at: datetime, days: int) -> datetime:
    """The end of a delay of so many working days from an answer handed over then, with absences as declared now."""
    entity = idea.programme.entity
    return working_days.due(
        handed_at,
        days,
        zone=entity.time_zone,
        country=entity.holidays_country,
        closing_days=[*entity.closing_days, *_all_away(idea, handed_at.date())],
    )


def end_of(window: Reexamination, idea: Idea) -> datetime:
    """Until when the author may ask: never earlier than what was announced."""
    if window.handed_at is None or window.asked_at is not None or window.closed_at is not None:
        return window.window_until
    days = window.ask_within or defaults()["reexamination"]["ask_within"]
    return max(window.window_until, end_from(idea, window.handed_at, days))


def _all_away(idea: Idea, since: date) -> set[date]:
    """The days on which nobody of the team could ask, in the year that follows: no absence stops a delay for ever."""
    later = FilteredRelation("absences", condition=Q(absences__ends_on__gte=since))
    team = roles.authors(idea).annotate(later=later)
    away: dict[int, set[date]] = {}
    for person, starts_on, ends_on in team.values_list("pk", "later__starts_on", "later__ends_on"):
        away.setdefault(person, set())
        if starts_on is None:
            continue
        first, last = max(starts_on, since), min(ends_on, since + LONGEST)
        away[person] |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return set.intersection(*away.values()) if away else set()
