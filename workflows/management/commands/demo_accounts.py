"""`manage.py demo_accounts`: one line per role of the demo city, with what waits there."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Q
from django.utils.translation import override

from incubator.inbox import wording
from incubator.inbox.models import WorkItem
from incubator.people import demo
from incubator.people.models import Mandate, Person, RoleGrant


class Account(NamedTuple):
    """A way to choose the person of a line: who has such work, else who holds such a role or mandate."""

    label: str
    verbs: tuple[str, ...] = ()
    role: str = ""
    capacity: str = ""


ACCOUNTS = (
    Account("Author with an idea to complete", ("rework", "answer_invitation")),
    Account("Author who looks for a sponsor", ("find_sponsor", "request_launch")),
    Account("Author with a pilot", ("check_in", "end_pilot")),
    Account(
        "Programme lead", ("admissibility", "seat_panel", "name_evaluator", "agree"), role="programme_lead"
    ),
    Account("Chair of a selection session", ("sit_in_session",), role="chair"),
    Account("Member of a selection session", ("sit_in_session",), role="panel_member"),
    Account("Panel member with a vote to give", ("vote",), role="panel_member"),
    Account("Chair of a panel", ("vote",), role="chair"),
    Account("Expert", ("sit_in_session",), role="expert"),
    Account("Deputy director general", ("decide",), capacity="dga"),
    Account("Director general of services", ("decide",), capacity="dgs"),
    Account("Elected member", ("decide",), capacity="elected"),
    Account(
        "Director asked for support", ("answer_pledge", "second_signature", "agree"), capacity="director"
    ),
    Account("Head of service", ("decide",), capacity="head_of_service"),
    Account("Line manager asked about time", ("time_opinion",)),
    Account("Head of finance", ("confirm_budget",), capacity="finance"),
    Account("Head of procurement", capacity="procurement"),
    Account("Evaluator", ("evaluate",), role="evaluator"),
    Account("Coach", role="coach"),
    Account("Champion of a department", role="champion"),
    Account("Staff representative", role="staff_representative"),
    Account("CST member", role="cst_member"),
    Account("HR desk (hands over codes)", role="hr_desk"),
    Account("HR analyst", role="hr_analyst"),
    Account("Auditor", role="auditor"),
    Account("Administrator", role="administrator"),
)


class Command(BaseCommand):
    help = "Print the accounts of the demo city: one per role, with the PIN they share."

    @override("en")  # as the labels are, whether or not translations were compiled before
    def handle(self, *args: Any, **options: Any) -> None:
        if not demo.any_account():
            raise CommandError("There is no demo city here.")
        self.stdout.write(f"Sign in with a staff number and the PIN {demo.PIN}:")
        chosen = _chosen()
        for account in ACCOUNTS:
            person = chosen[account]
            number, who = (
                (person.staff_number, f"{person}{_waiting(person, account.verbs)}")
                if person
                else ("–", "nobody now")
            )
            self.stdout.write(f"  {number:<8} {account.label:<34} {who}")


def _chosen() -> dict[Account, Person | None]:
    """The person of each line. Whoever is known by a role or mandate is chosen first: it may be its only holder."""
    chosen: dict[Account, Person | None] = {}
    shown: set[int] = set()
    for account in sorted(ACCOUNTS, key=lambda one: not (one.role or one.capacity)):
        chosen[account] = person = next(_candidates(account, shown), None)
        if person is not None:
            shown.add(person.pk)
    return chosen


def _candidates(account: Account, shown: set[int]) -> Iterator[Person]:
    """Those who have the work come first; nobody is printed twice."""
    people = Person.objects.filter(is_active=True, password__contains=demo.MARK).exclude(pk__in=shown)
    if account.role:
        people = people.filter(
            pk__in=RoleGrant.objects.filter(role=account.role, ends_at=None).values("person")
        )
    if account.capacity:
        people = people.filter(
            pk__in=Mandate.objects.filter(capacity=account.capacity, ends_on=None).values("holder")
        )
    if account.verbs:
        waits = Q(work_items__verb__in=account.verbs, work_items__closed_at=None)
        people = people.annotate(waits=Count("work_items", filter=waits)).order_by("-waits", "staff_number")
        if not (account.role or account.capacity):
            people = people.filter(waits__gt=0)
    else:
        people = people.order_by("staff_number")
    yield from people[:1]


def _waiting(person: Person, verbs: tuple[str, ...]) -> str:
    """What waits for this person: first what the line is about, then what is due first."""
    items = WorkItem.objects.filter(person=person, closed_at=None).order_by("due_at", "pk")
    item = items.filter(verb__in=verbs).first() or items.first()
    return f": {wording.title(item.verb, item.subject_title)}" if item else ""
