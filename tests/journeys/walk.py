"""What people do on the pages, click by click, as the stations of a journey.

Everyone signs in on the sign-in page, finds the task in My work and follows it: nobody is given an address.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from incubator.people.models import Person
from tests.factories import hashed
from tests.journey.cast import Cast, in_days
from tests.platform.following import follow

PIN = "204816"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
Run = Callable[..., list[str]]

TEXT = {
    "title": "Un vélo-cargo pour les aides à domicile",
    "pitch": "Remplacer quatre voitures par six vélos-cargos.",
    "problem": "Les aides cherchent une place **22 minutes** par jour.",
    "concerned": "42 aides à domicile et 310 personnes aidées",
    "proposal": "Six vélos pendant six mois, dans deux quartiers.",
    "expected_effect": "Moins de temps perdu, moins d’attente.",
    "needs_euros": "18 400",
    "needs_days": "20",
}


def give_pins() -> None:
    """Everyone has chosen the same PIN, as after a code handed over in person."""
    Person.objects.update(password=hashed(PIN))


def look(page: Any, name: str) -> None:
    """Nothing is cut off sideways. `PICTURES=folder` keeps a picture of each page passed."""
    assert page.evaluate(OVERFLOW) <= 0, f"{name} scrolls sideways at {page.viewport_size}"
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        place = len(list(Path(folder).glob("*.png")))
        page.screenshot(path=f"{folder}/{place:03}-{name.replace(' ', '-')}.png", full_page=True)


def press(page: Any, value: str = "", *, name: str = "") -> None:
    """Press the page's button of this name and value; without them, the first of the main form."""
    chosen = f"[name={name}]" if name else ""
    chosen += f"[value={value}]" if value else ""
    follow(page.locator(f"main form button.btn{chosen}").first)


def fill(page: Any, **typed: str) -> None:
    for name, text in typed.items():
        page.locator(f"main [name='{name}']:visible").first.fill(text)


def choose(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"main [name='{name}'][value='{value}']").check(force=True)


def sign_in(page: Any, person: Person) -> None:
    page.goto("/sign-in")
    fill(page, staff_number=f" {person.staff_number.lower()} ", secret=PIN)
    press(page)
    page.locator("h1").first.wait_for()
    assert page.url.endswith("/"), f"{person} is not in: {page.url}"


def sign_out(page: Any) -> None:
    page.locator(".menu summary").click()
    follow(page.locator("#sign-out button"))
    page.locator("[name=staff_number]").wait_for()


def follow_task(page: Any, title: str) -> None:
    """From My work to the one thing to do about this idea."""
    follow(page.locator(".tabs a[href='/']"))
    follow(page.locator("#tasks a").filter(has_text=title).first)


@dataclass
class Walk:
    """One idea on its way: the author's phone, a desk of their own for everyone else, and who signed in."""

    cast: Cast
    open_page: Callable[..., Any]
    run_jobs: Run
    seen: Callable[[Any, str], None] = look
    title: str = TEXT["title"]
    desks: dict[int, Any] = field(default_factory=dict)
    signed_in: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.phone = self.open_page(width=390, height=844, scripts=False)

    def at_desk(self, person: Person) -> Any:
        """This person's desk, on My work: signed in there the first time, by hand."""
        page = self.desks.get(person.pk)
        if page:
            follow(page.locator(".tabs a[href='/']"))
            return page
        page = self.desks[person.pk] = self.open_page(width=1280)
        sign_in(page, person)
        self.signed_in.add(person.pk)
        self.seen(page, "my-work")
        return page

    def leaves_desk(self, person: Person) -> None:
        sign_out(self.desks.pop(person.pk))

    def tasked(self, person: Person) -> Any:
        """This person's desk, on the page of their task."""
        page = self.at_desk(person)
        follow(page.locator("#tasks a").filter(has_text=self.title).first)
        return page

    def author_in(self) -> None:
        sign_in(self.phone, self.cast.author)
        self.signed_in.add(self.cast.author.pk)

    # Drafting

    def write(self) -> None:
        """From nothing to a submitted idea, on the author's phone."""
        page = self.phone
        follow(page.locator("main a[href='/ideas/new']"))
        self.seen(page, "begin")
        press(page)
        fill(page, title=TEXT["title"], pitch=TEXT["pitch"])
        press(page, "next", name="go")
        fill(page, problem=TEXT["problem"], concerned=TEXT["concerned"])
        self.seen(page, "draft")
        press(page, "next", name="go")
        names = ("proposal", "expected_effect", "needs_euros", "needs_days")
        fill(page, **{name: TEXT[name] for name in names})
        press(page, "next", name="go")
        choose(page, in_mission="no")
        press(page, "stay", name="go")
        self.submit()

    def submit(self) -> None:
        page = self.phone
        follow(page.locator("main a[href$='/submit']"))
        self.seen(page, "submit")
        press(page)
        page.locator("code.hash").wait_for()
        self.seen(page, "receipt")
        self.run_jobs()

    def complete(self) -> None:
        """After a rework: one answers what was asked, and submits again."""
        page = self.phone
        follow_task(page, self.title)
        if "/edit" not in page.url:
            follow(page.locator("main a[href*='/edit']").first)
        follow(page.locator("nav .steps a").nth(1))
        fill(page, concerned="42 aides à domicile, 310 personnes aidées, d’après l’enquête de mai")
        press(page, "next", name="go")
        self.submit()

    # Gates

    def admit(self, lead: Person, outcome: str = "go", **texts: str) -> None:
        page = self.tasked(lead)
        for answer in page.locator("input[name^=must_meet_][value=yes]").all():
            answer.check(force=True)
        self.seen(page, "admissibility")
        self.decide_here(page, outcome, **texts)

    def decide(self, person: Person, outcome: str, **texts: str) -> None:
        page = self.tasked(person)
        self.seen(page, "decision")
        self.decide_here(page, outcome, **texts)

    def decide_here(self, page: Any, outcome: str, *, tie: str = "", **texts: str) -> None:
        choose(page, outcome=outcome)
        for answer in page.locator("input[name^=answer_][value=yes]").all():
            answer.check(force=True)
        fill(page, **{"reasons": "Le problème est décrit et les personnes concernées sont nommées.", **texts})
        if tie:
            if not page.locator("details.ties[open]").count():
                page.locator("details.ties summary").click()
            page.locator("[name^=reason_]").first.fill(tie)
        press(page, "check", name="step")
        self.seen(page, "check")
        press(page, "decide", name="step")
        page.locator(".tag").first.wait_for()
        self.run_jobs()

    def sign(self, person: Person) -> None:
        page = self.tasked(person)
        self.seen(page, "signature")
        press(page, "sign", name="step")
        page.locator(".tag--ok").first.wait_for()
        self.run_jobs()

    def vote(self, person: Person, choice: str = "go", level: int = 3) -> None:
        page = self.tasked(person)
        choose(page, links="none", choice=choice)
        for answer in page.locator("input[name^=must_meet_][value=yes]").all():
            answer.check(force=True)
        for score in page.locator(f"input[name^=score_][value='{level}']").all():
            score.check(force=True)
        if choice == "go_if":
            fill(page, condition_0_text="Chiffrer l’entretien sur cinq ans")
            fill(page, condition_0_due=in_days(20).isoformat())
        self.seen(page, "review")
        follow(page.locator("main form button.btn:not([name])").first)
        page.locator(".note--ok").first.wait_for()
        self.seen(page, "voted")

    # Between the gates

    def meet(self, owner: Person, lead: Person) -> None:
        """A condition: its owner says how it is met, a lead confirms."""
        page = self.tasked(owner)
        fill(page, note="1 200 € par an pour six vélos, d’après le garage.")
        self.seen(page, "condition")
        press(page, "report", name="step")
        page = self.tasked(lead)
        press(page, "confirm", name="step")
        page.locator(".tag--ok").first.wait_for()

    def sponsor_and_time(self) -> None:
        """All that the launch needs: a promise, released time, a line, a plan; then the team asks for it."""
        cast, page = self.cast, self.stage_page("sponsorship")
        fill(page, sponsor=str(cast.sponsor))
        follow(page.locator("form[action$='/sponsor'] .btn"))
        fill(page, days_a_month="2")
        follow(page.locator("form[action$='/time'] .btn"))
        page.locator(".note--ok").first.wait_for()
        self.seen(page, "sponsorship")
        promise = self.tasked(cast.sponsor)
        fill(promise, days="20", euros="18 400", cover="Un relais par équipe")
        self.seen(promise, "pledge")
        press(promise, "promise", name="answer")
        self.answer(cast.manager, "time opinion", opinion="favourable")
        self.answer(cast.director, "time signature", answer="sign")
        self.confirm_line("18 400")

    def answer(self, person: Person, name: str, **chosen: str) -> None:
        page = self.tasked(person)
        choose(page, **chosen)
        self.seen(page, name)
        press(page)
        page.locator(".note--ok").first.wait_for()

    def confirm_line(self, euros: str) -> None:
        page = self.tasked(self.cast.finance)
        fill(page, euros=euros, reference="2026-61-12")
        self.seen(page, "budget")
        press(page)
        page.locator(".note--ok").first.wait_for()

    def plan_and_launch(self) -> None:
        page = self.stage_page("sponsorship")
        follow(page.locator("main a[href$='/plan']").first)
        fill(page, where="Deux quartiers", months="6", minimum_readings="1")
        fill(page, stop_rule="Deux accidents", users_told_how="Par affiche et par courrier")
        fill(page, **{"i0-name": "Minutes perdues par jour", "i0-unit": "min"})
        fill(page, **{"i0-baseline": "22", "i0-target": "8,5"})
        choose(page, **{"i0-direction": "down"})
        self.seen(page, "plan edit")
        follow(page.locator("main form p.actions button.btn").last)
        page.locator(".note--ok").first.wait_for()
        self.seen(page, "plan")
        page = self.stage_page("sponsorship")
        follow(page.locator("form[action$='/launch'] .btn"))
        page.locator(".note--ok").first.wait_for()
        self.run_jobs()

    def pilot(self) -> None:
        """One check-in with its reading, then the end."""
        page = self.stage_page("pilot")
        self.seen(page, "pilot")
        follow(page.locator("main a[href$='/check-in']"))
        choose(page, pace="on_track")
        fill(page, note="Tout roule.")
        page.locator("[name^='r-']").fill("9,5")
        self.seen(page, "check-in")
        press(page)
        page.locator(".log li").first.wait_for()
        follow(page.locator("main a[href$='/pilot/end']"))
        page.locator("main form textarea").fill("Fin comme prévu.")
        self.seen(page, "pilot end")
        press(page)
        page.locator(".tag").first.wait_for()
        self.run_jobs()

    def evaluate(self, lead: Person) -> None:
        page = self.tasked(lead)
        fill(page, evaluator=self.cast.evaluator.staff_number)
        follow(page.locator("form[action$='/evaluator'] .btn"))
        page.locator(".note--ok").first.wait_for()
        page = self.tasked(self.cast.evaluator)
        fill(page, findings="Les minutes perdues passent de 22 à 9,5.", effect_on_staff="Moins de stress.")
        fill(page, run_cost_euros_a_year="3 000", run_owner=str(self.cast.manager))
        choose(page, advice="scale")
        self.seen(page, "evaluation")
        follow(page.locator("form[action$='/delivery'] .btn"))
        page.locator(".note--ok").first.wait_for()
        self.confirm_line("3 000")
        self.run_jobs()

    def stage_page(self, stage: str) -> Any:
        """From My work on the author's phone to the idea, then to this stage's page."""
        page = self.phone
        follow(page.locator(".tabs a[href='/']"))
        follow(page.locator(".ideas a").filter(has_text=self.title).first)
        self.seen(page, "idea")
        follow(page.locator(f".subnav a[href$='/{stage}']"))
        return page
