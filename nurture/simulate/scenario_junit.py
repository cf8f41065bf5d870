"""Outcomes of scenarios as JUnit XML, as CI systems read it.

Elements and attributes are those that Jenkins, GitLab, GitHub reporters and Azure have in
common: `testsuites/testsuite/testcase`, `failure`, `error`, seconds in `time`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from nurture.errors import Problem
from nurture.simulate.scenario_run import Outcome
from nurture.simulate.scenario_telling import Telling

#: what XML 1.0 cannot hold (2.2 Characters)
_UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(outcomes: Sequence[Outcome], telling: Telling) -> bytes:
    """Return the XML of a run, a suite per file and a case per scenario."""
    root = ElementTree.Element("testsuites", {"name": "nurture test"})
    files: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        files.setdefault(outcome.scenario.place.file, []).append(outcome)
    for file, some in files.items():
        suite = ElementTree.SubElement(root, "testsuite", {"name": file, **_counts(some)})
        for outcome in some:
            _case(suite, file, outcome, telling)
    root.attrib.update(_counts(outcomes))
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def junit_of_problems(problems: Sequence[Problem], language: str) -> bytes:
    """Return the XML of a run that never began: a case with an error per problem."""
    number = {"tests": str(len(problems)), "failures": "0", "errors": str(len(problems))}
    root = ElementTree.Element("testsuites", {"name": "nurture test", **number})
    suite = ElementTree.SubElement(root, "testsuite", {"name": "nurture check", **number})
    for problem in problems:
        place = problem.place
        about = {"classname": place.file, "name": problem.code, "file": place.file}
        case = ElementTree.SubElement(suite, "testcase", {**about, "line": str(place.line)})
        said = _fit(problem.in_language(language))
        ElementTree.SubElement(case, "error", {"message": said, "type": problem.code})
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    broken = sum(_is_broken(one) for one in outcomes)
    failed = sum(not one.passed for one in outcomes) - broken
    seconds = sum(one.seconds for one in outcomes)
    return {
        "tests": str(len(outcomes)),
        "failures": str(failed),
        "errors": str(broken),
        "skipped": "0",
        "time": f"{seconds:.3f}",
    }


def _is_broken(outcome: Outcome) -> bool:
    return any(failure.expected is None for failure in outcome.failures)


def _case(suite: ElementTree.Element, file: str, outcome: Outcome, telling: Telling) -> None:
    place = outcome.scenario.place
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {
            "classname": file,
            "name": _fit(outcome.scenario.title),
            "file": file,
            "line": str(place.line),
            "time": f"{outcome.seconds:.3f}",
        },
    )
    if outcome.passed:
        return
    message = "; ".join(telling.summary(one) for one in outcome.failures)
    kind = "error" if _is_broken(outcome) else "failure"
    found = ElementTree.SubElement(
        case, kind, {"message": _fit(message), "type": outcome.failures[0].miss.code}
    )
    found.text = _fit("\n".join(telling.lines(outcome)))


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)
