"""Templates compiled once: files in, one frozen object out that renders any number of mails.

The way of a letter: tags hidden as words → Markdown → poured into its layout → MJML → HTML
→ links numbered → tags restored → Jinja compiled. A newsletter skips the first half.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from jinja2 import TemplateSyntaxError

from nurture.emails.expressions import Reference
from nurture.emails.layouts import LayoutBuilder
from nurture.emails.links import MAX_LINKS, Link, LinkTable
from nurture.emails.nesting import check_nesting
from nurture.emails.parts import MakePart, Part, compile_part
from nurture.emails.placeholders import SUBJECT, Placeholders
from nurture.emails.pouring import pour
from nurture.emails.sources import ROOT, Kind, TemplatePath, choose, read_source
from nurture.emails.tokens import TEMPLATE_BYTES
from nurture.errors import DefinitionError, NotFoundError, Place, Problem
from nurture.language import say

#: goes into every hash; raise it when the same files compile to something else
VERSION = b"nurture-template-1"

#: the hidden link first, so that a machine meets it before the pixel loads
_COUNTERS = (
    "{% if nv_tracked %}"
    '<div style="display:none;max-height:0;overflow:hidden" aria-hidden="true">'
    '<a href="{{ nv_trap }}" tabindex="-1" rel="nofollow"></a></div>'
    '<img src="{{ nv_pixel }}" width="1" height="1" alt="" '
    'style="display:block;width:1px;height:1px;border:0">'
    "{% endif %}"
)


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """A template in one locale, ready to be rendered."""

    name: str
    #: the locale it is rendered in
    locale: str
    #: the file it came from
    path: str
    #: hex of a hash over everything that went in
    hash: str
    #: the bytes of the hash that click tokens carry
    key: bytes
    subject: Part
    html: Part
    text: Part
    #: by number, from 1
    links: tuple[Link, ...]
    #: every value that is read, with its place
    references: tuple[Reference, ...]

    @property
    def targets(self) -> list[str | None]:
        """Targets of the links 1, 2, 3 …; None where the target is personal."""
        return [link.target for link in self.links]

    @property
    def offers_unsubscribe(self) -> bool:
        """Whether the mail shows the reader where to opt out."""
        return any(r.path == ("urls", "unsubscribe") for r in self.references)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the values that are read, `contact.title`, each once."""
        return tuple(dict.fromkeys(str(r) for r in self.references))


def compile_template(
    files: Mapping[str, str], name: str, locale: str, default_locale: str = "ja"
) -> CompiledTemplate:
    """Compile the template `name` for a contact's locale, falling back as `choose` does.

    Raises NotFoundError where no file fits, DefinitionError with every problem found.
    """
    path = choose(files, name, locale, default_locale)
    if path is None:
        raise NotFoundError(
            say("no template '{name}' for the locale '{locale}'", name=name, locale=locale),
            say("add {folder}{name}.{locale}.md", folder=ROOT, name=name, locale=locale),
        )
    problems: list[Problem] = []
    compiled = compile_path(files, path, path.locale or locale, problems)
    if compiled is None:
        raise DefinitionError(problems)
    return compiled


@dataclass(frozen=True, slots=True)
class Assembled:
    """A whole mail as Jinja source: what is checked, and what is compiled."""

    path: TemplatePath
    locale: str
    hash: str
    subject: str
    page: str
    text: str
    links: tuple[Link, ...]
    references: tuple[Reference, ...]
    #: links whose text is an address: (shown, target), tags restored
    shown: tuple[tuple[str, str], ...]


def compile_path(
    files: Mapping[str, str],
    path: TemplatePath,
    locale: str,
    problems: list[Problem],
    make_part: MakePart = compile_part,
) -> CompiledTemplate | None:
    """Compile one file; what is wrong goes to `problems`, and None comes back."""
    whole = assemble(files, path, locale, problems)
    if whole is None:
        return None
    try:
        subject, html, text = (
            make_part(source, locale, markup)
            for source, markup in ((whole.subject, False), (whole.page, True), (whole.text, False))
        )
    except (TemplateSyntaxError, RecursionError, SyntaxError) as error:
        problems.append(
            Problem(
                Place(path.path), "template-syntax", say("cannot be compiled: {error}", error=error)
            )
        )
        return None
    return CompiledTemplate(
        name=path.name,
        locale=locale,
        path=path.path,
        hash=whole.hash,
        key=bytes.fromhex(whole.hash[: TEMPLATE_BYTES * 2]),
        subject=subject,
        html=html,
        text=text,
        links=whole.links,
        references=whole.references,
    )


def assemble(
    files: Mapping[str, str], path: TemplatePath, locale: str, problems: list[Problem]
) -> Assembled | None:
    """Put one file together; what is wrong goes to `problems`, and None comes back."""
    before = len(problems)
    source = read_source(files, path, problems)
    tags = Placeholders(problems)
    builder = LayoutBuilder(files, tags, problems)
    poured = pour(source, locale, tags, builder, problems)
    if poured is None:
        return None
    check_nesting(poured.page, tags, problems)
    links = LinkTable(tags)
    page = links.in_html(poured.page.replace(SUBJECT, "{{ nv_subject }}"))
    text = poured.text(partial(links.slot, markup=False))
    if len(links.links) > MAX_LINKS:
        problems.append(
            Problem(
                Place(path.path),
                "links",
                say("more than {most} different links", most=MAX_LINKS),
            )
        )
    if len(problems) > before:
        return None
    at = page.rfind("</body>")
    return Assembled(
        path=path,
        locale=locale,
        hash=_hash(files, path, locale, builder.used),
        subject=tags.restore(poured.subject),
        page=tags.restore(page[:at] + _COUNTERS + page[at:]),
        text=tags.restore(text),
        links=links.links,
        references=tuple(tags.references),
        shown=links.shown,
    )


def _hash(files: Mapping[str, str], path: TemplatePath, locale: str, layouts: list[str]) -> str:
    """Return a hash over everything that went into a template."""
    twin = path.path.removesuffix(path.kind) + Kind.TEXT
    used = dict.fromkeys((path.path, *([twin] if twin in files else []), *sorted(layouts)))
    digest = hashlib.blake2b(VERSION, digest_size=32)
    for part in (path.name, locale, *(text for p in used for text in (p, files[p]))):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
