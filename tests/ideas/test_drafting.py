"""A draft from its first word to a kept version: who may, what is kept, what is refused."""

import os

import pytest
from django.urls import reverse

from ideas.acts import wait_for
from ideas.drafting import actions, queries, rules
from ideas.drafting.models import Draft, Idea, IdeaContent, TeamMember
from ideas.drafting.uploads import Clean
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.jobs import remove_unnamed_files
from incubator.lib import files
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.messages.models import Message
from incubator.people.actors import CLOCK, Actor
from tests.factories import CallFactory, DepartmentFactory, IdeaFactory, PersonFactory
from tests.ideas.cast import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return PersonFactory(employed=True)


@pytest.fixture
def call(author):
    return CallFactory()


@pytest.fixture
def idea(author, call):
    return actions.begin(by=Actor(person=author), call=call)


def verbs(idea):
    return list(
        Event.objects.filter(subject_kind="idea", subject_key=idea.key)
        .order_by("sequence")
        .values_list("verb", flat=True)
    )


def save(idea, person, version=1, **changes):
    return actions.autosave(idea=idea, by=Actor(person=person), version=version, changes=changes)


def test_begin_makes_a_draft_with_its_author_and_one_event(idea, author):
    assert (idea.state, idea.holder) == ("draft", "author")
    member = queries.member_of(idea, author)
    assert member.role == "author"
    assert verbs(idea) == ["drafted"]


def test_only_employees_begin(call):
    with refused(NotAllowed):
        actions.begin(by=Actor(person=PersonFactory(guest=True)), call=call)


def test_a_system_actor_writes_nothing(call):
    with pytest.raises(ValueError, match="cannot do this"):
        actions.begin(by=CLOCK, call=call)


def test_a_closed_call_takes_no_draft(author):
    with refused(Conflict):
        actions.begin(by=Actor(person=author), call=CallFactory(over=True))
    assert not Idea.objects.exists()


def test_a_call_to_other_departments_takes_no_draft(author):
    call = CallFactory()
    call.departments.add(DepartmentFactory())
    with refused(Conflict):
        actions.begin(by=Actor(person=author), call=call)


def test_autosave_keeps_text_counts_versions_and_appends_no_event(idea, author):
    assert save(idea, author, title="Un vélo 🚲", problem="=SUM(A1)\r\nشكرا") == 2
    draft = queries.draft_of(idea)
    assert (draft.title, draft.problem, draft.version) == ("Un vélo 🚲", "=SUM(A1)\nشكرا", 2)
    idea.refresh_from_db()
    assert idea.title == "Un vélo 🚲"
    assert verbs(idea) == ["drafted"]


def test_autosave_of_the_same_text_keeps_the_version(idea, author):
    save(idea, author, title="Un vélo")
    assert save(idea, author, version=2, title="Un vélo") == 2


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", "a" * 121),
        ("problem", "a" * 100_000),
        ("problem", "avant\x00après"),
        ("problem", "avant\x1bapr\x08ès"),
        ("problem", "\ud800"),
        ("needs_euros", "beaucoup"),
        ("needs_days", "-3"),
        ("needs_days", "9" * 11),
        ("in_mission", "peut-être"),
        ("language", "de"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field_and_changes_nothing(idea, author, field, typed):
    with refused(Invalid) as caught:
        save(idea, author, pitch="Une phrase", **{field: typed})
    assert list(caught.value.fields) == [field]
    assert queries.draft_of(idea).version == 1


def test_nothing_of_an_idea_waits_for_someone_who_left_its_team_but_their_own_word(idea, author):
    other = PersonFactory(employed=True)
    actions.invite(idea=idea, by=Actor(person=author), person=other)
    actions.accept_invitation(idea=idea, by=Actor(person=other))
    for verb in ("rework", "meet_condition"):
        wait_for([author, other], idea=idea, key=f"{verb}:{idea.key}", verb=verb, url="/")
    actions.leave_team(idea=idea, by=Actor(person=other))
    waiting = set(WorkItem.objects.filter(closed_at=None).values_list("person", "verb"))
    assert waiting == {
        (author.pk, "rework"),
        (author.pk, "meet_condition"),
        (other.pk, "meet_condition"),
    }


def test_two_people_in_one_field_meet_and_neither_text_is_lost(idea, author):
    other = PersonFactory(employed=True)
    actions.invite(idea=idea, by=Actor(person=author), person=other)
    actions.accept_invitation(idea=idea, by=Actor(person=other))
    save(idea, author, problem="le mien")
    with refused(actions.TextConflict) as met:
        save(idea, other, problem="le sien", proposal="autre champ")
    assert met.value.meetings == {"problem": rules.Meeting("le sien", "le mien")}
    assert met.value.rest == {"proposal": "autre champ"}
    assert (met.value.version, met.value.saved_by) == (2, author)
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.proposal, draft.version) == ("le mien", "", 2)


def test_two_people_in_different_fields_never_meet(idea, author):
    save(idea, author, problem="le mien")
    assert save(idea, author, version=1, proposal="le sien") == 3
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.proposal) == ("le mien", "le sien")


def test_a_page_sends_old_fields_that_it_never_changed(idea, author):
    """A page posts its whole part: what it did not change must not undo what a colleague wrote."""
    seen = {"problem": rules.mark(""), "concerned": rules.mark("")}
    save(idea, author, problem="d’un autre onglet")
    changes = {"problem": "", "concerned": "les équipes"}
    for _again in range(2):
        actions.autosave(
            idea=idea, by=Actor(person=author), version=1, changes=changes, token="onglet", seen=seen
        )
    draft = queries.draft_of(idea)
    assert (draft.problem, draft.concerned) == ("d’un autre onglet", "les équipes")


def test_a_page_goes_on_from_its_own_last_save(idea, author):
    by = Actor(person=author)
    for text in ("un", "un deux", "un deux trois"):
        actions.autosave(idea=idea, by=by, version=1, changes={"problem": text}, token="page")
    assert queries.draft_of(idea).problem == "un deux trois"


@pytest.mark.parametrize("act", ["autosave", "save_version", "invite", "delete_draft"])
def test_nobody_outside_the_team_finds_the_draft(idea, act):
    stranger = Actor(person=PersonFactory(employed=True))
    arguments = {
        "autosave": {"version": 1, "changes": {"title": "à moi"}},
        "invite": {"person": PersonFactory(employed=True)},
    }.get(act, {})
    with refused(NotFound):
        getattr(actions, act)(idea=idea, by=stranger, **arguments)
    assert verbs(idea) == ["drafted"]


def test_a_superuser_flag_opens_no_draft(idea):
    with refused(NotFound):
        queries.own_idea(idea.key, PersonFactory(is_superuser=True))


def test_a_submitted_text_stays_unless_it_comes_back(author):
    idea = IdeaFactory(author=author, live=True)
    with refused(Conflict):
        save(idea, author, problem="après coup")
    Idea.objects.filter(pk=idea.pk).update(holder="author")
    assert save(idea, author, problem="complété") == 2


def test_choices_of_the_author_are_fixed_by_submission(author):
    idea = IdeaFactory(author=author, live=True, holder="author")
    save(idea, author, masked_until_selected="yes", confidential="yes")
    idea.refresh_from_db()
    assert (idea.masked_until_selected, idea.confidential) == (False, False)


def test_a_deliberate_save_is_a_version_with_its_history_and_one_event(idea, author):
    by = Actor(person=author)
    save(idea, author, title="Un vélo", problem="Les fourgons roulent à vide.", language="en")
    actions.save_version(idea=idea, by=by)
    first = IdeaContent.objects.get(idea=idea)
    assert (first.version, first.language) == (1, "en")
    assert actions.save_version(idea=idea, by=by) == 1
    save(idea, author, version=2, problem="Les fourgons roulent vides.")
    actions.save_version(idea=idea, by=by)
    rows = IdeaContent.history.filter(idea_id=idea.pk).order_by("version")
    assert [(row.version, row.history_change_reason, row.history_user) for row in rows] == [
        (1, "saved", author),
        (2, "saved", author),
    ]
    assert verbs(idea) == ["drafted", "version_saved", "version_saved"]
    payload = Event.objects.get(subject_key=idea.key, sequence=3).payload
    assert payload["version"] == 2
    assert "fourgons" not in str(payload)


def test_search_follows_the_language_of_the_idea(idea, author):
    save(idea, author, title="Running shoes", language="en")
    actions.save_version(idea=idea, by=Actor(person=author))
    assert "'run':1A" in IdeaContent.objects.get(idea=idea).search


def test_a_version_kept_during_rework_is_the_teams_until_it_is_handed_in(author):
    reader = PersonFactory(employed=True)
    idea = IdeaFactory(author=author, live=True, title="Un vélo")
    Idea.objects.filter(pk=idea.pk).update(holder="author")
    idea.refresh_from_db()
    by = Actor(person=author)
    actions.write_version(idea=idea, by=by, reason=rules.SUBMITTED)
    for number, problem in ((3, "secret"), (4, "plus secret")):
        save(idea, author, version=number - 2, title="Une remorque", problem=problem)
        assert actions.save_version(idea=idea, by=by) == number
    assert actions.save_version(idea=idea, by=by) == 4
    idea = Idea.objects.select_related("content").get(pk=idea.pk)
    assert (idea.title, idea.content.title, idea.content.version) == ("Un vélo", "Un vélo", 2)
    assert "secret" not in idea.content.problem
    assert "remorqu" not in str(idea.content.search)
    assert [version.number for version in queries.versions_of(idea, reader)] == [2]
    assert [version.number for version in queries.versions_of(idea, author)][:3] == [4, 3, 2]
    assert queries.version_texts(idea, 3)["problem"] == "secret"
    again = actions.write_version(idea=idea, by=by, reason=rules.RESUBMITTED)
    assert (again.version, again.problem, idea.title) == (5, "plus secret", "Une remorque")
    assert [version.number for version in queries.versions_of(idea, reader)] == [5, 2]


def test_outside_the_team_nothing_older_than_the_submission_is_read(author):
    reader = PersonFactory(employed=True)
    idea = IdeaFactory(author=author)
    by = Actor(person=author)
    actions.save_version(idea=idea, by=by)
    save(idea, author, problem="prêt")
    actions.write_version(idea=idea, by=by, reason=rules.SUBMITTED)
    Idea.objects.filter(pk=idea.pk).update(
        state="live", stage="submission", holder="lead", number=1, submitted_at=idea.created_at
    )
    idea.refresh_from_db()
    assert [version.number for version in queries.versions_of(idea, reader)] == [2]
    assert [version.number for version in queries.versions_of(idea, author)] == [2, 1]


def test_an_invitation_waits_until_it_is_answered(idea, author):
    other = PersonFactory(employed=True)
    actions.invite(idea=idea, by=Actor(person=author), person=other)
    item = WorkItem.objects.get(person=other)
    assert (item.verb, item.closed_at) == ("answer_invitation", None)
    with refused(NotFound):
        queries.own_idea(idea.key, other)
    actions.accept_invitation(idea=idea, by=Actor(person=other))
    item.refresh_from_db()
    assert item.closed_at is not None
    assert queries.own_idea(idea.key, other) == idea
    assert verbs(idea) == ["drafted", "invited", "invitation_accepted"]
    with refused(NotFound):
        actions.decline_invitation(idea=idea, by=Actor(person=other))


def test_an_invitation_is_asked_once_declined_and_asked_again(idea, author):
    other, by = PersonFactory(employed=True), Actor(person=author)
    actions.invite(idea=idea, by=by, person=other)
    with refused(Conflict):
        actions.invite(idea=idea, by=by, person=other)
    actions.decline_invitation(idea=idea, by=Actor(person=other))
    actions.invite(idea=idea, by=by, person=other, role="helper")
    actions.withdraw_invitation(idea=idea, by=by, person=other)
    assert not WorkItem.objects.filter(closed_at=None).exists()
    assert TeamMember.objects.filter(idea=idea).count() == 2


def test_a_helper_types_and_the_author_confirms(call):
    helper, author = PersonFactory(employed=True), PersonFactory(employed=True)
    idea = actions.begin(by=Actor(person=helper), call=call, author=author)
    save(idea, helper, title="Pour une collègue")
    assert WorkItem.objects.get(person=author).verb == "answer_invitation"
    with refused(NotAllowed):
        actions.invite(idea=idea, by=Actor(person=helper), person=PersonFactory(employed=True))
    actions.accept_invitation(idea=idea, by=Actor(person=author))
    assert queries.member_of(idea, author).role == "author"
    assert not rules.may_submit("helper")
    with refused(NotAllowed):
        actions.delete_draft(idea=idea, by=Actor(person=helper))


def test_an_author_cannot_leave_and_a_co_author_can(idea, author):
    other = PersonFactory(employed=True)
    actions.invite(idea=idea, by=Actor(person=author), person=other)
    actions.accept_invitation(idea=idea, by=Actor(person=other))
    with refused(Conflict):
        actions.leave_team(idea=idea, by=Actor(person=author))
    actions.leave_team(idea=idea, by=Actor(person=other))
    with refused(NotFound):
        queries.own_idea(idea.key, other)


def test_a_deleted_draft_leaves_its_chain_and_no_text(idea, author):
    other, by = PersonFactory(employed=True), Actor(person=author)
    save(idea, author, title="Secret")
    actions.save_version(idea=idea, by=by)
    actions.invite(idea=idea, by=by, person=other)
    actions.delete_draft(idea=idea, by=by)
    assert not Idea.objects.exists()
    assert not Draft.objects.exists()
    assert not IdeaContent.history.exists()
    assert not WorkItem.objects.filter(closed_at=None).exists()
    assert verbs(idea)[-1] == "draft_deleted"


def test_a_submitted_idea_is_not_deleted(author):
    with refused(Conflict):
        actions.delete_draft(idea=IdeaFactory(author=author, live=True), by=Actor(person=author))


def test_a_file_name_is_neutral_while_names_are_hidden():
    assert queries.shown_name("CV Jean Dupont.pdf", 2, names_shown=False).endswith("-2.pdf")
    assert "Dupont" not in queries.shown_name("CV Jean Dupont.pdf", 2, names_shown=False)


def test_pages_of_a_draft_open_for_its_team_only(client, idea, author):
    pages = [
        reverse(name, kwargs={"key": idea.key})
        for name in ("idea-edit", "idea-team", "idea-files", "idea-versions")
    ]
    client.force_login(PersonFactory(employed=True))
    assert {client.get(page).status_code for page in pages} == {404}
    client.force_login(author)
    assert {client.get(page).status_code for page in pages} == {200}


def test_whoever_is_asked_is_told_and_the_team_of_the_answer(idea, author, run_jobs):
    other = PersonFactory(employed=True)
    actions.invite(idea=idea, by=Actor(person=author), person=other)
    run_jobs()
    assert list(Message.objects.values_list("person", "kind")) == [(other.pk, "answer_invitation")]
    actions.accept_invitation(idea=idea, by=Actor(person=other))
    run_jobs()
    assert (author.pk, "joined") in Message.objects.values_list("person", "kind")


def test_an_author_is_told_of_an_idea_begun_in_their_name(call, run_jobs):
    helper, author = PersonFactory(employed=True), PersonFactory(employed=True)
    actions.begin(by=Actor(person=helper), call=call, author=author)
    run_jobs()
    assert list(Message.objects.values_list("person", "kind")) == [(author.pk, "answer_invitation")]


def test_the_files_of_a_deleted_draft_leave_the_disk(author, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    by = Actor(person=author)
    kept, gone = IdeaFactory(author=author), IdeaFactory(author=author)
    both = Clean("devis.txt", "text/plain", b"un devis")
    attached = [actions.attach(idea=idea, by=by, upload=both) for idea in (kept, gone)]
    only = actions.attach(idea=gone, by=by, upload=Clean("note.txt", "text/plain", b"une note"))
    actions.remove_attachment(idea=kept, by=by, attachment=attached[0])  # a version may still hold it
    actions.delete_draft(idea=gone, by=by)
    for sha256 in (both_sha := attached[0].sha256, only.sha256):
        os.utime(files.path(sha256), (0, 0))
    remove_unnamed_files.func()
    assert files.path(both_sha).exists()
    assert not files.path(only.sha256).exists()
