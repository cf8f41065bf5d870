"""What a condition may refer to, depending on where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from nurture.compiler.fields import Catalogue
from nurture.compiler.nodes import Scalar, quoted
from nurture.compiler.report import Report
from nurture.domain.conditions import Condition
from nurture.language import say
from nurture.language.joining import either

#: kinds of steps that send a mail, which is opened, clicked and answered
MAILS = ("send", "survey", "ask_referral")


@dataclass(frozen=True, slots=True)
class StepNames:
    """The steps of a workflow, as conditions and `goto` name them."""

    #: id → kind (`send`, `wait_for` …)
    kinds: Mapping[str, str]
    #: last part of a template's name → the ids of the unnamed sends that use it
    short: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, kinds: Mapping[str, str]) -> StepNames:
        """Return the names of steps by id; a send named by its template has a short one."""
        short: dict[str, tuple[str, ...]] = {}
        for step, kind in kinds.items():
            if kind == "send" and "/" in step:
                last = step.rsplit("/", 1)[1]
                short[last] = (*short.get(last, ()), step)
        return cls(kinds, short)

    def resolve(
        self, name: str, at: Scalar, report: Report, kinds: Iterable[str] = ()
    ) -> str | None:
        """Return the id of the step that a name means, or None and report.

        `kinds` limits the answer: only a `send` is clicked.
        """
        found = name if name in self.kinds else None
        if found is None:
            candidates = self.short.get(name, ())
            if len(candidates) > 1:
                message = say(
                    "{name} may mean {candidates}",
                    name=quoted(name),
                    candidates=either(candidates),
                )
                report.error(at, "ambiguous-step", message, say("write the whole name"))
                return None
            found = candidates[0] if candidates else None
        allowed = tuple(kinds)
        if found is None:
            choices = [
                step
                for step in (*self.kinds, *self.short)
                if not allowed or self.kinds.get(step, "send") in allowed
            ]
            message = say("no step {name} in this workflow", name=quoted(name))
            report.error(at, "unknown-step", message, report.suggest(name, choices))
            return None
        if allowed and self.kinds[found] not in allowed:
            message = say("{name} is a `{kind}`", name=quoted(name), kind=self.kinds[found])
            report.error(
                at,
                "wrong-step",
                message,
                say("a {kinds} is needed here", kinds=either(f"`{kind}`" for kind in allowed)),
            )
            return None
        return found


#: returns a segment's condition, or None and reports: name, place, report
SegmentLookup = Callable[[str, Scalar, Report], "Condition | None"]


@dataclass(frozen=True, slots=True)
class ConditionScope:
    """Everything a condition can name, and where its problems go."""

    report: Report
    catalogue: Catalogue
    segment: SegmentLookup
    #: None outside workflows
    steps: StepNames | None = None
    #: `trigger.X` is there
    trigger: bool = False
    #: `event.X` is there: triggers, waits and exits only
    event: bool = False
