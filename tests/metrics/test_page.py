"""The page and its download: for all staff, in both languages, with the same figures hidden."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import DepartmentFactory, PersonFactory
from tests.metrics.conftest import submitted
from tests.metrics.test_figures import IN_MAY, staff
from workflows.metrics import tables
from workflows.metrics.models import PublishedTable
from workflows.metrics.tables import Table

pytestmark = pytest.mark.django_db
NAMES = ("=SOMME(A1)", "Deux", "Trois", "Quatre")


@pytest.fixture
def city() -> None:
    for name, size, took_part in zip(NAMES, (30, 31, 60, 61), (3, 12, 9, 8), strict=True):
        _place, people = staff(size, name=name)
        for person in people[:took_part]:
            submitted(IN_MAY, author=person)


def read(client: Client, path: str = "/metrics", person: Any = None, language: str = "en") -> str:
    client.force_login(person or PersonFactory())
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def downloaded(client: Client, path: str = "/metrics.csv") -> list[list[str]]:
    return list(csv.reader(io.StringIO(read(client, path).removeprefix("\ufeff")), delimiter=";"))


@pytest.mark.usefixtures("city")
def test_every_employee_reads_it_in_either_language(client: Client) -> None:
    shown = read(client)
    assert "In six sentences" in shown
    assert "1 January 2026" in shown.replace("\u00a0", " ")
    assert "17.6% of staff proposed an idea" in shown
    french = read(client, language="fr")
    assert "En six phrases" in french
    assert "17,6\u00a0% du personnel" in french


@pytest.mark.usefixtures("city")
def test_hidden_figures_are_in_no_response(client: Client) -> None:
    shown = read(client)
    rows = {row.split("</th>")[0]: row for row in shown.split('<th scope="row">')[1:]}
    assert set(rows) & set(NAMES) == {"Trois", "Quatre"}
    (together,) = (row for name, row in rows.items() if "2 others together" in name + row)
    assert re.findall(r">([^<>]+)</td>", together) == ["15", "61", "24.6%"]
    assert re.findall(r"<li>([^<]+)</li>", together) == ["=SOMME(A1)", "Deux"]
    assert ">30<" not in shown
    assert ">12<" not in shown
    assert ">s</td>" not in shown.split("participation")[-1]


def test_where_no_direction_may_be_shown_a_sentence_says_so(client: Client) -> None:
    for number in range(6):
        _place, people = staff(20, name=f"Direction {number}")
        submitted(IN_MAY, author=people[0])
    shown = read(client)
    assert "6 of 120 people took part. By direction nothing can be shown" in shown
    assert "Direction 3" not in shown
    assert 'scope="row">All services' not in shown
    found = {row[0]: row[1:] for row in downloaded(client) if row}
    assert found["Direction 3"] == ["s", "s", "s"]
    assert found["All services"] == ["6", "120", "5.0%"]


def test_two_hidden_pairs_are_shown_as_one_sum(client: Client) -> None:
    """Their sums apart are large enough, but whoever knows one of a pair would know the other."""
    for name, size, took_part in (
        ("Un", 30, 3), ("Deux", 31, 12), ("Trois", 40, 4), ("Quatre", 41, 9), ("Cinq", 60, 9), ("Six", 61, 8),
    ):  # fmt: skip
        _place, people = staff(size, name=name)
        for person in people[:took_part]:
            submitted(IN_MAY, author=person)
    found = {row[0]: row[1:] for row in downloaded(client) if row}
    assert found["4 others together"] == ["28", "142", "19.7%"]
    assert found["All services"] == ["45", "263", "17.1%"]
    assert len(PublishedTable.objects.get().content["hidden"]) == 2
    shown = read(client)
    assert not any(f">{number}<" in shown for number in (15, 13, 81))


@pytest.mark.usefixtures("city")
def test_the_download_says_what_the_page_says_and_computes_nothing(client: Client) -> None:
    rows = downloaded(client)
    found = {row[0]: row[1:] for row in rows if row}
    assert found["'=SOMME(A1)"] == found["Deux"] == ["s", "s", "s"]
    assert found["2 others together"] == ["15", "61", "24.6%"]
    assert found["Trois"] == ["9", "60", "15.0%"]
    assert found["All services"] == ["32", "182", "17.6%"]
    shown = read(client)
    for row in rows:
        for cell in row:
            assert cell.removeprefix("'") in shown, cell


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_no_cell_is_a_formula(cells: list[str]) -> None:
    text = tables.as_csv([Table(cells[0], cells, [cells])]).removeprefix("\ufeff")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
        for cell in row:
            assert not cell.strip().startswith(("=", "+", "-", "@"))


@pytest.mark.usefixtures("city")
def test_reading_twice_publishes_once_and_another_half_year_apart(client: Client) -> None:
    submitted(IN_MAY + 180, author=PersonFactory(employed=True))
    read(client)
    read(client)
    read(client, "/metrics?period=2025-2")
    assert set(PublishedTable.objects.values_list("starts_on", flat=True)) == {
        date(2026, 1, 1),
        date(2025, 7, 1),
    }


@pytest.mark.parametrize("period", ["2026-2", "2019-1", "x", ""])
@pytest.mark.usefixtures("city")
def test_a_half_year_that_is_not_over_or_never_was_is_not_there(client: Client, period: str) -> None:
    client.force_login(PersonFactory())
    assert client.get("/metrics", {"period": period}).status_code == 404
    assert client.get("/metrics.csv", {"period": period}).status_code == 404
    assert not PublishedTable.objects.exists()


def test_an_empty_programme_has_its_page_and_its_download(client: Client) -> None:
    assert "No idea is under way." in read(client)
    assert downloaded(client)


def test_guests_and_strangers_do_not_read_it(client: Client) -> None:
    assert client.get("/metrics").status_code == 302
    client.force_login(PersonFactory(guest=True))
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics.csv").status_code == 403


def test_the_same_queries_for_one_idea_and_for_many(client: Client) -> None:
    person = PersonFactory()
    place = DepartmentFactory()
    numbers = []
    for more in (1, 20):
        for _ in range(more):
            submitted(IN_MAY, author=PersonFactory(employed=True, employed__department=place))
        read(client, person=person)
        with CaptureQueriesContext(connection) as captured:
            client.get("/metrics")
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] <= 14
