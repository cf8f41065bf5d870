"""Everything wrong with a project: workflows, templates, and what one says of the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from nurture.compiler.references import TEMPLATE_LOCALE
from nurture.compiler.release import compile_files
from nurture.domain.definitions import Definitions
from nurture.domain.first_mails import first_mails
from nurture.domain.steps import ReferralQuestion, Send
from nurture.emails.lint import lint_templates
from nurture.emails.memory import NO_MEMORY, Memory
from nurture.emails.sources import LAYOUTS, ROOT, parse_path
from nurture.emails.subject_lint import lint_subject
from nurture.emails.template_context import TemplateContext
from nurture.errors import Place, Problem, Severity
from nurture.services.ask_checks import ask_templates, check_ask_mails
from nurture.services.project import SCENARIOS, find_files
from nurture.services.question_checks import misplaced_questions
from nurture.services.result_mail import result_templates
from nurture.services.seminar_checks import check_seminar_mails, consented_templates
from nurture.services.sender_check import sender_problems
from nurture.services.survey_checks import check_survey_mails, survey_templates
from nurture.services.text_files import as_text, text_problems

#: what `check` says: the definitions, and everything wrong with them
Checked: TypeAlias = tuple[Definitions, tuple[Problem, ...]]


def check(
    files: Mapping[str, bytes],
    now: datetime | None = None,
    public_url: str = "",
    memory: Memory = NO_MEMORY,
) -> Checked:
    """Return the definitions and everything wrong with workflows and templates, by place.

    `now` decides what of the library has expired; None: nothing is said of it. `public_url`
    is where links will lead, if that is known. `memory` knows what was found in the same
    templates before; who publishes has none.
    """
    definitions = compile_files(files, now)
    unread = list(text_problems(files))
    # A template that cannot be read has its problem already; what it lacks is not known.
    closed = {problem.place.file for problem in unread}
    texts = as_text({path: text for path, text in files.items() if path not in closed})
    found = [
        *unread,
        *_mail_problems(definitions, texts, closed, memory),
        *sender_problems(definitions.policy, texts, public_url),
    ]
    # The lint says of every template what the compiler says again of every step that sends it.
    said = [problem for problem in definitions.problems if problem.code != TEMPLATE_LOCALE]
    problems = sorted({*said, *found}, key=lambda p: (p.place, p.code, p.message))
    return definitions, tuple(problems)


def check_folder(
    folder: Path, files: Mapping[str, bytes], now: datetime, public_url: str = ""
) -> Checked:
    """Return what `check` says of the files of a release that lie in a project's folder.

    The project's scenarios vouch for words that stand once in the release, and their warnings
    count, as on the command line; a mistake in a scenario stops no release.
    """
    scenarios = {
        path: text
        for path, text in find_files(folder, scenarios=True).files.items()
        if path.startswith(SCENARIOS)
    }
    definitions, problems = check({**scenarios, **files}, now, public_url)
    definitions = replace(definitions, scenarios=(), problems=_stopping(definitions.problems))
    return definitions, _stopping(problems)


def _stopping(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(
        one
        for one in problems
        if one.severity is not Severity.ERROR or not one.place.file.startswith(SCENARIOS)
    )


def template_problems(
    definitions: Definitions, texts: Mapping[str, str], name: str
) -> tuple[Problem, ...]:
    """Return what is wrong with one template in all its languages, as `check` would say it."""
    own = f"{ROOT}{name}."
    some = {
        path: text
        for path, text in texts.items()
        if path.startswith(LAYOUTS) or (path.startswith(own) and "/" not in path[len(own) :])
    }
    found = lint_templates(some, _context(definitions, misplaced_questions(some, definitions)))
    return tuple(problem for problem in found if problem.place.file.startswith((own, LAYOUTS)))


def _context(
    definitions: Definitions, misplaced: Mapping[str, Collection[Problem]]
) -> TemplateContext:
    # What is sent by the wrong step is told once; that its values lack there follows from it.
    told = {root: frozenset(map(_template, some)) for root, some in misplaced.items()}
    items = definitions.library.items.values()
    return replace(
        TemplateContext.of(definitions.policy, first_mails(definitions)),
        item_templates=frozenset(item.sent_in for item in items),
        consented=consented_templates(definitions),
        only_in={
            "ask": ask_templates(definitions) | told["ask"],
            "survey": survey_templates(definitions) | told["survey"],
            "result": result_templates(definitions),
        },
    )


def _template(problem: Problem) -> str:
    path = parse_path(problem.place.file)
    return path.name if path is not None else ""


def _mail_problems(
    definitions: Definitions, texts: Mapping[str, str], unread: Collection[str], memory: Memory
) -> Iterator[Problem]:
    """Yield what is wrong with templates, and with the subjects that steps give them."""
    misplaced = misplaced_questions(texts, definitions, memory)
    for errors in misplaced.values():
        yield from errors
    context = _context(definitions, misplaced)
    without_item = replace(context, optional=context.optional | {"item"})
    yield from lint_templates(texts, context, unread, memory)
    yield from check_seminar_mails(texts, definitions, memory)
    yield from check_ask_mails(texts, definitions, memory)
    yield from check_survey_mails(texts, definitions, memory)
    for workflow in definitions.workflows.values():
        for step in workflow.graph.steps.values():
            if not isinstance(step, Send):
                continue
            around = context if step.pick is not None else without_item
            if not isinstance(step.question, ReferralQuestion):
                around = replace(around, optional=around.optional | {"ask"})
            written = [] if step.subject is None else [(step.subject, step.subject_at)]
            for (_, text), at in zip(step.subjects, step.subjects_at, strict=True):
                written.append((text, at))
            for text, at in written:
                yield from lint_subject(text, Place(workflow.file, *at), around)
    for mailing in definitions.mailings.values():
        if mailing.subject is not None:
            place = Place(mailing.file, *mailing.subject_at)
            around = context if mailing.pick is not None else without_item
            yield from lint_subject(mailing.subject, place, around)
