from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("incubator.lib.urls")),
    path("", include("incubator.people.urls")),
    path("", include("incubator.inbox.urls")),
    path("", include("incubator.messages.urls")),
    path("", include("ideas.calls.urls")),
    path("", include("ideas.drafting.urls")),
    path("", include("workflows.journey.urls")),
    path("", include("workflows.clock.urls")),
    path("", include("workflows.process.urls")),
    path("", include("workflows.metrics.urls")),
    path("", include("workflows.gates.urls")),
    path("", include("workflows.sponsorship.urls")),
    path("", include("workflows.pilots.urls")),
    path("", include("workflows.evaluation.urls")),
    path("", include("workflows.briefs.urls")),
    path("", include("workflows.sessions.urls")),
    path("", include("workflows.documents.urls")),
]

handler400 = "incubator.lib.errors.bad_request"
handler403 = "incubator.lib.errors.forbidden"
handler404 = "incubator.lib.errors.not_found"
handler500 = "incubator.lib.errors.failed"
