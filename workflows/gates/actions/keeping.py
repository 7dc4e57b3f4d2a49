"""A decision put aside while its reasons are not complete: kept as typed, an outcome of nothing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ideas.acts import record
from ideas.lock import locked
from incubator.events.rules import canonical, sha256
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.actors import Actor
from workflows.gates import authority
from workflows.gates.actions.decisions import open_round_of
from workflows.gates.models import KeptDecision


def keep_decision(*, round_key: Any, by: Actor, typed: Mapping[str, str]) -> KeptDecision:
    """Keep what whoever may decide has typed, in place of what they kept before; nothing of it is checked.

    The round waits as it did: nobody is asked, and no clock stops. Raises NotAllowed as deciding does, Conflict
    while a decision waits for its second signature, Invalid for nothing typed.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = open_round_of(round_key)
        right = authority.right_to_decide(round_, idea, by)
        if getattr(round_, "decision", None) is not None:
            raise Conflict(
                _("A decision is written already and waits for its second signature."), code="keep.pending"
            )
        found = {name: text for name, text in typed.items() if text}
        if not set(found) - {"content_version"}:
            sentence = _("Nothing is written yet, so there is nothing to keep.")
            raise Invalid(sentence, code="keep.empty", fields={"reasons": [sentence]})
        kept, _new = KeptDecision.objects.update_or_create(
            round=round_, person=right.person, defaults={"typed": found, "kept_at": clock.now()}
        )
        said = {"round": str(round_.key), "gate": round_.gate, "typed_sha256": sha256(canonical(found))}
        record(idea, "decision_kept", right.actor, [], **said)
        return kept
