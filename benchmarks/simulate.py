"""Simulate: so many contacts through the shipped workflows, in one process, without rendering.

    python benchmarks/simulate.py [--contacts 10000] [--days 90] [--profile]

A contact list as an import makes it, the shipped audience, a clock that stops every hour.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from nurture.compiler.audience import read_audience
from nurture.db import tables as t
from nurture.db.engine import read
from nurture.domain.contact_row import Basis, ContactRow, Grant
from nurture.services.project import read_project
from nurture.simulate.readers import Readers
from nurture.simulate.world import Project, World

ROOT = Path(__file__).resolve().parent.parent

#: a Monday, 9:00 in Tokyo
START = datetime(2026, 4, 6, 0, 0, tzinfo=UTC)

_TRADES = ("manufacturing", "medical", "care", "logistics", "retail", "it")
_TITLES = ("部長", "課長", "工場長", "主任", "")


def people(count: int) -> list[ContactRow]:
    """Return contacts in companies of five, most of them from cards."""
    return [
        ContactRow(
            address=f"p{n}@c{n // 5}.example",
            email=f"p{n}@c{n // 5}.example",
            contact={"family_name": "佐藤", "given_name": f"花子{n}", "title": _TITLES[n % 5]},
            account={
                "name": f"株式会社見本{n // 5}",
                "domain": f"c{n // 5}.example",
                "industry": _TRADES[n // 5 % 6],
                "employees": 20 + n // 5 % 400,
            },
            grant=Grant(
                Basis.BUSINESS_CARD if n % 4 else Basis.OPT_IN,
                "benchmark",
                START - timedelta(days=30),
                ("marketing",),
            ),
        )
        for n in range(count)
    ]


def main() -> None:
    """Run the benchmark and print a table."""
    options = argparse.ArgumentParser()
    options.add_argument("--contacts", type=int, default=10_000)
    options.add_argument("--days", type=int, default=90)
    options.add_argument("--profile", action="store_true")
    options.add_argument("--sort", default="cumulative")
    given = options.parse_args()
    began, cpu = time.perf_counter(), time.process_time()
    world = World.of(Project.of(read_project(ROOT), START), START)
    rows = people(given.contacts)
    for first in range(0, len(rows), 1_000):
        world.add_contacts(rows[first : first + 1_000])
    audience = read_audience((ROOT / "nurture/simulate/audience.yaml").read_bytes(), "audience")
    until = START + timedelta(days=given.days)
    world.actors.append(Readers(world, audience, 1, until))
    made, made_cpu = time.perf_counter() - began, time.process_time() - cpu
    profile = cProfile.Profile()
    if given.profile:
        profile.enable()
    began, cpu = time.perf_counter(), time.process_time()
    gc.disable()  # as `nurture.simulate.run` does
    world.run_until(until, timedelta(hours=1))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if given.profile:
        profile.disable()
        pstats.Stats(profile).sort_stats(given.sort).print_stats(70)
    with read(world.engine) as connection:

        def count(table: object, *where: object) -> int:
            query = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type]
            return int(connection.execute(query).scalar_one())

        sent = count(t.message, t.message.c.sent_at.is_not(None))
        ours = count(t.message, t.message.c.contact_id.is_(None))
        walks = count(t.decision, t.decision.c.kind.in_(("walked", "ended")))
        events = count(t.event)
        decisions = count(t.decision)
    print(f"{given.contacts:,} contacts, {given.days} days")
    print(f"{'made ready':24}{made:8.1f} s  {made_cpu:8.1f} CPU s")
    print(f"{'simulated':24}{seconds:8.1f} s  {cpu:8.1f} CPU s  (target 60 s)")
    print(f"{sent:,} mails ({ours:,} to the team), {walks:,} walks, {events:,} events")
    print(f"{decisions:,} decisions, {cpu / max(sent, 1) * 1e3:.2f} CPU ms per mail")


if __name__ == "__main__":
    main()
