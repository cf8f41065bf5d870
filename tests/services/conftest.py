"""A house for every test of services, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nurture.db.engine import make_engine
from nurture.db.tables import metadata
from tests.services.desk import Desk
from tests.services.house import House, make_house


@pytest.fixture
def house(engine: Engine) -> House:
    """Return an empty house at a frozen time."""
    return make_house(engine)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return salespeople's desk on SQLite, for what does not differ between databases."""
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    metadata.create_all(engine)
    yield Desk(make_house(engine))
    engine.dispose()
