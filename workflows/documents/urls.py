from django.urls import path

from workflows.documents import views

urlpatterns = [
    path("documents/<slug:kind>/<uuid:key>", views.document, name="document"),
    path("documents/<slug:kind>/<uuid:key>/file", views.document_file, name="document-file"),
]
