from django.urls import path

from workflows.journey import views

urlpatterns = [
    path("ideas", views.portfolio_page, name="portfolio"),
    path("ideas/<uuid:key>", views.idea_page, name="idea"),
    path("ideas/<uuid:key>/submit", views.submit, name="idea-submit"),
    path("ideas/<uuid:key>/receipt", views.receipt, name="receipt"),
    path("ideas/<uuid:key>/withdraw", views.withdraw, name="idea-withdraw"),
    path("ideas/<uuid:key>/wake", views.wake, name="idea-wake"),
    path("ideas/<uuid:key>/reexamination", views.reexamination, name="reexamination"),
]
