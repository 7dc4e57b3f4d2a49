"""A mail is sent at most once; what was refused for sure may be tried again, what is unknown never."""

import smtplib
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from incubator.events.models import Event
from incubator.lib import clock
from incubator.messages import actions, jobs, mail, rules
from incubator.messages.models import Message
from tests.factories import PersonFactory

Told = Callable[..., Event]
pytestmark = pytest.mark.django_db


def queued(told: Told, **telling: Any) -> Message:
    person = PersonFactory(email="ana@ville.example", language=telling.pop("language", ""))
    actions.tell(told(person, **telling))
    return Message.objects.get(person=person)


def state(message: Message) -> str:
    message.refresh_from_db()
    return message.mail


def parsed(envelope: Any) -> Any:
    return message_from_bytes(envelope.content, policy=policy.default)


def test_a_server_receives_it_with_the_words_of_the_page(told: Told, post: Any) -> None:
    message = queued(told, language="en", title="Bikes\r\nBcc: all@ville.example ✓")
    jobs.send(message.pk)
    assert state(message) == "sent"
    (envelope,) = post.received
    assert envelope.rcpt_tos == ["ana@ville.example"]
    read = parsed(envelope)
    assert read["Subject"].strip() == "Decision on “Bikes Bcc: all@ville.example ✓” (G1, selection): go on"
    assert read["Bcc"] is None
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"]
    assert f"https://idees.example{message.url}\n" in read.get_content().replace("\r\n", "\n")
    assert read.get_content_type() == "text/plain"


def test_the_persons_language_is_spoken_and_french_otherwise(told: Told, settings: Any) -> None:
    english = queued(told, language="en")
    assert mail.compose(english).subject.startswith("Decision on")
    from django.utils import translation

    french = queued(told)
    with translation.override("en"):
        assert (
            mail.compose(french).subject
            == "Décision sur « Un vélo-cargo pour l’école » (G1, sélection) : favorable"
        )
        assert translation.get_language() == "en"


def test_an_answer_goes_to_the_programmes_mailbox(told: Told, settings: Any) -> None:
    settings.REPLY_TO = "idees@ville.example"
    assert mail.compose(queued(told)).reply_to == ["idees@ville.example"]


KILLED = """
import sys, django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
from incubator.messages import jobs
jobs.send(int(sys.argv[3]))
"""


@pytest.mark.django_db(transaction=True)
def test_killed_before_the_server_answers_it_is_never_sent_again(
    told: Told, post: Any, run_jobs: Any, client: Any
) -> None:
    message = queued(told)
    post.hangs = True
    name, port = connection.settings_dict["NAME"], django_settings.EMAIL_PORT
    worker = subprocess.Popen([sys.executable, "-c", KILLED, name, str(port), str(message.pk)])
    assert post.reached.wait(120), "the child sent nothing"
    worker.kill()
    worker.wait(10)
    assert state(message) == "sending"

    post.hangs = False
    jobs.send(message.pk)
    jobs.sweep(0)
    assert state(message) == "sending"
    with clock.moved(clock.now() + timedelta(minutes=11)):
        jobs.sweep(0)
        assert state(message) == "unknown"
        jobs.send(message.pk)
        run_jobs()
    with clock.moved(clock.now() + timedelta(days=2)):
        jobs.sweep(0)
        run_jobs()
    assert state(message) == "unknown"
    assert len(post.received) == 1


@pytest.mark.parametrize("point", ["open", "send_messages"])
def test_interrupted_anywhere_after_the_claim_it_stays_sending(
    told: Told, post: Any, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.mail.backends.smtp import EmailBackend

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    message = queued(told)
    monkeypatch.setattr(EmailBackend, point, killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.send(message.pk)
    monkeypatch.undo()
    assert state(message) == "sending"
    jobs.send(message.pk)
    assert state(message) == "sending"
    assert post.received == []


def test_a_server_lost_after_the_text_leaves_it_unknown(told: Told, post: Any, run_jobs: Any) -> None:
    message = queued(told)
    post.drops = True
    run_jobs()
    assert state(message) == "unknown"
    post.drops = False
    with clock.moved(clock.now() + timedelta(days=1)):
        jobs.sweep(0)
        run_jobs()
    assert state(message) == "unknown"
    assert len(post.received) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_refused_for_now_it_is_tried_again_and_sent_once(
    told: Told, post: Any, run_jobs: Any, command: str
) -> None:
    message = queued(told)
    post.answers[command] = ["451 come back later", "250 OK"]
    run_jobs()
    assert (state(message), message.refusals) == ("queued", 1)
    run_jobs()
    assert state(message) == "queued"  # not before its time
    with clock.moved(clock.now() + timedelta(minutes=6)):
        run_jobs()
    assert state(message) == "sent"
    assert (len(post.received), post.tried) == (1, 2)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_refused_for_good_it_is_not_tried_again(told: Told, post: Any, run_jobs: Any, command: str) -> None:
    message = queued(told)
    post.answers[command] = ["550 nobody of that name"]
    run_jobs()
    assert state(message) == "refused"
    with clock.moved(clock.now() + timedelta(days=1)):
        jobs.sweep(0)
        run_jobs()
    assert (state(message), post.tried, post.received) == ("refused", 1, [])


def test_a_server_that_never_takes_it_is_not_asked_for_ever(told: Told, post: Any, run_jobs: Any) -> None:
    message = queued(told)
    post.answers["RCPT"] = ["451 come back later"]
    at = clock.now()
    for _ in range(20):
        with clock.moved(at):
            run_jobs()
            jobs.sweep(0)
        at += timedelta(hours=12)
    assert state(message) == "refused"
    assert post.tried == len(rules.RETRY_AFTER) + 1


def test_a_server_that_is_down_is_tried_later(told: Told, post: Any, run_jobs: Any, settings: Any) -> None:
    message = queued(told)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    run_jobs()
    assert (state(message), message.refusals) == ("queued", 1)
    settings.EMAIL_PORT = port
    with clock.moved(clock.now() + timedelta(minutes=6)):
        run_jobs()
    assert state(message) == "sent"


def test_a_mail_whose_job_was_lost_is_queued_again(told: Told, post: Any, run_jobs: Any) -> None:
    message = queued(told)
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    jobs.sweep(0)
    assert run_jobs() == []
    with clock.moved(clock.now() + timedelta(hours=3)):
        jobs.sweep(0)
        jobs.sweep(0)
        assert run_jobs() == ["messages.send"]
    assert state(message) == "sent"


def test_a_slow_try_given_up_meanwhile_still_says_how_it_ended(told: Told, post: Any) -> None:
    message = queued(told)
    assert actions.take(message.pk)
    with clock.moved(clock.now() + timedelta(minutes=11)):
        jobs.sweep(0)
    actions.sent(message)
    assert state(message) == "sent"


ENDS: list[tuple[BaseException, bool, str]] = [
    (ConnectionRefusedError(), False, "later"),
    (smtplib.SMTPAuthenticationError(535, b"no"), False, "later"),
    (smtplib.SMTPSenderRefused(451, b"", "a"), True, "later"),
    (smtplib.SMTPSenderRefused(553, b"", "a"), True, "never"),
    (smtplib.SMTPRecipientsRefused({"a": (450, b"")}), True, "later"),
    (smtplib.SMTPRecipientsRefused({"a": (450, b""), "b": (550, b"")}), True, "never"),
    (smtplib.SMTPDataError(421, b""), True, "later"),
    (smtplib.SMTPDataError(554, b""), True, "never"),
    (smtplib.SMTPDataError(-1, b"garbled"), True, "unknown"),
    (smtplib.SMTPServerDisconnected(), True, "unknown"),
    (TimeoutError(), True, "unknown"),
    (ConnectionResetError(), True, "unknown"),
    (smtplib.SMTPNotSupportedError(), True, "never"),
    (UnicodeEncodeError("ascii", "é", 0, 1, ""), True, "never"),
    (RuntimeError(), True, "unknown"),
]


@pytest.mark.parametrize(("error", "connected", "meaning"), ENDS)
def test_only_a_sure_refusal_is_one(error: BaseException, connected: bool, meaning: str) -> None:
    assert rules.verdict(error, connected=connected) == meaning
