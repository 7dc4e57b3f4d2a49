"""When a person leaves: what ends here, and that the rooms above are asked in order."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people import actions, departures, grants
from incubator.people.actors import IMPORT, Actor
from incubator.people.models import Absence
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaver():
    return factories.PersonFactory(employed=True, role=["chair", "expert"], mandate="dga")


def test_everything_of_the_person_ends(leaver, client: Client) -> None:
    today = clock.today()
    actions.issue_code(person=leaver, by=Actor(person=factories.PersonFactory(role="hr_desk")))
    factories.MandateFactory(holder=leaver, starts_on=today + timedelta(days=9), capacity="dgs")
    factories.RoleGrantFactory(person=leaver, role="coach", starts_at=clock.now() + timedelta(days=9))
    factories.PostFactory(person=leaver, starts_on=today + timedelta(days=30))
    factories.AbsenceFactory(person=leaver)
    lent = factories.AbsenceFactory(deputy=leaver)
    inbox.open_for(
        [leaver], key="vote:1", verb="vote", subject_kind="idea", subject_key=leaver.key,
        subject_title="Vélo", url="/",
    )  # fmt: skip
    client.force_login(leaver)
    actions.depart(person=leaver, on=today, by=IMPORT)
    leaver.refresh_from_db()
    assert (leaver.is_active, leaver.departed_on) == (False, today)
    assert not leaver.has_usable_password()
    assert leaver.posts.filter(ends_on=None).count() == 0
    assert not grants.roles_anywhere(leaver)
    assert not grants.roles_anywhere(leaver, clock.now() + timedelta(days=10))
    assert not leaver.mandates.exclude(ends_on__lte=today + timedelta(days=9)).exists()
    assert not leaver.sign_in_codes.filter(used_at=None, replaced_at=None).exists()
    assert not grants.is_absent(leaver)
    assert Absence.objects.get(pk=lent.pk).deputy is None
    assert not WorkItem.objects.filter(closed_at=None).exists()
    assert client.get(reverse("stay")).status_code == 302
    event = Event.objects.get(verb="departed")
    assert [line["what"] for line in event.effects] == [
        "departed", "post", "post", "role", "role", "role", "mandate", "mandate",
    ]  # fmt: skip
    assert event.subject_key == leaver.key
    assert Event.objects.get(verb="deputy_left").subject_key == lent.person.key


def test_handlers_run_in_order_when_others_already_stand_in(leaver) -> None:
    deputy = factories.PersonFactory()
    factories.AbsenceFactory(person=leaver, deputy=deputy)
    seen = []

    def late(person, on, by) -> None:
        seen.append(("late", list(grants.deputies_of(person)), list(grants.holders("chair")), on, by))

    departures.on_departure(late, order=900)
    departures.on_departure(lambda person, on, by: seen.append("early"), order=1)
    try:
        actions.depart(person=leaver, on=clock.today(), by=IMPORT)
    finally:
        departures._departures[:] = [pair for pair in departures._departures if pair[0] not in (1, 900)]
    assert seen == ["early", ("late", [deputy], [], clock.today(), IMPORT)]


def test_a_handler_that_fails_leaves_everything_as_it_was(leaver) -> None:
    def fail(person, on, by) -> None:
        raise RuntimeError

    departures.on_departure(fail, order=900)
    try:
        with pytest.raises(RuntimeError):
            actions.depart(person=leaver, on=clock.today(), by=IMPORT)
    finally:
        departures._departures[:] = [pair for pair in departures._departures if pair[0] != 900]
    leaver.refresh_from_db()
    assert leaver.is_active
    assert Event.objects.count() == 0


def test_who_may_note_it_and_when(leaver) -> None:
    with pytest.raises(NotAllowed):
        actions.depart(person=leaver, on=clock.today(), by=Actor(person=factories.PersonFactory()))
    desk = Actor(person=factories.PersonFactory(role="hr_desk"))
    with pytest.raises(Invalid):
        actions.depart(person=leaver, on=clock.today() + timedelta(days=1), by=desk)
    actions.depart(person=leaver, on=date(2026, 1, 1), by=desk)
    with pytest.raises(Conflict):
        actions.depart(person=leaver, on=clock.today(), by=desk)


def test_arriving_and_a_post() -> None:
    department = factories.DepartmentFactory()
    desk = Actor(person=factories.PersonFactory(role="hr_desk"))
    person = actions.hire(staff_number="ab 12", given_name="Zoé", family_name="Œuvrard", by=desk)
    assert person.staff_number == "AB12"
    assert not person.has_usable_password()
    actions.assign(person=person, department=department, by=desk, grade_band="C")
    assert [event.verb for event in Event.objects.order_by("sequence")] == ["arrived", "assigned"]
    with pytest.raises(Conflict):
        actions.hire(staff_number="AB12", given_name="X", family_name="Y", by=desk)
    with pytest.raises(Invalid):
        actions.hire(staff_number="G1", given_name="X", family_name="Y", guest=True, by=desk)
    with pytest.raises(NotAllowed):
        actions.hire(staff_number="Q1", given_name="X", family_name="Y", by=Actor(person=person))
