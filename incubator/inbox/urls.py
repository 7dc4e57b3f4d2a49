from django.urls import path

from incubator.inbox import views

urlpatterns = [path("", views.my_work, name="my-work")]
