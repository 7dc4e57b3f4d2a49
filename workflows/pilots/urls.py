from django.urls import path

from workflows.pilots import views

urlpatterns = [
    path("ideas/<uuid:key>/plan", views.plan, name="plan"),
    path("ideas/<uuid:key>/plan/edit", views.edit_plan, name="plan-edit"),
    path("ideas/<uuid:key>/pilot", views.pilot, name="pilot"),
    path("ideas/<uuid:key>/pilot/check-in", views.check_in, name="check-in"),
    path("ideas/<uuid:key>/pilot/incident", views.report_incident, name="incident"),
    path("ideas/<uuid:key>/pilot/incidents/<int:number>", views.close_incident, name="incident-close"),
    path("ideas/<uuid:key>/pilot/end", views.end, name="pilot-end"),
]
