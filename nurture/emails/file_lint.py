"""What is seen best in a file as it was written: templates, text twins and layouts alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.emails.markup import Markup
from nurture.emails.mjml_lint import lint_mjml
from nurture.emails.style_lint import lint_styles
from nurture.emails.tags import Passage
from nurture.errors import Place, Problem, Severity
from nurture.language import say

#: namespaces are names that look like addresses; nothing is fetched from there
_PLAIN_HTTP = re.compile(r"""http://(?!www\.w3\.org/|schemas\.microsoft\.com/)[^\s"'<>)\]]+""")
_PICTURES = ("img", "mj-image", "mj-carousel-image")
_NO_ALT = re.compile(r"!\[\s*\](?=\()")


def lint_file(path: str, text: str) -> Iterator[Problem]:
    """Yield what is wrong with a file under `templates/email/`, whoever uses it."""
    passage = Passage(text.replace("\r\n", "\n").removeprefix("\ufeff"), Place(path))
    for found in _PLAIN_HTTP.finditer(passage.text):
        yield Problem(
            passage.at(found.start()),
            "link-http",
            say("{address} is not encrypted", address=found[0]),
            say("links and pictures begin with https://"),
        )
    if path.endswith(".txt"):
        return
    markup = Markup(passage)
    without = [m.start() for m in _NO_ALT.finditer(markup.text)] if path.endswith(".md") else []
    without += [
        element.start
        for element in markup.elements
        if element.name in _PICTURES
        and not element.closes
        and element.value("alt") is None
        and not markup.is_default(element)
    ]
    for offset in without:
        yield Problem(
            passage.at(offset),
            "alt-missing",
            say("a picture without alt text"),
            say('say what it shows: alt="…", in a letter ![…](…)'),
            Severity.WARNING,
        )
    if path.endswith(".mjml"):
        yield from lint_mjml(markup)
    yield from lint_styles(markup)
