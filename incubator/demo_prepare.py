"""What bin/demo needs before it serves: tables, static files, catalogues, the demo city. Quick when all is there."""

import hashlib
import os
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path

MIGRATING = 4_207_001  # any number that nothing else locks


def main() -> int:
    from incubator.lib import translations

    # Setting up reads the French of some models' names: a catalogue that is made after is not read by this process.
    translations.compile_if_needed()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    if not settings.DEMO:
        print("The demo never runs in production.", file=sys.stderr)
        return 1
    _step("Making the tables", _migrate, needed=_tables_are_old())
    stamp, digest = settings.VAR / "static.stamp", _static_digest()
    collected = stamp.exists() and stamp.read_text() == digest
    _step("Compressing the static files", lambda: _collect(stamp, digest), needed=not collected)
    _step("Making the seal", lambda: call_command("make_demo_seal"), needed=not settings.SEAL.seals)
    fill = "Filling the demo city (a minute or two)"
    size = shlex.split(os.environ.get("DEMO_CITY", ""))  # arguments of demo_city, such as --ideas 10
    _step(fill, lambda: call_command("demo_city", *size), needed=_city_is_empty())
    with (settings.VAR / "demo_accounts.txt").open("w", encoding="utf-8") as accounts:
        call_command("demo_accounts", stdout=accounts)
    return 0


def _step(name: str, act: Callable[[], object], *, needed: bool) -> None:
    if not needed:
        return
    print(f"{name} …", flush=True)
    began = time.monotonic()
    act()
    print(f"  done in {time.monotonic() - began:.0f} s", flush=True)


def _tables_are_old() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = 0")
        # PostgreSQL may still be at work for a start that was killed: what it does is seen before what is left to do.
        cursor.execute("select pg_advisory_lock(%s)", [MIGRATING])
    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_unlock(%s)", [MIGRATING])


def _static_digest() -> str:
    """Changes when any static file does: name, size and time of each."""
    from django.contrib.staticfiles import finders

    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            seen = Path(storage.path(path)).stat()
            digest.update(f"{path} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _collect(stamp: Path, digest: str) -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest)


def _city_is_empty() -> bool:
    from django.apps import apps

    return not apps.get_model("ideas", "Programme").objects.exists()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incubator.settings")
    sys.exit(main())
