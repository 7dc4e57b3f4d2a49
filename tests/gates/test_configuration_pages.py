"""The pages of a configuration: one section at a time, without script; files in and out; who may read and change."""

import copy
import html
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from ideas.calls.models import Programme
from incubator.lib import clock
from incubator.people.models import RoleGrant
from incubator.people.once import new_key
from tests.factories import PersonFactory, ProgrammeFactory
from tests.gates.stage import signed_in, texts
from tests.journey.cast import Cast, act
from tests.platform.jobs import Run
from tests.platform.kept import kept
from workflows.gates.configuration import actions, settings
from workflows.gates.configuration.document import document_from
from workflows.gates.configuration.forms import SectionForm
from workflows.gates.configuration.reading import defaults, in_force
from workflows.gates.configuration.structure import check
from workflows.gates.models import Configuration

pytestmark = pytest.mark.django_db


def built(_run_jobs: Run) -> Cast:
    found = Cast()
    PersonFactory(employed=True, mandate="elected")
    PersonFactory(employed=True, mandate="head_of_service", mandate__department=found.home)
    return found


@pytest.fixture(scope="module")
def kept_city(request: pytest.FixtureRequest) -> Iterator[Cast]:
    yield from kept(request, built)


@pytest.fixture
def city(kept_city: Cast) -> Cast:
    return deepcopy(kept_city)


@pytest.fixture
def draft(city: Cast) -> Configuration:
    return actions.begin_draft(by=act(city.lead), programme=Programme.objects.get())


def typed(draft: Configuration, section: str, **changes: Any) -> dict[str, Any]:
    """What the page of a section posts as it is shown, with changes by the last part of the field's name."""
    form = SectionForm(None, document=draft.document, section=section)
    sent: dict[str, Any] = {"request_key": new_key(), "revision": draft.revision, "act": "save"}
    for name, field in form.fields.items():
        value = field.prepare_value(form.get_initial_for_field(field, name))
        if value is True:
            sent[name] = "on"
        elif value not in (None, False):
            sent[name] = (
                value
                if isinstance(value, list)
                else str(value).replace(".", ",")
                if name.endswith("threshold")
                else value
            )
    return sent | changes


def address(draft: Configuration, section: str) -> str:
    return reverse("configuration-section", args=[draft.key, section])


def asked(client: Client, page: str, act: str) -> dict[str, Any]:
    """What the form of a version's page posts, with the revision it shows."""
    (revision,) = set(re.findall(r'name="revision" value="(\d+)"', client.get(page).text))
    return {"request_key": new_key(), "act": act, "revision": revision}


def test_what_is_worth_knowing_is_said_with_a_link_and_holds_nothing_back(
    city: Cast, draft: Configuration
) -> None:
    client, page = signed_in(city.lead), reverse("configuration", args=[draft.key])
    said = "chacune peut déduire le vote de l’autre"
    assert said not in client.get(page).content.decode()
    client.post(address(draft, "G2"), typed(draft, "G2") | {"gates.G2.seats": "2"})
    shown = client.get(page).content.decode()
    assert said in shown
    assert f"{address(draft, 'G2')}#" in shown
    assert actions.check(by=act(city.lead), key=draft.key) == []


@pytest.mark.parametrize("section", ["L", "F", "G0", "G1", "G2", "G3", "G4", "letters", "general"])
def test_a_section_saved_as_it_is_changes_nothing(city: Cast, draft: Configuration, section: str) -> None:
    answer = signed_in(city.lead).post(address(draft, section), typed(draft, section))
    assert answer.status_code == 302, texts(answer.content.decode())
    assert Configuration.objects.get().document == draft.document
    assert Configuration.objects.get().revision == 1


def test_what_is_typed_is_kept(city: Cast, draft: Configuration) -> None:
    sent = typed(draft, "G1") | {
        "gates.G1.quorum": "4",
        "gates.G1.threshold": "2,8",
        "gates.G1.opinion": "binding",
        "gates.G1.authors_hidden": "on",
        "gates.G1.pool": ["panel_member", "expert"],
        "gates.G1.diversity": "",
        "gates.G1.criteria.0.levels.1.fr": "Parfois",
        "gates.G1.must_meet.0.why.fr": "",
        "gates.G1.must_meet.0.why.en": "",
        "gates.G1.due": "25",
    }
    del sent["gates.G1.voters_hidden"]
    assert signed_in(city.lead).post(address(draft, "G1"), sent).status_code == 302
    found = Configuration.objects.get().document
    rules = found["gates"]["G1"]
    assert (rules["quorum"], rules["threshold"], rules["opinion"], rules["due"]) == (4, 2.8, "binding", 25)
    assert (rules["authors_hidden"], rules["voters_hidden"]) == (True, False)
    assert rules["pool"] == ["panel_member", "expert"]
    assert "diversity" not in rules
    assert rules["criteria"][0]["levels"][1]["fr"] == "Parfois"
    assert "why" not in rules["must_meet"][0]
    check(found)


def test_a_letter_of_several_paragraphs_is_kept_and_saved_again_untouched(
    city: Cast, draft: Configuration
) -> None:
    """A browser ends each line of a textarea with two characters."""
    client = signed_in(city.lead)
    sent = typed(draft, "letters") | {
        "letters.go.fr": "Bravo.\r\n\r\nÀ bientôt.",
        "letters.go.en": "Well\rdone",
    }
    assert client.post(address(draft, "letters"), sent).status_code == 302
    draft.refresh_from_db()
    assert draft.document["letters"]["go"] == {"fr": "Bravo.\n\nÀ bientôt.", "en": "Well\ndone"}
    kept_as = (draft.revision, draft.document)
    as_shown = typed(draft, "letters")
    browser = {
        name: value.replace("\n", "\r\n") if isinstance(value, str) else value
        for name, value in as_shown.items()
    }
    assert client.post(address(draft, "letters"), browser).status_code == 302
    draft.refresh_from_db()
    assert (draft.revision, draft.document) == kept_as


def test_rows_come_and_go(city: Cast, draft: Configuration) -> None:
    client = signed_in(city.lead)
    answer = client.post(address(draft, "G1"), typed(draft, "G1", act="add:criteria"))
    assert answer["Location"].endswith("#id_gates.G1.criteria.6.fr")
    draft.refresh_from_db()
    assert draft.document["gates"]["G1"]["criteria"][6]["key"] == "criterion_1"
    sent = typed(draft, "G1", act="remove:/gates/G1/criteria/0")
    assert client.post(address(draft, "G1"), sent).status_code == 302
    draft.refresh_from_db()
    assert [rule["key"] for rule in draft.document["gates"]["G1"]["criteria"]][:2] == ["value", "feasibility"]
    client.post(address(draft, "G1"), typed(draft, "G1", act="add:must_meet"))
    draft.refresh_from_db()
    assert draft.document["gates"]["G1"]["must_meet"][-1] == {
        "key": "must_meet_1",
        "kind": "judgement",
        "fr": "",
        "en": "",
    }
    before = copy.deepcopy(draft.document)
    client.post(address(draft, "G1"), typed(draft, "G1", act="remove:/gates/G2"))
    client.post(address(draft, "general"), typed(draft, "general", act="add:criteria"))
    assert Configuration.objects.get().document == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gates.G1.quorum", "many"),
        ("gates.G1.quorum", "-1"),
        ("gates.G1.quorum", "9" * 5000),
        ("gates.G1.seats", "1000000"),
        ("gates.G1.threshold", "nan"),
        ("gates.G1.threshold", "7"),
        ("gates.G1.decider", "me"),
        ("gates.G1.pool", ["everybody"]),
        ("gates.G1.fr", "x" * 300),
        ("gates.G1.fr", "a\x0bb"),
        ("gates.G1.fr", "a\x00b"),
        ("gates.G1.criteria.0.weight", "101"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(city: Cast, draft: Configuration, name: str, value: Any) -> None:
    answer = signed_in(city.lead).post(address(draft, "G1"), typed(draft, "G1") | {name: value})
    assert answer.status_code == 422
    assert f'href="#id_{name}' in answer.content.decode()
    assert Configuration.objects.get().document == draft.document


def test_a_circle_typed_is_refused_at_its_field(city: Cast, draft: Configuration) -> None:
    sent = typed(draft, "G3") | {"gates.G3.if_they_differ": "G3_decider"}
    answer = signed_in(city.lead).post(address(draft, "G3"), sent)
    assert answer.status_code == 422
    assert 'href="#id_gates.G3.if_they_differ' in answer.content.decode()


def test_two_tabs_do_not_overwrite_each_other(city: Cast, draft: Configuration) -> None:
    client = signed_in(city.lead)
    first = typed(draft, "G1") | {"gates.G1.quorum": "4"}
    second = typed(draft, "G1") | {"gates.G1.quorum": "2", "gates.G1.fr": "choix"}
    assert client.post(address(draft, "G1"), first).status_code == 302
    answer = client.post(address(draft, "G1"), second)
    assert answer.status_code == 422
    assert 'value="choix"' in answer.content.decode()
    assert Configuration.objects.get().document["gates"]["G1"]["quorum"] == 4


def test_found_mended_and_published(city: Cast, draft: Configuration) -> None:
    client, page = signed_in(city.lead), reverse("configuration", args=[draft.key])
    client.post(address(draft, "G1"), typed(draft, "G1") | {"gates.G1.criteria.0.weight": "20"})
    client.post(page, {"request_key": new_key(), "act": "check"})
    said = client.get(page).content.decode()
    place = address(draft, "G1") + "#id_gates.G1.criteria.0.weight"
    assert f'href="{place}"' in said
    assert "la somme des poids est de 95" in html.unescape(said).replace("\xa0", " ")
    assert client.post(page, asked(client, page, "publish")).status_code == 409
    draft.refresh_from_db()
    client.post(address(draft, "G1"), typed(draft, "G1") | {"gates.G1.criteria.0.weight": "25"})
    client.post(page, {"request_key": new_key(), "act": "check"})
    answer = client.post(page, asked(client, page, "publish"), follow=True)
    assert "En vigueur" in texts(answer.content.decode())
    assert Configuration.objects.get().state == "published"


@pytest.mark.parametrize(("then", "state"), [("publish", "published"), ("retire", "retired")])
def test_each_act_of_one_loaded_page_is_its_own(
    city: Cast, draft: Configuration, then: str, state: str
) -> None:
    client, page = signed_in(city.lead), reverse("configuration", args=[draft.key])
    actions.check(by=act(city.lead), key=draft.key)
    loaded = client.get(page).text.partition("<main")[2].split("<form")[1:]
    for act_asked in ("check", then):
        form = next(one for one in loaded if f'name="act" value="{act_asked}"' in one)
        typed = dict(re.findall(r'name="(request_key|revision)" value="([^"]+)"', form))
        assert client.post(page, typed | {"act": act_asked}).status_code == 302
    assert Configuration.objects.get().state == state


@pytest.mark.parametrize("act_asked", ["publish", "retire"])
def test_only_what_was_read_is_published_or_set_aside(
    city: Cast, draft: Configuration, act_asked: str
) -> None:
    """Another lead changed the draft, and checked it, since the page was opened."""
    client, page = signed_in(city.lead), reverse("configuration", args=[draft.key])
    actions.check(by=act(city.lead), key=draft.key)
    read = asked(client, page, act_asked)
    document = deepcopy(draft.document)
    document["gates"]["G1"]["quorum"] = 4
    other = act(PersonFactory(employed=True, role="programme_lead", role__programme_key="idees"))
    actions.edit(by=other, key=draft.key, revision=1, document=document)
    assert actions.check(by=other, key=draft.key) == []
    for sent in (read, read | {"request_key": new_key(), "revision": ""}):
        answer = client.post(page, sent)
        assert answer.status_code == 409
        assert "depuis que vous l’avez ouvert" in texts(answer.text)
    assert Configuration.objects.get().state == "checked"
    assert client.post(page, asked(client, page, act_asked)).status_code == 302
    assert Configuration.objects.get().state == {"publish": "published", "retire": "retired"}[act_asked]


def test_every_problem_leads_to_a_control_that_is_there(city: Cast, draft: Configuration) -> None:
    """A link from the checker to a place without a control would lead nowhere."""
    client = signed_in(city.lead)
    for section in settings.sections(draft.document):
        shown = client.get(address(draft, section)).content.decode()
        for group in settings.groups(draft.document, section):
            for setting in (*group.settings, *group.details):
                assert f'id="{setting.anchor}"' in shown, setting.anchor


def test_the_preview_is_the_reviewers_form(city: Cast, draft: Configuration) -> None:
    page = reverse("configuration-preview", args=[draft.key, "G1"])
    client = signed_in(city.lead)
    french, english = client.get(page).content.decode(), client.get(page + "?language=en").content.decode()
    assert "Gravité du problème" in french
    assert "How much the problem hurts" in english
    assert 'lang="en"' in english
    assert 'name="score_severity"' in english
    assert 'name="request_key"' not in english.partition("<main")[2]
    assert client.get(page.replace("G1", "G9")).status_code == 404


def test_who_may_read_and_who_may_change(city: Cast, draft: Configuration) -> None:
    watcher = signed_in(PersonFactory(role="cst_member"))
    page = reverse("configuration", args=[draft.key])
    assert watcher.get(reverse("configurations")).status_code == 200
    assert 'name="act"' not in watcher.get(page).content.decode()
    assert watcher.get(address(draft, "G1")).status_code == 302
    assert watcher.post(page, {"act": "check"}).status_code == 403
    assert watcher.get(reverse("configuration-preview", args=[draft.key, "G1"])).status_code == 200
    stranger = signed_in(city.author)
    for name, of in (
        ("configuration", draft.key),
        ("configuration-export", draft.key),
        ("configuration-in-force", "idees"),
    ):
        assert stranger.get(reverse(name, args=[of])).status_code == 404
    assert stranger.get(reverse("configurations")).status_code == 404
    assert Client().get(reverse("configurations")).status_code == 302
    assert Client().get(reverse("configuration-schema")).status_code == 200
    assert reverse("configurations") in watcher.get(reverse("account")).content.decode()
    assert reverse("configurations") not in stranger.get(reverse("account")).content.decode()


def test_out_of_one_programme_and_into_it_again(city: Cast, draft: Configuration) -> None:
    client = signed_in(city.lead)
    out = client.get(reverse("configuration-export", args=[draft.key]))
    assert json.loads(out.content) == draft.document
    changed = json.loads(client.get(reverse("configuration-in-force", args=["idees"])).content)
    changed["gates"]["G1"]["quorum"] = 4
    page = reverse("configuration", args=[draft.key])
    client.post(page, asked(client, page, "retire"))
    assert take(client, json.dumps(changed).encode()).status_code == 302
    assert Configuration.objects.get(state="draft").document["gates"]["G1"]["quorum"] == 4


def take(client: Client, raw: bytes) -> Any:
    return client.post(
        reverse("configuration-import", args=["idees"]),
        {"file": SimpleUploadedFile("c.json", raw, "application/json")},
    )


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "fichier"),
        (b"{", "ligne 1, colonne 2"),
        (b"[" * 100_000, "imbriqué"),
        (b" " * 600_000, "dépasse 500 ko"),
        (b'{"format": 1, "colour": 2}', "/colour"),
        (b'{"gates": {"G1": {"quorum": "x"}}}', "/gates/G1/quorum"),
    ],
)
def test_a_file_that_cannot_be_taken(city: Cast, raw: bytes, said: str) -> None:
    answer = take(signed_in(city.lead), raw)
    assert answer.status_code == 422
    assert said in texts(answer.content.decode())
    assert not Configuration.objects.exists()


def test_commands_write_and_take_the_same_file(city: Cast, tmp_path: Any) -> None:
    path = tmp_path / "c.json"
    call_command("export_configuration", "idees", output=str(path))
    document = json.loads(path.read_text())
    assert document == document_from(defaults()) == in_force(Programme.objects.get())
    document["gates"]["G1"]["quorum"] = 4
    path.write_text(json.dumps(document))
    with pytest.raises(CommandError):
        call_command("import_configuration", "idees", str(path), by=city.author.staff_number)
    call_command("import_configuration", "idees", str(path), by=city.lead.staff_number)
    assert Configuration.objects.get().document["gates"]["G1"]["quorum"] == 4
    document["gates"]["G1"]["quorum"] = "x"
    path.write_text(json.dumps(document))
    with pytest.raises(CommandError, match="/gates/G1/quorum"):
        call_command("import_configuration", "idees", str(path), by=city.lead.staff_number)
    with pytest.raises(CommandError):
        call_command("export_configuration", "nowhere")


HUNDRED_MEGABYTES = 100_000_000


class Endless(io.RawIOBase):
    """A request's body that is made as it is read: a form with a file of so many bytes of text."""

    def __init__(self, size: int) -> None:
        head = '--x\r\nContent-Disposition: form-data; name="file"; filename="c.json"\r\n\r\n{"a": "'
        self.head, self.tail, self.size, self.given = head.encode(), b"\r\n--x--\r\n", size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        count = min(len(into), self.size - self.given)
        made = self.head[self.given : self.given + count]
        into[:count] = made + b"x" * (count - len(made))
        self.given += count
        over = self.given - (self.size - len(self.tail))
        if over > 0:
            into[max(0, count - over) : count] = self.tail[max(0, over - count) : over]
        return count


@contextmanager
def little_memory(most: int) -> Iterator[None]:
    """At most so many bytes more at one time."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def send(client: Client, address: str, body: Endless, kind: str) -> Any:
    return client.request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": address,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(body.size),
            "wsgi.input": body,
        }
    )


def test_a_hundred_megabytes_are_refused_before_they_are_read(city: Cast, draft: Configuration) -> None:
    client, body = signed_in(city.lead), Endless(HUNDRED_MEGABYTES)
    client.get(reverse("configurations"))
    with little_memory(10_000_000):
        answer = send(
            client, reverse("configuration-import", args=["idees"]), body, "multipart/form-data; boundary=x"
        )
    assert answer.status_code == 413
    said = texts(answer.content.decode())
    assert "trop volumineux" in said
    assert "Rien n’a été modifié." in said
    assert body.given == 0
    typed_in = Endless(HUNDRED_MEGABYTES)
    with little_memory(10_000_000):
        answer = send(client, address(draft, "letters"), typed_in, "application/x-www-form-urlencoded")
    assert (answer.status_code, typed_in.given) == (413, 0)
    assert Configuration.objects.get().document == draft.document


def test_the_most_a_form_may_send_is_read_in_little_memory_and_refused_with_its_place(city: Cast) -> None:
    client, body = signed_in(city.lead), Endless(20_000_000)
    client.get(reverse("configurations"))
    with little_memory(10_000_000):
        answer = send(
            client, reverse("configuration-import", args=["idees"]), body, "multipart/form-data; boundary=x"
        )
    assert answer.status_code == 422
    assert "dépasse 500 ko" in texts(answer.content.decode())
    assert not Configuration.objects.exists()


def test_the_command_reads_no_more_than_a_configuration_holds(city: Cast, tmp_path: Any) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(HUNDRED_MEGABYTES)
    with little_memory(10_000_000), pytest.raises(CommandError, match="dépasse 500 ko"):
        call_command("import_configuration", "idees", str(path), by=city.lead.staff_number)
    assert not Configuration.objects.exists()


@pytest.mark.parametrize("role", ["programme_lead", "administrator", "cst_member", "auditor", "panel_member"])
def test_my_work_leads_to_it_whoever_may_open_it_and_nobody_else(role: str) -> None:
    person = PersonFactory(employed=True, role=role)
    programme, address = ProgrammeFactory(), reverse("configurations")
    opened = role != "panel_member"
    client = signed_in(person)
    assert (address in client.get(reverse("my-work")).text) is opened
    assert client.get(address).status_code == (200 if opened else 404)
    RoleGrant.objects.filter(person=person).update(programme_key="another")
    assert address not in client.get(reverse("my-work")).text
    RoleGrant.objects.filter(person=person).update(programme_key=programme.key)
    assert (address in client.get(reverse("my-work")).text) is opened
    Programme.objects.update(closed_on=clock.today())
    assert address not in client.get(reverse("my-work")).text
    assert client.get(address).status_code == 404
