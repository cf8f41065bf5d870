"""`owners`, `tasks` and `targets` of `policy.yaml`: who takes care of whom, and how we measure."""

from __future__ import annotations

from dataclasses import replace

from nurture.compiler.condition_maps import CONDITION, read_condition
from nurture.compiler.moments import Clock, Elapsed
from nurture.compiler.names import NAME
from nurture.compiler.nodes import Node
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.scope import ConditionScope
from nurture.compiler.shapes import Choice, Number
from nurture.domain.conditions import ALWAYS
from nurture.domain.policy import OwnerRule, Policy, TaskPolicy
from nurture.domain.reads import reads
from nurture.language import say

_IF = Key("if", CONDITION, say("Whose contacts: what contact and account must be."), required=True)
_OWNER = Key("owner", NAME, say("The sender who takes care of them."), required=True)
OWNERS = Key(
    "owners",
    ListOf(Record(say("a rule for owners"), (_IF, _OWNER))),
    say("Who gets leads without an owner at hand-off; the first match wins, then default_sender."),
)

_MAIL = Key(
    "mail", Choice("each", "digest"), say("each: a mail per task; digest: the morning mail.")
)
_AT_ONCE = Key("at_once", ListOf(NAME), say("Kinds of tasks that always get a mail at once."))
_LINKS_FOR = Key("links_for", Elapsed(), say("How long the buttons of a task mail work."))
_STALE_AFTER = Key("stale_after", Elapsed(), say("A meeting without news for so long is stale."))
_DIGEST_AT = Key("digest_at", Clock(), say("When the morning mail goes, on business days."))
TASKS = Key(
    "tasks",
    Record(say("rules for tasks"), (_MAIL, _AT_ONCE, _LINKS_FOR, _STALE_AFTER, _DIGEST_AT)),
    say("How our own people are told of what they have to do."),
)

_MQL_TO_SQL = Key("mql_to_sql", Number(0, 1), say("Share of MQLs that should become SQLs: 0.6."))
TARGETS = Key(
    "targets", Record(say("targets"), (_MQL_TO_SQL,)), say("What marketing and sales aim at.")
)


def tasks_of(fields: Fields) -> TaskPolicy:
    """Return how people are told of tasks; what is not said stays as it is by default."""
    rules, said = TaskPolicy(), fields.get(TASKS)
    if said is None:
        return rules
    return TaskPolicy(
        mail=said.get_or(_MAIL, rules.mail),
        at_once=tuple(said.get_or(_AT_ONCE, list(rules.at_once))),
        links_for=said.get_or(_LINKS_FOR, rules.links_for),
        stale_after=said.get_or(_STALE_AFTER, rules.stale_after),
        digest_at=said.get(_DIGEST_AT),
    )


def target_of(fields: Fields) -> float:
    """Return the share of MQLs that should become SQLs."""
    said = fields.get(TARGETS)
    default = 0.6
    return said.get_or(_MQL_TO_SQL, default) if said is not None else default


def with_owners(policy: Policy, root: Node, scope: ConditionScope) -> Policy:
    """Return the policy with its rules for owners, whose conditions may name segments."""
    # Read a second time, into a report of its own: the policy has said what is wrong with it.
    record = Record(say("a policy"), (OWNERS,))
    fields = record.read(root, Report(scope.report.file))
    if fields is None:
        return policy
    rules = []
    for one in fields.get_or(OWNERS, []):
        owner = one.get_or(_OWNER, "")
        if owner and owner not in policy.senders:
            hint = scope.report.suggest(owner, policy.senders)
            scope.report.error(
                one.at(_OWNER), "unknown-sender", say("no sender '{name}'", name=owner), hint
            )
        node = one.get(_IF)
        condition = read_condition(node, scope) if node is not None else ALWAYS
        if reads(condition).event_types:
            message = say("who takes care of a contact hangs on what it is, not on what it does")
            scope.report.error(one.at(_IF), "owner-on-deeds", message)
        rules.append(OwnerRule(condition, owner))
    return replace(policy, owners=tuple(rules))
