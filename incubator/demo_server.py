"""Runs the demo city: the database, a web server and a worker, and stops them all. Started by bin/demo.

Signals: SIGINT, SIGTERM and SIGHUP stop everything. If this process is killed outright, the kernel stops the
children (Linux); the database stays, and the next start finds it.
"""

import argparse
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import IO

from incubator import postgres

VAR = postgres.DATA.parent
PATIENCE = 10.0  # seconds from the stop signal to the kill
PORT_WITHIN = 5.0
READY_WITHIN = 90.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Someone asked us to stop."""


class CannotStart(Exception):
    """The one line that says why."""


class Children:
    """The processes we started, in order."""

    def __init__(self) -> None:
        self.running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        parent = os.getpid()

        def with_parent() -> None:
            os.setpgid(0, 0)  # Ctrl-C reaches only the parent, which stops the children in order
            for name in STOP_SIGNALS:
                signal.signal(name, signal.SIG_DFL)
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(
                    1, signal.SIGTERM
                )  # PR_SET_PDEATHSIG: kill -9 of the parent ends the child
                if os.getppid() != parent:
                    os._exit(1)

        child = subprocess.Popen(command, preexec_fn=with_parent, stdin=subprocess.DEVNULL)
        self.running.append((name, child))
        return child

    def run(self, name: str, *command: str) -> int:
        """Start a child and wait for its end."""
        child = self.start(name, *command)
        code = child.wait()
        self.running.remove((name, child))
        return code

    def ended(self) -> str | None:
        """The name of a child that is no longer there."""
        return next((name for name, child in self.running if child.poll() is not None), None)

    def stop(self) -> None:
        """Ask, wait, kill. Whole groups, so that a killed web server leaves no worker of its own."""
        for _, child in self.running:
            _signal_group(child, signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        for _, child in self.running:
            try:
                child.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
        for _, child in self.running:
            _signal_group(child, signal.SIGKILL)
            child.wait()


def _signal_group(child: subprocess.Popen[bytes], what: signal.Signals) -> None:
    try:
        os.killpg(child.pid, what)
    except (ProcessLookupError, PermissionError):
        pass  # the whole group has ended


def _stop_on(number: int, frame: FrameType | None) -> None:
    for name in STOP_SIGNALS:
        signal.signal(
            name, signal.SIG_IGN
        )  # stopping takes its ten seconds at most; asking twice changes nothing
    raise Stopped


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/demo", description="Serves the demo city; PORT and HOST are read."
    )
    parser.add_argument("--reset", action="store_true", help="forget the demo city and make it anew")
    wanted = parser.parse_args()
    # Under `&` in a script SIGINT is inherited as ignored: without our own handlers we would hold on to everything.
    for name in STOP_SIGNALS:
        signal.signal(name, _stop_on)
    children, embedded = Children(), not os.environ.get("DATABASE_URL")
    lock: IO[str] | None = None
    try:
        lock = _only_one_here()
        if wanted.reset:
            _reset()
        _serve(children)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except Stopped:
        print("\nStopping …", flush=True)
        return 0
    finally:
        if lock is not None:
            children.stop()
            if embedded:
                postgres.stop()
            lock.close()
    return 0


def _only_one_here() -> IO[str]:
    """Raises CannotStart in production, or when another demo runs in this checkout."""
    if os.environ.get("TRAVEE_ENV", "demo") != "demo":
        raise CannotStart(
            "bin/demo serves the demo city only: unset TRAVEE_ENV. docs/operations.md is for the rest."
        )
    VAR.mkdir(parents=True, exist_ok=True)
    lock = (VAR / "demo.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        raise CannotStart(f"bin/demo already runs in this folder (process {lock.read().strip()}).") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _serve(children: Children) -> None:
    """Returns only by Stopped or CannotStart."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    address = f"http://{'[' + host + ']' if ':' in host else host}:{port}"
    _wait_for_port(host, port)
    if not os.environ.get("DATABASE_URL"):
        if os.geteuid() == 0:
            print("Running as root: better a normal user, or DATABASE_URL (docs/operations.md).", flush=True)
        os.environ["DATABASE_URL"] = _start_database()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "incubator.settings", "TRAVEE_ENV": "demo", "STATIC_HASHED": "1"}
    if children.run("preparation", sys.executable, "-m", "incubator.demo_prepare") != 0:
        raise CannotStart("The demo could not be prepared; what went wrong is above.")
    children.start("web server", *_web_server(host, port))
    patience = ["--shutdown-graceful-timeout", str(PATIENCE - 3)]
    children.start("worker", sys.executable, "manage.py", "procrastinate", "worker", *patience)
    _wait_until_ready(children, port, host)
    print(f"\nTravée is at {address}\n\n{(VAR / 'demo_accounts.txt').read_text(encoding='utf-8')}")
    if host not in ("127.0.0.1", "localhost", "::1"):
        print("Whoever reaches this machine can sign in with these accounts.\n")
    print("Ctrl-C stops everything.", flush=True)
    while (ended := children.ended()) is None:
        time.sleep(0.3)
    raise CannotStart(f"The {ended} ended by itself; stopping the rest.")


def _start_database() -> str:
    try:
        return postgres.start()
    except Exception as error:
        raise CannotStart(f"The embedded PostgreSQL did not start: {error}") from error


def _web_server(host: str, port: str) -> list[str]:
    shared_memory = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108
    return [
        sys.executable, "-m", "gunicorn", "incubator.wsgi:application", "--bind", f"{host}:{port}",
        "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--log-level", "warning",
        "--graceful-timeout", str(int(PATIENCE - 3)), "--no-control-socket", *shared_memory,
    ]  # fmt: skip


def _wait_for_port(host: str, port: str) -> None:
    """The server of a demo that was just killed may need a moment to let go."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise CannotStart(f"PORT={port} is not a port number.")
    end = time.monotonic() + PORT_WITHIN
    while True:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, int(port)))
                return
            except socket.gaierror:
                raise CannotStart(f"HOST={host} is not an address of this machine.") from None
            except OSError as error:
                if time.monotonic() > end:
                    raise CannotStart(f"{host}:{port}: {error.strerror}. Try PORT=8001 bin/demo.") from None
        time.sleep(0.2)


def _wait_until_ready(children: Children, port: str, host: str) -> None:
    """Ready is: the web server answers for itself; the worker may still be starting."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        if ended := children.ended():
            raise CannotStart(f"The {ended} did not start; what went wrong is above.")
        try:
            urllib.request.urlopen(f"http://{reached}:{port}/healthz", timeout=5)
            return
        except urllib.error.HTTPError as answer:
            if b'"database": "ok"' in answer.read():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise CannotStart(f"Nothing answered at port {port} within {READY_WITHIN:.0f} s.")


def _reset() -> None:
    if os.environ.get("DATABASE_URL"):
        raise CannotStart(
            "--reset empties only the embedded database; empty the one of DATABASE_URL yourself."
        )
    postgres.stop()
    for name in ("postgres", "files", "outbox", "static"):
        shutil.rmtree(VAR / name, ignore_errors=True)
    for name in ("static.stamp", "demo_accounts.txt"):
        (VAR / name).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
