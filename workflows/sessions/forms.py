"""The forms of a session."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from ideas.drafting.masking.rules import masked
from incubator.lib.forms import Day
from incubator.lib.masks import MASK
from incubator.people.models import Person, normal_staff_number
from workflows.gates import wording as gates
from workflows.gates.actions import Choice
from workflows.gates.models import GateRound
from workflows.gates.rules import GO_ON, reason_keys
from workflows.sessions import wording
from workflows.sessions.models import SelectionSession, SessionIdea

DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31)))
SHORT = {"class": "input--s", "inputmode": "numeric"}
TIE_CHOICES = [("", _("none")), *((code, words) for code, words in wording.TIES.items() if code != "lot")]


def _number(label: Any, initial: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        initial=initial,
        help_text=help_text,
        min_value=1,
        max_value=500,
        widget=forms.TextInput(SHORT),
    )


class WhenAndWhere(forms.Form):
    """The day, the first hearing and the place of a session."""

    held_on = forms.DateField(label=_("Day of the session"), widget=Day, validators=DAYS)
    held_time = forms.TimeField(
        label=_("First hearing at"), widget=forms.TimeInput({"type": "time", "class": "input--s"})
    )
    venue = forms.CharField(label=_("Place of the session"), max_length=200)

    def refuse(self, refused: Mapping[str, Iterable[Any]]) -> None:
        """Show these sentences at their fields; what belongs to no field of the form comes first."""
        for name, sentences in refused.items():
            field = {"held_at": "held_on", "ties": "tie_1"}.get(name, name)
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)

    def held_at(self, zone: str) -> datetime:
        """For a valid form."""
        found = self.cleaned_data
        return datetime.combine(found["held_on"], found["held_time"], ZoneInfo(zone))


class PostponeForm(WhenAndWhere):
    """Another time or place for a session."""

    def __init__(self, data: Mapping[str, Any] | None, session: SelectionSession) -> None:
        at = session.held_at.astimezone(ZoneInfo(session.call.programme.entity.time_zone))
        super().__init__(data, initial={"held_on": at.date(), "held_time": at.time(), "venue": session.venue})


class PrepareForm(WhenAndWhere):
    """A session and the rules it states beforehand. `rounds`: one of each gate where it could be held."""

    gate = forms.ChoiceField(label=_("Gate"))
    heard = _number(
        _("Ideas heard"), 7, _("Those with the best opinions, at least as many as there are places.")
    )
    hearing_minutes = _number(_("Minutes for each hearing"), 20)
    quorum = _number(_("Quorum"), 3, _("How many members must vote on each idea."))
    threshold = forms.DecimalField(
        label=_("Mean needed for a place"),
        help_text=_("From 0 to 4. Below it an idea has no place, even if one is free."),
        initial=Decimal(2),
        min_value=0,
        max_value=4,
        decimal_places=1,
        widget=forms.TextInput(SHORT),
    )
    tie_1 = forms.ChoiceField(
        label=_("On a tie, first"), choices=TIE_CHOICES, initial="chair", required=False
    )
    tie_2 = forms.ChoiceField(label=_("then"), choices=TIE_CHOICES, initial="support", required=False)
    tie_3 = forms.ChoiceField(
        label=_("then, before the draw"), choices=TIE_CHOICES, initial="opinion", required=False
    )
    passing_over = forms.BooleanField(
        label=_("When an idea no longer fits in what is left, a smaller one after it may still have a place"),
        required=False,
    )
    waiting_until = forms.DateField(label=_("The waiting list ends on"), widget=Day, validators=DAYS)

    def __init__(self, *args: Any, rounds: Sequence[GateRound], **more: Any) -> None:
        super().__init__(*args, **more)
        self.order_fields(["gate"])
        gate = self.fields["gate"]
        assert isinstance(gate, forms.ChoiceField)
        gate.choices = [(one.gate, gates.gate_name(one.gate, one.rules)) for one in rounds]

    def stated(self, zone: str) -> dict[str, Any]:
        """What `actions.prepare` takes."""
        found = {name: value for name, value in self.cleaned_data.items() if not name.startswith("held_")}
        return {
            "held_at": self.held_at(zone),
            "ties": [code for code in (found.pop(f"tie_{place}") for place in (1, 2, 3)) if code],
            "threshold": str(found.pop("threshold")),
            **found,
        }


class MemberForm(forms.Form):
    person = forms.CharField(label=_("Staff number"), max_length=40)
    chair = forms.BooleanField(label=_("This person chairs the session"), required=False)

    def clean_person(self) -> Person:
        typed = self.cleaned_data["person"].replace("\x00", "")
        person = Person.objects.filter(staff_number=normal_staff_number(typed), is_active=True).first()
        if person is None:
            raise forms.ValidationError(
                _("No colleague has this staff number. It is on the pay slip and on the badge.")
            )
        return person


def _texts(label: Any, rows: int = 3, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4000, widget=forms.Textarea({"rows": rows}), **more
    )


class NotedForm(forms.Form):
    """Filled in with what the session noted of an idea, as its reader may read it: without these passages.

    A text that is left as it was shown is the one that was noted, its masked words included; one that is changed has
    none, for nobody but the reader would know what stood there.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        line: SessionIdea,
        passages: Sequence[str],
        **proposed: Any,
    ) -> None:
        self.line, self.passages = line, passages
        first = {name: self._shown(name) for name in ("reasons", "learning")}
        super().__init__(
            data, initial=first | {"criterion": line.criterion} | proposed, prefix=str(line.idea.key)
        )
        _criterion(self).choices = criteria_of(line)

    def clean_reasons(self) -> str:
        return self._noted("reasons")

    def clean_learning(self) -> str:
        return self._noted("learning")

    def _shown(self, name: str) -> str:
        return masked(getattr(self.line, name), self.passages)

    def _noted(self, name: str) -> str:
        written = str(self.cleaned_data[name])
        # A browser sends other line ends than were noted.
        if self.passages and written.split() == self._shown(name).split():
            return str(getattr(self.line, name))
        if self.passages and MASK in written:
            raise forms.ValidationError(
                _(
                    "Some words of this text are masked for you. Leave it as it was noted, or change it and take the "
                    "masks (%(mask)s) out: write the sentence in your own words."
                ),
                params={"mask": MASK},
            )
        return written


class ReasonsForm(NotedForm):
    """What the session retains of an idea; the decider finds it in the form."""

    reasons = _texts(_("What the session retains"))
    criterion = forms.ChoiceField(label=_("Tied to"), required=False)
    learning = _texts(_("What others can learn from it"), 2)


class LineForm(NotedForm):
    """The decision on one line of a settled list, filled in with what the session proposes."""

    outcome = forms.ChoiceField(label=_("Decision"))
    reasons = _texts(_("Reasons, as the team will read them"), 4)
    criterion = forms.ChoiceField(
        label=_("Tied to"),
        required=False,
        help_text=_("For every decision other than going on: the criterion the reasons are about."),
    )
    learning = _texts(_("What others can learn from it"), 2, help_text=_("For a stop."))
    hold_until = forms.DateField(label=_("On hold until"), required=False, widget=Day, validators=DAYS)
    departure_reason = _texts(
        _("Why this departs from the list"), 2, help_text=_("When an idea with a place does not go on.")
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        line: SessionIdea,
        session: SelectionSession,
        *,
        passages: Sequence[str],
    ) -> None:
        # Conditions are written on the idea's own decision page.
        onward = [code for code in onward_at(line) if code != "go_with_conditions"]
        proposed = {"selected": onward[0], "waiting": "hold"}.get(line.result, "stop")
        until = session.waiting_until if line.result == "waiting" else None
        super().__init__(data, line, passages, outcome=proposed, hold_until=until)
        open_now = (*onward, "hold", "stop") if line.result == "selected" else ("hold", "stop")
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [(code, gates.OUTCOMES[code]) for code in open_now]
        if line.result != "selected":
            del self.fields["departure_reason"]

    def choice(self) -> Choice:
        """What `actions.decide` takes; for a valid form."""
        found = self.cleaned_data
        onward, criterion = found["outcome"] in GO_ON, found["criterion"]
        return Choice(
            outcome=found["outcome"],
            reasons=found["reasons"],
            criterion_reasons={criterion: found["reasons"]} if criterion and not onward else {},
            departure_reason=found.get("departure_reason", ""),
            learning=found["learning"],
            hold_until=found["hold_until"] if found["outcome"] == "hold" else None,
        )


def onward_at(line: SessionIdea) -> list[str]:
    """The outcomes that let an idea go on from its gate, as configured."""
    return list(line.round.rules.get("go_on") or ("go", "go_with_conditions"))


def criteria_of(line: SessionIdea) -> list[tuple[str, Any]]:
    """The criteria and must-meets of the idea's gate, and none."""
    named = [(key, gates.tied_label(key, line.round.rules)) for key in reason_keys(line.round.rules)]
    return [("", _("none")), *named]


def first_dates(today: date) -> dict[str, Any]:
    """A session in two weeks, a waiting list of six months."""
    held_on = today + timedelta(days=14)
    return {"held_on": held_on, "held_time": time(9, 0), "waiting_until": held_on + timedelta(days=183)}


def _criterion(form: forms.Form) -> forms.ChoiceField:
    field = form.fields["criterion"]
    assert isinstance(field, forms.ChoiceField)
    return field
