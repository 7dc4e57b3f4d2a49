"""What the partials are shown with: an invented idea, its people, its figures."""

from datetime import timedelta
from typing import Any, NamedTuple

from incubator.lib import charts, clock, words
from incubator.lib.comparison import pieces
from incubator.lib.styleguide.forms import say


class SamplePerson(NamedTuple):
    """Somebody for the bar."""

    initials: str = "CL"
    is_authenticated: bool = True

    def __str__(self) -> str:
        return "Camille Lefort"


def stages() -> list[str]:
    return [
        say("Submission", "Dépôt"),
        say("Review", "Examen"),
        say("Sponsorship", "Parrainage"),
        say("Pilot", "Expérimentation"),
        say("Evaluation", "Bilan"),
    ]


def title() -> str:
    return say("Cargo bikes for home-help rounds", "Des vélos-cargos pour l’aide à domicile")


def rails() -> list[list[dict[str, Any]]]:
    lines = [words.plain_day(clock.now()), say("by the panel", "par le jury")]
    return [
        [
            {"state": state, "name": name, "lines": lines}
            for state, name in zip(states.split(), stages(), strict=True)
        ]
        for states in (
            "done now todo todo todo",
            "done done late todo todo",
            "done held todo todo todo",
            "done done ended todo todo",
        )
    ]


def tasks() -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "url": "#t1",
            "title": say("Give your opinion on idea 142", "Donner un avis sur l’idée 142"),
            "text": say("6 criteria and a vote", "6 critères et un vote"),
            "due": now + timedelta(days=1),
            "tag": say("Opinion", "Avis"),
            "turn": True,
        },
        {"url": "#t2", "title": title(), "due": now - timedelta(days=4), "tag": say("Answer", "Répondre")},
        {"url": "#t3", "title": title(), "done": True},
        {"url": "#t4", "title": title()},
    ]


def ideas() -> list[dict[str, Any]]:
    names = ["", *stages(), say("In service", "En service")]
    return [
        {
            "url": "#i1",
            "title": title(),
            "stage": stage,
            "stage_name": names[stage],
            "detail": say("panel’s opinion by 4 Dec", "avis du jury d’ici au 4 déc."),
            "side": say("Continue", "Reprendre") if stage == 1 else say("You: author", "Vous : auteure"),
            "side_url": "#i1" if stage == 1 else "",
        }
        for stage in (1, 2, 4, 6)
    ]


def nexts() -> list[dict[str, Any]]:
    return [
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
    ]


def entries() -> list[dict[str, Any]]:
    return [
        {
            "gate": True,
            "title": say("G0 passed: admissible", "G0 franchi : recevable"),
            "text": say("Programme lead, day 4 of 5", "Responsable du programme, jour 4 sur 5"),
        },
        {
            "title": say("Version 2, submitted", "Version 2, déposée"),
            "pieces": pieces(
                say("€18,280 to lease six bikes.", "18 280 € pour louer six vélos."),
                say("€18,400 to lease and mend six bikes.", "18 400 € pour louer et réviser six vélos."),
            ),
        },
    ]


def journey() -> dict[str, Any]:
    card = {"url": "#i", "title": title(), "detail": "G1"}
    return {
        "rails": rails(),
        "tasks": tasks(),
        "ideas": ideas(),
        "columns": [{"name": name, "count": 2, "ideas": [card]} for name in stages()],
        "nexts": nexts(),
        "entries": entries(),
    }


def figures() -> dict[str, Any]:
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
            {"term": say("Weighted score", "Note pondérée"), "figure": words.number(2.9, 1), "detail": "/ 4"},
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


def collaboration() -> dict[str, Any]:
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
