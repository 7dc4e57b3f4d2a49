from django.urls import path

from workflows.gates import views
from workflows.gates.configuration import views as configuration

urlpatterns = [
    path("reviews", views.reviews, name="reviews"),
    path("reviews/<uuid:key>", views.review, name="review"),
    path("reviews/<uuid:key>/kept", views.autosave, name="review-autosave"),
    path("reviews/<uuid:key>/others", views.others, name="others"),
    path("reviews/<uuid:key>/discussion", views.discussion, name="discussion"),
    path("reviews/<uuid:key>/aside", views.aside, name="step-aside"),
    path("rounds/<uuid:key>/decision", views.decision, name="decide"),
    path("rounds/<uuid:key>/consent", views.consent, name="consent"),
    path("rounds/<uuid:key>/seats", views.seats, name="seats"),
    path("rounds/<uuid:key>/questions", views.expert_questions, name="expert-questions"),
    path("seats/<uuid:key>/change", views.change_seat, name="seat-change"),
    path("configuration", configuration.configurations, name="configurations"),
    path("configuration/schema.json", configuration.schema, name="configuration-schema"),
    path("configuration/<slug:programme>/draft", configuration.begin, name="configuration-begin"),
    path("configuration/<slug:programme>/import", configuration.take, name="configuration-import"),
    path(
        "configuration/<slug:programme>/export.json",
        configuration.export_in_force,
        name="configuration-in-force",
    ),
    path("configurations/<uuid:key>", configuration.configuration, name="configuration"),
    path("configurations/<uuid:key>/export.json", configuration.export, name="configuration-export"),
    path(
        "configurations/<uuid:key>/preview/<slug:gate>", configuration.preview, name="configuration-preview"
    ),
    path("configurations/<uuid:key>/<slug:section>", configuration.section, name="configuration-section"),
    path("conditions/<uuid:key>", views.condition, name="condition"),
]
