"""What is known of the whole organisation on a day, in four queries."""

from collections import defaultdict
from datetime import date

from django.db.models import Max, Q

from incubator.people.models import Department, Entity, Person, Post
from incubator.people.organisation.changes import Current, CurrentDepartment, CurrentPerson, CurrentPost
from incubator.people.organisation.parsing import Place
from incubator.people.organisation.reading import plain


def current(on: date) -> Current:
    """Every person with the posts that run on the day or begin later, and every department."""
    departments = {
        pk: CurrentDepartment(Place(entity, code), name, parent or "", closed_on is None)
        for pk, entity, code, name, parent, closed_on in Department.objects.values_list(
            "pk", "entity__key", "code", "name", "parent__code", "closed_on"
        )
    }
    posts = defaultdict(list)
    # fmt: off
    rows = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on)).order_by("starts_on", "pk").values_list(
        "person_id", "pk", "department_id", "line_manager__staff_number", "is_head", "grade_band", "contract",
        "site", "title", "starts_on", "ends_on",
    )
    # fmt: on
    for holder, pk, department, manager, head, grade, contract, site, title, starts_on, ends_on in rows:
        posts[holder].append(
            CurrentPost(
                pk,
                departments[department].place,
                manager or "",
                head,
                grade,
                contract,
                site,
                title,
                starts_on,
                ends_on,
            )
        )
    ended = dict(Post.objects.filter(ends_on__lte=on).values_list("person_id").annotate(end=Max("ends_on")))
    persons = {
        number: CurrentPerson(
            number,
            given_name,
            family_name,
            email,
            is_active,
            departed_on is not None,
            kind == Person.Kind.GUEST,
            tuple(posts[pk]),
            ended.get(pk),
        )
        for pk, number, given_name, family_name, email, is_active, departed_on, kind in Person.objects.values_list(
            "pk", "staff_number", "given_name", "family_name", "email", "is_active", "departed_on", "kind"
        )
    }
    return Current(persons, {department.place: department for department in departments.values()})


def entity_names() -> dict[str, str]:
    """How a file may name an entity: its key or its name, made plain → the key."""
    return {plain(word): entity.key for entity in Entity.objects.all() for word in (entity.key, entity.name)}
