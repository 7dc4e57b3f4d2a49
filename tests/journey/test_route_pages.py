"""What the short routes show and leave behind: pages, briefs, replay."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from ideas.drafting.models import Idea
from incubator.messages.models import Message
from incubator.messages.wording import said
from incubator.people.models import Department, Person
from incubator.people.once import new_key
from tests.factories import DepartmentFactory, PersonFactory
from tests.gates.stage import signed_in, texts
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.briefs.document import html_of
from workflows.briefs.gathering import record_of
from workflows.gates.replay import replay
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]
TIE = {"own_means": "Il faudrait un marché public."}


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def service() -> Department:
    return DepartmentFactory(service=True, name="Atelier")


@pytest.fixture
def head(service: Department) -> Person:
    return PersonFactory(
        department=service, head=True, mandate="head_of_service", mandate__department=service
    )


@pytest.fixture
def idea(cast: Cast, service: Department, head: Person, run_jobs: Run) -> Idea:
    found = play.draft(cast)
    journey.submit(idea=found.key, by=act(cast.author), route="local", service=service)
    run_jobs()
    found.refresh_from_db()
    return found


def photo() -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "green").save(drawn, "JPEG")
    return SimpleUploadedFile("photo de Camille.jpg", drawn.getvalue(), "image/jpeg")


def test_a_photo_and_a_line_say_that_it_is_done(idea: Idea, cast: Cast, head: Person) -> None:
    play.decide(idea, head, answers={"own_means": "yes"})
    address = f"/ideas/{idea.key}/done"
    client = signed_in(head)
    assert client.get(address).status_code == 200
    assert signed_in(cast.lead).get(address).status_code == 404
    lacking = client.post(address, {"request_key": new_key(), "line": "Fait."})
    assert lacking.status_code == 422
    no_picture = SimpleUploadedFile("note.txt", b"fait", "text/plain")
    sent = client.post(address, {"request_key": new_key(), "line": "Fait.", "file": no_picture})
    assert sent.status_code == 422
    idea.refresh_from_db()
    assert idea.state == "live"
    key = new_key()
    for _time in range(2):  # the same request twice is one act
        sent = client.post(address, {"request_key": key, "line": "Six vélos roulent.", "file": photo()})
        assert sent.status_code == 302
    idea.refresh_from_db()
    assert idea.state == "in_service"
    reader = signed_in(PersonFactory(employed=True))
    assert "Six vélos roulent." in texts(reader.get(f"/ideas/{idea.key}").content.decode())
    picture = reader.get(f"/ideas/{idea.key}/done/photo")
    assert picture["Content-Type"] == "image/jpeg"
    assert "Camille" not in picture["Content-Disposition"]
    assert b"".join(picture.streaming_content).startswith(b"\xff\xd8")
    picture.close()


def test_the_picture_of_someone_else_is_not_even_opened(
    idea: Idea, head: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    play.decide(idea, head, answers={"own_means": "yes"})
    opened: list[object] = []
    monkeypatch.setattr("workflows.journey.route_pages.uploads.receive", opened.append)
    typed = {"request_key": new_key(), "line": "Six vélos roulent.", "file": photo()}
    sent = signed_in(PersonFactory(employed=True)).post(f"/ideas/{idea.key}/done", typed)
    assert (sent.status_code, opened) == (404, [])
    idea.refresh_from_db()
    assert idea.state == "live"


def test_where_nobody_sits_no_panel_is_spoken_of(idea: Idea, head: Person) -> None:
    address = reverse("decide", args=[play.round_of(idea).key])
    page = texts(signed_in(head).get(address, headers={"accept-language": "en"}).content.decode())
    assert "The author and the team are told first. We do not tell" in page
    assert "panel" not in page
    assert "Nobody’s score or vote" not in page
    assert "Nothing is read from the record at this gate" in page
    assert "Everything asked for is there" not in page


def test_only_a_member_sends_it_up_and_only_after_a_no(idea: Idea, cast: Cast, head: Person) -> None:
    address = f"/ideas/{idea.key}/send-up"
    author = signed_in(cast.author)
    assert author.get(address).status_code == 404
    play.decide(idea, head, "stop", learning="", criterion_reasons=TIE)
    assert author.get(address).status_code == 200
    assert signed_in(head).get(address).status_code == 404
    too_short = author.post(address, {"request_key": new_key(), "reasons": "Non"})
    assert too_short.status_code == 422
    assert author.post(address, {"request_key": new_key(), "reasons": "Le besoin est ailleurs aussi."})
    idea.refresh_from_db()
    assert idea.route == "standard"
    why = "Le besoin est ailleurs aussi."
    assert why in texts(signed_in(cast.lead).get(f"/ideas/{idea.key}").content.decode())
    stranger = signed_in(PersonFactory(employed=True))
    assert why not in stranger.get(f"/ideas/{idea.key}").content.decode()


@pytest.mark.parametrize("outcome", ["go", "stop", "to_programme"])
def test_an_answer_of_a_service_has_its_brief_and_replays(
    idea: Idea, cast: Cast, head: Person, outcome: str, run_jobs: Run
) -> None:
    more = {"answers": {"own_means": "yes"}} if outcome == "go" else {"criterion_reasons": TIE}
    decision = play.decide(idea, head, outcome, learning="", **more)
    brief = texts(html_of(record_of(decision)))
    assert decision.reasons in brief
    assert {"stop": "La transmettre au programme", "to_programme": "Le programme la reprend"}.get(
        outcome, "Votre service s’en charge"
    ) in brief
    assert [one.differences for one in replay()] == [[]]
    run_jobs()
    told = Message.objects.filter(person=cast.author, kind="decided").first()
    assert told is not None
    assert "réponse du service" in said(told).subject


def test_the_author_and_others_read_where_a_local_idea_is(idea: Idea, cast: Cast, head: Person) -> None:
    reader = signed_in(PersonFactory(employed=True, english=True))

    def page() -> str:
        return texts(reader.get(f"/ideas/{idea.key}").content.decode())

    assert "Local route" in page()
    assert "The head of the service answers by" in page()
    play.decide(idea, head, "stop", learning="", criterion_reasons=TIE)
    assert "The author can send the idea up to the programme until" in page()
    assert "no, with the reasons" in page()


def test_a_gate_without_a_panel_shows_no_way_to_its_seats(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    with_panel = play.submit(cast)
    run_jobs()
    play.pass_g0(with_panel, cast)
    run_jobs()
    client = signed_in(cast.lead)
    for one, status in ((idea, 409), (with_panel, 200)):
        round_ = play.round_of(one)
        seats = reverse("seats", args=[round_.key])
        assert client.get(seats).status_code == status
        decision = client.get(reverse("decide", args=[round_.key]))
        assert (decision.status_code, seats in decision.text) == (200, status == 200)
        assert reverse("expert-questions", args=[round_.key]) in decision.text
