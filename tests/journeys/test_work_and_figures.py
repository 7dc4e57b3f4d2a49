"""My work, my messages and the figures in a real browser: accessible, and usable on a narrow phone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from ideas.drafting import actions as drafting
from incubator.events.actions import Subject, append
from incubator.inbox.actions import open_for
from incubator.lib import clock
from incubator.messages.models import Message
from incubator.people.actors import CLOCK, Actor
from incubator.people.models import Person
from tests.factories import AbsenceFactory, IdeaFactory, PersonFactory
from tests.metrics.conftest import NOW, ago, moved, submitted
from tests.metrics.test_figures import staff
from tests.platform.following import follow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LONG = (
    "Des casiers avec recharge pour l’équipe de nuit du dépôt Colbert et de l’anticonstitutionnellement long"
)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def busy() -> Person:
    """Someone with things of each kind, in a city with figures of each kind."""
    from django.db import transaction

    person, absent = PersonFactory(), PersonFactory()
    AbsenceFactory(person=absent, deputy=person)
    idea = IdeaFactory(author=False)
    about = {"subject_kind": "idea", "subject_key": idea.key, "subject_title": LONG, "url": "/x"}
    open_for([person], key="a", verb="vote", due_at=clock.now() + timedelta(days=1), **about)
    open_for([person], key="b", verb="rework", due_at=clock.now() - timedelta(days=3), **about)
    open_for([absent], key="c", verb="decide", **about)
    with transaction.atomic():
        event = append(subject=Subject("idea", idea.key), verb="tested", by=CLOCK)
    for kind, mail in (("vote", "unknown"), ("received", "sent"), ("withdrawn", "refused")):
        Message.objects.create(
            person=person,
            event=event,
            kind=kind,
            subject_kind="idea",
            subject_key=idea.key,
            subject_title=LONG,
            url="/x",
            created_at=clock.now(),
            mail=mail,
            mail_at=clock.now(),
        )
    with clock.moved(NOW):
        for name, size in (("Affaires scolaires et restauration", 12), ("Espaces verts", 14), ("Sports", 30)):
            _place, people = staff(size, name=name)
            for author in people[:6]:
                moved(submitted(200, author=author), ago(190), stage="review")
    return person


@pytest.mark.parametrize("path", ["/", "/messages", "/metrics"])
def test_it_is_accessible_and_fits_a_narrow_phone(
    busy: Person, open_page: Callable[..., Any], assert_accessible: Callable[[Any], None], path: str
) -> None:
    page = open_page(busy, path=path, width=320, dark=True)
    assert page.evaluate(OVERFLOW) <= 0
    assert_accessible(page)


def test_messages_are_marked_read_without_scripts(busy: Person, open_page: Callable[..., Any]) -> None:
    page = open_page(busy, path="/messages", scripts=False)
    follow(page.locator("button[name=message]").first)
    assert page.locator("button[name=message]").count() == 2
    follow(page.get_by_role("button", name="Tout marquer comme lu"))
    assert page.locator("button[name=message]").count() == 0
    assert Message.objects.filter(read=False).count() == 0


def test_what_a_phone_s_bar_has_no_room_for_is_in_the_account_menu(open_page: Callable[..., Any]) -> None:
    page = open_page(PersonFactory(), path="/", width=390, scripts=False)
    links = page.locator("details.menu").get_by_role("link")
    page.locator("details.menu summary").click()
    assert [name for name in links.all_inner_texts() if name in ("Suivi", "Parcours")] == [
        "Suivi",
        "Parcours",
    ]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert "Suivi" not in links.all_inner_texts()
    page.set_viewport_size({"width": 390, "height": 800})
    follow(links.filter(has_text="Suivi"))
    page.wait_for_url("**/metrics")


def test_words_without_a_space_stay_on_a_phone_s_page(open_page: Callable[..., Any]) -> None:
    author, colleague = PersonFactory(employed=True), PersonFactory(employed=True)
    texts: dict[str, Any] = {"title": "W" * 118, "pitch": "V" * 150}
    draft, idea = IdeaFactory(author=author, **texts), IdeaFactory(author=author, live=True, **texts)
    for one in (draft, idea):
        text = draft.draft if one is draft else idea.content
        type(text).objects.filter(pk=text.pk).update(problem="M" * 300, expected_effect="- " + "W" * 200)
    by = Actor(person=author)
    drafting.save_version(idea=draft, by=by)
    drafting.autosave(idea=draft, by=by, version=1, changes={"problem": "X" * 300})
    drafting.save_version(idea=draft, by=by)
    drafting.invite(idea=draft, by=by, person=colleague)
    open_for(
        [author],
        key="a",
        verb="vote",
        subject_kind="idea",
        subject_key=idea.key,
        subject_title=idea.title,
        url="/x",
    )
    paths = [
        "/",
        reverse("portfolio"),
        reverse("idea", args=[idea.key]),
        reverse("idea-submit", args=[draft.key]),
    ]
    paths += [f"{reverse('idea-edit', args=[draft.key])}?part={part}" for part in (1, 2, 3, 4)]
    names = ("idea-versions", "idea-team", "idea-files", "idea-withdraw")
    paths += [reverse(name, args=[draft.key]) for name in names[:3]] + [reverse(names[3], args=[idea.key])]
    found = []
    page = open_page(author, path="/", width=390)
    for path in paths:
        page.goto(path)
        if (wide := page.evaluate(OVERFLOW)) > 0:
            found.append((path, wide))
    page = open_page(colleague, path="/", width=390)
    if (wide := page.evaluate(OVERFLOW)) > 0:
        found.append(("invited", wide))
    assert not found
