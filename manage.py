#!/usr/bin/env python
"""Django's command line, with the embedded database started when no server is named."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incubator.settings")
    from incubator import postgres

    if not os.environ.get("DATABASE_URL") and os.environ.get("TRAVEE_ENV") != "production":
        postgres.start()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
