"""The steps of a workflow as written: a tree whose every step has its id.

Ids come first because conditions anywhere in the file may name any step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, describe
from nurture.compiler.picks import SEND
from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.report import Report
from nurture.compiler.step_kinds import (
    BRANCH,
    CASE,
    CASE_ELSE,
    CASE_IF,
    CASE_STEPS,
    END,
    ID,
    LATER_STEPS,
    OTHERWISE,
    SPLIT,
    STEP_KINDS,
    SURVEY,
    THEN,
    VARIANT_STEPS,
    VARIANTS,
)
from nurture.language import NOTHING, Said, say

#: steps of one workflow
MOST_STEPS = 5000
#: characters of an id, made ones included: the database keeps so many
LONGEST_ID = 200


@dataclass(slots=True, eq=False)
class Draft:
    """One step as written."""

    id: str
    kind: str
    #: the key that says its kind
    at: Scalar
    fields: Fields
    #: nested steps: `then`, `otherwise`, the number of a case, `else`, the name of a variant
    blocks: dict[str, list[Draft]] = field(default_factory=dict)
    #: the conditions of a branch's cases, by the name of their block
    cases: dict[str, Node] = field(default_factory=dict)


class Outline:
    """Reads blocks of steps and gives every step its id."""

    def __init__(self, report: Report) -> None:
        self._report = report
        #: every step by id, in file order
        self.drafts: dict[str, Draft] = {}

    def block(self, node: Node | None, prefix: str = "") -> list[Draft]:
        """Return the steps of a block; those that cannot be read are left out."""
        if not isinstance(node, ListNode):
            return []
        steps: list[Draft] = []
        ordinals: dict[str, int] = {}
        for item in node.items:
            draft = self._step(item, prefix, ordinals)
            if draft is not None:
                steps.append(draft)
        return steps

    def _step(self, item: Node, prefix: str, ordinals: dict[str, int]) -> Draft | None:
        if isinstance(item, Scalar) and item.value == END.name:
            fields = Fields(MapNode(item.line, item.column, {}))
            return self._keep(Draft("", END.name, item, fields), prefix, ordinals)
        kind = self._kind(item)
        if kind is None or not isinstance(item, MapNode):
            return None
        table = STEP_KINDS[kind]
        keys = (ID, table.key, *table.beside)
        read = Record(say("a `{kind}` step", kind=kind), keys, table.later or {}).read(
            item, self._report
        )
        if read is None:
            return None
        draft = self._keep(Draft("", kind, item.pairs[kind][0], read), prefix, ordinals)
        self._nest(draft)
        return draft

    def _kind(self, item: Node) -> str | None:
        if not isinstance(item, MapNode):
            message = say("expected a step such as {wait: 7d}, found {found}", found=describe(item))
            hint = (
                self._report.suggest(item.value, STEP_KINDS)
                if isinstance(item, Scalar)
                else NOTHING
            )
            self._report.error(item, "wrong-type", message, hint)
            return None
        kinds = [key for key in item.pairs if key in STEP_KINDS]
        if len(kinds) == 1:
            return kinds[0]
        if kinds:
            at = item.pairs[kinds[1]][0]
            message = say(
                "one step does one thing, not '{one}' and '{other}'",
                one=kinds[0],
                other=kinds[1],
            )
            self._report.error(at, "two-kinds", message, say("write two steps"))
            return None
        words = [key for key in item.pairs if key != ID.name]
        for word in words:
            if word in LATER_STEPS:
                message = say(
                    "'{name}' is not available yet: {later}",
                    name=word,
                    later=LATER_STEPS[word],
                )
                self._report.error(item.pairs[word][0], "not-available", message)
                return None
        if not words:
            self._report.error(item, "unknown-step-kind", say("a step that does nothing"))
            return None
        at = item.pairs[words[0]][0]
        hint = self._report.suggest(words[0], STEP_KINDS)
        self._report.error(
            at, "unknown-step-kind", say("unknown step '{name}'", name=words[0]), hint
        )
        return None

    def _keep(self, draft: Draft, prefix: str, ordinals: dict[str, int]) -> Draft:
        """Give a step its id and remember it."""
        ordinals[draft.kind] = ordinals.get(draft.kind, 0) + 1
        made = f"{prefix}{draft.kind}-{ordinals[draft.kind]}"
        content = draft.fields.get(SEND)
        if draft.kind == SEND.name and content is not None:
            made = content.name
        survey = draft.fields.get(SURVEY)
        if survey is not None:
            made = survey
        draft.id = draft.fields.get_or(ID, made)
        at = draft.fields.at(ID) if draft.fields.written(ID) else draft.at
        first = self.drafts.get(draft.id)
        if first is not None:
            message = say("two steps are called '{id}'", id=draft.id)
            hint = say(
                "first in line {line}; give one of them an `id` of its own", line=first.at.line
            )
            self._report.error(at, "duplicate-step", message, hint)
            draft.id = f"{draft.id}#{len(self.drafts)}"
        if len(draft.id) > LONGEST_ID:
            message = say(
                "the id made for this step has more than {longest} characters",
                longest=LONGEST_ID,
            )
            self._report.error(
                draft.at, "too-long", message, say("give the steps around it an `id`")
            )
        if len(self.drafts) == MOST_STEPS:
            self._report.error(
                draft.at,
                "too-many-steps",
                say("more than {most} steps", most=MOST_STEPS),
            )
        self.drafts[draft.id] = draft
        return draft

    def _nest(self, draft: Draft) -> None:
        if draft.kind == BRANCH.name:
            self._cases(draft)
        elif draft.kind == SPLIT.name:
            split = draft.fields.get(SPLIT)
            for variant in (split.get(VARIANTS) if split is not None else None) or []:
                self._open(draft, variant.name, variant.value.get(VARIANT_STEPS))
        else:
            for key in (THEN, OTHERWISE):
                self._open(draft, key.name, draft.fields.get(key))

    def _open(self, draft: Draft, name: str, steps: Node | None) -> None:
        draft.blocks[name] = self.block(steps, f"{draft.id}/{name}/")

    def _cases(self, draft: Draft) -> None:
        cases = draft.fields.get(BRANCH)
        for item in cases.items if isinstance(cases, ListNode) else ():
            fields = CASE.read(item, self._report)
            if fields is None:
                continue
            condition, steps = fields.get(CASE_IF), fields.get(CASE_STEPS)
            if CASE_ELSE.name in draft.blocks:
                self._report.error(item, "after-else", say("a case after `else` is never taken"))
            if fields.written(CASE_ELSE):
                self._else(draft, fields, steps)
            elif condition is None and not fields.written(CASE_IF):
                message = say("a case needs 'if', or is the last and says 'else'")
                self._report.error(item, "missing-key", message)
            else:
                name = str(len(draft.cases) + 1)
                if condition is not None:
                    draft.cases[name] = condition
                self._open(draft, name, steps)

    def _else(self, draft: Draft, fields: Fields, steps: Node | None) -> None:
        inside = fields.get(CASE_ELSE)
        _refuse_both(fields, CASE_IF, say("a case says 'if' or 'else', not both"), self._report)
        if isinstance(inside, ListNode):
            _refuse_both(fields, CASE_STEPS, say("steps stand twice in this case"), self._report)
            steps = inside
        elif not (isinstance(inside, Scalar) and inside.is_nothing):
            message = say("'else' takes nothing, with `steps:` beside it")
            self._report.error(fields.at(CASE_ELSE), "wrong-type", message)
        self._open(draft, CASE_ELSE.name, steps)


def _refuse_both(fields: Fields, key: Key[Any], message: Said, report: Report) -> None:
    if fields.written(key):
        report.error(fields.at(key), "two-kinds", message)


def nested(block: list[Draft]) -> Iterator[Draft]:
    """Yield the steps of a block and of all blocks inside, in file order."""
    for draft in block:
        yield draft
        for inner in draft.blocks.values():
            yield from nested(inner)
