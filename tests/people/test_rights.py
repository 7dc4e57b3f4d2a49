"""Roles, mandates and absences: who gives them, on whose chain they stand, and what never stands together."""

from datetime import date, timedelta

import pytest

from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people import actions, departures, grants
from incubator.people.actors import IMPORT, Actor
from incubator.people.models import Absence
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Actor:
    return Actor(person=factories.PersonFactory(role="administrator"))


def verbs(person) -> list[str]:
    return list(
        Event.objects.filter(subject_kind="person", subject_key=person.key)
        .order_by("sequence")
        .values_list("verb", flat=True)
    )


def test_a_role_is_given_and_ended_on_the_persons_chain(administrator) -> None:
    person, department = factories.PersonFactory(), factories.DepartmentFactory()
    grant = actions.grant_role(person=person, role="chair", department=department, by=administrator)
    assert grants.holds(person, "chair", entity=department.entity, department=department)
    assert grant.entity == department.entity
    ended = []
    departures.on_grant_end(lambda grant, by: ended.append(grant.pk))
    try:
        actions.end_grant(grant=grant, by=administrator)
    finally:
        departures._grant_ends.pop()
    assert ended == [grant.pk]
    assert not grants.holds(person, "chair", entity=department.entity, department=department)
    assert verbs(person) == ["role_granted", "role_ended"]
    assert Event.objects.first().effects[0] == {
        "what": "role",
        "to": "chair",
        "entity": "ville",
        "department": str(department.key),
    }
    with pytest.raises(Conflict):
        actions.end_grant(grant=grant, by=administrator)


def test_a_mandate_is_given_and_ended(administrator) -> None:
    person, entity = factories.PersonFactory(), factories.EntityFactory()
    mandate = actions.give_mandate(
        holder=person, capacity="dga", reference=" Arrêté 12 ", entity=entity, by=administrator
    )
    assert mandate.reference == "Arrêté 12"
    assert grants.mandates(entity=entity, holder=person).exists()
    actions.end_mandate(mandate=mandate, by=administrator)
    assert not grants.mandates(entity=entity, holder=person).exists(), "also one given on the same day"
    assert verbs(person) == ["mandate_given", "mandate_ended"]


def test_who_may_not_give(administrator) -> None:
    entity = factories.EntityFactory()
    person = factories.PersonFactory()
    elsewhere = factories.PersonFactory(
        role="administrator", role__entity=factories.EntityFactory(key="metropole")
    )
    lead = factories.PersonFactory(role=["programme_lead", "hr_desk"])
    for by, target in ((elsewhere, person), (lead, person), (administrator.human, administrator.human)):
        with pytest.raises(NotAllowed):
            actions.grant_role(person=target, role="expert", entity=entity, by=Actor(person=by))
        with pytest.raises(NotAllowed):
            actions.give_mandate(
                holder=target, capacity="dga", reference="A", entity=entity, by=Actor(person=by)
            )
    assert Event.objects.count() == 0


def test_a_superuser_names_the_first_administrator() -> None:
    person = factories.PersonFactory()
    actions.grant_role(
        person=person, role="administrator", by=Actor(person=factories.PersonFactory(is_superuser=True))
    )
    assert grants.holds(person, "administrator")


@pytest.mark.parametrize("role", ["programme_lead", "panel_member", "chair", "sponsor"])
def test_an_administrator_never_votes_or_decides(administrator, role: str) -> None:
    entity = factories.EntityFactory()
    other = factories.PersonFactory(role="administrator")
    with pytest.raises(Conflict):
        actions.grant_role(person=other, role=role, by=administrator)
    with pytest.raises(Conflict):
        actions.give_mandate(holder=other, capacity="dgs", reference="A", entity=entity, by=administrator)
    for held in (factories.PersonFactory(role=role), factories.PersonFactory(mandate="dga")):
        with pytest.raises(Conflict):
            actions.grant_role(person=held, role="administrator", by=administrator)


def test_a_role_is_not_given_twice_nor_to_someone_who_left(administrator) -> None:
    person = factories.PersonFactory(role="expert")
    with pytest.raises(Conflict):
        actions.grant_role(person=person, role="expert", by=administrator)
    with pytest.raises(Conflict):
        actions.grant_role(person=factories.PersonFactory(departed=True), role="expert", by=administrator)


def test_what_has_to_be_mended(administrator) -> None:
    person, entity = factories.PersonFactory(), factories.EntityFactory()
    other = factories.DepartmentFactory(entity=factories.EntityFactory(key="ccas"))
    today = clock.today()
    for wrong in (
        {"capacity": "king"},
        {"reference": "  "},
        {"ends_on": today},
        {"department": other},
    ):
        given = {"holder": person, "capacity": "dga", "reference": "A", "entity": entity} | wrong
        with pytest.raises(Invalid) as refusal:
            actions.give_mandate(by=administrator, **given)
        assert set(refusal.value.fields) == set(wrong)
    with pytest.raises(Invalid):
        actions.grant_role(person=person, role="king", by=administrator)
    with pytest.raises(Invalid):
        actions.grant_role(
            person=person, role="expert", ends_at=clock.now() - timedelta(days=1), by=administrator
        )


def test_whoever_stands_in_for_someone_becomes_no_administrator_meanwhile(administrator) -> None:
    person, deputy = factories.PersonFactory.create_batch(2)
    today = clock.today()
    absence = actions.record_absence(
        person=person, deputy=deputy, starts_on=today, ends_on=today, by=Actor(person=person)
    )
    with pytest.raises(Conflict) as refused:
        actions.grant_role(person=deputy, role="administrator", by=administrator)
    assert refused.value.code == "rights.contrary"
    actions.end_absence(absence=absence, by=Actor(person=person))
    with clock.moved(clock.now() + timedelta(days=1)):
        actions.grant_role(person=deputy, role="administrator", by=administrator)


def test_an_absence_lends_to_a_deputy_and_ends(administrator) -> None:
    person, deputy = factories.PersonFactory.create_batch(2)
    today = clock.today()
    by = Actor(person=person)
    absence = actions.record_absence(
        person=person, deputy=deputy, starts_on=today - timedelta(days=1), ends_on=today, by=by
    )
    assert list(grants.deputies_of(person)) == [deputy]
    actions.end_absence(absence=absence, by=by)
    assert not grants.is_absent(person)
    coming = actions.record_absence(
        person=person, starts_on=today + timedelta(days=3), ends_on=today + timedelta(days=4), by=by
    )
    actions.end_absence(absence=coming, by=by)
    assert Absence.objects.count() == 1
    assert verbs(person) == ["absence_recorded", "absence_ended"] * 2


def test_absences_that_are_refused(administrator) -> None:
    person, today = factories.PersonFactory(employed=True), clock.today()
    by = Actor(person=person)

    def note(**given):
        days = {"starts_on": today, "ends_on": today + timedelta(days=5)}
        return actions.record_absence(**({"person": person, "by": by} | days | given))

    for wrong in (
        {"ends_on": today - timedelta(days=1)},
        {"starts_on": date(2020, 1, 1), "ends_on": date(2020, 1, 2)},
        {"ends_on": date(9999, 12, 31)},
        {"starts_on": date(9999, 6, 1), "ends_on": date(9999, 12, 31)},
        {"deputy": person},
        {"deputy": factories.PersonFactory(departed=True)},
        {"deputy": administrator.human},
        {"deputy": factories.PersonFactory(guest=True)},
    ):
        with pytest.raises(Invalid):
            note(**wrong)
    with pytest.raises(NotAllowed):
        note(by=Actor(person=factories.PersonFactory()))
    note(by=Actor(person=factories.PersonFactory(role="hr_desk")))
    with pytest.raises(Conflict):
        note(starts_on=today + timedelta(days=5), ends_on=today + timedelta(days=6))
    note(starts_on=today + timedelta(days=6), ends_on=today + timedelta(days=6), by=IMPORT)
