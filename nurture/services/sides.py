"""The two sides of a comparison: the live release, and files that may become the next one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from nurture.domain.changes.side import Side, TemplateText
from nurture.domain.definitions import Definitions
from nurture.domain.library import FILES
from nurture.emails.sources import LAYOUTS, ROOT, Kind, parse_path, read_source, take_subject
from nurture.services.text_files import as_text

_KINDS = {Kind.LETTER: "", Kind.NEWSLETTER: "", Kind.TEXT: "txt"}


def side_of(files: Mapping[str, bytes], definitions: Definitions) -> Side:
    """Return files with what they say, as one side of a comparison."""
    texts = as_text(files)
    return Side(
        definitions,
        {path: one for path in texts if (one := _template(texts, path)) is not None},
        {path: hashlib.sha256(content).hexdigest() for path, content in files.items()},
        {path: text for path, text in texts.items() if path.endswith((".yaml", ".yml"))},
    )


def _template(texts: Mapping[str, str], path: str) -> TemplateText | None:
    """Return a template as its author reads it; None for what is none."""
    if path.startswith(LAYOUTS):
        name, _, kind = path[len(ROOT) :].rpartition(".")
        return TemplateText(name, "", kind, body=texts[path])
    found = parse_path(path)
    if found is None or path.startswith(FILES):
        return None
    locale, kind = found.locale or "", _KINDS[found.kind]
    if found.kind is Kind.TEXT:
        return TemplateText(found.name, locale, kind, body=texts[path])
    source = read_source(texts, found, [])
    if found.kind is Kind.NEWSLETTER:
        subject, body = take_subject(source.body.text)
        return TemplateText(found.name, locale, kind, subject or "", body=body)
    header = {key: passage.text for key, passage in source.header.items()}
    subject, preheader = header.pop("subject", ""), header.pop("preheader", "")
    rest = [f"{key}: {value}" for key, value in header.items()]
    return TemplateText(
        found.name, locale, kind, subject, preheader, "\n".join([*rest, source.body.text])
    )
