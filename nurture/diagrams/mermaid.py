"""A workflow as Mermaid text, for wikis and pull requests that draw it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.diagrams.cards import Look, badges, head_cards, label_cards, step_card
from nurture.diagrams.drawing import Drawing
from nurture.diagrams.measure import wrap
from nurture.domain.step_tree import Node, draw
from nurture.domain.step_words import Family
from nurture.domain.steps import End, Goto, followers

#: characters that mean something to Mermaid's parser, or to the HTML that it makes of a label
_MEANT = re.compile(r"[^\w ぁ-んァ-ヶー一-龠々、。・「」（）：／＝≥≤≠→−+=.,:/()'-]")
#: width at which labels of lines break, ems
_EDGE = 16

#: brackets of a node by family, so that colour is not all that tells them apart
_BRACKETS = {
    Family.MAIL: ("[", "]"),
    Family.TIME: ("([", "])"),
    Family.CHOICE: ("{", "}"),
    Family.TEAM: ("{{", "}}"),
    Family.RECORD: ("[[", "]]"),
    Family.FLOW: ("(((", ")))"),
}
_COLOURS = {
    "mail": "fill:#dff1ee,stroke:#0f6b62,color:#1f2a2e",
    "time": "fill:#e1edf7,stroke:#2c5f8a,color:#1f2a2e",
    "choice": "fill:#fbefd5,stroke:#8a5a00,color:#1f2a2e",
    "team": "fill:#f7e4f1,stroke:#8b3a72,color:#1f2a2e",
    "record": "fill:#e9edf0,stroke:#54606a,color:#1f2a2e",
    "flow": "fill:#e6eaea,stroke:#3d4a50,color:#1f2a2e",
    "goal": "fill:#e2f1e6,stroke:#1c6b3a,color:#1f2a2e",
}


def mermaid(drawing: Drawing) -> str:
    """Return the workflow as a Mermaid flowchart."""
    title = drawing.workflow.title or drawing.workflow.name
    lines = [
        "flowchart TD",
        f"  accTitle: {escaped(title)}",
        f"  accDescr: {escaped(' / '.join([drawing.workflow.name, *badges(drawing)]))}",
    ]
    lines += [f"  {line}" for line in _body(drawing)]
    lines += [f"  classDef {name} {style}" for name, style in _COLOURS.items()]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return a text as it may stand between quotes, all on one line.

    Mermaid reads `#NUMBER;` as a character of that code. Whatever could end a label, begin
    Markdown or HTML in it, or be read as a keyword's punctuation is written so; the words
    themselves, Japanese among them, stay readable.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _MEANT.sub(lambda found: f"#{ord(found[0])};", plain)


def _body(drawing: Drawing) -> Iterator[str]:
    tree = draw(drawing.workflow.graph)
    numbers = drawing.numbers()
    start, *others = head_cards(drawing)
    yield f'start(["{_label([start.title, *start.lines, *start.notes])}"]):::mail'
    for card in others:
        colour = "goal" if card.look is Look.GOAL else "flow"
        yield f'{card.look}>"{_label([card.title, *card.lines, *card.notes])}"]:::{colour}'
        yield f"start -.- {card.look}"
    first = drawing.workflow.graph.first
    yield f"start --> {_id(first, numbers)}"
    ends = first is None
    for node in _nodes(tree):
        yield _node(node, drawing, numbers)
        ends = ends or (None in followers(node.step) and not isinstance(node.step, End))
        yield from _edges(node, drawing, numbers)
    if ends:
        yield f'finish(["{_label([drawing.say("完了", "Completed")])}"]):::flow'


def _node(node: Node, drawing: Drawing, numbers: dict[str, int]) -> str:
    card = step_card(node, drawing, numbers)
    head = f"{numbers[node.step.id]} {card.title}"
    figures = " ".join(part for part in (card.here, card.figures) if part)
    name = card.aside.rpartition("  ")[0]
    lines = [f"{head}: {name}" if name else head, *card.lines, *card.notes, figures]
    opening, closing = _BRACKETS[card.family]
    if isinstance(node.step, Goto | End):
        opening, closing = ("([", "])") if isinstance(node.step, End) else ("[/", "/]")
    label = _label([line for line in lines if line])
    return f'{_id(node.step.id, numbers)}{opening}"{label}"{closing}:::{card.family}'


def _edges(node: Node, drawing: Drawing, numbers: dict[str, int]) -> Iterator[str]:
    here = _id(node.step.id, numbers)
    targets = followers(node.step)
    if node.arms:
        for card, target in zip(label_cards(node, drawing), targets, strict=True):
            lines = [line for text in card.lines for line in wrap(text, _EDGE, 9)]
            label = _label([*lines, *([card.figures] if card.figures else [])])
            yield f'{here} -->|"{label}"| {_id(target, numbers)}'
        return
    for number, target in enumerate(targets):
        arrow = "-.->" if isinstance(node.step, Goto) and number == 0 else "-->"
        yield f"{here} {arrow} {_id(target, numbers)}"


def _id(step: str | None, numbers: dict[str, int]) -> str:
    """Return a name that is none of Mermaid's own words."""
    return f"s{numbers[step]}" if step in numbers else "finish"


def _label(lines: list[str]) -> str:
    return "<br>".join(escaped(line) for line in lines)


def _nodes(tree: list[Node]) -> Iterator[Node]:
    for node in tree:
        yield node
        for arm in node.arms:
            yield from _nodes(arm.line)
