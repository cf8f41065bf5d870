"""Advance: due enrolments per second through wait, branch and set steps, one process.

    python benchmarks/advance.py [--enrolments 10000] [--database postgresql://…]

Every walk passes three branches and a set, writes one decision row, and rests at a wait.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
import time
from pathlib import Path

from house import add_contacts, add_enrolments, database, make_runtime, shared_files
from sqlalchemy import func, select

from nurture.db import tables as t
from nurture.db.engine import read
from nurture.db.releases import newest_id
from nurture.services.advance import advance

WORKFLOW = """
workflow: bench
title: bench
purpose: marketing
trigger: [{event: bench.started}]
steps:
  - branch:
      - if: {industry: manufacturing}
        steps: [{wait: 1d}]
      - if: {score: ">= 50"}
        steps: [{wait: 2d}]
      - else:
        steps:
          - branch:
              - if: {temperature: hot}
                steps: [{wait: 1d}]
              - if: {employees: ">= 100"}
                steps:
                  - wait: 3d
  - end: done
"""


def main() -> None:
    """Run the benchmark and print a table."""
    options = argparse.ArgumentParser()
    options.add_argument("--enrolments", type=int, default=10_000)
    options.add_argument("--database")
    options.add_argument("--profile", action="store_true")
    given = options.parse_args()
    files = shared_files()
    files["workflows/bench.yaml"] = WORKFLOW.encode()
    with (
        tempfile.TemporaryDirectory() as folder,
        database(given.database, Path(folder)) as engine,
    ):
        runtime = make_runtime(engine, files)
        add_contacts(engine, given.enrolments)
        with read(engine) as connection:
            release = newest_id(connection)
        add_enrolments(engine, "bench", release or 0, given.enrolments)
        profile = cProfile.Profile()
        if given.profile:
            profile.enable()
        began, cpu = time.perf_counter(), time.process_time()
        walked = 0
        while count := advance(runtime):
            walked += count
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        if given.profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
        with read(engine) as connection:
            decisions = connection.execute(
                select(func.count()).select_from(t.decision).where(t.decision.c.kind == "walked")
            ).scalar_one()
        print(f"{'':28}{'walks/s':>10}{'CPU µs/walk':>14}{'target':>10}")
        target = 20_000 if engine.dialect.name == "sqlite" else 10_000
        print(
            f"{'advance, ' + engine.dialect.name:28}{walked / seconds:10.0f}"
            f"{cpu / walked * 1e6:14.0f}{target:10}"
        )
        print(f"{walked} walks, {decisions} decision rows")


if __name__ == "__main__":
    main()
