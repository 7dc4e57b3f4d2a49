from django.urls import path

from incubator.lib import pages

urlpatterns = [
    path("language", pages.set_language, name="set-language"),
    path("accessibilite", pages.accessibility, name="accessibility"),
    path("your-data", pages.your_data, name="your-data"),
    path("charter", pages.charter, name="charter"),
    path("help", pages.help_page, name="help"),
]
