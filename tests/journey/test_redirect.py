"""An idea is handed on with its author's consent; to whom, only those concerned read."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from ideas.drafting.models import Idea
from incubator.events import queries as chains
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.messages.models import Message
from incubator.people.models import Mandate, Person
from tests.factories import DepartmentFactory, PersonFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from tests.journey.test_routes import fast
from tests.platform.kept import kept
from workflows import nodes
from workflows.briefs.gathering import record_of
from workflows.gates import actions
from workflows.gates.actions.rounds import due_after
from workflows.gates.models import Decision, GateRound
from workflows.gates.replay import replay
from workflows.gates.rules import PROTECTED
from workflows.gates.wording import REDIRECTS
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def in_english(the_city_s_language: None) -> Iterator[None]:
    with translation.override("en"):
        yield


def submitted(run_jobs: Run) -> tuple[Idea, Cast]:
    """At admissibility, the lead seated."""
    found = play.submit(cast := Cast())
    run_jobs()
    return found, cast


@pytest.fixture(scope="module")
def kept_submission(request: pytest.FixtureRequest) -> Iterator[tuple[Idea, Cast]]:
    yield from kept(request, submitted)


@pytest.fixture
def submission(kept_submission: tuple[Idea, Cast]) -> tuple[Idea, Cast]:
    return deepcopy(kept_submission)


@pytest.fixture
def idea(submission: tuple[Idea, Cast]) -> Idea:
    return submission[0]


@pytest.fixture
def cast(submission: tuple[Idea, Cast]) -> Cast:
    return submission[1]


def lead_of(idea: Idea) -> Person:
    return stage.seats_of(play.round_of(idea))[0].person


def draft(idea: Idea, cast: Cast, redirect_to: str = "prevention_adviser", **more: Any) -> Decision:
    play.pass_g0(idea, cast, "redirect", redirect_to=redirect_to, **more)
    return Decision.objects.get(round__idea=idea)


def open_verbs(idea: Idea) -> set[str]:
    return set(WorkItem.objects.filter(subject_key=idea.key, closed_at=None).values_list("verb", flat=True))


def verbs(idea: Idea) -> list[str]:
    events = Event.objects.filter(subject_key=idea.key).order_by("sequence")
    return list(events.values_list("verb", flat=True))


def told(person: Person) -> set[str]:
    return set(Message.objects.filter(person=person).values_list("kind", flat=True))


def page(person: Person, name: str, key: Any) -> tuple[int, str]:
    answer = stage.signed_in(person).get(reverse(name, args=[key]), headers={"accept-language": "en"})
    return answer.status_code, stage.texts(answer.content.decode())


def test_a_redirect_is_a_draft_until_an_author_consents(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    decision = draft(idea, cast)
    assert decision.issued_at is None
    assert (idea.state, play.round_of(idea).state) == ("live", "open")
    assert open_verbs(idea) == {"consent"}
    assert verbs(idea)[-1] == "consent_asked"
    run_jobs()
    assert "consent" in told(cast.author)
    for person in (cast.lead, cast.manager, PersonFactory(employed=True)):
        with pytest.raises(NotFound):
            actions.consent(decision_key=decision.key, by=act(person))
    actions.consent(decision_key=decision.key, by=act(cast.author))
    idea.refresh_from_db()
    decision.refresh_from_db()
    assert (idea.state, idea.holder) == ("redirected", "nobody")
    assert idea.ended_at is not None
    assert nodes.station_of(idea) == ""
    assert open_verbs(idea) == set()
    assert (decision.consented_by, decision.issued_at) == (cast.author, decision.consented_at)
    assert verbs(idea)[-1] == "decided"
    run_jobs()
    assert "decided" in told(cast.author)
    assert {"to_hand_over"} <= told(cast.lead) & told(cast.other_lead)
    assert chains.verify().broken == []
    assert [one for one in replay() if one.differences] == []
    with pytest.raises(Conflict):
        actions.consent(decision_key=decision.key, by=act(cast.author))


def test_without_consent_it_is_as_if_never_written(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    writer = lead_of(idea)
    other = cast.other_lead if writer == cast.lead else cast.lead
    decision = draft(idea, cast)
    run_jobs()
    before = {one.pk: told(one) for one in Person.objects.all()}
    actions.decline_consent(decision_key=decision.key, by=act(cast.author))
    run_jobs()
    idea.refresh_from_db()
    assert (idea.state, play.round_of(idea).state) == ("live", "open")
    assert not Decision.objects.filter(round__idea=idea).exists()
    assert open_verbs(idea) == {"decide"}
    assert [item.person for item in WorkItem.objects.filter(verb="decide", closed_at=None)] == [writer]
    changed = {one.pk for one in Person.objects.all() if told(one) != before[one.pk]}
    assert changed == {writer.pk}
    assert other.pk not in changed
    play.decide(idea, writer, "rework")
    assert idea.holder == "author"


def test_the_days_of_the_author_are_given_back(idea: Idea, cast: Cast) -> None:
    due = play.round_of(idea).due_at
    decision, asked_on = draft(idea, cast), clock.today()
    idea.refresh_from_db()
    assert idea.due_at is not None
    assert idea.due_at > due, "nobody is late while the author thinks"
    with clock.moved(clock.now() + timedelta(days=7)):
        actions.decline_consent(decision_key=decision.key, by=act(cast.author))
    idea.refresh_from_db()
    assert idea.due_at == play.round_of(idea).due_at
    thought = working_days.working_days_between(asked_on, asked_on + timedelta(days=7))
    assert thought >= 3
    assert play.round_of(idea).due_at == due_after(idea.programme.entity, thought, due)


def test_the_days_of_a_signature_are_not_the_authors(idea: Idea, cast: Cast) -> None:
    decision, due = draft(idea, cast), play.round_of(idea).due_at
    second = cast.lead if decision.decider == cast.other_lead else cast.other_lead
    Decision.objects.filter(pk=decision.pk).update(
        drafted_at=clock.now() - timedelta(days=28), second_signer=second, second_signed_at=clock.now()
    )
    actions.decline_consent(decision_key=decision.key, by=act(cast.author))
    assert play.round_of(idea).due_at == due


def test_any_author_may_answer_and_no_helper(idea: Idea, cast: Cast) -> None:
    co_author = TeamMemberFactory(idea=idea, person=PersonFactory(employed=True)).person
    helper = TeamMemberFactory(idea=idea, person=PersonFactory(employed=True), role="helper").person
    decision = draft(idea, cast)
    asked = set(WorkItem.objects.filter(verb="consent", closed_at=None).values_list("person", flat=True))
    assert asked == {cast.author.pk, co_author.pk}
    with pytest.raises(NotFound):
        actions.consent(decision_key=decision.key, by=act(helper))
    actions.consent(decision_key=decision.key, by=act(co_author))
    idea.refresh_from_db()
    assert idea.state == "redirected"


def test_nobody_signs_what_waits_for_an_author(idea: Idea, cast: Cast) -> None:
    writer = lead_of(idea)
    other = cast.other_lead if writer == cast.lead else cast.lead
    decision = draft(idea, cast)
    with pytest.raises(NotAllowed, match="author"):
        actions.sign_second(decision_key=decision.key, by=act(other))
    with pytest.raises(NotAllowed, match="author"):
        actions.decline(decision_key=decision.key, by=act(other))
    with pytest.raises(Conflict, match="consent"):
        play.decide(idea, other, "rework")


def test_whoever_wrote_it_may_decide_otherwise_meanwhile(idea: Idea, cast: Cast) -> None:
    decision = draft(idea, cast)
    play.decide(idea, lead_of(idea), "rework")
    assert idea.holder == "author"
    assert open_verbs(idea) == {"rework"}
    with pytest.raises(NotFound):
        actions.consent(decision_key=decision.key, by=act(cast.author))


def test_a_mandate_that_ends_meanwhile_decides_nothing(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    writer, decision = lead_of(idea), draft(idea, cast)
    Mandate.objects.filter(holder=writer).update(ends_on=clock.today())
    with pytest.raises(Conflict):
        actions.consent(decision_key=decision.key, by=act(cast.author))
    actions.ask_again(round_key=play.round_of(idea).key)
    assert not Decision.objects.filter(round__idea=idea).exists()
    assert "consent" not in open_verbs(idea)


def test_a_withdrawal_leaves_nothing_open(idea: Idea, cast: Cast) -> None:
    decision = draft(idea, cast)
    journey.withdraw(idea=idea.key, by=act(cast.author))
    assert open_verbs(idea) == set()
    with pytest.raises(NotFound):
        actions.consent(decision_key=decision.key, by=act(cast.author))
    assert page(cast.author, "consent", decision.round.key)[0] == 409


def test_it_names_a_service_or_a_protected_target(idea: Idea, cast: Cast) -> None:
    seat = stage.seats_of(play.round_of(idea))[0]
    stage.cast_vote(seat, "not_now")
    for wrong, field in (
        ({}, "redirect_to"),
        ({"redirect_to": "mayor"}, "redirect_to"),
        ({"redirect_to": "service"}, "redirect_service"),
    ):
        with pytest.raises(Invalid) as refused:
            play.decide(idea, seat.person, "redirect", **wrong)
        assert set(refused.value.fields) == {field}
    play.decide(idea, seat.person, "redirect", redirect_to="hr", service=DepartmentFactory(service=True))
    assert Decision.objects.get().redirect_service is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.update(issued_at=clock.now())


def test_the_head_of_the_service_is_told_and_not_of_a_confidential_idea(
    cast: Cast, idea: Idea, run_jobs: Run
) -> None:
    place = DepartmentFactory(service=True)
    head = PersonFactory(department=place, head=True, mandate="head_of_service", mandate__department=place)
    decision = draft(idea, cast, "service", service=place)
    actions.consent(decision_key=decision.key, by=act(cast.author))
    run_jobs()
    assert "handed_to_you" in told(head)
    second = play.submit(cast, confidential="yes")
    run_jobs()
    decision = draft(second, cast, "service", service=place)
    actions.consent(decision_key=decision.key, by=act(cast.author))
    run_jobs()
    assert Message.objects.filter(person=head, kind="handed_to_you").count() == 1


ONE, *OTHERS = PROTECTED


@pytest.mark.parametrize("kind", [ONE, *(pytest.param(kind, marks=pytest.mark.prove) for kind in OTHERS)])
def test_only_those_concerned_read_to_whom(idea: Idea, cast: Cast, run_jobs: Run, kind: str) -> None:
    """On no page, in no message, brief or event does anyone else read it; not even that it is protected."""
    name = str(REDIRECTS[kind])
    writer, auditor = lead_of(idea), PersonFactory(employed=True, role="auditor")
    strangers = [PersonFactory(employed=True), cast.manager, cast.chair, cast.dga]
    decision = draft(idea, cast, kind)
    key = decision.round.key
    assert name in page(writer, "decide", key)[1]
    assert name in page(cast.author, "consent", key)[1]
    for person in (*strangers, writer, auditor):
        assert page(person, "consent", key)[0] == 404
    actions.consent(decision_key=decision.key, by=act(cast.author))
    run_jobs()
    for person in (cast.author, cast.lead, cast.other_lead, writer, auditor):
        status, said = page(person, "hand-over", idea.key)
        assert status == 200
        assert name in said
        assert name in page(person, "decide", key)[1]
        assert "Receipt of the hand-over" in page(person, "idea", idea.key)[1]
    assert page(cast.author, "receipt", idea.key)[0] == 200
    for person in strangers:
        assert_not_told(person, idea, kind)
    assert_written_nowhere(kind)


@pytest.mark.parametrize("kind", OTHERS)
def test_each_protected_target_is_for_those_concerned(
    idea: Idea, cast: Cast, run_jobs: Run, kind: str
) -> None:
    """The same rule for each, as two people read it; bin/prove asks everybody."""
    decision = draft(idea, cast, kind)
    actions.consent(decision_key=decision.key, by=act(cast.author))
    run_jobs()
    status, said = page(cast.author, "hand-over", idea.key)
    assert (status, str(REDIRECTS[kind]) in said) == (200, True)
    assert_not_told(PersonFactory(employed=True), idea, kind)
    assert_written_nowhere(kind)


def assert_not_told(person: Person, idea: Idea, kind: str) -> None:
    name, key = str(REDIRECTS[kind]), GateRound.objects.get(idea=idea).key
    assert page(person, "hand-over", idea.key)[0] == 404
    for said in (page(person, "idea", idea.key)[1], page(person, "decide", key)[1]):
        assert name not in said
        assert "Receipt of the hand-over" not in said
        assert "edirected" in said or "Redirect" in said
    listed = stage.signed_in(person).get(reverse("portfolio"), {"state": "redirected"})
    assert idea.title in listed.content.decode()
    assert name not in listed.content.decode()


def assert_written_nowhere(kind: str) -> None:
    """In no brief, event or message."""
    name = str(REDIRECTS[kind])
    decision = Decision.objects.select_related("round__idea__programme__entity").get()
    assert kind not in str(record_of(decision).as_data())
    with translation.override("fr"):  # the brief's language
        names = {name, str(REDIRECTS[kind])}
    assert not [one for one in names if one in str(record_of(decision).as_data())]
    written = str(list(Event.objects.values_list("payload", "effects")))
    assert kind not in written
    assert kind not in str(list(Message.objects.values_list("parameters", "subject_title", "url")))


def test_a_chair_reads_that_something_waits_and_not_to_whom(cast: Cast) -> None:
    """At selection the chair, who sees a draft, sees no protected target in it."""
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    for seat in stage.seats_of(round_):
        actions.open_others(seat_key=seat.key, by=act(seat.person))
    play.decide(round_.idea, cast.dga, "redirect", redirect_to="safety_register")
    name = str(REDIRECTS["safety_register"])
    status, said = page(cast.chair, "decide", round_.key)
    assert status == 200
    assert name not in said
    assert "consent" in said
    assert name in page(cast.dga, "decide", round_.key)[1]


def test_the_fast_lane_redirects_too(cast: Cast, run_jobs: Run) -> None:
    idea = fast(cast, run_jobs)
    decision = play.decide(idea, cast.lead, "redirect", redirect_to="hr")
    actions.consent(decision_key=decision.key, by=act(cast.author))
    idea.refresh_from_db()
    assert idea.state == "redirected"
    assert open_verbs(idea) == set()


def test_the_author_answers_on_a_page(idea: Idea, cast: Cast, run_jobs: Run) -> None:
    decision = draft(idea, cast, "cst")
    url, client = reverse("consent", args=[decision.round.key]), stage.signed_in(cast.author)
    assert url in client.get(reverse("my-work")).content.decode()
    assert client.post(url, {"answer": "perhaps"}).status_code == 422
    assert client.post(url, {"answer": "decline"}).status_code == 302
    assert GateRound.objects.get().state == "open"
    play.decide(idea, lead_of(idea), "redirect", redirect_to="cst")
    answer = client.post(url, {"answer": "consent"})
    assert answer.headers["Location"] == reverse("hand-over", args=[idea.key])
    idea.refresh_from_db()
    assert idea.state == "redirected"


def test_redirecting_on_the_decision_page(idea: Idea, cast: Cast) -> None:
    round_ = play.round_of(idea)
    seat, place = stage.seats_of(round_)[0], DepartmentFactory(service=True)
    answers = {f"must_meet_{rule['key']}": "yes" for rule in round_.rules["must_meet"]}
    tied = {"reason_competence": "C’est l’affaire d’un service.", "content_version": "1"}
    sent = stage.written("redirect", step="check") | answers | tied
    client, url = stage.signed_in(seat.person), reverse("decide", args=[round_.key])
    service = {"redirect_to": "service"}
    for wrong, field in (
        ({}, "redirect_to_0"),
        (service, "redirect_service"),
        (service | {"redirect_service": "Nulle part"}, "redirect_service"),
    ):
        answer = client.post(url, sent | wrong)
        assert answer.status_code == 422
        assert f'href="#id_{field}"' in answer.content.decode()
    named = service | {"redirect_service": place.code.lower()}
    assert place.name in client.post(url, sent | named).content.decode()
    assert client.post(url, sent | named | {"step": "decide"}).status_code == 302
    assert Decision.objects.get().redirect_service == place
    said = client.get(url, headers={"accept-language": "en"}).content.decode()
    assert "Waits for the author’s consent" in said
    assert "Write it anew" in said
