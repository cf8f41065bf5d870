"""Where things stand: each step once, none upon another, no line through a card."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given

from nurture.diagrams.cards import CARD, Look
from nurture.diagrams.layout import COLUMNS, Block, Placed, lay_out
from nurture.domain.step_tree import draw
from nurture.domain.workflow import Workflow
from tests.diagrams.workflows import drawing, long_one, shipped, workflow, workflows


def _reached(one: Workflow) -> list[str]:
    found: list[str] = []
    lines = [draw(one.graph)]
    while lines:
        for node in lines.pop():
            found.append(node.step.id)
            lines += [arm.line for arm in node.arms]
    return sorted(found)


def _tidy(one: Workflow) -> Block:
    """Lay out, and look whether the picture can be read."""
    block = lay_out(drawing(one))
    steps = [placed.card.step for placed in block.cards if placed.card.look is Look.STEP]
    assert sorted(steps) == _reached(one)
    for first, second in combinations(block.cards, 2):
        assert _apart(first, second), (first, second)
    for way in block.ways:
        for (x, y), (to_x, to_y) in pairwise(way.points):
            assert x == to_x or y == to_y
            for placed in block.cards:
                assert not _through(placed, x, y, to_x, to_y), (placed, way)
    for placed in block.cards:
        assert 0 <= placed.x <= block.width - placed.card.width
        assert 0 <= placed.y <= block.height - placed.card.height
    return block


def _apart(first: Placed, second: Placed) -> bool:
    return (
        first.x + first.card.width <= second.x
        or second.x + second.card.width <= first.x
        or first.y + first.card.height <= second.y
        or second.y + second.card.height <= first.y
    )


def _through(placed: Placed, x: float, y: float, to_x: float, to_y: float) -> bool:
    """Say whether a line enters a card's inside; it may begin and end at its edge."""
    right, bottom = placed.x + placed.card.width, placed.y + placed.card.height
    across = min(x, to_x) < right and max(x, to_x) > placed.x
    down = min(y, to_y) < bottom and max(y, to_y) > placed.y
    return across and down


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_workflow_is_tidy(name: str) -> None:
    _tidy(shipped()[name])


@given(workflows())
def test_any_workflow_is_tidy(one: Workflow) -> None:
    _tidy(one)


def test_sixty_steps_are_a_picture_four_cards_wide() -> None:
    one = long_one()
    assert len(one.graph.steps) == 60
    assert _tidy(one).width < COLUMNS * (CARD + 40)


def test_a_workflow_without_steps_starts_and_is_completed() -> None:
    looks = [placed.card.look for placed in _tidy(workflow()).cards]
    assert looks == [Look.START, Look.FINISH]
