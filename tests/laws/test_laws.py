"""Laws 1 to 6 and 9 to 11, over random histories of real acts on real PostgreSQL.

Seeds are fixed: the same histories each time, until an act or a rule changes. A scene plays on until each act and
outcome it has to show has happened, so that no history stands for one that never came about.
"""

import pytest

from tests.laws.counted import count
from tests.laws.game import FULL, Tally
from tests.laws.machine import KINDS, STEPS, Broken, played, shortest, staged
from tests.laws.scenes import SCENES
from tests.laws.unasked import UNASKED
from workflows import flows
from workflows.gates.models import Decision
from workflows.nodes import Station

pytestmark = pytest.mark.django_db
# Full histories of each scene; together at least 150, in the long proof 2,000.
HISTORIES = 8
IN_PROVE = 106
MOST_BATCHES = 40

# What has to happen in the histories of a scene: acts, outcomes, and what comes about unasked.
SHOWS = {
    "submission": "submit admit vote decide sign_second G0:stop G0:go G0:rework"
    " G0:redirect G0:merge undo_merge keep_decision",
    "selection": "vote_again open_others step_aside note_link change_seat seat_by_hand withdraw"
    " decide_early late_vote G1:go G1:go_with_conditions G1:rework G1:hold G1:stop",
    "far_apart": "call_discussion ask_after",
    "handed_on": "consent decline_consent",
    "sponsorship_": "ask_sponsor promise decline_pledge withdraw_pledge take_back_question ask_time time_opinion"
    " sign_time refuse_time arbitrate_time take_back_time confirm_budget save_plan",
    "left": "carry_on",
    "promised": "request_launch",
    "launch": "G2:go G2:stop give_mandate end_mandate mandate_lapsed ask_expert answer_expert close_question",
    "pilot": "check_in report_incident close_incident end_pilot depart assign",
    "end_of_pilot": "hand_over G3:go G3:extend time_passes",
    "evaluation": "name_evaluator deliver relieve name_run_owner begin_configuration edit_configuration"
    " check_configuration publish_configuration retire_configuration",
    "investment": "G4:scale G4:transfer G4:extend G4:stop declare_absence end_absence grant_role end_grant",
    "in_service": "read_benefits",
    "service": "report_done send_up L:go L:stop L:to_programme",
    "fast_lane": "F:go F:to_programme F:stop decline_signature decide_anew invite answer_invitation leave_team",
    "endings": "resubmit wake woken_by_clock ask_reexamination answer_reexamination hand_over_answer send_again"
    " report_condition confirm_condition add_learning G0:hold G0:go_with_conditions",
    "session": "change_call prepare call_member leave_out convene cancel open_session arrive postpone excuse_member",
    "room": "vote_in_room vote_in_room_again step_out go_out note_reasons settle decide_in_session",
    "places": "close_session moved_up",
}


# What leads there: without it, wishing for the end alone would wait for luck. Outcomes ask for votes and a decision.
BEFORE = {
    "check_configuration": "begin_configuration edit_configuration",
    "publish_configuration": "begin_configuration edit_configuration check_configuration",
    "retire_configuration": "begin_configuration edit_configuration check_configuration publish_configuration",
    "ask_after": "time_passes",
    "end_absence": "declare_absence",
    "end_grant": "grant_role",
    "end_mandate": "give_mandate",
    "report_condition": "resubmit admit G0:go_with_conditions",
    "moved_up": "withdraw",
    "late_vote": "time_passes vote",
    "mandate_lapsed": "give_mandate time_passes",
    "woken_by_clock": "time_passes",
}


def shows(scene: str) -> list[str]:
    return [one.replace(":", " ") for one in SHOWS[scene].split()]


def missing(scene: str, tally: Tally) -> list[str]:
    happened = tally.done + tally.outcomes + tally.unasked
    return [one for one in shows(scene) if not happened[one]]


def wished(scene: str, tally: Tally) -> list[str]:
    """What has not happened yet, and what leads to it."""
    lacking = missing(scene, tally)
    before = [BEFORE.get(one, "vote decide" if " " in one else "") for one in lacking]
    return lacking + [one.replace(":", " ") for one in " ".join(before).split()]


@pytest.mark.parametrize("scene", list(SCENES))
def test_the_laws_hold_from(scene: str, quick_briefs: list[str], request: pytest.FixtureRequest) -> None:
    tally = Tally()

    def wish() -> list[str]:
        return wished(scene, tally)

    with staged(scene) as city:
        try:
            for batch in range(1, MOST_BATCHES):
                played(city, tally, histories=HISTORIES if batch == 1 else 3, from_seed=batch, wish=wish)
                if tally.full >= HISTORIES and not wish():
                    break
        except Broken as broken:
            raise shortest(city, broken) from None
    count(request.config, tally)
    assert not missing(scene, tally), (
        f"never happened: {missing(scene, tally)}; done {tally.done} {tally.outcomes} {tally.unasked}"
    )
    assert tally.full >= HISTORIES, f"{tally.full} full histories of {tally.histories}"
    assert tally.refusals, "nobody was refused anything"


@pytest.mark.prove
@pytest.mark.parametrize("scene", list(SCENES))
def test_the_laws_hold_for_long_from(
    scene: str, quick_briefs: list[str], request: pytest.FixtureRequest
) -> None:
    tally = Tally()
    with staged(scene) as city:
        try:
            for batch in range(MOST_BATCHES):
                longer = 2 if batch % 8 == 7 else 1
                steps, acts = longer * STEPS, longer * FULL
                played(city, tally, histories=IN_PROVE // 8, from_seed=100 + batch, steps=steps, acts=acts)
                if tally.full >= IN_PROVE:
                    break
        except Broken as broken:
            raise shortest(city, broken) from None
    count(request.config, tally)
    assert tally.full >= IN_PROVE, f"{tally.full} full histories of {tally.histories}"


def test_every_kind_of_act_and_every_outcome_has_to_be_shown() -> None:
    assert len(SCENES) * HISTORIES >= 150
    assert len(SCENES) * IN_PROVE >= 2000
    shown = {one for scene in SCENES for one in shows(scene)}
    assert shown >= set(KINDS), f"acts that no scene has to show: {set(KINDS) - shown}"
    assert shown >= set(UNASKED), (
        f"what comes about unasked, and no scene has to show: {set(UNASKED) - shown}"
    )
    nodes = [node for flow in flows.ROUTES for node in flow.instance.nodes() if isinstance(node, Station)]
    known = {way for node in nodes if node.gate for way in node.ways} & set(Decision.Outcome.values)
    outcomes = {one.split(" ")[1] for one in shown if " " in one}
    assert outcomes >= known, f"outcomes that no scene has to show: {known - outcomes}"
