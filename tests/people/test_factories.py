"""The factories make what their names say, and rows that the database takes."""

import pytest

from ideas.drafting.models import Idea
from incubator.people import grants
from incubator.people.models import Entity
from tests import factories

pytestmark = pytest.mark.django_db


def test_everything_stands_in_one_city() -> None:
    programme, department = factories.ProgrammeFactory(), factories.DepartmentFactory()
    assert programme.entity == department.entity == Entity.objects.get()


def test_a_person_with_post_role_and_mandate() -> None:
    service = factories.DepartmentFactory(service=True)
    head = factories.PersonFactory(department=service, head=True)
    person = factories.PersonFactory(department=service, manager=head, role="chair", mandate="dga")
    post = person.posts.get()
    assert (post.line_manager, post.department.parent) == (head, service.parent)
    assert head.posts.get().is_head
    assert grants.holds(person, "chair")
    assert grants.mandates(entity=service.entity, holder=person).get().capacity == "dga"
    assert person.check_password(factories.PASSWORD)
    assert service.periods.get().parent == service.parent


def test_who_cannot_sign_in() -> None:
    assert not factories.PersonFactory(departed=True).is_active
    assert not factories.PersonFactory(never_signed_in=True).has_usable_password()
    assert factories.PersonFactory(locked=True).locked_until
    assert factories.PersonFactory(guest=True).expires_on


def test_ideas() -> None:
    author, other = factories.PersonFactory.create_batch(2)
    draft = factories.IdeaFactory(author=author, co_authors=[other])
    live = factories.IdeaFactory(live=True, call=factories.CallFactory(box=True))
    assert {member.person for member in draft.team.all()} == {author, other}
    assert draft.state == "draft"
    assert not hasattr(Idea.objects.get(pk=draft.pk), "content")
    assert live.content.title == live.title
    assert factories.AbsenceFactory().deputy
    assert factories.PersonFactory(employed=True).posts.count() == 1
    assert factories.PersonFactory(employed__grade_band="C").posts.get().grade_band == "C"
