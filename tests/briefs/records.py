"""Records of invented decisions, for tests and for looking at the pages."""

from datetime import UTC, date, datetime
from typing import Any

from workflows.briefs.record import (
    BriefRecord,
    Condition,
    Criterion,
    ExpertAnswer,
    HistoryLine,
    Letterhead,
    MustMeet,
    NextStep,
    Opinion,
    Signature,
)

DGA = Signature(
    name="Hélène Marchetti-Roux",
    capacity="Directrice générale adjointe",
    reference="Délégation de signature, arrêté n° 2026-118 du 2 mars 2026",
    since=date(2026, 3, 2),
    until=date(2027, 12, 31),
)
LEAD = Signature(
    name="Inès Benali",
    capacity="Responsable du programme",
    reference="Délégation de signature, arrêté n° 2026-031",
    since=date(2026, 1, 5),
    until=None,
)
OPINION = Opinion(
    result="go_if",
    form="simple",
    score="2.77",
    threshold="2.4",
    go=1,
    go_if=2,
    not_now=1,
    abstained=1,
    seats=5,
    quorum_asked=3,
    quorum=True,
    diversity=True,
)
WHY = {
    "severity": "L’égout a débordé onze fois en 2025 ; des caves sont pompées la nuit.",
    "value": "Près d’un tiers du débit de pointe vient de ces deux cours : agir là soulage la rue et donne de "
    "l’ombre aux élèves.",
    "feasibility": "La hauteur d’eau côté maternelle n’est pas démontrée, ni l’entretien réparti : d’où les "
    "conditions 1 et 2.",
    "learning": "Un été de relevés dira si d’autres cours peuvent suivre, avant 2028.",
}
CRITERIA = (
    Criterion("Gravité du problème", 25, (3, 3, 4, 4), "3.50", WHY["severity"]),
    Criterion("Utilité pour les personnes concernées", 25, (2, 3, 3, 4), "3.00", WHY["value"]),
    Criterion("Faisabilité d’un essai", 15, (1, 2, 2, 4), "2.25", WHY["feasibility"]),
    Criterion("Ce que l’on apprendrait", 15, (2, 3, 3, 4), "3.00", WHY["learning"]),
    Criterion("Portée et équité", 10, (1, 2, 2, 3), "2.00"),
    Criterion("Nouveauté pour la collectivité", 10, (1, 2, 3), "2.00"),
)


# Those that a brief embeds, by the names that PDF gives them.
FONTS = {
    "Source-Sans-3",
    "Source-Sans-3-Bold",
    "Source-Sans-3-Semi-Bold",
    "Source-Serif-4-Bold",
    "Source-Serif-4-Semi-Bold",
    "JetBrains-Mono",
    "JetBrains-Mono-Medium",
}
ANSWERED = ExpertAnswer(
    "La réglementation permet-elle des noues dans une cour d’école maternelle ?",
    "Oui, si l’eau y reste sous 5 cm et s’évacue en moins de 24 heures.\n\nUne clôture n’est pas exigée en dessous.",
    date(2026, 10, 27),
)


def selection(**changes: Any) -> BriefRecord:
    """A G1 that goes on with three conditions, in French."""
    facts: dict[str, Any] = {
        "number": "2026-0147-G1",
        "language": "fr",
        "letterhead": Letterhead("Ville de Port-Aubert", "Programme Idées des agents"),
        "idea_number": "2026-0147",
        "title": "Jardins de pluie dans les cours d’école, rive du Canal",
        "pitch": "Remplacer 420 m² d’enrobé, dans deux cours, par des noues plantées qui retiennent les 25 premiers "
        "millimètres d’un orage, pour que l’égout du Canal cesse de déborder rue des Tanneurs.",
        "content_version": 4,
        "content_sha256": "75228bfb38e14888a59c3d35c8ae692ceed9a257a937f2496d3db2e9c497b38d",
        "gate": "G1",
        "gate_name": "sélection",
        "round_number": 1,
        "round_sha256": "a0554b1b6b9a662373b9fec37ecc08613ad43d75d0d2268ba2917dfe0521a22f",
        "decided_at": datetime(2026, 11, 12, 15, 40, tzinfo=UTC),
        "outcome": "go_with_conditions",
        "reasons": "Le besoin est réel et mesuré, et deux cours suffisent pour apprendre.\n\n"
        "L’idée passe au parrainage. Aucune dépense n’est engagée à ce jalon. Les trois conditions ci-dessous "
        "doivent être levées avant le jalon G2.",
        "decider": DGA,
        "opinion": OPINION,
        "criteria": CRITERIA,
        "must_meets": (
            MustMeet("Les conflits d’intérêts sont réglés", "judgement", True, yes=5),
            MustMeet("Les avis d’experts demandés sont rendus", "judgement", True, yes=4, cannot_tell=1),
        ),
        "experts": (ANSWERED,),
        "conditions": (
            Condition(
                "Montrer, par le calcul et par une mise en eau d’essai, que l’eau reste sous 5 cm et s’évacue en "
                "6 heures, maternelle comprise.",
                "L’équipe de l’idée",
                date(2027, 1, 29),
            ),
            Condition(
                "Écrire qui entretient quoi, avec les écoles et les espaces verts.",
                "Nadia Ferrand, direction de l’éducation",
                date(2027, 2, 12),
            ),
            Condition(
                "Chiffrer l’entretien sur cinq ans, pas sur la seule première année.",
                "Paul Kerval, direction des finances",
                date(2027, 2, 12),
            ),
        ),
        "next_steps": (
            NextStep("meet_conditions"),
            NextStep("find_sponsor", date(2026, 12, 24)),
            NextStep("ask_lead"),
        ),
        "history": (
            HistoryLine(date(2026, 10, 5), "submitted"),
            HistoryLine(date(2026, 10, 9), "decided", "G0", "recevabilité", "go"),
            HistoryLine(date(2026, 10, 12), "round_opened", "G1", "sélection"),
            HistoryLine(date(2026, 11, 12), "decided", "G1", "sélection", "go_with_conditions"),
        ),
    }
    return BriefRecord(**facts | changes)


def departing_stop() -> BriefRecord:
    """A G1 stopped against the panel’s opinion."""
    return selection(
        outcome="stop",
        departs=True,
        departure_reason="Le panel a lu le dossier avant l’avis du service de l’eau, rendu le 10 novembre : les "
        "deux cours seront reprises par le chantier du collecteur dès 2027. Un essai y serait "
        "détruit avant d’avoir rien appris.",
        reasons="Le problème est réel, et le chantier du collecteur y répond autrement.",
        conditions=(),
        learning="Une cour non concernée par le chantier reste à trouver.",
        next_steps=(
            NextStep("reexamination", date(2026, 11, 26)),
            NextStep("learning_sheet"),
            NextStep("new_idea"),
            NextStep("ask_lead"),
        ),
    )


def admissibility(**changes: Any) -> BriefRecord:
    """A G0 decided by the lead, without a panel."""
    facts: dict[str, Any] = {
        "number": "2026-0147-G0",
        "gate": "G0",
        "gate_name": "recevabilité",
        "outcome": "go",
        "reasons": "L’idée relève de la Ville, nomme un problème et les personnes qu’il touche.",
        "decider": LEAD,
        "opinion": None,
        "criteria": (),
        "must_meets": (
            MustMeet("Dans les compétences de la collectivité", "judgement", True),
            MustMeet("Nomme un problème et les personnes concernées", "judgement", True),
            MustMeet("N’est pas déjà en cours (sinon fusion)", "judgement", True),
        ),
        "conditions": (),
        "next_steps": (NextStep("review"), NextStep("ask_lead")),
        "history": (
            HistoryLine(date(2026, 10, 5), "submitted"),
            HistoryLine(date(2026, 10, 9), "decided", "G0", "recevabilité", "go"),
        ),
    }
    return selection(**facts | changes)
