"""The words of a way that bring an idea to a gate: team, routes, submission, withdrawal."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ideas.drafting import actions as drafting
from ideas.drafting.masking import actions as masking
from incubator.people.models import Department
from workflows.demonstration.cast import act
from workflows.demonstration.idea_story import IdeaStory, step
from workflows.demonstration.material import read
from workflows.demonstration.papers import paper
from workflows.journey import actions as journey

Acts = Iterator[datetime]


@step("invite")
def invite(story: IdeaStory, said: str) -> Acts:
    """`invite:NAME` asks a colleague; `invite:NAME+` is accepted three days later."""
    colleague = story.cast.author(said.rstrip("+"))
    yield story.later(1)
    drafting.invite(idea=story.idea, by=act(story.author), person=colleague)
    if said.endswith("+"):
        yield story.later(3)
        drafting.accept_invitation(idea=story.idea, by=act(colleague))


@step("confirm_author")
def confirm_author(story: IdeaStory, _said: str) -> Acts:
    """The author for whom a helper typed confirms."""
    yield story.later(2)
    drafting.accept_invitation(idea=story.idea, by=act(story.author))


@step("attach")
def attach(story: IdeaStory, _said: str) -> Acts:
    """The files of the fixture, each with the lines of what it shows."""
    for name, lines in story.fixture["files"].items():
        yield story.later()
        drafting.attach(idea=story.fresh(), by=act(story.author), upload=paper(name, lines))


@step("done")
def done(story: IdeaStory, _said: str) -> Acts:
    """A service that said yes has done it: the author says so with the photo and the line of the fixture."""
    yield story.later(9)
    line, (name, things) = story.sentence("done"), story.fixture["photo"]
    journey.report_done(idea=story.idea.key, by=act(story.author), line=line, photo=paper(name, things))
    story.fresh()


@step("version")
def version(story: IdeaStory, _said: str) -> Acts:
    yield story.later()
    drafting.save_version(idea=story.idea, by=act(story.author))


@step("submit")
def submit(story: IdeaStory, _said: str) -> Acts:
    yield story.later(2)
    journey.submit(idea=story.idea.key, by=act(story.author))
    story.fresh()


@step("submit_local")
def submit_local(story: IdeaStory, said: str) -> Acts:
    """`submit_local:CODE` asks a service of the city itself."""
    yield story.later(2)
    service = Department.objects.get(entity=story.idea.programme.entity, code=said, closed_on=None)
    journey.submit(idea=story.idea.key, by=act(story.author), route="local", service=service)
    story.fresh()


@step("submit_fast")
def submit_fast(story: IdeaStory, _said: str) -> Acts:
    yield story.later(2)
    journey.submit(idea=story.idea.key, by=act(story.author), route="fast")
    story.fresh()


@step("send_up")
def send_up(story: IdeaStory, _said: str) -> Acts:
    """After the no of a service."""
    yield story.later(3)
    journey.send_up(idea=story.idea.key, by=act(story.author), reasons=story.sentence("sent_up"))
    story.fresh()


@step("mask")
def mask(story: IdeaStory, _said: str) -> Acts:
    """The author masks the passages of the fixture, by which a reader would know who wrote."""
    yield story.later(1)
    masking.mask(idea=story.fresh(), by=act(story.author), passages=story.fixture["masked"])


@step("in_session")
def in_session(story: IdeaStory, _said: str) -> Acts:
    """Waits until the selection session of its call has closed: `session_story.py` tells it."""
    held = next(one for one in read("whole")["sessions"] if one["call"] == story.fixture["call"])
    # Some days more: both may be moved to a working day.
    yield story.diary.until(story.diary.shown - timedelta(days=held["closed"] - 4))
    story.fresh()


@step("resubmit")
def resubmit(story: IdeaStory, _said: str) -> Acts:
    """The text grows by what was asked for, then comes back."""
    yield story.later(6)
    before = story.fresh().draft
    more = story.fixture.get("completed") or story.sentence("completed")
    story.write(story.author, {"proposal": f"{before.proposal}\n\n{more}"})
    yield story.later()
    journey.resubmit(idea=story.idea.key, by=act(story.author))
    story.fresh()


@step("withdraw")
def withdraw(story: IdeaStory, _said: str) -> Acts:
    yield story.later(2)
    journey.withdraw(idea=story.idea.key, by=act(story.author))
