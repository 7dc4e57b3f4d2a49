"""What was promised: for those who are party to it, and nobody else."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse

from ideas import roles
from ideas.drafting.masking.queries import passages_for, shown
from ideas.drafting.masking.rules import masked
from ideas.drafting.models import Idea
from incubator.people.models import Person, Post
from workflows.documents.models import Document
from workflows.documents.queries.ideas import not_here
from workflows.documents.queries.papers import Paper, head, language
from workflows.sponsorship.models import Pledge, TimeRelease

Kind = Document.Kind


def promise(key: UUID, person: Person) -> Paper:
    """For the sponsor, whoever stands in for them, the team and the lead, while it is in force."""
    signed_ones = Pledge.objects.filter(key=key, state=Pledge.State.SIGNED)
    pledge = signed_ones.select_related("idea__programme__entity", "sponsor").first()
    if pledge is None or not _is_party(pledge, person):
        raise not_here()
    idea, passages = pledge.idea, passages_for(pledge.idea, person)
    assert pledge.answered_at is not None, "a signed promise has its instant"
    signed = pledge.answered_at.astimezone(_zone(idea))
    return Paper(
        Kind.PROMISE,
        head(Kind.PROMISE, idea.programme, language(), pledge.answered_at, idea.reference)
        | {
            "title": masked(idea.title, passages),
            "texts_in": idea.language,
            "sponsor": pledge.sponsor.get_full_name(),
            "department": _department(pledge.sponsor, signed.date()),
            "days": pledge.days,
            "euros": pledge.euros,
            "cover": masked(pledge.cover, passages),
            "signed_at": signed.isoformat(),
        },
        title=masked(idea.title, passages),
        back_url=reverse("idea", args=[idea.key]),
        idea=idea,
    )


def _is_party(pledge: Pledge, person: Person) -> bool:
    return (
        roles.acting_as(person, [pledge.sponsor]).principal == pledge.sponsor
        or roles.is_author(pledge.idea, person)
        or roles.is_lead(pledge.idea, person)
    )


def time_release(key: UUID, person: Person) -> Paper:
    """For the member and the director, or their deputy, as the request itself; a manager's opinion is not in it."""
    signed = TimeRelease.objects.filter(key=key, state=TimeRelease.State.SIGNED)
    release = signed.select_related(
        "member__person", "member__idea__programme__entity", "director", "signed_by"
    ).first()
    if release is None or roles.acting_as(person, [release.director]).principal not in (
        release.director,
        release.member.person,
    ):
        raise not_here()
    idea = shown(release.member.idea, person)
    assert release.answered_at is not None, "a signed release has its instant"
    assert release.signed_by is not None, "a signed release says by whom"
    at = release.answered_at.astimezone(_zone(idea))
    return Paper(
        Kind.TIME_RELEASE,
        head(Kind.TIME_RELEASE, idea.programme, language(), release.answered_at, idea.reference)
        | {
            "title": idea.title,
            "texts_in": idea.language,
            "person_name": release.member.person.get_full_name(),
            "days_a_month": str(release.days_a_month),
            "signed_by": release.signed_by.get_full_name(),
            "department": _department(release.signed_by, at.date()),
            "settled": release.signed_by_id != release.director_id and bool(release.arbiter_id),
            "signed_at": at.isoformat(),
        },
        title=idea.title,
        back_url=reverse("sponsorship", args=[idea.key])
        if person.pk == release.member.person_id
        else reverse("time-signature", args=[release.key]),
        idea=release.member.idea,
    )


def _department(person: Person, day: date) -> str:
    """Where someone worked on that day; '' without a post."""
    held = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), person=person, starts_on__lte=day)
    return held.order_by("pk").values_list("department__name", flat=True).first() or ""


def _zone(idea: Idea) -> ZoneInfo:
    return ZoneInfo(idea.programme.entity.time_zone)
