"""What libyaml says of broken YAML, as sentences, and what to do about it.

libyaml speaks English only (src/parser.c, src/scanner.c). What is not known here, such as the
messages of the parser in Python, stands as it is said.
"""

from __future__ import annotations

from nurture.language import NOTHING, Said, say

_PROBLEMS = {
    "mapping values are not allowed in this context": say(
        "mapping values are not allowed in this context"
    ),
    "block sequence entries are not allowed in this context": say(
        "block sequence entries are not allowed in this context"
    ),
    "mapping keys are not allowed in this context": say(
        "mapping keys are not allowed in this context"
    ),
    "did not find expected ',' or ']'": say("did not find expected ',' or ']'"),
    "did not find expected ',' or '}'": say("did not find expected ',' or '}'"),
    "did not find expected '-' indicator": say("did not find expected '-' indicator"),
    "did not find expected key": say("did not find expected key"),
    "could not find expected ':'": say("could not find expected ':'"),
    "did not find expected node content": say("did not find expected node content"),
    "found unexpected end of stream": say("found unexpected end of stream"),
    "found unexpected document indicator": say("found unexpected document indicator"),
    "found unknown escape character": say("found unknown escape character"),
    "found unexpected ':'": say("found unexpected ':'"),
    "found undefined tag handle": say("found undefined tag handle"),
    "did not find expected comment or line break": say(
        "did not find expected comment or line break"
    ),
    "did not find expected alphabetic or numeric character": say(
        "did not find expected alphabetic or numeric character"
    ),
    "did not find expected whitespace or line break": say(
        "did not find expected whitespace or line break"
    ),
    "did not find expected <document start>": say("did not find expected <document start>"),
}

_CONTEXTS = {
    "while parsing a block mapping": say("while parsing a block mapping"),
    "while parsing a block collection": say("while parsing a block collection"),
    "while parsing a flow mapping": say("while parsing a flow mapping"),
    "while parsing a flow sequence": say("while parsing a flow sequence"),
    "while parsing a node": say("while parsing a node"),
    "while scanning a simple key": say("while scanning a simple key"),
    "while scanning a quoted scalar": say("while scanning a quoted scalar"),
    "while scanning a plain scalar": say("while scanning a plain scalar"),
    "while scanning a block scalar": say("while scanning a block scalar"),
    "while scanning an alias": say("while scanning an alias"),
    "while scanning an anchor": say("while scanning an anchor"),
    "while scanning a tag": say("while scanning a tag"),
    "while scanning a directive": say("while scanning a directive"),
}

#: a part of what libyaml says → what to do
_HINTS = (
    (
        "mapping values are not allowed",
        say("quote a value that has ': ' in it, or indent it well"),
    ),
    ("block sequence entries are not allowed", say("a list starts on a line of its own")),
    ("did not find expected ',' or ']'", say("a '[' is not closed, or a ',' is missing")),
    ("did not find expected ',' or '}'", say("a '{' is not closed, or a ',' is missing")),
    (
        "did not find expected '-' indicator",
        say("the entries of a list start in the same column"),
    ),
    ("did not find expected key", say("the keys of a map start in the same column")),
    ("found unexpected end of stream", say("a quote is not closed")),
    ("found unknown escape character", say(r"write '\\' for '\', or use single quotes")),
    (
        "did not find expected comment or line break",
        say("quote a value that starts with '>' or '|'"),
    ),
    ("while scanning an alias", say("quote a value that starts with '*'")),
    ("while scanning an anchor", say("quote a value that starts with '&'")),
)


def said_by_yaml(problem: str, context: str, started: int | None) -> Said:
    """Return what is broken; `started` is the line where it starts, where that is another."""
    what = _PROBLEMS.get(problem) or say("{words}", words=problem)
    if not context:
        return say("broken YAML: {what}", what=what)
    where = _CONTEXTS.get(context) or say("{words}", words=context)
    if started is None:
        return say("broken YAML: {what} {where}", what=what, where=where)
    return say(
        "broken YAML: {what} {where} that starts in line {line}",
        what=what,
        where=where,
        line=started,
    )


def remedy(problem: str, context: str) -> Said:
    """Return what to do about it, or nothing where we do not know."""
    return next((hint for part, hint in _HINTS if part in problem or part in context), NOTHING)
