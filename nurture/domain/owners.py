"""Who takes care of a contact: its owner while that person is here, else by the policy's rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from nurture.domain.evaluate import holds
from nurture.domain.facts import Facts
from nurture.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of our own."""

    id: int
    #: sender key in the policy; also of who left, until somebody else takes it
    key: str | None
    name: str
    email: str
    role: str
    active: bool

    @property
    def word(self) -> str:
        """How events and commands name them: the sender key, else the address."""
        return self.key if self.key is not None and self.active else self.email


class Colleagues:
    """Our own people, to be found by id, key, address, name or role."""

    def __init__(self, people: Iterable[Colleague] = ()) -> None:
        self.all = sorted(people, key=lambda one: one.id)
        self._by_id = {one.id: one for one in self.all}

    def with_id(self, member_id: int | None) -> Colleague | None:
        """Return who has an id."""
        return self._by_id.get(member_id) if member_id is not None else None

    def with_key(self, key: str) -> Colleague | None:
        """Return the active colleague who is this sender of the policy."""
        return next((one for one in self.all if one.active and one.key == key), None)

    def with_role(self, role: str) -> Colleague | None:
        """Return the longest-standing active colleague who has a role."""
        return next((one for one in self.all if one.active and one.role == role), None)

    def find(self, who: object) -> list[Colleague]:
        """Return all who answer to a key, an address or a name; those who are here first.

        A key or an address means one person, a name may mean several.
        """
        word = _word(str(who)) if isinstance(who, str) else ""
        if not word:
            return []
        for names in (_keys, _addresses, _names):
            found = [one for one in self.all if word in names(one)]
            if found:
                here = [one for one in found if one.active]
                return here or found
        return []

    def one(self, who: object) -> Colleague | None:
        """Return whom a key, an address or a name means, or None where that is not one person."""
        found = self.find(who)
        return found[0] if len(found) == 1 else None


def _word(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _keys(one: Colleague) -> tuple[str, ...]:
    return (_word(one.key),) if one.key is not None else ()


def _addresses(one: Colleague) -> tuple[str, ...]:
    return (_word(one.email),)


def _names(one: Colleague) -> tuple[str, ...]:
    return (_word(one.name),)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who takes care of a contact, and why it is them."""

    who: Colleague
    #: owner (theirs already) | rule | default
    why: str


def choose_owner(
    owner_id: int | None, facts: Facts, policy: Policy, colleagues: Colleagues
) -> Choice | None:
    """Return who takes care of a contact; None where nobody is here at all.

    Their owner, unless that person left; else the first of the policy's `owners` whose
    condition holds and who is here; else the default sender.
    """
    owner = colleagues.with_id(owner_id)
    if owner is not None and owner.active:
        return Choice(owner, "owner")
    for rule in policy.owners:
        named = colleagues.with_key(rule.owner)
        if named is not None and holds(rule.condition, facts):
            return Choice(named, "rule")
    default = colleagues.with_key(policy.default_sender)
    return Choice(default, "default") if default is not None else None


def assignee(
    named: str, owner_id: int | None, facts: Facts, policy: Policy, colleagues: Colleagues
) -> Colleague | None:
    """Return whom a task `for: named` goes to: `owner`, a sender key, or a role.

    None where nobody has the role any more: the task is nobody's, and said to be.
    """
    if named != "owner":
        return colleagues.with_key(named) or colleagues.with_role(named)
    choice = choose_owner(owner_id, facts, policy, colleagues)
    return choice.who if choice is not None else None
