"""The versions of a programme's configuration: drafted, checked, published, retired; open rounds keep theirs."""

import copy
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ideas.calls import actions as calls
from ideas.calls import rules as call_rules
from ideas.calls.models import Call, Programme
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people.models import Mandate, RoleGrant
from tests.factories import (
    AbsenceFactory,
    CallFactory,
    IdeaFactory,
    MandateFactory,
    PersonFactory,
    PostFactory,
)
from tests.gates import stage
from tests.gates.stage import texts
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from tests.platform.jobs import Run
from tests.platform.kept import kept
from workflows.briefs.gathering import record_of
from workflows.gates import pools
from workflows.gates.actions.rounds import due_after
from workflows.gates.actions.seating import is_from_elsewhere
from workflows.gates.configuration import actions, queries
from workflows.gates.configuration.document import put
from workflows.gates.configuration.reading import in_force
from workflows.gates.models import Configuration, GateConfiguration, GateRound
from workflows.journey import actions as journey
from workflows.sponsorship import actions as sponsorship

pytestmark = pytest.mark.django_db


def built(_run_jobs: Run) -> Cast:
    """The cast, with what a sound configuration asks for: a second of each who decides high up."""
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


def programme() -> Programme:
    return Programme.objects.select_related("entity").get()


def draft_of(city: Cast, **changes: Any) -> Configuration:
    """A draft with G1 changed."""
    draft = actions.begin_draft(by=act(city.lead), programme=programme())
    return change(city, draft, **changes) if changes else draft


def change(city: Cast, draft: Configuration, gate: str = "G1", **changes: Any) -> Configuration:
    document = copy.deepcopy(draft.document)
    document["gates"][gate] |= changes
    return actions.edit(by=act(city.lead), key=draft.key, revision=draft.revision, document=document)


def published(city: Cast, **changes: Any) -> Configuration:
    draft = draft_of(city, **changes)
    assert actions.check(by=act(city.lead), key=draft.key) == []
    return actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)


def verbs() -> list[str]:
    found = Event.objects.filter(subject_key=programme().subject_key, verb__startswith="configuration_")
    return list(found.order_by("sequence").values_list("verb", flat=True))


def test_from_a_draft_to_the_version_in_force(city: Cast) -> None:
    first = published(city, quorum=4)
    assert (first.version, first.state) == (1, "published")
    second = published(city, quorum=5)
    first.refresh_from_db()
    assert (second.version, first.state, first.retired_at is not None) == (2, "retired", True)
    assert in_force(programme())["gates"]["G1"]["quorum"] == 5
    rules = GateConfiguration.objects.filter(gate="G1").order_by("version")
    assert [(one.version, one.state, one.rules["quorum"]) for one in rules] == [
        (1, "retired", 4),
        (2, "published", 5),
    ]
    assert rules[1].source == second
    # Only what changed has a second version.
    assert GateConfiguration.objects.filter(gate="G4").count() == 1
    assert verbs()[:4] == [f"configuration_{verb}" for verb in ("begun", "edited", "checked", "published")]


def test_each_act_says_what_it_did_once(city: Cast) -> None:
    draft = draft_of(city)
    before = Event.objects.count()
    actions.edit(by=act(city.lead), key=draft.key, revision=1, document=draft.document)
    assert Event.objects.count() == before, "nothing changed, so nothing is told"
    actions.retire(by=act(city.lead), key=draft.key, revision=draft.revision)
    event = Event.objects.latest("pk")
    assert event.effects == [{"what": "configuration", "from": "draft", "to": "retired", "version": 1}]
    assert set(event.payload) == {"configuration", "version", "revision", "sha256"}


def test_publishing_never_touches_an_open_round(city: Cast) -> None:
    open_round = stage.at_g1(city)
    record_before = GateRound.objects.values().get(pk=open_round.pk)
    assert queries.staying(draft_of(city, quorum=5, threshold=1.0).document, programme()) == 1
    draft = Configuration.objects.get()
    actions.check(by=act(city.lead), key=draft.key)
    actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)
    assert GateRound.objects.values().get(pk=open_round.pk) == record_before
    stage.all_vote(open_round, "not_now")
    steps.decide(open_round.idea, city.dga, "rework")
    decided = GateRound.objects.get(pk=open_round.pk)
    assert decided.record is not None
    assert decided.record["rules"]["quorum"] == 3
    # Rework comes back to the version it began with; the next idea takes the new one.
    journey.resubmit(idea=open_round.idea.key, by=act(city.author))
    assert steps.round_of(open_round.idea).rules["quorum"] == 3
    other = stage.at_g1(city)
    assert (other.rules["quorum"], other.rules["threshold"]) == (5, 1.0)
    assert other.configuration.version == 2


def test_a_version_is_published_only_as_it_was_checked(city: Cast) -> None:
    draft = draft_of(city)
    with pytest.raises(Conflict, match=r"(?i)vérifi"):
        actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)
    actions.check(by=act(city.lead), key=draft.key)
    draft = change(city, draft, quorum=2)
    with pytest.raises(Conflict):
        actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)
    # Written behind the actions' back: the hash tells.
    actions.check(by=act(city.lead), key=draft.key)
    document = copy.deepcopy(draft.document)
    document["open_seats_per_person"] = 9
    Configuration.objects.filter(pk=draft.pk).update(document=document)
    with pytest.raises(Conflict):
        actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)


def test_what_was_sound_when_checked_is_looked_at_again(city: Cast) -> None:
    draft = draft_of(city)
    assert actions.check(by=act(city.lead), key=draft.key) == []
    Mandate.objects.filter(capacity="dga").update(ends_on=clock.today())
    with pytest.raises(Conflict) as refused:
        actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)
    assert refused.value.code == "configuration.no_longer_sound"
    assert not Configuration.objects.filter(state="published").exists()


def test_the_checker_reads_the_city(city: Cast) -> None:
    draft = draft_of(city)

    def codes() -> set[str]:
        return {problem.code for problem in actions.check(by=act(city.lead), key=draft.key)}

    assert codes() == set()
    today = clock.today()
    for person in city.panel[:6]:
        AbsenceFactory(person=person, starts_on=today, ends_on=today + timedelta(days=60))
    assert codes() == {"quorum_unreachable", "seats_over_pool"}
    RoleGrant.objects.filter(role="chair").delete()
    assert "no_chair" in codes()
    Mandate.objects.filter(capacity__in=["dgs", "elected"]).delete()
    assert {"decider_without_mandate", "stop_without_recourse"} <= codes()
    assert Configuration.objects.get().state == "draft"


def test_who_is_away_when_the_votes_are_due_and_lends_no_seat_is_not_counted(city: Cast) -> None:
    draft = draft_of(city)
    later = clock.today() + timedelta(days=8)
    for person in city.panel:
        AbsenceFactory(person=person, starts_on=later, ends_on=later + timedelta(days=90), deputy=None)
    found = actions.check(by=act(city.lead), key=draft.key)
    assert "quorum_unreachable" in {problem.code for problem in found}


def test_a_seat_lent_while_the_votes_are_due_is_counted(city: Cast) -> None:
    """A deputy votes for whoever is away then; one deputy for one, there on that day, and without a seat to come."""
    draft = draft_of(city)
    days = {"starts_on": clock.today() + timedelta(days=8), "ends_on": clock.today() + timedelta(days=90)}

    def there() -> int:
        return queries.facts_of(draft.document, programme()).pools["G1"].available

    everyone = there()
    deputy = PersonFactory(employed=True)
    absences = [AbsenceFactory(person=person, deputy=deputy, **days) for person in city.panel[:2]]
    assert there() == everyone - 1
    other = PersonFactory(employed=True)
    AbsenceFactory(person=other, **days)
    for person, expected in ((other, -1), (city.panel[2], -1), (PersonFactory(employed=True), 0)):
        absences[1].deputy = person
        absences[1].save()
        assert there() == everyone + expected
    # Seats are filled today: nobody who is away now is given one.
    for absence in absences:
        absence.starts_on = clock.today()
        absence.save()
    assert there() == everyone - 2


def test_links_with_running_ideas_are_counted(city: Cast) -> None:
    """With one link more than the seats can bear nobody would be seated, though there is a quorum."""
    idea = steps.submit(city)
    draft = draft_of(city)

    def found() -> dict[str, Any]:
        problems = actions.check(by=act(city.lead), key=draft.key)
        return {problem.code: problem.values for problem in problems if problem.values["gate"] == "G1"}

    free = queries.facts_of(draft.document, programme()).pools["G1"].by_idea[0].people
    spare = free - draft.document["gates"]["G1"]["seats"]
    for person in city.panel[:spare]:
        person.private_links.create(other=city.author)
    assert found() == {}
    city.panel[spare].private_links.create(other=city.author)
    assert found()["too_few_for_ideas"]["ideas"] == 1
    city.chair.private_links.create(other=city.author)
    assert set(found()) == {"too_few_for_ideas", "no_chair_for_ideas"}
    assert idea.state == "live"


def test_whoever_is_left_for_an_idea_may_all_be_at_home_with_its_team(city: Cast) -> None:
    """The team's own department is found as seating finds it."""
    idea = steps.submit(city)
    draft, day = draft_of(city), clock.today()
    for _ in range(10):
        PostFactory(person=PersonFactory(), department=city.home)
    pool, _chairs = pools.able(["panel_member"], programme())
    for person in pool:
        person.posts.update(ends_on=day)
        PostFactory(person=person, department=city.home, starts_on=day)
    away = PersonFactory(employed=True, role="panel_member")
    assert is_from_elsewhere(away, idea)
    assert not any(is_from_elsewhere(person, idea) for person in pool)

    def codes() -> set[str]:
        return {problem.code for problem in actions.check(by=act(city.lead), key=draft.key)}

    assert codes() == set()
    away.private_links.create(other=city.author)
    assert codes() == {"no_diversity_for_ideas"}


def test_one_draft_at_a_time(city: Cast) -> None:
    draft = draft_of(city)
    with pytest.raises(Conflict):
        draft_of(city)
    actions.retire(by=act(city.lead), key=draft.key, revision=draft.revision)
    assert draft_of(city).version == 2
    with pytest.raises(Conflict):
        actions.retire(by=act(city.lead), key=draft.key, revision=draft.revision)
    with pytest.raises(NotFound):
        actions.retire(by=act(city.lead), key=uuid.uuid4(), revision=1)


def test_two_who_edit_do_not_overwrite_each_other(city: Cast) -> None:
    draft = draft_of(city)
    change(city, draft, quorum=4)
    with pytest.raises(Conflict) as refused:
        change(city, draft, quorum=2)
    assert refused.value.code == "configuration.changed"
    assert Configuration.objects.get().document["gates"]["G1"]["quorum"] == 4


def test_what_cannot_be_taken_changes_nothing(city: Cast) -> None:
    draft = draft_of(city)
    with pytest.raises(Invalid) as refused:
        change(city, draft, quorum="many", colour="red")
    assert set(refused.value.fields) == {"/gates/G1/quorum", "/gates/G1/colour"}
    draft.refresh_from_db()
    assert (draft.revision, draft.document["gates"]["G1"]["quorum"]) == (1, 3)


def test_only_leads_and_administrators_change_it(city: Cast) -> None:
    administrator = PersonFactory(role="administrator")
    watcher = PersonFactory(role="cst_member")
    assert queries.may_read(watcher, programme())
    assert not queries.may_change(watcher, programme())
    for person in (city.author, city.dga, watcher, PersonFactory(is_superuser=True)):
        with pytest.raises(NotAllowed):
            actions.begin_draft(by=act(person), programme=programme())
    draft = actions.begin_draft(by=act(administrator), programme=programme())
    by = act(city.author)
    with pytest.raises(NotAllowed):
        actions.check(by=by, key=draft.key)
    for act_on in (actions.publish, actions.retire):
        with pytest.raises(NotAllowed):
            act_on(by=by, key=draft.key, revision=draft.revision)


def test_an_import_begins_a_draft(city: Cast) -> None:
    document = copy.deepcopy(in_force(programme()))
    document["rework"]["author_days"] = 20
    made = actions.begin_draft(by=act(city.lead), programme=programme(), document=document)
    assert (made.state, made.document["rework"]["author_days"]) == ("draft", 20)
    assert Event.objects.latest("pk").payload["imported"] is True


def publish_whole(city: Cast, **changes: Any) -> None:
    """A version with what stands at these JSON pointers replaced, published."""
    draft = draft_of(city)
    document = copy.deepcopy(draft.document)
    for pointer, value in changes.items():
        put(document, pointer, value)
    draft = actions.edit(by=act(city.lead), key=draft.key, revision=1, document=document)
    assert actions.check(by=act(city.lead), key=draft.key) == []
    actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)


def test_delays_of_a_team_and_of_a_recourse_are_those_of_the_round(city: Cast) -> None:
    before = stage.at_g0(city)
    publish_whole(
        city,
        **{"/rework/author_days": 3, "/reexamination/ask_within": 4, "/reexamination/answer_in": 6},
    )
    entity = programme().entity
    old = steps.pass_g0(before.idea, city, "rework")
    assert old.author_due_at == due_after(entity, 15)
    after = stage.at_g0(city, title="Un abri pour les vélos")
    new = steps.pass_g0(after.idea, city, "rework")
    assert new.author_due_at == due_after(entity, 3)
    stopped = stage.at_g1(city, title="Un prêt de vélos").idea
    stage.all_vote(steps.round_of(stopped), "not_now")
    steps.decide(stopped, city.dga, "stop")
    window = stopped.reexaminations.get()
    assert window.window_until == due_after(entity, 4)
    page = texts(stage.signed_in(city.author).get(reverse("idea", args=[stopped.key])).content.decode())
    assert "répond en 6 jours ouvrés" in page
    asked = journey.ask_reexamination(idea=stopped.key, by=act(city.author), grounds="Un abri est prêté.")
    assert asked.due_at == due_after(entity, 6)
    record = record_of(stopped.rounds.get(gate="G1").decision)
    assert (record.reexamination_ask_days, record.reexamination_answer_days) == (4, 6)


def test_delays_between_the_gates_are_those_of_the_gate_an_idea_came_from(city: Cast) -> None:
    before = stage.at_g1(city)
    publish_whole(city, **{"/delays/sponsor_search": 7, "/delays/investigation": 11})
    after = stage.at_g1(city, title="Un abri pour les vélos")
    entity = programme().entity
    for round_, search, investigation in ((before, 30, 60), (after, 7, 11)):
        idea = round_.idea
        stage.all_vote(round_, "go")
        decision = steps.decide(idea, city.dga)
        assert idea.due_at == due_after(entity, search)
        (step,) = [one for one in record_of(decision).next_steps if one.code == "find_sponsor"]
        assert step.due_on == due_after(entity, search).astimezone(ZoneInfo(entity.time_zone)).date()
        # A version published meanwhile changes nothing for a stage that has begun.
        publish_whole(city, **{"/delays/investigation": 3})
        pledge = sponsorship.ask_sponsor(idea=idea, sponsor=city.sponsor, by=act(city.author))
        sponsorship.promise(pledge=pledge, days=1, euros=1, cover="Un relais", by=act(city.sponsor))
        idea.refresh_from_db()
        assert idea.due_at == due_after(entity, investigation)


def test_an_idea_that_keeps_a_still_older_version_stays_too(city: Cast) -> None:
    """Two versions were published since its round opened; neither, nor the next, is the one it keeps."""
    stage.at_g1(city)
    for quorum in (4, 5):
        published(city, quorum=quorum)
    assert queries.staying(draft_of(city, threshold=1.0).document, programme()) == 1
    as_begun = copy.deepcopy(in_force(programme()))
    put(as_begun, "/gates/G1/quorum", 3)
    assert queries.staying(as_begun, programme()) == 0


def test_a_gate_where_nothing_has_come_is_known_with_who_may_sit(city: Cast) -> None:
    document = in_force(programme())
    empty = queries.advised_on(document, programme()).untried
    stage.at_g1(city)
    assert set(empty) == {"G1", *queries.advised_on(document, programme()).untried}
    assert empty["G1"] == len(pools.able(["panel_member"], programme())[0])


def test_the_checker_asks_about_every_running_idea(
    city: Cast, at_most: Callable[[int], AbstractContextManager[None]]
) -> None:
    """However many run, the same questions are asked; the oldest counts as the newest does."""
    first = steps.submit(city)
    IdeaFactory(live=True)
    draft = draft_of(city)
    with CaptureQueriesContext(connection) as one:
        queries.facts_of(draft.document, programme())
    for person in city.panel[:6]:
        person.private_links.create(other=city.author)
    IdeaFactory.create_batch(24, live=True)
    with at_most(len(one)):
        facts = queries.facts_of(draft.document, programme())
    assert len(facts.pools["G1"].by_idea) == 26
    assert facts.pools["G1"].by_idea[0].people == 2
    assert first.pk == min(Idea.objects.values_list("pk", flat=True))
    found = {problem.code: problem.values for problem in actions.check(by=act(city.lead), key=draft.key)}
    assert found["too_few_for_ideas"]["ideas"] == 1


def test_a_department_without_a_director_is_named(city: Cast) -> None:
    draft = draft_of(city)

    def unsigned() -> int:
        return queries.facts_of(draft.document, programme()).unsigned_departments

    assert unsigned() == 0
    Mandate.objects.filter(capacity__in=["dga", "director"]).delete()
    departments = unsigned()
    assert departments > 2
    # The director of a direction signs for its services too.
    MandateFactory(holder=city.director, capacity="director", department=city.home.parent)
    assert unsigned() == departments - 2
    codes = {problem.code for problem in actions.check(by=act(city.lead), key=draft.key)}
    assert "no_director_signs" in codes


def test_a_letter_opens_the_decision_its_round_was_opened_under(city: Cast) -> None:
    round_ = stage.at_g1(city)
    publish_whole(city, **{"/letters/go": {"fr": "Bravo à vous.", "en": "Well done."}})
    stage.all_vote(round_, "go")
    steps.decide(round_.idea, city.dga, "go")
    assert record_of(round_.idea.rounds.get(gate="G1").decision).opening.startswith("Votre idée poursuit")
    other = stage.at_g1(city, title="Un abri pour les vélos")
    stage.all_vote(other, "go")
    steps.decide(other.idea, city.dga, "go")
    assert record_of(other.idea.rounds.get(gate="G1").decision).opening == "Bravo à vous."
    page = stage.signed_in(city.author).get(reverse("decide", args=[other.key])).content.decode()
    assert "Bravo à vous." in page
    assert "letters" not in other.rules


def test_seats_are_filled_from_the_pool_and_up_to_the_ceiling_that_are_configured(city: Cast) -> None:
    experts = [PersonFactory(employed=True, role="expert") for _ in range(6)]
    publish_whole(city, **{"/gates/G1/pool": ["expert"], "/open_seats_per_person": 1})
    round_ = stage.at_g1(city)
    seated = {seat.person for seat in stage.seats_of(round_)}
    assert len(seated) == 5
    assert seated <= {*experts, city.chair}
    # Each sits once at most: the chair and too few experts are left for a second panel.
    second = stage.at_g1(city, title="Un abri pour les vélos")
    assert stage.seats_of(second) == []


SHOWN_ALONE = {"gate": "G2", "seats": 1, "quorum": 1, "voters_hidden": False}


def refused_by_calls(city: Cast, draft: Configuration) -> bool:
    return any(one.code.endswith("_by_call") for one in actions.check(by=act(city.lead), key=draft.key))


def test_a_call_cannot_hide_voters_where_one_person_sits(city: Cast) -> None:
    draft = change(city, draft_of(city), **SHOWN_ALONE)
    assert actions.check(by=act(city.lead), key=draft.key) == []
    actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)
    dates = {"opens_at": clock.now() + timedelta(days=2), "closes_at": clock.now() + timedelta(days=30)}
    asked = dict.fromkeys(call_rules.TEXTS, "Quoi de neuf ?") | dates
    for hidden in (None, False):
        call = calls.publish_call(by=act(city.lead), programme=programme(), voters_hidden=hidden, **asked)
    before = Event.objects.count()
    with pytest.raises(Invalid) as refused:
        calls.publish_call(by=act(city.lead), programme=programme(), voters_hidden=True, **asked)
    assert "G2" in str(refused.value.fields["voters_hidden"][0])
    with pytest.raises(Invalid):
        calls.change_call(by=act(city.lead), call=call, voters_hidden=True)
    assert (Event.objects.count(), Call.objects.filter(voters_hidden=True).exists()) == (before, False)
    calls.change_call(by=act(city.lead), call=call, title_fr="Autre titre")
    city.lead.language = "fr"
    city.lead.save()
    form = {"programme": programme().key, "voters_hidden": "yes", "opens_on": "2030-01-01"}
    form |= dict.fromkeys(call_rules.TEXTS, "Quoi ?") | {"closes_on": "2030-02-01"}
    answer = stage.signed_in(city.lead).post(reverse("call-new"), form)
    assert answer.status_code == 422
    assert "une seule personne y siège" in texts(answer.text)


@pytest.mark.parametrize(
    ("first", "last", "idea", "counts"),
    [
        (-9, 9, None, True),
        (9, 19, None, True),
        (-19, -9, None, False),
        (-19, -9, "live", True),
        (-19, -9, "withdrawn", False),
    ],
)
def test_no_version_is_published_that_leaves_one_voter_to_a_call_that_hides_them(
    city: Cast, first: int, last: int, idea: str | None, counts: bool
) -> None:
    draft = change(city, draft_of(city), **SHOWN_ALONE)
    assert actions.check(by=act(city.lead), key=draft.key) == []
    now = clock.now()
    dates = {"opens_at": now + timedelta(days=first), "closes_at": now + timedelta(days=last)}
    call = CallFactory(programme=programme(), voters_hidden=True, **dates)
    if idea is not None:
        made = IdeaFactory(live=True, call=call)
        Idea.objects.filter(pk=made.pk).update(state=idea)
    if counts:
        with pytest.raises(Conflict):
            actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)
        assert refused_by_calls(city, draft)
        page = stage.signed_in(city.lead).get(reverse("configuration", args=[draft.key]))
        assert str(call.title_en) in page.text or str(call.title_fr) in page.text
    else:
        actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)


def test_an_ended_call_is_not_opened_again_to_hide_the_one_voter(city: Cast) -> None:
    now = clock.now()
    call = CallFactory(
        programme=programme(),
        voters_hidden=True,
        opens_at=now - timedelta(days=19),
        closes_at=now - timedelta(days=9),
    )
    draft = change(city, draft_of(city), **SHOWN_ALONE)
    assert not refused_by_calls(city, draft)
    actions.publish(by=act(city.lead), key=draft.key, revision=draft.revision)
    with pytest.raises(Invalid):
        calls.change_call(by=act(city.lead), call=call, closes_at=now + timedelta(days=9))
