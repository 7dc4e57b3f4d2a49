"""`bin/bench [--ideas N] [--repeats N]`: one JSON on stdout, what it is doing on stderr."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from bin.benchmarks import database
from incubator.lib import translations

IDEAS, REPEATS = 3000, 100


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--ideas", type=int, default=IDEAS, metavar="N", help=f"default {IDEAS}")
    parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N", help=f"default {REPEATS}")
    asked = parser.parse_args()
    if asked.ideas < 1 or asked.repeats < 1:
        parser.error("at least one idea and one repeat")
    translations.compile_if_needed()
    with database.fresh() as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bin.benchmarks.settings"}
        # Neither the tests' settings nor those of an installation.
        os.environ["TRAVEE_ENV"] = "demo"
        print(json.dumps(bench(asked.ideas, asked.repeats), indent=2, ensure_ascii=False))
    return 0


def bench(ideas: int, repeats: int) -> dict[str, Any]:
    """Fill the database named by DATABASE_URL, measure, and give the figures."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from bin.benchmarks import city, documents, measures, report

    say = _teller()
    say("tables")
    os.environ["LOCK_TIMEOUT_MILLISECONDS"] = "0"
    call_command("migrate", verbosity=0)
    made = city.found(ideas, repeats + measures.NOT_TIMED, say)
    say("settling")
    city.settle()
    found = report.report(made, repeats, say) | {"documents": documents.report(say)}
    connection.close()
    return found


def _teller() -> Callable[[str], None]:
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    return say


if __name__ == "__main__":
    sys.exit(main())
