from django.urls import path

from incubator.messages import views

urlpatterns = [
    path("messages", views.messages, name="messages"),
    path("messages/read", views.mark_read, name="messages-read"),
    path("messages/unknown", views.uncertain, name="messages-unknown"),
    path("demo/outbox", views.outbox, name="demo-outbox"),
]
