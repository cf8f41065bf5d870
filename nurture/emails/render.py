"""One mail from a compiled template: its values, its links, nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError
from markupsafe import Markup

from nurture.emails.compile import CompiledTemplate
from nurture.emails.errors import RenderError
from nurture.emails.links import MailLinks
from nurture.emails.parts import MakePart, Part, compile_part
from nurture.emails.placeholders import Placeholders
from nurture.emails.segments import encode_pieces
from nurture.emails.tags import Passage
from nurture.emails.values import ValueProblemError
from nurture.errors import Place, Problem
from nurture.language import Said, say
from nurture.language.jinja import said_by_jinja

_GAPS = re.compile(r"\n{3,}")

#: longest subject, characters
MAX_SUBJECT = 500


@dataclass(frozen=True)
class Rendered:
    """A mail's three texts; HTML stays in pieces until someone wants it whole."""

    subject: str
    text: str
    html_pieces: list[str]
    text_pieces: list[str]
    compiled: CompiledTemplate

    @cached_property
    def html(self) -> str:
        """The HTML part as one text."""
        return "".join(self.html_pieces)

    def html_base64(self) -> bytes:
        """Return the HTML part in base64 lines of at most 76 characters."""
        return encode_pieces(self.html_pieces, self.compiled.html.known)

    def text_base64(self) -> bytes:
        """Return the text part in base64 lines of at most 76 characters."""
        return encode_pieces(self.text_pieces, self.compiled.text.known)


def render(
    compiled: CompiledTemplate,
    values: Mapping[str, Any],
    links: MailLinks,
    subject: str | None = None,
) -> Rendered:
    """Render a template for one contact.

    `values` are plain data (mappings, lists, text, numbers, dates); `zone` among them, else
    the contact's, is the zone that moments are shown in. `subject` is a step's own subject,
    which may hold tags. Raises RenderError where this mail must not leave.
    """
    try:
        title, subject_part = compiled.name, compiled.subject
        if subject is not None:
            title, subject_part = (
                f"subject of {compiled.name}",
                subject_template(subject, compiled.locale),
            )
        base = {
            **values,
            "urls": {
                **values.get("urls", {}),
                "unsubscribe": links.unsubscribe,
                "preferences": links.preferences,
            },
        }
        line = " ".join("".join(subject_part.pieces(base)).split())
        title = compiled.name
        if not line:
            raise ValueProblemError(say("the subject is empty"))
        if len(line) > MAX_SUBJECT:
            raise ValueProblemError(say("a subject of {length} characters", length=len(line)))
        own = _own_values(compiled, links, line)
        html_pieces = compiled.html.pieces(base | _as_markup(own, links))
        text_pieces = compiled.text.pieces(base | own)
    except ValueProblemError as error:
        name = _name_of(error, values)
        message = error.message
        if error.name and isinstance(message, Said):
            message = message.but(name=name)
        raise RenderError(title, message, error.hint, name) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise RenderError(title, say("cannot be rendered: {error}", error=error)) from error
    text = "".join(text_pieces)
    if "\n\n\n" in text or text[:1] == "\n":
        # Blocks that were left out leave their empty lines behind.
        text = _GAPS.sub("\n\n", text).lstrip("\n")
        text_pieces = [text]
    return Rendered(line, text, html_pieces, text_pieces, compiled)


@lru_cache(maxsize=256)
def subject_template(subject: str, locale: str) -> Part:
    """Compile a subject that a step wrote; ValueProblemError where it is not allowed."""
    return subject_part(subject, locale, compile_part)


def subject_part(subject: str, locale: str, make_part: MakePart) -> Part:
    """Compile a subject in a way of one's own; raises as `subject_template` does."""
    problems: list[Problem] = []
    tags = Placeholders(problems)
    hidden = tags.hide(Passage(subject, Place("subject")))
    if problems:
        raise ValueProblemError(problems[0].message, problems[0].hint)
    try:
        return make_part(tags.restore(hidden), locale, False)
    except TemplateSyntaxError as error:
        raise ValueProblemError(said_by_jinja(error.message)) from None


def _own_values(compiled: CompiledTemplate, links: MailLinks, subject: str) -> dict[str, Any]:
    """Return the values of the tags that the compiler put in."""
    key = compiled.key
    own: dict[str, Any] = {
        "nv_subject": subject,
        "nv_unsubscribe": links.unsubscribe,
        "nv_preferences": links.preferences,
        "nv_tracked": links.tracked,
    }
    if not links.tracked:
        own["nv_click"] = _unsigned
        own.update((f"nv_l{link.number}", link.target) for link in compiled.links if link.target)
        return own
    own["nv_trap"] = links.trap(key)
    own["nv_pixel"] = links.pixel
    own["nv_click"] = lambda number, target: links.personal_click(key, number, target)
    for link in compiled.links:
        if link.target is not None:
            own[f"nv_l{link.number}"] = links.click(key, link.number)
    return own


def _as_markup(own: dict[str, Any], links: MailLinks) -> dict[str, Any]:
    """Return the same values for HTML: addresses of ours hold nothing to escape."""
    if not links.tracked:
        return own
    return {
        name: Markup(value) if name != "nv_subject" and value.__class__ is str else value
        for name, value in own.items()
    }


def _unsigned(_number: int, target: str) -> str:
    return target


def _name_of(error: ValueProblemError, values: Mapping[str, Any]) -> str:
    """Return the dotted name of what was missing, as the template writes it."""
    if not error.name:
        return ""
    for path, holder in _mappings(values, "", 4):
        if holder is error.holder:
            return f"{path}{error.name}"
    return error.name


def _mappings(values: Any, path: str, depth: int) -> list[tuple[str, Mapping[str, Any]]]:
    if not isinstance(values, Mapping) or depth == 0:
        return []
    found = [(path, values)]
    for key, value in values.items():
        found.extend(_mappings(value, f"{path}{key}.", depth - 1))
    return found
