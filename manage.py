#!/usr/bin/env python
"""Django's command line, with the embedded database started when no server is named."""

import os
import sys

# These need no database: starting one would only take time.
WITHOUT_DATABASE = {"compile_translations", "collectstatic", "help", "version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incubator.settings")
    from incubator import postgres

    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "help")
    if command == "migrate":
        os.environ.setdefault("LOCK_TIMEOUT_MILLISECONDS", "0")  # a migration waits for its turn
    server_named = os.environ.get("DATABASE_URL") or os.environ.get("TRAVEE_ENV") == "production"
    if not server_named and command not in WITHOUT_DATABASE:
        postgres.start()
    if os.environ.get("TRAVEE_ENV") != "production" and command != "compile_translations":
        from incubator.lib import translations

        translations.compile_if_needed()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
