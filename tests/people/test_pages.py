"""The pages of one's account, of the desk that hands over codes, and of the administrator."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incubator.events.models import Event
from incubator.lib import clock
from incubator.people import actions, grants
from incubator.people.actors import Actor
from incubator.people.models import Absence, Mandate, Person, PrivateLink, RoleGrant, SignInCode
from incubator.people.once import new_key
from tests import factories

pytestmark = pytest.mark.django_db


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


# --- One's own account ------------------------------------------------------------------------------------


def test_language_and_email_are_kept() -> None:
    person = factories.PersonFactory()
    client = as_(person)
    good = {"details-language": "en", "details-email": "a@example.org", "request_key": new_key()}
    for _ in range(2):
        assert client.post(reverse("account-details"), good)["Location"] == reverse("account")
    person.refresh_from_db()
    assert (person.language, person.email) == ("en", "a@example.org")
    bad = client.post(reverse("account-details"), {"details-language": "xx", "details-email": "nobody"})
    assert bad.status_code == 422
    assert b'value="nobody"' in bad.content
    assert Event.objects.count() == 0, "preferences are no events"


def test_absences_are_noted_and_ended() -> None:
    person, deputy = factories.PersonFactory.create_batch(2)
    client = as_(person)
    typed = {
        "absence-starts_on": day(0), "absence-ends_on": day(3), "absence-deputy": deputy.staff_number,
        "request_key": new_key(),
    }  # fmt: skip
    for _ in range(2):
        assert client.post(reverse("record-absence"), typed).status_code == 302
    assert list(grants.deputies_of(person)) == [deputy]
    page = client.get(reverse("account")).content.decode()
    assert str(deputy) in page
    assert client.post(reverse("record-absence"), typed | {"request_key": new_key()}).status_code == 409
    absence = Absence.objects.get()
    assert as_(deputy).post(reverse("end-absence", args=[absence.pk])).status_code == 404
    assert client.post(reverse("end-absence", args=[absence.pk])).status_code == 302
    assert not grants.is_absent(person)
    for wrong in ({"absence-deputy": "nobody"}, {"absence-ends_on": ""}, {"absence-ends_on": day(-2)}):
        response = client.post(reverse("record-absence"), typed | wrong | {"request_key": new_key()})
        assert response.status_code == 422, wrong
        assert "note--stop" in response.content.decode()


# --- Absences noted by the HR desk -----------------------------------------------------------------------


def typed_absence(deputy: Person) -> dict[str, str]:
    return {
        "absence-starts_on": day(0), "absence-ends_on": day(3), "absence-deputy": deputy.staff_number,
        "request_key": new_key(),
    }  # fmt: skip


def test_the_hr_desk_notes_a_colleagues_absence_and_its_end() -> None:
    person, deputy = factories.PersonFactory.create_batch(2, employed=True, language="en")
    desk = factories.PersonFactory(employed=True, role="hr_desk", language="en")
    client, page = as_(desk), reverse("absences", args=[person.key])
    found = client.get(reverse("desk"), {"q": person.staff_number}).text
    assert f'href="{page}"' in found, "the page is reached from the person's line"
    assert "roles, seats on panels, votes and decisions" in client.get(page).text
    typed = typed_absence(deputy)
    for _ in range(2):
        assert client.post(page, typed)["Location"] == page
    assert list(grants.deputies_of(person)) == [deputy]
    absence = Absence.objects.get()
    assert absence.noted_by == desk
    event = Event.objects.get(verb="absence_recorded")
    assert (event.subject_key, event.actor_key) == (person.key, desk.key), "the event names who noted it"
    assert f"noted for you by {desk}" in as_(person).get(reverse("account")).text
    assert json.loads(as_(person).get(reverse("own-data")).content)["person"]["absences"] == [
        {"from": day(0), "to": day(3), "deputy": str(deputy), "noted_by": str(desk)}
    ]
    ended = reverse("end-colleague-absence", args=[person.key, absence.pk])
    assert client.post(ended, {"request_key": new_key()})["Location"] == page
    assert not grants.is_absent(person)
    assert Event.objects.get(verb="absence_ended").actor_key == desk.key
    assert client.post(ended).status_code == 404


def test_an_absence_is_noted_only_by_the_desk_of_where_the_person_works() -> None:
    person, deputy, champion = factories.PersonFactory.create_batch(3, employed=True)
    elsewhere = factories.EntityFactory(key="harbour", name="The harbour")
    factories.RoleGrantFactory(person=champion, role="champion")
    desk = factories.PersonFactory(employed=True, role="hr_desk", role__entity=elsewhere)
    absence = factories.AbsenceFactory(person=person, starts_on=clock.today(), ends_on=clock.today())
    page = reverse("absences", args=[person.key])
    ended = reverse("end-colleague-absence", args=[person.key, absence.pk])
    for refused in (deputy, champion, desk):
        client = as_(refused)
        assert client.get(page).status_code == 403
        assert client.post(page, typed_absence(deputy)).status_code == 403
        assert client.post(ended).status_code == 403
    assert (
        reverse("absences", args=[person.key])
        not in as_(champion).get(reverse("desk"), {"q": person.staff_number}).text
    )
    assert Absence.objects.get() == absence
    assert as_(deputy).get(reverse("absences", args=[new_key()])).status_code == 403


def test_the_desk_lends_nothing_to_itself_and_notes_its_own_on_its_account() -> None:
    person = factories.PersonFactory(employed=True)
    desk = factories.PersonFactory(role="hr_desk", language="en")
    page = reverse("absences", args=[person.key])
    answer = as_(desk).post(page, typed_absence(desk))
    assert answer.status_code == 422
    assert "Nobody makes themselves the deputy" in answer.text
    assert not Absence.objects.exists()
    assert as_(desk).get(reverse("absences", args=[desk.key]))["Location"] == reverse("account")


def test_the_private_list_is_only_ones_own() -> None:
    person, other, third = factories.PersonFactory.create_batch(3)
    client = as_(person)
    for _ in range(2):
        typed = {"link-other": other.staff_number, "request_key": new_key()}
        assert client.post(reverse("note-link"), typed).status_code == 302
    link = PrivateLink.objects.get()
    assert str(other) in client.get(reverse("account")).content.decode()
    assert str(other) not in as_(third).get(reverse("account")).content.decode()
    assert as_(other).post(reverse("remove-link", args=[link.pk])).status_code == 404
    assert client.post(reverse("note-link"), {"link-other": person.staff_number}).status_code == 422
    assert client.post(reverse("remove-link", args=[link.pk])).status_code == 302
    assert client.post(reverse("remove-link", args=[link.pk])).status_code == 404
    assert client.post(reverse("remove-link", args=[10**30])).status_code == 404


def test_a_changed_secret_ends_the_other_sessions() -> None:
    person = factories.PersonFactory()
    here, elsewhere = as_(person), as_(person)
    typed = {"current": factories.PASSWORD, "secret": "écluse-du-soir-9", "again": "écluse-du-soir-9"}
    for wrong in ({"current": "not-the-one-7"}, {"secret": "123456", "again": "123456"}, {"again": "x"}):
        assert here.post(reverse("change-secret"), typed | wrong).status_code == 422
    assert here.post(reverse("change-secret"), typed)["Location"] == reverse("account")
    assert here.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302
    person.refresh_from_db()
    assert person.check_password("écluse-du-soir-9")


def test_guessing_the_present_secret_is_counted() -> None:
    person = factories.PersonFactory()
    client = as_(person)
    typed = {"current": "not-the-one-7", "secret": "écluse-du-soir-9", "again": "écluse-du-soir-9"}
    for _ in range(5):
        assert client.post(reverse("change-secret"), typed).status_code == 422
    assert client.post(reverse("change-secret"), typed | {"current": factories.PASSWORD}).status_code == 422
    person.refresh_from_db()
    assert person.locked_until is not None


def test_sign_out_everywhere_else() -> None:
    person = factories.PersonFactory()
    here, elsewhere = as_(person), as_(person)
    assert here.post(reverse("end-sessions")).status_code == 302
    assert here.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302


def test_ones_own_data_is_all_there_without_secrets() -> None:
    other = factories.PersonFactory()
    person = factories.PersonFactory(employed=True, role="chair", mandate="dga", email="a@example.org")
    factories.AbsenceFactory(person=person, deputy=other)
    PrivateLink.objects.create(owner=person, other=other)
    factories.IdeaFactory(author=person)
    actions.issue_code(person=person, by=Actor(person=factories.PersonFactory(role="hr_desk")))
    response = as_(person).get(reverse("own-data"))
    assert response["Content-Disposition"].startswith("attachment")
    held = json.loads(response.content)["person"]
    assert held["staff_number"] == person.staff_number
    assert {
        len(held[part]) for part in ("posts", "roles", "mandates", "absences", "people_i_would_not_judge")
    } == {1}
    everything = json.loads(response.content)
    assert everything["ideas"][0]["text"]["title"] == factories.TEXT["title"]
    assert [event["verb"] for event in everything["events"]["about_me"]] == ["code_issued"]
    assert everything["messages"] == everything["votes"] == []
    assert person.password not in response.content.decode()


def test_the_account_takes_the_same_queries_with_more_rows(django_assert_max_num_queries) -> None:
    person = factories.PersonFactory(employed=True)
    client = as_(person)

    def count() -> int:
        with django_assert_max_num_queries(16) as queries:
            assert client.get(reverse("account")).status_code == 200
        return len(queries)

    few = count()
    for n in range(10):
        factories.PostFactory(person=person)
        factories.RoleGrantFactory(person=person, role="expert", programme_key=f"p{n}")
        PrivateLink.objects.create(owner=person, other=factories.PersonFactory())
        start = clock.today() + timedelta(days=10 * n)
        factories.AbsenceFactory(person=person, starts_on=start, ends_on=start)
    assert count() == few


# --- The desk ---------------------------------------------------------------------------------------------


@pytest.fixture
def desk() -> Client:
    return as_(factories.PersonFactory(role="hr_desk"))


def test_the_desk_is_for_those_who_hand_over_codes() -> None:
    person = factories.PersonFactory()
    for role in ("administrator", "programme_lead", "hr_analyst"):
        client = as_(factories.PersonFactory(role=role))
        assert client.get(reverse("desk")).status_code == 403
        assert client.get(reverse("issue-code", args=[person.key])).status_code == 403
        assert client.post(reverse("issue-code", args=[person.key])).status_code == 403
    assert SignInCode.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "found"),
    [("4711", True), ("47 11 08", True), ("elodie", True), ("Le Gœff", True), ("legoeff", False), ("marie", True),
     ("le goeff élodie-marie", True), ("ff e", False), ("47", False), ("", False), ("%%%", False), ("x\x00yz", False)],
)  # fmt: skip
def test_people_are_found_by_number_or_by_words_of_the_name(desk: Client, typed: str, found: bool) -> None:
    person = factories.PersonFactory(
        staff_number="471108", given_name="Élodie-Marie", family_name="Le Gœff", employed=True
    )
    page = desk.get(reverse("desk"), {"q": typed})
    assert page.status_code == 200
    assert (str(person.key) in page.content.decode()) is found


def test_at_most_twenty_are_listed_in_the_same_queries(desk: Client, django_assert_max_num_queries) -> None:
    factories.PersonFactory.create_batch(3, family_name="Durand", employed=True)
    with django_assert_max_num_queries(12) as few:
        desk.get(reverse("desk"), {"q": "durand"})
    factories.PersonFactory.create_batch(30, family_name="Durand", employed=True)
    with django_assert_max_num_queries(12) as many:
        page = desk.get(reverse("desk"), {"q": "durand"}).content.decode()
    assert len(few) == len(many)
    assert len(re.findall(r"/people/[0-9a-f-]{36}/code", page)) == 20
    assert len(page) < 60_000


def test_a_desk_sees_its_own_entity_only() -> None:
    here = factories.DepartmentFactory()
    there = factories.DepartmentFactory(entity=factories.EntityFactory(key="ccas"))
    near = factories.PersonFactory(family_name="Durand", department=here)
    far = factories.PersonFactory(family_name="Durand", department=there)
    client = as_(factories.PersonFactory(role="hr_desk", role__entity=here.entity))
    page = client.get(reverse("desk"), {"q": "durand"}).content.decode()
    assert str(near.key) in page
    assert str(far.key) not in page
    assert client.post(reverse("issue-code", args=[far.key])).status_code == 403


def test_the_slip_shows_the_code_that_opens(desk: Client) -> None:
    person = factories.PersonFactory(employed=True)
    address = reverse("issue-code", args=[person.key])
    asked = desk.get(address)
    assert SignInCode.objects.count() == 0, "looking makes no code"
    key = re.search(r'name="request_key" value="([0-9a-f-]{36})"', asked.content.decode())[1]
    pages = [desk.post(address, {"request_key": key}).content.decode() for _ in range(2)]
    codes = [re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", page)[0] for page in pages]
    assert codes[0] == codes[1], "a double click shows one code"
    assert SignInCode.objects.count() == 1
    typed = {"staff_number": person.staff_number, "code": codes[0]}
    assert Client().post(reverse("sign-in-code"), typed).status_code == 302
    assert "no-store" in asked["Cache-Control"]


def test_no_slip_for_nobody_oneself_or_whom_one_answers_for(desk: Client) -> None:
    me = Person.objects.get(role_grants__role="hr_desk")
    below = factories.PersonFactory(employed__line_manager=me)
    factories.PostFactory(person=me)
    assert desk.get(reverse("issue-code", args=["00000000-0000-0000-0000-000000000000"])).status_code == 404
    for person in (me, below):
        assert desk.get(reverse("issue-code", args=[person.key])).status_code == 403
        assert desk.post(reverse("issue-code", args=[person.key])).status_code == 403
    assert SignInCode.objects.count() == 0
    gone = factories.PersonFactory(departed=True)
    assert desk.post(reverse("issue-code", args=[gone.key])).status_code == 409


# --- The administrator ------------------------------------------------------------------------------------


@pytest.fixture
def admin() -> Client:
    factories.EntityFactory()
    return as_(factories.PersonFactory(role="administrator"))


def role_form(person: Person, **more: str) -> dict[str, str]:
    entity = factories.EntityFactory()
    return {
        "person": person.staff_number,
        "role": "chair",
        "entity": str(entity.pk),
        "request_key": new_key(),
    } | more


def test_a_role_is_given_and_ended_on_its_page(admin: Client) -> None:
    person, department = factories.PersonFactory(), factories.DepartmentFactory(code="ESP")
    typed = role_form(person, department="esp", last_day=day(10), programme_key="idees")
    for _ in range(2):
        assert admin.post(reverse("roles"), typed).status_code == 302
    grant = RoleGrant.objects.get(person=person)
    assert (grant.role, grant.department, grant.programme_key) == ("chair", department, "idees")
    assert clock.today() + timedelta(days=10) == (grant.ends_at - timedelta(seconds=1)).astimezone().date()
    assert str(person) in admin.get(reverse("roles")).content.decode()
    assert admin.post(reverse("roles"), typed | {"request_key": new_key()}).status_code == 409
    assert admin.post(reverse("end-role", args=[grant.pk])).status_code == 302
    assert admin.post(reverse("end-role", args=[grant.pk])).status_code == 404


def test_a_mandate_is_given_and_ended_on_its_page(admin: Client) -> None:
    person, entity = factories.PersonFactory(), factories.EntityFactory()
    typed = {
        "person": person.staff_number,
        "capacity": "dga",
        "reference": "Arrêté 7",
        "entity": str(entity.pk),
    }
    assert admin.post(reverse("mandates"), typed).status_code == 302
    mandate = Mandate.objects.get()
    assert (mandate.holder, mandate.reference, mandate.ends_on) == (person, "Arrêté 7", None)
    assert admin.post(reverse("end-mandate", args=[mandate.pk])).status_code == 302
    assert admin.post(reverse("end-mandate", args=[mandate.pk])).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"person": "nobody"}, {"role": "king"}, {"entity": "999"}, {"entity": "x"}, {"department": "NONE"},
     {"programme_key": "no slug!"}, {"last_day": "yesterday"}, {"last_day": "2020-01-01"}],
    ids=str,
)  # fmt: skip
def test_what_has_to_be_mended_is_named_and_what_was_typed_is_kept(
    admin: Client, wrong: dict[str, str]
) -> None:
    person = factories.PersonFactory()
    response = admin.post(reverse("roles"), role_form(person) | wrong)
    assert response.status_code == 422
    page = response.content.decode()
    assert "note--stop" in page
    assert f'value="{person.staff_number}"' in page or "person" in wrong
    assert not RoleGrant.objects.filter(person=person).exists()


def test_an_administrator_stays_in_their_entity() -> None:
    mine, other = factories.EntityFactory(), factories.EntityFactory(key="ccas")
    admin = as_(factories.PersonFactory(role="administrator", role__entity=mine))
    theirs = factories.RoleGrantFactory(entity=other)
    everywhere = factories.RoleGrantFactory()
    page = admin.get(reverse("roles")).content.decode()
    assert str(theirs.person) not in page
    for grant in (theirs, everywhere):
        assert admin.post(reverse("end-role", args=[grant.pk])).status_code == 404
    typed = role_form(factories.PersonFactory(), entity=str(other.pk))
    assert admin.post(reverse("roles"), typed).status_code == 422


def test_nobody_else_opens_the_administrators_pages() -> None:
    client = as_(factories.PersonFactory(role=["hr_desk", "programme_lead", "auditor"]))
    for name in ("roles", "mandates"):
        assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse(name), role_form(factories.PersonFactory())).status_code == 403
    own = as_(person := factories.PersonFactory(role="administrator"))
    assert own.post(reverse("roles"), role_form(person, role="expert")).status_code == 403
    assert (
        own.post(
            reverse("roles"), role_form(factories.PersonFactory(mandate="dga"), role="administrator")
        ).status_code
        == 409
    )


def test_the_list_of_roles_pages_by_key(admin: Client, django_assert_max_num_queries) -> None:
    factories.RoleGrantFactory.create_batch(3)
    with django_assert_max_num_queries(12) as few:
        admin.get(reverse("roles"))
    factories.RoleGrantFactory.create_batch(60)
    with django_assert_max_num_queries(12) as many:
        first = admin.get(reverse("roles")).content.decode()
    assert len(few) == len(many)
    pages, seen = 0, set()
    address = reverse("roles")
    while address:
        page = admin.get(address).content.decode()
        found = set(re.findall(r"/roles/(\d+)/end", page))
        assert not found & seen
        seen |= found
        pages += 1
        following = re.search(r'href="(\?after=\d+)"', page)
        address = reverse("roles") + following[1] if following else ""
    assert (pages, len(seen)) == (3, 64)
    assert len(first) < 60_000
    assert admin.get(reverse("roles"), {"after": "x" * 50}).status_code == 200
    assert admin.get(reverse("roles"), {"after": "9" * 50}).status_code == 200
