"""A city in which every page of the product has something to show, and who looks at which page.

Each scene brings one idea to where its pages are; the addresses of a scene are valid together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from ideas.acts import wait_for
from ideas.drafting import actions as drafting
from ideas.drafting.masking import actions as masking
from incubator.lib import clock
from incubator.people import actions as people
from incubator.people.actors import CLOCK
from incubator.people.models import Department, Person
from tests.factories import DepartmentFactory, PersonFactory, PostFactory, TeamMemberFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act, in_days
from tests.sessions import stage as sessions
from tests.sponsorship.cast import routes_above
from workflows.briefs.models import Brief
from workflows.documents import actions as documents
from workflows.documents.queries import paper
from workflows.evaluation import benefit_actions as benefits
from workflows.evaluation.models import BenefitReading
from workflows.evaluation.rules import Measured
from workflows.gates import actions as gates
from workflows.gates.configuration import actions as configuration
from workflows.gates.models import Condition, GateRound, Seat
from workflows.journey import actions as journey
from workflows.pilots import actions as pilots
from workflows.pilots.models import Pilot
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import TimeRelease

Run = Callable[..., list[str]]


@dataclass(frozen=True)
class Visit:
    """One page as one person reads it; `status` other than 200 for a refusal. `code`: typed at the door first."""

    person: Person | None
    path: str
    status: int = 200
    code: tuple[str, str] | None = None


@dataclass
class City:
    """The scenes, with what they share."""

    run_jobs: Run
    cast: Cast = field(default_factory=Cast)

    def visits(self) -> list[Visit]:
        scenes = (
            self.door,
            self.office,
            self.configured,
            self.writing,
            self.gates,
            self.service,
            self.sponsoring,
            self.promised,
            self.later,
            self.in_service,
            self.elsewhere,
            self.decided,
            self.session,
        )
        return [visit for scene in scenes for visit in scene()]

    def door(self) -> Iterator[Visit]:
        """Before and around a sign-in, and what everyone may read."""
        anyone = self.cast.author
        desk, newcomer = PersonFactory(employed=True, role="hr_desk"), PersonFactory(employed=True)
        issued = people.issue_code(person=newcomer, by=act(desk))
        yield Visit(None, reverse("sign-in"))
        yield Visit(None, reverse("sign-in-code"))
        yield Visit(None, reverse("choose-secret"), code=(newcomer.staff_number, issued.text))
        for name in ("sign-out", "account", "change-secret", "help", "charter", "your-data", "accessibility"):
            yield Visit(anyone, reverse(name))
        yield Visit(desk, f"{reverse('desk')}?q={anyone.staff_number}")
        yield Visit(desk, reverse("issue-code", args=[newcomer.key]))
        yield Visit(desk, reverse("absences", args=[self.away(desk).key]))
        yield Visit(anyone, "/nowhere", status=404)

    def away(self, desk: Person) -> Person:
        """Someone whose absence the HR desk noted, with a deputy."""
        person, deputy = PersonFactory(employed=True), PersonFactory(employed=True)
        people.record_absence(
            person=person, deputy=deputy, starts_on=in_days(0), ends_on=in_days(9), by=act(desk)
        )
        return person

    def office(self) -> Iterator[Visit]:
        """Rights, calls, figures, messages."""
        administrator = PersonFactory(employed=True, role="administrator")
        yield Visit(administrator, reverse("roles"))
        yield Visit(administrator, reverse("add-guest"))
        yield Visit(administrator, reverse("mandates"))
        yield Visit(administrator, reverse("letterheads"))
        entity = Department.objects.all()[0].entity
        days = {"first_day": in_days(20), "last_day": in_days(35)}
        entity = people.close_days(entity=entity, by=act(administrator), **days)
        yield Visit(administrator, reverse("entities"))
        yield Visit(administrator, f"{reverse('entity', args=[entity.key])}?year={in_days(20).year}")
        yield Visit(self.cast.lead, reverse("calls"))
        yield Visit(self.cast.lead, reverse("call-new"))
        yield Visit(self.cast.lead, reverse("call-edit", args=[self.cast.call.key]))
        yield Visit(self.cast.author, reverse("call", args=[self.cast.call.key]))
        yield Visit(self.cast.lead, reverse("messages"))
        yield Visit(self.cast.lead, reverse("messages-unknown"))
        yield Visit(self.cast.lead, reverse("demo-outbox"))
        yield Visit(self.cast.author, reverse("metrics"))
        yield Visit(self.cast.author, reverse("process"))

    def configured(self) -> Iterator[Visit]:
        """The gates' rules, in force and being changed."""
        lead = self.cast.lead
        draft = configuration.begin_draft(by=act(lead), programme=self.cast.call.programme)
        yield Visit(lead, reverse("configurations"))
        yield Visit(lead, reverse("configuration", args=[draft.key]))
        for section in ("G1", "letters", "general"):
            yield Visit(lead, reverse("configuration-section", args=[draft.key, section]))
        yield Visit(lead, reverse("configuration-preview", args=[draft.key, "G1"]))

    def writing(self) -> Iterator[Visit]:
        """A draft, its team and its files; a colleague asked to join."""
        cast, asked = self.cast, PersonFactory(employed=True)
        draft = play.draft(cast, title="Un abri pour les vélos de la crèche")
        drafting.save_version(idea=draft, by=act(cast.author))
        drafting.invite(idea=draft, by=act(cast.author), person=asked)
        yield Visit(cast.author, reverse("idea-new"))
        for name in ("idea-edit", "idea-submit", "idea-versions", "idea-team", "idea-files"):
            yield Visit(cast.author, reverse(name, args=[draft.key]))
        yield Visit(asked, reverse("idea-invitation", args=[draft.key]))

    def gates(self) -> Iterator[Visit]:
        """Read by its panel, waiting for a decision, admitted or not; my work with all of it."""
        cast = self.cast
        admitting = play.submit(cast, title="Une bourse aux outils entre ateliers")
        reading = self._at_g1("Des casiers avec recharge pour l’équipe de nuit")
        deciding = self._at_g1("Prêter les barnums entre écoles")
        play.vote_all(deciding, "go_if")
        self.run_jobs()
        first, second = Seat.objects.filter(round=play.round_of(reading), state="open")[:2]
        play.vote_one(reading, second, "not_now")
        gates.open_others(seat_key=second.key, by=act(second.person))
        yield Visit(first.person, reverse("my-work"))
        yield Visit(first.person, reverse("reviews"))
        yield Visit(first.person, reverse("review", args=[first.key]))
        yield Visit(first.person, reverse("step-aside", args=[first.key]))
        yield Visit(second.person, reverse("others", args=[second.key]))
        late = reverse("late-work", args=[reading.key, "vote"])
        told = {"key": f"late:vote:{reading.key}", "verb": "late_opinion", "due_at": clock.now()}
        wait_for([cast.lead], idea=reading, url=late, **told)
        yield Visit(cast.lead, late)
        yield Visit(cast.lead, reverse("seats", args=[play.round_of(reading).key]))
        yield Visit(cast.lead, reverse("seat-change", args=[first.key]))
        yield from self._asked_of_experts(play.round_of(reading))
        yield Visit(cast.dga, reverse("decide", args=[play.round_of(deciding).key]))
        admits = Seat.objects.get(round=play.round_of(admitting), state="open").person
        yield Visit(admits, reverse("decide", args=[play.round_of(admitting).key]))
        yield Visit(cast.author, reverse("receipt", args=[reading.key]))
        yield Visit(cast.author, reverse("idea-withdraw", args=[reading.key]))
        yield Visit(cast.author, reverse("portfolio"))
        yield Visit(cast.author, f"{reverse('portfolio')}?call={cast.call.key}")

    def _asked_of_experts(self, round_: GateRound) -> Iterator[Visit]:
        expert = PersonFactory(employed=True, role="expert")
        asked = {"round_key": round_.key, "expert": expert, "due_on": in_days(5), "by": act(self.cast.lead)}
        first = gates.ask_expert(question="L’armoire respecte-t-elle la norme ?", **asked)
        gates.answer_expert(question_key=first.key, answer="Oui, avec une porte coupe-feu.", by=act(expert))
        gates.ask_expert(question="Qui recharge les casiers la nuit ?", **asked)
        for person in (self.cast.lead, expert):
            yield Visit(person, reverse("expert-questions", args=[round_.key]))

    def service(self) -> Iterator[Visit]:
        """The local route: to answer, to do (and to carry on), and refused."""
        place = DepartmentFactory(service=True)
        head = PersonFactory(
            department=place, head=True, mandate="head_of_service", mandate__department=place
        )
        asked, doing, refused = [
            self._local(place, title) for title in ("Un banc au soleil", "Une rampe", "Une horloge")
        ]
        play.decide(doing, head, answers={"own_means": "yes"})
        play.decide(refused, head, "stop", learning="")
        yield Visit(head, reverse("decide", args=[play.round_of(asked).key]))
        yield Visit(head, reverse("idea-done", args=[doing.key]))
        yield Visit(self.cast.author, reverse("idea-send-up", args=[refused.key]))
        heir = TeamMemberFactory(idea=doing, carry_on_due_at=clock.now() + timedelta(days=10))
        yield Visit(heir.person, reverse("idea-carry-on", args=[doing.key]))

    def elsewhere(self) -> Iterator[Visit]:
        """Merged into another one; to consent to; handed on to a protected target."""
        cast = self.cast
        target = play.submit(play.another_team(cast), title="Un prêt de vélos entre services")
        titles = ("Des vélos pour les tournées", "Un siège qui fait mal au dos", "Des heures non payées")
        merged, asked, handed = [play.submit(cast, title=title) for title in titles]
        self.run_jobs()
        play.pass_g0(merged, cast, "merge", target=target)
        waiting = play.pass_g0(asked, cast, "redirect", redirect_to="safety_register")
        agreed = play.pass_g0(handed, cast, "redirect", redirect_to="hr")
        gates.consent(decision_key=agreed.key, by=act(cast.author))
        yield Visit(cast.author, reverse("idea", args=[merged.key]))
        yield Visit(cast.author, reverse("idea", args=[target.key]))
        yield Visit(cast.lead, reverse("idea-undo-merge", args=[merged.key]))
        yield Visit(cast.author, reverse("consent", args=[waiting.round.key]))
        yield Visit(cast.lead, reverse("decide", args=[waiting.round.key]))
        yield Visit(cast.author, reverse("hand-over", args=[handed.key]))
        yield Visit(cast.author, reverse("idea", args=[handed.key]))

    def decided(self) -> Iterator[Visit]:
        """On hold, stopped, on with a condition; a brief that is still being prepared."""
        cast = self.cast
        held = self._at_g1("Un chauffage programmé dans les gymnases")
        play.vote_all(held, "not_now")
        play.decide(held, cast.dga, "hold", hold_condition="Les gymnases sont raccordés")
        stopped = self._at_g1("Une application de plus pour pointer")
        play.vote_all(stopped, "not_now")
        play.decide(stopped, cast.dga, "stop")
        again = self._at_g1("Un distributeur de pièces aux horodateurs")
        play.vote_all(again, "not_now")
        play.decide(again, cast.dga, "stop")
        journey.ask_reexamination(
            idea=again.key, by=act(cast.author), grounds="Un abri est prêté depuis juin."
        )
        bound = self._at_g1("Des parcours de fraîcheur affichés dans les rues")
        play.vote_all(bound, "go_if")
        condition = ("Faire relire la carte par des personnes malvoyantes", cast.author, in_days(20))
        decision = play.decide(bound, cast.dga, "go_with_conditions", conditions=[condition])
        # No job runs after this: its brief is being prepared.
        yield Visit(cast.lead, reverse("idea-wake", args=[held.key]))
        yield Visit(cast.author, reverse("idea", args=[held.key]))
        yield Visit(cast.author, reverse("reexamination", args=[stopped.key]))
        auditor = PersonFactory(employed=True, role="auditor")
        for page in (reverse("my-work"), reverse("reexaminations"), reverse("idea", args=[again.key])):
            yield Visit(auditor, page)
        yield Visit(auditor, reverse("idea-trail", args=[again.key]))
        for person in (auditor, cast.dgs, cast.author):
            yield Visit(person, reverse("reexamination", args=[again.key]))
        yield Visit(cast.author, reverse("idea", args=[stopped.key]))
        masking.mask(idea=stopped, by=act(cast.author), passages=["application"])
        yield Visit(cast.author, reverse("idea-masking", args=[stopped.key]))
        yield Visit(cast.lead, reverse("idea", args=[stopped.key]))
        yield Visit(cast.dgs, reverse("idea", args=[stopped.key]))
        yield Visit(cast.author, reverse("idea-learning", args=[stopped.key]))
        yield Visit(cast.author, reverse("condition", args=[Condition.objects.get().key]))
        yield Visit(cast.dga, reverse("decide", args=[decision.round.key]))
        brief = Brief.objects.get(decision=decision)
        yield Visit(cast.author, reverse("brief", args=[brief.key]))
        yield Visit(cast.dga, reverse("brief-correct", args=[brief.key]))
        for kind, key in (("letter", decision.key), ("certificate", stopped.key), ("learning", stopped.key)):
            yield Visit(cast.author, reverse("document", args=[kind, key]))
        ready = Brief.objects.filter(state="ready").earliest("pk")
        yield Visit(cast.author, reverse("brief-evidence", args=[ready.key]))
        yield Visit(None, reverse("verify"))
        yield Visit(None, reverse("verify-token", args=[ready.token]))
        yield Visit(None, "/verify/nowhere", status=404)

    def sponsoring(self) -> Iterator[Visit]:
        """A sponsor and three colleagues' time asked for: not answered yet, one reserved, one refused."""
        cast = self.cast
        idea = self._past_g1("Rapporter les objets trouvés au domicile")
        pledge = sponsorship.ask_sponsor(idea=idea, sponsor=cast.sponsor, by=act(cast.author))
        members = [idea.team.get(person=cast.author)]
        for _place in range(2):
            colleague = PersonFactory(manager=cast.manager)
            PostFactory(person=colleague, department=cast.home)
            members.append(TeamMemberFactory(idea=idea, person=colleague))
        releases = []
        for member in members:
            time_actions.ask_time(member=member, days_a_month=play.Decimal("2"), by=act(member.person))
            releases.append(TimeRelease.objects.get(member=member))
        asked, heard, refused = releases
        for release in (heard, refused):
            time_actions.give_time_opinion(release=release, opinion="favourable", by=act(cast.manager))
        time_actions.refuse_time_release(release=refused, note="Trois agents absents.", by=act(cast.director))
        yield Visit(cast.author, reverse("sponsorship", args=[idea.key]))
        yield Visit(cast.author, reverse("plan-edit", args=[idea.key]))
        yield Visit(cast.sponsor, reverse("pledge", args=[pledge.key]))
        yield Visit(cast.manager, reverse("time-opinion", args=[asked.key]))
        yield Visit(cast.director, reverse("time-signature", args=[heard.key]))
        yield Visit(cast.dga, reverse("time-arbitration", args=[refused.key]))

    def promised(self) -> Iterator[Visit]:
        """A sponsor has promised: finance is asked for the line, and procurement for its route."""
        cast = self.cast
        buyer = PersonFactory(employed=True, mandate="procurement")
        idea = self._past_g1("Une navette entre les écoles")
        routes_above(0, idea.programme, cast.lead)
        play.promised(idea, cast)
        yield Visit(cast.finance, reverse("budget", args=[idea.key, "G2"]))
        yield Visit(buyer, reverse("procurement", args=[idea.key]))

    def later(self) -> Iterator[Visit]:
        """A pilot under way with an incident, and an evaluation to write."""
        cast = self.cast
        running = self._launched("Des sacs d’histoires dans les salles d’attente")
        pilot = Pilot.objects.get(idea=running)
        incident = pilots.report_incident(pilot=pilot, text="Un frein défaillant.", by=act(cast.author))
        for name in ("pilot", "check-in", "incident", "pilot-end"):
            yield Visit(cast.author, reverse(name, args=[running.key]))
        yield Visit(cast.author, reverse("incident-close", args=[running.key, incident.pk]))
        evaluated = self._launched(play.TEXT["title"])
        play.piloted(evaluated, cast)
        self.run_jobs()
        play.agree(evaluated, cast)
        for name in ("idea", "plan", "evaluation"):
            yield Visit(cast.author, reverse(name, args=[evaluated.key]))
        yield Visit(cast.lead, reverse("evaluation", args=[evaluated.key]))

    def in_service(self) -> Iterator[Visit]:
        """A service whose benefits were read once, and are to be read again."""
        cast = self.cast
        idea = self._launched("Un chariot partagé entre les écoles")
        play.piloted(idea, cast)
        self.run_jobs()
        play.agree(idea, cast)
        play.evaluated(idea, cast)
        self.run_jobs()
        play.vote_all(idea)
        play.decide(idea, cast.dgs, "scale")
        self.run_jobs()
        BenefitReading.objects.filter(idea=idea).update(due_on=clock.today())
        first, second = BenefitReading.objects.filter(idea=idea).order_by("months")
        benefits.read_benefits(
            reading=first,
            measured=[Measured(play.Decimal("8.5"))],
            note="Les agents le demandent aussi en été.",
            by=act(cast.manager),
        )
        benefits.ask_for_benefits(reading=second.key, by=CLOCK)
        yield Visit(cast.manager, reverse("read-benefits", args=[idea.key, second.months]))
        yield Visit(cast.manager, reverse("evaluation", args=[idea.key]))
        yield Visit(cast.author, reverse("idea", args=[idea.key]))

    def session(self) -> Iterator[Visit]:
        """A selection session to prepare, one in its room; the last scene, for its agenda is being made."""
        jury = sessions.Jury()
        with transaction.atomic():
            for level in (4, 3, 2):
                sessions.at_selection(jury, level)
        session = sessions.live(jury)
        team = sessions.heard(session)[0].idea.team.get(role="author")
        yield Visit(self.cast.lead, reverse("session-of-call", args=[self.cast.call.key]))
        for person in (jury.lead, jury.members[0], jury.dga, team.person):
            yield Visit(person, reverse("session", args=[session.key]))
        yield Visit(jury.lead, reverse("session-document", args=[session.key, "agenda"]), status=202)
        pack = paper("pack", session.key, jury.lead)
        documents.progressed(documents.ask(found=pack, by=act(jury.lead)), 1)
        yield Visit(jury.lead, reverse("document", args=["pack", session.key]))

    def _local(self, place: Department, title: str) -> Any:
        idea = play.draft(self.cast, title=title)
        journey.submit(idea=idea.key, by=act(self.cast.author), route="local", service=place)
        self.run_jobs()
        idea.refresh_from_db()
        return idea

    def _at_g1(self, title: str) -> Any:
        idea = play.submit(self.cast, title=title)
        self.run_jobs()
        play.pass_g0(idea, self.cast)
        self.run_jobs()
        return idea

    def _past_g1(self, title: str) -> Any:
        idea = self._at_g1(title)
        play.vote_all(idea)
        play.decide(idea, self.cast.dga)
        self.run_jobs()
        return idea

    def _launched(self, title: str) -> Any:
        idea = self._past_g1(title)
        play.sponsored(idea, self.cast)
        self.run_jobs()
        play.vote_all(idea)
        play.decide(idea, self.cast.dga)
        self.run_jobs()
        return idea
