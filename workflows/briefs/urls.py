from django.urls import path

from workflows.briefs import views
from workflows.briefs.checking import views as checking

urlpatterns = [
    path("briefs/schema.json", views.schema, name="brief-schema"),
    path("briefs/<uuid:key>", views.brief, name="brief"),
    path("briefs/<uuid:key>/download", views.brief, {"download": True}, name="brief-download"),
    path("briefs/<uuid:key>/correct", views.correct, name="brief-correct"),
    path("briefs/<uuid:key>/evidence", views.evidence, name="brief-evidence"),
    path("verify", checking.verify, name="verify"),
    path("verify/<str:token>", checking.verify_token, name="verify-token"),
]
