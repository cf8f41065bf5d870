"""Which templates may be the first letter that somebody who hardly knows us gets."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.domain.conditions import All, Compare, Condition, Field, Literal, Op, Scope, Truthy
from nurture.domain.definitions import Definitions
from nurture.domain.lifecycle import Temperature
from nurture.domain.purpose import OWN_AFFAIR, Purpose
from nurture.domain.steps import EventMatch, Graph, Send, followers
from nurture.domain.workflow import Workflow

#: events that happen to people without their doing
_NOT_THEIR_DOING = frozenset({"contact.created", "contact.updated", "account.updated"})

_CUSTOMER = "customer"


def first_mails(definitions: Definitions) -> dict[str, str]:
    """Return template → the journey or mailing in which it may reach a stranger first.

    A stranger has done nothing towards us: imported, cold, or one of a broadcast's readers.
    Who asked for a document or came to a seminar is none, and neither is a customer.
    """
    found: dict[str, str] = {}
    for workflow in definitions.workflows.values():
        if workflow.purpose in OWN_AFFAIR or not _takes_strangers(workflow):
            continue
        for step in first_sends(workflow.graph):
            for template in _templates(step, definitions):
                found.setdefault(template, workflow.name)
    for mailing in definitions.mailings.values():
        if mailing.purpose is Purpose.SERVICE or _only_customers(mailing.condition):
            continue
        send = Send("", None, mailing.template, pick=mailing.pick)
        for template in _templates(send, definitions):
            found.setdefault(template, mailing.name)
    return found


def first_sends(graph: Graph) -> list[Send]:
    """Return the sends that can be the first of a journey, in file order."""
    found: set[str] = set()
    seen: set[str] = set()
    open_ = [graph.first]
    while open_:
        step_id = open_.pop()
        step = graph.steps.get(step_id or "")
        if step is None or step.id in seen:
            continue
        seen.add(step.id)
        if isinstance(step, Send) and step.purpose not in OWN_AFFAIR:
            found.add(step.id)
        else:
            # What answers a request is nobody's first letter: the next one is.
            open_.extend(followers(step))
    return [s for s in graph.steps.values() if isinstance(s, Send) and s.id in found]


def _templates(step: Send, definitions: Definitions) -> Iterator[str]:
    if step.template:
        yield step.template
    if step.pick is None:
        return
    for item in definitions.library.items.values():
        if item.kind == step.pick.kind or item.key == step.pick.otherwise:
            yield item.template or f"library/{item.kind}"


def _takes_strangers(workflow: Workflow) -> bool:
    if _only_customers(workflow.only_if):
        return False
    by_state = any(
        trigger.value == Temperature.COLD
        if trigger.kind == "temperature"
        else not _only_customers(trigger.condition)
        for trigger in workflow.state_triggers
    )
    return by_state or any(_is_passive(trigger.match) for trigger in workflow.event_triggers)


def _is_passive(match: EventMatch) -> bool:
    return match.event in _NOT_THEIR_DOING


def _only_customers(condition: Condition) -> bool:
    """Return whether a condition plainly holds for customers alone."""
    match condition:
        case All(parts):
            return any(_only_customers(part) for part in parts)
        case Truthy(Field(Scope.CONTACT, ("customer",))):
            return True
        case Compare(Field(Scope.CONTACT, ("customer",)), Op.EQ, Literal(True)):
            return True
        case Compare(Field(Scope.CONTACT, ("lifecycle",)), Op.EQ, Literal(value)):
            return value == _CUSTOMER
        case Compare(Field(Scope.CONTACT, ("lifecycle",)), Op.IN, tuple(values)):
            return set(values) == {_CUSTOMER}
    return False
