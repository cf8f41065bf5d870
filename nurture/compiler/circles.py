"""Circles among things that lead to one another, found without recursion."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

#: circles said of one tangle; mending a few shows the rest
MOST_SAID = 20
#: names shown of one circle
_MOST_SHOWN = 8


def circles(leads_to: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield for each name in a circle its shortest one, first and last the same.

    Of a tangle of many, `MOST_SAID` are yielded. The time grows with the arrows.
    """
    for tangle in tangles(leads_to):
        inside = set(tangle)
        for name in sorted(tangle)[:MOST_SAID]:
            circle = _shortest(name, inside, leads_to)
            if circle is not None:
                yield circle


def shown(circle: Sequence[str]) -> str:
    """Return a circle in words, shortened where it is long."""
    names = list(circle)
    if len(names) > _MOST_SHOWN:
        half = _MOST_SHOWN // 2
        names = [*names[:half], "…", *names[-half:]]
    return " → ".join(names)


def _shortest(
    name: str, inside: set[str], leads_to: Mapping[str, Sequence[str]]
) -> list[str] | None:
    came_from: dict[str, str] = {}
    pending = deque([name])
    while pending:
        current = pending.popleft()
        for following in leads_to.get(current, ()):
            if following == name:
                way = [name]
                while current != name:
                    way.append(current)
                    current = came_from[current]
                return [name, *reversed(way[1:]), name]
            if following in inside and following not in came_from:
                came_from[following] = current
                pending.append(following)
    return None


def tangles(leads_to: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield the groups whose members all lead to one another (Tarjan, 1972)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []
    is_open: set[str] = set()
    for root in leads_to:
        if root in order:
            continue
        walk = [(root, iter(leads_to.get(root, ())))]
        order[root] = lowest[root] = len(order)
        open_.append(root)
        is_open.add(root)
        while walk:
            name, following = walk[-1]
            for one in following:
                if one not in order:
                    order[one] = lowest[one] = len(order)
                    open_.append(one)
                    is_open.add(one)
                    walk.append((one, iter(leads_to.get(one, ()))))
                    break
                if one in is_open:
                    lowest[name] = min(lowest[name], order[one])
            else:
                walk.pop()
                if walk:
                    lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[name])
                if lowest[name] == order[name]:
                    group = []
                    while (member := open_.pop()) != name:
                        group.append(member)
                        is_open.discard(member)
                    is_open.discard(name)
                    group.append(name)
                    if len(group) > 1 or name in leads_to.get(name, ()):
                        yield group
