"""The page itself."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from incubator.lib import clock, context
from incubator.lib.refusals import NotAllowed
from incubator.lib.styleguide import forms, samples


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """All partials with sample data. Only the demo has it."""
    if not settings.DEMO:
        raise Http404
    shell = context.page(request)["page"]
    here = reverse("styleguide")
    sample_tabs = [
        context.Tab(
            key=key,
            url=here if key == "ideas" else f"#{key}",
            label=label,
            icon=icon,
            count=3 if key == "my-work" else 0,
            current=key == "ideas",
            desk=key not in context.THUMB,
        )
        for key, _name, label, icon in context.TABS
    ]
    return render(
        request,
        "pages/styleguide.html",
        {
            "page": {
                **shell,
                "tabs": sample_tabs,
                "signed_in": True,
                "person": samples.SamplePerson(),
            },
            "form": forms.Sample(initial={"severity": "3", "vote": "go_if"}, auto_id="empty_%s"),
            "broken": forms.Sample({}, auto_id="broken_%s"),
            "filters": forms.SampleFilters(),
            "link_form": forms.SampleLinks(),
            "refusal": NotAllowed(
                forms.say("Your seat goes to a substitute.", "Votre siège revient à un suppléant."),
                fields={"title": [forms.say("Give it a name.", "Donnez-lui un nom.")]},
            ),
            "saved_states": [
                {"id": "saved-1", "at": clock.now()},
                {"id": "saved-2"},
                {"id": "saved-3", "state": "conflict"},
            ],
            "seats": ["mine", "taken", "taken", "free", "aside"],
            **samples.journey(),
            **samples.figures(),
            **samples.collaboration(),
        },
    )
