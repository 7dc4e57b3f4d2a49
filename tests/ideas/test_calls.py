"""Calls: who sets them up, whom they ask, what may still change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from ideas.calls import actions, queries, rules
from ideas.calls.models import Call, Programme
from incubator.events.models import Event
from incubator.lib import clock, words
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import IMPORT, Actor
from tests.factories import (
    AbsenceFactory,
    CallFactory,
    DepartmentFactory,
    EntityFactory,
    PersonFactory,
    PostFactory,
    ProgrammeFactory,
)
from tests.ideas.cast import refused

pytestmark = pytest.mark.django_db
TEXTS = dict.fromkeys(rules.TEXTS, "Quoi de neuf ?")


def dates(first=-1, last=30):
    now = clock.now()
    return {"opens_at": now + timedelta(days=first), "closes_at": now + timedelta(days=last)}


@pytest.fixture
def lead():
    return PersonFactory(employed=True, role="programme_lead", role__programme_key="idees", language="en")


@pytest.fixture
def programme():
    return ProgrammeFactory()


def verbs(kind, key):
    return list(Event.objects.filter(subject_kind=kind, subject_key=key).values_list("verb", flat=True))


def test_an_administrator_opens_a_programme_once():
    by = Actor(person=PersonFactory(role="administrator"))
    made = actions.open_programme(by=by, entity=EntityFactory(), key="eau", name_fr="Eau", name_en="Water")
    assert verbs("programme", made.subject_key) == ["programme_opened"]
    with refused(Conflict):
        actions.open_programme(by=by, entity=EntityFactory(), key="eau", name_fr="Eau", name_en="Water")


@pytest.mark.parametrize("role", ["programme_lead", "panel_member", "auditor"])
def test_others_open_no_programme(role):
    with refused(NotAllowed):
        actions.open_programme(
            by=Actor(person=PersonFactory(role=role)),
            entity=EntityFactory(),
            key="eau",
            name_fr="E",
            name_en="W",
        )


def test_a_lead_publishes_a_call_with_one_event_that_holds_no_text(lead, programme):
    call = actions.publish_call(by=Actor(person=lead), programme=programme, places=3, **TEXTS, **dates())
    assert verbs("call", call.key) == ["call_published"]
    payload = Event.objects.get(subject_key=call.key).payload
    assert (payload["programme"], payload["places"]) == ("idees", 3)
    assert "neuf" not in str(payload)


def test_others_publish_no_call(programme):
    elsewhere = PersonFactory(role="programme_lead", role__programme_key="autre")
    for person in (PersonFactory(employed=True), elsewhere, PersonFactory(is_superuser=True)):
        with refused(NotAllowed):
            actions.publish_call(by=Actor(person=person), programme=programme, **TEXTS, **dates())
    with refused(NotAllowed):
        actions.publish_call(by=IMPORT, programme=programme, **TEXTS, **dates())


def test_a_deputy_publishes_only_while_the_lead_is_absent(lead, programme):
    deputy = PersonFactory(employed=True)
    by = Actor(person=deputy, on_behalf_of=lead)
    with refused(NotAllowed):
        actions.publish_call(by=by, programme=programme, **TEXTS, **dates())
    AbsenceFactory(person=lead, deputy=deputy)
    assert actions.publish_call(by=by, programme=programme, **TEXTS, **dates())


def test_an_incomplete_call_names_its_fields(lead, programme):
    with refused(Invalid) as caught:
        actions.publish_call(by=Actor(person=lead), programme=programme, title_fr="Titre", **dates(5, 5))
    assert set(caught.value.fields) == {"title_en", "question_fr", "question_en", "closes_at"}


def test_a_programme_has_one_box(lead, programme):
    actions.publish_call(by=Actor(person=lead), programme=programme, always_open=True, **TEXTS)
    with refused(Conflict):
        actions.publish_call(by=Actor(person=lead), programme=programme, always_open=True, **TEXTS)


def test_before_it_opens_all_may_change_and_after_only_its_end(lead, programme):
    by = Actor(person=lead)
    call = actions.publish_call(by=by, programme=programme, **TEXTS, **dates(5, 30))
    actions.change_call(
        by=by, call=call, authors_hidden=True, departments=[DepartmentFactory()], **dates(-1, 30)
    )
    call.refresh_from_db()
    with refused(Invalid) as caught:
        actions.change_call(by=by, call=call, authors_hidden=False, departments=[])
    assert set(caught.value.fields) == {"authors_hidden", "departments"}
    actions.change_call(by=by, call=call, closes_at=clock.now() + timedelta(days=60))
    with refused(Invalid):
        actions.change_call(by=by, call=call, closes_at=clock.now() - timedelta(hours=1))
    assert verbs("call", call.key) == ["call_published", "call_changed", "call_changed"]
    actions.change_call(by=by, call=call)
    assert len(verbs("call", call.key)) == 3


def test_calls_ask_by_department_and_those_below():
    direction = DepartmentFactory()
    service = DepartmentFactory(parent=direction)
    inside, outside = PersonFactory(department=service), PersonFactory(employed=True)
    call, everyone = CallFactory(), CallFactory(box=True)
    call.departments.add(direction)
    assert list(queries.open_calls(inside)) == [call, everyone]
    assert list(queries.open_calls(outside)) == [everyone]
    assert not queries.open_calls(PersonFactory(guest=True)).exists()


def test_calls_ask_within_dates_entities_and_running_staff_programmes():
    person = PersonFactory(employed=True)
    CallFactory(over=True)
    CallFactory(opens_at=clock.now() + timedelta(days=1))
    CallFactory(programme=ProgrammeFactory(key="habitants", kind=Programme.Kind.CITIZENS))
    CallFactory(programme=ProgrammeFactory(key="fini", closed_on=clock.today() - timedelta(days=1)))
    CallFactory(programme=ProgrammeFactory(key="ailleurs", entity=EntityFactory(key="metropole")))
    now = CallFactory()
    assert list(queries.open_calls(person)) == [now]
    later = clock.now() + timedelta(days=3)
    assert queries.open_calls(person, later).count() == 2


def test_a_first_day_begins_at_midnight_where_people_are():
    day = clock.today() + timedelta(days=1)
    midnight = datetime.combine(day, time(), ZoneInfo("Europe/Paris")).astimezone(UTC)
    new = PersonFactory(employed__starts_on=day)
    CallFactory(box=True)
    CallFactory(programme=ProgrammeFactory(key="fini", closed_on=day), box=True)
    assert not queries.open_calls(new, midnight - timedelta(minutes=30)).exists()
    assert queries.open_calls(new, midnight + timedelta(minutes=30)).count() == 1


def test_asking_takes_the_same_queries_for_many(django_assert_num_queries):
    person = PersonFactory(employed=True)
    PostFactory(person=person)
    for _number in range(5):
        CallFactory().departments.add(person.posts.first().department)
    with django_assert_num_queries(2):
        assert len(queries.open_calls(person)) == 5


def test_the_pages_publish_show_and_change_a_call(client, lead, programme):
    service = DepartmentFactory(name="Voirie")
    client.force_login(lead)
    assert client.get(reverse("call-new")).status_code == 200
    sent = TEXTS | {
        "programme": "idees",
        "opens_on": "2030-01-01",
        "closes_on": "2030-02-01",
        "departments": "voirie\n",
        "places": "4",
        "authors_hidden": "yes",
    }
    answer = client.post(
        reverse("call-new"), sent | {"closes_on": "", "departments": "Inconnu", "places": "x"}
    )
    assert answer.status_code == 422
    assert "Inconnu" in answer.content.decode()
    assert client.post(reverse("call-new"), sent | {"closes_on": ""}).status_code == 422
    assert client.post(reverse("call-new"), sent).status_code == 302
    call = Call.objects.get()
    assert (list(call.departments.all()), call.places, call.authors_hidden) == ([service], 4, True)
    assert call.closes_at.isoformat() == "2030-02-01T22:59:59+00:00"
    content = client.get(reverse("call", kwargs={"key": call.key})).content.decode()
    assert "Voirie" in content
    edit = reverse("call-edit", kwargs={"key": call.key})
    assert client.get(edit).status_code == 200
    assert client.post(edit, sent | {"places": "5"}).status_code == 302
    call.refresh_from_db()
    assert call.places == 5


def shown(client, call, **changes):
    """What the form of a call posts as it is shown, with changes."""
    form = client.get(reverse("call-edit", args=[call.key])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    # A browser sends every line end of a text as two characters.
    sent = {
        name: str(value).replace("\n", "\r\n") for name, value in values.items() if value not in (None, False)
    }
    return sent | changes


def asked_of(call):
    return set(Call.objects.get(pk=call.pk).departments.all())


def test_a_call_is_changed_though_its_departments_have_closed_or_are_of_another_entity(
    client, lead, programme
):
    """Under way, so that the departments asked must stay."""
    ours = DepartmentFactory(code="D1", name="Voirie")
    theirs = DepartmentFactory(code="D1", name="Accueil", entity=EntityFactory(key="ccas", name="CCAS"))
    closed, other = DepartmentFactory(code="D2", closed_on=clock.today()), DepartmentFactory(code="D3")
    opened = datetime(2024, 5, 6, tzinfo=ZoneInfo(ours.entity.time_zone))
    call = CallFactory(programme=programme, opens_at=opened)
    call.departments.set([theirs, closed, other])
    client.force_login(lead)
    edit, sent = reverse("call-edit", args=[call.key]), shown(client, call, places="7")
    assert client.post(edit, sent).status_code == 302
    call.refresh_from_db()
    assert (call.places, asked_of(call)) == (7, {theirs, closed, other})
    ahead = CallFactory(programme=programme, **dates(5, 30))
    ahead.departments.set([theirs, closed, ours])
    edit, sent = reverse("call-edit", args=[ahead.key]), shown(client, ahead)
    assert client.post(edit, sent).status_code == 302
    assert asked_of(ahead) == {theirs, closed, ours}
    lines = sent["departments"].split("\r\n")
    assert client.post(edit, sent | {"departments": "\r\n".join([lines[0], "voirie"])}).status_code == 302
    assert asked_of(ahead) == {ours}
    # What the call does not ask already is another entity's, or gone.
    for line in (lines[1], "D2", "Accueil"):
        assert client.post(edit, sent | {"departments": line}).status_code == 422
    assert asked_of(ahead) == {ours}


def test_a_department_named_in_doubt_or_past_the_most_is_refused_with_a_sentence(client, lead, programme):
    first, second = DepartmentFactory(code="D1", name="Accueil"), DepartmentFactory(code="D2", name="Accueil")
    call = CallFactory(programme=programme, **dates(5, 30))
    client.force_login(lead)
    edit, sent = reverse("call-edit", args=[call.key]), shown(client, call)
    answer = client.post(edit, sent | {"departments": "accueil"})
    assert answer.status_code == 422
    assert "More than one department is called: accueil. Give the code instead." in answer.text
    assert client.post(edit, sent | {"departments": "d2"}).status_code == 302
    assert asked_of(call) == {second}
    many = [f"M{number}" for number in range(200)]
    for code in many:
        DepartmentFactory(code=code, period=False)
    answer = client.post(edit, sent | {"departments": "\n".join([*many, "D1"])})
    assert answer.status_code == 422
    assert "At most 200 departments" in answer.text
    assert asked_of(call) == {second}
    assert client.post(edit, sent | {"departments": "\n".join([*many[1:], "D1"])}).status_code == 302
    assert first in asked_of(call)
    assert len(asked_of(call)) == 200


def test_pages_of_setting_up_are_the_leads(client, programme):
    call = CallFactory()
    client.force_login(PersonFactory(employed=True))
    assert client.get(reverse("call", kwargs={"key": call.key})).status_code == 200
    for name, arguments in (("call-new", {}), ("call-edit", {"key": call.key})):
        assert client.get(reverse(name, kwargs=arguments)).status_code == 403
        assert client.post(reverse(name, kwargs=arguments), TEXTS).status_code == 403


def test_a_lead_comes_by_links_from_the_ideas_to_a_call_and_to_its_session(lead, client):
    call = CallFactory(places=4, programme__key="idees")
    over = CallFactory(programme=call.programme, **dates(-60, -30))
    client.force_login(lead)
    assert f'href="{reverse("calls")}"' in client.get(reverse("portfolio")).text
    listed = client.get(reverse("calls")).text
    for name, keys in (("call", [call.key]), ("call", [over.key]), ("call-new", [])):
        assert f'href="{reverse(name, args=keys)}"' in listed
    assert f'href="/calls/{call.key}/session"' in client.get(reverse("call", args=[call.key])).text


def test_a_call_that_is_not_open_says_since_when_or_from_when(client):
    client.force_login(PersonFactory(employed=True, language="en"))
    over, to_come = CallFactory(**dates(-60, -30)), CallFactory(**dates(2, 30))
    page = client.get(reverse("call", args=[over.key])).text
    assert f"Closed since {words.plain_day(over.closes_at)}" in page
    address = f"{reverse('portfolio')}?call="
    assert address in page
    page = client.get(reverse("call", args=[to_come.key])).text
    assert f"Opens on {words.plain_day(to_come.opens_at)}" in page
    assert address not in page


def test_everyone_reads_the_open_calls_and_no_other(client):
    call = CallFactory()
    over = CallFactory(programme=call.programme, **dates(-60, -30))
    client.force_login(PersonFactory(employed=True))
    listed = client.get(reverse("calls")).text
    assert reverse("call", args=[call.key]) in listed
    assert reverse("call", args=[over.key]) not in listed
    assert reverse("call-new") not in listed


def test_the_list_of_calls_is_as_long_however_many_there_were(lead, client):
    programme = ProgrammeFactory(key="idees")
    for ago in range(70):
        CallFactory(programme=programme, **dates(-600 - ago, -500 - ago))
    client.force_login(lead)
    answer = client.get(reverse("calls"))
    assert answer.text.count(f'href="{reverse("calls")}/') == 60 + 1, "the newest, and the form of a new one"
    assert "The first 60 are shown." in answer.text
    assert len(answer.content) < 60_000
