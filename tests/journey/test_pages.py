"""The journey's pages: what they show, to whom, in how many queries, and what a refused act answers."""

import re
import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.lib import clock, words
from incubator.messages.models import Message
from incubator.messages.wording import said
from tests.factories import CallFactory, IdeaFactory, PersonFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from tests.platform.kept import kept
from workflows.briefs.models import Brief
from workflows.gates import actions as gates

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


@pytest.fixture(scope="module")
def kept_cast(request: pytest.FixtureRequest) -> Iterator[Cast]:
    yield from kept(request, lambda _run_jobs: Cast())


@pytest.fixture
def cast(kept_cast: Cast) -> Cast:
    return deepcopy(kept_cast)


def signed_in(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_submit_by_the_page_gives_a_receipt_in_at_most_20_queries(cast, at_most) -> None:
    play.submit(cast)  # publishes the programme's first configuration
    idea = play.draft(cast)
    client = signed_in(cast.author)
    url = reverse("idea-submit", args=[idea.key])
    assert client.get(url).status_code == 200
    with at_most(20):
        answer = client.post(url, {"request_key": str(uuid.uuid4())})
    assert answer.headers["Location"] == reverse("receipt", args=[idea.key])
    idea.refresh_from_db()
    page = client.get(answer.headers["Location"])
    assert f"Idea {idea.reference} is received" in page.text


def test_a_double_click_submits_once(cast) -> None:
    idea = play.draft(cast)
    client, key = signed_in(cast.author), str(uuid.uuid4())
    answers = [client.post(reverse("idea-submit", args=[idea.key]), {"request_key": key}) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [reverse("receipt", args=[idea.key])] * 2
    assert Event.objects.filter(subject_key=idea.key, verb="submitted").count() == 1


def test_an_incomplete_draft_answers_422_and_names_what_is_missing(cast) -> None:
    idea = play.draft(cast, problem="")
    client, url = signed_in(cast.author), reverse("idea-submit", args=[idea.key])
    read, answer = client.get(url), client.post(url)
    assert (read.status_code, answer.status_code) == (200, 422)
    for page in (read, answer):
        assert "Describe the problem." in page.text
        assert f"{reverse('idea-edit', args=[idea.key])}?part=2#id_problem" in page.text
    idea.refresh_from_db()
    assert idea.state == "draft"


@pytest.mark.parametrize(
    "name", ["idea", "idea-submit", "receipt", "idea-withdraw", "reexamination", "idea-wake"]
)
def test_a_forged_key_is_not_found(name: str) -> None:
    client = signed_in(PersonFactory())
    assert client.get(reverse(name, args=[uuid.uuid4()])).status_code == 404


def test_a_stranger_finds_no_draft_and_cannot_submit_it(cast) -> None:
    idea = play.draft(cast)
    client = signed_in(PersonFactory())
    assert client.get(reverse("idea", args=[idea.key])).status_code == 404
    assert client.post(reverse("idea-submit", args=[idea.key])).status_code == 404


def test_a_stale_page_answers_409_and_changes_nothing(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    client = signed_in(cast.author)
    client.post(reverse("idea-withdraw", args=[idea.key]))
    before = Event.objects.count()
    assert client.post(reverse("idea-withdraw", args=[idea.key])).status_code == 409
    assert Event.objects.count() == before


@pytest.mark.parametrize("many", [False, True])
def test_the_idea_page_takes_at_most_12_queries(cast, run_jobs: Run, many, at_most) -> None:
    idea = play.submit(cast)
    run_jobs()
    if many:
        for _ in range(2):
            play.pass_g0(idea, cast, "rework")
            from workflows.journey import actions

            actions.resubmit(idea=idea.key, by=act(cast.author))
            idea.refresh_from_db()
            run_jobs()
    client = signed_in(cast.author)
    with at_most(12):
        page = client.get(reverse("idea", args=[idea.key]))
    assert page.status_code == 200
    assert idea.title in page.text


@pytest.mark.parametrize("outcome", ["hold", "rework", "go"])
def test_the_page_of_a_decided_idea_takes_no_more(cast, run_jobs: Run, outcome, at_most) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, outcome, **({"hold_until": play.in_days(20)} if outcome == "hold" else {}))
    run_jobs()
    for reader in (cast.author, cast.lead, PersonFactory()):
        client = signed_in(reader)
        with at_most(12):
            page = client.get(reverse("idea", args=[idea.key]))
        assert page.status_code == 200


def test_the_page_says_where_who_until_when_and_what_next(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    page = signed_in(cast.author).get(reverse("idea", args=[idea.key])).text
    assert "With the programme lead until" in page
    assert "A programme lead checks by" in page
    with translation.override("en"):
        assert f"Since {words.plain_day(idea.held_since)}" in page


def test_hidden_authors_are_absent_from_the_response(cast, run_jobs: Run) -> None:
    cast.call = CallFactory(authors_hidden=True)
    cast.author.family_name = "Unlikely-Name"  # no other name begins with it
    cast.author.save()
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    url = reverse("idea", args=[idea.key])
    stranger = signed_in(PersonFactory()).get(url).text
    assert cast.author.family_name not in stranger
    assert cast.author.family_name in signed_in(cast.author).get(url).text
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    assert cast.author.family_name in signed_in(PersonFactory()).get(url).text


@pytest.mark.parametrize("words", ["", "casier"])
@pytest.mark.parametrize("rows", [1, 50])
def test_the_portfolio_takes_at_most_8_queries_and_60_kilobytes(rows, words, at_most) -> None:
    for _ in range(rows):
        IdeaFactory(live=True)
    client = signed_in(PersonFactory())
    with at_most(8):
        page = client.get(reverse("portfolio"), {"q": words} if words else {})
    assert page.status_code == 200
    assert len(page.content) <= 60_000


def test_pages_by_key_show_each_idea_once(cast) -> None:
    made = {IdeaFactory(live=True, title=f"Idée {n:02}").pk for n in range(45)}
    client = signed_in(PersonFactory())
    for sort in ("", "newest", "title", "due", "&q=idée"):
        if sort == "due":
            Idea.objects.filter(pk__in=made).update(due_at=clock.now() + timedelta(days=3))
        url, seen = f"{reverse('portfolio')}?sort={sort}", []
        while url and len(seen) < 90:
            page = client.get(url)
            seen += [row["title"] for row in page.context["rows"]]
            url = page.context["next_url"]
        assert len(seen) == len(set(seen)) == 45, sort


def test_the_filter_by_programme_lists_its_ideas() -> None:
    mine, _other = IdeaFactory(live=True, title="Des casiers"), IdeaFactory(live=True, programme__key="other")
    client = signed_in(PersonFactory())
    page = client.get(reverse("portfolio"), {"programme": mine.programme.key})
    assert [row["title"] for row in page.context["rows"]] == ["Des casiers"]


def test_an_idea_names_its_call_and_a_call_leads_to_those_of_its_ideas_one_may_read(at_most) -> None:
    call, reader = CallFactory(), PersonFactory()
    mine = IdeaFactory(live=True, title="Des casiers", call=call, programme=call.programme)
    IdeaFactory(live=True, title="Un banc")
    IdeaFactory(live=True, title="Une invention", call=call, programme=call.programme, confidential=True)
    client = signed_in(reader)
    address = f"{reverse('portfolio')}?call={call.key}"
    assert f'href="{reverse("call", args=[call.key])}"' in client.get(reverse("idea", args=[mine.key])).text
    assert f'href="{address}"' in client.get(reverse("call", args=[call.key])).text
    with at_most(8):
        page = client.get(address)
    assert [row["title"] for row in page.context["rows"]] == ["Des casiers"]
    assert f'href="{reverse("portfolio")}?"' in page.text
    assert call.title_en in page.text
    again = client.get(address, {"call": call.key, "q": "banc"})
    assert f'href="{reverse("portfolio")}?q=banc"' in again.text


def test_search_finds_any_word_by_stem_without_accents() -> None:
    IdeaFactory(live=True, title="Réparer les trottinettes des écoles")
    IdeaFactory(live=True, title="Des casiers pour la nuit")
    client = signed_in(PersonFactory())
    page = client.get(reverse("portfolio"), {"q": "trottinette bicyclettes xyz"})
    assert [row["title"] for row in page.context["rows"]] == ["Réparer les trottinettes des écoles"]
    assert client.get(reverse("portfolio"), {"q": "(((' | & !! \\"}).status_code == 200


def test_precedents_are_listed_where_they_are_asked_for_and_counted_where_words_find_them() -> None:
    IdeaFactory(live=True, title="Des casiers pour les trottinettes")
    for title in ("Un abri à trottinettes", "Une carte des trottinettes", "Des bancs"):
        IdeaFactory(live=True, title=title, state="precedent", stage="")
    client = signed_in(PersonFactory())

    def listed(**chosen: str) -> tuple[int, str]:
        page = client.get(reverse("portfolio"), chosen)
        return len(page.context["rows"]), page.text

    assert listed()[0] == 1
    assert listed(state="precedent")[0] == 3
    found, text = listed(q="trottinette")
    assert found == 1
    assert "2 precedents of other cities have these words too:" in text
    assert f'href="{reverse("portfolio")}?q=trottinette&amp;state=precedent"' in text
    found, text = listed(q="trottinette", state="precedent")
    assert found == 2
    assert "of other cities" not in text
    assert "of another city has these words too" in listed(q="bancs")[1]


@pytest.mark.parametrize("name", ["sort", "state", "stage", "programme", "call"])
def test_a_choice_that_does_not_exist_is_no_choice(name: str) -> None:
    IdeaFactory(live=True, title="Des casiers")
    page = signed_in(PersonFactory()).get(reverse("portfolio"), {name: "nope", "q": "casiers"})
    assert len(page.context["rows"]) == 1
    assert 'class="err"' not in page.text


def test_a_bad_page_key_is_the_first_page() -> None:
    IdeaFactory(live=True)
    page = signed_in(PersonFactory()).get(reverse("portfolio"), {"after": "forged"})
    assert len(page.context["rows"]) == 1


def test_a_stop_shows_its_reasons_and_the_way_to_ask_again(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    decision = play.pass_g0(idea, cast, "stop")
    other = cast.other_lead if decision.decider == cast.lead else cast.lead
    gates.sign_second(decision_key=decision.key, by=act(other))
    client = signed_in(cast.author)
    page = client.get(reverse("idea", args=[idea.key])).text
    assert play.REASONS in page
    assert reverse("reexamination", args=[idea.key]) in page
    asked = client.post(reverse("reexamination", args=[idea.key]), {"grounds": "Un essai a eu lieu."})
    assert asked.status_code == 302
    answer = signed_in(cast.dga).post(
        reverse("reexamination", args=[idea.key]),
        {"answer": "overturned", "reasons": "L’essai change la lecture."},
    )
    assert answer.status_code == 302
    idea.refresh_from_db()
    assert idea.state == "live"


def test_an_idea_has_one_number_on_pages_in_messages_and_on_papers(cast, run_jobs: Run, quick_briefs) -> None:
    with clock.moved(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        idea = play.submit(cast)
        run_jobs()
    written = f"2027-{idea.number:04d}"  # the year where the city is
    assert idea.reference == written
    play.pass_g0(idea, cast)
    run_jobs()
    client = signed_in(cast.author)
    for page in ("idea", "receipt", "sponsorship"):
        text = client.get(reverse(page, args=[idea.key])).text
        assert written in text
        assert not re.search(rf"Idea {idea.number}\b", text)
    told = Message.objects.get(person=cast.author, kind="received")
    assert f"under number {written}" in str(said(told))
    assert Brief.objects.get().number == f"{written}-G0"
    found = client.get(reverse("portfolio"), {"q": f" {written} "}).text
    assert idea.title in found
    assert idea.title not in client.get(reverse("portfolio"), {"q": "2027-999999"}).text


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("hr_desk", ["desk"]),
        ("champion", ["desk"]),
        ("staff_representative", ["desk"]),
        ("administrator", ["roles", "mandates", "letterheads", "entities", "configurations"]),
        ("auditor", ["reexaminations", "configurations"]),
        ("panel_member", []),
    ],
)
def test_the_pages_of_a_role_are_on_my_work(role: str, names: list[str]) -> None:
    call = CallFactory()
    client = signed_in(PersonFactory(role=role, role__entity=call.programme.entity))
    text = client.get(reverse("my-work")).text
    assert ("For my role" in text) is bool(names)
    for name in names:
        url = reverse(name)
        assert f'href="{url}"' in text
        assert client.get(url).status_code == 200
