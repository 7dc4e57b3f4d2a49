"""What pages, decisions' briefs, letters and messages say of a delay is what holds: of the gate, the stage, the entry.

A version with other numbers for every delay is published before any idea comes; then nothing may say an old number.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from ideas.drafting.models import Idea
from incubator.lib.words import long_day
from incubator.messages.models import Message
from incubator.messages.wording import said
from incubator.people.models import Person
from tests.factories import CallFactory, DepartmentFactory, PersonFactory, ProgrammeFactory
from tests.gates.stage import all_vote, at_g0, at_g1, seats_of, signed_in, texts
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from tests.platform.jobs import Run
from tests.platform.kept import kept
from workflows.briefs.document import html_of as brief_of
from workflows.briefs.gathering import record_of
from workflows.documents import queries as documents
from workflows.documents.page import html_of as document_of
from workflows.gates import wording as gates_said
from workflows.gates.actions.rounds import due_after
from workflows.gates.configuration import actions as configuration
from workflows.gates.configuration import defaults
from workflows.gates.configuration.document import document_from, put
from workflows.gates.configuration.reading import in_force
from workflows.journey import actions as journey
from workflows.journey import wording as journey_said
from workflows.process import wording as process_said
from workflows.process.topology import routes
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import TimeRelease

pytestmark = pytest.mark.django_db

OTHERS = {
    "/gates/L/due": 41,
    "/gates/F/due": 42,
    "/gates/G0/due": 43,
    "/gates/G1/review_in": 44,
    "/gates/G1/due_from_submission": 99,
    "/gates/G2/due": 45,
    "/gates/G3/due": 46,
    "/gates/G4/due": 47,
    "/rework/author_days": 48,
    "/reexamination/ask_within": 49,
    "/reexamination/answer_in": 51,
    "/delays/local_done": 61,
    "/delays/sponsor_search": 62,
    "/delays/investigation": 63,
    "/delays/manager_opinion": 64,
    "/delays/time_release": 65,
    "/delays/arbitration": 66,
    "/delays/evaluation": 67,
    "/delays/carrying_on": 68,
}
# Numbers of days that were there before; the fast lane's limits, which no version changes, apart.
OLD = re.compile(
    r"\b(5|10|15|20|30|60) (working days|jours ouvrés|days|jours)(?! of work| de travail| at most| au plus)"
)
OLD_WORKING = re.compile(r"\b(5|10|15|20|30|60) (working days|jours ouvrés)")
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])


class City:
    """The cast, with an idea at each place whose page says a delay."""

    draft: Idea
    admitted: Idea
    answered: Idea
    declined: Idea
    fast: Idea
    stopped: Idea
    sponsored: Idea
    evaluated: Idea

    def __init__(self) -> None:
        self.cast = Cast()
        PersonFactory(employed=True, mandate="elected")
        PersonFactory(employed=True, mandate="head_of_service", mandate__department=self.cast.home)
        self.service = DepartmentFactory(service=True, name="Atelier")
        self.head = PersonFactory(
            department=self.service, head=True, mandate="head_of_service", mandate__department=self.service
        )


def publish(cast: Cast, **changes: Any) -> None:
    """A version with what stands at these JSON pointers replaced."""
    programme, by = cast.call.programme, act(cast.lead)
    draft = configuration.begin_draft(by=by, programme=programme)
    document = deepcopy(in_force(programme))
    for pointer, value in changes.items():
        put(document, pointer, value)
    configuration.edit(by=by, key=draft.key, revision=1, document=document)
    assert configuration.check(by=by, key=draft.key) == []
    configuration.publish(by=by, key=draft.key, revision=2)


def at_sponsorship(cast: Cast, title: str) -> Idea:
    """Selected; a sponsor has promised, and the author's time waits for the director."""
    idea = at_g1(cast, title=title).idea
    all_vote(play.round_of(idea), "go")
    play.decide(idea, cast.dga)
    pledge = sponsorship.ask_sponsor(idea=idea, sponsor=cast.sponsor, by=act(cast.author))
    sponsorship.promise(pledge=pledge, days=3, euros=600, cover="Un relais", by=act(cast.sponsor))
    member = idea.team.get(person=cast.author)
    time_actions.ask_time(member=member, days_a_month=Decimal(2), by=act(cast.author))
    release = TimeRelease.objects.get(member=member)
    time_actions.give_time_opinion(release=release, opinion="favourable", by=act(cast.manager))
    return idea


def built(run_jobs: Run) -> City:
    city = City()
    cast = city.cast
    publish(cast, **OTHERS)
    small = {"needs_euros": "600", "needs_days": "3"}
    city.draft = play.draft(cast, title="Un brouillon", **small)
    city.admitted = at_g0(cast, title="Un abri").idea
    for name in ("answered", "declined"):
        idea = play.draft(cast, title=name)
        journey.submit(idea=idea.key, by=act(cast.author), route="local", service=city.service)
        setattr(city, name, idea)
    city.fast = play.draft(cast, title="Une rustine", **small)
    journey.submit(idea=city.fast.key, by=act(cast.author), route="fast")
    city.stopped = at_g1(cast, title="Un prêt").idea
    all_vote(play.round_of(city.stopped), "not_now")
    play.decide(city.stopped, cast.dga, "stop")
    run_jobs()
    play.decide(
        city.declined,
        city.head,
        "stop",
        learning="",
        criterion_reasons={"own_means": "Il faudrait un marché."},
    )
    city.sponsored = at_sponsorship(cast, "Un garage")
    city.evaluated = at_g1(cast, title="Un atelier").idea
    all_vote(play.round_of(city.evaluated), "go")
    play.decide(city.evaluated, cast.dga)
    play.sponsored(city.evaluated, cast)
    run_jobs()
    play.vote_all(city.evaluated)
    play.decide(city.evaluated, cast.dga, answers={})
    play.piloted(city.evaluated, cast)
    run_jobs()
    play.agree(city.evaluated, cast)
    run_jobs()
    return city


@pytest.fixture(scope="module")
def kept_city(request: pytest.FixtureRequest) -> Iterator[City]:
    yield from kept(request, built)


@pytest.fixture
def city(kept_city: City) -> City:
    return deepcopy(kept_city)


def page(person: Person, name: str, *args: Any) -> str:
    answer = signed_in(person).get(reverse(name, args=args))
    assert answer.status_code == 200, name
    return texts(answer.content.decode())


def in_words(language: str, number: int) -> str:
    return f"{number} {'jours ouvrés' if language == 'fr' else 'working days'}"


@LANGUAGES
def test_no_page_says_a_delay_that_does_not_hold(city: City, language: str) -> None:
    cast = city.cast
    Person.objects.update(language=language)
    release = TimeRelease.objects.get(member__idea=city.sponsored)
    admission, answer = play.round_of(city.admitted), play.round_of(city.answered)
    author = cast.author
    pages = {
        "begin": (page(author, "idea-new"), [43, 99]),
        "submit": (page(author, "idea-submit", city.draft.key), [41, 42, 43]),
        "admitted": (page(author, "idea", city.admitted.key), [49, 51]),
        "answered": (page(author, "idea", city.answered.key), [49]),
        "declined": (page(author, "idea", city.declined.key), []),
        "stopped": (page(author, "idea", city.stopped.key), [51]),
        "decide at G0": (page(seats_of(admission)[0].person, "decide", admission.key), [48]),
        "answer": (page(city.head, "decide", answer.key), [49]),
        "sponsorship": (page(author, "sponsorship", city.sponsored.key), [66]),
        "time": (page(cast.director, "time-signature", release.key), [66]),
        "evaluation": (page(cast.lead, "evaluation", city.evaluated.key), [67]),
    }
    for name, (text, delays) in pages.items():
        assert not OLD.findall(text), name
        for number in delays:
            assert in_words(language, number) in text, (name, number)


@LANGUAGES
def test_the_rail_says_how_long_the_stages_to_come_last(city: City, language: str) -> None:
    Person.objects.update(language=language)
    author, french = city.cast.author, language == "fr"
    admitted, fast = (page(author, "idea", idea.key) for idea in (city.admitted, city.fast))
    search = "62 jours pour trouver un parrain ou une marraine, 63 pour instruire"
    assert (search if french else "62 days to find a sponsor, 63 to investigate") in admitted
    for text in (admitted, fast):
        assert ("67 jours, puis" if french else "67 days, then scale") in text
        assert not OLD.findall(text)


@LANGUAGES
def test_whoever_may_send_an_idea_up_reads_the_day_that_counts(city: City, language: str) -> None:
    Person.objects.update(language=language)
    window = city.declined.reexaminations.get()
    assert window.window_until == due_after(city.cast.call.programme.entity, 49)
    with translation.override(language):
        day = re.sub(r"\s", " ", long_day(window.window_until))
    text = page(city.cast.author, "idea", city.declined.key)
    assert (f"Jusqu’au {day} ; elle suit" if language == "fr" else f"Until {day}; it then goes") in text


@LANGUAGES
def test_briefs_letters_decisions_and_messages_say_no_old_delay(city: City, language: str) -> None:
    Person.objects.update(language=language)
    author = city.cast.author
    for idea, asked in ((city.declined, [49]), (city.stopped, [49, 51])):
        decision = idea.rounds.order_by("-pk").first().decision
        brief = texts(brief_of(replace(record_of(decision), language=language)))
        letter = texts(
            document_of(documents.paper("letter", decision.key, author).record | {"language": language})
        )
        decided = page(author, "decide", decision.round.key)
        for text in (brief, letter, decided):
            assert not OLD_WORKING.findall(text)
        for number in asked:
            assert in_words(language, number) in brief
        assert in_words(language, 49) in decided
    assert in_words(language, 51) in letter, "the stop's, which is the last"
    with translation.override(language):
        told = [said(message) for message in Message.objects.all()]
    assert len(told) > 20
    assert not OLD.findall(" ".join(f"{one.subject} {one.more}" for one in told))


def test_a_version_published_later_changes_what_is_to_come_alone(city: City) -> None:
    cast = city.cast
    publish(
        cast,
        **{
            "/gates/G0/due": 3,
            "/gates/G1/due_from_submission": None,
            "/reexamination/ask_within": 7,
            "/delays/sponsor_search": 8,
            "/delays/evaluation": 9,
        },
    )
    begin = page(cast.author, "idea-new")
    assert "sous 3 jours ouvrés, puis une décision de sélection (G1) sous 88 jours ouvrés" in begin
    admitted = page(cast.author, "idea", city.admitted.key)
    assert "réexamen sous 49 jours ouvrés" in admitted, "its gate keeps the rules it was entered under"
    assert "8 jours pour trouver" in admitted, "the selection is entered under the new ones"
    assert "au programme sous 49 jours ouvrés" in page(cast.author, "idea", city.answered.key)
    assert "9 jours, puis" in page(cast.author, "idea", city.sponsored.key)
    assert "67 jours ouvrés pour écrire" in page(cast.lead, "evaluation", city.evaluated.key)


def test_programmes_that_answer_within_other_times_are_named(city: City) -> None:
    author = city.cast.author
    other = ProgrammeFactory(key="port", entity=city.cast.call.programme.entity, name_fr="Idées du port")
    CallFactory(box=True, programme=other)
    begin = page(author, "idea-new")
    assert "sous 43 jours ouvrés, une décision de sélection (G1) sous 99 jours ouvrés" in begin
    assert "sous 5 jours ouvrés, une décision de sélection (G1) sous 30 jours ouvrés. Idées du port" in begin


@LANGUAGES
def test_one_day_is_one_day(language: str) -> None:
    rules = {"reexamination": {"ask_within": 1, "answer_in": 1}, "rework_days": 1, "max_reworks": 2}
    with translation.override(language):
        sentences = [
            gates_said.consequence("L", "stop", rules),
            gates_said.consequence("G1", "rework", rules),
            gates_said.next_step("send_up", rules),
            gates_said.next_step("reexamination", rules),
            journey_said.about_route("local", 1),
        ]
    for sentence in sentences:
        assert re.search(r"\b1 (working day|jour ouvré)\b(?!s)", sentence), sentence


@LANGUAGES
def test_the_limits_of_the_fast_lane_are_those_of_the_defaults(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    for name, value in {"max_euros": 700, "max_agent_days": 4, "pilot_calendar_days": 33}.items():
        monkeypatch.setitem(defaults()["routes"]["fast"], name, value)
    (fast,) = [route for route in routes() if route.key == "fast"]
    with translation.override(language):
        sentences = [
            journey_said.about_route("fast", 2),
            journey_said.why_closed("fast", "limits"),
            process_said.about(fast),
        ]
    for sentence in sentences:
        assert re.search(r"€700|700\s€", sentence), sentence
        assert re.search(r"\b4\s(days of work|jours de travail)", sentence), sentence
    assert re.search(r"\b33\s(days|jours)", sentences[-1])


def test_every_delay_of_the_configuration_is_another_here() -> None:
    """A delay that comes to the configuration is to be published, and looked for, here too."""

    def delays(value: Any, path: str = "") -> Iterator[str]:
        for key, item in value.items() if isinstance(value, dict) else ():
            known = path in ("/delays", "/reexamination") or key in ("due", "review_in", "author_days")
            if isinstance(item, int) and (known or key == "due_from_submission"):
                yield f"{path}/{key}"
            yield from delays(item, f"{path}/{key}")

    assert set(delays(document_from(defaults()))) == set(OTHERS)
