from django.urls import path

from workflows.sessions import views

urlpatterns = [
    path("calls/<uuid:key>/session", views.of_call, name="session-of-call"),
    path("sessions/<uuid:key>", views.session, name="session"),
    path("sessions/<uuid:key>/calendar.ics", views.calendar, name="session-calendar"),
    path("sessions/<uuid:key>/documents/<slug:kind>", views.document, name="session-document"),
    path(
        "sessions/<uuid:key>/documents/<slug:kind>/download",
        views.document,
        {"download": True},
        name="session-document-download",
    ),
    path("sessions/<uuid:key>/<slug:act>", views.act, name="session-act"),
]
