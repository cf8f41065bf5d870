"""The YAML files of a release: read, and sorted by what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nurture.compiler.nodes import MapNode
from nurture.compiler.report import Report
from nurture.compiler.yaml_source import read_yaml
from nurture.language import say
from nurture.language.joining import both

#: where definitions live in a release
ROOT = "workflows/"
_SUFFIXES = (".yaml", ".yml")

#: first key → kind of file
_KINDS = {
    "workflow": "workflow",
    "scoring": "scoring",
    "calendar": "calendar",
    "policy": "policy",
    "segment": "segments",
    "segments": "segments",
    "broadcast": "broadcast",
    "seminar": "seminar",
    "library": "library",
    "survey": "survey",
    "scenario": "scenarios",
    "scenarios": "scenarios",
    "referral_program": "referral_program",
}
#: kinds of which a release has exactly one file
SINGLE = ("policy", "calendar", "scoring")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that could be read."""

    root: MapNode
    report: Report


@dataclass(slots=True)
class Sources:
    """The files of a release by kind, and the reports of all of them."""

    by_kind: dict[str, list[Source]] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    #: a file could not be read, so nobody knows what stands in it
    unread: bool = False

    def of(self, kind: str) -> list[Source]:
        """Return the files of a kind, by path."""
        return self.by_kind.get(kind, [])


def is_definition(path: str) -> bool:
    """Say whether a path is a file of definitions."""
    return path.startswith(ROOT) and path.endswith(_SUFFIXES)


def read_sources(files: Mapping[str, bytes | str]) -> Sources:
    """Return every file of definitions; one that cannot be read leaves its report only."""
    sources = Sources()
    for path in sorted(files):
        if is_definition(path):
            add_source(sources, path, files[path])
    return sources


def add_source(sources: Sources, path: str, content: bytes | str) -> None:
    """Read one file and sort it in."""
    report = Report(path)
    sources.reports.append(report)
    root = read_yaml(content, report)
    if root is None:
        sources.unread = True
        return
    if not isinstance(root, MapNode):
        report.error(root, "wrong-type", say("expected keys such as `workflow: …`, found no map"))
        return
    kinds = {_KINDS[key] for key in root.pairs if key in _KINDS}
    if "workflow" in kinds:
        # A workflow may not hold scoring; its unknown keys say so.
        kinds = {"workflow"}
    if len(kinds) == 1:
        sources.by_kind.setdefault(kinds.pop(), []).append(Source(root, report))
        return
    if kinds:
        at = next(key for name, (key, _) in root.pairs.items() if name in _KINDS)
        message = say("one file holds one thing, not {kinds}", kinds=both(sorted(kinds)))
        report.error(at, "two-kinds", message, say("split the file"))
        return
    first = next(iter(root.pairs), "")
    hint = report.near(first, _KINDS) or say("it needs one of the keys {keys}", keys=[*_KINDS])
    report.error(root, "unknown-kind", say("nothing says what this file is"), hint)
