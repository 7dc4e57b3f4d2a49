"""The product's addresses and small pages for the script to work on."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import path

from incubator import urls
from incubator.lib import clock
from incubator.lib.comparison import pieces
from incubator.lib.refusals import Conflict

PAGE = """{% extends "base.html" %}{% block title %}Test{% endblock %}{% block main %}
<h1>Test</h1>
{% include "ui/saved.html" %}
<form method="post" action="/sent" data-autosave="/autosave">{% csrf_token %}
<input type="hidden" name="version" value="{{ version }}">
<label for="text">Text</label><textarea class="input" id="text" name="text">{{ text }}</textarea>
<input type="file" name="photo" aria-label="Photo">
<button class="btn">Send</button></form>
<div id="part"><button class="btn" hx-get="/part" hx-target="#part" hx-swap="innerHTML">Swap</button></div>
<button class="btn" hx-post="/refused">Refused</button>
{% endblock %}"""

# What the server keeps, for the tests to read and to change behind the page's back.
kept: dict[str, Any] = {}


def _render(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(template).render(context, request))


def page(request: HttpRequest) -> HttpResponse:
    if request.GET.get("kiosk"):
        request.session["kiosk"] = True
    return _render(request, PAGE, {"version": kept["version"], "text": kept["text"], "saved": {}})


def autosave(request: HttpRequest) -> HttpResponse:
    kept["posts"].append({"files": len(request.FILES), **request.POST.dict()})
    if int(request.POST["version"]) != kept["version"]:
        theirs, mine = kept["text"], request.POST["text"]
        conflict = {
            "who": "Awa",
            "fields": [{"label": "Text", "theirs": theirs, "pieces": pieces(theirs, mine)}],
        }
        context = {"conflict": conflict, "version": kept["version"]}
        return render(request, "ui/conflict.html", context, status=409)
    kept["version"] += 1
    kept["text"] = request.POST["text"]
    answer = render(request, "ui/saved.html", {"saved": {"at": clock.now()}})
    answer.headers["Travee-Version"] = str(kept["version"])
    return answer


def part(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<h2>Swapped</h2><p data-announce>Done now</p><a href="/help">on</a>')


def refused(request: HttpRequest) -> HttpResponse:
    raise Conflict("Somebody was faster.")


class Errors(forms.Form):
    title = forms.CharField(label="Title")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def form(request: HttpRequest) -> HttpResponse:
    context = {"form": Errors(request.POST or None)}
    template = """{% extends "base.html" %}{% block title %}Form{% endblock %}{% block main %}<h1>Form</h1>
    <form method="post" novalidate>{% csrf_token %}{{ form }}<button class="btn">Send</button></form>{% endblock %}"""
    return _render(request, template, context)


def _open(address: str, view: Any, name: str | None = None) -> Any:
    return path(address, login_not_required(view), name=name)


urlpatterns = [
    *urls.urlpatterns,
    _open("test-page", page),
    _open("autosave", autosave),
    _open("part", part),
    _open("refused", refused),
    _open("form", form),
    _open("sent", lambda request: HttpResponse("sent")),
    _open("signed-out", lambda request: HttpResponse("signed out"), name="sign-out"),
]
handler404 = urls.handler404
