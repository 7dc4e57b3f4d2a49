"""What a module keeps is as new for each of its tests, and gone after it."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.db import connection

from incubator.people.models import Person
from tests.factories import PersonFactory
from tests.platform.jobs import Run
from tests.platform.kept import kept

pytestmark = pytest.mark.django_db
times: list[Person] = []


def build(_run_jobs: Run) -> Person:
    times.append(PersonFactory(given_name="Gardée"))
    return times[-1]


@pytest.fixture(scope="module")
def once(request: pytest.FixtureRequest) -> Iterator[Person]:
    yield from kept(request, build)


@pytest.fixture
def person(once: Person) -> Person:
    return deepcopy(once)


@pytest.mark.parametrize("time", range(3))
def test_each_test_has_it_as_new(person: Person, time: int) -> None:
    assert len(times) == 1
    assert person.given_name == "Gardée"
    assert list(Person.objects.filter(given_name__in=["Gardée", "Autre"])) == [person]
    person.given_name = "Autre"
    person.save()
    PersonFactory(given_name="Autre")
    Person.objects.get(pk=person.pk).delete()


def test_it_is_gone_once_the_module_is_over(request: pytest.FixtureRequest) -> None:
    keeping = kept(request, lambda _run_jobs: PersonFactory(given_name="Un moment"))
    inside = len(connection.savepoint_ids)
    before = list(Person.objects.values_list("pk", flat=True))
    found = next(keeping)
    assert Person.objects.filter(pk=found.pk).exists()
    keeping.close()
    assert list(Person.objects.values_list("pk", flat=True)) == before
    assert len(connection.savepoint_ids) == inside


def test_what_fails_while_it_is_built_leaves_nothing(request: pytest.FixtureRequest) -> None:
    before = list(Person.objects.values_list("pk", flat=True))

    def fails(_run_jobs: Run) -> None:
        PersonFactory()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        next(kept(request, fails))
    assert list(Person.objects.values_list("pk", flat=True)) == before
