"""Above a threshold that the programme sets, procurement names the route before a launch is decided."""

import pytest
from django.urls import reverse

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, PersonFactory, TeamMemberFactory
from tests.gates.stage import signed_in
from tests.sponsorship.cast import Cast, by, make_cast, refused, routes_above
from workflows.gates.configuration import default_rules
from workflows.gates.configuration.document import rules_of
from workflows.sponsorship import actions, facts, queries
from workflows.sponsorship.models import ProcurementRoute
from workflows.sponsorship.sentences import GAPS

pytestmark = pytest.mark.django_db
ROUTE = "Trois devis, puis un bon de commande."


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def buyer() -> Person:
    return PersonFactory(employed=True, mandate="procurement")


@pytest.fixture
def above_4000(cast: Cast) -> None:
    """The programme asks for a route from more than 4,000 euros on."""
    routes_above(4000, cast.idea.programme, cast.lead)


def promised(cast: Cast, euros: int = 4500) -> None:
    pledge = actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    actions.promise(pledge=pledge, days=20, euros=euros, cover="Relais.", by=by(cast.other_director))


def asked() -> list[Person]:
    items = WorkItem.objects.filter(verb="name_route", closed_at=None).select_related("person")
    return [item.person for item in items]


def name(cast: Cast, buyer: Person, route: str = ROUTE) -> ProcurementRoute:
    return actions.name_route(idea=cast.idea, route=route, by=by(buyer))


def test_nothing_is_asked_while_the_programme_sets_no_threshold(cast: Cast, buyer: Person) -> None:
    promised(cast)
    assert asked() == []
    assert "procurement_route" not in queries.launch_facts(cast.idea)
    with refused(Conflict):
        name(cast, buyer)


@pytest.mark.usefixtures("above_4000")
def test_procurement_names_the_route_above_the_threshold(cast: Cast, buyer: Person) -> None:
    with refused(Conflict):
        name(cast, buyer)
    promised(cast)
    assert asked() == [buyer]
    assert "procurement_route" in queries.launch_facts(cast.idea)
    assert not facts.procurement_route(cast.idea, "G2")
    with pytest.raises(Conflict) as refusal:
        actions.request_launch(idea=cast.idea, by=by(cast.author))
    assert str(GAPS["procurement_route"]) in str(refusal.value.sentence)
    made = name(cast, buyer)
    assert (made.route, made.written_by) == (ROUTE, buyer)
    assert facts.procurement_route(cast.idea, "G2")
    assert asked() == []
    event = Event.objects.latest("pk")
    assert event.verb == "route_named"
    assert "devis" not in str(event.payload)


@pytest.mark.usefixtures("above_4000")
def test_up_to_the_threshold_the_fact_is_met_and_nobody_is_asked(cast: Cast, buyer: Person) -> None:
    promised(cast, euros=4000)
    assert asked() == []
    assert facts.procurement_route(cast.idea, "G2")
    with refused(Conflict):
        name(cast, buyer)


@pytest.mark.usefixtures("above_4000")
def test_a_new_promise_asks_for_a_new_route(cast: Cast, buyer: Person) -> None:
    promised(cast)
    name(cast, buyer)
    pledge = queries.pledge_in_force(cast.idea)
    assert pledge is not None
    actions.withdraw_pledge(pledge=pledge, by=by(cast.other_director))
    assert not facts.procurement_route(cast.idea, "G2")
    promised(cast, euros=9000)
    assert not facts.procurement_route(cast.idea, "G2")
    assert asked() == [buyer]
    name(cast, buyer, "Marché à procédure adaptée.")
    assert ProcurementRoute.objects.get().route == "Marché à procédure adaptée."


@pytest.mark.usefixtures("above_4000")
def test_a_promise_taken_back_asks_nothing_of_procurement(cast: Cast, buyer: Person) -> None:
    promised(cast)
    pledge = queries.pledge_in_force(cast.idea)
    assert pledge is not None
    actions.withdraw_pledge(pledge=pledge, by=by(cast.other_director))
    assert asked() == []


@pytest.mark.usefixtures("above_4000")
def test_who_may_not_and_what_lacks(cast: Cast, buyer: Person) -> None:
    promised(cast)
    for person in (cast.author, cast.finance, cast.dga, cast.lead, cast.stranger):
        with refused(NotAllowed):
            name(cast, person)
    for route in (" ", "x" * 301):
        with refused(Invalid):
            name(cast, buyer, route)
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=buyer, deputy=deputy)
    made = actions.name_route(idea=cast.idea, route=ROUTE, by=by(deputy, buyer))
    assert made.written_by == deputy


@pytest.mark.usefixtures("above_4000")
def test_a_buyer_of_the_team_leaves_it_to_the_director_general(cast: Cast, buyer: Person) -> None:
    TeamMemberFactory(idea=cast.idea, person=buyer, role="co_author")
    general = PersonFactory(employed=True, mandate="dgs")
    promised(cast)
    assert asked() == [general]


@pytest.mark.usefixtures("above_4000")
def test_the_page_of_procurement(cast: Cast, buyer: Person) -> None:
    url = reverse("procurement", args=[cast.idea.key])
    client = signed_in(buyer)
    assert client.post(url, {"route": ROUTE, "request_key": new_key()}).status_code == 404
    promised(cast)
    for person in (cast.author, cast.finance, cast.lead):
        assert signed_in(person).get(url).status_code == 404
    assert client.get(url).status_code == 200
    assert client.post(url, {"route": "", "request_key": new_key()}).status_code == 422
    assert client.post(url, {"route": ROUTE, "request_key": new_key()}).status_code == 302
    AbsenceFactory(person=buyer, deputy=cast.manager)
    assert signed_in(cast.manager).get(url).status_code == 403
    with refused(NotAllowed):
        actions.name_route(idea=cast.idea, route=ROUTE, by=by(cast.manager, on_behalf_of=buyer))
    page = signed_in(cast.author).get(reverse("sponsorship", args=[cast.idea.key])).text
    assert ROUTE in page


def test_the_threshold_adds_a_must_meet_to_the_rules_of_a_round() -> None:
    assert "procurement_route" not in str(default_rules("G2"))
    document = {
        "format": 1,
        "rework": {"max_per_gate": 2, "author_days": 15},
        "reexamination": {},
        "letters": {},
    }
    document["gates"] = {"G2": {"decider": "dga", "procurement_above": 40_000, "must_meet": []}}
    found = rules_of(document, "G2")["must_meet"]
    assert [(rule["key"], rule["kind"]) for rule in found] == [("procurement_route", "fact")]
    assert document["gates"]["G2"]["must_meet"] == [], "the document stays as it was written"
