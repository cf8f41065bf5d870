"""End to end: due enrolment → rendered, tracked, sent by SMTP, marked in SQL; against smtp-source.

    python benchmarks/end_to_end.py [--mails 3000] [--database postgresql://…]

One worker (one process, one thread) does everything with every safety rule on: decisions,
consent, suppression, `sending` committed before each wave, answers after. smtp-source sends
mails of the same size to the same smtp-sink, just before and just after.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
import time
from pathlib import Path

from house import (
    add_contacts,
    add_enrolments,
    database,
    make_runtime,
    shared_files,
    smtp_sink,
    smtp_source,
)
from mail_cpu import sources, values
from sqlalchemy import func, select, update

from nurture.db import tables as t
from nurture.db.engine import read, write
from nurture.db.releases import newest_id
from nurture.providers.urls import provider_from_url
from nurture.services.advance import advance
from nurture.services.deliver import Outbox

WORKFLOW = """
workflow: bench
title: bench
purpose: marketing
trigger: [{event: bench.started}]
delivery: {window: business}
steps:
  - send: bench/news
  - end: done
"""


def main() -> None:
    """Run the benchmark and print a table."""
    options = argparse.ArgumentParser()
    options.add_argument("--mails", type=int, default=3000)
    options.add_argument("--database")
    options.add_argument("--profile", action="store_true")
    given = options.parse_args()
    files = shared_files()
    files["workflows/bench.yaml"] = WORKFLOW.encode()
    for path, text in sources().items():
        files.setdefault(path, text.encode())
    for locale in ("en",):
        files[f"templates/email/bench/news.{locale}.mjml"] = files[
            "templates/email/bench/news.ja.mjml"
        ]
    with (
        tempfile.TemporaryDirectory() as folder,
        smtp_sink() as port,
        database(given.database, Path(folder)) as engine,
    ):
        runtime = make_runtime(engine, files)
        add_contacts(engine, given.mails)
        with read(engine) as connection:
            release = newest_id(connection)
        add_enrolments(engine, "bench", release or 0, given.mails)
        trigger = values(0).get("trigger", {})
        with write(engine) as connection:
            connection.execute(update(t.enrolment).values(trigger=trigger))
        size = 42_000
        before = smtp_source(port, given.mails, size)
        profile = cProfile.Profile()
        outbox = Outbox(runtime, provider_from_url(f"smtp://127.0.0.1:{port}?width=20&mails=1000"))
        began, cpu = time.perf_counter(), time.process_time()
        if given.profile:
            profile.enable()
        while advance(runtime):
            pass
        walked = time.perf_counter()
        while outbox.drain(2.0):
            pass
        # The enrolments go on when their mails have met their fate.
        while advance(runtime):
            pass
        ended, cpu = time.perf_counter(), time.process_time() - cpu
        if given.profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
        after = smtp_source(port, given.mails, size)
        with read(engine) as connection:
            sent = connection.execute(
                select(func.count()).select_from(t.message).where(t.message.c.state == "sent")
            ).scalar_one()
        ours = sent / (ended - began)
        peer = (before + after) / 2
        print(f"{'':34}{'mails/s':>10}{'ratio':>8}{'CPU µs/mail':>14}")
        print(f"{'smtp-source -s 20 -d':34}{peer:10.0f}{1:8.2f}{'':>14}")
        name = f"Nurture, one worker, {engine.dialect.name}"
        print(f"{name:34}{ours:10.0f}{ours / peer:8.2f}{cpu / max(1, sent) * 1e6:14.0f}")
        print(f"sent {sent} of {given.mails}; deciding took {walked - began:.2f} s of it")


if __name__ == "__main__":
    main()
