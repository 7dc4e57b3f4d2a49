"""An entity's letterhead: who changes it, what is refused, what documents then print."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from incubator.events.models import Event
from incubator.lib import files
from incubator.lib.refusals import Invalid, NotAllowed
from incubator.people import actions, queries
from incubator.people.actors import Actor
from incubator.people.models import Entity, Logo
from tests.briefs.decided import submitted_idea
from tests.factories import EntityFactory, PersonFactory
from workflows.briefs.gathering import letterhead_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(size: tuple[int, int] = (900, 300), form: str = "PNG", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 85, 102)).save(out, form, **more)
    return out.getvalue()


def administrator() -> Actor:
    return Actor(person=PersonFactory(role="administrator"))


def change(**more: Any) -> Entity:
    given: dict[str, Any] = {"address": "", "colour": "", "by": administrator()} | more
    return actions.change_letterhead(entity=EntityFactory(), **given)


def test_a_letterhead_is_printed_and_leaves_one_event() -> None:
    entity = change(address="1 place du Port", colour="#0A5566", logo=picture())
    assert (entity.letterhead, entity.colour) == ("1 place du Port", "#0a5566")
    assert entity.logo_id is not None
    printed = letterhead_of(submitted_idea().programme, "fr")
    assert (printed.address, printed.colour, printed.logo_sha256) == (
        "1 place du Port",
        "#0a5566",
        entity.logo_id,
    )
    event = Event.objects.get(verb="letterhead_changed")
    assert event.subject_key == entity.subject_key
    assert "place du Port" not in str(event.effects), "an event holds the SHA-256 of a text"
    change(address="1 place du Port", colour="#0a5566")
    assert Event.objects.filter(verb="letterhead_changed").count() == 1, "nothing changed"


def test_a_logo_is_drawn_anew_small_and_without_what_hid_in_it() -> None:
    entity = change(logo=picture((3_000, 1_500), "JPEG", comment=b"taken by Maelle"))
    assert entity.logo_id is not None
    kept = files.read(entity.logo_id)
    with Image.open(io.BytesIO(kept)) as drawn:
        assert drawn.format == "PNG"
        assert drawn.size[0] <= 720
        assert drawn.size[1] <= 192
        assert not drawn.info
    assert b"Maelle" not in kept


def test_an_earlier_logo_is_kept_for_the_documents_that_print_it() -> None:
    first = change(logo=picture()).logo_id
    second = change(logo=picture((400, 200))).logo_id
    third = change(without_logo=True)
    assert third.logo_id is None
    assert queries.logos_named([first, second, "0" * 64]) == {first, second}
    assert Logo.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"colour": "#f5b700"}, "colour"),
        ({"colour": "teal"}, "colour"),
        ({"colour": "#0a556"}, "colour"),
        ({"logo": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}, "logo"),
        ({"logo": b"\x89PNG\r\n\x1a\n cut off"}, "logo"),
        ({"logo": b"x" * 2_000_001}, "logo"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change(**given)
    assert list(refusal.value.fields) == [field]
    assert not Event.objects.filter(verb="letterhead_changed").exists()


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def decoded(*_args: Any) -> None:
        raise AssertionError("decoded")

    large = picture((5_000, 4_000))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    with pytest.raises(Invalid):
        change(logo=large)


def test_the_database_refuses_what_is_no_colour() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Entity.objects.filter(pk=EntityFactory().pk).update(colour="red;}")


@pytest.mark.parametrize("role", ["programme_lead", "auditor", None])
def test_only_an_administrator_changes_it(client: Client, role: str | None) -> None:
    person = PersonFactory(role=role) if role else PersonFactory()
    with pytest.raises(NotAllowed):
        change(by=Actor(person=person))
    client.force_login(person)
    assert client.get("/administration/letterhead").status_code == 403
    assert client.post("/administration/letterhead/ville", {}).status_code == 404
    assert client.get("/administration/letterhead/ville/logo").status_code == 404


def test_an_administrator_of_one_entity_sees_that_one(client: Client) -> None:
    city, other = EntityFactory(), EntityFactory(key="metropole", name="Métropole")
    client.force_login(PersonFactory(role="administrator", role__entity=city))
    page = client.get("/administration/letterhead").content.decode()
    assert city.name in page
    assert other.name not in page
    assert client.post("/administration/letterhead/metropole", {}).status_code == 404


def test_on_the_page(client: Client) -> None:
    entity = EntityFactory()
    client.force_login(PersonFactory(role="administrator", language="en"))
    assert "/administration/letterhead" in client.get("/account").content.decode()
    sent = {
        "ville-address": "1 place du Port",
        "ville-colour": "#0a5566",
        "ville-logo": SimpleUploadedFile("logo.png", picture(), "image/png"),
    }
    assert client.post("/administration/letterhead/ville", sent).status_code == 302
    entity.refresh_from_db()
    assert entity.colour == "#0a5566"
    page = client.get("/administration/letterhead").content.decode()
    assert 'fill="#0a5566"' in page
    answer = client.get("/administration/letterhead/ville/logo")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.getvalue().startswith(b"\x89PNG")
    refused = client.post("/administration/letterhead/ville", {"ville-colour": "#ffffff"})
    assert refused.status_code == 422
    assert "1.0:1" in refused.content.decode()
