"""What is drawn: a workflow's words, its tree, and the figures of the people in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nurture.domain.step_tree import ArmKind, Node
from nurture.domain.workflow import Workflow


@dataclass(frozen=True, slots=True)
class StepFigures:
    """What is counted at one step."""

    #: people who stand there now
    here: int = 0
    #: mails that left, and of those opened and clicked by people
    sent: int = 0
    opened: int = 0
    clicked: int = 0
    #: which way people went from here: `event`, `timeout`, a case's number, `else`, a variant
    ways: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A workflow to be drawn, in one language."""

    workflow: Workflow
    locale: str
    #: by step; None: without figures
    figures: Mapping[str, StepFigures] | None = None
    #: journeys under way, and ended ones by outcome; with figures only
    active: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)

    @property
    def japanese(self) -> bool:
        """Whether its words are Japanese."""
        return self.locale.startswith("ja")

    def say(self, japanese: str, english: str) -> str:
        """Return a word in the drawing's language."""
        return japanese if self.japanese else english

    def at(self, step: str) -> StepFigures | None:
        """Return a step's figures, None where there are none."""
        return None if self.figures is None else self.figures.get(step, StepFigures())

    def numbers(self) -> dict[str, int]:
        """Return step → its number in the drawing, in the order of the file."""
        return {step: number for number, step in enumerate(self.workflow.graph.steps, 1)}


def share(part: int, whole: int) -> str:
    """Return a percentage without decimals, empty where there is no whole."""
    return f"{100 * part / whole:.0f}%" if whole else ""


def ways_of(node: Node) -> list[str]:
    """Return the outcome that each arm of a step is counted under."""
    names = {ArmKind.ELSE: "else", ArmKind.THEN: "event", ArmKind.OTHERWISE: "timeout"}
    return [
        arm.variant if arm.kind is ArmKind.VARIANT else names.get(arm.kind, str(number))
        for number, arm in enumerate(node.arms, 1)
    ]
