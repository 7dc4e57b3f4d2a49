from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    """An application, because viewflow finds a flow by the application that holds it."""

    name = "bin.benchmarks"
    label = "benchmarks"
