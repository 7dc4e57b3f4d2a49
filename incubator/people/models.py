"""The city's people and organisation. History is asked by date; authority is read at the instant of the act."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from incubator.lib import clock


class Logo(models.Model):
    """A picture that an entity prints or has printed on its documents; kept, so that each can be made again.

    `sha256` is that of a stored PNG, see `incubator.lib.files`.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    added_at = models.DateTimeField()


class Entity(models.Model):
    """A legal body: city, métropole, social centre. Working days and letterhead are the entity's.

    `letterhead` is its address; `colour` (`#rrggbb`, or empty) stands under white words.
    """

    key = models.SlugField(unique=True)
    # What the chain of the organisation's events is about.
    subject_key = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="Europe/Paris")
    holidays_country = models.CharField(max_length=2, default="FR", blank=True)
    # In the row itself, so that a due time costs no query of its own.
    closing_days = ArrayField(models.DateField(), default=list, blank=True)
    letterhead = models.TextField(blank=True)
    # By its SHA-256, so that printing it costs no query.
    logo = models.ForeignKey(Logo, models.PROTECT, to_field="sha256", null=True, blank=True, related_name="+")
    colour = models.CharField(max_length=7, blank=True, default="", db_default="")
    # Signed, declined with a word why, or neither yet: what the page of the charter says.
    signed_charter_on = models.DateField(null=True, blank=True)
    declined_charter_on = models.DateField(null=True, blank=True)
    declined_charter_because = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex="^#[0-9a-f]{6}$"),
                name="letterhead_colour_is_a_colour",
            ),
            models.CheckConstraint(
                condition=Q(declined_charter_on=None, declined_charter_because="")
                | (
                    Q(declined_charter_on__isnull=False, signed_charter_on=None)
                    & ~Q(declined_charter_because="")
                ),
                name="charter_signed_or_declined_with_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A direction or service as it is now; `DepartmentPeriod` says how it was on another day."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="departments")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "code"], name="one_department_per_code"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="department_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentPeriod(models.Model):
    """Name and place of a department from `starts_on` until the day before `ends_on`."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="periods")
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(ends_on=None),
                name="one_current_period_per_department",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="department_period_in_order",
            ),
        ]


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(staff_number=normal_staff_number(username or ""))


def normal_staff_number(typed: str) -> str:
    """The staff number as stored: without spaces, in capitals, so that case and spaces are forgiven."""
    return "".join(typed.split()).upper()


class Person(AbstractBaseUser, PermissionsMixin):
    """An employee or a guest; the user model. `key` is what events and logs hold, never the name."""

    class Kind(models.TextChoices):
        EMPLOYEE = "employee", _("employee")
        GUEST = "guest", _("guest")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    staff_number = models.CharField(max_length=32, unique=True)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.EMPLOYEE)
    is_active = models.BooleanField(default=True)
    departed_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    # Part of what a session is checked against: one more, and every session of this person has ended.
    session_version = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "staff_number"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["given_name", "family_name"]
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(departed_on=None) | Q(is_active=False),
                name="departed_is_not_active",
            ),
            models.CheckConstraint(condition=~Q(staff_number=""), name="staff_number_is_given"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        salt = "incubator.people.models.Person.session"
        value = f"{self.password}/{self.session_version}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()

    @property
    def is_staff(self) -> bool:
        return self.is_superuser


class SignInCode(models.Model):
    """A one-time code handed over in person; only its hash is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="sign_in_codes")
    code_hash = models.CharField(max_length=200)
    issued_by = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    failed_tries = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(used_at=None, replaced_at=None),
                name="one_open_code_per_person",
            )
        ]


class SignInAddress(models.Model):
    """Wrong tries from one network address since a moment; only a keyed hash of it is kept, for some hours."""

    address_hash = models.CharField(max_length=64, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    paused_until = models.DateTimeField(null=True, blank=True)


class Post(models.Model):
    """An assignment (affectation) of a person, from `starts_on` until the day before `ends_on`.

    Both equal: it never began.
    """

    class GradeBand(models.TextChoices):
        A = "A"
        B = "B"
        C = "C"

    person = models.ForeignKey(Person, models.CASCADE, related_name="posts")
    department = models.ForeignKey(Department, models.PROTECT, related_name="posts")
    line_manager = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="managed_posts"
    )
    title = models.CharField(max_length=200, blank=True)
    is_head = models.BooleanField(default=False)
    grade_band = models.CharField(max_length=1, choices=GradeBand, blank=True)
    contract = models.CharField(max_length=40, blank=True)
    site = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "department", "starts_on"],
                name="one_post_per_person_department_and_start",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="post_in_order",
            ),
            models.CheckConstraint(condition=~Q(person=F("line_manager")), name="nobody_manages_oneself"),
        ]
        indexes = [
            models.Index(fields=["department"], condition=Q(ends_on=None), name="current_posts"),
            models.Index(fields=["department"], condition=Q(is_head=True), name="heads_by_department"),
        ]


class Mandate(models.Model):
    """What lets someone decide: a capacity and the reference of the delegation of signature.

    From `starts_on` until the day before `ends_on`; both equal: it never held. Without `department` it holds
    for the whole entity; without `programme_key` for every programme.
    """

    class Capacity(models.TextChoices):
        HEAD_OF_SERVICE = "head_of_service", _("head of service")
        DIRECTOR = "director", _("director")
        DGA = "dga", _("deputy director general")
        DGS = "dgs", _("director general of services")
        ELECTED = "elected", _("elected member")
        FINANCE = "finance", _("head of finance")
        PROCUREMENT = "procurement", _("head of procurement")
        PROGRAMME_LEAD = "programme_lead", _("programme lead")

    holder = models.ForeignKey(Person, models.PROTECT, related_name="mandates")
    capacity = models.CharField(max_length=20, choices=Capacity)
    reference = models.CharField(max_length=120)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    programme_key = models.SlugField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reference=""), name="mandate_names_its_delegation"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="mandate_in_order",
            ),
        ]


class RoleGrant(models.Model):
    """A role on a scope, dated. Read at the instant of the act, never copied into object permissions.

    The programme is named by its key: programmes live in a room above this one.
    """

    class Role(models.TextChoices):
        PROGRAMME_LEAD = "programme_lead", _("programme lead")
        PANEL_MEMBER = "panel_member", _("panel member")
        CHAIR = "chair", _("chair")
        EXPERT = "expert", _("expert")
        SPONSOR = "sponsor", _("sponsor")
        EVALUATOR = "evaluator", _("evaluator")
        COACH = "coach", _("coach")
        CHAMPION = "champion", _("champion")
        STAFF_REPRESENTATIVE = "staff_representative", _("staff representative")
        HR_DESK = "hr_desk", _("HR desk")
        HR_ANALYST = "hr_analyst", _("HR analyst")
        CST_MEMBER = "cst_member", _("CST member")
        AUDITOR = "auditor", _("auditor")
        ADMINISTRATOR = "administrator", _("administrator")

    person = models.ForeignKey(Person, models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=24, choices=Role)
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    programme_key = models.SlugField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="role_grant_in_order",
            ),
        ]
        indexes = [models.Index(fields=["role", "programme_key"], name="grants_by_role")]


class Absence(models.Model):
    """Lends roles and seats to a deputy, from `starts_on` to `ends_on`, both included. No reason is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="deputised_absences"
    )
    # The HR desk, for someone who cannot; None for who noted it for oneself, and for an import.
    noted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_in_order"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="deputy_is_someone_else"),
        ]


class PrivateLink(models.Model):
    """A link a person keeps for oneself: matched before seats are filled, read by nobody else."""

    owner = models.ForeignKey(Person, models.CASCADE, related_name="private_links")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    noted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "other"], name="one_private_link_per_pair")]


class AnsweredRequest(models.Model):
    """A form's request key and where its first answer led: a repeat is answered with that, and changes nothing.

    A key is each person's own: two who send the same one (a copied page) each get their own first result.
    """

    key = models.UUIDField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    location = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "person"], name="one_answer_per_request_and_person")
        ]
