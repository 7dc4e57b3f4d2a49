"""What the check says, on its page and in a terminal, in the language that is active."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from incubator.lib.seals.examination import Examination, Seal
from incubator.lib.words import plain_day
from workflows.briefs import words
from workflows.briefs.checking.rules import Known, verdict
from workflows.briefs.rules import Standing

# code: (title, sentence, kind of tag)
VERDICTS: dict[str, tuple[Any, Any, str]] = {
    "genuine": (
        gettext_lazy("This brief is genuine and in force"),
        gettext_lazy("It is the very file that the organisation keeps, and nothing in it was changed."),
        "ok",
    ),
    "kept": (
        gettext_lazy("This is the file that the organisation keeps"),
        gettext_lazy(
            "Without a seal that is known here only this record speaks for it: it is unchanged, and in force."
        ),
        "ok",
    ),
    "sealed": (
        gettext_lazy("The seal is genuine and nothing was changed"),
        gettext_lazy("Whether the brief is in force, and its decision still stands, can only be asked online."),
        "ok",
    ),
    "demonstration": (
        gettext_lazy("This is a file of the demonstration, and nothing was changed"),
        gettext_lazy("Its key is no secret: it shows how a seal works and proves nothing."),
        "turn",
    ),
    "replaced": (
        gettext_lazy("This brief was genuine, and has been replaced"),
        gettext_lazy("Nothing in the file was changed, and it is no longer in force. Ask for the newer one."),
        "turn",
    ),
    "overturned": (
        gettext_lazy("This brief is genuine, and its decision was overturned"),
        gettext_lazy("Nothing in the file was changed. Its decision was looked at again and does not stand."),
        "turn",
    ),
    "undone": (
        gettext_lazy("This brief is genuine, and its decision was undone"),
        gettext_lazy("Nothing in the file was changed. Its decision does not stand any more."),
        "turn",
    ),
    "followed": (
        gettext_lazy("This brief is genuine, and a later decision followed it"),
        gettext_lazy("Nothing in the file was changed. The same gate has decided again: ask for that brief too."),
        "turn",
    ),
    "altered": (
        gettext_lazy("This file was changed after it was sealed"),
        gettext_lazy("What it says is not what was sealed. Do not rely on it; ask the programme for the brief."),
        "stop",
    ),
    "added": (
        gettext_lazy("Something was added to this file after it was sealed"),
        gettext_lazy(
            "What a reader shows may not be what was sealed. Do not rely on it; ask the programme for the brief."
        ),
        "stop",
    ),
    "another_key": (
        gettext_lazy("This file is sealed by someone else"),
        gettext_lazy("The key is not the organisation’s, whatever name the seal gives. Do not rely on it."),
        "stop",
    ),
    "unknown": (
        gettext_lazy("The seal is the organisation’s, but the record does not hold this file"),
        gettext_lazy("It is no decision brief that is kept here. Ask the programme before you rely on it."),
        "stop",
    ),
    "record_differs": (
        gettext_lazy("The data in this file are not those of the record"),
        gettext_lazy("The file is known, the data in it are not. Tell the programme: its record needs a look."),
        "stop",
    ),
    "not_sealed": (
        gettext_lazy("This file has no seal, and is no decision brief kept here"),
        gettext_lazy("Nobody can say whether it was changed. Ask the programme for the sealed brief."),
        "stop",
    ),
    "no_seal": (
        gettext_lazy("This file has no seal"),
        gettext_lazy("Nobody can say whether it was changed. Ask the programme for the sealed brief."),
        "stop",
    ),
    "does_not_hold": (
        gettext_lazy("This file is sealed, but its data do not hold"),
        gettext_lazy(
            "They cannot be read, or do not give the opinion and the decision that it says. Do not rely on it; ask the "
            "programme for the brief."
        ),
        "stop",
    ),
    "unsealed_copy": (
        gettext_lazy("This file holds a brief, without its seal"),
        gettext_lazy("Its beginning is known, but the seal is missing. Ask the programme for the sealed brief."),
        "stop",
    ),
    "damaged": (
        gettext_lazy("This file is damaged or incomplete"),
        gettext_lazy("It cannot be read to its end, so that nothing in it can be relied on. Download the brief again."),
        "stop",
    ),
    "not_pdf": (
        gettext_lazy("This file is no PDF"),
        gettext_lazy("A decision brief is a PDF. Choose the file as you received it, not a photo or a copy of it."),
        "stop",
    ),
    "too_large": (
        gettext_lazy("This file is too large"),
        gettext_lazy("A decision brief has far less than 20 MB."),
        "stop",
    ),
    "too_long": (
        gettext_lazy("This file could not be checked in the time a brief takes"),
        gettext_lazy("A decision brief is read in a second. Do not rely on this file."),
        "stop",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One line: what was looked at, what was found, and the tag's word and kind."""

    term: str
    text: str
    tag: str = ""
    kind: str = ""


def facts(found: Examination, known: Known | None, *, asked: bool = True) -> list[Fact]:
    """The lines under the verdict: seal, content, record, force. Without a record to ask, the last two say where to."""
    if found.finding in ("too_large", "too_long", "not_pdf", "damaged"):
        return []
    lines = [_seal(found.seal)]
    # A stranger's seal that fits says nothing in the file's favour.
    if found.finding in CONTENT and (found.finding != "whole" or (found.seal and found.seal.trusted)):
        lines.append(_content(found.finding))
    if not asked:
        return [*lines, *_to_ask(found)]
    lines.append(_record(known, found))
    # Of a file that only begins as a brief does, nobody should read that it is in force.
    if known is None or known.kept == "beginning":
        return lines
    return [*lines, force(known), *since(known.standing)]


def _seal(seal: Seal | None) -> Fact:
    term = pgettext("brief", "Seal")
    if seal is None:
        return Fact(term, _("None that can be read."), _("no seal"), "stop")
    if not seal.trusted:
        text = _("By a key that is not known here. It calls itself “%(name)s”, which anyone can write.")
        return Fact(term, text % {"name": _owner(seal)}, _("unknown key"), "stop")
    text = _("%(name)s, sealed on %(day)s") % {"name": _owner(seal), "day": _day(seal.sealed_at)}
    if seal.stamped_at:
        stamp = _("; time-stamped on %(day)s by %(service)s")
        text += stamp % {"day": _day(seal.stamped_at), "service": seal.stamped_by}
    if seal.demo:
        demo = _("A certificate of the demonstration: it shows how this works and proves nothing.")
        return Fact(term, f"{text}. {demo}", _("demonstration"), "turn")
    return Fact(term, f"{text}.", _("known key"), "ok")


def _owner(seal: Seal) -> str:
    if not seal.organisation or seal.organisation == seal.name:
        return seal.name
    return f"{seal.name} – {seal.organisation}"


CONTENT = {
    "whole": (gettext_lazy("The seal covers the whole file, and fits it."), gettext_lazy("unchanged"), "ok"),
    "altered": (gettext_lazy("The seal does not fit the file."), gettext_lazy("changed"), "stop"),
    "added": (
        gettext_lazy("The seal covers only the beginning of the file; the rest was added later."),
        gettext_lazy("added to"),
        "stop",
    ),
}


def _content(finding: str) -> Fact:
    text, tag, kind = CONTENT[finding]
    return Fact(pgettext("brief", "Content"), str(text), str(tag), kind)


KEPT = {
    "file": gettext_lazy("The file kept as brief %(serial)s, %(number)s, decided on %(day)s: %(outcome)s."),
    "masked": gettext_lazy(
        "A copy of brief %(serial)s, %(number)s, without the masked passages; decided on %(day)s: %(outcome)s."
    ),
    "former": gettext_lazy(
        "An earlier copy of brief %(serial)s, %(number)s, made before other passages were masked; decided on %(day)s: "
        "%(outcome)s."
    ),
    "beginning": gettext_lazy(
        "The file begins as brief %(serial)s, %(number)s, does, decided on %(day)s: %(outcome)s. It is not the file "
        "kept."
    ),
}  # fmt: skip


def _record(known: Known | None, found: Examination) -> Fact:
    term = pgettext("brief", "Record")
    if known is None:
        return Fact(term, _("No brief kept here has the fingerprint of this file."), _("not found"), "stop")
    text = KEPT[known.kept] % {
        "number": known.number,
        "serial": numbered(known.serial),
        "day": plain_day(known.decided_on, year=True),
        "outcome": words.OUTCOMES[known.outcome],
    }
    if known.data_matches is not None:
        same = _("The data it carries are those kept.")
        text = f"{text} {same if known.data_matches else _('The data it carries are not those kept.')}"
    if known.kept == "beginning" or known.data_matches is False:
        return Fact(term, text, _("differs"), "stop")
    return Fact(term, text, _("matches"), "ok")


REVERSALS = {
    "overturned": (
        gettext_lazy("The decision was looked at again, and overturned on %(day)s."),
        gettext_lazy("overturned"),
    ),
    "undone": (gettext_lazy("The decision was undone on %(day)s."), gettext_lazy("undone")),
}
STANDS_NO_MORE = {
    "overturned": gettext_lazy("Its decision was looked at again and overturned: it no longer stands."),
    "undone": gettext_lazy("Its decision was undone: it no longer stands."),
}


def numbered(serial: str) -> str:
    """`No. 2026/17`, as the paper's head has it: each correction has a number of its own."""
    return pgettext("brief", "No. %(serial)s") % {"serial": serial}


def force(known: Known) -> Fact:
    """Whether the brief is in force, or which one replaced it."""
    term = pgettext("brief", "In force")
    if known.in_force:
        text = _("No corrected brief has replaced it.")
        # Beside a decision that does not stand, a green tag would be read as if it did.
        return Fact(term, text) if known.standing.what else Fact(term, text, _("in force"), "ok")
    if not known.replaced_by:
        return Fact(term, _("It is no longer in force."), _("not in force"), "turn")
    text = _("Brief %(serial)s has replaced it.") % {"serial": numbered(known.replaced_by)}
    return Fact(term, text, _("replaced"), "turn")


def since(standing: Standing) -> list[Fact]:
    """What became of the decision; nothing while it stands, and is the last at its gate."""
    lines = []
    if standing.what:
        text, tag = REVERSALS[standing.what]
        day = plain_day(standing.on, year=True) if standing.on else "?"
        lines.append(Fact(_("Since then"), str(text) % {"day": day}, str(tag), "turn"))
    if standing.later:
        said = _("A later decision at the same gate: %(number)s.") % {"number": standing.later}
        lines.append(Fact(_("Since then"), said, _("decided again"), "turn"))
    return lines


def of_the_paper(known: Known) -> str:
    """What stands above the lines of a printed brief."""
    if not known.in_force:
        said = _("Brief %(serial)s has been replaced")
    elif known.standing.what == "overturned":
        said = _("Brief %(serial)s is genuine, and its decision was overturned")
    elif known.standing.what:
        said = _("Brief %(serial)s is genuine, and its decision was undone")
    elif known.standing.later:
        said = _("Brief %(serial)s is genuine, and a later decision followed it")
    else:
        said = _("Brief %(serial)s is in force")
    return said % {"serial": numbered(known.serial)}


def _to_ask(found: Examination) -> list[Fact]:
    """Offline: what the seal says of the file, and the address that knows the rest."""
    if found.finding != "whole" or found.seal is None or not found.seal.trusted:
        return []
    lines = [Fact(_("Brief"), found.about)] if found.about else []
    ask = (
        _("Ask online: %(address)s") % {"address": found.check_at}
        if found.check_at
        else _("Ask the organisation.")
    )
    return [*lines, Fact(pgettext("brief", "In force"), ask)]


def _day(instant: str) -> str:
    return plain_day(datetime.fromisoformat(instant), year=True) if instant else "?"


# What a replay of the file's data gives otherwise (`public.differences`).
DIFFERENT = {
    "opinion": gettext_lazy("the opinion"),
    "permitted": gettext_lazy("the possible decisions"),
    "decision": gettext_lazy("the decision"),
}


def worked_out(different: Sequence[str]) -> str:
    """How the opinion that the file's data give compares with what the file says."""
    if "unreadable" in different:
        return _("the data in this file cannot be read.")
    if different:
        what = ", ".join(str(DIFFERENT[one]) for one in different)
        return _("the data in this file give something else (%(what)s).") % {"what": what}
    return _(
        "worked out again from the data in this file, the same; the decision is one of those that it leaves open."
    )


def said(
    found: Examination, known: Known | None, *, asked: bool = True, holds: bool = True
) -> tuple[str, Any, Any, str]:
    """The verdict's code, its title, its sentence and its kind."""
    code = verdict(found, known, asked=asked, holds=holds)
    title, sentence, kind = VERDICTS[code]
    return code, title, sentence, kind
