"""An installation with the demo city's accounts does not pass for a real one."""

import pytest
from django.core import checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from incubator.people import demo
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def found(databases: list[str]) -> list[str]:
    return [str(one.id) for one in checks.run_checks(tags=[checks.Tags.database], databases=databases)]


def test_production_with_an_account_of_the_demo_city_is_an_error(settings) -> None:
    settings.PRODUCTION = True
    PersonFactory()
    assert "people.E001" not in found(["default"])
    PersonFactory(password=demo.password())
    assert "people.E001" in found(["default"])
    assert "people.E001" not in found([])
    with pytest.raises(SystemCheckError, match="demo city"):
        call_command("check", databases=["default"])
    settings.PRODUCTION = False
    assert "people.E001" not in found(["default"])
