"""Where the measured programs are installed: this tree's wheel and its peers, in one environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
CACHE = TREE / ".cache" / "bench"


def pip(python: Path, *words: str | Path) -> None:
    """Run pip for an interpreter, quietly."""
    command = [python, "-m", "pip", "--disable-pip-version-check", "-qq", *words]
    subprocess.run([str(word) for word in command], check=True)


def wheel(tree: Path, target: Path) -> Path:
    """The wheel of a source tree, built as pip builds it."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.whl"):
        old.unlink()
    pip(Path(sys.executable), "wheel", "--no-deps", "--wheel-dir", target, tree)
    (built,) = target.glob("*.whl")
    return built


def environment() -> Path:
    """The scripts folder of a virtual environment with this tree's wheel and its peers, compiled."""
    scripts = _made(CACHE / "venv", "--group", f"{TREE / 'pyproject.toml'}:bench")
    python = scripts / "python"
    pip(python, "uninstall", "--yes", "pgcfglint")  # the version is the same, the contents may not be
    pip(python, "install", wheel(TREE, CACHE / "wheel"))
    _compile(scripts)
    return scripts


def checkov() -> Path:
    """The program checkov, in an environment of its own: it pins versions of what we need too."""
    scripts = _made(CACHE / "checkov", "checkov")
    _compile(scripts)
    return scripts / "checkov"


def _made(home: Path, *packages: str) -> Path:
    scripts = home / "bin"
    if not (scripts / "python").exists():
        # From the real interpreter, not from the environment that runs this.
        subprocess.run([os.path.realpath(sys.executable), "-m", "venv", str(home)], check=True)
        pip(scripts / "python", "install", "--upgrade", "pip>=25.1")
    pip(scripts / "python", "install", *packages)
    return scripts


def _compile(scripts: Path) -> None:
    """Byte-compile everything, so that no run pays for it."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [str(scripts / "python"), "-m", "compileall", "-q", str(scripts.parent / "lib")]
    subprocess.run(command, check=False, env=clean, stdout=subprocess.DEVNULL)
