"""Rows hold the names of flows and nodes: each one ever released still resolves."""

from pathlib import Path

import pytest
from viewflow.workflow.fields import import_flow_by_ref, import_task_by_ref

from workflows import flows

RELEASED = Path(flows.__file__).with_name("released.txt")


def released() -> list[str]:
    lines = RELEASED.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def is_node(name: str) -> bool:
    return name.rpartition(".")[0].count(".") >= 1


@pytest.mark.parametrize("name", released())
def test_a_name_ever_released_resolves(name: str) -> None:
    if is_node(name):
        node = import_task_by_ref(name)
        assert node is not None, f"rows hold {name}, and no flow has it"
        assert node.task_type != "OBSOLETE", f"rows hold {name}: their tasks could only be cancelled"
        assert (str(node.flow_class), node.name) == tuple(name.rsplit(".", 1))
    else:
        assert str(import_flow_by_ref(name)) == name


def test_each_name_there_is_now_is_released() -> None:
    here = {str(flow) for flow in flows.ROUTES}
    here |= {
        f"{flow}.{node.name}"
        for flow in flows.ROUTES
        for node in flow.instance.nodes()
        if node.task_type != "OBSOLETE"  # no row ever names it
    }
    assert here <= set(released()), f"add to {RELEASED.name}: {sorted(here - set(released()))}"


def test_a_name_is_listed_once() -> None:
    assert len(released()) == len(set(released()))


def test_a_name_that_is_gone_fails() -> None:
    """What the first test would see after a rename."""
    node = import_task_by_ref("workflows/flows.StandardFlow.no_such_node")
    assert node is None or node.task_type == "OBSOLETE"
