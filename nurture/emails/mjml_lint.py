"""MJML that compiles to something else than was written: dropped, or in the wrong place.

Said by the check alone: a release that is live already must go on compiling.
"""

from __future__ import annotations

from collections.abc import Iterator

from nurture.emails.markup import Element, Markup
from nurture.emails.masking import LATER
from nurture.emails.mjml_limits import DROPPED, FIXED, PARENTS
from nurture.errors import Problem, Severity
from nurture.language import say

#: what stands in them goes out as it is
_VERBATIM = frozenset({"mj-text", "mj-button", "mj-table", "mj-raw", "mj-style", "mj-title",
                       "mj-preview", "mj-accordion-text", "mj-accordion-title",
                       "mj-navbar-link", "mj-social-element"})  # fmt: skip

#: attributes whose templated value `mjml.check_mjml` refuses already
_REFUSED = frozenset({("mj-column", "width"), ("mj-image", "width"), ("mj-group", "width")})


def lint_mjml(markup: Markup) -> Iterator[Problem]:
    """Yield what the compiler would drop or misplace in one MJML file."""
    opened: list[str] = []
    for element in markup.elements:
        if not element.name.startswith("mj"):
            continue
        if element.closes:
            if element.name in opened:
                while opened.pop() != element.name:
                    pass
            continue
        # A layout's block may stand where its file does not show.
        if opened:
            yield from _misplaced(element, opened, markup)
        yield from _dropped(element, markup)
        if not element.empty:
            opened.append(element.name)


def _misplaced(element: Element, opened: list[str], markup: Markup) -> Iterator[Problem]:
    name, parent = element.name, opened[-1]
    verbatim = next((one for one in opened if one in _VERBATIM), None)
    if verbatim is not None:
        yield Problem(
            markup.at(element.start),
            "mjml-misplaced",
            say("<{name}> within <{parent}> is not compiled", name=name, parent=verbatim),
            say("write HTML there, or close <{parent}> before it", parent=verbatim),
        )
        return
    allowed = PARENTS.get(name)
    if allowed is None or "mj-attributes" in opened or parent in allowed:
        return
    yield Problem(
        markup.at(element.start),
        "mjml-misplaced",
        say("<{name}> may not stand in <{parent}>", name=name, parent=parent),
        say("put it into {allowed}", allowed=[f"<{one}>" for one in allowed]),
    )


def _dropped(element: Element, markup: Markup) -> Iterator[Problem]:
    name = element.name
    for one in element.attributes:
        if one.name in DROPPED.get(name, ()):
            hint = say("delete it; say it with an attribute that works, or in the HTML within")
            if (name, one.name) == ("mj-style", "inline"):
                hint = say("write the style as attributes of the elements")
            yield Problem(
                markup.at(one.start),
                "mjml-dropped",
                say("'{key}' of <{name}> is dropped by the compiler", key=one.name, name=name),
                hint,
                Severity.WARNING,
            )
        elif (
            LATER in one.value
            and one.name in FIXED.get(name, ())
            and (name, one.name) not in _REFUSED
        ):
            yield Problem(
                markup.at(one.start),
                "mjml-templated",
                say(
                    "'{key}' of <{name}> cannot come from a value; it would be dropped",
                    key=one.name,
                    name=name,
                ),
                say("put {% if %} around two whole <{name}> elements with fixed values", name=name),
            )
