from django.urls import path

from ideas.calls import views

urlpatterns = [
    path("calls", views.calls, name="calls"),
    path("calls/new", views.new, name="call-new"),
    path("calls/<uuid:key>", views.call, name="call"),
    path("calls/<uuid:key>/edit", views.edit, name="call-edit"),
]
