"""What the rooms above do when a person leaves, or a right ends or begins. They say so in `AppConfig.ready`.

A handler runs in the transaction of the act, after this room has ended what is its own: the person is inactive,
grants and mandates are over (so `grants.holders` names others), and absences still stand (so
`grants.deputies_of` answers). A handler locks the ideas it changes itself, in id order, and may be run again.
"""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person, RoleGrant

OnDeparture = Callable[[Person, date, Actor], None]
OnGrantEnd = Callable[[RoleGrant, Actor], None]
OnGrantGiven = Callable[[RoleGrant, Actor], None]
OnMandateEnd = Callable[[Mandate, Actor], None]
OnMandateGiven = Callable[[Mandate, Actor], None]
OnCloseness = Callable[[Person | None], None]
OnAbsence = Callable[[Person], None]
_Handler = TypeVar("_Handler")

_departures: list[tuple[int, OnDeparture]] = []
_grant_ends: list[tuple[int, OnGrantEnd]] = []
_grants_given: list[tuple[int, OnGrantGiven]] = []
_mandate_ends: list[tuple[int, OnMandateEnd]] = []
_mandates_given: list[tuple[int, OnMandateGiven]] = []
_closeness: list[tuple[int, OnCloseness]] = []
_absences: list[tuple[int, OnAbsence]] = []


def on_departure(handler: OnDeparture, *, order: int = 100) -> None:
    """`handler(person, on, by)`; lower orders first, equal ones as registered."""
    _add(_departures, handler, order)


def on_grant_end(handler: OnGrantEnd, *, order: int = 100) -> None:
    """`handler(grant, by)` when a role is taken back; not when a person leaves, nor when its last day passes."""
    _add(_grant_ends, handler, order)


def on_grant_given(handler: OnGrantGiven, *, order: int = 100) -> None:
    """`handler(grant, by)` when a role is given, also for a later day; not when that day comes."""
    _add(_grants_given, handler, order)


def on_mandate_end(handler: OnMandateEnd, *, order: int = 100) -> None:
    """`handler(mandate, by)` when a mandate is ended; not when a person leaves, nor when its last day passes."""
    _add(_mandate_ends, handler, order)


def on_mandate_given(handler: OnMandateGiven, *, order: int = 100) -> None:
    """`handler(mandate, by)` when a mandate is given, also for a later day; not when that day comes."""
    _add(_mandates_given, handler, order)


def on_closeness(handler: OnCloseness, *, order: int = 100) -> None:
    """`handler(person)` when whom people are close to may have changed: the person who noted a private link, or
    None when posts or managers changed (which concerns whole lines of people)."""
    _add(_closeness, handler, order)


def on_absence(handler: OnAbsence, *, order: int = 100) -> None:
    """`handler(person)` when an absence is noted or ended, also one to come; not when its first or last day comes."""
    _add(_absences, handler, order)


def departed(person: Person, on: date, by: Actor) -> None:
    for _order, handler in _departures:
        handler(person, on, by)


def grant_ended(grant: RoleGrant, by: Actor) -> None:
    for _order, handler in _grant_ends:
        handler(grant, by)


def grant_given(grant: RoleGrant, by: Actor) -> None:
    for _order, handler in _grants_given:
        handler(grant, by)


def mandate_ended(mandate: Mandate, by: Actor) -> None:
    for _order, handler in _mandate_ends:
        handler(mandate, by)


def mandate_given(mandate: Mandate, by: Actor) -> None:
    for _order, handler in _mandates_given:
        handler(mandate, by)


def closeness_changed(person: Person | None = None) -> None:
    for _order, handler in _closeness:
        handler(person)


def absence_changed(person: Person) -> None:
    for _order, handler in _absences:
        handler(person)


def _add(handlers: list[tuple[int, _Handler]], handler: _Handler, order: int) -> None:
    handlers.append((order, handler))
    handlers.sort(key=lambda pair: pair[0])
