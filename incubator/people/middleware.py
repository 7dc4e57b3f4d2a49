"""Sessions on a shared screen."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


class SharedScreen:
    """On a shared screen each page moves the end of the session 120 seconds on; without pages it ends.

    Stands after authentication. Elsewhere a session is written only when something in it changes.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.get("kiosk"):
            request.session.modified = True
        return response
