"""Jobs deferred inside a job belong to the same transaction as what that job writes.

Procrastinate's worker takes its own connections, and a job's `task.defer()` would use one of them: the new job
would be kept when the writing rolls back, or run before it is committed and find nothing. Here the worker keeps
its connections for itself; whatever a job defers goes through Django's.
"""

from procrastinate import App
from procrastinate.connector import BaseAsyncConnector, BaseConnector
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector


class WorkerConnector(PsycopgConnector):
    """The worker's own work is asynchronous and uses the pool; synchronous calls come from jobs."""

    alias = "default"

    def get_sync_connector(self) -> BaseConnector:
        return Connector(self.alias)


class Connector(DjangoConnector):
    def get_worker_connector(self) -> BaseAsyncConnector:
        return WorkerConnector(kwargs=connector_params(self.alias))


def use_for(app: App) -> None:
    """PROCRASTINATE_ON_APP_READY."""
    app.connector = app.job_manager.connector = Connector()
