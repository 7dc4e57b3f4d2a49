"""The log: one chain per subject, in the transaction of its act, and what notices a change."""

import uuid
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.events import queries, rules
from incubator.events.actions import Subject, append, effect
from incubator.events.models import Event
from incubator.lib import clock
from incubator.people.actors import CLOCK, Actor
from tests.factories import PersonFactory


def subject() -> Subject:
    return Subject("idea", uuid.uuid4())


def verify() -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("verify_events", stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(str(end.code))
    return out.getvalue(), 0


@pytest.mark.django_db(transaction=True)
def test_an_event_stands_only_in_the_transaction_of_its_act() -> None:
    with pytest.raises(AssertionError):
        append(subject=subject(), verb="submitted", by=CLOCK)


@pytest.mark.django_db
def test_a_chain_is_numbered_and_linked_per_subject() -> None:
    first, second = subject(), subject()
    events = [append(subject=one, verb="saved", by=CLOCK) for one in (first, second, first, first)]
    chain = list(queries.of_subject(*first))
    assert [event.sequence for event in chain] == [1, 2, 3]
    assert [event.previous_hash for event in chain] == ["", events[0].hash, events[2].hash]
    assert events[1].previous_hash == ""
    assert verify() == ("4 events in 2 chains, 0 broken\n", 0)


@pytest.mark.django_db
def test_an_event_names_who_acted_and_for_whom_by_key() -> None:
    person, absent = PersonFactory(), PersonFactory()
    about = subject()
    append(subject=about, verb="voted", by=Actor(person=person, on_behalf_of=absent))
    append(subject=about, verb="woken", by=CLOCK)
    by_person, by_clock = queries.of_subject(*about)
    assert (by_person.actor_key, by_person.on_behalf_of_key, by_person.system) == (
        person.key,
        absent.key,
        "",
    )
    assert (by_clock.actor_key, by_clock.system) == (None, "clock")
    assert verify()[1] == 0


@pytest.mark.django_db
def test_it_carries_both_times() -> None:
    at = datetime(2025, 3, 3, 8, 30, 15, 123456, tzinfo=UTC)
    about = subject()
    with clock.moved(at):
        append(subject=about, verb="saved", by=CLOCK)
    event = next(queries.of_subject(*about))
    assert event.happened_at == at
    assert event.recorded_at.year > 2025
    assert verify()[1] == 0


def test_effects_hold_plain_values_and_leave_empty_sides_out() -> None:
    key = uuid.uuid4()
    assert effect("stage", "review", "pilot") == {"what": "stage", "from": "review", "to": "pilot"}
    assert effect("round", after=key, gate="G1") == {"what": "round", "to": str(key), "gate": "G1"}
    assert effect("due") == {"what": "due"}
    assert effect("departs", False, True) == {"what": "departs", "from": False, "to": True}


STATEMENTS = (
    "update events_event set verb = 'forged'",
    "delete from events_event",
    "truncate events_event cascade",
)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_to_change_events(statement: str) -> None:
    append(subject=subject(), verb="saved", by=CLOCK)
    with connection.cursor() as cursor:
        # The door that lets tests empty their tables; it is closed everywhere else.
        cursor.execute("set local travee.may_empty = 'off'")
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(statement)
        cursor.execute("set local travee.may_empty = 'on'")
    assert getattr(refused.value.__cause__, "sqlstate", "") == "TR001"
    assert Event.objects.filter(verb="saved").count() == 1


TAMPERED = (
    ("update events_event set verb = 'forged' where sequence = 2", 2),
    ('update events_event set payload = \'{"outcome": "stop"}\' where sequence = 3', 3),
    ("update events_event set effects = '[]' where sequence = 1", 1),
    ("update events_event set happened_at = happened_at + interval '1 microsecond' where sequence = 2", 2),
    ("update events_event set system = 'import' where sequence = 4", 4),
    ("update events_event set hash = repeat('0', 64) where sequence = 4", 4),
    ("delete from events_event where sequence = 1", 1),
    ("delete from events_event where sequence = 3", 3),
    ("update events_event set sequence = 9 where sequence = 4", 4),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("statement", "place"), TAMPERED)
def test_a_superuser_who_silences_the_triggers_is_found_out(statement: str, place: int) -> None:
    changed, whole = subject(), subject()
    for one in (changed, whole):
        for verb in ("created", "submitted", "entered", "decided"):
            append(
                subject=one, verb=verb, by=CLOCK, payload={"gate": "G1"}, effects=[effect("stage", "a", "b")]
            )
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statement + " and subject_key = %s", [changed.key])
        assert cursor.rowcount == 1
        cursor.execute("set local session_replication_role = origin")
    said, code = verify()
    assert code == 1
    assert f"broken: idea {changed.key} at event {place}\n" in said
    assert said.endswith("in 2 chains, 1 broken\n")


@pytest.mark.django_db
def test_a_changed_event_with_a_hash_computed_anew_breaks_the_next_link() -> None:
    about = subject()
    for verb in ("created", "submitted", "decided"):
        append(subject=about, verb=verb, by=CLOCK)
    forged = Event.objects.get(subject_key=about.key, sequence=2)
    forged.verb = "withdrawn"
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        Event.objects.filter(pk=forged.pk).update(verb=forged.verb, hash=rules.event_hash(vars(forged)))
        cursor.execute("set local session_replication_role = origin")
    assert queries.verify().broken == [("idea", str(about.key), 3)]


# PostgreSQL keeps no NUL; payloads hold keys and codes.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(a=VALUES, b=VALUES)
@settings(max_examples=200, deadline=None)
def test_the_same_value_has_the_same_bytes_and_another_has_others(a: Any, b: Any) -> None:
    import json

    assert json.loads(rules.canonical(a)) == a
    if isinstance(a, dict):
        assert rules.canonical(dict(reversed(a.items()))) == rules.canonical(a)
    if rules.canonical(a) == rules.canonical(b):
        assert a == b


@pytest.mark.django_db
@given(payload=st.dictionaries(TEXT, VALUES, max_size=3))
@settings(max_examples=25, deadline=None)
def test_what_the_database_gives_back_hashes_as_what_was_appended(payload: dict[str, Any]) -> None:
    with transaction.atomic():
        about = subject()
        append(subject=about, verb="saved", by=CLOCK, payload=payload)
        assert queries.verify().broken == []
        transaction.set_rollback(True)


def test_first_break_of_a_whole_chain_is_none() -> None:
    assert rules.first_break([]) is None
