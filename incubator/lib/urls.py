from django.urls import path

from incubator.lib import pages, theme
from incubator.lib.styleguide.views import styleguide

urlpatterns = [
    path("language", pages.set_language, name="set-language"),
    path("appearance", pages.set_appearance, name="set-appearance"),
    path("theme/city.css", theme.city_css, name="theme"),
    path("styleguide", styleguide, name="styleguide"),
    path("accessibilite", pages.accessibility, name="accessibility"),
    path("your-data", pages.your_data, name="your-data"),
    path("help", pages.help_page, name="help"),
]
