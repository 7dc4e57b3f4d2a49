from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "incubator.messages"
    label = "incubator_messages"  # django.contrib.messages holds the short one

    def ready(self) -> None:
        from incubator.messages.queries import held_about
        from incubator.people import own_data

        own_data.add("messages", held_about)
