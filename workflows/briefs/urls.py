from django.urls import path

from workflows.briefs import views

urlpatterns = [
    path("briefs/schema.json", views.schema, name="brief-schema"),
    path("briefs/<uuid:key>", views.brief, name="brief"),
    path("briefs/<uuid:key>/correct", views.correct, name="brief-correct"),
]
