from django.urls import path

from workflows.evaluation import views

urlpatterns = [
    path("ideas/<uuid:key>/evaluation", views.evaluation, name="evaluation"),
    path("ideas/<uuid:key>/evaluation/evaluator", views.name_evaluator, name="name-evaluator"),
    path("ideas/<uuid:key>/evaluation/delivery", views.deliver, name="deliver-evaluation"),
    path("ideas/<uuid:key>/evaluation/owner", views.name_run_owner, name="name-run-owner"),
    path("ideas/<uuid:key>/evaluation/give-back", views.give_back, name="give-back-evaluation"),
    path("ideas/<uuid:key>/benefits/<int:months>", views.read_benefits, name="read-benefits"),
]
