"""All files of a release to definitions, and one workflow of an older release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from nurture.compiler.ask_reach import check_reach
from nurture.compiler.broadcasts import compile_broadcasts
from nurture.compiler.calendar import EMPTY_CALENDAR, compile_calendar
from nurture.compiler.library import compile_library
from nurture.compiler.mentions import misspelt_values
from nurture.compiler.nodes import Node
from nurture.compiler.policy import EMPTY_POLICY, catalogue_of, compile_policy
from nurture.compiler.project_files import ProjectFiles
from nurture.compiler.promises import check_caps
from nurture.compiler.quiet import QUIET, check_quiet
from nurture.compiler.references import References
from nurture.compiler.referral_programs import compile_programs
from nurture.compiler.report import Report
from nurture.compiler.scenarios import check_folder, compile_scenarios
from nurture.compiler.scope import ConditionScope
from nurture.compiler.scoring import EMPTY_SCORING, compile_scoring
from nurture.compiler.segments import Segments, SegmentSource, find_segments
from nurture.compiler.self_starts import check_starts
from nurture.compiler.seminars import Surroundings, compile_seminars
from nurture.compiler.sources import (
    ROOT,
    Source,
    Sources,
    add_source,
    is_definition,
    read_sources,
)
from nurture.compiler.surveys import compile_surveys
from nurture.compiler.team_mails import check_team_mails
from nurture.compiler.team_policy import with_owners
from nurture.compiler.templates import template_names
from nurture.compiler.workflow import CompiledWorkflow, compile_workflow_file, workflow_name
from nurture.domain.definitions import Definitions
from nurture.domain.event_values import event_values
from nurture.domain.library import Library
from nurture.domain.mailing import Mailing
from nurture.domain.policy import Calendar, Policy
from nurture.domain.purpose import OWN_AFFAIR
from nurture.domain.steps import Send, StartWorkflow, SurveyQuestion
from nurture.domain.workflow import Workflow
from nurture.errors import DefinitionError, NotFoundError, Severity
from nurture.language import say

T = TypeVar("T")


def compile_files(files: Mapping[str, bytes | str], now: datetime | None = None) -> Definitions:
    """Return everything that the files of a release say, and all that is wrong with them.

    `files`: path → content; `workflows/**.yaml` are read, `templates/email/**` are known by
    name, `workflows/files/**` looked into. `now` decides what has expired; None: not asked.
    A user's mistake never raises; `nurture.domain.definitions.require` does.
    """
    sources = read_sources(files)
    policy, policy_read = _single("policy", sources, compile_policy, EMPTY_POLICY)
    calendar, calendar_read = _single("calendar", sources, compile_calendar, EMPTY_CALENDAR)
    segments = _segments(sources, policy, policy_read)

    def scope(report: Report) -> ConditionScope:
        return ConditionScope(report, catalogue_of(policy, not policy_read), segments.look_up)

    for source in sources.of("policy")[:1]:
        policy = with_owners(policy, source.root, scope(source.report))
    scoring, _ = _single(
        "scoring",
        sources,
        lambda root, report: compile_scoring(
            root, report, scope, policy.senders if policy_read else None
        ),
        EMPTY_SCORING,
    )
    names = _workflow_names(sources)
    surveys, check_asked = compile_surveys(sources, policy, policy_read)
    references = References(
        catalogue=catalogue_of(policy, not policy_read),
        segment=segments.look_up,
        policy=policy,
        senders=frozenset(policy.senders) if policy_read else None,
        windows=calendar.windows if calendar_read else None,
        templates=template_names(files),
        workflows=None if sources.unread else frozenset(names),
        files=ProjectFiles(files),
        surveys=None if sources.unread else frozenset(surveys),
    )
    today = now.astimezone(ZoneInfo(calendar.zone)).date() if now is not None else None
    library, library_read = _single(
        "library",
        sources,
        lambda root, report: compile_library(root, report, references, today),
        Library(),
        required=False,
    )
    if library_read or not (sources.of("library") or sources.unread):
        # A file that is wrong somewhere may still lack what others name.
        references = replace(references, library=library)
    programs = compile_programs(sources, references, today)
    if not sources.unread:
        references = replace(references, programs=programs)
    broadcasts = compile_broadcasts(sources, scope, references, calendar, names)
    seminars, mailings = compile_seminars(sources, Surroundings(references, calendar, scope))
    compiled = _workflows(sources, names, references)
    _check_starts(compiled, sources.unread)
    if not sources.unread:
        check_asked(_surveys_asked(compiled))
    check_team_mails(sources, policy, compiled, template_names(files))
    for one in compiled.values():
        check_caps(one.workflow, policy.caps, one.places, one.report)
    _check_quiet(sources, policy, calendar, compiled, [*broadcasts.values(), *mailings.values()])
    known_segments = segments.all()
    check_folder(sources)
    definitions = Definitions(
        workflows={name: one.workflow for name, one in compiled.items()},
        scoring=scoring,
        calendar=calendar,
        policy=policy,
        segments=known_segments,
        mailings={**broadcasts, **mailings},
        seminars=seminars,
        library=library,
        programs=programs,
        surveys=surveys,
    )
    # Last: they name everything above.
    scenarios = compile_scenarios(sources, definitions, references)
    told = [one.report for one in sources.of("scenarios")]
    if not sources.unread:
        others = [one for one in sources.reports if one not in told]
        misspelt_values(others, told, event_values(definitions))
    problems = {problem for report in sources.reports for problem in report.problems}
    return replace(
        definitions,
        scenarios=scenarios,
        problems=tuple(sorted(problems, key=lambda p: (p.place, p.code, p.message))),
    )


def compile_workflow(files: Mapping[str, bytes | str], name: str) -> Workflow:
    """Return one workflow of a release that was checked when it was published.

    Reads only its own file, the policy and the segments; names of templates, windows and
    senders are not looked up again. Raises NotFoundError where no file writes the workflow
    down, DefinitionError where it cannot be compiled.
    """
    sources = Sources()
    for path in sorted(files):
        if is_definition(path) and _may_concern(files[path], name):
            add_source(sources, path, files[path])
    policy, policy_read = _single("policy", sources, compile_policy, EMPTY_POLICY, required=False)
    segments = _segments(sources, policy, policy_read)
    references = References(
        catalogue=catalogue_of(policy, not policy_read),
        segment=segments.look_up,
        policy=policy,
        senders=None,
        windows=None,
        templates=None,
        workflows=None,
    )
    for source in sources.of("workflow"):
        at = workflow_name(source.root, source.report)
        if at is None or at.value != name:
            continue
        compiled = compile_workflow_file(source.root, source.report, references)
        errors = [p for p in source.report.problems if p.severity is Severity.ERROR]
        if compiled is None or errors:
            raise DefinitionError(errors)
        return compiled.workflow
    raise NotFoundError(say("no workflow '{name}' in this release", name=name))


def _may_concern(content: bytes | str, workflow: str) -> bool:
    """Say whether a file may hold a workflow, the policy or segments; cheaper than to read it."""
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    return ("workflow" in text and workflow in text) or "policy" in text or "segment" in text


def _single(
    kind: str,
    sources: Sources,
    compile_one: Callable[[Node, Report], T],
    otherwise: T,
    required: bool = True,
) -> tuple[T, bool]:
    """Return what the one file of a kind says, and whether it could be trusted."""
    found = sources.of(kind)
    if not found:
        if required and not sources.unread:
            report = Report(f"{ROOT}{kind}.yaml")
            report.error(None, "missing-file", say("no file with `{kind}:`", kind=kind))
            sources.reports.append(report)
        return otherwise, False
    for extra in found[1:]:
        at = extra.root.pairs[kind][0]
        message = say(
            "a second `{kind}:`; the first is {file}", kind=kind, file=found[0].report.file
        )
        extra.report.error(at, "second-file", message, say("join the two"))
    result = compile_one(found[0].root, found[0].report)
    return result, not found[0].report.failed


def _segments(sources: Sources, policy: Policy, policy_read: bool) -> Segments:
    found: dict[str, SegmentSource] = {}
    for source in sources.of("segments"):
        for one in find_segments(source.root, source.report):
            if one.name in found:
                first = found[one.name]
                message = say("a segment '{name}' exists already", name=one.name)
                hint = say("first in {file}:{line}", file=first.report.file, line=first.at.line)
                source.report.error(one.at, "duplicate-id", message, hint)
            else:
                found[one.name] = one
    segments = Segments(found, catalogue_of(policy, not policy_read))
    segments.incomplete = sources.unread
    # All of them first, so that the stack is as short here as it can be.
    segments.all()
    return segments


def _workflow_names(sources: Sources) -> dict[str, Source]:
    names: dict[str, Source] = {}
    for source in sources.of("workflow"):
        at = workflow_name(source.root, Report(source.report.file))
        if at is None:
            continue
        if at.value in names:
            message = say("a workflow '{name}' exists already", name=at.value)
            hint = say("the first is {file}", file=names[at.value].report.file)
            source.report.error(at, "duplicate-id", message, hint)
        else:
            names[at.value] = source
    return names


def _workflows(
    sources: Sources, names: Mapping[str, Source], references: References
) -> dict[str, CompiledWorkflow]:
    compiled: dict[str, CompiledWorkflow] = {}
    for source in sources.of("workflow"):
        found = compile_workflow_file(source.root, source.report, references)
        if found is not None and names.get(found.workflow.name) is source:
            compiled[found.workflow.name] = found
    return compiled


def _check_quiet(
    sources: Sources,
    policy: Policy,
    calendar: Calendar,
    compiled: Mapping[str, CompiledWorkflow],
    mailings: Iterable[Mailing],
) -> None:
    """Warn of windows in use of which the policy's quiet hours leave nothing."""
    if not policy.quiet:
        return
    used = {one.window for one in mailings if one.purpose not in OWN_AFFAIR}
    for workflow in (one.workflow for one in compiled.values()):
        used |= {
            step.window or workflow.window
            for step in workflow.graph.steps.values()
            if isinstance(step, Send) and workflow.purpose_of(step) not in OWN_AFFAIR
        }
    for source in sources.of("policy")[:1]:
        at = source.root.get(QUIET.name)
        check_quiet(at, policy.quiet, calendar.windows, used, source.report)


def _surveys_asked(compiled: Mapping[str, CompiledWorkflow]) -> set[str]:
    return {
        step.question.survey
        for one in compiled.values()
        for step in one.workflow.graph.steps.values()
        if isinstance(step, Send) and isinstance(step.question, SurveyQuestion)
    }


def _check_starts(compiled: Mapping[str, CompiledWorkflow], unread: bool) -> None:
    """Report workflows that start themselves in the end, and those that nothing starts."""
    check_starts(compiled)
    check_reach(compiled)
    started = {
        step.workflow
        for one in compiled.values()
        for step in one.workflow.graph.steps.values()
        if isinstance(step, StartWorkflow)
    }
    for name, one in compiled.items():
        workflow = one.workflow
        triggers = workflow.event_triggers or workflow.state_triggers or workflow.schedules
        if not (triggers or name in started or unread or one.report.failed):
            message = say("nothing starts this workflow")
            hint = say("give it a `trigger`, or start it by `start_workflow`")
            one.report.warn(one.at, "never-starts", message, hint)
