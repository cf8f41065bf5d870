"""MJML to HTML, once per template, and what cannot survive the compiler.

The compiler ignores unknown elements and attributes and drops some templated ones without
a word, so each is looked for here and named with its line and the way to write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mjml import mjml2html

from nurture.emails.mjml_elements import COMMON, ELEMENTS
from nurture.emails.placeholders import SUBJECT, WORD, Placeholders
from nurture.emails.tags import Passage
from nurture.errors import Place, Problem
from nurture.language import Said, say
from nurture.language.hints import nearest

#: attributes whose templated value the compiler drops without a word
_FIXED = {"mj-column": ("width",), "mj-image": ("width",), "mj-group": ("width",)}

_ELEMENT = re.compile(
    r"<!--.*?-->|<(?P<close>/?)(?P<name>mj[a-z0-9-]*)"
    r"(?P<attributes>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?)(?P<empty>/?)>",
    re.DOTALL,
)
#: levels of elements; the compiler goes into each by its own stack and dies where that ends
DEEPEST = 200
_TAG = re.compile(r"<(?P<close>/)?(?P<name>[A-Za-z][^\s<>/]*)[^<>]*?(?P<empty>/)?>")
_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_STYLE = re.compile(r"<mj-style\b[^>]*>(.*?)</mj-style>", re.DOTALL)
_ATTRIBUTE = re.compile(r"(?P<name>[A-Za-z_:][\w:.-]*)\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)')")


def mjml_html(mjml: str, language: str, place: Place, problems: list[Problem]) -> str:
    """Return the HTML of finished MJML, tags hidden; "" where it cannot be compiled."""
    mjml = re.sub(r"<mjml\b(?![^>]*\blang=)", f'<mjml lang="{language}" dir="ltr"', mjml, count=1)
    title = f"<mj-title>{SUBJECT}</mj-title>"
    if "<mj-head>" in mjml:
        mjml = mjml.replace("<mj-head>", "<mj-head>" + title, 1)
    else:
        mjml = mjml.replace("<mj-body", f"<mj-head>{title}</mj-head><mj-body", 1)
    if _deepest(mjml) > DEEPEST:
        problems.append(
            Problem(
                place,
                "mjml-too-deep",
                say("elements stand more than {most} levels deep in one another", most=DEEPEST),
                say("is every element closed?"),
            )
        )
        return ""
    try:
        # No fonts: the compiler's defaults would add a link to an outside server.
        return mjml2html(mjml, fonts={})
    except ValueError as error:
        problems.append(
            Problem(
                place,
                "mjml-refused",
                say("MJML cannot be compiled: {error}", error=error),
                say("is every element closed?"),
            )
        )
        return ""


def _deepest(mjml: str) -> int:
    """Return how many levels elements may stand in one another, counting unclosed ones."""
    depth = deepest = 0
    for tag in _TAG.finditer(mjml):
        if tag["close"]:
            depth -= 1
        elif not tag["empty"] and tag["name"].lower() not in _VOID:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


@dataclass(frozen=True, slots=True)
class _Opened:
    name: str
    place: Place


def check_mjml(passage: Passage, tags: Placeholders, hidden: str, problems: list[Problem]) -> None:
    """Report what the compiler would break or drop in one MJML file."""
    for found in _STYLE.finditer(passage.text):
        problems.extend(
            Problem(
                passage.at(found.start(1) + comment.start()),
                "mjml-comment",
                say("`{#` in a style sheet starts a comment"),
                say("write a space: `{ #name`"),
            )
            for comment in re.finditer(r"\{#", found[1])
        )
    lines = Passage(hidden, passage.place)
    for style in _STYLE.finditer(hidden):
        problems.extend(
            Problem(
                lines.at(style.start(1) + word.start()),
                "mjml-style-value",
                say(
                    "{text} stands in a style sheet, which cannot escape it",
                    text=tags.tag(int(word[1])).text,
                ),
                say("give an element the value as an attribute, or a class"),
            )
            for word in WORD.finditer(style[1])
        )
    opened: list[_Opened] = []
    for element in _ELEMENT.finditer(hidden):
        if element["name"] is None:
            continue
        place = lines.at(element.start())
        if element["close"]:
            _close(element["name"], place, opened, problems)
            continue
        _check_element(element, place, tags, problems)
        if not element["empty"]:
            opened.append(_Opened(element["name"], place))
    problems.extend(_never_closed(element) for element in opened)


def _close(name: str, place: Place, opened: list[_Opened], problems: list[Problem]) -> None:
    if not any(element.name == name for element in opened):
        problems.append(Problem(place, "mjml", say("</{name}> closes nothing", name=name)))
        return
    while (last := opened.pop()).name != name:
        problems.append(_never_closed(last))


def _never_closed(element: _Opened) -> Problem:
    return Problem(
        element.place,
        "mjml",
        say("<{name}> is never closed", name=element.name),
        say("end it with </{name}>", name=element.name),
    )


def _check_element(
    element: re.Match[str], place: Place, tags: Placeholders, problems: list[Problem]
) -> None:
    name, attributes = element["name"], element["attributes"]
    if name == "mj-include":
        problems.append(
            Problem(
                place,
                "mjml-include",
                say("<mj-include> is not allowed"),
                say('write [% include "name.mjml" %]; files live in templates/email/layouts'),
            )
        )
        return
    if name not in ELEMENTS:
        problems.append(
            _unknown(
                place,
                "element",
                say("no element <{name}>; it would be ignored", name=name),
                name,
                ELEMENTS,
            )
        )
        return
    known = ELEMENTS[name] | COMMON
    for attribute in _ATTRIBUTE.finditer(attributes):
        key = attribute["name"]
        value = attribute["a"] if attribute["a"] is not None else attribute["b"]
        if "*" not in known and key not in known:
            message = say(
                "no attribute '{key}' of <{name}>; it would be ignored", key=key, name=name
            )
            problems.append(_unknown(place, "attribute", message, key, known))
        elif key in _FIXED.get(name, ()) and WORD.search(value):
            problems.append(
                Problem(
                    place,
                    "mjml-templated",
                    say(
                        "'{key}' of <{name}> cannot come from a value; it would be dropped",
                        key=key,
                        name=name,
                    ),
                    say(
                        "put {% if %} around two whole <{name}> elements with fixed widths",
                        name=name,
                    ),
                )
            )
    rest = _ATTRIBUTE.sub("", attributes)
    if WORD.search(rest):
        text = tags.restore(rest).strip()
        problems.append(
            Problem(
                place,
                "mjml-tag-in-element",
                say("{text} stands inside <{name} …>", text=text, name=name),
                say("put {% if %} and {% else %} around two whole <{name}> elements", name=name),
            )
        )


def _unknown(place: Place, what: str, message: Said, name: str, known: Iterable[str]) -> Problem:
    return Problem(place, f"unknown-mjml-{what}", message, nearest(name, known))
