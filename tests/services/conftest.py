"""A house for every test of services, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.services.house import House, make_house


@pytest.fixture
def house(engine: Engine) -> House:
    """Return an empty house at a frozen time."""
    return make_house(engine)
