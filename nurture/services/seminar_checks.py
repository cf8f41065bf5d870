"""What mails may say of seminars: the room to registered people, a seminar where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from nurture.domain.definitions import Definitions
from nurture.domain.seminar import INVITATION, kind_of
from nurture.domain.steps import Send
from nurture.domain.workflow import Workflow
from nurture.emails.expressions import Reference
from nurture.emails.memory import NO_MEMORY, Memory, layouts_of, own_texts
from nurture.emails.sources import TemplatePath, template_paths
from nurture.errors import Problem
from nurture.language import say

_ROOM = ("seminar", "join")
#: a trigger by such an event brings a seminar with it
_EVENTS = "seminar."


def consented_templates(definitions: Definitions) -> frozenset[str]:
    """Return the templates of corrections: who was only invited gets them by consent."""
    found = definitions.seminars.values()
    templates = {name for one in found for name in (one.moved_template, one.cancelled_template)}
    return frozenset(templates - {""})


def check_seminar_mails(
    files: Mapping[str, str], definitions: Definitions, memory: Memory = NO_MEMORY
) -> list[Problem]:
    """Return invitations that show the room, and mails about a seminar that have none."""
    invitations = {
        one.template
        for one in definitions.mailings.values()
        if one.seminar is not None and kind_of(one.name) == INVITATION
    }
    of_seminars = invitations | consented_templates(definitions)
    of_seminars |= {
        one.template for one in definitions.mailings.values() if one.seminar is not None
    }
    elsewhere = _sent_without(definitions) - of_seminars
    return [
        *_problems(files, invitations, definitions.policy.default_locale, _shows_room, memory),
        *_problems(files, elsewhere, definitions.policy.default_locale, _lacks_seminar, memory),
    ]


def _sent_without(definitions: Definitions) -> set[str]:
    """Return the templates that go out where no seminar is known."""
    found = {one.template for one in definitions.mailings.values() if one.seminar is None}
    for workflow in definitions.workflows.values():
        if not _brings_seminar(workflow):
            steps = workflow.graph.steps.values()
            found |= {step.template for step in steps if isinstance(step, Send)}
    return found


def _brings_seminar(workflow: Workflow) -> bool:
    triggers = workflow.event_triggers
    return bool(triggers) and all(one.match.event.startswith(_EVENTS) for one in triggers)


def _problems(
    files: Mapping[str, str],
    templates: set[str],
    default_locale: str,
    judge: Callable[[Reference], Problem | None],
    memory: Memory,
) -> Iterator[Problem]:
    layouts = layouts_of(files)
    for path in template_paths(files):
        # Most templates say nothing of seminars, and putting them together takes time.
        if path.name not in templates or "seminar." not in files[path.path]:
            continue
        locale = path.locale or default_locale
        key = (judge.__name__, *own_texts(files, path), layouts, locale)
        yield from memory.recall(key, partial(_judged, files, path, locale, judge))


def _judged(
    files: Mapping[str, str],
    path: TemplatePath,
    locale: str,
    judge: Callable[[Reference], Problem | None],
) -> list[Problem]:
    # Loaded where it is asked for: what is known already needs no compiler.
    from nurture.emails.compile import assemble

    whole = assemble(files, path, locale, [])
    references = whole.references if whole is not None else ()
    return [problem for one in references if (problem := judge(one)) is not None]


def _shows_room(reference: Reference) -> Problem | None:
    if reference.path[:2] != _ROOM:
        return None
    message = say("an invitation must not show the room: its readers have not registered")
    return Problem(reference.place, "room-in-invitation", message, say("write {{ seminar.url }}"))


def _lacks_seminar(reference: Reference) -> Problem | None:
    if reference.path[0] != "seminar" or reference.guarded:
        return None
    message = say(
        "{reference} is missing: what sends this mail is about no seminar", reference=reference
    )
    hint = say("start the workflow by a seminar event, e.g. seminar.registered")
    return Problem(reference.place, "no-seminar", message, hint)
