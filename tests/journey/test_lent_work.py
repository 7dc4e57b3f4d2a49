"""All work that an absence lends: its deputy finds it, opens it and does it; the record names both.

One scene for each code of work that is lent: it brings an idea to where someone has that work, and says what the
deputy posts to which page. A code without a scene fails.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox import wording
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people.models import Mandate, Person
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, PersonFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import REASONS, Cast, act, in_days
from tests.platform.kept import kept
from tests.sessions import stage as sessions
from tests.sponsorship.cast import routes_above
from workflows.clock.actions import tick
from workflows.evaluation.models import BenefitReading
from workflows.gates import actions as gates
from workflows.gates.models import GateRound, Seat
from workflows.journey import actions as journey
from workflows.sessions import actions as session_acts
from workflows.sessions import jobs
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import TimeRelease

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


@dataclass
class Scene:
    """What a deputy posts to which page; without `posted` the work is only to be looked at.

    `kept`: it stays open after the act, for another reason than its holder's absence.
    """

    posted: dict[str, Any] | None
    url: str = ""
    kept: bool = False


@dataclass
class Stage:
    """`found`: where an idea stands already, by the name of what brings it there."""

    cast: Cast
    run_jobs: Run
    found: dict[str, Any] = field(default_factory=dict)

    def panel(self) -> GateRound:
        if "panel" in self.found:
            return self.found["panel"]
        found = stage.at_g1(self.cast)
        self.run_jobs()
        return found

    def launched(self) -> Idea:
        if "launched" in self.found:
            return self.found["launched"]
        round_ = self.panel()
        stage.all_vote(round_)
        play.decide(round_.idea, self.cast.dga)
        self.run_jobs()
        return Idea.objects.get()

    def stopped(self, gate: str = "G1") -> Idea:
        round_ = self.panel()
        stage.all_vote(round_, "not_now")
        play.decide(round_.idea, self.cast.dga, "stop")
        return Idea.objects.get()

    def pilot_over(self) -> Idea:
        if "pilot_over" in self.found:
            return self.found["pilot_over"]
        idea = self.launched()
        play.sponsored(idea, self.cast)
        self.run_jobs()
        play.vote_all(idea)
        play.decide(idea, self.cast.dga)
        self.run_jobs()
        play.piloted(idea, self.cast)
        self.run_jobs()
        return idea

    # Gates

    def admissibility(self) -> Scene:
        round_ = stage.at_g0(self.cast)
        yes = {f"must_meet_{rule['key']}": "yes" for rule in round_.rules["must_meet"]}
        return Scene(stage.written(content_version="1", **yes))

    def vote(self) -> Scene:
        return Scene(stage.opinion(self.panel()))

    def discuss(self) -> Scene:
        round_ = self.panel()
        for place, seat in enumerate(stage.seats_of(round_)):
            stage.cast_vote(seat, level=4 if place else 0)
        chair = Seat.objects.get(round=round_, is_chair=True)
        gates.open_others(seat_key=chair.key, by=act(chair.person))
        gates.call_discussion(seat_key=chair.key, by=act(chair.person))
        return Scene(stage.opinion(round_))

    def casting_vote(self) -> Scene:
        round_ = self.panel()
        # The chair abstains; of the four others two are for it.
        choices = iter(("go", "go", "not_now", "not_now"))
        for seat in stage.seats_of(round_):
            stage.cast_vote(seat, "abstain" if seat.is_chair else next(choices))
        return Scene(stage.opinion(round_))

    def decide(self) -> Scene:
        round_ = self.panel()
        stage.all_vote(round_)
        return Scene(stage.written())

    def second_signature(self) -> Scene:
        round_ = stage.at_g0(self.cast)
        play.pass_g0(round_.idea, self.cast, "stop")
        return Scene({"step": "sign"})

    def agree(self) -> Scene:
        idea = self.pilot_over()
        keys = [rule["key"] for rule in play.round_of(idea).rules["must_meet"] if rule["kind"] == "judgement"]
        return Scene(stage.written(**{f"answer_{key}": "yes" for key in keys}))

    def seat_panel(self) -> Scene:
        for person in (self.cast.chair, *self.cast.panel):
            person.role_grants.all().delete()
        round_ = self.panel()
        guest = PersonFactory(employed=True)
        return Scene({"person": guest.staff_number}, reverse("seats", args=[round_.key]), kept=True)

    def complete_opinion(self) -> Scene:
        round_ = self.panel()
        with clock.moved(round_.review_due_at + timedelta(minutes=1)):
            tick()
        seat = stage.seats_of(round_)[0]
        return Scene({"reason": "Absente."}, reverse("seat-change", args=[seat.key]))

    def answer_expert_question(self) -> Scene:
        round_, expert = self.panel(), PersonFactory(employed=True, role="expert")
        asked = gates.ask_expert(
            round_key=round_.key,
            expert=expert,
            question="Faut-il une assurance ?",
            due_on=in_days(5),
            by=act(self.cast.lead),
        )
        return Scene({"step": f"answer:{asked.key}", f"answer_{asked.key}": "Non."})

    def confirm_condition(self) -> Scene:
        round_ = self.panel()
        stage.all_vote(round_, "go_if")
        condition = ("Relire la carte", self.cast.author, in_days(20))
        decision = play.decide(round_.idea, self.cast.dga, "go_with_conditions", conditions=[condition])
        key = decision.conditions.get().key
        gates.report_condition(condition_key=key, note="Relue.", by=act(self.cast.author))
        return Scene({"step": "confirm"})

    # The journey

    def hold_condition(self) -> Scene:
        round_ = self.panel()
        stage.all_vote(round_, "not_now")
        play.decide(round_.idea, self.cast.dga, "hold", hold_condition="Les gymnases sont raccordés")
        return Scene({"condition_met": "Raccordés lundi."})

    def reexamine(self) -> Scene:
        idea = self.stopped()
        journey.ask_reexamination(idea=idea.key, by=act(self.cast.author), grounds="Un abri est prêté.")
        return Scene({"answer": "overturned", "reasons": REASONS})

    def name_reexaminer(self) -> Scene:
        self.cast.dgs.mandates.all().delete()
        idea = self.stopped()
        journey.ask_reexamination(idea=idea.key, by=act(self.cast.author), grounds="Un abri est prêté.")
        return Scene(None)

    # Sponsorship and evaluation

    def answer_pledge(self) -> Scene:
        idea = self.launched()
        sponsorship.ask_sponsor(idea=idea, sponsor=self.cast.sponsor, by=act(self.cast.author))
        return Scene({"answer": "promise", "days": "20", "euros": "18400", "cover": "Un relais"})

    def _time(self) -> TimeRelease:
        idea = self.launched()
        member = idea.team.get(person=self.cast.author)
        return time_actions.ask_time(member=member, days_a_month=Decimal("2"), by=act(self.cast.author))

    def time_opinion(self) -> Scene:
        self._time()
        return Scene({"opinion": "favourable"})

    def sign_time_release(self) -> Scene:
        release = self._time()
        time_actions.give_time_opinion(release=release, opinion="favourable", by=act(self.cast.manager))
        return Scene({"answer": "sign"})

    def arbitrate_time(self) -> Scene:
        release = self._time()
        time_actions.give_time_opinion(release=release, opinion="favourable", by=act(self.cast.manager))
        time_actions.refuse_time_release(release=release, note="Trop.", by=act(self.cast.director))
        return Scene({"answer": "sign", "note": "Deux jours tiennent."})

    def find_arbiter(self) -> Scene:
        Mandate.objects.filter(capacity="dga").update(ends_on=clock.today())
        self.arbitrate_time()
        return Scene(None)

    def confirm_budget(self) -> Scene:
        idea = self.launched()
        pledge = sponsorship.ask_sponsor(idea=idea, sponsor=self.cast.sponsor, by=act(self.cast.author))
        sponsorship.promise(pledge=pledge, days=20, euros=18400, cover="Un relais", by=act(self.cast.sponsor))
        return Scene({"euros": "18400", "reference": "2026-61-12"})

    def name_route(self) -> Scene:
        PersonFactory(employed=True, mandate="procurement")
        routes_above(4000, self.launched().programme, self.cast.lead)
        self.confirm_budget()
        return Scene({"route": "Trois devis, puis un bon de commande."})

    def name_evaluator(self) -> Scene:
        idea = self.pilot_over()
        play.agree(idea, self.cast)
        self.run_jobs()
        url = reverse("name-evaluator", args=[idea.key])
        return Scene({"evaluator": self.cast.evaluator.staff_number}, url)

    def read_benefits(self) -> Scene:
        idea = self.pilot_over()
        play.agree(idea, self.cast)
        self.run_jobs()
        play.evaluated(idea, self.cast)
        self.run_jobs()
        play.vote_all(idea)
        play.decide(idea, self.cast.dgs, "scale")
        self.run_jobs()
        # As if half a year had gone by.
        BenefitReading.objects.filter(idea=idea, months=6).update(due_on=clock.today())
        tick()
        return Scene({"value-0": "9"})

    # Selection sessions

    def decide_session(self) -> Scene:
        jury = sessions.Jury()
        sessions.at_selection(jury)
        session = sessions.settled(jury, [4])
        line = sessions.lines(session)[0]
        prefix = f"{line.idea.key}-"
        typed = {"line": str(line.idea.key), f"{prefix}outcome": "go", f"{prefix}reasons": REASONS}
        return Scene(typed, _act_of(session, "decide"))

    def sit_in_session(self) -> Scene:
        jury = sessions.Jury()
        sessions.at_selection(jury)
        session = sessions.prepared(jury)
        session_acts.convene(session_key=session.key, by=act(jury.lead))
        return Scene(None)  # the chair says who sits; the vote in the room is looked at in tests/sessions

    def close_session(self) -> Scene:
        jury = sessions.Jury()
        sessions.at_selection(jury)
        session = sessions.settled(jury, [4])
        sessions.decide_all(session, jury)
        self.run_jobs()
        return Scene({}, _act_of(session, "close"))

    # What is late

    def _late(self, verb: str) -> Scene:
        """Someone's work is long over its time, and the clock has said so to the leads."""
        due = max(WorkItem.objects.filter(verb=verb, closed_at=None).values_list("due_at", flat=True))
        # A Wednesday morning: the clock writes on working days only.
        later = due.replace(hour=10) + timedelta(days=14)
        with clock.moved(later + timedelta(days=(2 - later.weekday()) % 7)):
            tick()
        return Scene(None)

    def late_opinion(self) -> Scene:
        self.panel()
        return self._late("vote")

    def late_decision(self) -> Scene:
        stage.all_vote(self.panel())
        return self._late("decide")

    def late_search(self) -> Scene:
        self.launched()
        return self._late("find_sponsor")

    def late_reexamination(self) -> Scene:
        self.reexamine()
        return self._late("reexamine")

    def late_benefits(self) -> Scene:
        self.read_benefits()
        return self._late("read_benefits")

    def late_time(self) -> Scene:
        self.sign_time_release()
        return self._late("sign_time_release")


def _act_of(session: Any, act_name: str) -> str:
    return reverse("session-act", args=[session.key, act_name])


# Where the scenes of these codes begin; all others at a panel that is seated.
START = {
    "admissibility": "",
    "second_signature": "",
    "seat_panel": "",
    "decide_session": "",
    "sit_in_session": "",
    "close_session": "",
    "answer_pledge": "launched",
    "time_opinion": "launched",
    "sign_time_release": "launched",
    "arbitrate_time": "launched",
    "find_arbiter": "launched",
    "confirm_budget": "launched",
    "name_route": "launched",
    "late_search": "launched",
    "late_time": "launched",
    "agree": "pilot_over",
    "name_evaluator": "pilot_over",
    "read_benefits": "pilot_over",
    "late_benefits": "pilot_over",
}


def played_out() -> list[str]:
    """What is late leads to the idea's page whatever it is: one scene of each stage stands for the others of it."""
    return [verb for verb in wording.lent() if hasattr(Stage, verb) or not verb.startswith("late_")]


def lent_from(start: str) -> list[str]:
    return [verb for verb in played_out() if START.get(verb, "panel") == start]


@pytest.fixture(scope="class")
def start(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Its class says where."""

    def come(run_jobs: Run) -> Stage:
        played, name = Stage(Cast(), run_jobs), request.cls.start
        return replace(played, found={name: getattr(played, name)()} if name else {})

    yield from kept(request, come)


@pytest.fixture
def played(start: Stage, quick_briefs: list[str], monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: html.encode())
    return deepcopy(start)


def test_every_lent_work_has_its_scene() -> None:
    assert not [verb for verb in played_out() if not hasattr(Stage, verb)]
    assert {START.get(verb, "panel") for verb in played_out()} == {"", "panel", "launched", "pilot_over"}
    late = {verb for verb in played_out() if verb.startswith("late_")}
    assert late == {verb for verb in vars(Stage) if verb.startswith("late_")}


def a_deputy_finds_it_opens_it_and_does_it(played: Stage, verb: str, at_most: Any) -> None:
    scene: Scene = getattr(played, verb)()
    item = WorkItem.objects.filter(verb=verb, closed_at=None).select_related("person").order_by("pk")[0]
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=item.person, deputy=deputy)
    client = stage.signed_in(deputy)
    assert f'href="{item.url}"' in client.get(reverse("my-work")).text
    if item.subject_kind == "idea":
        with at_most(12):
            page = client.get(reverse("idea", args=[item.subject_key]))
        assert page.context["next"]["my_turn"]
        assert wording.stands_in_for(item.person) in page.context["next"]["text"]
    opened = client.get(item.url)
    assert opened.status_code == 200, stage.texts(opened.text)[:400]
    if scene.posted is None:
        return
    before = set(Event.objects.values_list("pk", flat=True))
    answer = client.post(scene.url or item.url, scene.posted | {"request_key": new_key()})
    assert answer.status_code == 302, stage.texts(answer.text)[:2000]
    by_deputy = Event.objects.exclude(pk__in=before).filter(actor_key=deputy.key)
    assert {event.on_behalf_of_key for event in by_deputy} == {item.person.key}
    item.refresh_from_db()
    assert (item.closed_at is None) is scene.kept


def neither_a_deputy_of_the_team_nor_a_former_deputy_does_it(played: Stage, verb: str) -> None:
    scene: Scene = getattr(played, verb)()
    item = WorkItem.objects.filter(verb=verb, closed_at=None).select_related("person").order_by("pk")[0]
    absence = AbsenceFactory(person=item.person, deputy=played.cast.author)
    posted = (scene.posted or {}) | {"request_key": new_key()}
    assert stage.signed_in(played.cast.author).post(scene.url or item.url, posted).status_code in (403, 404)
    deputy: Person = PersonFactory(employed=True)
    absence.deputy, absence.starts_on, absence.ends_on = deputy, in_days(-9), in_days(-2)
    absence.save()
    posted["request_key"] = new_key()
    assert stage.signed_in(deputy).post(scene.url or item.url, posted).status_code in (403, 404)
    item.refresh_from_db()
    assert item.closed_at is None


class TestFromNothing:
    start = ""

    @pytest.mark.parametrize("verb", lent_from(start))
    def test_a_deputy(self, played: Stage, verb: str, at_most: Any) -> None:
        a_deputy_finds_it_opens_it_and_does_it(played, verb, at_most)


class TestFromAPanel:
    start = "panel"

    @pytest.mark.parametrize("verb", lent_from(start))
    def test_a_deputy(self, played: Stage, verb: str, at_most: Any) -> None:
        a_deputy_finds_it_opens_it_and_does_it(played, verb, at_most)

    @pytest.mark.parametrize("verb", ["hold_condition", "confirm_condition", "reexamine"])
    def test_nobody_else(self, played: Stage, verb: str) -> None:
        neither_a_deputy_of_the_team_nor_a_former_deputy_does_it(played, verb)


class TestFromALaunch:
    start = "launched"

    @pytest.mark.parametrize("verb", lent_from(start))
    def test_a_deputy(self, played: Stage, verb: str, at_most: Any) -> None:
        a_deputy_finds_it_opens_it_and_does_it(played, verb, at_most)


class TestFromAPilotThatIsOver:
    start = "pilot_over"

    @pytest.mark.parametrize("verb", lent_from(start))
    def test_a_deputy(self, played: Stage, verb: str, at_most: Any) -> None:
        a_deputy_finds_it_opens_it_and_does_it(played, verb, at_most)

    def test_nobody_else(self, played: Stage) -> None:
        neither_a_deputy_of_the_team_nor_a_former_deputy_does_it(played, "name_evaluator")
