from django.urls import path

from workflows.documents import views

urlpatterns = [
    path("documents/<slug:kind>/<uuid:key>", views.document, name="document"),
    path("documents/<slug:kind>/<uuid:key>/file", views.document_file, name="document-file"),
    path(
        "documents/<slug:kind>/<uuid:key>/download",
        views.document_file,
        {"download": True},
        name="document-download",
    ),
]
