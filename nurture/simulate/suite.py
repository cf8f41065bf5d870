"""The scenarios of a project: checked with its files, chosen by file, line and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Self

from nurture.domain.scenario import Scenario
from nurture.errors import DefinitionError, NotFoundError, Problem, Severity
from nurture.language import Said, say
from nurture.language.hints import did_you_mean
from nurture.services.check import check
from nurture.services.project import SCENARIOS
from nurture.simulate.world import Project


@dataclass(frozen=True, slots=True)
class Suite:
    """A project that is right, and its scenarios by file and line."""

    project: Project
    scenarios: tuple[Scenario, ...]
    #: warnings about scenarios; about other files `nurture check` speaks
    warnings: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, files: Mapping[str, bytes], now: datetime | None = None) -> Self:
        """Check a project with its scenarios; raises DefinitionError where it has errors.

        `files`: path → content, the scenarios' folder among them; `now` decides what of the
        library has expired, None: nothing is said of it.
        """
        definitions, problems = check(files, now)
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if errors:
            raise DefinitionError(errors)
        release = {
            path: content for path, content in files.items() if not path.startswith(SCENARIOS)
        }
        project = Project(release, (definitions, problems))
        warnings = tuple(one for one in problems if one.place.file.startswith(SCENARIOS))
        return cls(project, definitions.scenarios, warnings)

    def chosen(self, patterns: Sequence[str], words: Sequence[str] = ()) -> list[Scenario]:
        """Return the scenarios that any pattern means and whose titles hold every word.

        A pattern is a file (its path, or its name with or without ending, `*` allowed), a
        file and the line of a scenario (`…/warm.yaml:12`), or the folder. No pattern: all.
        Raises NotFoundError for a pattern that means none.
        """
        found = list(self.scenarios)
        if patterns:
            for pattern in patterns:
                if not any(_means(pattern, one) for one in self.scenarios):
                    raise NotFoundError(
                        say("no scenario is meant by {pattern}", pattern=pattern),
                        self._hint(pattern),
                    )
            found = [one for one in found if any(_means(pattern, one) for pattern in patterns)]
        lowered = [word.lower() for word in words]
        return [one for one in found if all(word in one.title.lower() for word in lowered)]

    def _hint(self, pattern: str) -> Said:
        file, colon, line = pattern.rpartition(":")
        if colon and line.isdigit():
            there = [one.place.line for one in self.scenarios if _means(file, one)]
            if there:
                return say("scenarios of {file} begin in lines {lines}", file=file, lines=there)
            pattern = file
        stem = PurePosixPath(pattern).stem
        stems = {PurePosixPath(one.place.file).stem for one in self.scenarios}
        # The nearest file, else all where they are few, else where to find them.
        return did_you_mean(stem, stems) or say("`nurture test --list` names them all")


def _means(pattern: str, scenario: Scenario) -> bool:
    path = PurePosixPath(scenario.place.file)
    file, colon, line = pattern.rpartition(":")
    if colon and line.isdigit():
        return _means(file, scenario) and int(line) == scenario.place.line
    wanted = pattern.removeprefix("./").rstrip("/")
    names = (str(path), path.name, path.stem)
    if any(fnmatchcase(name, wanted) for name in names):
        return True
    return str(path).startswith(f"{wanted}/")
