from django.urls import path

from workflows.process import views

urlpatterns = [path("process", views.process, name="process")]
