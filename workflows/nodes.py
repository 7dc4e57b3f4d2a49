"""Our viewflow nodes: stations where an idea waits, left by a named outcome. The only user of viewflow's engine.

A station is one task; a gate's panel is rows. Between two stations stands no gateway task: the station knows
which outcome leads where, so a move is one task closed and one opened.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Edge
from viewflow.workflow.fields import import_flow_by_ref
from viewflow.workflow.models import Task
from viewflow.workflow.nodes.end import EndActivation
from viewflow.workflow.nodes.handle import HandleActivation
from viewflow.workflow.status import STATUS

from ideas.drafting.models import Idea
from ideas.lock import forget, is_locked, locked, read_once
from incubator.events.actions import effect
from incubator.lib import clock
from incubator.lib.built_once import BuiltOnce, Given
from incubator.people.actors import Actor


@dataclass
class Movement:
    """One act's way through the flow: the locked idea, who acts, the decision or hold that causes it, if one does,
    and the effects gathered for the act's event."""

    idea: Idea
    by: Actor
    cause: Any = None
    effects: list[dict[str, Any]] = field(default_factory=list)


_movement: ContextVar[Movement] = ContextVar("movement")


class IdeaLock:
    """viewflow's lock on a process is the idea's row; nothing to do when the running action holds it already."""

    @contextmanager
    def __call__(self, flow_class: Any, process_pk: int) -> Iterator[None]:
        idea_pk = flow_class.process_class.objects.values_list("idea", flat=True).get(pk=process_pk)
        if is_locked(idea_pk):
            with transaction.atomic():
                yield
        else:
            with locked(idea_pk):
                yield


class StationActivation(HandleActivation):
    """Entering a station runs its `enter` function with the movement; leaving it follows the outcome."""

    outcome = ""

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> "StationActivation":
        activation: StationActivation = super().create(
            flow_task, prev_activation, token, data=data, seed=seed
        )
        if flow_task.enter is not None:
            flow_task.enter(_movement.get())
        return activation

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Any]:
        yield self.flow_task.way(self.outcome)._create(self, self.task.token)


class Station(flow.Handle):
    """A node where an idea waits for someone: `Station(enter=this.enter_x).On("go", this.y).On("stop", this.z)`."""

    task_type = "STATION"
    activation_class = StationActivation

    def __init__(self, enter: Any = None, gate: str = "", holder: str = "") -> None:
        """`enter`: what arriving does; `gate`: whose round it opens; `holder`: who has the idea there (the picture)."""
        super().__init__()
        self.enter: Callable[[Movement], None] | None = enter
        self.gate = gate
        self.holder = holder
        self.ways: dict[str, Any] = {}

    def On(self, *outcomes_then_node: Any) -> "Station":  # noqa: N802 - viewflow's way of naming
        """The last argument is the node that each of the outcomes before it leads to."""
        *outcomes, node = outcomes_then_node
        self.ways.update(dict.fromkeys(outcomes, node))
        return self

    def way(self, outcome: str) -> Any:
        """The node an outcome leads to. Raises KeyError for one this station does not know: a defect, not a refusal."""
        return self.ways[outcome]

    def _resolve(self, cls: Any) -> None:
        super()._resolve(cls)
        self.enter = this.resolve(cls, self.enter)
        self.ways = {outcome: this.resolve(cls, node) for outcome, node in self.ways.items()}

    def _outgoing(self) -> Iterator[Edge]:
        for outcome, node in self.ways.items():
            yield Edge(src=self, dst=node, edge_class="next", label=outcome)


class ProcessEndActivation(EndActivation):
    """An idea waits at one station at a time: with it the process is over, and there is nothing left to count."""

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> "ProcessEndActivation":
        now, process = clock.now(), prev_activation.process
        task = Task(
            process=process, flow_task=flow_task, token=token, status=STATUS.DONE, started=now, finished=now
        )
        task.save()
        task.previous.add(prev_activation.task)
        process.status, process.finished = STATUS.DONE, now
        process.save(update_fields=["status", "finished"])
        return cls(task)


class ProcessEnd(flow.End):
    """Where an idea's process ends, written in one go."""

    activation_class = ProcessEndActivation


class OtherRoute(ProcessEnd):
    """An end after which the idea goes on in another flow, named by its stored reference."""

    def __init__(self, flow_reference: str) -> None:
        super().__init__()
        self.flow_reference = flow_reference


def start(flow_reference: str, idea: Idea, by: Actor) -> list[dict[str, Any]]:
    """Start the flow named by its stored reference for an idea whose lock is held; gives the effects.

    The idea's route is the flow's from then on.
    """
    flow_class = import_flow_by_ref(flow_reference)
    forget(idea.pk, WAITING)
    movement = Movement(idea, by)
    if idea.route != flow_class.route:
        movement.effects.append(effect("route", idea.route, flow_class.route))
        idea.route = flow_class.route
    first = _begun(flow_class, idea)
    if first.enter is not None:
        first.enter(movement)
    return movement.effects


def _begun(flow_class: Any, idea: Idea) -> Station:
    """A new process of the idea, past its beginning; gives its first station. Both tasks are one statement."""
    now, beginning = clock.now(), flow_class.start
    first: Station = beginning._next
    process = flow_class.process_class.objects.create(flow_class=flow_class, idea=idea)
    passed = Task(
        process=process,
        flow_task=beginning,
        flow_task_type=beginning.task_type,
        status=STATUS.DONE,
        started=now,
        finished=now,
    )
    waiting = Task(process=process, flow_task=first, flow_task_type=first.task_type)
    Task.objects.bulk_create([passed, waiting])
    waiting.previous.add(passed)
    return first


def move(idea: Idea, outcome: str, by: Actor, cause: Any = None) -> list[dict[str, Any]]:
    """Leave the station where the idea waits by `outcome`; gives the effects of arriving at the next.

    The caller holds the idea's lock and saves the idea afterwards: stations write on this very instance.
    """
    task = open_task(idea)
    forget(idea.pk, WAITING)
    movement = Movement(idea, by, cause)
    with _moving(movement):
        activation = task.flow_task.activation_class(task)
        activation.run(None)
        activation.outcome = outcome
        node = activation.flow_task.way(outcome)
        activation.execute()
    if isinstance(node, OtherRoute):
        return movement.effects + start(node.flow_reference, idea, by)
    return movement.effects


def open_task(idea: Idea) -> Task:
    """The task of the station where the idea waits now. Raises Task.DoesNotExist when its process has ended."""
    found = _open_tasks(idea)
    if len(found) != 1:
        raise Task.DoesNotExist(f"{len(found)} open tasks of idea {idea.pk}")
    return found[0]


def _open_tasks(idea: Idea) -> list[Task]:
    """An act that holds the idea's lock asks once, until it moves the idea."""
    return read_once(idea.pk, WAITING, lambda: OPEN_TASKS.all(idea=idea.pk))


WAITING = "open tasks"
OPEN_TASKS = BuiltOnce(
    lambda: Task.objects.select_related("process__ideaprocess").filter(
        process__ideaprocess__idea=Given("idea"), finished=None
    )
)


def station_of(idea: Idea) -> str:
    """The name of the station where the idea waits; '' when its process has ended or never began."""
    task = min(_open_tasks(idea), key=lambda task: task.pk, default=None)
    return task.flow_task.name if task and task.flow_task else ""


class Unmovable(Exception):
    """A process cannot be moved to another flow; `names` are the nodes it passed that the flow does not have, or the
    one where an idea cannot wait."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def flow_named(flow_reference: str) -> Any:
    """The flow class of a stored reference such as `workflows/flows.StandardFlow`. Raises LookupError without one."""
    try:
        found = import_flow_by_ref(flow_reference) if flow_reference.count("/") == 1 else None
    except (AssertionError, ImportError, TypeError) as error:
        raise LookupError(flow_reference) from error
    if found is None:
        raise LookupError(flow_reference)
    return found


def running_in(flow_reference: str) -> QuerySet[Task]:
    """The open tasks of a flow's running processes."""
    found: QuerySet[Task] = Task.objects.filter(
        finished=None, process__finished=None, process__flow_class=flow_reference
    )
    return found.order_by("process__ideaprocess__idea_id")


def transfer(idea: Idea, from_reference: str, to_reference: str, renamed: Mapping[str, str]) -> str:
    """Put the idea's running process, and every task it passed, into another flow class; gives the station's name.

    `renamed`: name of a node → its name in the new flow, where it is another. The idea's lock is held. '' when no
    process of the idea runs in the first flow (done already). Raises Unmovable, and then nothing is changed.
    """
    assert is_locked(idea.pk), "a process is moved under the idea's lock"
    process = idea.processes.filter(finished=None, flow_class=from_reference).first()
    if process is None:
        return ""
    forget(idea.pk, WAITING)
    known = {node.name: node for node in flow_named(to_reference).instance.nodes()}
    tasks = list(Task.objects.filter(process=process).order_by("pk").only("pk", "flow_task", "finished"))
    names = {task.pk: renamed.get(task.flow_task.name, task.flow_task.name) for task in tasks}
    if missing := sorted(set(names.values()) - set(known)):
        raise Unmovable(missing)
    station: str = next(names[task.pk] for task in tasks if task.finished is None)
    if not isinstance(known[station], Station):
        raise Unmovable([station])
    for name in set(names.values()):
        here = [pk for pk, own in names.items() if own == name]
        Task.objects.filter(pk__in=here).update(flow_task=f"{to_reference}.{name}")
    type(process).objects.filter(pk=process.pk).update(flow_class=to_reference)
    return station


@contextmanager
def _moving(movement: Movement) -> Iterator[None]:
    token = _movement.set(movement)
    try:
        yield
    finally:
        _movement.reset(token)
