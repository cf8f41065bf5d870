"""The checkout as a whole: locks, sizes, names, and nothing of the machine it was written on."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LONGEST_FILE = 400
#: This file has to name what it looks for.
ITSELF = r"^tests/test_project\.py$"


def _files() -> list[Path]:
    """Return what git keeps or would keep; without git, all that is not hidden or made."""
    if (ROOT / ".git").exists():
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
        found = [ROOT / name for name in names.stdout.splitlines()]
    else:
        made = {".venv", "var", "__pycache__"}
        found = [path for path in ROOT.rglob("*") if not made & set(path.parts)]
    return sorted(path for path in found if path.is_file())


FILES = _files()
PYTHON = [path for path in FILES if path.suffix == ".py"]


def _texts() -> dict[str, str]:
    texts = {}
    for path in FILES:
        data = path.read_bytes()
        if b"\0" not in data:
            texts[str(path.relative_to(ROOT))] = data.decode("utf-8", errors="replace")
    return texts


def _found(pattern: str, *, but: str = "^$") -> list[str]:
    """Return file:line of each line that matches, outside files whose name matches `but`."""
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in _texts().items()
        if not re.search(but, name)
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_no_python_file_is_too_long_to_read() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in PYTHON}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [str(p.relative_to(ROOT)) for p in PYTHON if not ast.get_docstring(_parsed(p))]
    assert silent == []


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_file_is_named_for_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [str(p.relative_to(ROOT)) for p in PYTHON if p.stem in vague] == []


def test_nothing_is_left_for_later() -> None:
    assert _found(r"\b(TODO|FIXME|XXX)\b", but=ITSELF) == []


def test_no_path_of_a_machine_stands_in_a_file() -> None:
    assert _found(r"(?<![\w.])/(?:root|home|Users|work|tmp)/\w", but=ITSELF) == []


def test_no_package_registry_is_named() -> None:
    registries = r"pypi\.org|pythonhosted|npmjs\.(?:com|org)|index-url|find-links"
    assert _found(registries, but=ITSELF) == []


def test_no_test_is_switched_off() -> None:
    # only what a machine lacks may skip a test, and only tests/conftest.py decides that
    switched_off = r"mark\.(?:skip|xfail)|\bpytest\.(?:skip|xfail|importorskip)\("
    assert _found(switched_off, but=rf"{ITSELF}|^tests/conftest\.py$") == []


LOCKS = ["requirements.lock", "requirements-dev.lock"]


def _locked(name: str) -> dict[str, Requirement]:
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    pins = [Requirement(line.split(" --hash")[0]) for line in lines if not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in pins}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_one_version_with_hashes(name: str) -> None:
    entries = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    pins = [entry for entry in entries if not entry.startswith("#")]
    assert pins
    assert [p for p in pins if not re.match(r"[\w.-]+==[^\s;]+( ;.*?)? +--hash=sha256:", p)] == []


@pytest.mark.parametrize(
    ("name", "extras"),
    [("requirements.lock", ["build"]), ("requirements-dev.lock", ["build", "dev"])],
)
def test_a_lock_holds_what_the_project_asks_for(name: str, extras: list[str]) -> None:
    locked = _locked(name)
    wanted = [*PROJECT["dependencies"]]
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    for requirement in map(Requirement, wanted):
        pin = locked.get(canonicalize_name(requirement.name))
        assert pin, f"{requirement.name} is not in {name}: run make lock"
        version = str(pin.specifier).removeprefix("==")
        assert requirement.specifier.contains(version), f"{requirement}: run make lock"


def test_both_locks_pin_the_same_versions() -> None:
    runtime, development = (_locked(name) for name in LOCKS)
    assert {n: str(p) for n, p in runtime.items() if str(development.get(n)) != str(p)} == {}


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()


def test_the_version_is_one() -> None:
    import nurture

    assert nurture.__version__ == PROJECT["version"]


def test_every_library_that_is_imported_is_in_the_lock() -> None:
    locked = {
        line.partition("==")[0].partition("[")[0].strip().lower().replace("_", "-")
        for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        if "==" in line
    }
    known = packages_distributions()
    missing = set()
    for path in sorted((ROOT / "nurture").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in (one.partition(".")[0] for one in names):
                if name in sys.stdlib_module_names or name in ("nurture", "_typeshed"):
                    continue
                found = {one.lower().replace("_", "-") for one in known.get(name, [name])}
                if not found & locked:
                    missing.add(f"{path.relative_to(ROOT)}: {name}")
    assert missing == set()
