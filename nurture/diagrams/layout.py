"""Places: a line of steps runs down, the arms of a step stand beside it, what meets goes on below.

Layered layouts of general graphs (Sugiyama's, in `grandalf` and Graphviz) were tried on
paper first: they spread a choice of eleven letters over eleven columns and do not know which
way is the main one. The step tree does, so the main line stays at the left, arms stand in
rows of as many as fit, and nothing ever crosses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from nurture.diagrams.cards import (
    CARD,
    Card,
    finish_card,
    head_cards,
    jump_card,
    label_cards,
    step_card,
)
from nurture.diagrams.drawing import Drawing
from nurture.domain.step_tree import Node, draw
from nurture.domain.steps import End, followers

#: cards side by side, where it can be chosen
COLUMNS = 4
#: pixels between columns, between rows of arms, and along a line
_GAP, _ROW_GAP, _STEP_GAP = 30, 26, 30
#: from a card to the line that its arms hang on, and on to their labels
_BUS, _DROP = 16, 16
#: between a block and the line that runs along its side
_RAIL = 16
_HALF = CARD // 2

Point = tuple[float, float]


@dataclass(slots=True)
class Placed:
    """A card and where its upper left corner is."""

    card: Card
    x: float
    y: float


@dataclass(slots=True)
class Way:
    """A line with right angles; `arrow`: it ends in one."""

    points: list[Point]
    arrow: bool = False


@dataclass(slots=True)
class Block:
    """Something placed, its upper left corner at (0, 0); lines enter and leave at `axis`."""

    axis: float
    width: float
    height: float
    #: whether the journey goes on below it
    open: bool
    cards: list[Placed] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)

    def put(self, other: Block, x: float, y: float) -> None:
        """Take in another block with its corner at (x, y)."""
        self.cards += [Placed(one.card, one.x + x, one.y + y) for one in other.cards]
        self.ways += [Way([(a + x, b + y) for a, b in way.points], way.arrow) for way in other.ways]


def lay_out(drawing: Drawing) -> Block:
    """Place a whole workflow: start, goal and exits on top, its steps below."""
    return _Layout(drawing).whole()


class _Layout:
    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._numbers = drawing.numbers()

    def whole(self) -> Block:
        tree = draw(self._drawing.workflow.graph)
        steps = self._line(tree, None, COLUMNS)
        if steps.open:
            self._end_in(steps, finish_card(self._drawing))
        start, *others = head_cards(self._drawing)
        tallest = max(card.height for card in (start, *others))
        left = max(steps.axis - _HALF, 0)
        width = max(steps.width, left + (1 + len(others)) * (CARD + _GAP) - _GAP)
        top = start.height + _STEP_GAP
        # Goal and exits stand beside the start; steps that reach so far stay below them.
        if others and steps.width > left + CARD + _GAP:
            top = tallest + _STEP_GAP
        whole = Block(steps.axis, width, top + steps.height, False)
        whole.cards.append(Placed(start, left, 0))
        for number, card in enumerate(others, 1):
            whole.cards.append(Placed(card, left + number * (CARD + _GAP), 0))
        whole.ways.append(Way([(steps.axis, start.height), (steps.axis, top)], arrow=True))
        whole.put(steps, 0, top)
        whole.height = max(whole.height, tallest)
        return whole

    def _line(self, nodes: Sequence[Node], after: str | None, budget: int) -> Block:
        """Stack the steps of a line; `after` is where it goes on when they are over."""
        groups = []
        for place, node in enumerate(nodes):
            last = place == len(nodes) - 1
            following = after if last else nodes[place + 1].step.id
            groups.append(self._group(node, following, budget))
        axis = max((group.axis for group in groups), default=_HALF)
        block = Block(axis, 0, 0, True)
        for group in groups:
            if block.height:
                block.ways.append(
                    Way([(axis, block.height), (axis, block.height + _STEP_GAP)], arrow=True)
                )
                block.height += _STEP_GAP
            block.put(group, axis - group.axis, block.height)
            block.height += group.height
            block.width = max(block.width, axis - group.axis + group.width)
            block.open = group.open
        return block

    def _group(self, node: Node, following: str | None, budget: int) -> Block:
        """Place a step with its arms."""
        card = step_card(node, self._drawing, self._numbers)
        block = Block(_HALF, CARD, card.height, not isinstance(node.step, End))
        block.cards.append(Placed(card, 0, 0))
        if node.arms:
            return self._arms(node, block, following, budget)
        if block.open:
            self._go_on(block, followers(node.step)[-1], following)
        return block

    def _go_on(self, block: Block, target: str | None, following: str | None) -> None:
        """End a block where its way does not go on right below."""
        if target == following:
            return
        end = jump_card(target, self._numbers) if target is not None else finish_card(self._drawing)
        self._end_in(block, end)

    def _end_in(self, block: Block, card: Card) -> None:
        bottom = block.height + _STEP_GAP - 6
        block.ways.append(Way([(block.axis, block.height), (block.axis, bottom)], arrow=True))
        block.cards.append(Placed(card, block.axis - card.width / 2, bottom))
        block.height, block.open = bottom + card.height, False

    def _arm(
        self, label: Card, nodes: Sequence[Node], target: str | None, after: str | None, budget: int
    ) -> Block:
        """Place one arm: its label, then its own steps."""
        block = Block(_HALF, CARD, label.height, True)
        if nodes:
            line = self._line(nodes, after, budget)
            block.axis = line.axis
            block.width = max(line.width, line.axis + _HALF)
            top = label.height + _STEP_GAP - 8
            block.ways.append(Way([(line.axis, label.height), (line.axis, top)], arrow=True))
            block.put(line, 0, top)
            block.height, block.open = top + line.height, line.open
        else:
            self._go_on(block, target, after)
        block.cards.append(Placed(label, block.axis - _HALF, 0))
        return block

    def _arms(self, node: Node, block: Block, following: str | None, budget: int) -> Block:
        labels = label_cards(node, self._drawing)
        targets = followers(node.step)
        places = list(zip(labels, node.arms, targets, strict=True))
        straight = next((one for one in places if one[1].goes_on_below), None)
        beside = [one for one in places if one is not straight]
        room = max(budget - 1, 1) if straight else budget
        arms = [self._arm(label, arm.line, to, following, room) for label, arm, to in beside]
        rows = _rows(arms, room)
        several = len(rows) > 1
        left = CARD + _GAP if straight else _RAIL if several else 0.0
        if not straight:
            # The card stands over the first arm.
            block.axis = left + rows[0][0].axis
            block.cards[0].x = block.axis - _HALF
        return _Rows(block, rows, left, straight[0] if straight else None).placed()


def _rows(arms: list[Block], room: int) -> list[list[Block]]:
    """Part arms into rows that fit, of about the same length."""
    spans = [max(1, round((arm.width + _GAP) / (CARD + _GAP))) for arm in arms]
    count = max(1, math.ceil(sum(spans) / room))
    aim = max(room if count == 1 else math.ceil(sum(spans) / count), 1)
    rows: list[list[Block]] = []
    used = aim
    for arm, span in zip(arms, spans, strict=True):
        if used + span > aim and used:
            rows.append([])
            used = 0
        rows[-1].append(arm)
        used += span
    return rows


class _Rows:
    """Rows of arms hung below a card, and the lines that lead there and back."""

    def __init__(
        self,
        block: Block,
        rows: list[list[Block]],
        left: float,
        straight: Card | None,
    ) -> None:
        self._block = block
        self._rows = rows
        self._left = left
        self._straight = straight
        self._several = len(rows) > 1
        #: where lines come down to the next row
        self._rail = block.axis if straight else left - _RAIL

    def placed(self) -> Block:
        block = self._block
        start = block.height
        right = max(self._left + _span(row) for row in self._rows)
        outer = right + _RAIL if self._several else right
        top, first = start + _BUS, start + _BUS
        exits: list[list[Point]] = []
        for number, row in enumerate(self._rows):
            opens, bottom = self._row(row, start, first, top)
            last = number == len(self._rows) - 1
            if last and self._straight is not None:
                label = self._straight
                block.cards.append(Placed(label, block.axis - _HALF, top + _DROP))
                bottom = max(bottom, top + _DROP + label.height)
                opens = [*opens, (block.axis, top + _DROP + label.height)]
                block.ways.append(Way([(block.axis, start), (block.axis, top + _DROP)], arrow=True))
            exits.append(opens)
            bus = bottom + (_BUS if opens else 0)
            for x, y in opens:
                if last:
                    block.ways.append(Way([(x, y), (x, bus), (block.axis, bus)]))
                else:
                    block.ways.append(Way([(x, y), (x, bus), (outer, bus), (outer, -1)]))
            end = bus
            top = bus + _ROW_GAP + (_BUS if self._several else 0)
        block.open = any(exits)
        early = any(opens for opens in exits[:-1])
        if early and not exits[-1]:
            end += _BUS
        for way in block.ways:
            if way.points[-1] == (outer, -1):
                way.points[-1:] = [(outer, end), (block.axis, end)]
        block.width = outer if self._several else max(right, block.width)
        block.height = end
        return block

    def _row(
        self, row: list[Block], start: float, first: float, top: float
    ) -> tuple[list[Point], float]:
        """Place a row and the lines into it; return where its arms go on, and its bottom."""
        block, x = self._block, self._left
        opens: list[Point] = []
        bottom = top
        for arm in row:
            axis = x + arm.axis
            down = [(self._rail, first), (self._rail, top)] if top != first else []
            there = [(axis, top), (axis, top + _DROP)]
            block.ways.append(
                Way([(block.axis, start), (block.axis, first), *down, *there], arrow=True)
            )
            block.put(arm, x, top + _DROP)
            if arm.open:
                opens.append((axis, top + _DROP + arm.height))
            bottom = max(bottom, top + _DROP + arm.height)
            x += arm.width + _GAP
        return opens, bottom


def _span(row: list[Block]) -> float:
    return sum(arm.width for arm in row) + _GAP * (len(row) - 1)
