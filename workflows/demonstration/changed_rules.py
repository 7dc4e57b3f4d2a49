"""How the programme was changed while it ran, as `fixtures/demo/whole.json` says: published, or a draft that waits."""

import copy
from datetime import date, timedelta
from typing import Any

from ideas.calls.models import Programme
from workflows.demonstration.cast import PROGRAMME, Cast, act
from workflows.demonstration.keys import dice
from workflows.demonstration.material import read
from workflows.demonstration.schedule import Diary, Story
from workflows.gates.configuration import actions as configuration


def stories_of(cast: Cast, shown: date) -> list[tuple[str, Story]]:
    """One story for each change, in their order."""
    changes = read("whole")["configurations"]
    return [(f"change {place} of the rules", _changed(one, cast, shown)) for place, one in enumerate(changes)]


def _changed(written: dict[str, Any], cast: Cast, shown: date) -> Story:
    """Begun and edited; then checked and published, or left as a draft. Open rounds keep their version."""
    by = act(cast["programme_lead"][written["lead"]])
    diary = Diary(shown - timedelta(days=written["begun"]), shown, dice("rules", written["begun"]))
    yield diary.now
    draft = configuration.begin_draft(by=by, programme=Programme.objects.get(key=PROGRAMME))
    document = copy.deepcopy(draft.document)
    *path, last = written["at"]
    place = document
    for name in path:
        place = place[name]
    place[last] = written["to"]
    yield diary.later()
    draft = configuration.edit(by=by, key=draft.key, revision=draft.revision, document=document)
    if not written.get("publish"):
        return
    yield diary.later(1)
    if problems := configuration.check(by=by, key=draft.key):
        raise ValueError(f"The checker refuses a change of the demo: {problems}")
    configuration.publish(by=by, key=draft.key, revision=draft.revision)
