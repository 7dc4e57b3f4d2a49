"""Makes this checkout's environment: `.venv`, the locked packages, and what the system must lend.

Run by bin/* with any Python 3.11+, so it uses the standard library only.
    environment.py requirements.txt [--pango] [--browser] [--whole-browser] [--seals]
"""

import argparse
import ctypes
import filecmp
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# The development lock holds all of the product's, at the same versions: having it is enough for both.
LOCKS = {
    "requirements.txt": ("requirements.txt", "requirements-dev.txt"),
    "requirements-dev.txt": ("requirements-dev.txt",),
}
WHOLE_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# Debian's shell is the same engine without windows: a third less to compute for each page. Ubuntu has none.
BROWSERS = ("chromium-headless-shell", *WHOLE_BROWSERS)
PANGO_LINUX = (
    "libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1",
)  # fmt: skip
PANGO_MAC = ("libgobject-2.0.dylib", "libpango-1.0.dylib", "libpangoft2-1.0.dylib", "libfontconfig.1.dylib")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0")
# Makes the fonts of a document smaller, faster; Ubuntu 22.04 has none, and WeasyPrint then does it in Python.
SUBSET, SUBSET_PACKAGE = "libharfbuzz-subset.so.0", "libharfbuzz-subset0"
# Another reader of seals, and a token made of software: Debian's packages, and the programs that they bring.
SEAL_PACKAGES = {"poppler-utils": "pdfsig", "softhsm2": "softhsm2-util"}


class Missing(Exception):
    """Something this script cannot install; the text is the one line shown."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(*command: str | Path) -> bool:
    """True when the command succeeded; its output is kept back unless it failed."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        say(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode == 0


def install_packages(*packages: str) -> bool:
    """Install Debian packages if we are root, or may be without a password. False when we cannot."""
    if not shutil.which("apt-get"):
        return False
    prefix: list[str] = []
    if os.geteuid() != 0:
        silent = subprocess.run(["sudo", "-n", "true"], capture_output=True) if shutil.which("sudo") else None
        if silent is None or silent.returncode:
            return False
        prefix = ["sudo", "-n"]
    say(f"Installing {' '.join(packages)} …")
    apt = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=120",
    ]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    # A fresh machine has no package lists yet; one with lists need not fetch them again.
    if subprocess.run(install, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0:
        return True
    return run(*apt, "update") and run(*install)


def ensure_venv() -> None:
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    ):
        return
    say("Making .venv …")
    make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(make, capture_output=True).returncode == 0:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if install_packages(package) and run(*make):
        return
    raise Missing(
        f"Python cannot make an environment here: install {package} (apt install {package}), then run again."
    )


def ensure_packages(lock: str) -> None:
    if any(_installed(name) for name in LOCKS[lock]):
        return
    say(f"Installing the packages of {lock} (once; a minute or two) …")
    for stamp in VENV.glob("*.installed"):
        stamp.unlink()
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "-q",
        "install",
    ]
    # The lock is complete: nothing to resolve, and nothing may be added that it does not name.
    if not run(*pip, "--require-hashes", "--no-deps", "-r", ROOT / lock):
        raise Missing(f"The packages of {lock} could not be installed; what pip says is above.")
    shutil.copyfile(ROOT / lock, VENV / f"{lock}.installed")


def _installed(lock: str) -> bool:
    stamp = VENV / f"{lock}.installed"
    return stamp.exists() and filecmp.cmp(ROOT / lock, stamp, shallow=False)


def ensure_pango() -> None:
    if not _has_pango():
        if sys.platform == "darwin":
            raise Missing("PDF briefs need Pango: brew install pango, then run again.")
        if not (install_packages(*PANGO_PACKAGES) and _has_pango()):
            raise Missing(f"PDF briefs need Pango: apt install {' '.join(PANGO_PACKAGES)}, then run again.")
    if sys.platform != "darwin" and not _loads(SUBSET) and _is_known(SUBSET_PACKAGE):
        install_packages(SUBSET_PACKAGE)


def _is_known(package: str) -> bool:
    """Whether this system's package lists name it."""
    show = ["apt-cache", "show", package]
    return bool(shutil.which("apt-cache")) and subprocess.run(show, capture_output=True).returncode == 0


def _has_pango() -> bool:
    mac = sys.platform == "darwin"
    folders = ("", "/opt/homebrew/lib/", "/usr/local/lib/") if mac else ("",)
    return all(
        any(_loads(folder + name) for folder in folders) for name in (PANGO_MAC if mac else PANGO_LINUX)
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def ensure_browser(names: Sequence[str] = BROWSERS) -> None:
    """One of these browsers, the one that CHROME names before all."""
    named = os.environ.get("CHROME")
    if named:
        if not shutil.which(named):
            raise Missing(f"CHROME={named} is not a program that can be run.")
        return
    if any(shutil.which(name) for name in names):
        return
    if is_ubuntu():
        raise Missing(
            "The tests need a browser: install google-chrome-stable (Google’s deb; Ubuntu has chromium as a snap "
            "only), or set CHROME to the path of one."
        )
    if sys.platform != "darwin":
        for package in names[: names.index("chromium") + 1]:
            if install_packages(package) and shutil.which(package):
                return
    raise Missing(
        "The tests need a browser: install chromium (apt install chromium), or set CHROME to the path of one."
    )


def is_ubuntu() -> bool:
    """Ubuntu, or a system made from it, by /etc/os-release."""
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        return False
    return "ubuntu" in (system.get("ID", ""), *system.get("ID_LIKE", "").split())


def ensure_seals() -> None:
    """What the long proofs hold seals against; the daily tests use it where it happens to be."""
    missing = [package for package, program in SEAL_PACKAGES.items() if not shutil.which(program)]
    if not missing or (
        install_packages(*missing) and all(shutil.which(SEAL_PACKAGES[package]) for package in missing)
    ):
        return
    raise Missing(f"The proofs of seals need {' and '.join(missing)}: install them, then run again.")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("lock", choices=LOCKS)
    parser.add_argument("--pango", action="store_true")
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--whole-browser", action="store_true", help="with windows and a viewer of PDF files")
    parser.add_argument("--seals", action="store_true", help="another reader of seals, and a token")
    wanted = parser.parse_args()
    try:
        ensure_venv()
        if wanted.pango:
            ensure_pango()
        if wanted.browser:
            ensure_browser()
        if wanted.whole_browser:
            ensure_browser(WHOLE_BROWSERS)
        if wanted.seals:
            ensure_seals()
        ensure_packages(wanted.lock)
    except Missing as missing:
        say(str(missing))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
