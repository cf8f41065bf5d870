"""The working tree of a marketer: which files make a release."""

from __future__ import annotations

from pathlib import Path

from nurture.errors import NurtureError

#: folders whose files a release holds
FOLDERS = ("workflows", "templates")

#: a release is text and small pictures; more is a mistake (bytes)
_LARGEST = 20_000_000

#: scenarios are run by `nurture test`, not published
_LEFT_OUT = ("workflows/tests/",)


def read_project(folder: Path) -> dict[str, bytes]:
    """Return the files of a project by their path in it, with forward slashes.

    Hidden files and what editors leave behind (`~`, `.swp`) are left out. Raises
    NurtureError where there is no `workflows` folder or a file cannot be read.
    """
    if not (folder / "workflows").is_dir():
        raise NurtureError(
            f"there is no folder 'workflows' in {folder}",
            "run the command in your project, or name it with --project",
        )
    files: dict[str, bytes] = {}
    for top in FOLDERS:
        for path in sorted((folder / top).rglob("*")):
            name = path.relative_to(folder).as_posix()
            parts = name.split("/")
            if not path.is_file() or any(part.startswith(".") for part in parts):
                continue
            if name.endswith(("~", ".swp", ".bak")) or name.startswith(_LEFT_OUT):
                continue
            if not path.resolve().is_relative_to(folder.resolve()):
                raise NurtureError(
                    f"{name} is a link that leads out of the project",
                    "a release holds the project's own files: copy the file here",
                )
            try:
                files[name] = path.read_bytes()
            except OSError as error:
                raise NurtureError(f"{name} cannot be read: {error.strerror}") from error
    if sum(map(len, files.values())) > _LARGEST:
        raise NurtureError(f"the project is larger than {_LARGEST // 1_000_000} MB")
    return files
