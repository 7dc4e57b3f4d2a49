"""Asking a sponsor, promising, declining, stepping back."""

import pytest

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import SUBSTITUTION
from incubator.people.models import Person
from tests.factories import (
    AbsenceFactory,
    DepartmentFactory,
    MandateFactory,
    PersonFactory,
    PostFactory,
    RoleGrantFactory,
    TeamMemberFactory,
)
from tests.sponsorship.cast import Cast, by, make_cast, refused
from workflows.gates import hooks
from workflows.sponsorship import actions, facts, queries
from workflows.sponsorship.models import Pledge

pytestmark = pytest.mark.django_db
PROMISE = {"days": 20, "euros": 4500, "cover": "Deux collègues reprennent les tournées."}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def verbs(idea: Idea) -> list[str]:
    return list(
        Event.objects.filter(subject_key=idea.key).order_by("sequence").values_list("verb", flat=True)
    )


def waiting(person: Person) -> set[str]:
    return set(WorkItem.objects.filter(person=person, closed_at=None).values_list("verb", flat=True))


def ask(cast: Cast, sponsor: Person | None = None, asker: Person | None = None) -> Pledge:
    return actions.ask_sponsor(
        idea=cast.idea, sponsor=sponsor or cast.other_director, by=by(asker or cast.author)
    )


def signed(cast: Cast) -> Pledge:
    pledge = ask(cast)
    return actions.promise(pledge=pledge, by=by(cast.other_director), **PROMISE)


def test_a_question_waits_for_the_director_and_is_one_event(cast: Cast) -> None:
    pledge = ask(cast)
    assert pledge.state == "asked"
    assert waiting(cast.other_director) == {"answer_pledge"}
    assert verbs(cast.idea) == ["sponsor_asked"]
    [item] = WorkItem.objects.filter(person=cast.other_director)
    assert item.url == f"/pledges/{pledge.key}"
    assert item.due_at == pledge.due_at


@pytest.mark.parametrize("asker", ["stranger", "manager", "other_director", "dga"])
def test_only_team_and_lead_ask(cast: Cast, asker: str) -> None:
    with refused(NotAllowed):
        ask(cast, asker=getattr(cast, asker))
    assert not Pledge.objects.exists()


def test_a_lead_asks_too_but_not_whom_a_member_works_under(cast: Cast) -> None:
    ask(cast, asker=cast.lead)
    with refused(NotAllowed):
        ask(cast, sponsor=cast.director, asker=cast.lead)
    ask(cast, sponsor=cast.director, asker=cast.author)


def test_nor_whom_a_member_works_under_in_a_second_post(cast: Cast) -> None:
    PostFactory(person=cast.author, line_manager=cast.other_director)
    with refused(NotAllowed):
        ask(cast, asker=cast.lead)


def test_who_may_sponsor(cast: Cast) -> None:
    service = DepartmentFactory(service=True)
    eligible = {
        cast.director,
        cast.other_director,
        cast.dga,
        PersonFactory(mandate="director"),
        PersonFactory(role="sponsor"),
    }
    PersonFactory(department=service, head=True)  # heads a service, not a direction
    PersonFactory(mandate="dgs")
    PersonFactory(role="sponsor", role__programme_key="another")
    PersonFactory(department=DepartmentFactory(), head=True, is_active=False)
    assert set(queries.eligible_sponsors(cast.idea)) == eligible


def test_someone_of_the_team_or_not_a_director_cannot_be_asked(cast: Cast) -> None:
    MandateFactory(holder=cast.co_author, capacity="director")
    for person in (cast.co_author, cast.stranger, cast.manager):
        with refused(Invalid) as refusal:
            ask(cast, sponsor=person)
        assert "sponsor" in refusal.value.fields


def test_the_same_person_is_asked_once_and_nobody_when_there_is_a_sponsor(cast: Cast) -> None:
    ask(cast)
    with refused(Conflict):
        ask(cast)
    actions.promise(pledge=Pledge.objects.get(), by=by(cast.other_director), **PROMISE)
    with refused(Conflict):
        ask(cast, sponsor=cast.dga)


@pytest.mark.parametrize(
    ("state", "stage"), [("live", "review"), ("held", "sponsorship"), ("stopped", "sponsorship")]
)
def test_no_sponsor_is_sought_elsewhere(state: str, stage: str) -> None:
    cast = make_cast(state=state, stage=stage)
    with refused(Conflict):
        ask(cast)


def test_a_promise_opens_the_investigation_and_lets_other_questions_lapse(cast: Cast) -> None:
    other = ask(cast, sponsor=cast.dga)
    before = Idea.objects.get(pk=cast.idea.pk).due_at
    pledge = signed(cast)
    other.refresh_from_db()
    cast.idea.refresh_from_db()
    assert (pledge.state, other.state) == ("signed", "lapsed")
    assert cast.idea.due_at is not None
    assert cast.idea.due_at != before
    assert waiting(cast.dga) == set()
    assert waiting(cast.other_director) == set()
    assert waiting(cast.finance) == {"confirm_budget"}
    assert waiting(cast.author) == waiting(cast.co_author) == {"request_launch"}
    last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
    assert last.verb == "pledge_signed"
    assert [line["what"] for line in last.effects] == ["pledge", "pledge", "due"]
    assert PROMISE["cover"] not in str(last.payload)
    assert facts.pledge(cast.idea, "G2")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days", -1),
        ("days", 40_000),
        ("euros", -5),
        ("euros", 10**10),
        ("cover", " "),
        ("cover", "x" * 10_001),
    ],
)
def test_a_promise_says_days_euros_and_cover(cast: Cast, field: str, value: object) -> None:
    pledge = ask(cast)
    with refused(Invalid) as refusal:
        actions.promise(pledge=pledge, by=by(cast.other_director), **(PROMISE | {field: value}))
    assert list(refusal.value.fields) == [field]
    pledge.refresh_from_db()
    assert pledge.state == "asked"


@pytest.mark.parametrize("person", ["author", "lead", "dga", "stranger"])
def test_only_the_person_asked_answers(cast: Cast, person: str) -> None:
    pledge = ask(cast)
    someone = by(getattr(cast, person))
    with refused(NotAllowed):
        actions.promise(pledge=pledge, by=someone, **PROMISE)
    with refused(NotAllowed):
        actions.decline_pledge(pledge=pledge, by=someone)
    with refused(NotAllowed):
        actions.promise(pledge=pledge, by=SUBSTITUTION, **PROMISE)
    assert verbs(cast.idea) == ["sponsor_asked"]


def test_a_deputy_promises_for_the_absent_sponsor_and_nobody_else_does(cast: Cast) -> None:
    pledge = ask(cast)
    claimed = by(cast.stranger, on_behalf_of=cast.other_director)
    with refused(NotAllowed):
        actions.promise(pledge=pledge, by=claimed, **PROMISE)
    AbsenceFactory(person=cast.other_director, deputy=cast.stranger)
    actions.promise(pledge=pledge, by=claimed, **PROMISE)
    last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
    assert (last.actor_key, last.on_behalf_of_key) == (cast.stranger.key, cast.other_director.key)


def test_a_deputy_of_the_team_cannot_promise(cast: Cast) -> None:
    pledge = ask(cast)
    AbsenceFactory(person=cast.other_director, deputy=cast.co_author)
    with refused(NotAllowed):
        actions.promise(pledge=pledge, by=by(cast.co_author, on_behalf_of=cast.other_director), **PROMISE)


def test_who_lost_the_post_or_joined_the_team_cannot_promise(cast: Cast) -> None:
    pledge = ask(cast)
    cast.other_director.posts.update(is_head=False)
    with refused(NotAllowed):
        actions.promise(pledge=pledge, by=by(cast.other_director), **PROMISE)
    cast.other_director.posts.update(is_head=True)
    TeamMemberFactory(idea=cast.idea, person=cast.other_director, role="coach")
    with refused(NotAllowed):
        actions.promise(pledge=pledge, by=by(cast.other_director), **PROMISE)


def test_an_answer_is_given_once(cast: Cast) -> None:
    pledge = ask(cast)
    actions.decline_pledge(pledge=pledge, by=by(cast.other_director), note="Budget déjà engagé.")
    pledge.refresh_from_db()
    assert (pledge.state, pledge.note) == ("declined", "Budget déjà engagé.")
    for act in (
        lambda: actions.decline_pledge(pledge=pledge, by=by(cast.other_director)),
        lambda: actions.promise(pledge=pledge, by=by(cast.other_director), **PROMISE),
        lambda: actions.take_back_question(pledge=pledge, by=by(cast.author)),
    ):
        with refused(Conflict):
            act()
    assert verbs(cast.idea) == ["sponsor_asked", "pledge_declined"]
    ask(cast)  # and may be asked again


def test_the_team_takes_a_question_back(cast: Cast) -> None:
    pledge = ask(cast)
    with refused(NotAllowed):
        actions.take_back_question(pledge=pledge, by=by(cast.stranger))
    actions.take_back_question(pledge=pledge, by=by(cast.co_author))
    assert waiting(cast.other_director) == set()
    with refused(Conflict):
        actions.promise(pledge=pledge, by=by(cast.other_director), **PROMISE)


def test_stepping_back_before_the_pilot_reopens_the_search(cast: Cast) -> None:
    pledge = signed(cast)
    with refused(NotAllowed):
        actions.withdraw_pledge(pledge=pledge, by=by(cast.author))
    actions.withdraw_pledge(pledge=pledge, by=by(cast.other_director), note="Je change de poste.")
    assert not facts.pledge(cast.idea, "G2")
    assert waiting(cast.author) == {"find_sponsor"}
    assert waiting(cast.finance) == set()
    with refused(Conflict):
        actions.withdraw_pledge(pledge=pledge, by=by(cast.other_director))


def test_stepping_back_during_the_pilot_announces_the_loss_in_the_same_event(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    pledge = signed(cast)
    Idea.objects.filter(pk=cast.idea.pk).update(stage="pilot")
    heard = []
    monkeypatch.setattr(
        hooks,
        "_handlers",
        {
            "sponsor_lost": [
                lambda idea, by, cause: heard.append(idea.pk) or [{"what": "state", "to": "held"}]
            ]
        },
    )
    actions.withdraw_pledge(pledge=pledge, by=SUBSTITUTION)
    assert heard == [cast.idea.pk]
    last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
    assert last.system == "substitution"
    assert [line["what"] for line in last.effects] == ["pledge", "state"]


def test_another_sponsor_takes_over_a_pilot_on_hold(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pledge = signed(cast)
    monkeypatch.setattr(hooks, "_handlers", {})
    Idea.objects.filter(pk=cast.idea.pk).update(stage="pilot")
    actions.withdraw_pledge(pledge=pledge, by=by(cast.other_director))
    Idea.objects.filter(pk=cast.idea.pk).update(state="held")
    cast.idea.refresh_from_db()
    second = ask(cast, sponsor=cast.dga)
    actions.promise(pledge=second, by=by(cast.dga), **PROMISE)
    assert queries.sponsor_of(cast.idea) == cast.dga


def test_a_promise_kept_cannot_be_taken_back(cast: Cast) -> None:
    pledge = signed(cast)
    Idea.objects.filter(pk=cast.idea.pk).update(stage="evaluation")
    with refused(Conflict):
        actions.withdraw_pledge(pledge=pledge, by=by(cast.other_director))


def test_the_sponsor_is_in_conflict_at_g4_and_only_softly_at_g3(cast: Cast) -> None:
    from workflows.gates.conflicts import conflicts

    signed(cast)
    assert conflicts(cast.other_director, cast.idea, "G4").hard == {"sponsor"}
    assert conflicts(cast.other_director, cast.idea, "G3").soft == {"sponsor"}
    assert not conflicts(cast.other_director, cast.idea, "G1").hard


def test_a_role_that_ended_does_not_sponsor(cast: Cast) -> None:
    former = PersonFactory()
    RoleGrantFactory(person=former, role="sponsor", ends_at=cast.idea.created_at)
    assert former not in set(queries.eligible_sponsors(cast.idea))
