"""The database the tests and the demo stand on."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_capitals_with_accents_are_folded() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select lower('ÉCOLE ŒUVRE')")
        assert cursor.fetchone() == ("école œuvre",)


@pytest.mark.django_db
def test_a_wait_for_a_row_ends() -> None:
    with connection.cursor() as cursor:
        cursor.execute("show lock_timeout")
        assert cursor.fetchone() == ("3s",)


@pytest.mark.django_db
def test_every_model_has_its_migration() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
