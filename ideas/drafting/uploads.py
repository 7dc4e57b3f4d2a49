"""An upload on its way in: measured, then checked and cleaned in a process with limits of its own.

A picture or document made to hang or burst its reader ends that process, not the web server's.
"""

import json
import subprocess
import sys
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from incubator.lib.refusals import Invalid

LARGEST = 20_000_000
SECONDS = 30

REFUSALS = {
    "none": _("Choose a file first."),
    "empty": _("This file is empty."),
    "too_large": _("This file is larger than 20 MB. Make it smaller, or attach only the part that matters."),
    "unknown": _(
        "We do not take this kind of file. Attach a picture (JPEG, PNG, WebP), a PDF, "
        "a document (docx, xlsx, pptx, odt, ods, odp), or plain text (txt, csv)."
    ),
    "other_content": _("The content of this file is not what its name says. Save it again from its program."),
    "damaged": _("This file is damaged or cut off. Save it again, then attach the new copy."),
    "password": _("This file is protected by a password. Attach a copy without one."),
    "macros": _(
        "This document holds macros (small programs). Save it without macros, as docx, xlsx or pptx."
    ),
    "old_office": _("This is the old office format, which can hold macros. Save it as docx, xlsx or pptx."),
    "program": _(
        "This PDF holds a program or a form that sends data. Print it to a new PDF and attach that."
    ),
    "embedded": _("Other files are hidden inside this one. Attach them by themselves."),
    "signed": _("This document carries a signature, which holds a name. Attach it as PDF instead."),
    "heic": _("We cannot read this picture format (HEIC, AVIF). Save it as JPEG first."),
    "too_many_pixels": _("This picture is larger than 60 million pixels. Make it smaller first."),
    "bomb": _(
        "This file unpacks to far more than its size. Save it again, or attach only the part that matters."
    ),
    "failed": _("We could not check this file. Save it again from its program, or attach it as PDF."),
}


class Clean(NamedTuple):
    """A file that may be kept and served."""

    name: str
    content_type: str
    content: bytes


def refusal(code: str) -> Invalid:
    """The refusal of an upload, on the form's field `file`."""
    return Invalid(REFUSALS[code], code=f"file.{code}", fields={"file": [REFUSALS[code]]})


def receive(upload: "UploadedFile[Any] | None") -> Clean:
    """Check and clean what a form sent. Takes up to some seconds: never inside a transaction. Raises Invalid."""
    if upload is None:
        raise refusal("none")
    if (upload.size or 0) > LARGEST:
        raise refusal("too_large")
    return clean(upload.name or "", upload.read())


def clean(name: str, content: bytes) -> Clean:
    """As `receive`, for a name and bytes. Raises Invalid."""
    if len(content) > LARGEST:
        raise refusal("too_large")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ideas.drafting.cleaning"],
            input=json.dumps(name).encode() + b"\n" + content,
            capture_output=True,
            timeout=SECONDS,
            cwd=settings.ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal("failed") from None
    head, _newline, body = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise refusal("failed")
    answer = json.loads(head)
    if "refused" in answer:
        raise refusal(answer["refused"])
    if len(body) > LARGEST:
        raise refusal("too_large")
    return Clean(answer["name"], answer["content_type"], body)
