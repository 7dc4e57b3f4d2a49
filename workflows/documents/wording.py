"""The words of documents and of the page they are asked on."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.documents.models import Document

Kind = Document.Kind
# What a document is, and for whom, on its page.
ABOUT = {
    Kind.RECEIPT: _(
        "Which text was received and when, with its fingerprint. It names nobody and bears no seal: by itself it "
        "does not prove whose text it is."
    ),
    Kind.LETTER: _(
        "The decision as it is written to your team: its reasons, what you can do next, and until when."
    ),
    Kind.PROMISE: _("Who promised which days, euros and cover, and when it was signed."),
    Kind.TIME_RELEASE: _("How much working time is released each month, and who signed for it."),
    Kind.LEARNING: _("Why the idea stopped, and what others can learn from it. It names nobody of the team."),
    Kind.CERTIFICATE: _(
        "That you had a part in this idea. It is made only because you ask, names you alone, and is sent to nobody."
    ),
    Kind.PACK: _("The order of the session, then each idea heard with its opinion, as you may read them."),
}
FILES = {
    Kind.RECEIPT: pgettext_lazy("file name", "receipt"),
    Kind.LETTER: pgettext_lazy("file name", "letter"),
    Kind.PROMISE: pgettext_lazy("file name", "promise"),
    Kind.TIME_RELEASE: pgettext_lazy("file name", "time-release"),
    Kind.LEARNING: pgettext_lazy("file name", "learning-sheet"),
    Kind.CERTIFICATE: pgettext_lazy("file name", "certificate"),
    Kind.PACK: pgettext_lazy("file name", "session-pack"),
}
# The parts of an idea's text, in the order of its page.
PARTS = {
    "problem": _("The problem"),
    "concerned": _("Who has it"),
    "proposal": _("What we would try"),
    "expected_effect": _("What would be better"),
    "needs_people": _("Who is needed"),
}
RECOURSES = {
    "reexamination": _(
        "You may ask that someone who took no part in this decision looks at it again, and answers within "
        "%(answer)s. Ask on the page of the idea, or write to the programme, and say why. Nothing goes through "
        "your manager."
    ),
    "send_up": _(
        "You may send your idea up to the programme from its page, and say why. It is then taken up as if you had "
        "submitted it there. Nothing goes through your manager."
    ),
}
LAST_DAYS = {
    "reexamination": _("Last day to ask: %(day)s."),
    "send_up": _("Last day to send it up: %(day)s."),
}
PARTS_PLAYED = {
    "author": _("had this idea, wrote it and submitted it"),
    "co_author": _("wrote and carried this idea with its author"),
    "helper": _("helped to write this idea"),
    "coach": _("coached the team of this idea"),
}
# Codes of incubator.lib.pdf_process.PdfFailed
FAILURES = {
    "time": _("A text in it took too long to lay out."),
    "late": _("The machine was too busy to lay it out in time."),
    "memory": _("A text in it needs more memory than a document may use."),
    "nesting": _("A list or quotation in it has too many levels."),
    "font": _("A font of the application is missing."),
}
FAILED = _("The document program stopped.")
