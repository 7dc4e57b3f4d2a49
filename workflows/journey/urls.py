from django.urls import path

from workflows.journey import act_pages, carrying_on, elsewhere, route_pages, views

urlpatterns = [
    path("ideas", views.portfolio_page, name="portfolio"),
    path("ideas/<uuid:key>", views.idea_page, name="idea"),
    path("reexaminations", views.reexaminations_page, name="reexaminations"),
    path("ideas/<uuid:key>/trail", views.trail_page, name="idea-trail"),
    path("ideas/<uuid:key>/submit", act_pages.submit, name="idea-submit"),
    path("ideas/<uuid:key>/receipt", act_pages.receipt, name="receipt"),
    path("ideas/<uuid:key>/withdraw", act_pages.withdraw, name="idea-withdraw"),
    path("ideas/<uuid:key>/carry-on", carrying_on.carry_on, name="idea-carry-on"),
    path("ideas/<uuid:key>/name", carrying_on.name, name="idea-name"),
    path("ideas/<uuid:key>/wake", act_pages.wake, name="idea-wake"),
    path("ideas/<uuid:key>/undo-merge", elsewhere.undo_merge, name="idea-undo-merge"),
    path("ideas/<uuid:key>/hand-over", elsewhere.hand_over, name="hand-over"),
    path("ideas/<uuid:key>/send-up", route_pages.send_up, name="idea-send-up"),
    path("ideas/<uuid:key>/done", route_pages.done, name="idea-done"),
    path("ideas/<uuid:key>/done/photo", route_pages.photo, name="idea-done-photo"),
    path("ideas/<uuid:key>/learning", act_pages.learning, name="idea-learning"),
    path("ideas/<uuid:key>/reexamination", act_pages.reexamination, name="reexamination"),
]
