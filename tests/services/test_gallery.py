"""The gallery: every mail to a reader outside, as files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from nurture.services.gallery import write_gallery
from tests.services.project import letter, project, workflow

_NOW = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)


def test_each_mail_is_written_for_each_reader_and_what_fails_is_named(tmp_path: Path) -> None:
    files = project(workflow("w", "- send: x/y\n- send: x/z"), t_x__z=letter("{{ trigger.title }}"))
    written, failed = write_gallery(files, tmp_path, _NOW)
    assert written == 7
    # somebody whom we hardly know has asked for nothing, so this letter needs a default
    assert [line.partition(":")[0] for line in failed] == ["x/z.ja.hardly-known".replace("/", "-")]
    assert "trigger.title" in failed[0]
    index = (tmp_path / "index.html").read_text("utf-8")
    assert index.count("<tr>") == 7
    assert "team-notify" not in index
    first = (tmp_path / "x-y.ja.first.txt").read_text("utf-8")
    assert first.startswith("件名\n\n株式会社碧海鋳造 生産管理部 課長 田村真由美様\n")
    assert (tmp_path / "x-y.ja.first.html").read_text("utf-8").startswith("<!doctype html>")
