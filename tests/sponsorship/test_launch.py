"""The budget line and the request for the launch."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.models import Mandate
from tests.factories import EntityFactory, MandateFactory, PersonFactory, TeamMemberFactory
from tests.pilots.plans import write_plan
from tests.sponsorship.cast import Cast, by, make_cast, refused
from workflows.gates import hooks
from workflows.sponsorship import actions, facts, queries, time_actions
from workflows.sponsorship.models import BudgetLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def promised(cast: Cast) -> None:
    pledge = actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    actions.promise(
        pledge=pledge, days=20, euros=4500, cover="Relais par l’équipe.", by=by(cast.other_director)
    )


def confirm(cast: Cast, **values: object) -> BudgetLine:
    given = {"gate": "G2", "euros": 4500, "reference": "011-6248"} | values
    return actions.confirm_budget(idea=cast.idea, by=by(cast.finance), **given)


def test_finance_confirms_after_the_promise(cast: Cast) -> None:
    with refused(Conflict):
        confirm(cast)
    promised(cast)
    assert not facts.budget_line(cast.idea, "G2")
    line = confirm(cast)
    assert (line.euros, line.reference) == (4500, "011-6248")
    assert facts.budget_line(cast.idea, "G2")
    assert not facts.budget_line(cast.idea, "G4")
    assert not WorkItem.objects.filter(verb="confirm_budget", closed_at=None).exists()
    assert "011-6248" not in str(Event.objects.latest("sequence").payload)


def test_none_needed_needs_no_reference(cast: Cast) -> None:
    promised(cast)
    line = confirm(cast, none_needed=True, euros=99, reference="ignored")
    assert (line.euros, line.reference, line.none_needed) == (0, "", True)
    assert facts.budget_line(cast.idea, "G2")


@pytest.mark.parametrize(
    ("field", "value"), [("euros", 0), ("euros", -1), ("reference", "  "), ("reference", "x" * 121)]
)
def test_a_line_has_its_amount_and_reference(cast: Cast, field: str, value: object) -> None:
    promised(cast)
    with refused(Invalid) as refusal:
        confirm(cast, **{field: value})
    assert list(refusal.value.fields) == [field]


def test_a_new_promise_asks_finance_again(cast: Cast) -> None:
    promised(cast)
    confirm(cast)
    pledge = cast.idea.pledges.get(state="signed")
    actions.withdraw_pledge(pledge=pledge, by=by(cast.other_director))
    second = actions.ask_sponsor(idea=cast.idea, sponsor=cast.dga, by=by(cast.author))
    actions.promise(pledge=second, days=1, euros=90_000, cover="Oui", by=by(cast.dga))
    assert not facts.budget_line(cast.idea, "G2")
    confirm(cast, euros=90_000)
    assert facts.budget_line(cast.idea, "G2")
    assert BudgetLine.objects.filter(gate="G2").count() == 1


def test_who_manages_one_of_the_team_confirms_no_budget_and_the_services_director_does(cast: Cast) -> None:
    """Law 11, where the idea comes from the finance department."""
    MandateFactory(holder=cast.manager, capacity="finance")
    assert queries.budget_confirmers(cast.idea) == [cast.finance]
    with refused(NotAllowed):
        actions.confirm_budget(idea=cast.idea, gate="G2", none_needed=True, by=by(cast.manager))
    Mandate.objects.filter(holder=cast.finance).update(ends_on=clock.today())
    assert queries.budget_confirmers(cast.idea) == []
    general = PersonFactory(mandate="dgs")
    promised(cast)
    assert WorkItem.objects.get(verb="confirm_budget", closed_at=None).person == general
    actions.confirm_budget(idea=cast.idea, gate="G2", none_needed=True, by=by(general))


def test_who_confirms_is_read_in_as_many_statements_for_a_team_of_one_as_of_ten(cast: Cast) -> None:
    """The last to join has a post without a recorded manager: the head of the service is above it all the same."""
    head = PersonFactory(employed=True, head=True, mandate="finance")
    with CaptureQueriesContext(connection) as alone:
        assert head in queries.budget_confirmers(cast.idea)
    for _place in range(8):
        TeamMemberFactory(idea=cast.idea, person=PersonFactory(employed=True, manager=cast.manager))
    TeamMemberFactory(idea=cast.idea, person=PersonFactory(department=head.posts.get().department))
    with CaptureQueriesContext(connection) as many:
        assert queries.budget_confirmers(cast.idea) == [cast.finance]
    assert len(many) == len(alone)


def test_only_a_finance_mandate_of_this_entity_outside_the_team(cast: Cast) -> None:
    promised(cast)
    elsewhere = PersonFactory(mandate="finance", mandate__entity=EntityFactory(key="metropole"))
    MandateFactory(holder=cast.co_author, capacity="finance")
    for person in (cast.stranger, cast.lead, cast.dga, elsewhere, cast.co_author):
        with refused(NotAllowed):
            actions.confirm_budget(idea=cast.idea, gate="G2", none_needed=True, by=by(person))


@pytest.mark.parametrize("gate", ["G0", "G3", "G4", "../x"])
def test_no_line_is_asked_for_at_another_gate(cast: Cast, gate: str) -> None:
    promised(cast)
    with refused(Conflict):
        confirm(cast, gate=gate)


def released(cast: Cast) -> None:
    release = time_actions.ask_time(member=cast.member, days_a_month=Decimal(2), by=by(cast.author))
    time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
    time_actions.sign_time_release(release=release, by=by(cast.director))


def test_the_launch_names_what_is_missing_until_all_is_there(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    monkeypatch.setattr(
        hooks,
        "_handlers",
        {"stage_ready": [lambda idea, by, cause: heard.append(idea.stage) or [{"what": "stage"}]]},
    )
    missing = {
        "sponsor": lambda: promised(cast),
        "time": lambda: released(cast),
        "finance": lambda: confirm(cast),
        "plan": lambda: write_plan(cast.idea, cast.author),
    }
    for word, mend in missing.items():
        with refused(Conflict) as refusal:
            actions.request_launch(idea=cast.idea, by=by(cast.author))
        assert refusal.value.code == "launch.gaps", word
        mend()
    assert heard == []
    actions.request_launch(idea=cast.idea, by=by(cast.co_author))
    assert heard == ["sponsorship"]
    last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
    assert (last.verb, last.effects) == ("launch_requested", [{"what": "stage"}])
    assert not WorkItem.objects.filter(verb="request_launch", closed_at=None).exists()


@pytest.mark.parametrize("person", ["lead", "other_director", "stranger", "manager"])
def test_only_the_team_asks_for_the_launch(cast: Cast, person: str) -> None:
    with refused(NotAllowed):
        actions.request_launch(idea=cast.idea, by=by(getattr(cast, person)))


def test_a_helper_does_not_ask_for_the_launch(cast: Cast) -> None:
    helper = TeamMemberFactory(idea=cast.idea, role="helper").person
    with refused(NotAllowed):
        actions.request_launch(idea=cast.idea, by=by(helper))


@pytest.mark.parametrize(("field", "value"), [("stage", "pilot"), ("state", "held"), ("holder", "author")])
def test_the_launch_is_asked_for_in_sponsorship_only(cast: Cast, field: str, value: str) -> None:
    Idea.objects.filter(pk=cast.idea.pk).update(**{field: value})
    with refused(Conflict) as refusal:
        actions.request_launch(idea=cast.idea, by=by(cast.author))
    assert refusal.value.code != "launch.gaps"
