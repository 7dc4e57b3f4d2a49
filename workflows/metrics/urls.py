from django.urls import path

from workflows.metrics import views

urlpatterns = [
    path("metrics", views.metrics, name="metrics"),
    path("metrics.csv", views.download, name="metrics-csv"),
]
