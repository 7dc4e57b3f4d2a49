"""Pages of sponsorship: who opens what, what each reader sees (law 8, law 11), 422 with what was typed."""

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.lib.refusals import NotAllowed
from incubator.people.models import Absence, Person
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, GateRoundFactory, PersonFactory, TeamMemberFactory
from tests.pilots.plans import write_plan
from tests.platform.kept import kept
from tests.sponsorship.cast import Cast, by, make_cast, refused
from workflows.gates import hooks, signing
from workflows.gates.models import GateRound
from workflows.sponsorship import actions, time_actions
from workflows.sponsorship.models import BudgetLine, Pledge, TimeRelease

pytestmark = pytest.mark.django_db
PROMISE = {"days": "20", "euros": "4 500 €", "cover": "Deux collègues reprennent les tournées."}


@pytest.fixture(scope="module")
def kept_cast(request: pytest.FixtureRequest) -> Iterator[Cast]:
    yield from kept(request, lambda _run_jobs: make_cast())


@pytest.fixture
def cast(kept_cast: Cast) -> Cast:
    return deepcopy(kept_cast)


def client(person: Person) -> Client:
    signed_in = Client()
    signed_in.force_login(person)
    return signed_in


def page(cast: Cast, person: Person) -> str:
    answer = client(person).get(reverse("sponsorship", args=[cast.idea.key]))
    assert answer.status_code == 200
    return answer.content.decode()


def asked(cast: Cast) -> Pledge:
    return actions.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))


def released(cast: Cast) -> TimeRelease:
    return time_actions.ask_time(member=cast.member, days_a_month=Decimal("2.5"), by=by(cast.author))


def test_everyone_reads_who_promised_what(cast: Cast) -> None:
    actions.promise(pledge=asked(cast), days=20, euros=4500, cover="Relais.", by=by(cast.other_director))
    for person in (cast.author, cast.stranger, cast.lead, cast.manager):
        html = page(cast, person)
        assert str(cast.other_director) in html
        assert "4\u00a0500\u00a0€" in html


def test_a_draft_or_confidential_idea_is_not_there_for_others(cast: Cast) -> None:
    Idea.objects.filter(pk=cast.idea.pk).update(confidential=True)
    url = reverse("sponsorship", args=[cast.idea.key])
    assert client(cast.stranger).get(url).status_code == 404
    assert client(cast.author).get(url).status_code == 200
    assert client(cast.author).get(reverse("sponsorship", args=[uuid4()])).status_code == 404


def test_signing_in_comes_first(cast: Cast) -> None:
    for name, key in (("sponsorship", cast.idea.key), ("pledge", uuid4()), ("time-opinion", uuid4())):
        answer = Client().get(reverse(name, args=[key]))
        assert answer.status_code == 302
        assert reverse("sign-in") in answer.url


def test_declined_questions_are_the_teams_and_the_leads(cast: Cast) -> None:
    actions.decline_pledge(pledge=asked(cast), by=by(cast.other_director), note="Pas cette année.")
    name = str(cast.other_director)
    # The list of who may sponsor names directors too: the team reads the answer itself.
    assert "Pas cette année." in page(cast, cast.author)
    assert name in page(cast, cast.lead)
    for person in (cast.stranger, cast.manager, cast.finance):
        assert name not in page(cast, person)


def test_time_is_shown_to_those_it_concerns_only(cast: Cast) -> None:
    time_actions.give_time_opinion(
        release=released(cast), opinion="reserved", note="Pas en juillet.", by=by(cast.manager)
    )
    for person in (cast.author, cast.lead, cast.dga, cast.director, cast.manager):
        html = page(cast, person)
        assert "Pas en juillet." in html
        assert "2,5" in html
    team_mate = page(cast, cast.co_author)
    assert str(cast.author) in team_mate
    for person in (cast.co_author, cast.stranger, cast.finance, cast.other_director):
        html = page(cast, person)
        assert "juillet" not in html
        assert "2,5" not in html
    for person in (cast.stranger, cast.finance, cast.other_director):
        assert str(cast.author) not in page(cast, person)


def test_a_sponsor_is_asked_from_the_page_by_name_or_number(cast: Cast) -> None:
    url = reverse("ask-sponsor", args=[cast.idea.key])
    key = new_key()
    typed = {"sponsor": f"  {cast.other_director.family_name.upper()} {cast.other_director.given_name} "}
    answer = client(cast.author).post(url, typed | {"request_key": key})
    assert (answer.status_code, answer.url) == (302, reverse("sponsorship", args=[cast.idea.key]))
    again = client(cast.author).post(url, typed | {"request_key": key})
    assert (again.status_code, again.url) == (302, answer.url)
    assert Pledge.objects.count() == 1
    assert client(cast.author).post(url, {"sponsor": cast.dga.staff_number}).status_code == 302
    assert client(cast.author).post(url, {"sponsor": cast.dga.staff_number}).status_code == 409


@pytest.mark.parametrize("typed", ["", "Personne", "\x00", "'; drop table", "x" * 300])
def test_a_wrong_name_is_said_and_kept(cast: Cast, typed: str) -> None:
    answer = client(cast.author).post(
        reverse("ask-sponsor", args=[cast.idea.key]), {"sponsor": typed, "request_key": new_key()}
    )
    assert answer.status_code == 422
    assert answer.context["sponsor_form"].errors["sponsor"]
    assert not Pledge.objects.exists()


def test_two_of_a_name_need_the_number(cast: Cast) -> None:
    for _number in range(2):
        PersonFactory(given_name="Zoé", family_name="Le Gall", role="sponsor")
    url = reverse("ask-sponsor", args=[cast.idea.key])
    answer = client(cast.author).post(url, {"sponsor": "zoe le gall", "request_key": new_key()})
    assert answer.status_code == 422


def test_who_may_not_sponsor_is_refused_at_the_field(cast: Cast) -> None:
    url = reverse("ask-sponsor", args=[cast.idea.key])
    typed = {"sponsor": cast.stranger.staff_number, "request_key": new_key()}
    answer = client(cast.author).post(url, typed)
    assert answer.status_code == 422
    assert cast.stranger.staff_number in answer.content.decode()
    assert client(cast.stranger).post(url, {"sponsor": cast.other_director.staff_number}).status_code == 403


def test_the_sponsor_promises_on_a_page_of_ones_own(cast: Cast) -> None:
    pledge = asked(cast)
    url = reverse("pledge", args=[pledge.key])
    for person in (cast.author, cast.lead, cast.stranger):
        assert client(person).get(url).status_code == 404
        assert client(person).post(url, PROMISE | {"answer": "promise"}).status_code == 404
    sponsor = client(cast.other_director)
    assert cast.idea.pitch in sponsor.get(url).content.decode()
    wrong = sponsor.post(url, PROMISE | {"answer": "promise", "euros": "beaucoup", "request_key": new_key()})
    assert wrong.status_code == 422
    assert "beaucoup" in wrong.content.decode()
    assert sponsor.post(url, PROMISE | {"answer": "promise", "request_key": new_key()}).status_code == 302
    pledge.refresh_from_db()
    assert (pledge.state, pledge.days, pledge.euros) == ("signed", 20, 4500)
    assert sponsor.post(url, PROMISE | {"answer": "promise", "request_key": new_key()}).status_code == 409
    assert sponsor.get(url).status_code == 200


def test_a_deputy_opens_the_sponsors_page(cast: Cast) -> None:
    pledge = asked(cast)
    AbsenceFactory(person=cast.other_director, deputy=cast.stranger)
    url = reverse("pledge", args=[pledge.key])
    assert client(cast.stranger).get(url).status_code == 200
    assert client(cast.stranger).post(url, {"answer": "decline"}).status_code == 302
    pledge.refresh_from_db()
    assert pledge.state == "declined"


@pytest.mark.parametrize("over", ["declined", "taken back", "withdrawn", "idea withdrawn"])
def test_who_is_no_longer_asked_reads_a_sentence_and_nothing_of_the_idea(cast: Cast, over: str) -> None:
    pledge, sponsor = asked(cast), by(cast.other_director)
    if over == "declined":
        actions.decline_pledge(pledge=pledge, by=sponsor, note="Une autre année.")
    elif over == "taken back":
        actions.take_back_question(pledge=pledge, by=by(cast.author))
    elif over == "withdrawn":
        actions.promise(pledge=pledge, days=1, euros=0, cover="Relais.", by=sponsor)
        actions.withdraw_pledge(pledge=pledge, by=sponsor)
    else:
        Idea.objects.filter(pk=cast.idea.pk).update(state="withdrawn")
    answer = client(cast.other_director).get(reverse("pledge", args=[pledge.key]))
    assert answer.status_code == 404
    assert "plus rien à lire" in answer.text
    for hidden in (cast.idea.title, cast.idea.pitch, str(cast.author), "Une autre année."):
        assert hidden not in answer.text


@pytest.mark.parametrize("state", ["withdrawn", "refused", "disputed"])
def test_time_taken_back_or_refused_is_read_no_more(cast: Cast, state: str) -> None:
    release = released(cast)
    readers = {"time-opinion": cast.manager, "time-signature": cast.director, "time-arbitration": cast.dga}
    if state == "withdrawn":
        time_actions.take_back_time(release=release, by=by(cast.author))
    else:
        time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
        time_actions.refuse_time_release(release=release, note="Trop peu de monde.", by=by(cast.director))
    if state == "refused":
        time_actions.arbitrate_time(release=release, released=False, note="Non.", by=by(cast.dga))
    for name, person in readers.items():
        answer = client(person).get(reverse(name, args=[release.key]))
        reads = state == "disputed" and name != "time-signature"
        assert answer.status_code == (200 if reads else 404)
        assert (cast.idea.title in answer.text) is reads


def test_a_promise_is_taken_back_on_its_page(cast: Cast) -> None:
    pledge = actions.promise(pledge=asked(cast), days=1, euros=0, cover="Relais.", by=by(cast.other_director))
    url = reverse("pledge", args=[pledge.key])
    sent = {"answer": "withdraw", "note": "Je pars.", "request_key": new_key()}
    assert client(cast.other_director).post(url, sent).status_code == 302
    pledge.refresh_from_db()
    assert pledge.state == "withdrawn"


def test_the_manager_reads_title_pitch_and_days_and_nothing_else(cast: Cast) -> None:
    release = released(cast)
    url = reverse("time-opinion", args=[release.key])
    html = client(cast.manager).get(url).content.decode()
    assert cast.idea.title in html
    assert cast.idea.pitch in html
    assert "2,5" in html
    content = cast.idea.content
    for hidden in (content.problem, content.proposal, str(cast.co_author), str(cast.idea.key)):
        assert hidden not in html
    for person in (cast.author, cast.lead, cast.director, cast.stranger):
        assert client(person).get(url).status_code == 404


def test_the_manager_answers_and_the_director_signs(cast: Cast) -> None:
    release = released(cast)
    opinion, signature = (reverse(name, args=[release.key]) for name in ("time-opinion", "time-signature"))
    director = client(cast.director)
    assert 'name="answer"' not in director.get(signature).content.decode()  # the opinion comes first
    assert director.post(signature, {"answer": "sign", "request_key": new_key()}).status_code == 409
    manager = client(cast.manager)
    assert manager.post(opinion, {"request_key": new_key()}).status_code == 422
    assert manager.post(opinion, {"opinion": "reserved", "request_key": new_key()}).status_code == 422
    forged = {"opinion": "no_objection_recorded", "request_key": new_key()}
    assert manager.post(opinion, forged).status_code == 422
    said = {"opinion": "reserved", "note": "Pas en juillet.", "request_key": new_key()}
    assert manager.post(opinion, said).status_code == 302
    assert "Pas en juillet." in director.get(signature).content.decode()
    assert (
        director.post(signature, {"answer": "refuse", "note": "", "request_key": new_key()}).status_code
        == 422
    )
    assert director.post(signature, {"answer": "sign", "request_key": new_key()}).status_code == 302
    release.refresh_from_db()
    assert release.state == "signed"


def test_a_refusal_is_settled_on_a_page_of_its_own(cast: Cast) -> None:
    release = released(cast)
    time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
    time_actions.refuse_time_release(release=release, note="Sous-effectif.", by=by(cast.director))
    url = reverse("time-arbitration", args=[release.key])
    for person in (cast.author, cast.director, cast.manager, cast.lead):
        assert client(person).get(url).status_code == 404
    dga = client(cast.dga)
    assert "Sous-effectif." in dga.get(url).content.decode()
    assert dga.post(url, {"answer": "sign", "request_key": new_key()}).status_code == 422
    sent = {"answer": "sign", "note": "Deux jours tiennent.", "request_key": new_key()}
    assert dga.post(url, sent).status_code == 302
    release.refresh_from_db()
    assert (release.state, release.signed_by) == ("signed", cast.dga)


def test_a_member_asks_and_takes_back_from_the_page(cast: Cast) -> None:
    url = reverse("ask-time", args=[cast.idea.key])
    author = client(cast.author)
    assert author.post(url, {"days_a_month": "deux", "request_key": new_key()}).status_code == 422
    assert author.post(url, {"days_a_month": "0,75", "request_key": new_key()}).status_code == 422
    assert not TimeRelease.objects.exists()
    assert author.post(url, {"days_a_month": "2,5", "request_key": new_key()}).status_code == 302
    release = TimeRelease.objects.get()
    assert release.days_a_month == Decimal("2.5")
    assert client(cast.lead).post(url, {"days_a_month": "2"}).status_code == 404
    back = reverse("time-take-back", args=[release.key])
    assert client(cast.co_author).post(back).status_code == 404
    assert author.post(back, {"request_key": new_key()}).status_code == 302
    assert author.post(back, {"request_key": new_key()}).status_code == 409


def test_finance_confirms_on_its_page(cast: Cast) -> None:
    url = reverse("budget", args=[cast.idea.key, "G2"])
    finance = client(cast.finance)
    assert finance.post(url, {"none_needed": "on", "request_key": new_key()}).status_code == 404
    actions.promise(pledge=asked(cast), days=1, euros=4500, cover="Relais.", by=by(cast.other_director))
    for person in (cast.author, cast.lead, cast.dga):
        assert client(person).get(url).status_code == 404
    assert finance.get(reverse("budget", args=[cast.idea.key, "G9"])).status_code == 404
    assert finance.get(url).status_code == 200
    assert finance.post(url, {"euros": "4500", "request_key": new_key()}).status_code == 422
    sent = {"euros": "4 500", "reference": "=1+1", "request_key": new_key()}
    assert finance.post(url, sent).status_code == 302
    assert BudgetLine.objects.get().reference == "=1+1"


def test_a_deputy_who_manages_one_of_the_team_confirms_no_line(cast: Cast) -> None:
    actions.promise(pledge=asked(cast), days=1, euros=4500, cover="Relais.", by=by(cast.other_director))
    url = reverse("budget", args=[cast.idea.key, "G2"])
    AbsenceFactory(person=cast.finance, deputy=cast.manager)
    answer = client(cast.manager).get(url)
    assert answer.status_code == 403
    assert "vous ne pouvez pas répondre ici" in answer.text
    with refused(NotAllowed):
        actions.confirm_budget(
            idea=cast.idea, gate="G2", none_needed=True, by=by(cast.manager, on_behalf_of=cast.finance)
        )
    Absence.objects.update(deputy=cast.stranger)
    assert client(cast.stranger).post(url, {"none_needed": "on", "request_key": new_key()}).status_code == 302
    assert BudgetLine.objects.get().confirmed_by == cast.stranger


def test_finance_reads_no_sponsor_whose_name_tells_the_authors(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.promise(pledge=asked(cast), days=1, euros=4500, cover="Relais.", by=by(cast.other_director))
    url = reverse("budget", args=[cast.idea.key, "G2"])
    assert str(cast.other_director) in client(cast.finance).get(url).text
    monkeypatch.setattr(signing, "_launched", lambda idea, people: people == [cast.other_director.pk])
    round_ = GateRoundFactory(idea=cast.idea, gate="G1")
    GateRound.objects.update(rules=round_.rules | {"authors_hidden": True})
    assert str(cast.other_director) not in client(cast.finance).get(url).text


def test_the_team_asks_for_the_launch_from_the_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "_handlers", {})
    url = reverse("request-launch", args=[cast.idea.key])
    answer = client(cast.author).post(url, {"request_key": new_key()})
    assert answer.status_code == 409
    assert "parrain" in answer.content.decode() or "sponsor" in answer.content.decode()
    actions.promise(pledge=asked(cast), days=1, euros=0, cover="Relais.", by=by(cast.other_director))
    actions.confirm_budget(idea=cast.idea, gate="G2", none_needed=True, by=by(cast.finance))
    release = released(cast)
    time_actions.give_time_opinion(release=release, opinion="favourable", by=by(cast.manager))
    time_actions.sign_time_release(release=release, by=by(cast.director))
    write_plan(cast.idea, cast.author)
    assert url in page(cast, cast.author)
    assert url not in page(cast, cast.lead)
    assert client(cast.stranger).post(url, {"request_key": new_key()}).status_code == 403
    assert client(cast.author).post(url, {"request_key": new_key()}).status_code == 302


def test_a_hidden_author_is_not_named_to_the_sponsor(cast: Cast) -> None:
    pledge = asked(cast)
    Idea.objects.filter(pk=cast.idea.pk).update(stage="review", masked_until_selected=True)
    html = client(cast.other_director).get(reverse("pledge", args=[pledge.key])).content.decode()
    assert str(cast.author) not in html


def test_the_page_takes_as_many_queries_for_four_members_as_for_one(cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        viewer = client(cast.lead)
        with CaptureQueriesContext(connection) as queries:
            viewer.get(reverse("sponsorship", args=[cast.idea.key]))
        return len(queries)

    released(cast)
    asked(cast)
    one = cost()
    for _number in range(3):
        person = PersonFactory(department=cast.author.posts.get().department, manager=cast.manager)
        member = TeamMemberFactory(idea=cast.idea, person=person)
        time_actions.ask_time(member=member, days_a_month=Decimal(1), by=by(person))
        director = PersonFactory(role="sponsor")
        actions.ask_sponsor(idea=cast.idea, sponsor=director, by=by(cast.author))
    assert cost() == one
    assert one <= 25


def test_a_leads_deputy_asks_and_takes_back_on_the_page_and_nobody_else(cast: Cast) -> None:
    deputy = PersonFactory(employed=True)
    ask, sent = reverse("ask-sponsor", args=[cast.idea.key]), {"sponsor": cast.other_director.staff_number}
    assert ask not in page(cast, deputy)
    assert client(deputy).post(ask, sent | {"request_key": new_key()}).status_code == 403
    AbsenceFactory(person=cast.lead, deputy=deputy)
    assert ask in page(cast, deputy)
    assert client(deputy).post(ask, sent | {"request_key": new_key()}).status_code == 302
    pledge = Pledge.objects.get(sponsor=cast.other_director)
    event = Event.objects.get(subject_key=cast.idea.key, verb="sponsor_asked")
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, cast.lead.key)
    back = reverse("pledge-take-back", args=[pledge.key])
    assert back in page(cast, deputy)
    for person in (cast.stranger, cast.manager):
        assert ask not in page(cast, person)
        assert back not in page(cast, person)
    assert client(deputy).post(back, {"request_key": new_key()}).status_code == 302
    # A lead's rule is a deputy's: whom a member works under is the team's alone to ask.
    sent = {"sponsor": cast.director.staff_number, "request_key": new_key()}
    assert client(deputy).post(ask, sent).status_code == 403
    # What is written about someone's time is not lent.
    time_actions.give_time_opinion(
        release=released(cast), opinion="favourable", note="Service réduit.", by=by(cast.manager)
    )
    assert "Service réduit." in page(cast, cast.lead)
    assert "Service réduit." not in page(cast, deputy)
