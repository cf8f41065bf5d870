"""What a mail that asks for an introduction must say, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from nurture.domain.definitions import Definitions
from nurture.domain.referral_manners import pressing_word, request, vague_phrase
from nurture.domain.steps import ReferralQuestion, Send
from nurture.emails.memory import NO_MEMORY, Memory, layouts_of, own_texts
from nurture.emails.sources import TemplatePath, template_paths
from nurture.errors import Place, Problem, Severity
from nurture.language import Said, say

#: timings of people who have no results of their own with us
_WITHOUT_RESULT = frozenset({"deal_lost", "negotiation"})

#: the four ways to say no in one tap; `ask.answer` leads to all of them
_ANSWERS = ("nobody", "not_now", "policy", "never")

#: what the mail must read → what lacks without it, and what to write
_PARTS: tuple[tuple[frozenset[str], Said, Said], ...] = (
    (
        frozenset({"people", "problem", "named"}),
        say("it does not say whom we want to meet"),
        say("write {{ ask.people }}"),
    ),
    (
        frozenset({"benefit"}),
        say("it does not say what they gain"),
        say("write {{ ask.benefit }}"),
    ),
    (
        frozenset({"reason", "motive"}),
        say("it does not say why it is them whom we ask"),
        say('write {{ ask.reason | default("…") }}'),
    ),
    (
        frozenset({"reports"}),
        say("it does not say how often they will hear from us"),
        say("write {{ ask.reports }}"),
    ),
    (
        frozenset({"page", "link"}),
        say("nothing leads to the text they can hand on and to how it works"),
        say("link to {{ ask.page }}"),
    ),
    (
        frozenset({"answer", *_ANSWERS}),
        say("they cannot say no"),
        say("link to {{ ask.answer }}, or to {{ ask.nobody }} and the other three"),
    ),
)


def ask_templates(definitions: Definitions) -> frozenset[str]:
    """Return the templates that nothing but asks for introductions sends."""
    asking: set[str] = set()
    others: set[str] = {one.template for one in definitions.mailings.values()}
    for workflow in definitions.workflows.values():
        for step in workflow.graph.steps.values():
            if isinstance(step, Send):
                asked = isinstance(step.question, ReferralQuestion)
                (asking if asked else others).add(step.template)
    return frozenset(asking - others)


def check_ask_mails(
    files: Mapping[str, str], definitions: Definitions, memory: Memory = NO_MEMORY
) -> Iterator[Problem]:
    """Yield what asks lack (reason, benefit, cadence, kit, a polite no), and words that press."""
    wanted = _asked(definitions)
    default = definitions.policy.default_locale
    yield from _unguarded(files, wanted, definitions)
    layouts = layouts_of(files) if wanted else ""
    for path in template_paths(files) if wanted else ():
        if path.name not in wanted:
            continue
        locale = path.locale or default
        with_result = wanted[path.name]
        key = ("asks", str(with_result), *own_texts(files, path), layouts, locale)
        yield from memory.recall(key, partial(_judged, files, path, locale, with_result))


def _unguarded(
    files: Mapping[str, str], asked: Mapping[str, bool], definitions: Definitions
) -> Iterator[Problem]:
    """Yield letters that ask and go out by `send` or a broadcast: no guard looks at those."""
    sent = {one.template for one in definitions.mailings.values()}
    for workflow in definitions.workflows.values():
        steps = workflow.graph.steps.values()
        sent |= {one.template for one in steps if isinstance(one, Send)}
    for path in template_paths(files):
        if path.name not in sent or path.name in asked:
            continue
        for number, line in enumerate(files[path.path].splitlines(), 1):
            if (words := request(line)) is not None:
                yield Problem(
                    Place(path.path, number, 1),
                    "unguarded-ask",
                    say("{words} asks for an introduction, and no guard looks at it",
                        words=say("'{text}'", text=words)),
                    say("send it by a step `ask_referral`: it leaves out the unhappy, those who "
                        "said never, and who was asked lately"),
                    Severity.WARNING,
                )  # fmt: skip


def _asked(definitions: Definitions) -> dict[str, bool]:
    """Return template → whether each of its readers has a result of their own."""
    found: dict[str, bool] = {}
    for workflow in definitions.workflows.values():
        for step in workflow.graph.steps.values():
            if isinstance(step, Send) and isinstance(step.question, ReferralQuestion):
                result = step.question.timing not in _WITHOUT_RESULT
                found[step.template] = found.get(step.template, True) and result
    return found


def _judged(
    files: Mapping[str, str], path: TemplatePath, locale: str, with_result: bool
) -> list[Problem]:
    # Loaded where it is asked for: what is known already needs no compiler.
    from nurture.emails.compile import assemble

    whole = assemble(files, path, locale, [])
    if whole is None:
        return []
    used = {one.path[1] for one in whole.references if one.path[0] == "ask" and len(one.path) > 1}
    place = Place(path.path)
    found = [
        Problem(place, "ask-lacks", message, hint)
        for fields, message, hint in _PARTS
        if not used & fields
    ]
    if "answer" not in used and used.intersection(_ANSWERS):
        found += [_no_answer(place, one) for one in _ANSWERS if one not in used]
    if with_result and "benefit" in used and not used & {"result", "metric", "change"}:
        message = say(
            "it promises a reward and shows no result: such asks bring poor introductions"
        )
        hint = say("write {{ ask.result }} before you ask")
        found.append(Problem(place, "reward-without-result", message, hint, Severity.WARNING))
    return [*found, *_words(files[path.path], path.path)]


def _no_answer(place: Place, one: str) -> Problem:
    return Problem(
        place,
        "ask-lacks",
        say("one of the four ways to say no is not there: {answer}", answer=one),
        say(
            "link to {one}, or to {all_four} for all of them",
            one=f"{{{{ ask.{one} }}}}",
            all_four="{{ ask.answer }}",
        ),
        Severity.WARNING,
    )


def _words(text: str, file: str) -> Iterator[Problem]:
    for number, line in enumerate(text.splitlines(), 1):
        if (phrase := vague_phrase(line)) is not None:
            yield Problem(
                Place(file, number, 1),
                "names-nobody",
                say("{phrase} brings nobody to mind", phrase=say("'{text}'", text=phrase)),
                say("say whom: the industry, the problem and what they worry about"),
            )
        if (word := pressing_word(line)) is not None:
            yield Problem(
                Place(file, number, 1),
                "presses",
                say("{word} puts people under pressure", word=say("'{text}'", text=word)),
                say("ask once, with a reason, and make no as easy as yes"),
                Severity.WARNING,
            )
