"""Two real connections at one instant: no word is lost, and no draft grows a second copy of a file."""

import threading
import time

import pytest
from django.db import connection

from ideas.drafting import actions, queries
from ideas.drafting.models import Draft
from ideas.drafting.uploads import Clean
from ideas.lock import locked
from incubator.events import queries as events
from incubator.people.actors import Actor
from tests.factories import IdeaFactory, PersonFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def saving(idea, person, **changes):
    return lambda: actions.autosave(idea=idea, by=Actor(person=person), version=1, changes=changes)


@pytest.fixture
def team():
    return PersonFactory(employed=True), PersonFactory(employed=True)


@pytest.fixture
def idea(team):
    return IdeaFactory(author=team[0], co_authors=[team[1]])


def test_two_autosaves_of_one_field_keep_one_and_show_the_other(idea, team):
    results = at_once(saving(idea, team[0], problem="un"), saving(idea, team[1], problem="deux"))
    lost = [one for one in results if isinstance(one, actions.TextConflict)]
    assert len(lost) == 1
    met = lost[0].meetings["problem"]
    assert {met.mine, met.theirs} == {"un", "deux"}
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.version) == (met.theirs, 2)


def test_two_autosaves_of_two_fields_keep_both(idea, team):
    results = at_once(saving(idea, team[0], problem="un"), saving(idea, team[1], proposal="deux"))
    assert sorted(results) == [2, 3]
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.proposal) == ("un", "deux")


def test_two_deliberate_saves_are_one_version(idea, team):
    results = at_once(
        *(lambda who=who: actions.save_version(idea=idea, by=Actor(person=who)) for who in team)
    )
    assert results == [1, 1]
    assert [event.verb for event in events.of_subject("idea", idea.key)] == ["version_saved"]


def test_the_same_file_sent_twice_is_attached_once(idea, team):
    upload = Clean("devis.txt", "text/plain", b"texte")
    send = [lambda who=who: actions.attach(idea=idea, by=Actor(person=who), upload=upload) for who in team]
    first, second = at_once(*send)
    assert first == second
    assert events.verify().broken == []


def until_someone_waits():
    """Until another connection to this database waits for a lock."""
    end = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_who_waited_for_the_lock_reads_what_was_written_meanwhile(idea, team):
    """The joined draft must not come from before the wait, though the idea's own row never changed."""
    taken = threading.Event()

    def slow():
        with locked(idea.pk) as held:
            taken.set()
            until_someone_waits()
            Draft.objects.filter(idea=held).update(problem="avant", version=2, touched={"problem": [2, ""]})

    def after():
        taken.wait(60)
        return saving(idea, team[1], problem="après")()

    _slow, result = at_once(slow, after)
    assert isinstance(result, actions.TextConflict)
    assert queries.draft_of(idea).problem == "avant"
