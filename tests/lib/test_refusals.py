"""A refusal is a page with its status, in the person's language, and one line in the log."""

import logging
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from incubator.lib.refusals import lock_wait

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.lib.urls")]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _sign_in_address(settings: Any) -> None:
    settings.LOGIN_URL = "/sign-in"


@pytest.mark.parametrize(
    ("why", "status"),
    [
        ("not-allowed", 403),
        ("not-found", 404),
        ("conflict", 409),
        ("invalid", 422),
        ("denied", 403),
        ("missing", 404),
        ("suspicious", 400),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_each_has_its_status_and_a_page_or_a_part(
    client: Client, why: str, status: int, headers: dict[str, str]
) -> None:
    answer = client.post(f"/refused/{why}", headers={"Accept-Language": "en", **headers})
    assert answer.status_code == status
    text = answer.content.decode()
    assert "Nothing was changed." in text
    assert ("<html" in text) is not bool(headers)
    assert answer.headers.get("HX-Retarget") == ("#refusal" if headers else None)


def test_it_speaks_the_language_of_the_page(client: Client) -> None:
    assert "Rien n’a été modifié." in client.post("/refused/conflict").content.decode()


def test_reading_changes_nothing_so_the_page_does_not_say_so(client: Client) -> None:
    answer = client.get("/refused/conflict", headers={"Accept-Language": "en"})
    assert "Nothing was changed." not in answer.content.decode()


def test_it_says_what_to_mend_and_where_to_go(client: Client) -> None:
    assert "Too long." in client.post("/refused/invalid").content.decode()
    assert 'href="/there"' in client.post("/refused/conflict").content.decode()


def test_it_never_links_outside(client: Client) -> None:
    answer = client.post("/refused/invalid", headers={"Referer": "https://elsewhere.example/page"})
    assert "elsewhere" not in answer.content.decode()
    back = client.post("/refused/invalid", headers={"Referer": "http://testserver/form?part=2"})
    assert 'href="/form?part=2"' in back.content.decode()


def test_the_log_has_one_line_with_the_rule(client: Client, caplog: Any) -> None:
    with caplog.at_level(logging.INFO, logger="incubator.lib.errors"):
        client.post("/refused/not-allowed")
    lines = [record.getMessage() for record in caplog.records if record.name == "incubator.lib.errors"]
    assert lines == ["refused seat.hard_conflict: POST /refused/not-allowed answered 403"]


def test_our_own_mistakes_stay_a_500_with_a_page(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.get("/refused/broken", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert "Something failed on our side" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_wait_for_a_row_is_a_409(client: Client) -> None:
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("select pg_advisory_lock(4711)")
        assert client.post("/locked").status_code == 409
        other.execute("select pg_advisory_unlock(4711)")
        assert client.post("/locked").status_code == 200


def test_lock_wait_knows_only_its_two_states() -> None:
    assert lock_wait(psycopg.errors.LockNotAvailable())
    assert lock_wait(psycopg.errors.DeadlockDetected())
    assert not lock_wait(psycopg.errors.UniqueViolation())
    loop = RuntimeError()
    loop.__context__ = ValueError()
    loop.__context__.__context__ = loop
    assert not lock_wait(loop)


def test_a_forged_form_is_refused_in_words() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/posted", headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()


def test_too_much_data_is_a_413(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert client.post("/posted", {"text": "x" * 100}).status_code == 413


def test_a_forged_host_is_refused_in_words(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["travee.example"]
    answer = client.get("/help", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()


def test_a_part_asked_after_the_session_ended_keeps_the_page(client: Client) -> None:
    answer = client.get("/members-only", headers=HTMX)
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#refusal"
    assert 'href="/sign-in"' in answer.content.decode()
    assert client.get("/members-only").status_code == 302
