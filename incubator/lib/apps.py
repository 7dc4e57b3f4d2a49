from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "incubator.lib"
