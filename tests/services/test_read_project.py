"""The working tree: which files make a release, and which never do."""

from __future__ import annotations

from pathlib import Path

import pytest

from nurture.errors import NurtureError
from nurture.services.project import read_project


def test_a_link_that_leads_out_of_the_project_is_refused_by_name(tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF-1.7")
    project = tmp_path / "project"
    (project / "workflows" / "files").mkdir(parents=True)
    inside = project / "workflows" / "files" / "plan.pdf"
    inside.write_bytes(b"%PDF-1.7 plan")
    (project / "workflows" / "files" / "same.pdf").symlink_to(inside)
    assert read_project(project)["workflows/files/same.pdf"] == b"%PDF-1.7 plan"
    (project / "workflows" / "files" / "out.pdf").symlink_to(secret)
    with pytest.raises(NurtureError, match=r"workflows/files/out\.pdf"):
        read_project(project)
