"""The ways out of a test mail: every page answers, in both languages, and nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from nurture.db.engine import read
from nurture.db.tables import metadata
from nurture.emails.tokens import Purpose
from tests.web.scene import Scene

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def _counts(scene: Scene) -> dict[str, int]:
    with read(scene.engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize(("language", "says"), [("ja", "テストメール"), ("en", "test mail")])
def test_every_page_says_that_it_is_a_demonstration_and_changes_nothing(
    scene: Scene, public: FlaskClient, published: bool, language: str, says: str
) -> None:
    if published:
        scene.release()
    # Of a real person too: the token names nobody.
    scene.agree(scene.person(), "marketing")
    token = scene.token(Purpose.DEMONSTRATION, 0)
    before = _counts(scene)
    asked = {"headers": {"Accept-Language": language}}
    one_click = {"List-Unsubscribe": "One-Click"}
    answers = [
        public.get(f"/u/{token}", **asked),
        public.post(f"/u/{token}", data=one_click, **asked),
        public.post(f"/u/{token}", data=one_click, content_type="multipart/form-data", **asked),
        public.post(f"/u/{token}/undo", **asked),
        public.post(f"/u/{token}/instead", data={"do": "monthly"}, **asked),
        public.get(f"/p/{token}", **asked),
        public.post(f"/p/{token}", data={"do": "save", "purpose": "marketing"}, **asked),
        public.post(f"/p/{token}", data={"do": "stop"}, **asked),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert says in answer.text
        # No page leads on to one that acts.
        assert "/u/" not in answer.text.replace(f"/u/{token}", "")
        assert "/p/" not in answer.text.replace(f"/p/{token}", "")
        assert "Location" not in answer.headers
    assert public.head(f"/u/{token}").status_code == 200
    assert _counts(scene) == before


def test_a_token_of_the_demonstration_opens_nothing_else(scene: Scene, public: FlaskClient) -> None:
    token = scene.token(Purpose.DEMONSTRATION, 0)
    for path in (f"/c/{token}", f"/o/{token}.gif", f"/t/{token}"):
        assert public.get(path).status_code == 404
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert public.get(f"/u/{altered}").status_code == 404
