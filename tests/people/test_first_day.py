"""A city's first day: an empty database, one command, and everyone else is let in from pages."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from ideas.calls.models import Programme
from incubator.events.models import Event
from incubator.events.queries import verify
from incubator.lib import clock
from incubator.lib.refusals import Invalid, NotAllowed
from incubator.people import actions, grants, rules
from incubator.people.actors import FOUNDING, Actor
from incubator.people.models import Entity, Person, SignInCode
from incubator.people.once import new_key
from tests import factories

pytestmark = pytest.mark.django_db
CODE = re.compile(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b")
ASKED = {
    "entity": "ville",
    "name": "Ville de Port-Aubert",
    "administrator": "a 12",
    "given_name": "Maud",
    "family_name": "Le Bris",
    "programme": "idees",
    "title_fr": "Idées des agents",
    "title_en": "Staff ideas",
}


def run(command: str, *arguments: str, **options: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, language="en", **options)
    return out.getvalue()


def found(**other: str) -> str:
    return run("found_city", **(ASKED | other))


def verbs() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_one_command_makes_a_city_whose_administrator_comes_in(client: Client) -> None:
    said = found()
    entity, maud, programme = Entity.objects.get(), Person.objects.get(), Programme.objects.get()
    assert (entity.key, entity.name, entity.time_zone) == ("ville", "Ville de Port-Aubert", "Europe/Paris")
    assert (maud.staff_number, str(maud), maud.is_superuser) == ("A12", "Maud Le Bris", False)
    assert grants.holds(maud, "administrator", entity=entity)
    assert (programme.entity, programme.kind, programme.name_fr) == (entity, "staff", "Idées des agents")
    assert verbs() == ["entity_founded", "arrived", "role_granted", "programme_opened", "code_issued"]
    assert set(Event.objects.values_list("system", flat=True)) == {"founding"}
    assert verify().broken == []
    (code,) = CODE.findall(said)
    client.post(reverse("sign-in-code"), {"staff_number": "A12", "code": code})
    secret = {"secret": "marée-haute-42", "again": "marée-haute-42"}
    assert client.post(reverse("choose-secret"), secret).status_code == 302
    assert client.get(reverse("roles")).status_code == 200


def test_a_second_run_says_what_is_there_and_changes_nothing() -> None:
    found()
    before = verbs()
    said = found(name="Another name", given_name="Someone")
    assert verbs() == before
    assert SignInCode.objects.count() == 1
    assert CODE.findall(said) == []
    assert said.count("already") == 4
    assert "Ville de Port-Aubert" in said
    assert "Maud Le Bris" in said


def test_a_second_entity_has_the_same_administrator() -> None:
    found()
    said = found(entity="ccas", name="CCAS", programme="solidaires")
    assert CODE.findall(said) == []
    assert grants.holds(Person.objects.get(), "administrator", entity=Entity.objects.get(key="ccas"))
    assert Programme.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"time_zone": "Europe/Port-Aubert"}, "There is no time zone “Europe/Port-Aubert”"),
        ({"time_zone": "../etc"}, "There is no time zone"),
        ({"entity": "La Ville"}, "small letters"),
        ({"programme": "é"}, "small letters"),
        ({"name": " "}, "name"),
        ({"title_en": ""}, "title"),
        ({"administrator": "  "}, "staff number"),
        ({"administrator": "9" * 33}, "staff number"),
        ({"family_name": ""}, "name"),
        ({"holidays_country": "ZZ"}, "public holidays"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_nothing(wrong: dict[str, str], sentence: str) -> None:
    with pytest.raises(CommandError, match=re.escape(sentence)):
        found(**wrong)
    assert (Entity.objects.count(), Person.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_an_administrator_who_may_not_be_one_is_said_and_leaves_nothing() -> None:
    factories.PersonFactory(staff_number="A12", mandate="dga", mandate__entity__key="metropole")
    with pytest.raises(CommandError, match="never votes and never decides"):
        found()
    assert not Entity.objects.filter(key="ville").exists()
    factories.PersonFactory(staff_number="B7", departed=True)
    with pytest.raises(CommandError, match="has left"):
        found(administrator="B7")
    assert Event.objects.count() == 0


def test_a_programme_of_another_entity_is_not_taken() -> None:
    factories.ProgrammeFactory(key="idees", entity=factories.EntityFactory(key="metropole"))
    with pytest.raises(CommandError, match="belongs to"):
        found()
    assert not Entity.objects.filter(key="ville").exists()


def test_only_the_command_founds_an_entity() -> None:
    superuser = factories.PersonFactory(is_superuser=True)
    with pytest.raises(NotAllowed):
        actions.found_entity(key="ville", name="Ville", by=Actor(person=superuser))


# --- The first codes ---------------------------------------------------------------------------------------


def test_the_first_who_hand_over_codes_get_theirs_on_the_terminal(client: Client) -> None:
    person = factories.PersonFactory(role="hr_desk", never_signed_in=True)
    (code,) = CODE.findall(run("hand_over_code", person.staff_number))
    response = client.post(reverse("sign-in-code"), {"staff_number": person.staff_number, "code": code})
    assert response["Location"] == reverse("choose-secret")
    assert verbs() == ["code_issued"]


def test_everyone_else_gets_none_there() -> None:
    for person in (factories.PersonFactory(mandate="dgs"), factories.PersonFactory(role="chair")):
        with pytest.raises(CommandError, match="HR desk"):
            run("hand_over_code", person.staff_number)
        with pytest.raises(NotAllowed):
            actions.issue_code(person=person, by=FOUNDING)
    with pytest.raises(CommandError, match="Nobody has the staff number"):
        run("hand_over_code", "0")
    assert SignInCode.objects.count() == 0


NOT_HERE = {
    "decides": ("This person votes or decides", "Cette personne vote ou décide"),
    "has a secret": (
        "This person has chosen a PIN or a password already",
        "Cette personne a déjà choisi un code secret ou un mot de passe",
    ),
}


def refused_there(person: Person, why: str) -> None:
    for language, sentence in zip(("en", "fr"), NOT_HERE[why], strict=True):
        with pytest.raises(CommandError, match=sentence):
            call_command("hand_over_code", person.staff_number, language=language)
    assert not person.sign_in_codes.exists()


@pytest.mark.parametrize("role", ["hr_desk", "champion", "staff_representative"])
@pytest.mark.parametrize("other", sorted(rules.VOTES_OR_DECIDES))
def test_who_hands_codes_over_and_votes_or_decides_gets_none_there(role: str, other: str) -> None:
    refused_there(factories.PersonFactory(role=[role, other], never_signed_in=True), "decides")


def test_a_mandate_or_role_that_begins_later_counts_and_one_that_is_over_does_not() -> None:
    today, now = clock.today(), clock.now()
    desk = factories.PersonFactory(role="hr_desk", mandate="head_of_service", never_signed_in=True)
    refused_there(desk, "decides")
    desk.mandates.update(ends_on=today)
    chairs = factories.RoleGrantFactory(person=desk, role="chair", starts_at=now + timedelta(days=3))
    refused_there(desk, "decides")
    chairs.delete()
    factories.MandateFactory(holder=desk, starts_on=today + timedelta(days=3))
    refused_there(desk, "decides")
    desk.mandates.update(starts_on=today - timedelta(days=9), ends_on=today)
    assert CODE.findall(run("hand_over_code", desk.staff_number))


@pytest.mark.parametrize("role", ["hr_desk", "administrator"])
def test_who_has_chosen_a_secret_gets_none_there(role: str) -> None:
    refused_there(factories.PersonFactory(role=role), "has a secret")


def test_an_administrator_who_lost_the_first_code_gets_another_there(client: Client) -> None:
    lost = CODE.findall(found())
    (code,) = CODE.findall(run("hand_over_code", "A12"))
    for typed, opens in ((lost[0], False), (code, True)):
        answer = client.post(reverse("sign-in-code"), {"staff_number": "A12", "code": typed})
        assert (answer.get("Location") == reverse("choose-secret")) is opens


def test_while_nobody_hands_codes_over_another_administrator_is_let_in() -> None:
    found()
    maud = Person.objects.get()
    maud.set_password("marée-haute-42")
    maud.save()
    assert CODE.findall(found()) == []
    assert len(CODE.findall(found(administrator="B7", given_name="Nadia", family_name="Roux"))) == 1
    assert grants.holds(Person.objects.get(staff_number="B7"), "administrator", entity=Entity.objects.get())


def test_a_superuser_is_not_made_on_the_terminal() -> None:
    with pytest.raises(CommandError, match="found_city"):
        call_command("createsuperuser", interactive=False)


# --- Guests and elected members ----------------------------------------------------------------------------


def guest(**other: str) -> dict[str, str]:
    last = (clock.today() + timedelta(days=90)).isoformat()
    return {
        "staff_number": "elu 3", "given_name": "Nadia", "family_name": "Roux", "email": "",
        "expires_on": last, "request_key": new_key(),
    } | other  # fmt: skip


def test_the_hr_desk_of_an_entity_adds_a_guest_and_hands_over_a_code() -> None:
    desk = factories.PersonFactory(role="hr_desk", role__entity=factories.EntityFactory())
    client = as_(desk)
    assert reverse("add-guest") in client.get(reverse("desk")).content.decode()
    assert client.get(reverse("add-guest")).status_code == 200
    typed = guest()
    for _ in range(2):
        response = client.post(reverse("add-guest"), typed)
        nadia = Person.objects.get(staff_number="ELU3")
        assert response["Location"] == reverse("issue-code", args=[nadia.key])
    assert (nadia.kind, nadia.expires_on) == ("guest", clock.today() + timedelta(days=90))
    assert verbs() == ["arrived"]
    assert client.post(response["Location"], {"request_key": new_key()}).status_code == 200
    assert "Nadia" in client.get(reverse("desk"), {"q": "elu3"}).content.decode()


def test_an_administrator_adds_an_elected_member_and_gives_the_delegation() -> None:
    entity = factories.EntityFactory()
    client = as_(factories.PersonFactory(role="administrator", role__entity=entity))
    assert reverse("add-guest") in client.get(reverse("account")).content.decode()
    assert client.post(reverse("add-guest"), guest())["Location"] == reverse("mandates")
    given = {
        "person": "ELU3", "capacity": "elected", "reference": "Délégation 4", "entity": entity.pk,
        "request_key": new_key(),
    }  # fmt: skip
    assert client.post(reverse("mandates"), given).status_code == 302
    nadia = Person.objects.get(staff_number="ELU3")
    assert grants.mandates(entity=entity, holder=nadia).exists()


def test_an_administrator_who_hands_codes_over_in_one_department_is_led_to_no_refusal() -> None:
    department = factories.DepartmentFactory()
    maud = factories.PersonFactory(role="administrator", role__entity=department.entity)
    factories.RoleGrantFactory(person=maud, role="champion", entity=department.entity, department=department)
    answer = as_(maud).post(reverse("add-guest"), guest(), follow=True)
    assert (answer.redirect_chain, answer.status_code) == ([(reverse("mandates"), 302)], 200)
    assert Person.objects.filter(staff_number="ELU3").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"staff_number": " "}, {"staff_number": "9" * 33}, {"given_name": ""}, {"family_name": " "},
        {"expires_on": ""}, {"expires_on": "2020-01-01"}, {"email": "nobody"}, {"staff_number": "ta\x00ken"},
    ],
)  # fmt: skip
def test_what_has_to_be_mended_on_the_page(wrong: dict[str, str]) -> None:
    client = as_(factories.PersonFactory(role="hr_desk"))
    assert client.post(reverse("add-guest"), guest(**wrong)).status_code == 422
    assert Person.objects.count() == 1


def test_a_taken_number_is_said_at_its_field() -> None:
    client = as_(factories.PersonFactory(role="hr_desk", staff_number="ELU3"))
    page = client.post(reverse("add-guest"), guest())
    assert page.status_code == 422
    assert "Nadia" in page.content.decode(), "what was typed stays"


def test_the_page_is_for_the_hr_desk_and_administrators() -> None:
    for person in (factories.PersonFactory(role="champion"), factories.PersonFactory(mandate="dgs")):
        client = as_(person)
        assert client.get(reverse("add-guest")).status_code == 403
        assert client.post(reverse("add-guest"), guest()).status_code == 403
        assert reverse("add-guest") not in client.get(reverse("account")).content.decode()
    champion = as_(factories.PersonFactory(role="champion"))
    assert reverse("add-guest") not in champion.get(reverse("desk")).content.decode()
    assert not Person.objects.filter(kind="guest").exists()


def test_a_guest_with_a_right_elsewhere_belongs_there() -> None:
    here, elsewhere = factories.EntityFactory(), factories.EntityFactory(key="metropole")
    guest = factories.PersonFactory(guest=True, family_name="Durand", never_signed_in=True)
    factories.MandateFactory(holder=guest, capacity="elected", entity=elsewhere)
    for entity, may in ((here, False), (elsewhere, True)):
        desk = factories.PersonFactory(role="hr_desk", role__entity=entity)
        page = as_(desk).get(reverse("desk"), {"q": "durand"}).content.decode()
        assert (str(guest) in page) is may
        if may:
            assert actions.issue_code(person=guest, by=Actor(person=desk))
        else:
            with pytest.raises(NotAllowed):
                actions.issue_code(person=guest, by=Actor(person=desk))


def test_who_has_a_right_on_everything_gets_no_code_from_one_entitys_desk() -> None:
    desk = factories.PersonFactory(role="hr_desk", role__entity=factories.EntityFactory())
    for person in (factories.PersonFactory(role="administrator"), factories.PersonFactory(is_superuser=True)):
        with pytest.raises(NotAllowed):
            actions.issue_code(person=person, by=Actor(person=desk))
    everywhere = Actor(person=factories.PersonFactory(role="hr_desk"))
    assert actions.issue_code(person=person, by=everywhere)


def test_a_desk_of_one_department_gives_no_code_to_someone_without_a_place() -> None:
    desk = factories.PersonFactory(role="champion", role__department=factories.DepartmentFactory())
    with pytest.raises(NotAllowed):
        actions.issue_code(person=factories.PersonFactory(guest=True), by=Actor(person=desk))


def test_a_guests_last_day_is_to_come() -> None:
    with pytest.raises(Invalid) as refusal:
        actions.hire(
            staff_number="E1", given_name="A", family_name="B", guest=True, by=FOUNDING,
            expires_on=clock.today() - timedelta(days=1),
        )  # fmt: skip
    assert set(refusal.value.fields) == {"expires_on"}
