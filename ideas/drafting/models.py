"""What people propose: the idea, its working draft, its deliberate versions, its team and its files."""

import uuid
from zoneinfo import ZoneInfo

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ideas.calls.models import Call, Programme
from ideas.precedents.sources import SOURCES, Source
from incubator.people.models import Department, Person

# After such an end an author's name shows only if the author wishes.
CLOSED = ("stopped", "withdrawn", "merged", "redirected")
SPACE = Value(" ", output_field=models.TextField())


class Idea(models.Model):
    """An idea from its first draft to its end. State, stage and holder are written only under this row's lock."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("under way")
        HELD = "held", _("on hold")
        STOPPED = "stopped", _("stopped, with the reasons")
        WITHDRAWN = "withdrawn", _("withdrawn")
        MERGED = "merged", _("merged")
        REDIRECTED = "redirected", _("redirected")
        IN_SERVICE = "in_service", _("in service")
        PRECEDENT = "precedent", _("precedent")

    class Stage(models.TextChoices):
        SUBMISSION = "submission", _("submission")
        REVIEW = "review", _("review")
        SPONSORSHIP = "sponsorship", _("sponsorship")
        PILOT = "pilot", _("pilot")
        EVALUATION = "evaluation", _("evaluation")

    class Holder(models.TextChoices):
        AUTHOR = "author", _("the author")
        TEAM = "team", _("the team")
        LEAD = "lead", _("the programme lead")
        PANEL = "panel", _("the panel")
        DECIDER = "decider", _("the decider")
        SPONSOR = "sponsor", _("the sponsor")
        EVALUATOR = "evaluator", _("the evaluator")
        NOBODY = "nobody", _("nobody")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(null=True, blank=True, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="ideas")
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="ideas")
    route = models.CharField(max_length=10, default="standard")
    # On the local route: the service whose head answers.
    service = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    stage = models.CharField(max_length=12, choices=Stage, blank=True)
    holder = models.CharField(max_length=10, choices=Holder, default=Holder.AUTHOR)
    held_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    title = models.CharField(max_length=120, blank=True)
    pitch = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=2, default="fr")
    confidential = models.BooleanField(default=False)
    masked_until_selected = models.BooleanField(default=False)
    concerns = models.ManyToManyField(Department, blank=True, related_name="+")
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_ideas"
    )
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", number=None, submitted_at=None)
                | Q(state="precedent")
                | Q(number__isnull=False, submitted_at__isnull=False),
                name="submitted_idea_has_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="live") | ~Q(stage=""),
                name="live_idea_is_in_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | ~Q(state="merged") & Q(merged_into=None),
                name="merged_idea_names_its_target",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                name="idea_is_not_merged_into_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["-submitted_at", "-id"], name="ideas_newest_first"),
            models.Index(fields=["state", "stage"], name="ideas_by_state_and_stage"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def reference(self) -> str:
        """`2026-0142`, its number on every page, message and paper; '' for a draft, and for a precedent without one.

        The year is that of the submission where the entity is. Read with `programme__entity`.
        """
        if self.number is None or self.submitted_at is None:
            return ""
        zone = ZoneInfo(self.programme.entity.time_zone)
        return f"{self.submitted_at.astimezone(zone).year}-{self.number:04d}"


class IdeaText(models.Model):
    """The fields a person writes; shared by the working draft and the deliberate versions."""

    title = models.CharField(max_length=120, blank=True)
    pitch = models.TextField(max_length=300, blank=True)
    problem = models.TextField(blank=True)
    concerned = models.TextField(blank=True)
    proposal = models.TextField(blank=True)
    needs_euros = models.PositiveIntegerField(null=True, blank=True)
    needs_days = models.PositiveIntegerField(null=True, blank=True)
    needs_people = models.TextField(blank=True)
    expected_effect = models.TextField(blank=True)
    in_mission = models.BooleanField(null=True, blank=True)

    class Meta:
        abstract = True


class Draft(IdeaText):
    """The mutable working copy: autosaved, without history. `version` refuses a save on another's text.

    `touched` says at which version each field last changed and from which page (`[version, token]`), so that
    two people writing different fields never meet in a conflict. `files`: as in `IdeaContent`, kept in step by
    attaching and removing.
    """

    idea = models.OneToOneField(Idea, models.CASCADE, related_name="draft")
    version = models.PositiveIntegerField(default=1)
    touched = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(Person, models.PROTECT, related_name="+")


class IdeaContent(IdeaText):
    """The text as last deliberately saved, submitted or resubmitted; its history rows are the versions.

    `files` lists `{"sha256", "name", "size"}` of the attachments of this version. `saved_by` is null for what an
    import brought: no person wrote it here.
    """

    idea = models.OneToOneField(Idea, models.CASCADE, related_name="content")
    version = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=2, default="fr")
    files = models.JSONField(default=list)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    search = models.GeneratedField(
        expression=models.Func(
            "language",
            "title",
            Concat(
                "pitch",
                SPACE,
                "problem",
                SPACE,
                "concerned",
                output_field=models.TextField(),
            ),
            Concat("proposal", SPACE, "expected_effect", SPACE, "needs_people"),
            function="idea_words",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        indexes = [GinIndex(fields=["search"], name="ideas_by_words")]


class Attachment(models.Model):
    """A file of the idea, stored once by its SHA-256, always served as a download."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idea = models.ForeignKey(Idea, models.CASCADE, related_name="attachments")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "sha256"],
                condition=Q(removed_at=None),
                name="one_copy_of_a_file_per_idea",
            )
        ]


class TeamMember(models.Model):
    """Someone of the idea's team. A row is never deleted: whoever was ever in the team stays in conflict."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("author")
        CO_AUTHOR = "co_author", _("co-author")
        HELPER = "helper", _("helper")
        COACH = "coach", _("coach")

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="team")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    invited_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    invited_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    # Who left and is asked again has no answer in force, and stays in conflict all the same.
    was_member = models.BooleanField(default=False, db_default=False)
    # The idea whose merging brought the member here; empty for whoever came by themselves.
    merged_from = models.ForeignKey(Idea, models.PROTECT, null=True, blank=True, related_name="+")
    # Until when a co-author is asked to carry the idea on, its author having left; empty once it is answered.
    carry_on_due_at = models.DateTimeField(null=True, blank=True)
    # The wish to be named once the idea is closed; a preference, asked on the idea's page.
    wishes_name_shown = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "person"], name="once_in_a_team"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(declined_at=None),
                name="invitation_has_one_answer",
            ),
        ]
        indexes = [models.Index(fields=["person", "idea"], name="teams_by_person")]


# A filter of `TeamMember`: whoever ever accepted a place, whatever came of it since.
EVER_IN_TEAM = Q(accepted_at__isnull=False) | Q(was_member=True)


class MaskedPassage(models.Model):
    """Words of the idea's text that those from whom its authors are hidden do not read, in whatever version.

    Lifting a passage keeps the row, with its date.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idea = models.ForeignKey(Idea, models.CASCADE, related_name="passages")
    text = models.CharField(max_length=200)
    marked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "text"], condition=Q(removed_at=None), name="passage_masked_once"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="masked_passage_is_not_empty"),
        ]


class MaskedText(models.Model):
    """The words by which those who read an idea masked find it, and its name among others; kept in step by the acts.

    `first` and `rest` are the parts of `IdeaContent.search`, masked.
    """

    idea = models.OneToOneField(Idea, models.CASCADE, related_name="masked_text")
    language = models.CharField(max_length=2)
    title = models.TextField(blank=True)
    first = models.TextField(blank=True)
    rest = models.TextField(blank=True)
    search = models.GeneratedField(
        expression=models.Func("language", "title", "first", "rest", function="idea_words"),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class Precedent(models.Model):
    """What an imported idea keeps of its source: its number there, its words, its milestones by month."""

    idea = models.OneToOneField(Idea, models.CASCADE, related_name="precedent")
    source = models.CharField(max_length=20)
    source_number = models.CharField(max_length=40)
    words = models.JSONField(default=dict)
    milestones = models.JSONField(default=list)
    inversions = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_number"],
                name="one_precedent_per_source_number",
            )
        ]

    @property
    def origin(self) -> Source | None:
        """What the source's licence asks to show (`ideas/precedent_source.html`)."""
        return SOURCES.get(self.source)
