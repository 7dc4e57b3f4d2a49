"""Hands answers down: what lower rooms declare and these rooms know. Called once, when the application starts."""

from ideas import joining
from ideas.access import use
from ideas.calls.answering import known_by
from ideas.calls.judging import on_saving
from ideas.calls.opening import on_opened
from ideas.drafting.masking import actions as masking
from incubator.inbox import sections
from incubator.lib import files
from incubator.people import departures, own_data
from workflows.briefs import actions as briefs
from workflows.briefs import replay as briefs_replay
from workflows.briefs.queries import files_named as brief_files
from workflows.clock import standing
from workflows.clock import tellings as _clock_tellings  # noqa: F401 - declares its audiences
from workflows.clock import wording as clock_wording
from workflows.documents.queries import files_named as document_files
from workflows.documents.queries import held_about as documents_of_person
from workflows.evaluation import facts as evaluation
from workflows.gates import authority, held, hooks
from workflows.gates import departures as gates_departures
from workflows.gates import tellings as gates_tellings
from workflows.gates.configuration import answered_in, publish_defaults
from workflows.gates.configuration.queries import against_call, register_routes
from workflows.gates.replay import register_source
from workflows.journey import actions as journey
from workflows.journey import departures as journey_departures
from workflows.journey import due as journey_due
from workflows.journey import facts as journey_facts
from workflows.journey import sections as journey_sections
from workflows.journey import tellings as _tellings  # noqa: F401 - declares its audiences
from workflows.journey.access import JourneyAccess
from workflows.pilots import facts as pilots
from workflows.routes import routes
from workflows.sessions import actions as sessions
from workflows.sessions import departures as session_departures
from workflows.sessions import reminders as session_reminders
from workflows.sessions import replay as sessions_replay
from workflows.sessions import tellings as sessions_tellings
from workflows.sessions.actions import documents as session_documents
from workflows.sessions.queries import files_named as session_files
from workflows.sessions.queries import held_about as room_votes_of_person
from workflows.sessions.screen import limits_left
from workflows.sponsorship import facts as sponsorship
from workflows.sponsorship.queries import sponsor_of


def register() -> None:
    use(JourneyAccess())
    clock_wording.declare_all()
    standing.register_standing()
    journey_due.register_duties()
    session_reminders.register_reminders()
    for room in (gates_tellings, sponsorship, pilots, evaluation, sessions_tellings):
        room.register()
    authority.register_sponsor(sponsor_of)
    register_routes(routes)
    on_opened(publish_defaults)
    on_saving(against_call)
    known_by(answered_in)
    journey_facts.register()
    hooks.on("stage_ready", journey.stage_ready)
    hooks.on("sponsor_lost", journey.sponsor_lost)
    hooks.on("decided", journey.decided)
    hooks.on("benefits_read", journey.benefits_read)
    own_data.add("votes", held.votes)
    own_data.add("kept_decisions", held.kept_decisions)
    own_data.add("kept_votes", held.kept_votes)
    own_data.add("expert_answers", held.expert_answers)
    own_data.add("session_votes", room_votes_of_person)
    own_data.add("documents", documents_of_person)
    register_source(sessions_replay.sessions)
    register_source(briefs_replay.briefs)
    departures.on_departure(gates_departures.on_leaving, order=-10)
    departures.on_departure(gates_departures.on_departure)
    for on_change in (gates_departures.on_mandate_change, journey_departures.on_mandate_change):
        departures.on_mandate_end(on_change)
        departures.on_mandate_given(on_change)
    departures.on_grant_end(gates_departures.on_grant_end)
    departures.on_grant_end(journey_departures.on_grant_change)
    departures.on_grant_given(gates_departures.on_grant_given)
    departures.on_grant_given(journey_departures.on_grant_change)
    departures.on_grant_end(session_departures.on_grant_change)
    departures.on_grant_given(session_departures.on_grant_change)
    departures.on_closeness(gates_departures.on_closeness)
    departures.on_closeness(journey_departures.on_closeness)
    departures.on_absence(gates_departures.on_absence)
    departures.on_absence(journey_departures.on_absence)
    joining.on_joined(gates_departures.on_joined)
    joining.on_joined(journey_departures.on_joined)
    departures.on_departure(journey_departures.on_departure, order=50)
    departures.on_departure(session_departures.on_departure)
    hooks.on("decided", briefs.on_decided)
    hooks.on("decided", sessions.on_decided)
    hooks.on("opinion_lost", sessions.on_opinion_lost)
    hooks.compared_by(sessions.carried)
    hooks.limited_by(limits_left)
    hooks.on("place_freed", journey.place_freed)
    masking.on_masked(briefs.on_masked)
    masking.on_masked(session_documents.on_masked)
    files.named_by(brief_files)
    files.named_by(session_files)
    files.named_by(document_files)
    sections.register(journey_sections.my_ideas, rank=1)
    sections.register(journey_sections.for_my_role, aside=True, rank=1)
    sections.register(journey_sections.decided_lately, aside=True, rank=2)
