"""How long the check takes on a project of 100 workflows and all shipped templates: ≤ 1 s.

    python benchmarks/check_workflows.py [--workflows N] [--rounds N]

The project is the shipped one with its workflows copied under new names until there are
enough. Measured are the definitions alone, in this process; then the command as a process of
its own, from the start of Python to its end: cold (`--fresh`: every template is put together,
compiled and read) and warm (the definitions are read, templates are known from the last run).
Next to the time that passed stands the time that the processor worked: where a machine does
other things too, only that one says what the check costs.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from nurture.clock import machine_seconds
from nurture.compiler import compile_files
from nurture.compiler.calendar import public_holidays
from nurture.domain.definitions import require

_ROOT = Path(__file__).resolve().parents[1]


def release(workflows: int) -> dict[str, bytes]:
    """Return the shipped files, with copies of the workflows until there are so many."""
    files = {
        path.relative_to(_ROOT).as_posix(): path.read_bytes()
        for folder in ("workflows", "templates")
        for path in sorted((_ROOT / folder).rglob("*"))
        if path.is_file()
    }
    shipped = [
        content.decode()
        for content in files.values()
        if re.search(rb"^workflow:", content, re.MULTILINE)
    ]
    for number in range(workflows - len(shipped)):
        text = shipped[number % len(shipped)]
        name = f"copy-{number}"
        copied = re.sub(r"(?m)^workflow: .*", f"workflow: {name}", text)
        files[f"workflows/{name}.yaml"] = copied.encode()
    return files


def middle(values: list[float]) -> float:
    """Return the median."""
    return sorted(values)[len(values) // 2]


def in_process(files: dict[str, bytes], rounds: int) -> None:
    """Measure the definitions alone."""
    seconds = []
    for _ in range(rounds):
        # A check is a process of its own: it works out the holidays anew.
        public_holidays.cache_clear()
        start = machine_seconds()
        definitions = require(compile_files(files))
        seconds.append(machine_seconds() - start)
    lines = sum(len(text.splitlines()) for path, text in files.items() if path.endswith(".yaml"))
    many = len(definitions.workflows)
    print(f"definitions alone: {middle(seconds):.2f} s for {many} workflows, {lines} lines of YAML")


def as_command(project: Path, rounds: int, *words: str) -> str:
    """Run the command some times; return its median times."""
    command = [sys.executable, "-m", "nurture", "--project", str(project)]
    command += ["--var", str(project / "var"), "check", *words]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    passed, worked = [], []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = machine_seconds()
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        passed.append(machine_seconds() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return f"{middle(passed):.2f} s, of which the processor worked {middle(worked):.2f} s"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workflows", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    files = release(options.workflows)
    in_process(files, options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        templates = sum(name.startswith("templates/") for name in files)
        print(f"nurture check, with {templates} files of templates, medians of {options.rounds}:")
        print(f"  cold: {as_command(Path(folder), options.rounds, '--fresh')}")
        print(f"  warm: {as_command(Path(folder), options.rounds)}")


if __name__ == "__main__":
    main()
