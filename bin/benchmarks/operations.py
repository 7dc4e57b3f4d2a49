"""What is measured: pages as an employee reads them, acts as their pages post them, and what they compare with."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle
from typing import Any

from django.db import connection
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.test import Client
from django.urls import reverse

from bin.benchmarks.city import City
from bin.benchmarks.measures import NOT_TIMED, Operation, Shot
from ideas.drafting.models import Draft, Idea
from incubator.people.models import Person
from incubator.people.once import new_key
from workflows.gates import actions as gates
from workflows.gates import authority
from workflows.gates.models import GateRound, Seat

SEARCHES = ("vélo", "réunion", "formulaire accueil", "papier", "chauffage école", "badge", "temps", "zzz")
FILTERS = ("state=open&stage=pilot", "state=stopped&sort=title", "state=in_service", "sort=due", "state=held")
REASONS = "Le besoin est décrit, et les personnes concernées sont nommées."

_clients: dict[int, Client] = {}


def signed_in(person: Person) -> Client:
    """One session per person, begun before anything is measured."""
    if person.pk not in _clients:
        _clients[person.pk] = Client()
        _clients[person.pk].force_login(person)
    return _clients[person.pk]


def _get(client: Client, url: str) -> bytes:
    response = client.get(url)
    assert response.status_code == 200, f"{url}: {response.status_code}"
    return bytes(response.content)


def _post(client: Client, url: str, sent: dict[str, Any], status: int = 302) -> bytes:
    response = client.post(url, {"request_key": new_key()} | sent)
    assert response.status_code == status, (
        f"{url}: {response.status_code} {response.content.decode()[-1500:]}"
    )
    return bytes(response.content)


def baselines(city: City, shots: int) -> tuple[Operation, Operation, Operation]:
    """An empty page; a bare process from its start to its end; of that the one task done and the end."""
    _clients.clear()  # of another database
    client = signed_in(city.reader)
    empty = Operation("empty_view", [partial(_get, client, reverse("bench-empty"))] * shots)
    whole = Operation("bare_viewflow", [partial(_bare, client)] * shots)
    last = Operation("bare_viewflow_view_to_end", [_last_of_bare(client) for _ in range(shots)])
    return empty, whole, last


def _bare(client: Client) -> bytes:
    """Start and task: two requests."""
    return _last_of_bare(client)()


def _last_of_bare(client: Client) -> Shot:
    """Starts a process, and gives the request that does its task."""
    _post(client, reverse("bare:start:execute"), {})
    # A browser is told the address by viewflow's own list; asked past Django, so that it is not counted.
    found = connection.connection.execute(
        "select process_id, id from viewflow_task where flow_task_type = 'HUMAN' order by id desc limit 1"
    )
    return partial(_post, client, reverse("bare:task:execute", args=found.fetchone()), {})


def operations(city: City, repeats: int) -> Iterator[Operation]:
    """Everything of the product that is measured."""
    shots = repeats + NOT_TIMED
    yield from _pages(city, shots)
    for name, place, shot in ACTS:
        yield Operation(name, [shot(idea) for idea in Idea.objects.filter(pk__in=city.acted_on[place])])
    draft = Draft.objects.select_related("idea").get(idea=city.written_in)
    typist = draft.idea.team.select_related("person").get(role="author").person
    yield Operation("autosave", [_autosave(signed_in(typist), draft, number) for number in range(shots)])


def _pages(city: City, shots: int) -> Iterator[Operation]:
    client = signed_in(city.reader)
    portfolio = reverse("portfolio")
    yield _reading("inbox", client, [reverse("my-work")], shots)
    yield _reading("portfolio", client, [portfolio], shots)
    yield _reading("portfolio_filtered", client, [f"{portfolio}?{one}" for one in FILTERS], shots)
    yield _reading("search", client, [f"{portfolio}?q={one}" for one in SEARCHES], shots)
    # One of each state in turn: a page costs what its state shows.
    turn = Window(RowNumber(), partition_by="state", order_by="pk")
    read = Idea.objects.filter(state__in=["live", "held", "stopped", "in_service"]).annotate(turn=turn)
    keys = read.order_by("turn", "state").values_list("key", flat=True)[:shots]
    urls = [reverse("idea", args=[key]) for key in keys]
    yield _reading("idea_page", client, urls, shots)
    yield _reading("metrics", client, [reverse("metrics")], shots)


def _reading(name: str, client: Client, urls: Iterable[str], shots: int) -> Operation:
    turn = cycle(urls)
    return Operation(name, [partial(_get, client, next(turn)) for _ in range(shots)])


# --- Acts ---------------------------------------------------------------------------------------------------


def _submit(idea: Idea) -> Shot:
    author = idea.team.select_related("person").get(role="author").person
    return partial(_post, signed_in(author), reverse("idea-submit", args=[idea.key]), {"route": "standard"})


def _vote(idea: Idea) -> Shot:
    seats = Seat.objects.filter(round__idea=idea, state="open").exclude(votes__in_force=True)
    seat = seats.select_related("round", "person").order_by("is_chair", "pk")[0]
    rules = seat.round.rules
    sent: dict[str, Any] = {
        "content_version": seat.round.content_version,
        "links": "none",
        "choice": "go",
        "comment_to_authors": "Une idée utile, à essayer vite.",
        "comment_to_panel": "",
        "condition_0_text": "",
        "condition_0_due": "",
    }
    sent |= {f"must_meet_{rule['key']}": "yes" for rule in rules["must_meet"] if rule["kind"] == "judgement"}
    sent |= {f"score_{rule['key']}": "3" for rule in rules["criteria"]}
    return partial(_post, signed_in(seat.person), reverse("review", args=[seat.key]), sent)


def _decide(idea: Idea) -> Shot:
    round_ = GateRound.objects.get(idea=idea, state="open")
    decider = authority.parties(round_, idea)[0].person
    sent = {"step": "decide", "outcome": "go", "reasons": REASONS}
    return partial(_post, signed_in(decider), reverse("decide", args=[round_.key]), sent)


def _admit(idea: Idea) -> Shot:
    seat = Seat.objects.select_related("round", "person").get(round__idea=idea, state="open")
    sent: dict[str, Any] = {"step": "decide", "outcome": "go", "reasons": REASONS}
    sent |= {f"must_meet_{rule['key']}": "yes" for rule in seat.round.rules["must_meet"]}
    sent["content_version"] = seat.round.content_version
    return partial(_post, signed_in(seat.person), reverse("decide", args=[seat.round.key]), sent)


def _seat_panel(idea: Idea) -> Shot:
    key = str(GateRound.objects.get(idea=idea, state="seating").key)

    def fill() -> bytes:
        gates.fill_seats(round_key=key)
        return b""

    return fill


ACTS: list[tuple[str, str, Callable[[Idea], Shot]]] = [
    ("submit", "draft", _submit),
    ("vote", "at_g1", _vote),
    ("last_vote", "one_vote_left", _vote),
    ("decide_g1", "voted", _decide),
    ("decide_g0", "at_g0", _admit),
    ("seating_job", "seating", _seat_panel),
]


def _autosave(client: Client, draft: Draft, number: int) -> Shot:
    """What the script sends after a pause in typing: the part's fields, from a page opened a while ago."""
    sent = {
        "version": draft.version,
        "page": "0b9e7a0c-6f3d-4a57-9a0e-5d9d2f6b1c11",
        "problem": f"{draft.problem} Et encore {number} mots de plus.",
        "concerned": draft.concerned,
    }
    return partial(_post, client, reverse("idea-autosave", args=[draft.idea.key]), sent, 200)
