from django.urls import path

from workflows.sponsorship import answers, views

urlpatterns = [
    path("ideas/<uuid:key>/sponsorship", views.sponsorship, name="sponsorship"),
    path("ideas/<uuid:key>/sponsorship/sponsor", views.ask_sponsor, name="ask-sponsor"),
    path("ideas/<uuid:key>/sponsorship/time", views.ask_time, name="ask-time"),
    path("ideas/<uuid:key>/sponsorship/launch", views.launch, name="request-launch"),
    path("ideas/<uuid:key>/budget/<str:gate>", views.budget, name="budget"),
    path("ideas/<uuid:key>/procurement", views.procurement, name="procurement"),
    path("pledges/<uuid:key>", answers.pledge, name="pledge"),
    path("pledges/<uuid:key>/question", views.take_back_question, name="pledge-take-back"),
    path("time/<uuid:key>/opinion", answers.time_opinion, name="time-opinion"),
    path("time/<uuid:key>/signature", answers.time_signature, name="time-signature"),
    path("time/<uuid:key>/arbitration", answers.time_arbitration, name="time-arbitration"),
    path("time/<uuid:key>/request", views.take_back_time, name="time-take-back"),
]
