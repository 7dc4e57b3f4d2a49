"""The pages of drafting, without script: what they keep, what they refuse, whom they let in."""

import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from ideas.drafting import actions, queries, rules
from ideas.drafting.models import Attachment, Draft, Idea, TeamMember
from ideas.drafting.uploads import Clean
from incubator.lib import clock
from incubator.people import actions as people
from incubator.people.actors import IMPORT, Actor
from tests.factories import CallFactory, IdeaFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return PersonFactory(employed=True, language="en")


@pytest.fixture
def page(client, author):
    client.force_login(author)
    return client


@pytest.fixture
def idea(author):
    CallFactory()
    return IdeaFactory(author=author, title="Cargo bikes")


def url(name, idea, **more):
    return reverse(name, kwargs={"key": idea.key, **more})


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def form_of(response, **changes):
    """What the browser would send: the page's hidden fields with what was typed."""
    return {name: hidden(response, name) for name in ("part", "version", "page", "seen")} | changes


def png():
    out = io.BytesIO()
    Image.new("RGB", (10, 10)).save(out, "PNG")
    return out.getvalue()


def attach(idea, author, name="devis.txt", content=b"texte"):
    return actions.attach(idea=idea, by=Actor(person=author), upload=Clean(name, "text/plain", content))


def test_danger_comes_before_any_field(page, idea):
    for address in (reverse("idea-new"), url("idea-edit", idea)):
        content = page.get(address).content.decode()
        main = content[content.index("<main") :]
        assert main.index('id="danger"') < main.index("<input")


def test_begin_asks_a_call_and_leads_to_the_first_part(page, author):
    call = CallFactory()
    assert page.post(reverse("idea-new"), {"call": str(uuid.uuid4())}).status_code == 422
    assert page.post(reverse("idea-new"), {"call": "\x00"}).status_code == 422
    answer = page.post(reverse("idea-new"), {"call": str(call.key), "staff_number": ""})
    idea = Idea.objects.get()
    assert answer.url == url("idea-edit", idea)
    assert queries.member_of(idea, author).role == "author"


def test_a_double_click_begins_one_idea(page):
    call = CallFactory()
    sent = {"call": str(call.key), "request_key": str(uuid.uuid4())}
    assert page.post(reverse("idea-new"), sent).url == page.post(reverse("idea-new"), sent).url
    assert Idea.objects.count() == 1


def test_a_helper_names_the_colleague(page):
    call, colleague = CallFactory(), PersonFactory(employed=True, staff_number="A42")
    sent = {"call": str(call.key), "staff_number": "nobody"}
    refused = page.post(reverse("idea-new"), sent)
    assert refused.status_code == 422
    assert "nobody" in refused.content.decode()
    page.post(reverse("idea-new"), sent | {"staff_number": " a 42 "})
    assert TeamMember.objects.get(person=colleague).role == "author"


def test_a_part_is_kept_and_leads_to_the_next(page, idea):
    opened = page.get(url("idea-edit", idea) + "?part=2")
    answer = page.post(
        url("idea-edit", idea), form_of(opened, problem="Parking takes 22 minutes.", go="next")
    )
    assert answer.url == url("idea-edit", idea) + "?part=3"
    assert queries.draft_of(idea).problem == "Parking takes 22 minutes."


def test_a_text_too_long_is_refused_and_kept_on_the_page(page, idea):
    opened = page.get(url("idea-edit", idea) + "?part=2")
    answer = page.post(url("idea-edit", idea), form_of(opened, problem="x" * 100_000, concerned="all of us"))
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "100,000 characters" in content
    assert "x" * 100_000 in content
    assert "all of us" in content
    assert 'aria-invalid="true"' in content
    assert queries.draft_of(idea).version == 1


def test_markup_in_a_text_is_shown_as_text(page, idea):
    Draft.objects.filter(idea=idea).update(problem="</textarea><script>alert(1)</script>")
    content = page.get(url("idea-edit", idea) + "?part=2").content.decode()
    assert "<script>alert" not in content


def test_a_stale_page_shows_both_texts_and_keeps_what_is_chosen(page, idea, author):
    opened = page.get(url("idea-edit", idea) + "?part=2")
    actions.autosave(idea=idea, by=Actor(person=author), version=1, changes={"problem": "saved meanwhile"})
    answer = page.post(
        url("idea-edit", idea), form_of(opened, problem="typed here", concerned="and this too", go="next")
    )
    content = answer.content.decode()
    assert answer.status_code == 409
    assert "saved meanwhile" in re.sub(r"<[^>]*>", "", content)
    assert "typed here" in content
    assert "and this too" in content
    assert queries.draft_of(idea).problem == "saved meanwhile"
    chosen = {
        "resolve": "1",
        "part": "2",
        "go": "stay",
        "version": hidden(answer, "version"),
        "met": hidden(answer, "met"),
        "problem": "typed here",
        "keep_problem": "both",
        "concerned": "and this too",
    }
    assert page.post(url("idea-edit", idea), chosen).status_code == 302
    draft = queries.draft_of(idea)
    assert draft.problem == "saved meanwhile\n\ntyped here"
    assert draft.concerned == "and this too"


@pytest.mark.parametrize(("choice", "kept"), [("mine", "typed here"), ("theirs", "saved meanwhile")])
def test_either_text_can_be_kept(page, idea, author, choice, kept):
    actions.autosave(idea=idea, by=Actor(person=author), version=1, changes={"problem": "saved meanwhile"})
    sent = {"resolve": "1", "part": "2", "version": "1", "met": "problem:2", "problem": "typed here"}
    sent["keep_problem"] = choice
    page.post(url("idea-edit", idea), sent)
    assert queries.draft_of(idea).problem == kept


def test_autosave_answers_a_part_and_the_version_the_page_has(page, idea):
    opened = page.get(url("idea-edit", idea) + "?part=3")
    answer = page.post(
        url("idea-autosave", idea), form_of(opened, proposal="Six bikes"), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert 'class="saved"' in answer.content.decode()
    assert answer.headers["Travee-Version"] == "1"
    again = form_of(opened, proposal="Six bikes, two hubs")
    assert page.post(url("idea-autosave", idea), again).status_code == 200
    assert queries.draft_of(idea).proposal == "Six bikes, two hubs"


def test_autosave_of_a_stale_page_answers_both_texts(page, idea, author):
    opened = page.get(url("idea-edit", idea) + "?part=3")
    actions.autosave(idea=idea, by=Actor(person=author), version=1, changes={"proposal": "theirs"})
    answer = page.post(
        url("idea-autosave", idea), form_of(opened, proposal="mine"), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    content = answer.content.decode()
    assert 'data-keep-mine name="settled" value="proposal:2"' in content
    assert "theirs" in content
    assert "mine" in content
    assert "<html" not in content


def test_autosave_refuses_in_words(page, idea):
    sent = {"title": "x" * 121, "version": "1"}
    answer = page.post(url("idea-autosave", idea), sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "121 characters" in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "١٢"])
def test_a_forged_version_is_no_error(page, idea, version):
    answer = page.post(url("idea-autosave", idea), {"title": "New name", "version": version})
    assert answer.status_code in (200, 409)


@pytest.mark.parametrize(
    "name",
    [
        "idea-edit",
        "idea-autosave",
        "idea-delete",
        "idea-team",
        "idea-files",
        "idea-invitation",
        "idea-leave-team",
    ],
)
def test_a_forged_key_is_not_found(page, name):
    address = reverse(name, kwargs={"key": uuid.uuid4()})
    assert page.post(address, {"title": "a", "version": "1", "answer": "accept"}).status_code == 404


def test_a_version_is_kept_and_two_are_compared_word_by_word(page, idea, author):
    by = Actor(person=author)
    for number, text in enumerate(("six bikes", "six cargo bikes"), 1):
        actions.autosave(idea=idea, by=by, version=number, changes={"proposal": text})
        sent = form_of(page.get(url("idea-edit", idea)), go="version")
        assert page.post(url("idea-edit", idea), sent).status_code == 302
    content = page.get(url("idea-versions", idea) + "?from=1&to=2").content.decode()
    assert re.search(r"<ins>.*cargo", content)
    for query in ("?from=1&to=3", "?from=0&to=1", "?from=x&to=1", "?from=1"):
        assert page.get(url("idea-versions", idea) + query).status_code == 404


def test_others_read_no_version_of_the_draft_and_no_name(client, author):
    idea = IdeaFactory(author=author, live=True)
    reader = PersonFactory(employed=True, language="en")
    by = Actor(person=author)
    actions.write_version(idea=Idea.objects.get(pk=idea.pk), by=by, reason=rules.SAVED)
    actions.write_version(idea=Idea.objects.get(pk=idea.pk), by=by, reason=rules.SUBMITTED)
    Idea.objects.filter(pk=idea.pk).update(masked_until_selected=True)
    client.force_login(reader)
    answer = client.get(url("idea-versions", idea))
    content = answer.content.decode()
    assert answer.status_code == 200
    assert content.count('name="from"') == 1
    assert author.family_name not in content
    assert client.get(url("idea-versions", idea) + "?from=2&to=3").status_code == 404


def test_the_team_page_invites_and_says_why_not(page, idea):
    colleague = PersonFactory(employed=True, staff_number="B7")
    for _again in range(2):
        answer = page.post(url("idea-team", idea), {"staff_number": "b7", "role": "co_author"})
    assert answer.status_code == 422
    assert "already" in answer.content.decode()
    assert page.post(url("idea-team", idea), {"staff_number": "", "role": "author"}).status_code == 422
    sent = {"staff_number": "b7"}
    assert page.post(url("idea-withdraw-invitation", idea), sent).status_code == 302
    assert TeamMember.objects.get(person=colleague).declined_at


def test_an_invitation_to_someone_who_has_left_is_taken_back(page, idea, author):
    colleague = PersonFactory(employed=True, staff_number="B7")
    actions.invite(idea=idea, by=Actor(person=author), person=colleague)
    people.depart(person=colleague, on=clock.today(), by=IMPORT)
    assert "B7" in page.get(url("idea-team", idea)).text
    assert page.post(url("idea-withdraw-invitation", idea), {"staff_number": "B7"}).status_code == 302
    assert "B7" not in page.get(url("idea-team", idea)).text
    assert page.post(url("idea-withdraw-invitation", idea), {"staff_number": "B7"}).status_code == 404


def test_an_invitation_shows_the_pitch_and_is_answered(client, idea, author):
    colleague = PersonFactory(employed=True)
    actions.invite(idea=idea, by=Actor(person=author), person=colleague)
    client.force_login(colleague)
    content = client.get(url("idea-invitation", idea)).content.decode()
    assert author.family_name in content
    assert queries.draft_of(idea).problem not in content
    assert client.post(url("idea-invitation", idea), {"answer": "perhaps"}).status_code == 422
    assert client.get(url("idea-edit", idea)).status_code == 404
    assert client.post(url("idea-invitation", idea), {"answer": "accept"}).status_code == 302
    assert client.get(url("idea-edit", idea)).status_code == 200
    assert client.post(url("idea-invitation", idea), {"answer": "decline"}).status_code == 404


def test_a_file_is_attached_downloaded_and_removed(page, idea):
    sent = {"file": SimpleUploadedFile("Photo de l’été.png", png(), "text/html")}
    assert page.post(url("idea-files", idea), sent).status_code == 302
    attachment = Attachment.objects.get()
    address = url("idea-file", idea, attachment=attachment.key)
    answer = page.get(address)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert page.post(url("idea-file-remove", idea, attachment=attachment.key)).status_code == 302
    assert not queries.attachments_of(idea).exists()


def test_a_refused_file_says_why(page, idea):
    for sent in (
        {},
        {"file": SimpleUploadedFile("a.html", b"<html>")},
        {"file": SimpleUploadedFile("a.txt", b"")},
    ):
        answer = page.post(url("idea-files", idea), sent)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert not Attachment.objects.exists()


def test_files_of_a_draft_are_the_teams(client, idea, author):
    attachment = attach(idea, author)
    client.force_login(PersonFactory(employed=True))
    assert client.get(url("idea-file", idea, attachment=attachment.key)).status_code == 404


def test_a_reader_gets_what_the_submitted_text_holds_under_a_neutral_name(client, author):
    idea = IdeaFactory(author=author, live=True, holder="author", masked_until_selected=True)
    held = attach(idea, author, f"CV {author.family_name}.txt", b"un")
    actions.write_version(idea=Idea.objects.get(pk=idea.pk), by=Actor(person=author), reason=rules.SUBMITTED)
    later = attach(idea, author, "ajout.txt", b"deux")
    client.force_login(PersonFactory(employed=True))
    answer = client.get(url("idea-file", idea, attachment=held.key))
    assert answer.status_code == 200
    assert author.family_name not in answer.headers["Content-Disposition"]
    assert b"".join(answer.streaming_content) == b"un"
    assert client.get(url("idea-file", idea, attachment=later.key)).status_code == 404
    other = IdeaFactory(author=PersonFactory(employed=True), live=True)
    assert client.get(url("idea-file", other, attachment=held.key)).status_code == 404


def test_a_draft_is_deleted_by_its_author(page, idea):
    assert page.post(url("idea-delete", idea)).status_code == 302
    assert page.get(url("idea-edit", idea)).status_code == 404


def test_pages_ask_who_one_is(client, idea):
    for name in ("idea-edit", "idea-team", "idea-files", "idea-versions", "idea-invitation"):
        assert client.get(url(name, idea)).status_code == 302


def test_the_begin_page_takes_the_same_queries_with_many_drafts_and_calls(
    page, author, django_assert_max_num_queries
):
    CallFactory()
    for _number in range(5):
        IdeaFactory(author=author)
    with django_assert_max_num_queries(9):
        assert page.get(reverse("idea-new")).status_code == 200


def test_the_form_takes_few_queries(page, idea, author, django_assert_max_num_queries):
    for number in range(5):
        attach(idea, author, f"{number}.txt", str(number).encode())
    for part in "1234":
        with django_assert_max_num_queries(11):
            assert page.get(url("idea-edit", idea) + f"?part={part}").status_code == 200


@pytest.mark.parametrize(("size", "status"), [(20_000_001, 422), (26_000_000, 413)])
def test_a_file_too_large_is_refused_in_words_and_a_flood_while_it_arrives(page, idea, size, status):
    sent = {"file": SimpleUploadedFile("gros.txt", b"a" * size)}
    assert page.post(url("idea-files", idea), sent).status_code == status
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("place", ["idea-team", "idea-files", "idea-versions"])
def test_the_way_back_leads_to_the_text_while_it_can_be_changed_else_to_the_idea(page, idea, place):
    edit, show = f'href="{url("idea-edit", idea)}"', f'href="{url("idea", idea)}"'
    assert edit in page.get(url(place, idea)).text
    Idea.objects.filter(pk=idea.pk).update(
        state="live", stage="submission", holder="lead", number=1, submitted_at=clock.now()
    )
    assert page.get(url("idea-edit", idea)).status_code == 409
    content = page.get(url(place, idea)).text
    assert (edit in content, show in content) == (False, True)
    Idea.objects.filter(pk=idea.pk).update(holder="author")
    assert edit in page.get(url(place, idea)).text
