"""Codes handed over in person: who may make one, what it opens, and that it opens once."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import Conflict, NotAllowed
from incubator.people import actions
from incubator.people.actors import Actor
from incubator.people.models import Person, SignInCode
from tests import factories

NEW = "marée-haute-42"


def desk(**made) -> Actor:
    return Actor(person=factories.PersonFactory(role="hr_desk", **made))


def type_code(client: Client, person: Person, text: str):
    return client.post(reverse("sign-in-code"), {"staff_number": person.staff_number, "code": text})


def choose(client: Client, secret: str = NEW, again: str | None = None):
    typed = {"secret": secret, "again": secret if again is None else again}
    return client.post(reverse("choose-secret"), typed)


@pytest.mark.django_db
def test_the_first_sign_in_of_someone_imported(client: Client) -> None:
    person = factories.PersonFactory(never_signed_in=True, employed=True)
    issued = actions.issue_code(person=person, by=desk())
    assert len(issued.text) == 11
    assert issued.text not in issued.code.code_hash
    assert issued.code.expires_at - issued.code.issued_at == timedelta(days=7)
    typed = issued.text.lower().replace("-", " ")
    assert type_code(client, person, typed)["Location"] == reverse("choose-secret")
    assert choose(client)["Location"] == reverse("my-work")
    assert client.get(reverse("stay")).status_code == 204
    client.logout()
    signed = {"staff_number": person.staff_number, "secret": NEW}
    assert client.post(reverse("sign-in"), signed).status_code == 302
    assert [event.verb for event in Event.objects.filter(subject_key=person.key)] == [
        "code_issued",
        "secret_chosen",
    ]


@pytest.mark.django_db
def test_a_code_opens_once_and_only_its_person(client: Client) -> None:
    person, other = factories.PersonFactory.create_batch(2)
    issued = actions.issue_code(person=person, by=desk())
    assert type_code(client, other, issued.text).status_code == 422
    assert type_code(client, person, issued.text).status_code == 302
    assert choose(client).status_code == 302
    assert type_code(Client(), person, issued.text).status_code == 422


@pytest.mark.django_db
def test_a_browser_that_dies_before_the_secret_costs_no_code(client: Client) -> None:
    person = factories.PersonFactory()
    issued = actions.issue_code(person=person, by=desk())
    assert type_code(client, person, issued.text).status_code == 302
    other = Client()
    assert type_code(other, person, issued.text).status_code == 302
    assert choose(other).status_code == 302
    assert choose(client).status_code == 409


@pytest.mark.django_db
def test_a_new_code_ends_the_one_before_and_the_pause(client: Client) -> None:
    person = factories.PersonFactory(locked=True)
    by = desk()
    first, second = actions.issue_code(person=person, by=by), actions.issue_code(person=person, by=by)
    assert type_code(client, person, first.text).status_code == 422
    assert type_code(client, person, second.text).status_code == 302
    person.refresh_from_db()
    assert person.locked_until is None


@pytest.mark.django_db
def test_a_repeated_form_gets_the_same_code_and_changes_nothing() -> None:
    person, by, key = factories.PersonFactory(), desk(), uuid.uuid4()
    first = actions.issue_code(person=person, by=by, request_key=key)
    assert actions.issue_code(person=person, by=by, request_key=key) == first
    assert SignInCode.objects.count() == Event.objects.count() == 1
    SignInCode.objects.update(used_at=clock.now())
    with pytest.raises(Conflict):
        actions.issue_code(person=person, by=by, request_key=key)


@pytest.mark.django_db
def test_the_page_of_an_older_slip_does_not_bring_its_code_back() -> None:
    person, by, key = factories.PersonFactory(), desk(), uuid.uuid4()
    actions.issue_code(person=person, by=by, request_key=key)
    newer = actions.issue_code(person=person, by=by)
    with pytest.raises(Conflict):
        actions.issue_code(person=person, by=by, request_key=key)
    newer.code.refresh_from_db()
    assert newer.code.replaced_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["changes the secret", "ends the sessions"])
def test_whoever_secures_their_account_ends_a_code_that_is_about(client: Client, how: str) -> None:
    person = factories.PersonFactory()
    issued = actions.issue_code(person=person, by=desk())
    if how == "changes the secret":
        actions.change_secret(current=factories.PASSWORD, secret=NEW, by=Actor(person=person))
    else:
        actions.end_sessions(by=Actor(person=person))
    assert type_code(client, person, issued.text).status_code == 422


@pytest.mark.django_db
def test_a_code_ends_after_seven_days_and_its_page_after_a_quarter_of_an_hour(client: Client) -> None:
    person = factories.PersonFactory()
    issued = actions.issue_code(person=person, by=desk())
    with clock.moved(clock.now() + timedelta(days=7, seconds=1)):
        assert type_code(client, person, issued.text).status_code == 422
    with clock.moved(clock.now() + timedelta(days=6, hours=23)):
        assert type_code(client, person, issued.text).status_code == 302
    with clock.moved(clock.now() + timedelta(days=6, hours=23, minutes=16)):
        assert choose(client).status_code == 409


@pytest.mark.django_db
def test_guessing_a_code_pauses_it_and_leaves_the_pin_alone(client: Client) -> None:
    person = factories.PersonFactory()
    issued = actions.issue_code(person=person, by=desk())
    for _ in range(5):
        assert type_code(client, person, "22222-22222").status_code == 422
    assert type_code(client, person, issued.text).status_code == 422
    with clock.moved(clock.now() + timedelta(minutes=16)):
        assert type_code(client, person, issued.text).status_code == 302
    signed = {"staff_number": person.staff_number, "secret": factories.PASSWORD}
    assert Client().post(reverse("sign-in"), signed).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["hr_desk", "champion", "staff_representative"])
def test_who_may_hand_over_a_code(role: str) -> None:
    person = factories.PersonFactory(employed=True)
    assert actions.issue_code(person=person, by=Actor(person=factories.PersonFactory(role=role)))


@pytest.mark.django_db
def test_who_may_not() -> None:
    direction = factories.DepartmentFactory()
    service = factories.DepartmentFactory(parent=direction)
    director = factories.PersonFactory(department=direction, head=True, role="champion")
    head = factories.PersonFactory(department=service, head=True, manager=director, role="hr_desk")
    person = factories.PersonFactory(department=service, manager=head, role="champion")
    elsewhere = factories.PersonFactory(
        role="hr_desk", role__department=factories.DepartmentFactory(service=True)
    )
    nobody = factories.PersonFactory(role=["administrator", "programme_lead"], is_superuser=True)
    for by in (director, head, person, elsewhere, nobody):
        with pytest.raises(NotAllowed):
            actions.issue_code(person=person, by=Actor(person=by))
    below = factories.PersonFactory(department=service, manager=head, role="champion")
    assert actions.issue_code(person=person, by=Actor(person=below))


@pytest.mark.django_db
def test_no_code_for_someone_who_has_left() -> None:
    with pytest.raises(Conflict):
        actions.issue_code(person=factories.PersonFactory(departed=True), by=desk())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "secret",
    ["12345", "123456", "654321", "111111", "121212", "123123", "246802", "141289", "891214", "14121989",
     "motdepa", "abcdefgh", "987654321", "camille-7x", "700123", "x" * 129, "abc\x07defgh", "2026 " * 40],
)  # fmt: skip
def test_a_secret_easily_guessed_is_refused_with_what_to_mend(client: Client, secret: str) -> None:
    person = factories.PersonFactory(staff_number="700123", given_name="Camille")
    issued = actions.issue_code(person=person, by=desk())
    type_code(client, person, issued.text)
    response = choose(client, secret)
    assert response.status_code == 422
    assert "id_secret" in response.content.decode()
    assert choose(client, "483917").status_code == 302


@pytest.mark.django_db
def test_the_two_secrets_have_to_be_the_same(client: Client) -> None:
    person = factories.PersonFactory()
    type_code(client, person, actions.issue_code(person=person, by=desk()).text)
    assert choose(client, NEW, "marée-basse-42").status_code == 422
    assert choose(client, "mare\u0301e-haute-42", NEW).status_code == 302, "é is é however it is written"


@pytest.mark.django_db(transaction=True)
def test_two_uses_of_one_code_at_one_instant_open_one() -> None:
    person = factories.PersonFactory()
    issued = actions.issue_code(person=person, by=desk())
    clients = [Client(), Client()]
    for client in clients:
        assert type_code(client, person, issued.text).status_code == 302
    start, statuses = threading.Barrier(2), []

    def use(client: Client, secret: str) -> None:
        start.wait()
        try:
            statuses.append((choose(client, secret).status_code, secret))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=use, args=(client, f"marée-haute-{n}")) for n, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in statuses) == [302, 409]
    won = next(secret for status, secret in statuses if status == 302)
    person.refresh_from_db()
    assert person.check_password(won)
    assert Event.objects.filter(verb="secret_chosen").count() == 1


@pytest.mark.django_db(transaction=True)
def test_guesses_side_by_side_are_all_counted() -> None:
    person = factories.PersonFactory()
    start, statuses = threading.Barrier(8), []

    def guess() -> None:
        client = Client()
        start.wait()
        try:
            typed = {"staff_number": person.staff_number, "secret": "not-the-one-7"}
            statuses.append(client.post(reverse("sign-in"), typed).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    person.refresh_from_db()
    assert person.failed_sign_ins == 5
    assert person.locked_until is not None
