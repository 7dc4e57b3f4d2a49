"""The process, for every employee: three routes, where ideas are on them, and the same as lists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incubator.people.models import Person
from workflows.gates.configuration import default_rules, defaults
from workflows.process import queries, shown, wording
from workflows.process.topology import routes


@require_safe
def process(request: HttpRequest) -> HttpResponse:
    """Counts are shown to employees only: a guest cannot list ideas either."""
    assert isinstance(request.user, Person), "every page here asks for a sign-in"
    counted = request.user.kind != Person.Kind.GUEST
    programmes = queries.programmes()
    asked = request.GET.get("programme", "")
    programme = next((one for one in programmes if one.key == asked), programmes[0] if programmes else None)
    rules = queries.rules_in_force(programme, {gate: default_rules(gate) for gate in defaults()["gates"]})
    known = queries.settings_in_force(programme)
    counts = queries.counts(programme) if counted else {}
    context = {
        "routes": [
            {
                "key": route.key,
                "name": wording.route_name(route),
                "about": wording.about(route),
                "picture": shown.picture(route, counts),
                "rows": shown.rows(route, counts, rules, known, counted=counted),
            }
            for route in routes()
        ],
        "counted": counted,
        "programmes": [{"key": one.key, "name": one.name, "current": one == programme} for one in programmes],
    }
    return render(request, "process/process.html", context)
