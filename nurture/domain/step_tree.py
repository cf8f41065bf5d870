"""A workflow's graph as people draw it: a line of steps, with arms where it parts.

The compiler flattens nesting into a graph; this finds it again. Arms that meet once more
are indented, with what follows below them; where only one arm goes on, it is continued on
the line itself, as an early return is.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field

from nurture.domain.conditions import Condition
from nurture.domain.steps import Branch, End, Goto, Graph, Split, Step, WaitFor


class ArmKind(enum.StrEnum):
    """What leads into an arm."""

    #: the case whose condition holds
    CASE = "case"
    #: no case holds
    ELSE = "else"
    #: an event came in time
    THEN = "then"
    #: none came
    OTHERWISE = "otherwise"
    #: a variant of a split
    VARIANT = "variant"


@dataclass(slots=True)
class Arm:
    """One way on from a step."""

    kind: ArmKind
    condition: Condition | None = None
    #: name and share of a variant
    variant: str = ""
    share: int = 0
    #: steps of this arm alone
    line: list[Node] = field(default_factory=list)
    #: goes straight to what follows on the step's own line
    goes_on_below: bool = False


@dataclass(slots=True)
class Node:
    """A step in the drawing."""

    step: Step
    arms: list[Arm] = field(default_factory=list)


def draw(graph: Graph) -> list[Node]:
    """Return the whole workflow; each step that can be reached stands in it once."""
    return _Drawing(graph).line(graph.first, frozenset())


class _Drawing:
    def __init__(self, graph: Graph) -> None:
        self._steps = graph.steps
        self._drawn: set[str] = set()
        self._reach: dict[str | None, frozenset[str]] = {None: frozenset()}

    def line(self, start: str | None, stop: frozenset[str]) -> list[Node]:
        """Draw from a step until the journey ends or a step of `stop` is met."""
        nodes: list[Node] = []
        current = start
        while current is not None and current not in stop and current not in self._drawn:
            step = self._steps.get(current)
            if step is None:
                break
            self._drawn.add(current)
            node = Node(step, _arms(step))
            nodes.append(node)
            current = self._part(node, stop) if node.arms else getattr(step, "next", None)
        return nodes

    def _part(self, node: Node, stop: frozenset[str]) -> str | None:
        """Draw the arms of a step; return the step that follows on its own line."""
        targets = _targets(node.step)
        following = self._meeting(targets)
        if following is None:
            lasting = [target for target in targets if not self._ends(target, stop)]
            following = lasting[0] if len(lasting) == 1 else None
        inner = stop | ({following} if following is not None else frozenset())
        for arm, target in zip(node.arms, targets, strict=True):
            arm.goes_on_below = target == following
            if not arm.goes_on_below:
                arm.line = self.line(target, inner)
        return None if following in stop else following

    def _meeting(self, targets: Sequence[str | None]) -> str | None:
        """Return the first step that more than one arm comes to."""
        reach = [self.reachable(target) for target in targets]
        shared = [step for step in self._steps if sum(step in one for one in reach) > 1]
        # All others that are shared lie behind it.
        return max(shared, key=lambda step: len(self.reachable(step)), default=None)

    def _ends(self, start: str | None, stop: frozenset[str]) -> bool:
        """Say whether every way from a step ends the journey before the file's last step."""
        reach = self.reachable(start)
        if start is None or reach & stop or next(reversed(self._steps)) in reach:
            return False
        return all(
            isinstance(step, End) or None not in _ways(step)
            for step in map(self._steps.__getitem__, reach)
        )

    def reachable(self, start: str | None) -> frozenset[str]:
        """Return the steps that can be reached, itself included, not going back."""
        known = self._reach.get(start)
        if known is not None:
            return known
        found: set[str] = set()
        edge = [start]
        while edge:
            current = edge.pop()
            if current is None or current in found or current not in self._steps:
                continue
            found.add(current)
            step = self._steps[current]
            edge += [step.next] if isinstance(step, Goto) else _ways(step)
        self._reach[start] = frozenset(found)
        return self._reach[start]


def _ways(step: Step) -> list[str | None]:
    return _targets(step) if _arms(step) else [getattr(step, "next", None)]


def _arms(step: Step) -> list[Arm]:
    match step:
        case Branch():
            cases = [Arm(ArmKind.CASE, condition) for condition, _ in step.cases]
            return [*cases, Arm(ArmKind.ELSE)]
        case WaitFor():
            return [Arm(ArmKind.THEN), Arm(ArmKind.OTHERWISE)]
        case Split():
            return [Arm(ArmKind.VARIANT, None, v.name, v.share) for v in step.variants]
        case _:
            return []


def _targets(step: Step) -> list[str | None]:
    match step:
        case Branch():
            return [*(target for _, target in step.cases), step.otherwise]
        case WaitFor():
            return [step.then, step.otherwise]
        case Split():
            return [variant.next for variant in step.variants]
        case _:
            return []
