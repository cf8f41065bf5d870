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
from nurture.emails.parts import Part, compile_part
from nurture.emails.placeholders import SUBJECT, Placeholders
from nurture.emails.pouring import pour
from nurture.emails.sources import ROOT, Kind, TemplatePath, choose, read_source
from nurture.emails.tokens import TEMPLATE_BYTES
from nurture.errors import DefinitionError, NotFoundError, Place, Problem

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
    subject: Part
    html: Part
    text: Part
    #: by number, from 1
    links: tuple[Link, ...]
    #: every value that is read, with its place
    references: tuple[Reference, ...]
    #: whether the mail shows the reader where to opt out
    offers_unsubscribe: bool

    @property
    def key(self) -> bytes:
        """The bytes of the hash that click tokens carry."""
        return bytes.fromhex(self.hash[: TEMPLATE_BYTES * 2])

    @property
    def targets(self) -> list[str | None]:
        """Targets of the links 1, 2, 3 …; None where the target is personal."""
        return [link.target for link in self.links]

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
            f"no template '{name}' for the locale '{locale}'",
            f"add {ROOT}{name}.{locale}.md",
        )
    problems: list[Problem] = []
    compiled = compile_path(files, path, path.locale or locale, problems)
    if compiled is None:
        raise DefinitionError(problems)
    return compiled


def compile_path(
    files: Mapping[str, str], path: TemplatePath, locale: str, problems: list[Problem]
) -> CompiledTemplate | None:
    """Compile one file; what is wrong goes to `problems`, and None comes back."""
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
            Problem(Place(path.path), "links", f"more than {MAX_LINKS} different links")
        )
    at = page.rfind("</body>")
    page = page[:at] + _COUNTERS + page[at:]
    sources = (tags.restore(poured.subject), tags.restore(page), tags.restore(text))
    try:
        parts = [
            compile_part(part, locale, markup)
            for part, markup in zip(sources, (False, True, False), strict=True)
        ]
    except (TemplateSyntaxError, RecursionError, SyntaxError) as error:
        problems.append(
            Problem(Place(path.path), "template-syntax", f"cannot be compiled: {error}")
        )
    if len(problems) > before:
        return None
    return CompiledTemplate(
        name=path.name,
        locale=locale,
        path=path.path,
        hash=_hash(files, path, locale, builder.used),
        subject=parts[0],
        html=parts[1],
        text=parts[2],
        links=links.links,
        references=tuple(tags.references),
        offers_unsubscribe=links.is_offered("unsubscribe"),
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
