"""Where a history begins: a small city, brought there by the real acts of its people."""

from collections.abc import Callable
from datetime import timedelta

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from tests.factories import CallFactory, PersonFactory, TeamMemberFactory
from tests.gates import stage as gate_stage
from tests.journey import cast as play
from tests.journey.cast import act
from tests.journey.test_routes import plan as short_plan
from tests.laws.city import City
from tests.laws.worker import work
from tests.sessions import stage as session_stage
from workflows.clock.actions import tick
from workflows.evaluation import actions as evaluating
from workflows.evaluation.models import BenefitReading, Evaluation
from workflows.gates import actions as gates
from workflows.journey import actions as journey
from workflows.sessions import actions as sessions
from workflows.sessions.models import SelectionSession, SessionMember
from workflows.sponsorship import actions as sponsorship

SMALL = {"needs_euros": "600", "needs_days": "3"}
Scene = Callable[[City], None]
SCENES: dict[str, Scene] = {}


def scene(build: Scene) -> Scene:
    SCENES[build.__name__] = build
    return build


def at_g0(city: City, **changes: str) -> Idea:
    idea = play.submit(city, **changes)
    work(told=False)
    return idea


def at_g1(city: City, **changes: str) -> Idea:
    idea = at_g0(city, **changes)
    play.pass_g0(idea, city)
    work(told=False)
    return idea


def selected(city: City) -> Idea:
    idea = at_g1(city)
    play.vote_all(idea)
    play.decide(idea, city.dga)
    work(told=False)
    return idea


def at_g2(city: City) -> Idea:
    idea = selected(city)
    play.sponsored(idea, city)
    work(told=False)
    return idea


def in_pilot(city: City) -> Idea:
    idea = at_g2(city)
    play.vote_all(idea)
    play.decide(idea, city.dga)
    work(told=False)
    return idea


def at_g3(city: City) -> Idea:
    idea = in_pilot(city)
    play.piloted(idea, city)
    work(told=False)
    return idea


def in_evaluation(city: City) -> Idea:
    idea = at_g3(city)
    play.agree(idea, city)
    work(told=False)
    return idea


def at_g4(city: City) -> Idea:
    idea = in_evaluation(city)
    play.evaluated(idea, city)
    work(told=False)
    return idea


@scene
def submission(city: City) -> None:
    """Drafts ready to be handed in, an idea before its lead, and one whose seat is still to be given."""
    play.draft(city)
    play.draft(city.seen_by(city.other_author), **SMALL)
    at_g0(city)
    play.submit(city.seen_by(city.other_author))


@scene
def selection(city: City) -> None:
    """One panel before its first vote, one before its last."""
    city.joined(at_g1(city))
    other = at_g1(city.seen_by(city.other_author))
    for seat in gate_stage.seats_of(play.round_of(other))[1:]:
        play.vote_one(other, seat)


@scene
def far_apart(city: City) -> None:
    """The panel has voted and disagrees; its chair has read the others' votes."""
    idea = at_g1(city)
    for place, seat in enumerate(gate_stage.seats_of(play.round_of(idea))):
        play.vote_one(idea, seat, *(("go", 4) if place % 2 else ("not_now", 0)))
        if seat.is_chair:
            chair = seat
    gates.open_others(seat_key=chair.key, by=act(chair.person))


@scene
def handed_on(city: City) -> None:
    """One idea is to go on elsewhere once its author consents; another is before its lead."""
    play.pass_g0(at_g0(city), city, "redirect", redirect_to="hr")
    at_g0(city.seen_by(city.other_author))
    work(told=False)


@scene
def sponsorship_(city: City) -> None:
    """One idea looks for its sponsor, another has a promise."""
    city.joined(selected(city))
    other = city.seen_by(city.other_author)
    idea = selected(other)
    pledge = sponsorship.ask_sponsor(idea=idea, sponsor=city.sponsor, by=act(other.author))
    sponsorship.promise(pledge=pledge, days=20, euros=900, cover="Un relais.", by=act(city.sponsor))


@scene
def left(city: City) -> None:
    """Its author has left the city: a colleague of the team is asked to carry it on."""
    idea = at_g1(city)
    TeamMemberFactory(idea=idea, person=city.colleague, role="co_author")
    people.depart(person=city.author, on=clock.today(), by=IMPORT)
    work(told=False)


@scene
def promised(city: City) -> None:
    """All that the launch asks for is there."""
    play.promised(selected(city), city)
    work(told=False)


@scene
def launch(city: City) -> None:
    """The plan is before the panel."""
    at_g2(city)


@scene
def pilot(city: City) -> None:
    in_pilot(city)


@scene
def end_of_pilot(city: City) -> None:
    """Sponsor and lead are to agree."""
    at_g3(city)


@scene
def evaluation(city: City) -> None:
    in_evaluation(city)


@scene
def investment(city: City) -> None:
    at_g4(city)


@scene
def in_service(city: City) -> None:
    """A service whose benefits are to be read: the first time now, the second in a month."""
    idea = at_g4(city)
    delivered = Evaluation.objects.get(idea=idea)
    evaluating.name_run_owner(evaluation=delivered, run_owner=city.head, by=act(city.lead))
    play.vote_all(idea)
    play.decide(idea, city.dgs, "scale")
    for months, days in ((6, 0), (12, 30)):
        day = clock.today() + timedelta(days=days)
        BenefitReading.objects.filter(idea=idea, months=months).update(due_on=day)
    Idea.objects.filter(pk=idea.pk).update(due_at=clock.now() + timedelta(hours=8))
    tick()
    work(told=False)


@scene
def service(city: City) -> None:
    """A service is asked, one does it, one has said no."""
    for author, outcome in ((city.author, ""), (city.other_author, "go"), (city.colleague, "stop")):
        idea = play.draft(city.seen_by(author))
        journey.submit(idea=idea.key, by=act(author), route="local", service=city.service)
        work(told=False)
        if outcome:
            play.decide(idea, city.head, outcome, learning="", answers={"own_means": "yes"})


@scene
def fast_lane(city: City) -> None:
    """Two small ideas, one with its plan."""
    for author in (city.author, city.other_author):
        idea = play.draft(city.seen_by(author), **SMALL)
        journey.submit(idea=idea.key, by=act(author), route="fast")
        work(told=False)
        if author == city.author:
            short_plan(idea, city)


@scene
def endings(city: City) -> None:
    """A stop that may be looked at again, one that is, a hold by date, a hold by condition, a text to complete."""
    for author in (city.author, city.other_author):
        idea = at_g1(city.seen_by(author))
        play.vote_all(idea, "not_now", 1)
        play.decide(idea, city.dga, "stop")
        work(told=False)
    journey.ask_reexamination(idea=idea.key, by=act(author), grounds="Un essai a eu lieu.")
    soon = clock.today() + timedelta(days=2)  # the clock wakes it in most histories
    play.pass_g0(at_g0(city), city, "hold", hold_until=soon)
    play.pass_g0(at_g0(city.seen_by(city.colleague)), city, "hold", hold_condition="Le local est libre.")
    play.pass_g0(at_g0(city), city, "rework")
    work(told=False)


def jury(city: City, ideas: int) -> SelectionSession:
    """Ideas of a call with two places, their opinions in; the session prepared, three members called."""
    called = city.seen_by(city.author)
    called.call = CallFactory(places=2, envelope_euros=60_000, closes_at=clock.now() + timedelta(days=300))
    for place in range(ideas):
        called.author = PersonFactory(employed=True)
        idea = at_g1(called)
        play.vote_all(idea, "go", 3 if place else 4)
    at = clock.now() + timedelta(days=1)
    session = sessions.prepare(
        call=called.call, by=act(city.lead), held_at=at, heard=3, quorum=2, venue="Salle du conseil",
        waiting_until=(at + timedelta(days=180)).date(),
    )  # fmt: skip
    for person in (city.chair, city.panel[0], city.panel[1]):
        sessions.call_member(
            session_key=session.key, person=person, by=act(city.lead), chair=person == city.chair
        )
    return session


def in_room(city: City, ideas: int) -> SelectionSession:
    """The session is live, all are there, and have voted: better on lower numbers."""
    session = jury(city, ideas)
    sessions.convene(session_key=session.key, by=act(city.lead))
    sessions.open_session(session_key=session.key, by=act(city.lead))
    for member in SessionMember.objects.filter(session=session):
        sessions.set_present(session_key=session.key, member_key=member.key, present=True, by=act(city.lead))
    for place, line in enumerate(session_stage.heard(session)):
        for person in (city.chair, city.panel[0]):
            sessions.vote_in_room(
                session_key=session.key, idea_key=line.idea.key, level=4 - place % 3, by=act(person)
            )
    return session


@scene
def session(city: City) -> None:
    jury(city, 3)
    work(told=False)


@scene
def room(city: City) -> None:
    in_room(city, 3)
    work(told=False)


@scene
def places(city: City) -> None:
    """The list is settled and decided, one idea waits for a place."""
    found = in_room(city, 3)
    sessions.settle(session_key=found.key, by=act(city.lead))
    lines = session_stage.lines(found)
    choices = {str(line.idea.key): session_stage.choice_for(line) for line in lines[1:]}
    sessions.decide(session_key=found.key, by=act(city.dga), choices=choices)
    work(told=True)  # a session closes once its letters are there
