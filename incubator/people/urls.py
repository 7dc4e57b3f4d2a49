from django.urls import path

from incubator.people.views import absences, account, desk, guests, letterhead, rights, sign_in

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("sign-in/code", sign_in.code, name="sign-in-code"),
    path("sign-in/choose", sign_in.choose_secret, name="choose-secret"),
    path("sign-in/stay", sign_in.stay, name="stay"),
    path("account", account.account, name="account"),
    path("account/details", account.keep_details, name="account-details"),
    path("account/secret", account.change_secret, name="change-secret"),
    path("account/sessions", account.end_sessions, name="end-sessions"),
    path("account/absences", account.record_absence, name="record-absence"),
    path("account/absences/<int:pk>/end", account.end_absence, name="end-absence"),
    path("account/links", account.note_link, name="note-link"),
    path("account/links/<int:pk>/remove", account.remove_link, name="remove-link"),
    path("account/data.json", account.export, name="own-data"),
    path("people", desk.desk, name="desk"),
    path("people/add", guests.add, name="add-guest"),
    path("people/<uuid:key>/code", desk.code, name="issue-code"),
    path("people/<uuid:key>/absences", absences.absences, name="absences"),
    path("people/<uuid:key>/absences/<int:pk>/end", absences.end, name="end-colleague-absence"),
    path("administration/roles", rights.roles, name="roles"),
    path("administration/roles/<int:pk>/end", rights.end_role, name="end-role"),
    path("administration/mandates", rights.mandates, name="mandates"),
    path("administration/mandates/<int:pk>/end", rights.end_mandate, name="end-mandate"),
    path("administration/letterhead", letterhead.letterheads, name="letterheads"),
    path("administration/letterhead/<slug:key>", letterhead.change, name="letterhead"),
    path("administration/letterhead/<slug:key>/logo", letterhead.logo, name="letterhead-logo"),
]
