"""A refusal is a page with its status, in the person's language, and one line in the log."""

import ast
import io
import logging
import re
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.forms import PasswordInput
from django.test import Client

from incubator.lib import receiving
from incubator.lib.errors import SECRET
from incubator.lib.refusals import Conflict, Invalid, lock_wait, note, refused_at
from incubator.people.forms import sign_in
from tests.factories import PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.lib.urls")]
HTMX = {"HX-Request": "true"}
CHANGED, AS_IT_STANDS = "This has changed in the meantime", "This is not possible as things stand"


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


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_rule_that_refuses_does_not_say_that_something_has_changed(
    client: Client, headers: dict[str, str]
) -> None:
    spoken = {"Accept-Language": "en", **headers}
    rule, race = (client.post(f"/refused/{why}", headers=spoken).text for why in ("conflict", "overtaken"))
    for page, own, other in ((rule, AS_IT_STANDS, CHANGED), (race, CHANGED, AS_IT_STANDS)):
        assert own in page
        assert other not in page


@pytest.mark.parametrize(
    ("code", "overtaken"),
    [
        ("decide.closed", True),
        ("plan.version", True),
        ("vote.other_version", True),
        ("sign.opinion_changed", True),
        ("draft.two_texts", True),
        ("session.quorum", False),
        ("pilot.extended", False),
        ("decide.panel_still_votes", False),
        ("lock_wait", False),
        ("conflict", False),
    ],
)
def test_a_lost_race_is_told_from_a_rule_by_its_code(code: str, overtaken: bool) -> None:
    assert Conflict("Not so.", code=code).overtaken is overtaken


def test_it_speaks_the_language_of_the_page(client: Client) -> None:
    assert "Rien n’a été modifié." in client.post("/refused/conflict").content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(("method", "address"), [("post", "/help"), ("get", "/language")])
def test_what_an_address_does_not_take_is_answered_by_a_page(
    client: Client, method: str, address: str, headers: dict[str, str]
) -> None:
    answer = getattr(client, method)(address, headers={"Accept-Language": "en", **headers})
    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert "This cannot be done here" in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    assert ("Nothing was changed." in answer.text) is (method == "post")


def test_reading_changes_nothing_so_the_page_does_not_say_so(client: Client) -> None:
    answer = client.get("/refused/conflict", headers={"Accept-Language": "en"})
    assert "Nothing was changed." not in answer.content.decode()


def test_it_says_what_to_mend_and_where_to_go(client: Client) -> None:
    assert "Too long." in client.post("/refused/invalid").content.decode()
    assert 'href="/there"' in client.post("/refused/conflict").content.decode()


TYPED = {
    "reasons": "Un abri est prêté\net il ne coûte rien.",
    "answer": "overturned",
    "secret": "phrase à moi seul",
    "request_key": "un deux trois",
}


@pytest.mark.parametrize("why", ["not-allowed", "not-found", "conflict", "invalid", "denied", "missing"])
def test_sentences_that_were_refused_stay_to_be_copied_and_no_secret_does(client: Client, why: str) -> None:
    assert "<textarea" not in client.post(f"/refused/{why}", TYPED).content.decode(), "of nobody known"
    client.force_login(PersonFactory())
    page = client.post(f"/refused/{why}", TYPED).content.decode()
    assert re.findall(r"<textarea[^>]*>\n([^<]*)", page) == [TYPED["reasons"]]
    assert TYPED["secret"] not in page
    part = client.post(f"/refused/{why}", TYPED, headers=HTMX).content.decode()
    assert "<textarea" not in part, "the page that htmx asks from keeps it"


def test_every_field_of_a_secret_is_known_by_its_name() -> None:
    forms = [sign_in.SignInForm, sign_in.ChooseSecretForm, sign_in.ChangeSecretForm, sign_in.CodeForm]
    hidden = {
        name
        for form in forms
        for name, field in form.base_fields.items()
        if isinstance(field.widget, PasswordInput)
        or field.widget.attrs.get("autocomplete") == "one-time-code"
    }
    assert len(hidden) >= 4
    assert [name for name in hidden if not SECRET.search(name)] == []
    assert not SECRET.search("passages"), "what is to be masked in a text is no secret of its writer"


def test_a_forged_request_puts_no_words_on_the_page() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(PersonFactory())
    answer = client.post("/refused/conflict", TYPED)
    assert answer.status_code == 403
    assert TYPED["reasons"] not in answer.content.decode()


def test_it_never_links_outside(client: Client) -> None:
    answer = client.post("/refused/invalid", headers={"Referer": "https://elsewhere.example/page"})
    assert "elsewhere" not in answer.content.decode()
    back = client.post("/refused/invalid", headers={"Referer": "http://testserver/form?part=2"})
    assert 'href="/form?part=2"' in back.content.decode()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the product writes down by its own settings, no level raised for the test."""
    logger, paper = logging.getLogger("travee.refusals"), io.StringIO()
    (handler,) = (one for one in logger.handlers if type(one) is logging.StreamHandler)
    monkeypatch.setattr(handler, "stream", paper)
    assert logging.getLogger().level == logging.WARNING
    return paper


def test_the_log_has_one_line_with_the_rule_in_the_words_of_the_page(
    client: Client, written: io.StringIO
) -> None:
    page = client.post("/refused/not-allowed", headers={"Accept-Language": "en"}).content.decode()
    (line,) = written.getvalue().splitlines()
    assert line.endswith(
        "INFO travee.refusals refused seat.hard_conflict (403) at POST /refused/not-allowed: Nothing was changed."
    )
    assert "Nothing was changed." in page
    client.post("/refused/not-allowed")
    assert written.getvalue().splitlines()[1].endswith("Rien n’a été modifié.")


def test_the_log_names_the_fields_to_mend_and_keeps_to_one_line(written: io.StringIO) -> None:
    refusal = Invalid("Mend\nit.", code="form", fields={"title": ["Too long."], "reasons": ["Missing."]})
    with refused_at("POST /ideas\n2030 INFO forged"):
        note(refusal)
    (line,) = written.getvalue().splitlines()
    assert line.endswith("refused form (422) at POST /ideas 2030 INFO forged: Mend it. [title, reasons]")
    assert "Too long" not in line


CAUGHT = re.compile(
    r"^( *)except \(?[^:]*\b(?:Refusal|Invalid|Conflict|NotAllowed|NotFound)\b[^:]*:(?: *#.*)?\n"
)
# Questions asked of a rule, a fault told by another sentence, and commands, which say it where they run.
NOT_AN_ANSWER = {
    "workflows/gates/views/standing.py",
    "workflows/gates/actions/signatures.py",
    "workflows/gates/actions/consents.py",
    "workflows/gates/views/consents.py",
    "workflows/journey/queries.py",
    "workflows/gates/forms/votes.py",
    "workflows/gates/forms/decisions.py",
    "workflows/sessions/actions/settling.py",
    "ideas/management/commands/found_city.py",
    "incubator/people/management/commands/hand_over_code.py",
    "incubator/people/views/guests.py",
    "workflows/management/commands/import_configuration.py",
    "workflows/management/commands/move_processes.py",
    # Its caller, `mend`, notes it.
    "incubator/people/views/account.py",
    "incubator/people/views/letterhead.py",
    "incubator/people/views/answers.py",
}


def test_whoever_catches_a_refusal_and_goes_on_says_so_in_the_log(settings: Any) -> None:
    silent = []
    for room in ("incubator", "ideas", "workflows"):
        for path in sorted((settings.ROOT / room).rglob("*.py")):
            name = str(path.relative_to(settings.ROOT))
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            for number, line in enumerate(lines):
                found = CAUGHT.match(line)
                if found is None or name in NOT_AN_ANSWER:
                    continue
                depth, inside = len(found[1]), ""
                for after in lines[number + 1 :]:
                    if after.strip() and len(after) - len(after.lstrip()) <= depth:
                        break
                    inside += after
                # What is joined with other faults is raised again as one.
                if "note(" not in inside and "refusals.append(" not in inside:
                    silent.append(f"{name}:{number + 1}")
    assert silent == []


def test_no_sentence_of_a_refusal_names_a_person(settings: Any) -> None:
    """The log has the sentence: what it is filled with may be a number, a state or a gate, never who."""
    named = []
    for room in ("incubator", "ideas", "workflows"):
        for path in sorted((settings.ROOT / room).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = (
                    call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
                )
                if called in ("Refusal", "NotAllowed", "NotFound", "Conflict", "Invalid", "TextConflict"):
                    texts = [one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant)]
                    said = " ".join(text for text in texts if isinstance(text, str))
                    if re.search(r"%\((name|person|title|email|staff_number)\)", said):
                        named.append(f"{path}:{call.lineno}")
    assert named == []


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


def test_files_too_large_are_one_line_in_the_log(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """The token that guards a form is read first: before the view, where Django would write a traceback too."""
    monkeypatch.setattr(receiving, "LARGEST_REQUEST", 1000)
    sent = {"file": SimpleUploadedFile("plan.pdf", b"x" * 2000)}
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    answer = strict.post("/posted", sent)
    assert answer.status_code == 413
    (line,) = written.getvalue().splitlines()
    assert "INFO travee.refusals refused too_large (413) at POST /posted" in line


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
