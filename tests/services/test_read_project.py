# ruff: noqa: E501 - a message stands on one line, as people read it
"""The working tree: which files make a release, and which never do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nurture.errors import DefinitionError, NurtureError
from nurture.services.project import NoProjectError, find_files, read_project


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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "templates" / "email" / "x").mkdir(parents=True)
    (tmp_path / "workflows" / "a.yaml").write_text("workflow: a\n")
    return tmp_path


def _problems(folder: Path) -> list[str]:
    return [str(problem) for problem in find_files(folder).problems]


def test_a_folder_without_workflows_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(NoProjectError, match="there is no folder 'workflows'"):
        find_files(tmp_path)


def test_what_is_no_file_of_the_projects_own_is_named_and_hides_no_other(folder: Path) -> None:
    workflows = folder / "workflows"
    (workflows / "b.yaml").mkdir()
    (workflows / "b.yaml" / "inner.yaml").write_text("workflow: b\n")
    (workflows / "gone.yaml").symlink_to(workflows / "nowhere.yaml")
    (workflows / "out.yaml").symlink_to("/etc/hostname")
    (workflows / "linked").symlink_to(folder / "templates")
    (workflows / "round").symlink_to(workflows)
    os.mkfifo(workflows / "pipe.yaml")
    assert list(find_files(folder).files) == ["workflows/a.yaml"]
    assert _problems(folder) == [
        "workflows/b.yaml:1:1: error: a folder with the name of a file "
        "(rename it; a definition is a file of its own) [folder-as-file]",
        "workflows/gone.yaml:1:1: error: a link that leads nowhere (delete it) [link-broken]",
        "workflows/linked:1:1: error: a link to a folder, which is not followed "
        "(copy the folder, or delete the link) [link-to-folder]",
        "workflows/out.yaml:1:1: error: workflows/out.yaml is a link that leads out of the "
        "project (a release holds the project's own files: copy the file here) [link-outside]",
        "workflows/pipe.yaml:1:1: error: a device or a pipe, not a file (delete it) [not-a-file]",
        "workflows/round:1:1: error: a link to a folder, which is not followed "
        "(copy the folder, or delete the link) [link-to-folder]",
    ]


def test_files_that_cannot_be_read_are_all_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.yaml", "c.yaml"):
        (folder / "workflows" / name).write_text("workflow: b\n")
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        # Root may read everything, so the operating system cannot be asked to refuse.
        if path.name in ("b.yaml", "c.yaml"):
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert _problems(folder) == [
        f"workflows/{name}:1:1: error: workflows/{name} cannot be read: permission denied "
        "(look at its permissions) [unreadable]"
        for name in ("b.yaml", "c.yaml")
    ]
    with pytest.raises(DefinitionError, match=r"(?s)b\.yaml.*c\.yaml"):
        read_project(folder)


def test_a_project_of_more_than_20_mb_is_not_read_to_its_end(folder: Path) -> None:
    with (folder / "workflows" / "video.mov").open("wb") as file:
        file.truncate(50_000_000_000)
    assert _problems(folder) == [
        "workflows/video.mov:1:1: error: the project is larger than 20 MB with this file "
        "(a release is text and a few PDFs; keep large files elsewhere and link) "
        "[project-too-large]"
    ]


@pytest.mark.parametrize(
    "name",
    [
        ".a.yaml.swp", ".#a.yaml", "#a.yaml#", "a.yaml~", "a.yaml.bak", "a.yaml.orig", "4913",
        "~$a.yaml", ".DS_Store", "Thumbs.db", "desktop.ini", "a.yaml.tmp", ".git/a.yaml",
    ],
)  # fmt: skip
def test_what_editors_leave_behind_is_passed_over(folder: Path, name: str) -> None:
    path = folder / "workflows" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\x00 no YAML")
    assert list(find_files(folder).files) == ["workflows/a.yaml"]
    assert _problems(folder) == []


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        # macOS and Windows fold case, and macOS takes が apart
        (["workflows/A.yaml"], "workflows/a.yaml:1:1: error: on macOS and Windows this is the same file as workflows/A.yaml (rename one of them) [same-name]"),
        (["workflows/\u304c.yaml", "workflows/\u304b\u3099.yaml"], "workflows/\u304c.yaml:1:1: error: on macOS and Windows this is the same file as workflows/\u304b\u3099.yaml (rename one of them) [same-name]"),
        (["workflows/aux.yaml"], "workflows/aux.yaml:1:1: warning: Windows cannot hold a file of this name (use letters, digits, hyphens and dots) [file-name]"),
        (["workflows/10:00.yaml"], "workflows/10:00.yaml:1:1: warning: Windows cannot hold a file of this name (use letters, digits, hyphens and dots) [file-name]"),
        (["workflows/a\nb.yaml"], r"workflows/a\x0ab.yaml:1:1: error: the name holds a character that cannot be shown, or is not UTF-8 (rename it) [file-name]"),
        (["workflows/\udc83.yaml"], r"workflows/\xdc83.yaml:1:1: error: the name holds a character that cannot be shown, or is not UTF-8 (rename it) [file-name]"),
        # Windows hides the last ending, so a marketer does not see it
        (["workflows/policy.yaml.txt"], "workflows/policy.yaml.txt:1:1: warning: nothing reads this file (its name has to end in .yaml, in lower case) [file-ignored]"),
        (["workflows/B.YAML"], "workflows/B.YAML:1:1: warning: nothing reads this file (its name has to end in .yaml, in lower case) [file-ignored]"),
        (["workflows/b.json"], "workflows/b.json:1:1: warning: nothing reads this file (definitions are .yaml files; what mails carry lies in workflows/files/) [file-ignored]"),
        (["templates/x.md"], "templates/x.md:1:1: warning: nothing reads this file (templates live in templates/email/) [file-ignored]"),
        (["templates/email/x/y.html"], "templates/email/x/y.html:1:1: warning: nothing reads this file (templates end in .md, .mjml or .txt, in lower case) [file-ignored]"),
    ],
)  # fmt: skip
def test_a_name_that_goes_wrong_elsewhere_is_said(
    folder: Path, names: list[str], problem: str
) -> None:
    for name in names:
        (folder / name).write_text("workflow: b\n")
    assert _problems(folder) == [problem]


@pytest.mark.parametrize(
    "name", ["README.md", "templates/email/README", "workflows/files/a.pdf", "workflows/b.yml"]
)
def test_a_name_that_is_fine_is_not_mentioned(folder: Path, name: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    assert _problems(folder) == []
