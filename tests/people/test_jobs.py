"""What the calendar does to people."""

from datetime import timedelta

import pytest

from incubator.events.models import Event
from incubator.lib import clock
from incubator.people.jobs import note_departures
from tests import factories

pytestmark = pytest.mark.django_db


def test_whose_last_post_or_last_day_is_over_leaves_once() -> None:
    today = clock.today()
    over = factories.PersonFactory(employed__ends_on=today - timedelta(days=2))
    guest = factories.PersonFactory(guest=True, expires_on=today - timedelta(days=1))
    staying = [
        factories.PersonFactory(employed=True),
        factories.PersonFactory(employed__ends_on=today + timedelta(days=1)),
        factories.PersonFactory(guest=True, expires_on=today),
        factories.PersonFactory(),
    ]
    second = factories.PersonFactory(employed__ends_on=today - timedelta(days=2))
    factories.PostFactory(person=second, starts_on=today + timedelta(days=5))
    for _ in range(2):
        note_departures()
    for person, day in ((over, today - timedelta(days=2)), (guest, today)):
        person.refresh_from_db()
        assert (person.is_active, person.departed_on) == (False, day)
    for person in [*staying, second]:
        person.refresh_from_db()
        assert person.is_active
    assert Event.objects.filter(verb="departed", system="clock").count() == 2
