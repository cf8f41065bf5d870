"""The address that a referrer copies into a mail of their own stands on their page."""

from __future__ import annotations

from pathlib import Path

from nurture.db import tables
from nurture.db.engine import make_engine
from tests.web.introductions import begin, words


def test_the_page_shows_the_address_to_copy_in_both_languages(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'pages.sqlite'}")
    tables.metadata.create_all(engine)
    world = begin(engine, tmp_path)
    address = f"intro+{world.code}@sample.example"
    page = world.get(world.page)
    assert f">{address}</pre>" in page
    assert "CCに入れるだけのご紹介" in words(page)
    english = world.get(world.page, "en")
    assert f">{address}</pre>" in english
    assert "An introduction by copying us" in words(english)
