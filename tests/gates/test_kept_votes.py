"""A vote begun and not sent: kept as typed for nobody but its writer, taken up again, and no vote of anything."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ideas.drafting.models import IdeaContent
from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import Conflict, NotAllowed, NotFound
from incubator.people import own_data
from incubator.people.actions import end_absence
from incubator.people.models import Absence, Person
from incubator.people.once import new_key
from tests.factories import AbsenceFactory, PersonFactory, TeamMemberFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from workflows.gates import actions, jobs, records
from workflows.gates.models import GateRound, KeptVote, Seat, Vote
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db
BEGUN = "Le besoin est clair ; reste la nuit"


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def round_(cast: Cast) -> GateRound:
    return stage.at_g1(cast)


@pytest.fixture
def seat(round_: GateRound) -> Seat:
    return stage.seats_of(round_)[1]


def url(seat: Seat) -> str:
    return reverse("review", args=[seat.key])


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def page(person: Person, seat: Seat) -> str:
    answer = signed_in(person).get(url(seat))
    assert answer.status_code == 200
    return answer.content.decode()


def hidden(html: str) -> dict[str, str]:
    """What the form says of the state it was opened on."""
    return {name: html.split(f'name="{name}" value="')[1].split('"')[0] for name in ("version", "page")}


def typed(seat: Seat, **changes: Any) -> dict[str, Any]:
    sent = stage.opinion(seat.round, comment_to_panel=BEGUN) | {"links": "", "choice": ""}
    return sent | changes


def keep(seat: Seat, person: Person | None = None, **changes: Any) -> Any:
    """Open the page, type, and put it aside."""
    person = person or seat.person
    sent = typed(seat, step="keep", **hidden(page(person, seat))) | changes
    return signed_in(person).post(url(seat), sent)


def autosave(client: Client, seat: Seat, sent: dict[str, Any]) -> HttpResponse:
    return client.post(reverse("review-autosave", args=[seat.key]), sent, headers={"HX-Request": "true"})


def test_it_is_kept_as_typed_and_is_no_vote(cast: Cast, seat: Seat) -> None:
    before, record = Event.objects.count(), records.record_of(seat.round, seat.round.idea)
    answer = keep(seat, choice="go_if", condition_0_due="pas un jour", score_value="")
    assert (answer.status_code, answer["Location"]) == (302, reverse("reviews"))
    kept = KeptVote.objects.get()
    assert (kept.typed["comment_to_panel"], kept.typed["choice"]) == (BEGUN, "go_if")
    assert kept.typed["condition_0_due"] == "pas un jour"
    assert "score_value" not in kept.typed
    assert not Vote.objects.filter(seat=seat).exists()
    assert (Event.objects.count(), records.record_of(seat.round, seat.round.idea)) == (before, record)


def test_its_form_is_reopened_with_it_and_says_when_it_was_kept(seat: Seat) -> None:
    assert "What you had begun is below" not in page(seat.person, seat)
    keep(seat, choice="go_if", condition_0_text="Tester", condition_1_text="Chiffrer", score_value="2")
    said = page(seat.person, seat)
    assert "What you had begun is below, as kept on" in said
    assert all(text in said for text in (BEGUN, 'value="Tester"', 'value="Chiffrer"'))
    assert "Nothing is kept" not in said
    keep(seat, comment_to_panel="Autre chose")
    assert KeptVote.objects.get().typed["comment_to_panel"] == "Autre chose"
    assert KeptVote.objects.get().version == 2


def test_nobody_else_finds_it_anywhere(cast: Cast, round_: GateRound, seat: Seat) -> None:
    keep(seat)
    other = next(one for one in stage.seats_of(round_) if one.pk != seat.pk)
    looked = [
        (other.person, url(other)),
        (other.person, url(seat)),
        (cast.lead, url(seat)),
        (cast.lead, reverse("seats", args=[round_.key])),
        (cast.dga, reverse("decide", args=[round_.key])),
        (cast.author, reverse("idea", args=[round_.idea.key])),
    ]
    for person, address in looked:
        answer = signed_in(person).get(address)
        assert BEGUN not in answer.content.decode(), address
    for person in (other.person, cast.lead):
        assert own_data.of(person)["kept_votes"] == []
    assert [row["typed"]["comment_to_panel"] for row in own_data.of(seat.person)["kept_votes"]] == [BEGUN]


def test_a_deputy_and_the_holder_do_not_read_what_the_other_typed(seat: Seat) -> None:
    keep(seat)
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=seat.person, deputy=deputy)
    assert BEGUN not in page(deputy, seat)
    assert keep(seat, deputy, comment_to_panel="Mot de la suppléance").status_code == 302
    assert "Mot de la suppléance" in page(deputy, seat)
    holder = page(seat.person, seat)
    assert BEGUN in holder
    assert "Mot de la suppléance" not in holder
    Absence.objects.all().delete()
    with pytest.raises(NotFound):
        actions.keep_vote(seat_key=seat.key, by=act(deputy), typed={"choice": "go"})


@pytest.mark.parametrize("back", ["early", "by its date", "left"])
def test_a_seat_lent_back_holds_nothing_of_its_deputy(seat: Seat, back: str) -> None:
    keep(seat)
    deputy = PersonFactory(employed=True)
    absence = AbsenceFactory(person=seat.person, deputy=deputy)
    keep(seat, deputy)
    jobs.a_new_day()
    assert KeptVote.objects.count() == 2
    if back == "early":
        end_absence(absence=absence, by=act(seat.person))
    elif back == "left":
        Person.objects.filter(pk=deputy.pk).update(is_active=False)
        jobs.a_new_day()
    else:
        Absence.objects.filter(pk=absence.pk).update(ends_on=clock.today() - timedelta(days=1))
        jobs.a_new_day()
    assert KeptVote.objects.get().person == seat.person


@pytest.mark.parametrize("end", ["sent", "aside", "changed", "close", "decided", "withdrawn", "leaves"])
def test_an_end_leaves_nothing_kept(cast: Cast, round_: GateRound, seat: Seat, end: str) -> None:
    keep(seat)
    beside = stage.seats_of(round_)[0]
    keep(beside)
    gone = [seat.pk]
    if end == "sent":
        stage.signed_in(seat.person).post(url(seat), stage.opinion(round_))
        assert Vote.objects.filter(seat=seat, in_force=True).exists()
    elif end == "aside":
        actions.step_aside(seat_key=seat.key, by=act(seat.person))
    elif end == "changed":
        actions.change_seat(seat_key=seat.key, by=act(cast.lead), reason="Trop de sièges")
    elif end == "close":
        TeamMemberFactory(idea=round_.idea, person=seat.person)
        actions.void_conflicted(round_key=round_.key)
    elif end == "leaves":
        actions.replace_leaver(seat_key=seat.key, by=act(cast.lead))
    else:
        if end == "decided":
            for one in stage.seats_of(round_)[1:]:
                stage.cast_vote(one)
            keep(seat)
            GateRound.objects.filter(pk=round_.pk).update(review_due_at=clock.now())
            steps.decide(round_.idea, cast.dga)
        else:
            journey.withdraw(idea=round_.idea.key, by=act(cast.author))
        gone = [seat.pk, beside.pk]
    left = {seat.pk, beside.pk} - set(gone)
    assert set(KeptVote.objects.values_list("seat", flat=True)) == left


def test_a_change_of_a_vote_is_kept_beside_it_and_the_vote_stands(seat: Seat) -> None:
    stage.cast_vote(seat, "go", comment_to_panel="Mot envoyé")
    client = stage.signed_in(seat.person)
    shown = hidden(page(seat.person, seat))
    assert client.post(url(seat), typed(seat, choice="not_now", step="keep", **shown)).status_code == 302
    vote = Vote.objects.get(seat=seat)
    assert (vote.choice, vote.in_force) == ("go", True)
    said = page(seat.person, seat)
    assert "What you had begun to change is below" in said
    assert "your vote counts as you gave it" in said
    assert BEGUN in said
    actions.open_others(seat_key=seat.key, by=act(seat.person))
    assert not KeptVote.objects.exists()
    assert keep_after(seat).status_code == 409


def keep_after(seat: Seat) -> Any:
    return stage.signed_in(seat.person).post(url(seat), typed(seat, step="keep"))


def test_who_only_looked_keeps_nothing(seat: Seat) -> None:
    empty = {"step": "keep", "request_key": new_key(), "content_version": "1", "comment_to_panel": " "}
    assert stage.signed_in(seat.person).post(url(seat), empty).status_code == 302
    stage.cast_vote(seat, "go_if", conditions=[{"text": "Tester", "due_on": "2030-01-01"}])
    unchanged = stage.opinion(
        seat.round, "go_if", condition_0_text="Tester", condition_0_due="2030-01-01", step="keep"
    )
    rules = seat.round.rules
    unchanged |= {f"must_meet_{rule['key']}_reason": "" for rule in rules["must_meet"]}
    client, shown = stage.signed_in(seat.person), hidden(page(seat.person, seat))
    assert client.post(url(seat), unchanged | shown).status_code == 302
    assert not KeptVote.objects.exists()


def test_two_windows_lose_nothing(seat: Seat) -> None:
    client = signed_in(seat.person)
    first, second = (hidden(page(seat.person, seat)) for _window in range(2))
    saved = autosave(client, seat, typed(seat, **first))
    assert saved.status_code == 200
    assert autosave(client, seat, typed(seat, **first, choice="go")).status_code == 200  # its answer was lost
    other = typed(seat, **second, comment_to_panel="Dans l’autre")
    met = autosave(client, seat, other)
    assert (met.status_code, "data-keep-mine" in met.content.decode()) == (409, True)
    whole = client.post(url(seat), other | {"step": "keep"})
    said = whole.content.decode()
    assert (whole.status_code, "Dans l’autre" in said) == (409, True)
    assert KeptVote.objects.get().typed["comment_to_panel"] == BEGUN
    assert client.post(url(seat), other | {"step": "keep"} | hidden(said)).status_code == 302
    assert KeptVote.objects.get().typed["comment_to_panel"] == "Dans l’autre"


def test_the_button_of_the_answer_keeps_what_stands_here(seat: Seat) -> None:
    client = signed_in(seat.person)
    first, second = (hidden(page(seat.person, seat)) for _window in range(2))
    autosave(client, seat, typed(seat, **first))
    other = typed(seat, **second, comment_to_panel="Dans l’autre")
    met = autosave(client, seat, other).content.decode()
    version = met.split('name="version" value="')[1].split('"')[0]
    kept = autosave(client, seat, other | {"version": version})
    assert (kept.status_code, kept["Travee-Version"]) == (200, "2 ")


def test_a_save_that_comes_after_its_vote_keeps_nothing(seat: Seat) -> None:
    """The script saves as the field is left for “Send my vote”: both are on their way at once."""
    client, shown = signed_in(seat.person), hidden(page(seat.person, seat))
    assert client.post(url(seat), stage.opinion(seat.round, **shown)).status_code == 302
    assert autosave(client, seat, typed(seat, **shown)).status_code == 409
    assert not KeptVote.objects.exists()


def test_whoever_comes_back_to_the_same_form_can_still_send_it(seat: Seat) -> None:
    client, sent = signed_in(seat.person), stage.opinion(seat.round, **hidden(page(seat.person, seat)))
    for _twice in range(2):
        assert client.post(url(seat), sent | {"step": "keep"}).status_code == 302
    assert client.post(url(seat), sent).status_code == 302
    assert Vote.objects.filter(seat=seat).count() == 1
    assert not KeptVote.objects.exists()


def test_a_text_that_changed_meanwhile_is_told_at_once(seat: Seat) -> None:
    keep(seat)
    IdeaContent.objects.filter(idea=seat.round.idea).update(version=2)
    said = page(seat.person, seat)
    assert "You read version 1; version 2 is there now" in said
    assert BEGUN in said
    sent = stage.opinion(seat.round, content_version="2", **hidden(said))
    assert signed_in(seat.person).post(url(seat), sent).status_code == 302


def test_only_whoever_may_vote_keeps_and_only_what_can_be_kept(seat: Seat) -> None:
    stranger = PersonFactory(employed=True)
    assert signed_in(stranger).post(url(seat), typed(seat, step="keep")).status_code == 404
    assert autosave(signed_in(stranger), seat, typed(seat)).status_code == 404
    for wrong in ("x" * 10_001, "a\x00b"):
        answer = keep(seat, comment_to_authors=wrong)
        assert (answer.status_code, BEGUN in answer.content.decode()) == (422, True)
        assert (
            autosave(signed_in(seat.person), seat, typed(seat, comment_to_authors=wrong)).status_code == 422
        )
    assert autosave(signed_in(seat.person), seat, typed(seat, version="\x00", page="\x00")).status_code == 200
    KeptVote.objects.all().delete()
    TeamMemberFactory(idea=seat.round.idea, person=seat.person)
    with pytest.raises(NotAllowed):
        actions.keep_vote(seat_key=seat.key, by=act(seat.person), typed={"choice": "go"})
    GateRound.objects.filter(pk=seat.round_id).update(state="void", closed_at=clock.now())
    with pytest.raises(Conflict):
        actions.keep_vote(seat_key=seat.key, by=act(seat.person), typed={"choice": "go"})
    assert not KeptVote.objects.exists()


@pytest.mark.parametrize("last", [False, True])
def test_a_vote_that_was_kept_stays_within_the_queries_of_any(round_: GateRound, last: bool) -> None:
    seats = stage.seats_of(round_)
    for seat in seats[1:] if last else ():
        stage.cast_vote(seat)
    keep(seats[0])
    client, sent = stage.signed_in(seats[0].person), stage.opinion(round_)
    with CaptureQueriesContext(connection) as asked:
        assert client.post(url(seats[0]), sent).status_code == 302
    said = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(said) <= 14, "\n".join(one[:90] for one in said)
    assert not KeptVote.objects.exists()
    assert Vote.objects.get(seat=seats[0]).cast_at <= clock.now() + timedelta(seconds=1)
