"""Jobs of sessions. Each is idempotent: run twice, it finds its work done."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.lib.last_tries import when_lost
from incubator.lib.pdf_process import PdfFailed, render_in_process
from incubator.people.models import Person
from workflows.briefs.rules import MOST_TRIES
from workflows.sessions.models import SelectionSession, SessionDocument


@app.task(name="sessions.move_up", queue="gates", retry=5)
def move_up_in(session_key: str, at: str = "") -> None:
    """A place is free: the waiting list moves up."""
    from workflows.sessions.actions import move_up

    with clock.as_of(at):
        move_up(session_key=session_key)


@app.periodic(cron="35 0 * * *")
@app.task(queue="gates", queueing_lock="sessions.a_new_day", name="sessions.a_new_day")
def a_new_day(timestamp: int = 0) -> None:
    """A date alone may have begun or ended a lead's role, or a post of whoever stands in a lead's place."""
    ask_leads()


@app.task(name="sessions.ask_leads", queue="gates", retry=5)
def ask_leads(at: str = "") -> None:
    """A lead has come or gone: what sessions wait for one for is asked of whoever leads now."""
    from workflows.sessions.actions import asking

    settled = SelectionSession.objects.filter(state=SelectionSession.State.SETTLED).order_by("pk")
    with clock.as_of(at):
        for key in settled.values_list("key", flat=True):
            asking.ask_leads(session_key=key)
        asking.ask_moved_up()


@app.task(name="sessions.excuse_leaver", queue="gates", retry=5)
def excuse_leaver(person: int, at: str = "") -> None:
    """Someone called to sit has left the city."""
    from workflows.sessions.actions import excuse_leaver as excuse
    from workflows.sessions.actions.members import TO_COME

    called = SelectionSession.objects.filter(members__person=person, state__in=TO_COME).order_by("pk")
    leaver = Person.objects.get(pk=person)
    with clock.as_of(at):
        for key in called.values_list("key", flat=True):
            excuse(session_key=key, person=leaver)


@when_lost("sessions.render")
def lose_document(document_id: int, at: str = "") -> None:
    """Every worker that took the job was killed."""
    from workflows.sessions.actions import documents

    documents.give_up(SessionDocument.objects.get(pk=document_id), "killed")


@app.task(name="sessions.render", queue="briefs", retry=RetryStrategy(max_attempts=MOST_TRIES - 1, wait=60))
def render_document(document_id: int, at: str = "") -> None:
    """Make the agenda or the minutes and keep the file. Raises what went wrong, after saying so, to be tried again."""
    from workflows.sessions.actions import documents
    from workflows.sessions.papers import html_of, stylesheet

    document = SessionDocument.objects.select_related("session__call__programme__entity").get(pk=document_id)
    if document.state == SessionDocument.State.READY:
        return
    with clock.as_of(at):
        try:
            documents.finish(document, render_in_process(html_of(document), stylesheet=stylesheet()))
        except Exception as failed:
            documents.give_up(document, failed.reason if isinstance(failed, PdfFailed) else "stopped")
            raise
