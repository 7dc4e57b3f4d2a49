"""What the installation holds about one person, for that person (RGPD, article 15).

Each room adds its own part in `AppConfig.ready`: `add("ideas", lambda person: [...])`, plain values only.
"""

from collections.abc import Callable
from typing import Any

from incubator.lib import clock
from incubator.people.models import Person

Part = Callable[[Person], Any]
_parts: dict[str, Part] = {}


def add(name: str, part: Part) -> None:
    _parts[name] = part


def of(person: Person) -> dict[str, Any]:
    """JSON-ready: this room's part, then the others' by name. Secrets and their hashes are left out."""
    return {
        "made_at": clock.now().isoformat(),
        "person": _person(person),
        **{name: part(person) for name, part in sorted(_parts.items())},
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "key": str(person.key),
        "staff_number": person.staff_number,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "language": person.language,
        "kind": person.kind,
        "last_sign_in": _text(person.last_login),
        "posts": _posts(person),
        "roles": _roles(person),
        "mandates": _mandates(person),
        "absences": [
            {
                "from": _text(absence.starts_on),
                "to": _text(absence.ends_on),
                "deputy": str(absence.deputy or ""),
                "noted_by": str(absence.noted_by or ""),
            }
            for absence in person.absences.select_related("deputy", "noted_by").order_by("starts_on")
        ],
        "people_i_would_not_judge": [
            {"name": str(link.other), "noted_at": _text(link.noted_at)}
            for link in person.private_links.select_related("other").order_by("noted_at")
        ],
        "sign_in_codes": [
            {
                "issued_at": _text(code.issued_at),
                "issued_by": str(code.issued_by or ""),
                "used_at": _text(code.used_at),
            }
            for code in person.sign_in_codes.select_related("issued_by").order_by("issued_at")
        ],
    }


def _posts(person: Person) -> list[dict[str, Any]]:
    held = person.posts.select_related("department__entity", "line_manager")
    return [
        {
            "department": post.department.name,
            "entity": post.department.entity.name,
            "title": post.title,
            "head": post.is_head,
            "line_manager": str(post.line_manager or ""),
            "grade_band": post.grade_band,
            "contract": post.contract,
            "site": post.site,
            "from": _text(post.starts_on),
            "until_before": _text(post.ends_on),
        }
        for post in held.order_by("starts_on", "pk")
    ]


def _roles(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "role": grant.role,
            "entity": grant.entity.key if grant.entity else "",
            "department": grant.department.code if grant.department else "",
            "programme": grant.programme_key,
            "from": _text(grant.starts_at),
            "until": _text(grant.ends_at),
        }
        for grant in person.role_grants.select_related("entity", "department").order_by("starts_at", "pk")
    ]


def _mandates(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "capacity": mandate.capacity,
            "reference": mandate.reference,
            "entity": mandate.entity.key,
            "programme": mandate.programme_key,
            "from": _text(mandate.starts_on),
            "until_before": _text(mandate.ends_on),
        }
        for mandate in person.mandates.select_related("entity").order_by("starts_on", "pk")
    ]


def _text(value: Any) -> str:
    return value.isoformat() if value is not None else ""
