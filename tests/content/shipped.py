"""The files we ship, as a release sees them: relative path → text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nurture.compiler.release import compile_files
from nurture.domain.definitions import Definitions

ROOT = Path(__file__).resolve().parents[2]
SITE = "https://www.nurture.example"
LOCALES = ("ja", "en")


@cache
def definitions() -> Definitions:
    """Return what the shipped files define, compiled once for all that look at it."""
    return compile_files(release())


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
            if key == "send" and isinstance(value, dict):
                yield from _picked(value)
            elif key == "send":
                yield value
            elif key == "ask_referral":
                yield node.get("template", "referral/ask")
            elif key == "survey" and isinstance(value, str):
                yield node.get("template", f"{value}/ask")
            else:
                yield from templates_of(value)
    elif isinstance(node, list):
        for item in node:
            yield from templates_of(item)


def broadcasts() -> dict[str, Any]:
    """Return the broadcasts by name, as plain YAML says them."""
    texts = (text for path, text in release().items() if path.startswith("workflows/broadcasts/"))
    documents = (yaml.load(text, Loader=yaml.BaseLoader) for text in texts)
    return {found["broadcast"]: found for found in documents}


def seminars() -> dict[str, Any]:
    """Return the seminars by name, as plain YAML says them."""
    texts = (text for path, text in release().items() if path.startswith("workflows/seminars/"))
    documents = (yaml.load(text, Loader=yaml.BaseLoader) for text in texts)
    return {found["seminar"]: found for found in documents}


def items() -> list[Any]:
    """Return the items of the library, as plain YAML says them."""
    document = yaml.safe_load((ROOT / "workflows/library.yaml").read_text("utf-8"))
    found: list[Any] = document["items"]
    return found


def template_of(item: Any) -> str:
    """Return the template in which an item goes out."""
    return str(item.get("template", f"library/{item['kind']}"))


def _picked(pick: Any) -> Iterator[str]:
    """Yield the templates in which what is picked may go out."""
    other = pick.get("otherwise", "")
    for item in items():
        if item["kind"] == pick["pick"] or item["item"] == other:
            yield template_of(item)
    if "/" in other:
        yield other


def pages() -> dict[str, Any]:
    """Return the pages of the fictional company's site by path."""
    site: dict[str, Any] = yaml.safe_load((ROOT / "examples/site.yaml").read_text("utf-8"))
    assert site["site"] == SITE
    pages: dict[str, Any] = site["pages"]
    return pages
