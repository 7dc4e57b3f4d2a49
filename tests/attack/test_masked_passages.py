"""What is masked of a text is in no response to whoever does not see the authors: a fixed list of addresses."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import unquote

import pytest
from django.core import mail, signing
from django.test import Client
from django.urls import reverse

from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea, MaskedPassage, MaskedText
from ideas.drafting.uploads import Clean
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.people.models import Person, PrivateLink
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, CallFactory, IdeaFactory, PersonFactory, SeatFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act, in_days
from tests.platform.kept import kept
from tests.sessions import stage as sessions
from tests.sessions.stage import Jury
from workflows.briefs.models import Brief
from workflows.gates import actions as gates
from workflows.gates.models import Decision, GateRound, Seat
from workflows.journey import actions as journey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Run = Callable[..., list[str]]

GIVEN, FAMILY, NUMBER, MAIL = "Zéphyrine", "Quillebeuf", "ZQ4711", "zquille@port-aubert.example"
TOLD = re.compile("quillebeuf|z[ée]phyrine|zq4711|zquille|atelier bassin", re.IGNORECASE)
TEXT = {
    "title": "La borne de Quillebeuf",
    "pitch": "Moi, Zephyrine QUILLEBEUF (zq4711), je remplace quatre voitures.",
    "problem": "Écrire à zquille@port-aubert.example : **Zéphyrine** _Quillebeuf_ perd 22 minutes.",
    "proposal": "Six vélos à l’Atelier-Bassin, voir plan.",
    "needs_people": "L’équipe de Quillebeuf",
}
PASSAGES = ["Zéphyrine", "Quillebeuf", NUMBER, MAIL, "Atelier Bassin"]
REASONS = "L’essai de Mme Quillebeuf est décrit."
# Some find the idea, though they stand beside a masked one; the others find nothing.
WORDS = ("borne", "zephyrine", NUMBER, "bassin", "minutes")


class Scene:
    """An idea whose text names its author, at the gate that reads without names, after a first rework of it."""

    def __init__(self, run_jobs: Run, *, by_wish: bool = False) -> None:
        self.run_jobs, self.cast, already = run_jobs, Cast(), len(mail.outbox)
        self.cast.author.given_name, self.cast.author.family_name = GIVEN, FAMILY
        self.cast.author.staff_number, self.cast.author.email = NUMBER, MAIL
        self.cast.author.save()
        for person in Person.objects.exclude(pk=self.cast.author.pk):
            person.email = f"{person.staff_number}@port-aubert.example"
            person.save()
        self.cast.call = CallFactory(authors_hidden=None if by_wish else True)
        self.idea = self._submitted(masked_until_selected="yes" if by_wish else "no")
        client_of(self.cast.lead).post(self.page, {"request_key": new_key(), "passages": "\n".join(PASSAGES)})
        run_jobs()
        play.pass_g0(self.idea, self.cast)
        run_jobs()
        self.sent = mail.outbox[already:]

    def _submitted(self, **changes: Any) -> Idea:
        idea = play.draft(self.cast, **TEXT | changes)
        clean = Clean("plan-quillebeuf.txt", "text/plain", b"plan")
        drafting.attach(idea=idea, by=act(self.cast.author), upload=clean)
        journey.submit(idea=idea.key, by=act(self.cast.author))
        return Idea.objects.get(pk=idea.pk)

    def rework(self) -> None:
        """Comes back with another text that names the author again: two versions to be compared."""
        play.vote_all(self.idea, "not_now", 1)
        more = {"gaps": ["Dire combien de Quillebeuf"], "criterion_reasons": {"value": REASONS}}
        play.decide(self.idea, self.cast.dga, "rework", **more)
        self.run_jobs()
        found = Idea.objects.get(pk=self.idea.pk)
        changes = {"proposal": "Dix vélos, dit Zéphyrine Quillebeuf.", "pitch": "Par QUILLEBEUF, mieux."}
        drafting.autosave(idea=found, by=act(self.cast.author), version=found.draft.version, changes=changes)
        journey.resubmit(idea=found.key, by=act(self.cast.author))
        self.run_jobs()
        self.idea = Idea.objects.get(pk=self.idea.pk)

    @property
    def page(self) -> str:
        return reverse("idea-masking", args=[self.idea.key])

    def lists(self) -> Iterator[str]:
        yield f"{reverse('portfolio')}?sort=title"
        for word in WORDS:
            yield f"{reverse('portfolio')}?q={word}"

    @property
    def round(self) -> GateRound:
        return play.round_of(self.idea)

    def everywhere(self) -> Iterator[str]:
        """What everyone may open; of the list, as it comes and searched for the family name."""
        key = self.idea.key
        yield from (reverse("idea", args=[key]), reverse("idea-versions", args=[key]))
        yield f"{reverse('idea-versions', args=[key])}?from=1&to={self.idea.content.version}"
        yield from (reverse(name) for name in ("portfolio", "my-work", "messages", "reviews", "metrics"))
        yield f"{reverse('portfolio')}?q={FAMILY}"
        for attachment in self.idea.attachments.all():
            yield reverse("idea-file", args=[key, attachment.key])
        for brief in Brief.objects.filter(decision__round__idea=self.idea):
            yield from (reverse(name, args=[brief.key]) for name in ("brief", "brief-download"))
        for round_ in GateRound.objects.filter(idea=self.idea):
            yield reverse("decide", args=[round_.key])
        yield from (reverse(name, args=[key]) for name in ("idea-withdraw", "idea-masking", "receipt"))
        yield reverse("own-data")


@pytest.fixture(scope="module")
def first(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """Its parameter: whether it is masked by its author's wish instead of by its call."""
    yield from kept(request, lambda run_jobs: Scene(run_jobs, by_wish=getattr(request, "param", False)))


@pytest.fixture
def scene(first: Scene) -> Scene:
    return deepcopy(first)


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def assert_silent(person: Person, *addresses: str) -> dict[str, int]:
    """Nothing of the team in what this person is sent: text, headers, the keys of further pages. Gives the statuses."""
    client, statuses = client_of(person), {}
    for address in dict.fromkeys(addresses):
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        said = f"{dict(answer.headers)} {unquote(body.decode(errors='replace'))}"
        # What was typed into the search stands in its own field and links.
        said = re.sub(r'name="q"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="q"|[?&]q=[^"&]*', "", said)
        for key in re.findall(r"after=([\w:.-]+)", said):
            said += f" {signing.loads(key)}"
        found = TOLD.search(said)
        around = said[max(found.start() - 120, 0) : found.end() + 60] if found else ""
        assert found is None, f"{person} reads at {address}: {around}"
        statuses[address] = answer.status_code
    return statuses


def test_a_panel_member_and_a_stranger_read_the_text_without_what_is_masked(scene: Scene) -> None:
    scene.rework()
    seats = Seat.objects.filter(round=scene.round, state="open").select_related("person")
    member, other = seats[0], seats[1]
    vote = play.full_vote(scene.round.rules)
    vote |= {"comment_to_panel": "C’est Quillebeuf, non ?", "comment_to_authors": "Bravo Zéphyrine"}
    version = scene.idea.content.version
    gates.vote(seat_key=other.key, by=act(other.person), content_version=version, **vote)
    gates.vote(
        seat_key=member.key,
        by=act(member.person),
        content_version=version,
        **play.full_vote(scene.round.rules),
    )
    before = [reverse("review", args=[member.key]), reverse("step-aside", args=[member.key])]
    statuses = assert_silent(member.person, *scene.everywhere(), *scene.lists(), *before)
    assert statuses[before[0]] == 200
    assert statuses[reverse("idea", args=[scene.idea.key])] == 200
    assert statuses[scene.page] == 404
    gates.open_others(seat_key=member.key, by=act(member.person))
    others = reverse("others", args=[member.key])
    assert assert_silent(member.person, others) == {others: 200}
    assert_silent(PersonFactory(employed=True), *scene.everywhere(), *scene.lists())
    # What several roles may read, taken together.
    manifold = PersonFactory(employed=True, is_superuser=True, role=["administrator", "auditor"])
    assert_silent(manifold, *scene.everywhere())
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=member.person, deputy=deputy)
    assert_silent(deputy, *scene.everywhere(), before[0])
    play_out(scene)


@pytest.mark.prove
@pytest.mark.parametrize("rights", [{"role": "administrator"}, {"role": "auditor"}, {"is_superuser": True}])
def test_no_role_alone_reads_what_is_masked(scene: Scene, rights: dict[str, Any]) -> None:
    scene.rework()
    assert_silent(PersonFactory(employed=True, **rights), *scene.everywhere(), *scene.lists())


def play_out(scene: Scene) -> None:
    """Whoever decides reads the same; once decided, everybody reads everything."""
    for seat in Seat.objects.filter(round=scene.round, state="open", votes=None).select_related("person"):
        play.vote_one(scene.idea, seat)
    scene.run_jobs()
    page = reverse("decide", args=[scene.round.key])
    assert assert_silent(scene.cast.dga, page, *scene.everywhere())[page] == 200
    play.decide(scene.idea, scene.cast.dga)
    scene.run_jobs()
    shown = client_of(PersonFactory(employed=True)).get(reverse("idea", args=[scene.idea.key])).text
    assert TEXT["title"] in shown
    assert f"{GIVEN} {FAMILY}" in shown
    assert "▇" not in shown


def test_no_mail_or_message_names_what_is_masked_but_the_teams_own(scene: Scene) -> None:
    scene.rework()
    sent = [(one.to, f"{one.subject} {one.body}") for one in (*scene.sent, *mail.outbox)]
    assert any("[masqué]" in text for _to, text in sent), "the panel is told of the idea by mail"
    leads = Person.objects.filter(role_grants__role="programme_lead")
    knowing = [[MAIL], *([one.email] for one in leads)]
    for to, text in sent:
        assert to in knowing or not TOLD.search(text), text
    assert any(to == [MAIL] and FAMILY in text for to, text in sent)
    member = Seat.objects.filter(round=scene.round, state="open")[0].person
    assert "▇▇▇" in client_of(member).get(reverse("my-work")).text


@pytest.mark.parametrize("first", [False, True], indirect=True)
def test_the_team_and_the_lead_go_on_reading_the_original(scene: Scene) -> None:
    assert_silent(PersonFactory(employed=True), *scene.everywhere())
    for person in (scene.cast.author, scene.cast.lead):
        client = client_of(person)
        page = client.get(reverse("idea", args=[scene.idea.key])).text
        assert TEXT["title"] in page
        assert scene.page in page
        found = client.get(reverse("portfolio"), {"q": FAMILY}).text
        assert TEXT["title"] in found
        brief = Brief.objects.get(decision__round__idea=scene.idea)
        assert TEXT["title"] in b"".join(client.get(reverse("brief", args=[brief.key]))).decode()
    # A lead who sits on the panel reads what the panel reads.
    SeatFactory(round=scene.round, person=scene.cast.lead)
    assert_silent(scene.cast.lead, *scene.everywhere())


def test_a_masked_word_finds_nothing_and_orders_nothing(scene: Scene) -> None:
    stranger = client_of(PersonFactory(employed=True))
    for word in (FAMILY, "zephyrine", NUMBER, "bassin", "port-aubert"):
        assert "La borne de" not in stranger.get(reverse("portfolio"), {"q": word}).text, word
    for word in ("borne", "voitures", "velos", f"borne {FAMILY}"):
        assert "La borne de" in stranger.get(reverse("portfolio"), {"q": word}).text, word
    whole = {"request_key": new_key(), "passages": TEXT["title"]}
    client_of(scene.cast.author).post(scene.page, whole)
    for title in ("La bor", "La boz"):
        IdeaFactory(live=True, title=title)
    for reader, between in ((scene.cast.author, TEXT["title"]), (PersonFactory(), None)):
        listed = client_of(reader).get(reverse("portfolio"), {"sort": "title"}).context["rows"]
        titles = [row["title"] for row in listed]
        place = titles.index("La bor") + 1
        assert titles[place] == (between or "La boz"), "its place in the list would tell the name"


def test_papers_calendar_and_screen_of_a_session_are_masked(
    run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflows.sessions import jobs

    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: f"%PDF {html}".encode())
    jury = Jury()
    jury.call = CallFactory(places=2, envelope_euros=100_000, authors_hidden=True)
    idea = sessions.at_selection(jury, title=TEXT["title"])
    for level in (2, 3):
        sessions.at_selection(jury, level)
    session = sessions.prepared(jury)
    from workflows.sessions import actions

    actions.convene(session_key=session.key, by=act(jury.lead))
    run_jobs()
    agenda = reverse("session-document", args=[session.key, "agenda"])
    assert FAMILY in b"".join(client_of(jury.members[0]).get(agenda)).decode(), "nothing is masked yet"
    page = reverse("idea-masking", args=[idea.key])
    assert client_of(jury.lead).post(page, {"request_key": new_key(), "passages": FAMILY}).status_code == 302
    run_jobs()
    addresses = [
        reverse("session", args=[session.key]),
        reverse("session-calendar", args=[session.key]),
        agenda,
    ]
    for person in (*jury.members[:2], jury.dga):
        assert set(assert_silent(person, *addresses).values()) == {200}
    assert TEXT["title"] in client_of(jury.lead).get(addresses[0]).text


def test_what_a_session_noted_is_masked_in_its_forms_and_left_as_noted_when_nobody_changes_it(
    run_jobs: Run,
) -> None:
    jury = Jury(places=1)
    jury.call = CallFactory(places=1, envelope_euros=100_000, authors_hidden=True)
    for level in (4, 3):
        idea = sessions.at_selection(jury, level)
    session = sessions.live(jury, heard=2)
    page = reverse("session", args=[session.key])
    mask = {"request_key": new_key(), "passages": FAMILY}
    assert client_of(jury.lead).post(reverse("idea-masking", args=[idea.key]), mask).status_code == 302
    learning = "Quillebeuf sait faire."
    noted = {
        f"{idea.key}-reasons": REASONS,
        f"{idea.key}-criterion": "value",
        f"{idea.key}-learning": learning,
    }

    def act_on(person: Person, name: str, **sent: Any) -> int:
        address = reverse("session-act", args=[session.key, name])
        return client_of(person).post(address, {"request_key": new_key()} | sent).status_code

    assert act_on(jury.lead, "reasons", idea=idea.key, **noted) == 302
    assert "Mme Quillebeuf" in client_of(jury.lead).get(page).text
    shown = {name: text.replace("Quillebeuf", "▇▇▇") for name, text in noted.items()}
    assert_silent(jury.members[0], page)
    assert shown[f"{idea.key}-reasons"] in client_of(jury.members[0]).get(page).text
    assert act_on(jury.members[0], "reasons", idea=idea.key, **shown) == 302
    changed = {name: f"{text} Et autre chose." for name, text in shown.items() if name.endswith("reasons")}
    assert act_on(jury.members[0], "reasons", idea=idea.key, **shown | changed) == 422
    line = session.lines.get(idea=idea)
    assert (line.reasons, line.learning) == (REASONS, learning), "the chair changed nothing"
    sessions.all_vote(session, jury, [4, 1])
    assert act_on(jury.lead, "settle") == 302
    assert_silent(jury.dga, page)
    assert act_on(jury.dga, "decide", line=idea.key, **shown, **{f"{idea.key}-outcome": "stop"}) == 302
    decision = Decision.objects.get(round__idea=idea)
    assert (decision.reasons, decision.learning) == (REASONS, learning)


def test_the_names_of_merged_ideas_and_why_a_merge_was_undone_are_masked(scene: Scene, run_jobs: Run) -> None:
    other = play.submit(play.another_team(scene.cast), title="Un prêt de vélos")
    run_jobs()
    play.pass_g0(other, scene.cast, "merge", target=scene.idea)
    MaskedPassage.objects.create(
        idea=other, text="vélos", marked_by=scene.cast.lead, marked_at=scene.idea.submitted_at
    )
    run_jobs()
    stranger, pages = PersonFactory(employed=True), [idea_page(scene.idea), idea_page(other)]
    assert assert_silent(stranger, *pages) == dict.fromkeys(pages, 200)
    assert "Un prêt de" in client_of(stranger).get(pages[0]).text
    assert "vélos”" not in client_of(stranger).get(pages[0]).text
    why = "Quillebeuf et les autres ne visent pas les mêmes trajets."
    journey.undo_merge(idea=other.key, by=act(scene.cast.lead), reasons=why)
    run_jobs()
    assert why in client_of(scene.cast.author).get(pages[0]).text
    assert_silent(stranger, pages[0])


def idea_page(idea: Idea) -> str:
    return reverse("idea", args=[idea.key])


def test_a_brief_made_before_the_marking_is_masked_too(scene: Scene, run_jobs: Run) -> None:
    brief = Brief.objects.get(decision__round__idea=scene.idea)
    address, stranger = reverse("brief", args=[brief.key]), PersonFactory(employed=True)
    first = b"".join(client_of(stranger).get(address)).decode()
    assert "[masked]" in first or "[masqué]" in first
    assert brief.record["content_sha256"] not in first, "a hash of the text is a way to try names"
    more = "\n".join([*PASSAGES, "voitures"])
    client_of(scene.cast.author).post(scene.page, {"request_key": new_key(), "passages": more})
    waiting = client_of(stranger).get(address)
    assert (waiting.headers["Content-Type"].split(";")[0], "voitures" in waiting.text) == ("text/html", False)
    run_jobs()
    assert "voitures" not in b"".join(client_of(stranger).get(address)).decode()


def test_why_a_decision_departs_is_masked_on_the_page_too(scene: Scene, run_jobs: Run) -> None:
    play.vote_all(scene.idea)
    play.decide(scene.idea, scene.cast.dga, "stop", departure_reason=f"L’avis suit {FAMILY}, sans budget.")
    run_jobs()
    page = reverse("idea", args=[scene.idea.key])
    stranger = PersonFactory(employed=True)
    assert "sans budget" in client_of(stranger).get(page).text
    assert_silent(stranger, page, *scene.everywhere())


def test_marking_is_one_event_that_holds_no_word(scene: Scene) -> None:
    events = Event.objects.filter(subject_key=scene.idea.key, verb="passages_masked")
    assert events.count() == 1
    assert not TOLD.search(f"{events[0].payload} {events[0].effects}")
    assert len(events[0].effects) == len(PASSAGES)
    client = client_of(scene.cast.author)
    same = {"passages": "\n".join(reversed([one.upper() for one in PASSAGES]))}
    client.post(scene.page, {"request_key": new_key()} | same)
    assert events.count() == 1, "nothing changed"
    client.post(scene.page, {"request_key": new_key(), "passages": FAMILY})
    assert [one["to"] for one in events.order_by("sequence")[1].effects] == ["lifted"] * 4
    assert MaskedPassage.objects.filter(removed_at=None).count() == 1
    client.post(scene.page, {"request_key": new_key(), "passages": ""})
    assert not MaskedText.objects.exists()


def test_who_may_mark_and_what_is_refused(scene: Scene) -> None:
    member = Seat.objects.filter(round=scene.round, state="open")[0].person
    for person in (
        member,
        PersonFactory(employed=True, role="administrator"),
        PersonFactory(is_superuser=True),
    ):
        answer = client_of(person).post(scene.page, {"request_key": new_key(), "passages": ""})
        assert answer.status_code == 404
    client = client_of(scene.cast.author)
    for typed in ("a", "x" * 201, "\n".join(f"mot{n}" for n in range(101)), "a\x00bc"):
        answer = client.post(scene.page, {"request_key": new_key(), "passages": typed})
        assert answer.status_code in (400, 422), typed[:10]
    assert MaskedPassage.objects.filter(removed_at=None).count() == len(PASSAGES)
    shown = client.post(
        scene.page, {"request_key": new_key(), "passages": "voitures", "step": "preview"}
    ).text
    assert "je remplace quatre ▇▇▇" in re.sub(r"<[^>]+>|masked", "", shown)
    assert MaskedPassage.objects.filter(removed_at=None).count() == len(PASSAGES), "a preview keeps nothing"
    play.vote_all(scene.idea)
    play.decide(scene.idea, scene.cast.dga)
    assert client.get(scene.page).status_code == 409


def test_the_lead_is_told_that_names_may_be_in_the_text(scene: Scene) -> None:
    seats = reverse("seats", args=[scene.round.key])
    client = client_of(scene.cast.lead)
    assert "Names may be in the text" not in client.get(seats).text
    client.post(scene.page, {"request_key": new_key(), "passages": ""})
    assert "Names may be in the text" in client.get(seats).text
    page = client.get(scene.page).text
    assert f'value="{FAMILY}"' in page
    assert f'value="{NUMBER}"' in page
    ticked = {"suggested": [FAMILY, GIVEN, NUMBER, MAIL]}
    client.post(scene.page, {"request_key": new_key(), "passages": "Atelier Bassin"} | ticked)
    assert_silent(PersonFactory(employed=True), reverse("idea", args=[scene.idea.key]))


def test_who_decides_is_refused_on_a_masked_idea_without_a_word_on_the_team(scene: Scene) -> None:
    PrivateLink.objects.create(owner=scene.cast.dga, other=scene.cast.author)
    play.vote_all(scene.idea)
    answer = client_of(scene.cast.dga).get(reverse("decide", args=[scene.round.key]))
    assert answer.status_code == 403
    assert "You cannot decide on this idea." in answer.text
    assert "close" not in answer.text.partition("<main")[2].partition("</main>")[0]


def test_a_hold_and_a_stop_go_on_masked(scene: Scene, run_jobs: Run) -> None:
    play.vote_all(scene.idea, "not_now", 1)
    more = {"hold_until": in_days(30), "criterion_reasons": {"value": REASONS}}
    play.decide(scene.idea, scene.cast.dga, "hold", **more)
    run_jobs()
    assert_silent(PersonFactory(employed=True), *scene.everywhere())
    assert WorkItem.objects.filter(subject_key=scene.idea.key).exists()
