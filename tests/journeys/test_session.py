"""A selection session in a real browser: fifteen ideas, seven heard, four places; the list moves up.

Every step of the session is clicked, and its papers are opened; acts stand in for what would be the same click again:
the panel's opinions beforehand, one member's votes, and the reasons noted for all ideas but the first.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.walk import choose, fill, look, press
from tests.lib.printed import text_of
from tests.platform.following import follow
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates.models import Decision
from workflows.sessions import actions, jobs
from workflows.sessions.models import SelectionSession

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quick_briefs"),
]


def test_a_session_from_its_call_to_its_letters(
    open_page: Any, assert_accessible: Any, run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    jury = Jury(places=4)
    for number in range(15):
        stage.at_selection(jury, 4 if number < 7 else 3, title=f"Idée {number + 1}")
    lead = open_page(jury.lead, path="/", scripts=False)
    session = convened(lead, jury)
    run_jobs()
    papers_before(lead, session)
    # Laid out for real once: the papers that follow say the same way what they say.
    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: html.encode())
    follow(lead.locator("form[action$='/open'] .btn"))
    for _member in jury.members:
        follow(lead.locator("#members button[value=yes]").first)
    assert "3 présences" in lead.locator("#members").inner_text()
    votes_and_stepping_out(open_page(jury.members[0], path=lead.url, width=390), session, assert_accessible)
    vote_on_all(open_page(jury.members[1], path="/", scripts=False))
    for place, line in enumerate(stage.heard(session)):
        voter, level = act(jury.members[2]), falling(place)
        actions.vote_in_room(session_key=session.key, idea_key=line.idea.key, level=level, by=voter)
    for line in stage.lines(session)[1:]:
        noted = {"reasons": stage.REASONS, "criterion": "value", "learning": "Le besoin existe."}
        actions.note_reasons(session_key=session.key, idea_key=line.idea.key, by=act(jury.lead), **noted)
    settled(lead, session)
    decided(open_page(jury.dga, path="/"), session, assert_accessible)
    run_jobs()
    now = stage.results(session)  # the lot says which of the last three moves up
    assert (now[0], now.count("selected"), now.count("waiting")) == ("left", 4, 2)
    assert Decision.objects.filter(issued_at__isnull=False).count() == 15
    moved_up(open_page(jury.dga, path="/"))
    run_jobs()
    closed(lead)
    run_jobs()
    minutes_of(lead)


def convened(page: Any, jury: Jury) -> SelectionSession:
    """From the ideas to the call: a session prepared, its members called, seven of fifteen ideas to be heard."""
    follow(page.locator(".tabs a[href='/ideas']"))
    follow(page.locator("main a[href='/calls']"))
    follow(page.locator("main a").filter(has_text=jury.call.title_fr))
    follow(page.locator("main a[href$='/session']"))
    look(page, "prepare a session")
    fill(page, venue="Salle du conseil", quorum="2", heard="3")
    follow(page.locator("main form .btn"))
    assert page.locator("[name=heard][aria-invalid=true]").count(), "fewer hearings than places"
    fill(page, heard="7")
    follow(page.locator("main form .btn"))
    for place, person in enumerate(jury.members):
        fill(page, person=person.staff_number)
        if place == 0:
            page.locator("[name=chair]").check()
        follow(page.locator("form[action$='/member'] .btn"))
    assert page.locator("li[id^=idea-]").count() == 15
    follow(page.locator("form[action$='/convene'] .btn"))
    look(page, "session convened")
    assert page.locator("li[id^=idea-]").filter(has_text="Audition à").count() == 7
    return SelectionSession.objects.get()


def papers_before(page: Any, session: SelectionSession) -> None:
    """The agenda as it is printed, and the file for a calendar: all seven hearings are in both."""
    page.reload()
    look(page, "papers")
    agenda = text_of(downloaded(page, "a.get[href*='/agenda/']"))
    calendar = downloaded(page, "a[href$='/calendar.ics']").decode().replace("\r\n ", "")
    assert calendar.startswith("BEGIN:VCALENDAR")
    for line in stage.heard(session):
        assert line.idea.title in agenda
        assert line.idea.title in calendar


def minutes_of(page: Any) -> None:
    page.reload()
    minutes = downloaded(page, "a.get[href*='/minutes/']").decode()
    assert all(f"Idée {number + 1}" in minutes for number in range(15))


def downloaded(page: Any, link: str) -> bytes:
    with page.expect_download() as download:
        page.locator(link).click()
    return Path(download.value.path()).read_bytes()


def votes_and_stepping_out(page: Any, session: SelectionSession, assert_accessible: Any) -> None:
    """The chair, on a phone: a level for the first idea, out for the second."""
    first, second = (line.idea.key for line in stage.heard(session)[:2])
    follow(page.locator(f"#idea-{first} button[name=level][value='4']"))
    assert page.locator(f"#idea-{first} button[aria-pressed=true]").inner_text().startswith("4")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(f"#idea-{second} summary").first.click()
    follow(page.locator(f"#idea-{second} form[action$='/out'] .btn"))
    assert page.locator(f"#idea-{second} .note").count() == 1


def falling(place: int) -> int:
    """The level an idea gets: the later it is heard, the lower."""
    return 4 if place < 2 else 3 if place < 4 else 2


def vote_on_all(page: Any) -> None:
    """From My work to the session, a level for each idea that is heard."""
    follow(page.locator("#tasks a").first)
    for place in range(7):
        line = page.locator(f"li[id^=idea-] >> nth={place}")
        follow(line.locator(f"button[value='{falling(place)}']"))
    assert page.locator("button[aria-pressed=true]").count() == 7


def settled(page: Any, session: SelectionSession) -> None:
    """What is retained of the first idea is noted too; then the list stands, four with a place."""
    page.reload()
    noted = page.locator("li[id^=idea-]").first
    noted.locator("summary").last.click()
    noted.locator("[name$='-reasons']").fill(stage.REASONS)
    noted.locator("[name$='-criterion']").select_option("value")
    follow(noted.locator("form[action$='/reasons'] .btn"))
    follow(page.locator("form[action$='/settle'] .btn"))
    look(page, "list settled")
    assert page.locator("#list tbody tr").count() == 7
    assert page.locator("#list tbody tr").filter(has_text="une place").count() == 4
    assert stage.results(session) == ["selected"] * 4 + ["waiting"] * 3 + ["not_heard"] * 8


def decided(page: Any, session: SelectionSession, assert_accessible: Any) -> None:
    """The decider keeps what is proposed, but for the first idea, which waits: its place is free."""
    follow(page.locator("#tasks a").first)
    first = stage.lines(session)[0].idea.key
    assert_accessible(page)
    assert page.locator(f"[name='{first}-reasons']").input_value() == stage.REASONS, "as noted in the room"
    page.locator(f"[name='{first}-outcome']").select_option("hold")
    page.locator(f"[name='{first}-hold_until']").fill(session.waiting_until.isoformat())
    follow(page.locator("form[action$='/decide'] .btn").last)
    assert page.locator(".note--stop").count() == 1, "a departure asks for its reasons"
    page.locator(f"[name='{first}-departure_reason']").fill("Les travaux ferment le site.")
    follow(page.locator("form[action$='/decide'] .btn").last)
    assert page.locator("form[action$='/decide']").count() == 0


def moved_up(page: Any) -> None:
    """What has moved up from the waiting list is decided again, as any idea is."""
    follow(page.locator("#tasks a").first)
    choose(page, outcome="go")
    fill(page, reasons=stage.REASONS)
    press(page, "check", name="step")
    press(page, "decide", name="step")
    assert page.locator(".tag--ok").count()


def closed(page: Any) -> None:
    """The lead finds the session in My work when every letter is there, and closes it."""
    follow(page.locator(".tabs a[href='/']"))
    follow(page.locator("#tasks a").first)
    follow(page.locator("form[action$='/close'] .btn"))
    look(page, "session closed")
    assert "close" in page.locator("main .tag").first.inner_text()
    assert "remontée de la liste d’attente" in page.locator("#list").inner_text()
