"""The wheel: the same from the tree as from the sdist, complete, and it runs where only it is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import pgcfglint
from pgcfglint import rulebook

TREE = Path(__file__).parents[2]


def built(source: Path, target: Path, kind: str) -> Path:
    """The archive that hatchling builds from a source tree, in a process of its own."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (archive,) = target.iterdir()
    return archive


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return built(TREE, tmp_path_factory.mktemp("wheel"), "wheel")


def test_wheel_from_sdist_equals_wheel_from_tree(wheel, tmp_path):
    sdist = built(TREE, tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", **({"filter": "data"} if sys.version_info >= (3, 12) else {}))
    (source,) = (tmp_path / "source").iterdir()
    again = built(source, tmp_path / "wheel", "wheel")
    assert again.name == wheel.name
    assert contents(again) == contents(wheel)


def test_the_wheel_holds_every_file(wheel):
    names = set(contents(wheel))
    package = {
        path.relative_to(TREE).as_posix()
        for path in (TREE / "pgcfglint").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    rules = {f"pgcfglint/_rules/{p.relative_to(TREE / 'rules')}" for p in (TREE / "rules").rglob("*.yaml")}
    assert package - names == set()
    assert rules - names == set()
    assert "pgcfglint/_bundle/rules_default.py" in names
    assert not [name for name in names if name.endswith((".pyc", "~"))]
    assert {name.split("/")[0] for name in names} == {
        "pgcfglint",
        f"pgcfglint-{pgcfglint.__version__}.dist-info",
    }


def test_one_version():
    (written,) = re.findall(r'(?m)^version = "(.+?)"', (TREE / "pyproject.toml").read_text())
    assert pgcfglint.__version__ == written


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The scripts folder of a fresh virtual environment with the wheel, and our dependencies beside it."""
    folder = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    # The dependencies come from the environment that runs the tests, after the wheel: no network.
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def run(*command, **options):
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(word) for word in command], env=clean, capture_output=True, text=True, check=False, **options
    )


def test_the_installed_wheel_is_the_one_that_runs(installed, tmp_path):
    where = run(installed / "python", "-c", "import pgcfglint; print(pgcfglint.__file__)", cwd=tmp_path)
    assert str(installed.parent) in where.stdout


@pytest.mark.parametrize("command", [["pgcfglint"], ["python", "-m", "pgcfglint"]])
def test_the_version_is_printed(installed, tmp_path, command):
    done = run(installed / command[0], *command[1:], "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"pgcfglint {pgcfglint.__version__}\n")


def test_the_wheel_reads_its_bundle_and_finds_its_files(installed, tmp_path):
    code = (
        "import os; from pgcfglint import bundle, paths; "
        "assert bundle.load('rules_default') is not None; "
        "assert os.path.isdir(paths.rules_folder()), paths.rules_folder(); "
        "assert '_rules' in paths.rules_folder()"
    )
    done = run(installed / "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_wheel_and_checkout_find_the_same(installed):
    arguments = ["examples/citus-cluster", "--format", "json"]
    theirs = run(installed / "pgcfglint", *arguments, cwd=TREE)
    ours = run(sys.executable, "-m", "pgcfglint", *arguments, cwd=TREE)
    assert ours.returncode == theirs.returncode == 1, ours.stderr + theirs.stderr
    assert '"findings"' in ours.stdout
    assert ours.stdout == theirs.stdout


SLOW = {  # each costs 3 to 150 ms of a start that takes about 40 in all
    *("ast", "concurrent", "contextlib", "dataclasses", "difflib", "importlib.metadata"),
    *(
        "importlib.resources",
        "inspect",
        "json",
        "jsonschema",
        "logging",
        "multiprocessing",
        "pathlib",
        "pint",
    ),
    *("ruamel", "shutil", "subprocess", "tempfile", "typing"),
}


@pytest.mark.parametrize("file", ["values.yaml", "values-production.yaml", "dumps/show-config-0.yaml"])
def test_a_plain_run_imports_nothing_slow(installed, file):
    code = (
        "import sys; before = set(sys.modules); from pgcfglint.__main__ import main; "
        "code = main(); print(code, *sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    done = run(installed / "python", "-I", "-c", code, f"examples/citus-cluster/{file}", cwd=TREE)
    code, *modules = done.stderr.splitlines()[-1].split()
    assert code in "01", done.stderr
    assert "yaml" in modules
    assert SLOW.intersection(modules) == set()


def test_a_checkout_has_no_bundle():
    from pgcfglint import bundle

    assert bundle.load("rules_default") is None


def test_the_bundle_gives_the_rules_in_the_order_of_the_files(installed, tmp_path):
    code = "from pgcfglint import rulebook; print([rule.name for rule in rulebook.load_all()])"
    done = run(installed / "python", "-I", "-c", code, cwd=tmp_path)
    assert done.stdout.strip() == str([rule.name for rule in rulebook.load_all()]), done.stderr
