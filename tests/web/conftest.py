"""Pages on a real database at a frozen time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.scene import Scene, make_scene

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy import Engine


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    """Return an empty world."""
    return make_scene(engine, tmp_path)


@pytest.fixture
def public(scene: Scene) -> FlaskClient:
    """Return a browser at the public pages."""
    from nurture.web.public import make_public

    return make_public(scene.runtime, scene.state).test_client()
