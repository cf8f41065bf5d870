"""Every mail of a project that can be looked at: templates, steps, broadcasts, seminars' mails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nurture.domain.definitions import Definitions
from nurture.domain.library import pick_as_json
from nurture.domain.steps import Send
from nurture.emails.sources import template_paths


@dataclass(frozen=True, slots=True)
class Subject:
    """A mail to look at, as its file says it."""

    #: `template:warm/hearing`, `step:warm-nurture:hearing`, `mailing:2026-12-news`
    key: str
    #: template | step | mailing
    kind: str
    #: what it stands under: folder, workflow's title, or ""
    group: str
    title: str
    template: str
    purpose: str = "marketing"
    workflow: str = ""
    step: str = ""
    mailing: str = ""
    #: the seminar it is about; "": none in particular
    seminar: str = ""
    sender: str | None = None
    #: what the step writes instead of the template's
    subject: str | None = None
    attach: tuple[str, ...] = ()
    pick: Mapping[str, Any] | None = None
    item: str | None = None
    file: str = ""

    @property
    def full_title(self) -> str:
        """Its title where nothing stands above it."""
        return self.template if self.kind == "template" else self.title

    @property
    def in_journey(self) -> bool:
        """Whether a step or mailing says how it is sent."""
        return self.kind != "template"


def subjects_of(definitions: Definitions, texts: Mapping[str, str]) -> Iterator[Subject]:
    """Yield all mails: templates by name, then steps by workflow, then mailings."""
    policy = definitions.policy
    names: dict[str, str] = {}
    for path in template_paths(texts):
        names.setdefault(path.name, path.path)
    for name, file in names.items():
        service = any(_fits(name, pattern) for pattern in policy.service_templates)
        folder, _, last = name.rpartition("/")
        yield Subject(
            f"template:{name}",
            "template",
            folder,
            last,
            name,
            purpose="service" if service else "marketing",
            sender="owner",
            file=file,
        )
    for workflow in definitions.workflows.values():
        for step in workflow.graph.steps.values():
            if isinstance(step, Send):
                yield Subject(
                    f"step:{workflow.name}:{step.id}",
                    "step",
                    workflow.title or workflow.name,
                    step.id,
                    step.shown,
                    purpose=str(workflow.purpose_of(step)),
                    workflow=workflow.name,
                    step=step.id,
                    sender=step.sender or workflow.sender,
                    subject=step.subject,
                    attach=step.attach,
                    pick=pick_as_json(step.pick, step.template),
                    file=workflow.file,
                )
    for mailing in definitions.mailings.values():
        yield Subject(
            f"mailing:{mailing.name}",
            "mailing",
            "",
            mailing.title or mailing.name,
            mailing.template,
            purpose=str(mailing.purpose),
            mailing=mailing.name,
            seminar=mailing.seminar or "",
            sender=mailing.sender,
            subject=mailing.subject,
            attach=mailing.attach,
            pick=pick_as_json(mailing.pick, mailing.template),
            file=mailing.file,
        )


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or (pattern.endswith("/*") and name.startswith(pattern[:-1]))
