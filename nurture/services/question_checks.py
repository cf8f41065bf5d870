"""Letters that ask and go out by a plain `send`, where no guard looks and nothing fills them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from nurture.domain.definitions import Definitions
from nurture.domain.steps import Question, ReferralQuestion, Send, SurveyQuestion
from nurture.emails.memory import NO_MEMORY, Memory, layouts_of, own_texts
from nurture.emails.sources import TemplatePath, template_paths
from nurture.errors import Place, Problem
from nurture.language import Said, say

#: root of the values → the question whose step brings them, and the key of that step
_BROUGHT_BY: Mapping[str, tuple[type[Question], str]] = {
    "ask": (ReferralQuestion, "ask_referral"),
    "survey": (SurveyQuestion, "survey"),
}


def misplaced_questions(
    files: Mapping[str, str], definitions: Definitions, memory: Memory = NO_MEMORY
) -> dict[str, tuple[Problem, ...]]:
    """Return root (`ask`, `survey`) → an error for each template that reads it out of place.

    Out of place is a broadcast, and a journey without a step that asks. What reads the values
    only where they are there (`{% if ask %}`) may be sent by anybody.
    """
    found: dict[str, tuple[Problem, ...]] = {}
    layouts = layouts_of(files)
    for root, (question, key) in _BROUGHT_BY.items():
        senders = _senders(definitions, question)
        problems: list[Problem] = []
        for path in template_paths(files):
            own = own_texts(files, path)
            # Cheap first: most templates never name it, and need not be put together.
            if path.name not in senders or not re.search(rf"\b{root}\b", own[1] + own[2]):
                continue
            locale = path.locale or definitions.policy.default_locale
            sent = senders[path.name]
            asked = ("misplaced", root, str(sent), *own, layouts, locale)
            find = partial(_judged, files, path, locale, (root, key), sent)
            problems += memory.recall(asked, find)
        found[root] = tuple(problems)
    return found


def _senders(definitions: Definitions, question: type[Question]) -> dict[str, Said]:
    """Return template → who sends it although nothing there asks the question."""
    found: dict[str, Said] = {}
    for name, mailing in definitions.mailings.items():
        found.setdefault(mailing.template, say("the broadcast '{name}'", name=name))
    for name, workflow in definitions.workflows.items():
        sends = [one for one in workflow.graph.steps.values() if isinstance(one, Send)]
        if any(isinstance(one.question, question) for one in sends):
            continue
        for step in sends:
            who = say("the step '{step}' of '{workflow}'", step=step.id, workflow=name)
            found.setdefault(step.template, who)
    return found


def _judged(
    files: Mapping[str, str], path: TemplatePath, locale: str, brought: tuple[str, str], sent: Said
) -> list[Problem]:
    # Loaded where it is asked for: what is known already needs no compiler.
    from nurture.emails.compile import assemble

    root, key = brought
    whole = assemble(files, path, locale, [])
    counted = [
        one
        for one in (whole.references if whole is not None else ())
        if one.path[0] == root and len(one.path) > 1 and not one.guarded and not one.holder_sure
    ]
    if not counted:
        return []
    # The place is the author's own file, also where a layout of theirs reads the value.
    own = [one.place for one in counted if one.place.file == path.path]
    place = min(own, default=Place(path.path))
    message = say(
        "{sender} sends it by a plain send, and '{value}' is there only in a mail that asks",
        sender=sent,
        value=str(counted[0]),
    )
    hint = say(
        "send it by a step `{key}:`: only that asks the guards (who must not be asked?) and "
        "fills in the values",
        key=key,
    )
    return [Problem(place, "asked-by-send", message, hint)]
