from django.urls import path

from workflows.journey import views

urlpatterns = [
    path("ideas", views.portfolio, name="portfolio"),
    path("ideas/<uuid:key>", views.idea, name="idea"),
    path("ideas/<uuid:key>/submit", views.submit, name="idea-submit"),
    path("ideas/<uuid:key>/receipt", views.receipt, name="receipt"),
    path("ideas/<uuid:key>/withdraw", views.withdraw, name="idea-withdraw"),
    path("ideas/<uuid:key>/wake", views.wake, name="idea-wake"),
    path("ideas/<uuid:key>/reexamination", views.reexamination, name="reexamination"),
]
