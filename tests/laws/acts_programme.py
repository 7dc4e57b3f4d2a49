"""The process is changed while rounds run; time passes; a form is sent twice; the worker comes."""

import copy
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ideas.calls import actions as calls
from ideas.calls.models import Call, Programme
from incubator.lib import clock
from incubator.people.actors import Actor
from tests.laws import who
from tests.laws.game import Game, Try, Violation, act, press
from tests.laws.seen import Row, Seen, look
from workflows.clock import asking
from workflows.clock.actions import tick
from workflows.gates.configuration import actions as configurations
from workflows.gates.jobs import a_new_day
from workflows.gates.models import Configuration

PARIS = ZoneInfo("Europe/Paris")


def changing(seen: Seen) -> who.Rights:
    """Leads and administrators, and who stands in for one."""
    return who.lent(seen, who.holding(seen, "programme_lead", "administrator"))


def on_programme(seen: Seen) -> tuple[str, str]:
    return "programme", str(seen.programme[0].subject_key)


def drafts(seen: Seen) -> list[Row]:
    return [row for row in seen.configuration if row.state in ("draft", "checked")]


@act(lambda seen: [] if drafts(seen) else [True], weight=2)
def begin_configuration(game: Game, _target: Any) -> Try:
    def run(by: Actor) -> object:
        return configurations.begin_draft(by=by, programme=Programme.objects.select_related("entity").get())

    return Try("a configuration begun", changing(game.seen), run, on_programme(game.seen))


@act(drafts, weight=4)
def edit_configuration(game: Game, row: Row) -> Try | None:
    picks = game.picks
    gate, changes = (
        picks.of(["G1", "G2", "G4"]),
        {"quorum": picks.of([2, 3, 1, 9]), "opinion": picks.of(["simple", "binding"])},
    )
    document = copy.deepcopy(Configuration.objects.get(pk=row.id).document)
    before = copy.deepcopy(document)
    document["gates"][gate] |= changes
    if document == before:
        return None

    def run(by: Actor) -> object:
        return configurations.edit(by=by, key=row.key, revision=row.revision, document=document)

    return Try(f"{gate} changed: {changes}", changing(game.seen), run, on_programme(game.seen))


@act(lambda seen: [row for row in drafts(seen) if row.revision > 1 and row.state == "draft"], weight=4)
def check_configuration(game: Game, row: Row) -> Try:
    run = configurations.check
    return Try("a check", changing(game.seen), lambda by: run(by=by, key=row.key), on_programme(game.seen))


@act(lambda seen: seen.where("configuration", state="checked"), weight=8)
def publish_configuration(game: Game, row: Row) -> Try:
    def run(by: Actor) -> object:
        return configurations.publish(by=by, key=row.key, revision=row.revision)

    return Try("published", changing(game.seen), run, on_programme(game.seen))


@act(drafts, weight=1)
def retire_configuration(game: Game, row: Row) -> Try:
    def run(by: Actor) -> object:
        return configurations.retire(by=by, key=row.key, revision=row.revision)

    return Try("set aside", changing(game.seen), run, on_programme(game.seen))


@act(lambda seen: [row for row in seen.call if row.closes_at], weight=1)
def change_call(game: Game, row: Row) -> Try | None:
    """Its words, its places, its end: put off, or in five minutes. Never nothing: that appends no event."""
    call, soon = (
        Call.objects.select_related("programme__entity").get(pk=row.id),
        clock.now() + timedelta(minutes=5),
    )
    name, value = game.picks.of(
        [
            ("title_fr", f"{call.title_fr} !"),
            ("places", (call.places or 0) + 1),
            ("closes_at", soon + timedelta(days=30)),
            ("closes_at", soon),
        ]
    )

    def run(by: Actor) -> object:
        return calls.change_call(by=by, call=call, **{name: value})

    return Try(f"{name} of the call changed", changing(game.seen), run, ("call", str(row.key)))


def _next_due(seen: Seen) -> datetime | None:
    """Just after the next thing that is due."""
    now = seen.now.isoformat()
    times = [row.due_at for row in seen.idea + seen.workitem + seen.gateround if row.due_at]
    times += [f"{row.until}T23:59:00+00:00" for row in seen.hold if row.until and row.woken_at is None]
    coming = sorted(time for time in times if time > now)
    return datetime.fromisoformat(coming[0]) + timedelta(minutes=5) if coming else None


@act(lambda _seen: [True], weight=6)
def time_passes(game: Game, _target: Any) -> Try:
    """To the next morning, a week or a month on, or past the next due time; then the clock's duties are done."""
    now = clock.now()
    morning = datetime.combine(now.astimezone(PARIS).date(), datetime.min.time(), PARIS).replace(hour=9)
    to = game.picks.of([_next_due(game.seen), 1, _next_due(game.seen), 5, 30]) or 1
    at = to if isinstance(to, datetime) else morning + timedelta(days=to)

    def run(_by: None) -> object:
        game.move_clock(at)
        counted = tick()
        if counted["failed"]:
            raise Violation(f"the clock failed at {counted['failed']} steps")
        a_new_day()
        return counted

    return Try(f"time passes to {at:%d %B %H:%M}", None, run)


def _told_late(seen: Seen) -> list[str]:
    told = [row for row in seen.workitem if row.key.startswith("late:") and row.subject_kind == "idea"]
    return list(dict.fromkeys(row.key for row in told))


@act(_told_late, weight=2)
def ask_after(game: Game, late: str) -> Try:
    """Whoever was told that work is late has asked what it needs."""
    told = [row for row in game.seen.workitem if row.key == late]
    rights = who.lent(game.seen, [row.person_id for row in told])

    def run(by: Actor) -> object:
        return asking.ask_after(late=late, by=by, line=game.picks.of(["", "Que vous faut-il ?"]))

    return Try("asking after late work", rights, run, ("idea", told[0].subject_key))


@act(lambda seen: [True], weight=2)
def send_again(game: Game, _target: Any) -> None:
    """Law 9: a form that was answered is sent again, later; it is answered as it was, and nothing changes."""
    if not game.pressed:
        return
    person, key, where = game.picks.of(game.pressed)

    def run() -> None:
        raise Violation("law 9: a repeated request was acted on again")

    before = look(game.heads.last)
    if press(person, key, run, "/another/") != where:
        raise Violation("law 9: a repeated request got another answer")
    after = look(game.heads.last)
    if after.text != before.text or after.events:
        raise Violation("law 9: a repeated request changed something")
    game.done["send_again"] += 1
