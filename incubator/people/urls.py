from django.urls import path

from incubator.people.views import sign_in

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("sign-in/code", sign_in.code, name="sign-in-code"),
    path("sign-in/stay", sign_in.stay, name="stay"),
    path("sign-in/choose", sign_in.choose_secret, name="choose-secret"),
]
