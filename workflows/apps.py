from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        """Hand the rooms above what the rooms below ask for."""
        from workflows import registration

        registration.register()
