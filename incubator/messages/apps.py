from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "incubator.messages"
    label = "incubator_messages"  # django.contrib.messages holds the short one
