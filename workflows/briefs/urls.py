from django.urls import path

from workflows.briefs import views

urlpatterns = [path("briefs/<uuid:key>", views.brief, name="brief")]
