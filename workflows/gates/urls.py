from django.urls import path

from workflows.gates import views

urlpatterns = [
    path("reviews", views.reviews, name="reviews"),
    path("reviews/<uuid:key>", views.review, name="review"),
    path("reviews/<uuid:key>/others", views.others, name="others"),
    path("reviews/<uuid:key>/aside", views.aside, name="step-aside"),
    path("rounds/<uuid:key>/decision", views.decision, name="decide"),
    path("rounds/<uuid:key>/seats", views.seats, name="seats"),
    path("conditions/<uuid:key>", views.condition, name="condition"),
]
