"""A selection session in a real browser: fifteen ideas, seven heard, four places; the waiting list moves up."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.walk import follow
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates.models import Decision
from workflows.sessions import actions
from workflows.sessions.models import SelectionSession, SessionMember

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quick_briefs"),
]


def convened(jury: Jury) -> SelectionSession:
    """Fifteen ideas with opinions, the seven best of them called to a hearing."""
    for number in range(15):
        stage.at_selection(jury, 4 if number < 7 else 3, title=f"Idée {number + 1}")
    session = stage.prepared(jury, heard=7)
    actions.convene(session_key=session.key, by=act(jury.lead))
    return session


def test_a_session_held_on_its_page(
    open_page: Any, assert_accessible: Any, run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflows.sessions import jobs

    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: html.encode())
    jury = Jury(places=4)
    session = convened(jury)
    where = f"/sessions/{session.key}"
    lead = open_page(jury.lead, path=where, scripts=False)
    follow(lead.locator("form[action$='/open'] .btn"))
    for _member in jury.members:
        follow(lead.locator("#members button[value=yes]").first)
    assert "3 présences" in lead.locator("#members").inner_text()
    votes_and_stepping_out(open_page(jury.members[0], path=where, width=390), session, assert_accessible)
    vote_the_rest(session, jury)
    lead.goto(where)
    follow(lead.locator("form[action$='/settle'] .btn"))
    assert stage.results(session) == ["selected"] * 4 + ["waiting"] * 3 + ["not_heard"] * 8
    decided(open_page(jury.dga, path=where), jury, session, assert_accessible)
    run_jobs()
    now = stage.results(session)  # the lot says which of the last three moves up
    assert (now[0], now.count("selected"), now.count("waiting")) == ("left", 4, 2)
    assert Decision.objects.filter(issued_at__isnull=False).count() == 15
    again = open_page(jury.dga, path=where)
    assert again.locator("select[name$='-outcome']").count() == 1, "what has moved up is decided again"
    follow(again.locator("form[action$='/decide'] .btn").last)
    run_jobs()
    lead.goto(where)
    follow(lead.locator("form[action$='/close'] .btn"))
    assert "close" in lead.locator("main .tag").first.inner_text()
    assert "remontée de la liste d’attente" in lead.locator("#list").inner_text()


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


def vote_the_rest(session: SelectionSession, jury: Jury) -> None:
    """The others’ levels fall with the number of the idea; the lead notes what is retained of each."""
    for place, line in enumerate(stage.heard(session)):
        for person in jury.members[1:]:
            key, level = line.idea.key, 4 if place < 2 else 3 if place < 4 else 2
            actions.vote_in_room(session_key=session.key, idea_key=key, level=level, by=act(person))
    for line in stage.lines(session):
        noted = {"reasons": stage.REASONS, "criterion": "value", "learning": "Le besoin existe."}
        actions.note_reasons(session_key=session.key, idea_key=line.idea.key, by=act(jury.lead), **noted)
    assert SessionMember.objects.filter(session=session, arrived_at__isnull=False).count() == 3


def decided(page: Any, jury: Jury, session: SelectionSession, assert_accessible: Any) -> None:
    """The decider keeps what is proposed, but for the first idea, which waits: its place is free."""
    first = stage.lines(session)[0].idea.key
    assert_accessible(page)
    page.locator(f"[name='{first}-outcome']").select_option("hold")
    page.locator(f"[name='{first}-hold_until']").fill(session.waiting_until.isoformat())
    follow(page.locator("form[action$='/decide'] .btn").last)
    assert page.locator(".note--stop").count() == 1, "a departure asks for its reasons"
    page.locator(f"[name='{first}-departure_reason']").fill("Les travaux ferment le site.")
    follow(page.locator("form[action$='/decide'] .btn").last)
    assert page.locator("form[action$='/decide']").count() == 0
