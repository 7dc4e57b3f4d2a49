"""Each failure of the checker is a sentence with a link to the field: the page it leads to has that very place."""

from typing import Any

import pytest
from django.utils import translation

from ideas.calls.models import Programme
from incubator.lib import clock
from tests.gates import configurations as cases
from tests.gates.stage import signed_in
from tests.gates.test_configuration_rules import CHECKED
from tests.journey.cast import Cast
from workflows.gates.configuration import rules, settings, views, wording
from workflows.gates.models import Configuration

pytestmark = pytest.mark.django_db
# Those whose sentence counts, beside the table of sentences.
COUNTING = {"too_few_for_ideas", "no_chair_for_ideas", "no_diversity_for_ideas", "no_director_signs"}
SHOWN = {"/gates/G2/voters_hidden": False, "/gates/G2/quorum": 1}
CASES = CHECKED | {
    "a call hides one voter": (
        SHOWN | {"/gates/G2/seats": 1},
        {"hiding_calls": cases.CALLS},
        "one_voter_hidden_by_call",
        "/gates/G2/seats",
    ),
    "a call hides a quorum of one": (
        SHOWN,
        {"hiding_calls": cases.CALLS},
        "quorum_of_one_hidden_by_call",
        "/gates/G2/quorum",
    ),
}


def test_every_code_of_a_problem_is_among_the_cases() -> None:
    assert {code for _changes, _facts, code, _pointer in CASES.values()} == (set(wording.PROBLEMS) | COUNTING)


def test_every_problem_leads_to_a_place_that_is_there() -> None:
    city, pages = Cast(), dict[str, str]()
    client = signed_in(city.lead)
    draft = Configuration.objects.create(
        programme=Programme.objects.get(),
        version=1,
        document=cases.document(),
        begun_at=clock.now(),
        changed_at=clock.now(),
        changed_by=city.lead,
    )
    for name, (changes, facts, code, pointer) in CASES.items():
        draft.document = cases.changed(changes)
        found = [item for item in rules.problems(draft.document, cases.city(**facts)) if item.code == code]
        assert pointer in [item.pointer for item in found], name
        for item in found:
            address, _stroke, anchor = views._address(draft, item.pointer).partition("#")
            shown = f"{address} {settings_shown(draft.document, item.pointer)}"
            if shown not in pages:
                draft.save(update_fields=["document"])
                answer = client.get(address)
                assert answer.status_code == 200
                pages[shown] = answer.content.decode()
            assert anchor, f"{name}: {item.pointer} leads to a page, not to a field"
            assert f'id="{anchor}"' in pages[shown], f"{name}: {item.pointer}"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_an_earlier_version_found_is_said_too(language: str) -> None:
    """A draft keeps its findings over an update, and its page is still there."""
    with translation.override(language):
        said = wording.problem(rules.Problem("found_once", "/gates/G1/seats", {"gate": "G1"}))
    assert said.startswith("Quelque chose" if language == "fr" else "Something")


def settings_shown(document: dict[str, Any], pointer: str) -> list[str]:
    """The names of the fields of the section a pointer leads to: two documents with the same show the same page."""
    groups = settings.groups(document, settings.section_of(pointer))
    return [setting.name for group in groups for setting in (*group.settings, *group.details)]
