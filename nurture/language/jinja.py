"""What Jinja says of a broken expression or template, as sentences of ours.

Jinja speaks English only and puts its messages together itself, so they are taken apart here.
What is not known stands as Jinja says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from nurture.language.said import Said, say

#: how Jinja calls the end of a text, of a value and of a statement
_ENDS = {
    "end of template": say("end of template"),
    "end of print statement": say("end of print statement"),
    "end of statement block": say("end of statement block"),
}
_END = "end of template"

# The messages of jinja2.lexer and jinja2.parser.
_SENTENCES: tuple[tuple[str, Callable[..., Said]], ...] = (
    (
        r"expected token '(?P<expected>.*)', got '(?P<found>.*)'",
        lambda expected, found: say(
            "expected token '{expected}', got '{found}'", expected=expected, found=found
        ),
    ),
    (
        r"Expected an expression, got '(?P<found>.*)'",
        lambda found: say("Expected an expression, got '{found}'", found=found),
    ),
    (
        r"unexpected '(?P<found>.*)', expected '(?P<expected>.*)'",
        lambda found, expected: say(
            "unexpected '{found}', expected '{expected}'", found=found, expected=expected
        ),
    ),
    (
        rf"unexpected {_END}, expected '(?P<expected>.*)'",
        lambda expected: say("unexpected end, expected '{expected}'", expected=expected),
    ),
    (rf"unexpected '(?P<end>{'|'.join(_ENDS)})'", lambda end: say("unexpected '{end}'", end=end)),
    (r"unexpected '(?P<found>.*)'", lambda found: say("unexpected '{found}'", found=found)),
    (
        r"unexpected char '(?P<found>.*)' at (?P<place>\d+)",
        lambda found, place: say("unexpected char '{found}' at {place}", found=found, place=place),
    ),
    # What layouts refuse themselves, in the words of nurture/emails/layouts.py.
    (
        r"\[% (?P<what>\w+) %\] is not allowed here",
        lambda what: say("[% {what} %] is not allowed here", what=what),
    ),
    (r"expected name or number", lambda: say("expected name or number")),
    (r"expected subscript expression", lambda: say("expected subscript expression")),
    (
        r"invalid syntax for function call expression",
        lambda: say("invalid syntax for function call expression"),
    ),
    (
        r"You cannot chain multiple tests with is",
        lambda: say("You cannot chain multiple tests with is"),
    ),
    (r"Invalid character in identifier", lambda: say("Invalid character in identifier")),
    (
        r"(?i)unexpected end of template\. Jinja was looking for the following tags: (?P<tags>.*)"
        r"\. The innermost block that needs to be closed is '(?P<block>.*)'",
        lambda block, tags: say(
            "'{block}' is never closed; {tags} is missing", block=block, tags=tags
        ),
    ),
    (
        r"Encountered unknown tag '(?P<tag>.*?)'.*",
        lambda tag: say("unknown tag '{tag}'", tag=tag),
    ),
)
_KNOWN = tuple((re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in _SENTENCES)


def said_by_jinja(message: str | None, end: Said | None = None) -> Said:
    """Return a message of Jinja's; `end` is what a text ends with that is no template."""
    text = (message or "").rstrip(".")
    for pattern, sentence in _KNOWN:
        found = pattern.fullmatch(text)
        if found is not None:
            return sentence(**{name: _end_or(it, end) for name, it in found.groupdict().items()})
    return say("{words}", words=text) if text else say("cannot be read")


def _end_or(found: str, end: Said | None) -> str:
    if found == _END and end is not None:
        return end
    return _ENDS.get(found, found)
