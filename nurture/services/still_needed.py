"""What people under way still need, and a new release lacks: said when it goes live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from nurture.db import mailing_counts
from nurture.db import releases as rows
from nurture.domain.definitions import Definitions
from nurture.domain.library import LOCALE_MARK, Pick
from nurture.domain.steps import Send
from nurture.services.releases import LiveRelease, Releases

#: (workflow or mailing, what it needs, people)
Lacks = tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class StillNeeded:
    """What the live release lacks; each with the people who may need it."""

    #: templates of steps and of mails that wait: sent as the newest release has them
    templates: Lacks = ()
    #: windows of steps: their mails wait for a release that has it
    windows: Lacks = ()
    #: PDFs that go with mails: sent as the newest release has them
    files: Lacks = ()
    #: library items that go out where nothing else suits: nothing stands in for them
    items: Lacks = ()


@dataclass(slots=True)
class _Found:
    """Counts people by (workflow, what)."""

    definitions: Definitions
    paths: Collection[str]
    templates: Counter[tuple[str, str]] = field(default_factory=Counter)
    windows: Counter[tuple[str, str]] = field(default_factory=Counter)
    files: Counter[tuple[str, str]] = field(default_factory=Counter)
    items: Counter[tuple[str, str]] = field(default_factory=Counter)

    def template(self, name: str, template: str, people: int) -> None:
        """Count a template that no file of the release writes, in any language."""
        known = any(path.startswith(f"templates/email/{template}.") for path in self.paths)
        if template and not known:
            self.templates[name, template] += people

    def enclosed(self, name: str, attach: Iterable[str], was: LiveRelease, people: int) -> None:
        """Count what is attached and was there: in each language it had."""
        for written in attach:
            start, mark, rest = written.partition(LOCALE_MARK)
            locales: Sequence[str] = was.definitions.policy.locales if mark else ("",)
            for path in (f"{start}{locale}{rest}" for locale in locales):
                if path in was.files and path not in self.paths:
                    self.files[name, path] += people

    def fallback(self, name: str, pick: Pick | None, people: int) -> None:
        """Count an item that is to go out where nothing else suits."""
        if pick is None or not pick.otherwise:
            return
        if pick.otherwise not in self.definitions.library.items:
            self.items[name, pick.otherwise] += people


def still_needed(
    connection: Connection,
    releases: Releases,
    definitions: Definitions,
    paths: Collection[str],
    left_out: Collection[str] = (),
) -> StillNeeded:
    """Return what journeys under way and waiting mails of mailings need beyond a release.

    `definitions` and `paths` are of the release that is live now, `left_out` workflows whose
    people do not keep their steps. Compiles the releases that
    people still follow: not for a transaction in which others wait.
    """
    found = _Found(definitions, paths)
    for release_id, name, people in rows.under_way(connection):
        was = releases.get(connection, release_id)
        workflow = was.definitions.workflows.get(name)
        if workflow is None or name in left_out:
            continue
        sends = [step for step in workflow.graph.steps.values() if isinstance(step, Send)]
        for template in {step.template for step in sends}:
            found.template(name, template, people)
        for window in {step.window or workflow.window for step in sends}:
            if window not in definitions.calendar.windows:
                found.windows[name, window] += people
        found.enclosed(name, {path for step in sends for path in step.attach}, was, people)
        for pick in {step.pick for step in sends}:
            found.fallback(name, pick, people)
    for name, release_id, people in mailing_counts.waiting(connection):
        was = releases.get(connection, release_id)
        written = was.definitions.mailings.get(name)
        if written is not None:
            found.template(name, written.template, people)
            found.enclosed(name, written.attach, was, people)
            found.fallback(name, written.pick, people)
    return StillNeeded(
        _listed(found.templates),
        _listed(found.windows),
        _listed(found.files),
        _listed(found.items),
    )


def _listed(found: Mapping[tuple[str, str], int]) -> Lacks:
    return tuple((name, what, people) for (name, what), people in sorted(found.items()))
