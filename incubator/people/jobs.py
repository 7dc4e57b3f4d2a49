"""What the calendar does to people. Run twice, it finds its work done."""

from datetime import date, timedelta

from django.db.models import Max, Q
from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.lib.refusals import Refusal, note, refused_at
from incubator.people import addresses
from incubator.people.actions import depart
from incubator.people.actors import CLOCK
from incubator.people.models import Person


@app.periodic(cron="30 * * * *")
@app.task(queueing_lock="forget_addresses", name="people.forget_addresses")
def forget_addresses(timestamp: int = 0) -> None:
    """What is known of network addresses is kept no longer than it slows anyone down."""
    addresses.forget_old()


@app.periodic(cron="40 0 * * *")
@app.task(queueing_lock="note_departures", name="people.note_departures")
def note_departures(timestamp: int = 0) -> None:
    """Whose last post is over, or a guest whose last day is: they leave as if the HR system had said so.

    People who never had a post (the first administrator) are left alone.
    """
    today = clock.today()
    present = Person.objects.filter(is_active=True)
    running = Q(posts__ends_on=None) | Q(posts__ends_on__gt=today)
    employees = (
        present.filter(kind=Person.Kind.EMPLOYEE, posts__isnull=False)
        .exclude(pk__in=present.filter(running, posts__isnull=False).values("pk"))
        .annotate(over_on=Max("posts__ends_on"))
    )
    guests = present.filter(kind=Person.Kind.GUEST, expires_on__lt=today)
    over: list[tuple[Person, date]] = [(person, person.over_on) for person in employees]
    over += [(person, person.expires_on + timedelta(days=1)) for person in guests if person.expires_on]
    for person, over_on in over:
        # One transaction each: what one leaves behind never stops the others.
        try:
            depart(person=person, on=min(over_on, today), by=CLOCK)
        except Refusal as refusal:
            with refused_at(f"depart {person.key}"):
                note(refusal)
            continue  # noted by someone else between the look and the lock
