"""A service's benefits are read some months after it began, by whoever runs it; the last reading ends its process."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events import queries as events
from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.messages.rules import tellings
from incubator.people import actions as people
from incubator.people.actors import CLOCK, IMPORT, Actor
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.evaluation.test_evaluation import cast, deliver, evaluator, name
from tests.factories import AbsenceFactory, PersonFactory
from tests.journey import cast as play
from tests.sponsorship.cast import Cast, by, refused
from workflows import nodes
from workflows.clock.actions import tick
from workflows.evaluation import benefit_actions as benefits
from workflows.evaluation import queries
from workflows.evaluation.departures import on_grant_change
from workflows.evaluation.jobs import ask_readers
from workflows.evaluation.models import BenefitReading
from workflows.evaluation.rules import Measured
from workflows.gates import hooks
from workflows.journey import wording

__all__ = ["cast", "evaluator"]
pytestmark = pytest.mark.django_db
NINE, NINETY_EIGHT = Measured(Decimal("9.50")), Measured(Decimal(98))
HALF_A_YEAR, A_YEAR = datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2027, 9, 1, 9, tzinfo=UTC)


@pytest.fixture
def owner(cast: Cast, evaluator: Person) -> Person:
    """Who runs what the idea became on 2 September 2026."""
    runs = PersonFactory(employed=True)
    deliver(name(cast, evaluator), evaluator, run_owner=runs)
    in_service(cast.idea)
    return runs


def in_service(idea: Idea) -> None:
    with locked(idea.pk) as found:
        found.state, found.holder = Idea.State.IN_SERVICE, Idea.Holder.NOBODY
        inbox.close_for_subject("idea", found.key)
        benefits.open_benefits(found)
        found.save()
    idea.refresh_from_db()


def reading(idea: Idea, months: int = 6) -> BenefitReading:
    return BenefitReading.objects.get(idea=idea, months=months)


def read(idea: Idea, person: Person, months: int = 6, **changes: Any) -> BenefitReading:
    given = {"measured": [NINE, NINETY_EIGHT], "note": "Les tournées sont plus courtes.", "by": by(person)}
    return benefits.read_benefits(reading=reading(idea, months), **(given | changes))


def asked(idea: Idea) -> set[tuple[Person, str]]:
    items = WorkItem.objects.filter(subject_key=idea.key, closed_at=None).select_related("person")
    return {(item.person, item.verb) for item in items}


def client(person: Person) -> Client:
    signed_in = Client()
    signed_in.force_login(person)
    return signed_in


def page(idea: Idea, months: int = 6) -> str:
    return reverse("read-benefits", args=[idea.key, months])


def last_event(idea: Idea) -> Event:
    return Event.objects.filter(subject_key=idea.key).latest("sequence")


def test_the_days_are_fixed_when_the_service_begins(cast: Cast, owner: Person) -> None:
    found = BenefitReading.objects.filter(idea=cast.idea).order_by("months").values_list("months", "due_on")
    assert list(found) == [(6, date(2027, 3, 2)), (12, date(2027, 9, 2))]
    assert cast.idea.due_at == datetime(2027, 3, 2, 22, 59, 59, tzinfo=UTC)
    with translation.override("en"):
        assert "read on Tuesday 2\u00a0March" in wording.next_text(cast.idea)


def test_it_waits_for_the_run_owner_two_weeks_before_and_once(cast: Cast, owner: Person) -> None:
    with clock.moved(datetime(2027, 2, 15, 9, tzinfo=UTC)):
        tick()
        assert asked(cast.idea) == set()
    with clock.moved(datetime(2027, 2, 16, 9, tzinfo=UTC)):
        tick()
        assert tick()["claimed"] == 0
        assert asked(cast.idea) == {(owner, "read_benefits")}
        event = Event.objects.get(subject_key=cast.idea.key, verb="benefits_asked")
        assert [(one.person, one.kind) for one in tellings(event)] == [(owner, "read_benefits")]
        work = client(owner).get(reverse("my-work")).content.decode()
        assert page(cast.idea) in work
    item = WorkItem.objects.get(subject_key=cast.idea.key, closed_at=None)
    assert item.due_at == datetime(2027, 3, 2, 22, 59, 59, tzinfo=UTC)


def test_whoever_is_late_is_reminded_then_the_lead_hears_of_it(cast: Cast, owner: Person) -> None:
    for day in (datetime(2027, 2, 16, 9, tzinfo=UTC), datetime(2027, 3, 3, 9, tzinfo=UTC)):
        with clock.moved(day):
            tick()
    assert Event.objects.filter(subject_key=cast.idea.key, verb="reminded").exists()
    with clock.moved(datetime(2027, 3, 10, 9, tzinfo=UTC)):
        tick()
        assert asked(cast.idea) == {(owner, "read_benefits"), (cast.lead, "late_benefits")}
        read(cast.idea, owner)
        tick()
        assert asked(cast.idea) == set()


@pytest.mark.parametrize("person", ["author", "lead", "other_director", "manager", "stranger"])
def test_nobody_else_reads(cast: Cast, owner: Person, person: str) -> None:
    with clock.moved(HALF_A_YEAR):
        with refused(NotAllowed):
            read(cast.idea, getattr(cast, person))
        assert client(getattr(cast, person)).get(page(cast.idea)).status_code == 403


def test_a_deputy_reads_while_the_run_owner_is_away_and_not_afterwards(cast: Cast, owner: Person) -> None:
    deputy = cast.stranger
    with clock.moved(HALF_A_YEAR):
        tick()
        absence = AbsenceFactory(person=owner, deputy=deputy)
        assert page(cast.idea) in client(deputy).get(reverse("my-work")).content.decode()
        absence.delete()
        with refused(NotAllowed):
            read(cast.idea, deputy, by=by(deputy, on_behalf_of=owner))
        AbsenceFactory(person=owner, deputy=deputy)
        assert read(cast.idea, deputy, by=by(deputy, on_behalf_of=owner)).read_by == deputy
    event = last_event(cast.idea)
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, owner.key)


def test_once_the_run_owner_has_left_it_waits_for_the_lead(cast: Cast, owner: Person) -> None:
    with clock.moved(HALF_A_YEAR):
        tick()
        people.depart(person=owner, on=clock.today(), by=IMPORT)
        tick()
        assert asked(cast.idea) == {(cast.lead, "read_benefits")}
        assert client(cast.lead).get(page(cast.idea)).status_code == 200
        assert read(cast.idea, cast.lead).read_by == cast.lead
        assert asked(cast.idea) == set()


def test_without_a_lead_whoever_stands_in_the_place_reads_until_one_is_named(
    cast: Cast, owner: Person, run_jobs: Callable[..., list[str]]
) -> None:
    with clock.moved(HALF_A_YEAR):
        for person in (owner, cast.lead):
            people.depart(person=person, on=clock.today(), by=IMPORT)
        tick()
        assert asked(cast.idea) == {(cast.dga, "read_benefits")}
        assert client(cast.dga).get(page(cast.idea)).status_code == 200
        newcomer = PersonFactory(role="programme_lead")
        on_grant_change(newcomer.role_grants.get(), IMPORT)
        run_jobs()
        assert asked(cast.idea) == {(newcomer, "read_benefits")}
        assert client(cast.dga).get(page(cast.idea)).status_code == 403
        other = PersonFactory(role="programme_lead")
        newcomer.role_grants.update(ends_at=clock.now())
        ask_readers()
        assert asked(cast.idea) == {(other, "read_benefits")}


def test_whoever_runs_the_service_keeps_what_is_asked_when_leads_change(cast: Cast, owner: Person) -> None:
    with clock.moved(HALF_A_YEAR):
        tick()
        ask_readers()
        assert asked(cast.idea) == {(owner, "read_benefits")}


def test_without_anybody_to_ask_nothing_is_said_until_there_is_someone(cast: Cast, owner: Person) -> None:
    with clock.moved(HALF_A_YEAR):
        for person in (owner, cast.lead, cast.dga):
            people.depart(person=person, on=clock.today(), by=IMPORT)
        assert tick()["failed"] == 0
        assert not Event.objects.filter(subject_key=cast.idea.key, verb="benefits_asked").exists()
        newcomer = PersonFactory(role="programme_lead")
        tick()
        assert asked(cast.idea) == {(newcomer, "read_benefits")}


def test_nobody_is_asked_before_its_time_nor_once_it_was_read(cast: Cast, owner: Person) -> None:
    found = reading(cast.idea)
    benefits.ask_for_benefits(reading=found.key, by=CLOCK)
    with clock.moved(HALF_A_YEAR):
        read(cast.idea, owner)
        benefits.ask_for_benefits(reading=found.key, by=CLOCK)
    assert asked(cast.idea) == set()
    assert not Event.objects.filter(subject_key=cast.idea.key, verb="benefits_asked").exists()


def test_each_is_read_once_and_not_before_its_time(cast: Cast, owner: Person) -> None:
    with refused(Conflict) as refusal:
        read(cast.idea, owner)
    assert refusal.value.code == "benefits.early"
    assert client(owner).get(page(cast.idea)).status_code == 409
    with clock.moved(HALF_A_YEAR):
        read(cast.idea, owner)
        for months, code in ((6, "benefits.read"), (12, "benefits.early")):
            with refused(Conflict) as refusal:
                read(cast.idea, owner, months)
            assert refusal.value.code == code
        assert client(owner).get(page(cast.idea)).status_code == 302
        assert client(owner).get(page(cast.idea, 7)).status_code == 404


@pytest.mark.parametrize(
    ("measured", "note", "fields"),
    [
        ([NINE, Measured(None)], "", {"value-1"}),
        ([NINE, Measured(None, " ")], "", {"value-1"}),
        ([Measured(Decimal(9), "Trop tôt."), NINETY_EIGHT], "", {"why-0"}),
        ([Measured(None, "x" * 301), NINETY_EIGHT], "", {"why-0"}),
        ([Measured(Decimal("0.0001")), Measured(Decimal(10**12))], "", {"value-0", "value-1"}),
        ([NINE, NINETY_EIGHT], "x" * 4_001, {"note"}),
    ],
)
def test_each_indicator_has_its_value_or_a_reason(
    cast: Cast, owner: Person, measured: list[Measured], note: str, fields: set[str]
) -> None:
    with clock.moved(HALF_A_YEAR):
        with refused(Invalid) as refusal:
            read(cast.idea, owner, measured=measured, note=note)
        assert set(refusal.value.fields) == fields
        assert reading(cast.idea).read_at is None


def test_values_stand_frozen_beside_what_was_promised(cast: Cast, owner: Person) -> None:
    with clock.moved(HALF_A_YEAR):
        read(cast.idea, owner, measured=[NINE, Measured(None, "L’outil est en panne.")])
    minutes, visits = reading(cast.idea).lines
    assert (minutes["baseline"], minutes["target"], minutes["last"]) == ("22", "12", "11")
    assert (minutes["value"], minutes["why"], minutes["reached"]) == ("9.5", "", True)
    assert (visits["value"], visits["why"], visits["reached"]) == (None, "L’outil est en panne.", None)
    event = last_event(cast.idea)
    assert (event.verb, event.payload["months"]) == ("benefits_read", 6)
    assert event.effects[0].items() >= {"what": "benefits", "measured": 1, "of": 2}.items()
    assert "panne" not in str(event.payload)


def test_the_last_reading_and_no_other_ends_the_process(
    cast: Cast, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Idea] = []

    def handler(idea: Idea, _by: Actor, _cause: Any) -> list[dict[str, Any]]:
        told.append(idea)
        return []

    monkeypatch.setattr(hooks, "_handlers", {"benefits_read": [handler]})
    with clock.moved(HALF_A_YEAR):
        read(cast.idea, owner)
    cast.idea.refresh_from_db()
    assert (told, cast.idea.due_at) == ([], datetime(2027, 9, 2, 21, 59, 59, tzinfo=UTC))
    with clock.moved(A_YEAR):
        tick()
        assert asked(cast.idea) == {(owner, "read_benefits")}
        read(cast.idea, owner, 12)
        tick()
    cast.idea.refresh_from_db()
    assert (told, cast.idea.due_at, asked(cast.idea)) == ([cast.idea], None, set())
    with translation.override("en"):
        assert "have been read" in wording.next_text(cast.idea)


def test_the_team_is_told_of_each_reading(cast: Cast, owner: Person) -> None:
    with clock.moved(HALF_A_YEAR):
        read(cast.idea, owner)
    told = {(one.person, one.kind, one.url) for one in tellings(last_event(cast.idea))}
    where = reverse("evaluation", args=[cast.idea.key])
    assert told == {(person, "benefits_read", where) for person in (cast.author, cast.co_author)}


def test_without_indicators_a_plain_sentence_is_the_reading(cast: Cast) -> None:
    in_service(cast.idea)
    with clock.moved(HALF_A_YEAR):
        with refused(Invalid) as refusal:
            read(cast.idea, cast.lead, measured=[], note=" ")
        assert set(refusal.value.fields) == {"note"}
        assert "Cible" not in client(cast.lead).get(page(cast.idea)).content.decode()
        assert read(cast.idea, cast.lead, measured=[], note="Il sert chaque jour.").lines == []


def test_the_database_refuses_half_a_reading_and_a_second_one(cast: Cast, owner: Person) -> None:
    found = reading(cast.idea)
    whole = {"read_at": clock.now(), "read_by": owner, "lines": [{}], "note": ""}
    wrong: list[dict[str, Any]] = [
        {"read_at": clock.now()},
        {"note": "Bien."},
        whole | {"read_by": None},
        whole | {"lines": []},
    ]
    for changes in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            BenefitReading.objects.filter(pk=found.pk).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        BenefitReading.objects.create(idea=cast.idea, months=6, due_on=found.due_on)
    BenefitReading.objects.filter(pk=found.pk).update(**whole)


def test_the_run_owner_reads_from_the_page(cast: Cast, owner: Person) -> None:
    signed_in, where = client(owner), reverse("evaluation", args=[cast.idea.key])
    typed = {"value-0": "9,5", "value-1": "", "why-1": "", "note": "<b>Bien</b>", "request_key": new_key()}
    with clock.moved(HALF_A_YEAR):
        assert page(cast.idea) in signed_in.get(where).content.decode()
        assert page(cast.idea) not in client(cast.author).get(where).content.decode()
        shown = signed_in.get(page(cast.idea)).content.decode()
        assert "cible\u00a012" in shown or "cible 12" in shown
        wrong = signed_in.post(page(cast.idea), typed)
        assert wrong.status_code == 422
        assert 'value="9,5"' in wrong.content.decode()
        assert "&lt;b&gt;Bien" in wrong.content.decode()
        whole = typed | {"why-1": "La caisse est en panne.", "request_key": new_key()}
        first, again = (signed_in.post(page(cast.idea), whole) for _ in range(2))
        assert (first.status_code, first.url, again.url) == (302, where, where)  # type: ignore[attr-defined]
        assert Event.objects.filter(subject_key=cast.idea.key, verb="benefits_read").count() == 1
        assert signed_in.post(page(cast.idea), whole | {"request_key": new_key()}).status_code == 409
    public = client(cast.stranger).get(where).content.decode()
    for words in ("9,5", "La caisse est en panne.", "&lt;b&gt;Bien", "2\u00a0septembre"):
        assert words in public, words


def test_the_pages_take_few_queries(cast: Cast, owner: Person) -> None:
    signed_in = client(owner)
    with clock.moved(HALF_A_YEAR):
        tick()
        with CaptureQueriesContext(connection) as found:
            signed_in.get(page(cast.idea))
        assert len(found) <= 14
        read(cast.idea, owner)
    with clock.moved(A_YEAR):
        read(cast.idea, owner, 12)
        with CaptureQueriesContext(connection) as found:
            signed_in.get(reverse("evaluation", args=[cast.idea.key]))
        assert len(found) <= 14


def test_what_is_masked_is_not_read_out(cast: Cast, owner: Person) -> None:
    word = "Quillebeuf"
    with clock.moved(HALF_A_YEAR):
        read(
            cast.idea,
            owner,
            measured=[Measured(None, f"{word} est parti."), NINETY_EIGHT],
            note=f"{word} gagne.",
        )
    for passages, times in (((), 2), ([word], 0)):
        shown = queries.benefits_of(cast.idea, passages)[0]
        assert f"{shown.lines} {shown.note}".count(word) == times


def test_a_confidential_service_is_open_to_its_reader_for_that_work_alone(cast: Cast, owner: Person) -> None:
    Idea.objects.filter(pk=cast.idea.pk).update(confidential=True)
    with clock.moved(HALF_A_YEAR):
        assert client(owner).get(page(cast.idea)).status_code == 404
        tick()
        assert client(owner).get(page(cast.idea)).status_code == 200
        typed = {"value-0": "9", "value-1": "98", "note": "", "request_key": new_key()}
        answer = client(owner).post(page(cast.idea), typed)
        assert (answer.status_code, answer.url) == (302, reverse("my-work"))  # type: ignore[attr-defined]


def test_from_the_decision_to_the_end_of_the_process(
    run_jobs: Callable[..., list[str]], quick_briefs: list[str]
) -> None:
    there = play.Cast()
    idea = play.submit(there)
    run_jobs()
    play.pass_g0(idea, there)
    run_jobs()
    for gate in ("G1", "G2"):
        play.vote_all(idea)
        play.decide(idea, there.dga)
        if gate == "G1":
            play.sponsored(idea, there)
        run_jobs()
    play.piloted(idea, there)
    run_jobs()
    play.agree(idea, there)
    play.evaluated(idea, there)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, there.dgs, "scale")
    assert (nodes.station_of(idea), BenefitReading.objects.filter(idea=idea).count()) == ("in_service", 2)
    assert idea.due_at is not None
    fixed = [line for line in last_event(idea).effects if line["what"] == "benefits"]
    assert [line["months"] for line in fixed] == [6, 12]
    for one in BenefitReading.objects.filter(idea=idea).order_by("months"):
        with clock.moved(clock.now() + timedelta(days=31 * one.months)):
            tick()
            read(idea, there.manager, one.months, measured=[NINE])
            run_jobs()
    idea.refresh_from_db()
    assert (idea.state, nodes.station_of(idea), idea.due_at) == ("in_service", "", None)
    assert idea.processes.get().finished is not None
    assert asked(idea) == set()
    assert events.verify().broken == []
    shown = client(there.author).get(reverse("idea", args=[idea.key])).content.decode()
    assert "Les bénéfices du service ont été relevés" in shown


def test_services_of_before_get_the_readings_that_are_still_to_come(cast: Cast, evaluator: Person) -> None:
    """What the migration writes: by the database's own clock."""
    code = import_module("workflows.migrations.0029_benefit_readings")
    today, there = timezone.now().date(), cast.idea
    for months_ago, left in ((1, [6, 12]), (8, [12]), (20, [12])):
        BenefitReading.objects.all().delete()
        ended = timezone.now() - timedelta(days=30.5 * months_ago)
        Idea.objects.filter(pk=there.pk).update(state="in_service", ended_at=ended, due_at=None)
        with connection.cursor() as cursor:
            cursor.execute(code.OPEN)
            cursor.execute(code.WAIT)
        rows = list(BenefitReading.objects.filter(idea=there).order_by("months"))
        assert [one.months for one in rows] == left
        assert all(one.due_on >= today + timedelta(days=13) for one in rows)
        there.refresh_from_db()
        assert there.due_at is not None
        assert there.due_at.astimezone(timezone.get_default_timezone()).date() == rows[0].due_on
