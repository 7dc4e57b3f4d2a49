"""bin/verify-brief: the check without a database and without the city's server, against certificates that are given.

`bin/verify-brief [--certificate FILE]… [--demo] [--list FILE] FILE…` exits with 0 when all is well, 1 when a file or
the list is not, 2 when something could not be read. What the demonstration sealed is well with `--demo` alone.
"""

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pypdf import PdfReader

from incubator.lib import translations
from incubator.lib.seals.configuration import certificates_in, of_the_demo
from incubator.lib.seals.examination import Examination, Seal
from incubator.lib.seals.process import examine_in_process
from workflows.briefs.checking.rules import verdict
from workflows.briefs.public import NAME, differences

ROOT = Path(__file__).resolve().parents[3]
WELL, ILL, UNREAD = 0, 1, 2
SEALED = ("sealed", "demonstration")


class Certificates(NamedTuple):
    """Those to check with, as PEM: of seals and of time stamps. `demo`: a seal of the demonstration is well too."""

    seals: tuple[bytes, ...]
    stamps: tuple[bytes, ...]
    demo: bool


def main(arguments: Sequence[str]) -> int:
    _speak()
    wanted = _parser().parse_args(arguments)
    if not wanted.files and not wanted.list:
        _parser().error(_("name a file, or a list with --list"))
    known = _known(wanted)
    if not known.seals:
        _parser().error(
            _(
                "no certificate to check with: give the organisation’s with --certificate, or --demo for the "
                "demonstration’s"
            )
        )
    listed: set[str] | None = None
    codes = []
    if wanted.list:
        code, listed = _list(wanted.list, known)
        codes.append(code)
    codes += [_file(name, known, listed) for name in wanted.files]
    return max(codes)


def _speak() -> None:
    """French where the terminal speaks French. Only what translations need is configured: no database, no secret."""
    translations.compile_if_needed()
    code = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if not settings.configured:
        settings.configure(
            LANGUAGE_CODE="fr" if code.startswith("fr") else "en",
            LANGUAGES=[("fr", "français"), ("en", "English")],
            LOCALE_PATHS=[ROOT / "locale"],
            TIME_ZONE="Europe/Paris",
            USE_TZ=True,
        )
        # There are none; `django.setup` would load what serves pages besides, half the time of a start.
        apps.populate(settings.INSTALLED_APPS)
    logging.disable(logging.CRITICAL)  # what a library says of a stranger's file is not an answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/verify-brief", description=_("Checks decision briefs without a network.")
    )
    parser.add_argument("files", nargs="*", metavar="FILE")
    said = _("a certificate to trust (PEM), or a folder of them; may be given again")
    parser.add_argument("--certificate", action="append", default=[], metavar="FILE", help=said)
    said = _("the same for the time-stamp service")
    parser.add_argument("--timestamp-certificate", action="append", default=[], metavar="FILE", help=said)
    said = _("take the demonstration’s certificate, made by this checkout, too: it proves nothing")
    parser.add_argument("--demo", action="store_true", help=said)
    said = _("a published list, with its signature beside it (FILE.p7s)")
    parser.add_argument("--list", metavar="FILE", help=said)
    return parser


def _known(wanted: argparse.Namespace) -> Certificates:
    seals = _certificates(wanted.certificate, "TRAVEE_SEAL_CERTIFICATES")
    if wanted.demo:
        made = of_the_demo(Path(os.environ.get("TRAVEE_VAR", ROOT / "var")))
        seals += certificates_in(made.certificates)
    stamps = _certificates(wanted.timestamp_certificate, "TRAVEE_SEAL_TIMESTAMP_CERTIFICATES")
    return Certificates(seals, stamps, wanted.demo)


def _certificates(given: Sequence[str], variable: str) -> tuple[bytes, ...]:
    """Those given; else those of the environment."""
    places = list(given) or [os.environ.get(variable, "")]
    return tuple(one for place in places for one in certificates_in(place))


def _file(name: str, known: Certificates, listed: set[str] | None) -> int:
    from workflows.briefs.checking import words

    try:
        document = Path(name).read_bytes()
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return UNREAD
    found = examine_in_process(document, known.seals, known.stamps)
    # Read only once the seal is known to fit.
    fits = verdict(found, None, asked=False) in SEALED
    different = _different(document) if fits else None
    code, title, sentence, _kind = words.said(found, None, asked=False, holds=not different)
    print(_line(name, f"{title}. {sentence}"))
    for fact in words.facts(found, None, asked=False):
        print(f"  {_line(fact.term, fact.text)}")
    if found.sha256:
        print(f"  {_line('SHA-256', found.sha256)}")
    if different is not None:
        print(f"  {_line(_('Opinion'), words.worked_out(different))}")
    codes = [WELL if code == "sealed" or (code == "demonstration" and known.demo) else ILL]
    if listed is not None:
        codes.append(_in_list(found, listed))
    return max(codes)


def _line(term: str, text: str) -> str:
    """In French a space stands before the colon."""
    return _("%(term)s: %(text)s") % {"term": term, "text": text}


def _different(document: bytes) -> list[str] | None:
    """How the opinion and the decision, replayed from the data in the file, differ from what it says; None for a brief
    from before briefs carried their data."""
    content = PdfReader(io.BytesIO(document)).attachments.get(NAME)
    if not content:
        return None
    try:
        return differences(json.loads(content[0]))
    except ValueError:
        return ["unreadable"]


def _in_list(found: Examination, listed: set[str]) -> int:
    there = found.sha256 in listed
    text = _("in the list") if there else _("not in the list")
    print(f"  {text}")
    return WELL if there else ILL


def _list(name: str, known: Certificates) -> tuple[int, set[str]]:
    from incubator.lib.seals.reading import signer_of_detached

    try:
        content, signature = Path(name).read_bytes(), Path(f"{name}.p7s").read_bytes()
        listed: dict[str, Any] = json.loads(content)
        briefs = {str(sha256) for sha256 in listed["briefs"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return UNREAD, set()
    fits, signer = signer_of_detached(content, signature, known.seals, known.stamps)
    print(_line(name, _signed(fits, signer)))
    count = ngettext("%(month)s: %(count)s brief", "%(month)s: %(count)s briefs", len(briefs))
    print(f"  {count % {'month': listed.get('month', '?'), 'count': len(briefs)}}")
    well = fits and signer is not None and signer.trusted and (known.demo or not signer.demo)
    return (WELL, briefs) if well else (ILL, set())


def _signed(fits: bool, signer: Seal | None) -> str:
    if signer is None:
        return _("the signature of this list cannot be read.")
    if not fits:
        return _("this list was changed after it was signed.")
    if not signer.trusted:
        return _("this list is signed by a key that is not known here.")
    if signer.demo:
        return _("signed by the demonstration, which proves nothing, and unchanged since.")
    return _("signed by %(name)s, and unchanged since.") % {"name": signer.name}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
