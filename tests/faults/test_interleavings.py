"""All interleavings that chance finds; NURTURE_STEPS=100000 for a long run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from nurture.db.engine import make_engine
from tests import postgres
from tests.faults.machine import LifeMachine

#: steps of one life, and how many steps there are altogether
LIFE = 40
STEPS = int(os.environ.get("NURTURE_STEPS", "400"))


@pytest.fixture
def lives(
    database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[type[LifeMachine]]:
    """Return a machine whose every life has a database of its own."""
    numbers = count()
    made: list[str] = []

    def fresh() -> Engine:
        if database_url.startswith("sqlite"):
            path = tmp_path / f"life{next(numbers)}.sqlite"
            shutil.copy(request.getfixturevalue("_sqlite_template"), path)
            return make_engine(f"sqlite:///{path}")
        server: postgres.Server = request.getfixturevalue("_postgres")
        made.append(server.create(template=request.getfixturevalue("_postgres_template")))
        return make_engine(server.url(made[-1]))

    class Machine(LifeMachine):
        make_engine = staticmethod(fresh)  # type: ignore[assignment]

    yield Machine
    for name in made:
        request.getfixturevalue("_postgres").drop(name)


def test_no_interleaving_breaks_a_promise(lives: type[LifeMachine]) -> None:
    run_state_machine_as_test(
        lives,
        settings=settings(
            max_examples=max(1, STEPS // LIFE),
            stateful_step_count=LIFE,
            deadline=None,
            print_blob=True,
            # Shrinking lives a life over and over, for minutes: the blob repeats the one.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
