"""How long the check takes on a release of 100 workflows: the promise is a second.

    python benchmarks/check_workflows.py [--workflows N] [--rounds N]

The release is the shipped one with its workflows copied under new names until there are
enough. Templates are known by name only; reading them is the mail room's part of the check.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from nurture.clock import machine_seconds
from nurture.compiler import compile_files
from nurture.compiler.calendar import public_holidays
from nurture.domain.definitions import require

_ROOT = Path(__file__).resolve().parents[1]


def release(workflows: int) -> dict[str, bytes | str]:
    """Return the shipped files, with copies of the workflows until there are so many."""
    files: dict[str, bytes | str] = {
        path.relative_to(_ROOT).as_posix(): path.read_bytes()
        for folder in ("workflows", "templates")
        for path in sorted((_ROOT / folder).rglob("*"))
        if path.is_file()
    }
    shipped = [
        content.decode()
        for content in files.values()
        if isinstance(content, bytes) and re.search(rb"^workflow:", content, re.MULTILINE)
    ]
    for number in range(workflows - len(shipped)):
        text = shipped[number % len(shipped)]
        name = f"copy-{number}"
        files[f"workflows/{name}.yaml"] = re.sub(r"(?m)^workflow: .*", f"workflow: {name}", text)
    return files


def main() -> None:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workflows", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    files = release(options.workflows)
    lines = sum(len(f.splitlines()) for path, f in files.items() if path.endswith(".yaml"))
    seconds = []
    for _ in range(options.rounds):
        # A check is a process of its own: it works out the holidays anew.
        public_holidays.cache_clear()
        start = machine_seconds()
        definitions = require(compile_files(files))
        seconds.append(machine_seconds() - start)
    middle = sorted(seconds)[len(seconds) // 2]
    print(f"{len(definitions.workflows)} workflows, {lines} lines of YAML: {middle:.3f} s (median)")


if __name__ == "__main__":
    main()
