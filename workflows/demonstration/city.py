"""Founding the demo city: its staff, its programme, its ideas, in one transaction."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from ideas.calls.models import Programme
from ideas.precedents.actions import import_precedents
from ideas.precedents.sources import PARIS
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.messages.models import Message
from incubator.people import demo
from incubator.people.actions import absences
from incubator.people.actors import IMPORT
from incubator.people.models import Entity, Person
from incubator.people.organisation import actions as organisation
from incubator.people.organisation import queries, rules
from incubator.people.organisation.parsing import parse
from incubator.people.organisation.reading import read as read_table
from workflows.demonstration import gate_steps, keys, pilot_steps, submission_steps
from workflows.demonstration.cast import Cast, act, appoint
from workflows.demonstration.changed_rules import stories_of as changes
from workflows.demonstration.followers import a_morning, run_jobs
from workflows.demonstration.idea_story import IdeaStory
from workflows.demonstration.material import read
from workflows.demonstration.programme import open_calls
from workflows.demonstration.schedule import ZONE, Story, TooLate, play
from workflows.demonstration.session_story import stories_of as sessions
from workflows.demonstration.staff import FEWEST, Directory, file_of, invent
from workflows.gates.jobs import a_new_day

# Days before the city is shown: its HR system wrote a file on each, roles were given, the calls published.
FILES = (1900, 520, 150)
APPOINTED = 425
# The modules that declare the words of the ideas' ways.
WORDS = (submission_steps, gate_steps, pilot_steps)
# From so many ideas on the city is whole: it has those of `whole.json` too, its sessions and changed rules.
WHOLE = 60


class NotEmpty(Exception):
    """There is a city already; a plain English sentence."""


class Size(NamedTuple):
    people: int = 4000
    ideas: int = 60


class Found(NamedTuple):
    """What was made; `broke_off` holds the titles of ideas whose story met a gate that nobody could sit at."""

    people: int
    ideas: int
    acts: int
    broke_off: list[str]


def found(
    *,
    size: Size,
    seed: int,
    until: date,
    precedents: bool = True,
    say: Callable[[str], None] = lambda _: None,
) -> Found:
    """Make the city as it is in the morning of `until`. All of it, or nothing if it is interrupted.

    Raises NotEmpty, ValueError when the size is too small, TooLate when a fixture's story goes past `until`.
    """
    if settings.PRODUCTION:
        raise NotEmpty("The demo city is never made in production: everyone knows its PIN.")
    if size.people < FEWEST or size.ideas < 1:
        raise ValueError(f"A city has at least {FEWEST} people and one idea.")
    morning = datetime.combine(until, time(0, 0), ZONE)
    with transaction.atomic(), keys.from_seed(seed):
        if Programme.objects.exists() or Entity.objects.exists():
            raise NotEmpty("This database is not empty. bin/demo --reset starts over.")
        with connection.cursor() as cursor:
            cursor.execute("set local synchronous_commit = off")
        say("people and organisation")
        cast = _people(size.people, seed, morning)
        if precedents:
            say("precedents")
            _precedents(seed, morning)
        say("ideas")
        with clock.moved(morning - timedelta(days=APPOINTED - 1)):
            calls = open_calls(cast["programme_lead"][0], morning)
        # The server's own look at new tables comes after this transaction; without it it reads them whole.
        with connection.cursor() as cursor:
            cursor.execute("analyze")
        stories = [
            IdeaStory(one, place, seed, cast, calls) for place, one in enumerate(_fixtures(size.ideas))
        ]
        told: list[tuple[str, Story]] = [(one.fixture["title"], one.told(until)) for one in stories]
        told.append(("absences", _absences(cast, morning)))
        if size.ideas >= WHOLE:
            told += changes(cast, until)
            told += sessions(seed, until, cast, calls, [one.fixture for one in stories])
        acts = play(told, morning, run_jobs, a_morning)
        _settle(morning)
    return Found(
        Person.objects.count(), len(stories), acts, [one.fixture["title"] for one in stories if one.broke_off]
    )


def _people(count: int, seed: int, morning: datetime) -> Cast:
    """The three files of the HR system, read as any; then roles, mandates, and the PIN of whoever is here."""
    for one in read("organisation")["entities"]:
        Entity.objects.create(
            key=one["key"],
            name=one["name"],
            letterhead=one["letterhead"],
            subject_key=keys.key_of(seed, one["key"]),
            signed_charter_on=(morning - timedelta(days=APPOINTED)).date(),
        )
    days = [(morning - timedelta(days=before)).date() for before in FILES]
    directory = invent(count, keys.dice(seed, "staff"), days)
    cast = Cast(directory, keys.dice(seed, "cast"), first_day=days[0])
    _read_file(directory, 0, morning)
    _read_file(directory, 1, morning)
    Person.objects.filter(is_active=True).update(password=demo.password())
    with clock.moved(morning - timedelta(days=APPOINTED)):
        appoint(cast)
    # Who arrives with the last file has not met the HR desk yet: no PIN.
    _read_file(directory, 2, morning)
    Person.objects.filter(kind=Person.Kind.GUEST).update(password=demo.password())
    return cast


def _read_file(directory: Directory, number: int, morning: datetime) -> None:
    """One of the HR system's files, read and applied on its day as `import_people` does."""
    with clock.moved(morning - timedelta(days=FILES[number]) + timedelta(hours=7)):
        on = clock.today()
        content = file_of(directory, number, on)
        wanted = parse(read_table(content).rows, entities=queries.entity_names())
        organisation.wait_for_others()
        difference = rules.difference(queries.current(on), wanted, on)
        if difference.refused:
            raise ValueError(f"The HR system's file of the demo is wrong: {difference.problems[:3]}")
        organisation.apply(difference=difference, on=on, by=IMPORT, source=sha256(content))


def _precedents(seed: int, morning: datetime) -> None:
    """Real projects of another city's residents, to be read and copied."""
    Entity.objects.create(
        key=PARIS.entity_key, name=PARIS.entity_name, subject_key=keys.key_of(seed, PARIS.entity_key)
    )
    path = settings.ROOT / "fixtures" / "paris_projects.csv"
    with clock.moved(morning - timedelta(days=APPOINTED - 10)):
        for _outcome in import_precedents(path=path, source=PARIS, programme_key="paris"):
            pass


def _fixtures(count: int) -> list[dict[str, Any]]:
    """The first `count` ideas; beyond the last, the ended ones again, elsewhere in the city; a whole city's own."""
    written: list[dict[str, Any]] = read("ideas")
    ended = [one for one in written if "evaluated" in one["way"] or "stop" in one["way"]]
    again = []
    for number in range(count - len(written)):
        one = ended[number % len(ended)]
        turn = number // len(ended) + 2
        service = one["author"].split(":")[0]
        again.append(one | {"title": f"{one['title'][:108]} ({turn})", "author": f"{service}:{turn}"})
    own: list[dict[str, Any]] = read("whole")["ideas"] if count >= WHOLE else []
    return (written + again)[:count] + own


def _absences(cast: Cast, morning: datetime) -> Story:
    """A member of the panel and a deputy director general are away; each lent what is theirs."""
    yield morning - timedelta(days=4, hours=-9)
    starts_on, ends_on = clock.today() + timedelta(days=1), clock.today() + timedelta(days=12)
    members, deputies = cast["panel_member"], cast["dga"]
    for person, deputy in ((members[-1], members[-2]), (deputies[-1], deputies[0])):
        absences.record_absence(
            person=person, deputy=deputy, starts_on=starts_on, ends_on=ends_on, by=act(person)
        )


def _settle(morning: datetime) -> None:
    """The last night is over: whoever is back from leave has been seated. Old news has been read."""
    with clock.moved(morning):
        a_new_day()
        a_morning()
    Message.objects.filter(created_at__lt=morning - timedelta(days=10)).update(read=True)


__all__ = ["Found", "NotEmpty", "Size", "TooLate", "found"]
