from django.urls import path

from ideas.drafting import views
from ideas.drafting.masking.views import masking

urlpatterns = [
    path("ideas/new", views.begin.new, name="idea-new"),
    path("ideas/<uuid:key>/edit", views.text.edit, name="idea-edit"),
    path("ideas/<uuid:key>/autosave", views.text.autosave, name="idea-autosave"),
    path("ideas/<uuid:key>/delete", views.text.delete, name="idea-delete"),
    path("ideas/<uuid:key>/versions", views.versions.versions, name="idea-versions"),
    path("ideas/<uuid:key>/masking", masking, name="idea-masking"),
    path("ideas/<uuid:key>/team", views.team.team, name="idea-team"),
    path("ideas/<uuid:key>/team/withdraw", views.team.withdraw, name="idea-withdraw-invitation"),
    path("ideas/<uuid:key>/team/leave", views.team.leave, name="idea-leave-team"),
    path("ideas/<uuid:key>/invitation", views.team.invitation, name="idea-invitation"),
    path("ideas/<uuid:key>/files", views.files.attachments, name="idea-files"),
    path("ideas/<uuid:key>/files/<uuid:attachment>", views.files.download, name="idea-file"),
    path("ideas/<uuid:key>/files/<uuid:attachment>/remove", views.files.remove, name="idea-file-remove"),
]
