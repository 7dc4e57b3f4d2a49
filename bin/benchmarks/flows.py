"""The least that viewflow does: a process started by a page, one task done by a page, an end."""

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow import views
from viewflow.workflow.models import Process

ENDED = "/bench/empty"


class BareFlow(flow.Flow):
    """`Start → View → End` with viewflow's own process, pages and defaults."""

    process_class = Process

    start = flow.Start(views.CreateProcessView.as_view(fields=[], success_url=ENDED)).Next(this.task)
    task = (
        flow.View(views.UpdateProcessView.as_view(fields=[], success_url=ENDED))
        .Assign(this.start.owner)
        .Next(this.end)
    )
    end = flow.End()
