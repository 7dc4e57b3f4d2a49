"""The proof proved: broken in one place, the product is found out in a few histories, by the law that forbids it."""

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from ideas.acts import wait_for
from ideas.calls.models import Call
from incubator.people.models import Mandate
from tests.laws.game import Tally
from tests.laws.machine import Broken, played, staged
from workflows.gates import actions as gates
from workflows.gates.authority import Party
from workflows.gates.conflicts import Conflicts
from workflows.gates.models import Seat

# `bin/test` plays the histories; that they would notice is proved beside the other long proofs.
pytestmark = [pytest.mark.django_db, pytest.mark.prove]
Patch = pytest.MonkeyPatch
MOST = 60


def conflicts_are_not_looked_at(patch: Patch) -> None:
    def nothing(people: Any, *_about: Any) -> dict[int, Conflicts]:
        return {person.pk: Conflicts() for person in people}

    patch.setattr("workflows.gates.actions.votes.conflicts_of", nothing)


def an_event_is_appended_twice(patch: Patch) -> None:
    from incubator.events.actions import append

    def twice(**event: Any) -> Any:
        append(**event)
        return append(**event)

    patch.setattr("workflows.gates.actions.votes.append", twice)


def an_act_appends_nothing(patch: Patch) -> None:
    patch.setattr("workflows.journey.actions.submitting.tell", lambda *_: None)


def another_act_changes_the_call(patch: Patch) -> None:
    from workflows.sessions.actions import leave_out

    def leaving_out(**asked: Any) -> Any:
        Call.objects.filter(closes_at__isnull=False).update(places=9)
        return leave_out(**asked)

    patch.setattr("workflows.sessions.actions.leave_out", leaving_out)


def a_withdrawal_leaves_seats_open(patch: Patch) -> None:
    def void(idea: Any, reason: str) -> Any:
        effects = gates.void(idea, reason)
        Seat.objects.filter(round__idea=idea, state="closed").update(state="open", left_at=None)
        return effects

    class Leaky:
        def __getattr__(self, name: str) -> Any:
            return void if name == "void" else getattr(gates, name)

    patch.setattr("workflows.journey.actions.submitting.gates", Leaky())


def anyone_decides(patch: Patch) -> None:
    def right(_round: Any, _idea: Any, by: Any) -> list[Party]:
        return [Party(by.human, Mandate.objects.order_by("pk")[0])]

    patch.setattr("workflows.gates.authority.rights_to_decide", right)


def a_quorum_is_one_less(patch: Patch) -> None:
    from workflows.gates.rules.opinions import opinion

    def lenient(record: Any) -> Any:
        rules = record["rules"]
        return opinion({**record, "rules": {**rules, "quorum": rules.get("quorum", 1) - 1}})

    for room in ("workflows.gates.rules", "workflows.gates.rules.decisions", "workflows.gates.rules.replay"):
        patch.setattr(f"{room}.opinion", lenient)


def a_repeated_form_is_answered_anew(patch: Patch) -> None:
    patch.setattr("incubator.people.once._take", lambda *_: (True, ""))


def a_rework_takes_the_newest_rules(patch: Patch) -> None:
    from workflows.gates.configuration import pinned

    def newest(idea: Any, gate: str) -> Any:
        configuration, rules, number = pinned(idea, gate)
        return configuration, rules | {"max_reworks": 9} if number > 1 else rules, number

    patch.setattr("workflows.gates.actions.rounds.pinned", newest)


def an_idea_is_without_a_due_time(patch: Patch) -> None:
    from workflows.journey import arrivals

    place = arrivals._place

    def timeless(idea: Any, state: str, stage: str, holder: str, _due: Any) -> Any:
        return place(idea, state, stage, holder, None)

    patch.setattr("workflows.journey.arrivals._place", timeless)


def a_manager_is_told_of_a_submission(patch: Patch) -> None:
    from workflows.journey.actions.steps import tell

    def telling(idea: Any, verb: str, by: Any, *rest: Any) -> Any:
        manager = by.human.posts.exclude(line_manager=None).first().line_manager
        url = reverse("idea", args=[idea.key])
        wait_for([manager], idea=idea, key=f"know:{idea.key}", verb="rework", url=url)
        return tell(idea, verb, by, *rest)

    patch.setattr("workflows.journey.actions.submitting.tell", telling)


@pytest.mark.parametrize(
    ("breaks", "scene", "law", "wanted"),
    [
        (conflicts_are_not_looked_at, "selection", "law 1", ["note_link", "vote", "assign"]),
        (an_event_is_appended_twice, "selection", "law 4", []),
        (an_act_appends_nothing, "submission", "law 4", []),
        (
            another_act_changes_the_call,
            "session",
            "law 4: changed without an event: .'call call",
            ["leave_out"],
        ),
        (a_withdrawal_leaves_seats_open, "selection", "law 6", ["withdraw"]),
        (anyone_decides, "submission", "law (1|3)", []),
        (a_quorum_is_one_less, "launch", "law 2", ["time_passes", "decide"]),
        (a_repeated_form_is_answered_anew, "submission", "law 9", ["send_again"]),
        (a_rework_takes_the_newest_rules, "endings", "law 10", ["resubmit"]),
        (an_idea_is_without_a_due_time, "submission", "law 5", ["submit"]),
        (a_manager_is_told_of_a_submission, "submission", "law 11", ["submit"]),
    ],
)
def test_a_broken_product_is_found_out(
    breaks: Callable[[Patch], None],
    scene: str,
    law: str,
    wanted: list[str],
    quick_briefs: list[str],
    monkeypatch: Patch,
) -> None:
    with staged(scene) as city:
        breaks(monkeypatch)
        with pytest.raises(Broken, match=law):
            played(city, Tally(), histories=MOST, from_seed=5, wish=lambda: wanted)


def test_one_seed_plays_the_same_histories_whatever_is_loaded(
    quick_briefs: list[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """As after other tests, whose modules hypothesis would read for numbers to try."""

    def steps() -> set[Any]:
        tally = Tally()
        with staged("submission") as city:
            played(city, tally, histories=6, from_seed=4)
        return tally.known

    before = steps()
    numbers = tmp_path / "numbers_read_by_chance.py"
    numbers.write_text(f"NUMBERS = {[place * 1_000_003 for place in range(1, 400)]}\n")
    specification = spec_from_file_location("numbers_read_by_chance", numbers)
    assert specification is not None
    assert specification.loader is not None
    module = module_from_spec(specification)
    request.addfinalizer(lambda: sys.modules.pop("numbers_read_by_chance", None))
    sys.modules["numbers_read_by_chance"] = module
    specification.loader.exec_module(module)
    assert steps() == before
    assert before
