"""Where an idea is: the flow's process, holds, re-examinations."""

from django.db import models
from django.db.models import F, Q
from viewflow.workflow.models import Process

from ideas.drafting.models import Attachment, Idea
from incubator.people.models import Person


class IdeaProcess(Process):
    """The token engine's process, tied to its idea; at most one is running."""

    idea = models.ForeignKey(Idea, models.PROTECT, related_name="processes")

    class Meta:
        indexes = [models.Index(fields=["idea"], name="processes_by_idea")]


class Hold(models.Model):
    """A pause of an idea, until a date or a condition; it wakes where it was."""

    class Cause(models.TextChoices):
        DECISION = "decision"
        LAPSED_REWORK = "lapsed_rework"
        SPONSOR_LOST = "sponsor_lost"
        AUTHOR_LEFT = "author_left"

    idea = models.ForeignKey(Idea, models.PROTECT, related_name="holds")
    gate = models.CharField(max_length=4, blank=True)
    stage = models.CharField(max_length=12)
    holder_before = models.CharField(max_length=10)
    cause = models.CharField(max_length=16, choices=Cause)
    until = models.DateField(null=True, blank=True)
    condition = models.TextField(blank=True)
    held_at = models.DateTimeField()
    woken_at = models.DateTimeField(null=True, blank=True)
    woken_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea"],
                condition=Q(woken_at=None),
                name="one_open_hold_per_idea",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=False) | ~Q(condition=""),
                name="hold_ends_by_date_or_condition",
            ),
        ]


class Merge(models.Model):
    """An idea that goes on inside another one. A lead may undo it until the target's next decision, `final_at`."""

    idea = models.ForeignKey(Idea, models.PROTECT, related_name="merges")
    target = models.ForeignKey(Idea, models.PROTECT, related_name="taken_in")
    gate = models.CharField(max_length=4)
    merged_at = models.DateTimeField()
    final_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    undone_reasons = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea"], condition=Q(undone_at=None), name="one_merge_in_force_per_idea"
            ),
            models.CheckConstraint(condition=~Q(idea=F("target")), name="merge_is_of_two_ideas"),
            models.CheckConstraint(
                condition=Q(final_at=None) | Q(undone_at=None), name="final_merge_is_not_undone"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None, undone_reasons="")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reasons=""),
                name="undone_merge_has_its_reasons",
            ),
        ]
        indexes = [
            models.Index(
                fields=["target"],
                condition=Q(final_at=None, undone_at=None),
                name="merges_that_can_be_undone",
            )
        ]


class Done(models.Model):
    """On the local route: a line and a photo that say the service has done it."""

    idea = models.OneToOneField(Idea, models.PROTECT, related_name="done")
    line = models.CharField(max_length=300)
    photo = models.ForeignKey(Attachment, models.PROTECT, related_name="+")
    reported_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(line=""), name="done_says_what")]


class LearningNote(models.Model):
    """What someone of the team adds to the learning sheet of a stopped idea; named as the idea's authors are."""

    idea = models.ForeignKey(Idea, models.PROTECT, related_name="learning_notes")
    text = models.TextField()
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="learning_note_says_something")]


class Reexamination(models.Model):
    """The author's right after a stop: asked within the window, answered by a decider who took no part."""

    class Answer(models.TextChoices):
        UPHELD = "upheld"
        OVERTURNED = "overturned"

    idea = models.ForeignKey(Idea, models.PROTECT, related_name="reexaminations")
    gate = models.CharField(max_length=4)
    # Working days, as the rules of the round that stopped the idea had them.
    ask_within = models.PositiveSmallIntegerField(null=True, blank=True)
    # From when the delay is counted; a lead who hands the answer over in person, later, says so.
    handed_at = models.DateTimeField(null=True, blank=True)
    window_until = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    grounds = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    # The one person asked to answer; None while nobody who could is there, and the leads look for someone.
    decider = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answered_on_behalf_of = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reasons = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea"],
                condition=Q(closed_at=None),
                name="one_open_reexamination_per_idea",
            ),
            models.CheckConstraint(
                condition=Q(answer="") | ~Q(reasons="") & Q(answered_by__isnull=False),
                name="reexamination_answer_has_reasons",
            ),
        ]
