"""The outline of a case study, drafted from what is known: its parts, and PASONA's order.

PASONA (神田昌典): problem, affinity, solution, offer, narrowing, action. What nobody knows yet is
a question to ask, never a guess; names and figures stand there only where they may be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nurture.domain.result_words import moved, title, told
from nurture.domain.results import Line, Standing, figure, headline
from nurture.language import Said, in_language, language_of, say, say_number

#: parts of a case (003), in the order in which they happened
FIELDS = ("size", "structure", "buyer", "worries", "actions", "change", "result", "now")
#: without these there is no case
NEEDED = ("worries", "actions", "result")
#: the order in which a reader is taken along
PASONA = ("problem", "affinity", "solution", "offer", "narrowing", "action")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known of a case, in the language of the outline; "" where nobody knows."""

    industry: str = ""
    employees: int | None = None
    #: department and title of whom we talk to
    buyer: str = ""
    #: what the newest report, or the newest figures, say of their account
    lines: Sequence[Line] = ()
    #: what somebody noted that may be told: 転記の時間を42%削減
    result: str = ""
    #: of the programme: the problem, and whom we want to meet
    problem: str = ""
    people: str = ""
    size: str = ""
    #: what the letter said that asked for the introduction
    asked: str = ""
    #: of the kit: what it does, what it consists of
    does: str = ""
    functions: Sequence[str] = ()
    #: what those get who were introduced
    benefit: str = ""
    company: str = ""
    #: both sides agreed to a case: the company may be named
    agreed: bool = False
    #: the customer agreed that figures are told
    figures_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the outline: what is known of it, or the question to ask."""

    key: str
    name: str
    #: "": nobody knows; ask `question`
    text: str
    question: str = ""

    @property
    def known(self) -> bool:
        """Whether there is something to write."""
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Outline:
    """A case as far as it is known."""

    fields: tuple[Part, ...]
    #: the text in PASONA's order; what is to be asked stands in brackets
    sections: tuple[Part, ...]
    #: the company's name, where it may be told
    company: str = ""

    @property
    def open_questions(self) -> tuple[str, ...]:
        """What has to be asked before the case can be written."""
        return tuple(one.question for one in self.fields if not one.known)


def outline(facts: CaseFacts, locale: str) -> Outline:
    """Return what is known of a case by its parts, and its text in PASONA's order."""
    found = _known(facts, locale)
    fields = tuple(
        Part(
            name,
            _text(_NAMES[name], locale),
            found.get(name, ""),
            "" if found.get(name) else _text(_QUESTIONS[name], locale),
        )
        for name in FIELDS
    )
    by_key = {one.key: one for one in fields}

    def part(name: str) -> str:
        one = by_key[name]
        return one.text or in_brackets(one.question, locale)

    sections = tuple(
        Part(name, _text(_STEPS[name], locale), "\n".join(_section(name, facts, part, locale)))
        for name in PASONA
    )
    return Outline(fields, sections, facts.company if facts.agreed else "")


def in_brackets(question: str, locale: str) -> str:
    """Return what stands in a text where somebody has to ask first."""
    return f"［{question}］" if language_of(locale) == "ja" else f"[{question}]"


# -- what is known -------------------------------------------------------------------------


def _known(facts: CaseFacts, locale: str) -> dict[str, str]:
    """Return part → what is known of it."""
    people = ""
    if facts.employees:
        said = say_number("{number} person", "{number} people", facts.employees)
        people = in_language(said, locale)
    gap = "、" if language_of(locale) == "ja" else ", "
    better = _better(facts)
    best = headline(better)
    noted = facts.result if facts.figures_agreed else ""
    return {
        "size": gap.join(part for part in (facts.industry, people) if part),
        "buyer": facts.buyer,
        "worries": facts.problem,
        "change": gap.join(in_language(_change(line, locale), locale) for line in better),
        "result": noted or (told(best, locale) if best is not None else ""),
    }


def _better(facts: CaseFacts) -> list[Line]:
    """Return the figures that may be told and became better."""
    if not facts.figures_agreed:
        return []
    return [line for line in facts.lines if line.standing is Standing.BETTER]


def _change(line: Line, locale: str) -> Said:
    return say(
        "{title}: {old} → {new} ({moved})",
        title=title(line, locale),
        old=figure(line.baseline, line.unit, locale),
        new=figure(line.value, line.unit, locale),
        moved=moved(line, locale),
    )


# -- the text ------------------------------------------------------------------------------


def _section(name: str, facts: CaseFacts, part: Callable[[str], str], locale: str) -> list[str]:
    """Return the lines of one step of PASONA."""
    return [_text(said, locale) for said in _SECTIONS[name](facts, part, locale)]


def _whose(facts: CaseFacts) -> str:
    return facts.company if facts.agreed and facts.company else say("Company A")


def _problem(facts: CaseFacts, part: Callable[[str], str], locale: str) -> list[Said]:
    before = [
        say(
            "Before: {title}, {old}.",
            title=title(line, locale),
            old=figure(line.baseline, line.unit, locale),
        )
        for line in _better(facts)
    ]
    return [say("“{worries}”", worries=part("worries")), *before]


def _affinity(facts: CaseFacts, part: Callable[[str], str], _locale: str) -> list[Said]:
    found = [
        say("It was no different at {company} ({size}).", company=_whose(facts), size=part("size")),
        say("How it was done: {structure}", structure=part("structure")),
        say("Who looked for help: {buyer}", buyer=part("buyer")),
    ]
    if facts.asked:
        found.append(say("In the words of our request: “{asked}”", asked=facts.asked))
    return found


def _solution(facts: CaseFacts, part: Callable[[str], str], _locale: str) -> list[Said]:
    found = [say("What they did: {actions}", actions=part("actions"))]
    if facts.does:
        found.append(say("What helped: {does}", does=facts.does))
    if facts.functions:
        found.append(say("In short: {functions}", functions=list(facts.functions)))
    found.append(say("What changed: {change}", change=part("change")))
    found.append(say("The result: {result}", result=part("result")))
    found.append(say("Today: {now}", now=part("now")))
    return found


def _offer(facts: CaseFacts, _part: Callable[[str], str], _locale: str) -> list[Said]:
    found = [say("In 15 minutes we look together at what the same would mean for you.")]
    if facts.benefit:
        found.append(say("For those who were introduced: {benefit}", benefit=facts.benefit))
    return found


def _narrowing(facts: CaseFacts, _part: Callable[[str], str], _locale: str) -> list[Said]:
    found = []
    if facts.people:
        found.append(say("It suits: {people}", people=facts.people))
    if facts.size:
        found.append(say("Size: {size}", size=facts.size))
    # Whom it does not suit is said, not that time runs out.
    found.append(say("Where it does not suit you, we say so at once."))
    return found


def _action(_facts: CaseFacts, _part: Callable[[str], str], _locale: str) -> list[Said]:
    return [say("A reply of one line is enough: “I would like to hear more.”")]


_SECTIONS: Mapping[str, Callable[[CaseFacts, Callable[[str], str], str], list[Said]]] = {
    "problem": _problem,
    "affinity": _affinity,
    "solution": _solution,
    "offer": _offer,
    "narrowing": _narrowing,
    "action": _action,
}

_NAMES: Mapping[str, Said] = {
    "size": say("Size"),
    "structure": say("How it was done"),
    "buyer": say("Who looked for help"),
    "worries": say("Worries"),
    "actions": say("Actions"),
    "change": say("Change"),
    "result": say("Result"),
    "now": say("Today"),
}
_QUESTIONS: Mapping[str, Said] = {
    "size": say("How many people work there, and in which trade?"),
    "structure": say("Who did the work before, how many of them, on which forms?"),
    "buyer": say("Who looked for help, and who decided?"),
    "worries": say("What hurt most before? In their own words, please"),
    "actions": say("What did they begin with, in which order, and what went wrong on the way?"),
    "change": say("Which figure moved, from what to what?"),
    "result": say("What came of it, in one line with a figure?"),
    "now": say("How is it today, and what comes next?"),
}
_STEPS: Mapping[str, Said] = {
    "problem": say("Problem"),
    "affinity": say("Affinity"),
    "solution": say("Solution"),
    "offer": say("Offer"),
    "narrowing": say("Narrowing"),
    "action": say("Action"),
}


def _text(said: Said, locale: str) -> str:
    return in_language(said, locale)
