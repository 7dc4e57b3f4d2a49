"""Every partial of the design on one page, in all its states; the demo shows it, and the tests walk it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from incubator.lib import charts, clock, context, words
from incubator.lib.comparison import pieces
from incubator.lib.forms import ChoiceText, Day, Scale, Votes
from incubator.lib.refusals import NotAllowed


def say(english: str, french: str) -> str:
    """Sample content stays out of the catalogues."""
    return french if words.in_french() else english


class Sample(forms.Form):
    """One field of each kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = self.fields
        said["title"] = forms.CharField(
            label=say("Name of the idea", "Nom de l’idée"),
            help_text=say("Ten words at most.", "Dix mots au plus."),
        )
        said["problem"] = forms.CharField(
            label=say("Describe the problem", "Décrivez le problème"), max_length=1000, widget=forms.Textarea
        )
        said["concerns"] = forms.ChoiceField(
            label=say("Concerns", "Concerne"),
            choices=[("a", say("Any service", "Tous les services")), ("b", "Espaces verts")],
        )
        said["until"] = forms.DateField(label=say("Until", "Jusqu’au"), required=False, widget=Day)
        said["felt_by"] = forms.MultipleChoiceField(
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
        )
        said["decision"] = forms.ChoiceField(
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
        )
        said["vote"] = forms.ChoiceField(
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
        )
        said["severity"] = forms.ChoiceField(
            label=say("How much the problem hurts", "Gravité du problème"),
            choices=[(str(level), str(level)) for level in range(5)],
            widget=Scale(
                ends=(say("0: a rare nuisance", "0 : une gêne rare"), say("4: every day", "4 : chaque jour")),
                guidance=[
                    say(f"Level {level}, in words.", f"Niveau {level}, en mots.") for level in range(5)
                ],
            ),
        )
        said["met"] = forms.ChoiceField(
            label=say("Conflicts of interest are settled", "Les conflits d’intérêts sont réglés"),
            choices=[
                ("yes", say("Yes", "Oui")),
                ("no", say("No", "Non")),
                ("cannot_tell", say("I cannot tell", "Je ne sais pas")),
            ],
            widget=Scale(),
        )
        said["photo"] = forms.FileField(label=say("Add a photo", "Ajouter une photo"), required=False)
        said["locked"] = forms.CharField(
            label=say("Staff number", "Matricule"), initial="204 118", disabled=True
        )
        said["agreed"] = forms.BooleanField(label=say("I agree to be named", "J’accepte d’être nommé"))


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


def _journey() -> dict[str, Any]:
    now = clock.now()
    names = [
        say("Submission", "Dépôt"),
        say("Review", "Examen"),
        say("Sponsorship", "Parrainage"),
        say("Pilot", "Expérimentation"),
        say("Evaluation", "Bilan"),
    ]

    def rail(*states: str) -> list[dict[str, Any]]:
        when = words.plain_day(now)
        return [
            {"state": state, "name": name, "lines": [when, say("by the panel", "par le jury")]}
            for state, name in zip(states, names, strict=True)
        ]

    title = say("Cargo bikes for home-help rounds", "Des vélos-cargos pour l’aide à domicile")
    return {
        "rails": [
            rail("done", "now", "todo", "todo", "todo"),
            rail("done", "done", "late", "todo", "todo"),
            rail("done", "held", "todo", "todo", "todo"),
            rail("done", "done", "ended", "todo", "todo"),
        ],
        "tasks": [
            {
                "url": "#t1",
                "title": say("Give your opinion on idea 142", "Donner un avis sur l’idée 142"),
                "text": say(
                    "6 criteria and a vote, about 15 minutes", "6 critères et un vote, environ 15 minutes"
                ),
                "due": now + timedelta(days=1),
                "tag": say("Opinion", "Avis"),
                "turn": True,
            },
            {"url": "#t2", "title": title, "due": now - timedelta(days=4), "tag": say("Answer", "Répondre")},
            {"url": "#t3", "title": title, "done": True},
            {"url": "#t4", "title": title},
        ],
        "ideas": [
            {
                "url": "#i1",
                "title": title,
                "stage": stage,
                "stage_name": names[min(max(stage, 1), 5) - 1]
                if stage < 6
                else say("In service", "En service"),
                "detail": say("panel’s opinion by 4 Dec", "avis du jury avant le 4 déc."),
                "side": say("Continue", "Reprendre") if stage == 1 else say("You: author", "Vous : auteure"),
                "side_url": "#i1" if stage == 1 else "",
            }
            for stage in (1, 2, 4, 6)
        ],
        "columns": [
            {"name": name, "count": 2, "ideas": [{"url": "#i", "title": title, "detail": "G1"}]}
            for name in names
        ],
        "nexts": [
            {
                "my_turn": True,
                "url": "#n",
                "label": say("Give your opinion", "Donner votre avis"),
                "text": say("The panel waits for your vote.", "Le jury attend votre vote."),
            },
            {
                "my_turn": False,
                "id": "next-2",
                "text": say("Nothing for you to do.", "Vous n’avez rien à faire."),
            },
        ],
        "entries": [
            {
                "gate": True,
                "title": say("G0 passed: admissible", "G0 franchi : recevable"),
                "text": say("Programme lead, day 4 of 5", "Pilote du programme, jour 4 sur 5"),
            },
            {
                "title": say("Version 2, submitted", "Version 2, déposée"),
                "pieces": pieces(
                    say("€18,280 to lease six bikes.", "18 280 € pour louer six vélos."),
                    say(
                        "€18,400 to lease six bikes, and a mechanic.",
                        "18 400 € pour louer six vélos et les réviser.",
                    ),
                ),
            },
        ],
    }


def _figures() -> dict[str, Any]:
    rows = [
        charts.Row("Jan–Jun 2026", [charts.Part(5), charts.Part(9, "open"), charts.Part(16, "b")], "30"),
        charts.Row("Jul 2026 –", [charts.Part(0), charts.Part(18, "open"), charts.Part(10, "b")], "28"),
    ]
    legend = [
        ("a", say("pilot started", "expérimentée")),
        ("open", say("under way", "en cours")),
        ("b", say("ended before", "close avant")),
    ]
    path = [
        charts.Row(say("Submitted", "Déposées"), [charts.Part(107)]),
        charts.Row(say("Selected", "Sélectionnées"), [charts.Part(41)]),
        charts.Row(say("Pilot", "Expérimentées"), [charts.Part(12)]),
    ]
    waits = [
        charts.Interval(
            say("Selection", "Sélection"), 27, 36, 30, say("half by day 27", "la moitié au 27e jour")
        ),
        charts.Interval(say("Sponsor", "Parrainage"), 38, None, 30, say("promised 30", "promis : 30")),
    ]
    curve = [
        charts.Step(0, 0, 0, 0),
        charts.Step(90, 0.12, 0.06, 0.2),
        charts.Step(180, 0.25, 0.17, 0.34),
        charts.Step(300, 0.36, 0.26, 0.46),
    ]
    named = {
        "title": say("An example", "Un exemple"),
        "sentence": say("Invented figures.", "Chiffres inventés."),
    }
    return {
        "charts": [
            {"id": "chart-1", "svg": charts.bars(rows, legend=legend, **named)},
            {"id": "chart-2", "svg": charts.funnel(path, **named)},
            {"id": "chart-3", "svg": charts.intervals(waits, longest=150, **named)},
            {"id": "chart-4", "svg": charts.steps(curve, until=365, unit=say("days", "jours"), **named)},
        ],
        "columns_of_table": [
            {"label": say("Half-year", "Semestre")},
            {"label": say("Ideas", "Idées"), "number": True},
            {"label": say("Pilots", "Expérimentations"), "number": True},
        ],
        "rows_of_table": [["2026-1", "30", "5"], ["2026-2", "28", "s"]],
        "key_figures": [
            {"term": say("Weighted score", "Score pondéré"), "figure": words.number(2.9, 1), "detail": "/ 4"},
            {"term": say("Go on", "Favorables"), "figure": 1},
            {
                "term": say("In time", "Dans les délais"),
                "figure": words.percent(71),
                "detail": "< 90 %",
                "off": True,
            },
            {"term": say("Hidden", "Masqué"), "figure": "s"},
        ],
        "sentences": [
            {
                "title": say("Waiting now", "En attente"),
                "text": say("40 ideas are under way.", "40 idées en cours."),
            }
            for _ in range(6)
        ],
    }


def _collaboration() -> dict[str, Any]:
    return {
        "comments": [
            {
                "initials": "MB",
                "name": "Mehdi Bensalem",
                "where": say("Fleet workshop", "Atelier"),
                "when": words.long_day(clock.now()),
                "text": say("We can service **six bikes**.", "Nous pouvons entretenir **six vélos**."),
            }
        ],
        "people": [{"initials": "AD", "name": "Awa Diallo", "detail": say("Author", "Auteure")}],
        "documents": [
            {
                "url": "#d",
                "label": say("Decision brief, G0", "Relevé de décision, G0"),
                "detail": f"PDF, {words.file_size(92_000)}",
                "file": True,
            },
            {"label": say("You get a receipt at once.", "Vous recevez aussitôt un accusé de dépôt.")},
        ],
        "facts": [
            {"term": say("Asks for", "Demande"), "text": words.euros(18400)},
            {"term": say("Signature", "Signature"), "text": say("You", "Vous"), "tag": "!", "kind": "turn"},
        ],
        "steps": [
            {"url": f"#{state}", "label": f"{number}. G{number}", "state": state}
            for number, state in enumerate(("done", "here", "fix", "todo"), 1)
        ],
        "links": [
            {"url": "#v1", "label": say("In progress 40", "En cours 40"), "current": True},
            {"url": "#v2", "label": say("Late 2", "En retard 2")},
        ],
        "conflict": {
            "who": "Awa Diallo",
            "fields": [
                {
                    "label": say("The problem", "Le problème"),
                    "theirs": "Six.",
                    "pieces": pieces("Six.", "Sept."),
                }
            ],
        },
        "confirm": {
            "summary": say("Withdraw this idea", "Retirer cette idée"),
            "text": say(
                "Nobody asks why. You keep your text.", "Personne ne demande pourquoi. Vous gardez le texte."
            ),
            "action": "#",
            "button": say("Withdraw", "Retirer"),
        },
    }


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """All partials with sample data. Only the demo has it."""
    if not settings.DEMO:
        raise Http404
    shell = context.page(request)["page"]
    here = reverse("styleguide")
    sample_tabs = [
        context.Tab(
            key=key,
            url=here if key == "ideas" else f"#{key}",
            label=label,
            icon=icon,
            count=3 if key == "my-work" else 0,
            current=key == "ideas",
            desk=key not in context.THUMB,
        )
        for key, _name, label, icon in context.TABS
    ]
    return render(
        request,
        "pages/styleguide.html",
        {
            "page": {
                **shell,
                "tabs": sample_tabs,
                "signed_in": True,
                "person": SimpleNamespace(initials="CL", is_authenticated=True),
            },
            "form": Sample(initial={"severity": "3", "vote": "go_if"}, auto_id="empty_%s"),
            "broken": Sample({}, auto_id="broken_%s"),
            "filters": SampleFilters(),
            "link_form": SampleLinks(),
            "refusal": NotAllowed(
                say("Your seat goes to a substitute.", "Votre siège revient à un suppléant."),
                fields={"title": [say("Give it a name.", "Donnez-lui un nom.")]},
            ),
            "saved_states": [
                {"id": "saved-1", "at": clock.now()},
                {"id": "saved-2"},
                {"id": "saved-3", "state": "conflict"},
            ],
            "seats": ["mine", "taken", "taken", "free", "aside"],
            **_journey(),
            **_figures(),
            **_collaboration(),
        },
    )
