from django.urls import path

from workflows.clock import views

urlpatterns = [path("late/<uuid:key>/<slug:work>", views.late_work, name="late-work")]
