"""Workers are killed at random points: nothing is sent twice, nothing is lost.

NURTURE_KILLS sets how many (`NURTURE_KILLS=500` for a long run), NURTURE_SEED when.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

from nurture.clock import machine_seconds, machine_sleep
from nurture.db import tables
from nurture.emails.identifiers import message_id
from tests.faults.crew import Crew, crew

KILLS = int(os.environ.get("NURTURE_KILLS", "12"))
SEED = int(os.environ.get("NURTURE_SEED", "1"))

#: connections that one sender keeps open, as `Sink.url` says
WIDTH = 3

#: name → command
WORKERS = {
    "send-1": ("worker", "send"),
    "send-2": ("worker", "send"),
    "decide": ("worker", "decide"),
}


def check(one: Crew, sender_kills: int) -> None:
    """Hold what the sink took against what the database says."""
    twice = {name: count for name, count in one.sink.counted.items() if count > 1}
    assert twice == {}
    messages = one.rows(tables.message)
    assert len(messages) == one.told
    taken = set(one.sink.counted)
    names = {row.id: message_id(row.id, "sample.example").strip("<>") for row in messages}
    assert taken <= set(names.values())
    doubtful = [row for row in messages if row.state == "in_doubt"]
    sent = {names[row.id] for row in messages if row.state == "sent"}
    assert len(sent) + len(doubtful) == len(messages)
    assert sent <= taken
    assert len(doubtful) <= WIDTH * sender_kills
    enrolments = one.rows(tables.enrolment)
    assert len({row.subject for row in enrolments}) == len(enrolments) == one.told
    assert len(one.rows(tables.ledger)) == len(
        {(r.rule, r.event_id) for r in one.rows(tables.ledger)}
    )


def _waited(ready: Callable[[], bool], seconds: float) -> bool:
    """Say whether something became true in time."""
    ends = machine_seconds() + seconds
    while not ready():
        if machine_seconds() > ends:
            return False
        machine_sleep(0.001)
    return True


def test_killed_workers_send_nothing_twice_and_lose_nothing(
    empty_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    print(f"NURTURE_SEED={SEED} NURTURE_KILLS={KILLS}")
    dice = random.Random(SEED)
    with crew(empty_database_url, valkey_url, tmp_path, pause=0.02) as one:
        one.start("clock", "clock")
        for name, command in WORKERS.items():
            one.start(name, *command)
        one.tell(30)
        kills = dict.fromkeys(WORKERS, 0)
        while sum(kills.values()) < KILLS:
            # always something to send, so that a kill hits it
            if one.told - one.sink.total() < 60:
                one.tell(60)
            name = dice.choice(sorted(WORKERS))
            if name.startswith("send") and dice.random() < 0.7:
                # in the middle of a mail, before or after its dot
                if not _waited(lambda who=name: one.sink.inside[f"{who}.example"] > 0, 2.0):
                    continue
            else:
                # anywhere: while it loads, claims, renders, writes, or has nothing to do
                machine_sleep(dice.uniform(0.0, 0.5))
            machine_sleep(dice.uniform(0.0, 0.03))
            one.kill(name)
            kills[name] += 1
            one.start(name, *WORKERS[name])
        one.wait_until(one.at_rest, 120, "every mail's fate")
        print(f"{kills}: {one.states()}")
        check(one, kills["send-1"] + kills["send-2"])
