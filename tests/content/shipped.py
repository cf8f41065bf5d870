"""The files we ship, as a release sees them: relative path → text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SITE = "https://www.nurture.example"
LOCALES = ("ja", "en")


def release() -> dict[str, str]:
    """Return every workflow file and template by its path in a release.

    Of the PDFs that mails carry there is the first line, which says that they are PDFs.
    """
    found = [
        path
        for folder, endings in (
            ("workflows", {".yaml"}),
            ("templates/email", {".md", ".mjml", ".txt"}),
        )
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in endings
    ]
    files = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in found}
    for path in sorted((ROOT / "workflows" / "files").glob("*.pdf")):
        files[path.relative_to(ROOT).as_posix()] = path.read_bytes()[:8].decode("ascii")
    return files


def letters() -> dict[str, str]:
    """Return the mails to people outside by their path below `templates/email`."""
    start = "templates/email/"
    inside = (f"{start}layouts/", f"{start}team/")
    return {
        path.removeprefix(start): text
        for path, text in release().items()
        if path.startswith(start) and not path.startswith(inside)
    }


def workflows() -> dict[str, Any]:
    """Return the journeys by name, as plain YAML says them."""
    texts = (text for path, text in release().items() if path.endswith(".yaml"))
    documents = (yaml.load(text, Loader=yaml.BaseLoader) for text in texts)
    return {found["workflow"]: found for found in documents if "workflow" in found}


def templates_of(node: Any) -> Iterator[str]:
    """Yield the templates that the `send` steps below a piece of YAML name."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "send":
                yield value
            else:
                yield from templates_of(value)
    elif isinstance(node, list):
        for item in node:
            yield from templates_of(item)


def pages() -> dict[str, Any]:
    """Return the pages of the fictional company's site by path."""
    site: dict[str, Any] = yaml.safe_load((ROOT / "examples/site.yaml").read_text("utf-8"))
    assert site["site"] == SITE
    pages: dict[str, Any] = site["pages"]
    return pages
