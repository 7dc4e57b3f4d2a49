"""The product's addresses, an empty page behind the same middleware, and the bare process."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from bin.benchmarks.flows import BareFlow
from incubator import urls


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


patterns, _app, namespace = BareFlow.instance.urls
urlpatterns = [
    *urls.urlpatterns,
    path("bench/empty", empty, name="bench-empty"),
    path("bench/bare/", include((patterns, "bare"), namespace=namespace)),
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
