"""Work items: opened, closed, lent, in order, in one query."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.inbox import actions, queries, wording
from incubator.inbox.models import WorkItem
from incubator.inbox.wording import Ask
from incubator.lib import clock
from tests.factories import AbsenceFactory, PersonFactory

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_one_key_waits_for_several_and_one_act_closes_it_for_all(wait: Any) -> None:
    one, two = PersonFactory(), PersonFactory()
    wait(one, two, key="admissibility:7")
    wait(one, key="admissibility:7", title="again")
    assert [item.subject_title for item in queries.open_items(one, 9)] == ["Un vélo-cargo"]
    actions.close("admissibility:7")
    assert queries.open_count(one) == queries.open_count(two) == 0
    wait(one, key="admissibility:7", title="later")
    assert queries.open_count(one) == 1


@pytest.mark.django_db
def test_an_ending_closes_all_of_a_subject_but_what_it_opens_itself(wait: Any) -> None:
    person = PersonFactory()
    subject = wait(person, verb="vote")
    for verb in ("rework", "ask_reexamination"):
        wait(person, verb=verb, subject_key=subject)
    wait(person, verb="decide")
    actions.close_for_subject("idea", subject, keep=["ask_reexamination"])
    assert {item.verb for item in queries.open_items(person, 9)} == {"ask_reexamination", "decide"}
    actions.close_for_person(person)
    assert queries.open_count(person) == 0


@pytest.mark.django_db
def test_soonest_first_undated_last_then_by_age(wait: Any) -> None:
    person = PersonFactory()
    for title, due in (("c", None), ("b", AT), ("b2", AT), ("a", AT - timedelta(days=9)), ("d", None)):
        wait(person, title=title, due_at=due)
    assert [item.subject_title for item in queries.open_items(person, 9)] == ["a", "b", "b2", "c", "d"]


@pytest.mark.django_db
def test_what_is_late_with_others_comes_after_what_one_has_to_do(wait: Any) -> None:
    person = PersonFactory()
    wait(person, title="late", key="late:vote:1", url="/late", due_at=AT - timedelta(days=9))
    for title, due in (("undated", None), ("dated", AT)):
        wait(person, title=title, due_at=due)
    assert [item.subject_title for item in queries.open_items(person, 9)] == ["dated", "undated", "late"]


@pytest.mark.django_db
def test_lateness_is_not_shown_beside_ones_own_work_on_the_same_page(wait: Any) -> None:
    person, other = PersonFactory(), PersonFactory()
    wait(person, other, title="late", key="late:vote:1", url="/panel")
    wait(person, title="own", verb="complete_opinion", key="complete_opinion:1", url="/panel")
    assert [item.subject_title for item in queries.open_items(person, 9)] == ["own"]
    assert [item.subject_title for item in queries.open_items(other, 9)] == ["late"]
    assert (queries.open_count(person), queries.open_count(other)) == (1, 1)
    actions.close("complete_opinion:1")
    assert [item.subject_title for item in queries.open_items(person, 9)] == ["late"]


@pytest.mark.django_db
@given(
    dues=st.lists(st.tuples(st.sampled_from(["", "late:"]), st.none() | st.integers(0, 4)), max_size=12),
    limit=st.integers(1, 5),
)
@settings(max_examples=30, deadline=None)
def test_pages_by_place_show_each_item_once_in_order(dues: list[tuple[str, int | None]], limit: int) -> None:
    WorkItem.objects.all().delete()
    person = PersonFactory()
    WorkItem.objects.bulk_create(
        WorkItem(
            person=person,
            key=f"{about}k{n}",
            verb="vote",
            subject_kind="idea",
            subject_key=person.key,
            opened_at=AT,
            due_at=None if due is None else AT + timedelta(days=due),
            url=f"/{n}",
        )
        for n, (about, due) in enumerate(dues)
    )
    whole = queries.open_items(person, 99)
    shown: list[WorkItem] = []
    after = ""
    while page := queries.open_items(person, limit, after):
        assert page[0].total == len(dues) - len(shown)  # type: ignore[attr-defined]
        shown += page
        after = queries.place(page[-1])
    assert [item.pk for item in shown] == [item.pk for item in whole]


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["x", "~", "~x", "2026~1", "2026-11-23T09:00:00~1", "é~9" * 99])
def test_a_damaged_place_starts_at_the_beginning(wait: Any, after: str) -> None:
    person = PersonFactory()
    wait(person, due_at=AT)
    assert len(queries.open_items(person, 9, after)) == 1


@pytest.mark.django_db
def test_a_deputy_sees_seats_and_roles_but_nothing_personal(wait: Any) -> None:
    absent, deputy, other = PersonFactory(), PersonFactory(), PersonFactory()
    AbsenceFactory(person=absent, deputy=deputy)
    wait(absent, verb="vote", title="lent")
    wait(absent, verb="answer_invitation", title="personal")
    wait(absent, verb="rework", title="personal")
    wait(absent, verb="something_new", title="unknown")
    wait(other, verb="vote")
    wait(deputy, verb="decide", title="own")
    found = queries.open_items(deputy, 9)
    assert {(item.subject_title, item.person) for item in found} == {("lent", absent), ("own", deputy)}
    assert queries.open_count(deputy) == 2
    with clock.moved(clock.now() + timedelta(days=9)):
        assert [item.subject_title for item in queries.open_items(deputy, 9)] == ["own"]
    assert queries.open_count(absent) == 4


@pytest.mark.django_db
def test_what_both_have_shows_once_as_ones_own(wait: Any) -> None:
    absent, deputy = PersonFactory(), PersonFactory()
    AbsenceFactory(person=absent, deputy=deputy)
    wait(absent, deputy, verb="admissibility")
    assert [item.person for item in queries.open_items(deputy, 9)] == [deputy]


@pytest.mark.django_db
def test_items_and_their_number_are_one_query(wait: Any) -> None:
    person = PersonFactory()
    for _ in range(3):
        wait(person)
    with CaptureQueriesContext(connection) as captured:
        items = queries.open_items(person, 2)
        names = [item.person.given_name for item in items]
    assert len(captured) == 1
    assert (len(names), items[0].total) == (2, 3)  # type: ignore[attr-defined]
    queries.remember_count(person, 3)
    with CaptureQueriesContext(connection) as captured:
        assert queries.open_count(person) == 3
    assert len(captured) == 0


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("verb", [*sorted(wording.ASKS), "never heard of"])
def test_every_code_has_its_sentence_in_both_languages(language: str, verb: str) -> None:
    with translation.override(language):
        said = wording.title(verb, "100 % vélo %(x)s")
        assert "100 % vélo %(x)s" in said
        assert wording.button(verb)
        if language == "fr":
            with translation.override("en"):
                assert wording.title(verb, "100 % vélo %(x)s") != said


def test_a_room_adds_its_own_code_and_cannot_take_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "ASKS", dict(wording.ASKS))
    wording.declare("open_doors", Ask("Open the doors of “%(title)s”", "Open"))
    wording.declare("open_doors", Ask("Open the doors of “%(title)s”", "Open"))
    assert wording.title("open_doors", "A") == "Open the doors of “A”"
    with pytest.raises(ValueError, match="taken"):
        wording.declare("vote", Ask("Vote on “%(title)s”", "Vote"))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "Rien ne vous attend"),
        (1, "Une chose vous attend"),
        (3, "Trois choses vous attendent"),
        (10, "10 choses vous attendent"),
        (1200, "1\u00a0200 choses vous attendent"),
    ],
)
def test_the_heading_counts_in_words(count: int, said: str) -> None:
    with translation.override("fr"):
        assert wording.heading(count) == said
