from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incubator.inbox import queries, sections, titles, wording
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people.models import Person

LIMIT = 50


@require_safe
@login_required
def my_work(request: HttpRequest) -> HttpResponse:
    """What I have to do, then what is late with others, each soonest due first; then what rooms above show here."""
    person = request.user
    assert isinstance(person, Person)
    after = request.GET.get("after", "")
    items = queries.open_items(person, LIMIT, after)
    titles.as_read_by(person, items)
    total = items[0].total if items else 0  # type: ignore[attr-defined] # annotated by the query
    if not after:
        queries.remember_count(person, total)
    mine = [item for item in items if not queries.is_with_others(item)]
    others = [item for item in items if queries.is_with_others(item)]
    context = {
        "today": clock.today(),
        "tasks": [_task(item, person, first=not place) for place, item in enumerate(mine)],
        "others": [_task(item, person, first=False) for item in others],
        "total": total,
        "heading": wording.heading(total),
        "further": bool(after),
        "next_url": f"?{urlencode({'after': queries.place(items[-1])})}" if total > len(items) else "",
        "sections": sections.of(person),
    }
    return render(request, "inbox/my_work.html", context)


def _task(item: WorkItem, reader: Person, *, first: bool) -> dict[str, Any]:
    """What `ui/task.html` shows."""
    lent = item.person_id != reader.pk
    return {
        "url": item.url,
        "title": wording.title(item.verb, item.subject_title),
        "text": wording.stands_in_for(item.person) if lent else wording.hint(item.verb),
        "due": item.due_at,
        "tag": wording.button(item.verb),
        "turn": first,
    }
