"""Forms with one field of each kind."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incubator.lib import words
from incubator.lib.forms import ChoiceText, Day, Scale, Votes


def say(english: str, french: str) -> str:
    """Sample content stays out of the catalogues."""
    return french if words.in_french() else english


def _texts() -> dict[str, forms.Field]:
    return {
        "title": forms.CharField(
            label=say("Name of the idea", "Nom de l’idée"),
            help_text=say("Ten words at most.", "Dix mots au plus."),
        ),
        "problem": forms.CharField(
            label=say("Describe the problem", "Décrivez le problème"), max_length=1000, widget=forms.Textarea
        ),
        "concerns": forms.ChoiceField(
            label=say("Concerns", "Concerne"),
            choices=[("a", say("Any service", "Tous les services")), ("b", "Espaces verts")],
        ),
        "until": forms.DateField(label=say("Until", "Jusqu’au"), required=False, widget=Day),
    }


def _choices() -> dict[str, forms.Field]:
    return {
        "felt_by": forms.MultipleChoiceField(
            label=say("Who would feel the difference?", "Qui verrait la différence ?"),
            help_text=say("Choose all that apply.", "Plusieurs réponses possibles."),
            choices=[
                ("residents", say("Residents", "Les habitants")),
                (
                    "others",
                    ChoiceText(
                        say("Another department", "Un autre service"),
                        say(
                            "You can name it in the next part", "Vous pourrez le nommer à la partie suivante"
                        ),
                    ),
                ),
            ],
            widget=forms.CheckboxSelectMultiple,
        ),
        "decision": forms.ChoiceField(
            label=say("Decision", "Décision"),
            choices=[
                (
                    "go_with_conditions",
                    ChoiceText(
                        say("Go on, with conditions", "Favorable, sous conditions"),
                        say("Both must be met before G2.", "Les deux sont à remplir avant G2."),
                        say("Follows the opinion", "Suit l’avis"),
                        "ok",
                    ),
                ),
                (
                    "hold",
                    ChoiceText(
                        say("Hold, until a date", "Ajourner jusqu’à une date"),
                        "",
                        say("Departs from the opinion", "S’écarte de l’avis"),
                    ),
                ),
            ],
            widget=forms.RadioSelect,
        ),
    }


def _scales() -> dict[str, forms.Field]:
    return {
        "vote": forms.ChoiceField(
            label=say("Your vote", "Votre vote"),
            choices=[
                (
                    "go",
                    ChoiceText(
                        say("Go on", "Favorable"), say("Ready for a sponsor", "Prête pour un parrainage")
                    ),
                ),
                (
                    "go_if",
                    ChoiceText(say("Go on, if…", "Favorable si…"), say("With conditions", "Sous conditions")),
                ),
                (
                    "not_now",
                    ChoiceText(
                        say("Not now", "Pas maintenant"), say("I say what is missing", "Je dis ce qui manque")
                    ),
                ),
            ],
            widget=Votes,
        ),
        "severity": forms.ChoiceField(
            label=say("How much the problem hurts", "Gravité du problème"),
            choices=[(str(level), str(level)) for level in range(5)],
            widget=Scale(
                ends=(say("0: a rare nuisance", "0 : une gêne rare"), say("4: every day", "4 : chaque jour")),
                guidance=[
                    say(f"Level {level}, in words.", f"Niveau {level}, en mots.") for level in range(5)
                ],
            ),
        ),
        "met": forms.ChoiceField(
            label=say("Conflicts of interest are settled", "Les conflits d’intérêts sont réglés"),
            choices=[
                ("yes", say("Yes", "Oui")),
                ("no", say("No", "Non")),
                ("cannot_tell", say("I cannot tell", "Je ne sais pas")),
            ],
            widget=Scale(),
        ),
    }


def _others() -> dict[str, forms.Field]:
    return {
        "photo": forms.FileField(label=say("Add a photo", "Ajouter une photo"), required=False),
        "locked": forms.CharField(label=say("Staff number", "Matricule"), initial="204 118", disabled=True),
        "agreed": forms.BooleanField(label=say("I agree to be named", "J’accepte d’être nommé")),
    }


class Sample(forms.Form):
    """One field of each kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(_texts() | _choices() | _scales() | _others())


class SampleFilters(forms.Form):
    """A list's filters."""

    words = forms.CharField(label=_("Search the texts"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), choices=[("", _("Any stage"))], required=False)


class SampleLinks(forms.Form):
    """The question on links."""

    link = forms.ChoiceField(label="", widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        link = self.fields["link"]
        assert isinstance(link, forms.ChoiceField)
        link.label = say(
            "If you recognise the team or have a link, say so.", "Si vous reconnaissez l’équipe, dites-le."
        )
        link.choices = [
            ("none", say("I know of no link", "Aucun lien à ma connaissance")),
            (
                "aside",
                ChoiceText(
                    say("I have a link: I step aside", "J’ai un lien : je me déporte"),
                    say("Your seat goes to a substitute.", "Votre siège revient à un suppléant."),
                ),
            ),
        ]
