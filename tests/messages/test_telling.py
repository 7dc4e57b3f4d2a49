"""From an event to messages: each person once, however often the job runs."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as mailbox
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.jobs import Job

from incubator.events.models import Event
from incubator.inbox.actions import open_for
from incubator.lib import clock
from incubator.messages import actions, jobs, queries, rules
from incubator.messages.models import Message
from incubator.messages.rules import Telling
from tests.factories import PersonFactory
from tests.messages.conftest import KEY

Told = Callable[..., Event]


def jobs_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status = 'todo'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_each_person_is_told_and_those_with_a_mailbox_get_a_mail(told: Told, run_jobs: Any) -> None:
    with_mail, without = PersonFactory(email="ana@ville.example"), PersonFactory()
    event = told(with_mail, without)
    run_jobs()
    assert {(m.person_id, m.mail) for m in Message.objects.filter(event=event)} == {
        (with_mail.pk, "sent"),
        (without.pk, "none"),
    }
    assert [mail.to for mail in mailbox.outbox] == [["ana@ville.example"]]


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_tells_nobody(told: Told, run_jobs: Any) -> None:
    person = PersonFactory(email="ana@ville.example")
    with transaction.atomic():
        told(person)
        transaction.set_rollback(True)
    assert run_jobs() == []
    assert not Message.objects.exists()


@pytest.mark.parametrize(("before", "again"), [(0, True), (4, True), (5, False)])
def test_a_lock_or_a_lost_connection_does_not_end_the_telling(before: int, again: bool) -> None:
    tried = Job(
        id=1, queue="default", lock=None, queueing_lock=None, task_name=jobs.tell.name, attempts=before
    )
    found = jobs.tell.get_retry_exception(exception=OperationalError(), job=tried)
    assert (found is not None) is again


@pytest.mark.django_db
def test_told_twice_is_told_once(told: Told, run_jobs: Any) -> None:
    person = PersonFactory(email="ana@ville.example")
    event = told(person)
    jobs.tell(event.pk)
    jobs.tell(event.pk)
    run_jobs()
    actions.tell(event)
    run_jobs()
    assert Message.objects.count() == 1
    assert len(mailbox.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_and_send_once(told: Told, post: Any) -> None:
    person = PersonFactory(email="ana@ville.example")
    event = told(person)
    gate = threading.Barrier(4)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            gate.wait(60)
            jobs.tell(event.pk)
            gate.wait(60)
            jobs.send(Message.objects.get().pk)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    assert Message.objects.get().mail == "sent"
    assert len(post.received) == 1


@pytest.mark.django_db
def test_someone_told_twice_of_a_kind_by_two_rooms_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_audiences", {})
    person = PersonFactory()

    @rules.audience("withdrawn", "held")
    def first(event: Event) -> list[Telling]:
        return [Telling(person, "withdrawn", "/first", "One")]

    @rules.audience("withdrawn")
    def second(event: Event) -> list[Telling]:
        return [Telling(person, "withdrawn", "/second", "Two"), Telling(person, "held", "/x", "Two")]

    found = rules.tellings(Event(verb="withdrawn"))
    assert [(telling.kind, telling.url) for telling in found] == [("withdrawn", "/first"), ("held", "/x")]
    assert rules.is_told("held")
    assert not rules.is_told("submitted")


@pytest.mark.django_db
def test_a_verb_nobody_is_told_of_defers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_audiences", {})
    actions.defer_telling(Event(pk=1, verb="saved"))
    assert jobs_waiting() == 0


@pytest.mark.django_db
def test_old_news_come_without_mail(told: Told, run_jobs: Any) -> None:
    person = PersonFactory(email="ana@ville.example")
    event = told(person)
    with clock.moved(clock.now() + timedelta(days=4)):
        run_jobs()
    assert Message.objects.get().mail == "none"
    assert Message.objects.get().created_at == event.happened_at
    assert mailbox.outbox == []


@pytest.mark.django_db
def test_who_left_meanwhile_gets_no_mail(told: Told, run_jobs: Any) -> None:
    person = PersonFactory(email="ana@ville.example")
    actions.tell(told(person))
    person.is_active = False
    person.save()
    run_jobs()
    assert mailbox.outbox == []
    assert Message.objects.get().mail == "none"


@pytest.mark.django_db
def test_deferring_is_one_query_and_telling_many_costs_as_much_as_telling_one(told: Told) -> None:
    counts = []
    for number in (1, 30):
        people = [PersonFactory(email=f"a{number}.{n}@ville.example") for n in range(number)]
        event = told(*people)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            actions.defer_telling(event)
        assert len(captured) == 1
        found = rules.tellings(event)
        rules._audiences["tested"] = [lambda _event, found=found: found]
        with CaptureQueriesContext(connection) as captured:
            actions.tell(event)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 5


@pytest.mark.django_db
def test_those_for_whom_the_act_opened_work_are_told_with_its_words(told: Told) -> None:
    voter, done, other = PersonFactory(), PersonFactory(), PersonFactory()
    about = {"subject_kind": "idea", "subject_key": KEY, "subject_title": "Idée", "url": "/v"}
    due = clock.now() + timedelta(days=3)
    with clock.moved(clock.now() - timedelta(hours=1)):
        open_for([other], key="vote:0", verb="vote", **about)
    event = told()
    open_for([voter], key="vote:1", verb="vote", due_at=due, **about)
    open_for([voter], key="rework:1", verb="rework", **about)
    open_for([done], key="vote:2", verb="vote", **about)
    done.work_items.update(closed_at=clock.now())
    found = queries.waiting(event, "vote", "decide", programme_key="idees")
    assert [(t.person, t.kind, t.url, t.title, t.programme_key, t.parameters) for t in found] == [
        (voter, "vote", "/v", "Idée", "idees", {"due_at": due.isoformat()})
    ]
