"""The text of an expression: parsed by Jinja, placed word by word, never run."""

from __future__ import annotations

import math
import re
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from nurture.compiler.nodes import Scalar, quoted
from nurture.domain.conditions import Scalar as Constant
from nurture.language import NOTHING, Said, say
from nurture.language.jinja import said_by_jinja

#: characters; a longer rule belongs into segments
LONGEST = 1000
#: levels of nesting
DEEPEST = 20

#: parses only; no template is ever made of it
_ENVIRONMENT = Environment(autoescape=True)


class Refused(Exception):  # noqa: N818 - an answer, which never leaves the reading
    """What is wrong, and the word of the expression that it is about."""

    def __init__(self, code: str, message: Said, word: str = "", hint: Said = NOTHING) -> None:
        super().__init__(message)
        self.code, self.message, self.word, self.hint = code, message, word, hint


def parse(text: str) -> nodes.Expr:
    """Return Jinja's tree of an expression; raises Refused for what is none."""
    if len(text) > LONGEST:
        message = say(
            "the expression has {length} characters; the limit is {longest}",
            length=len(text),
            longest=LONGEST,
        )
        raise Refused("expr-too-long", message, hint=say("name parts of it in segments.yaml"))
    if not text.strip():
        raise Refused("expr-syntax", say("the expression is empty"))
    try:
        parser = Parser(_ENVIRONMENT, text, state="variable")
        tree = parser.parse_expression()
        rest = None if parser.stream.eos else str(parser.stream.current.value)
    except TemplateSyntaxError as error:
        said = said_by_jinja(error.message, say("end of expression"))
        raise Refused("expr-syntax", say("broken expression: {said}", said=said)) from None
    if rest is not None:
        hint = say("did you mean '=='?") if rest == "=" else NOTHING
        raise Refused(
            "expr-syntax", say("{rest} is not expected here", rest=quoted(rest)), rest, hint
        )
    return tree


def place(node: Scalar, word: str) -> Scalar:
    """Return where a word of the expression stands; the expression where that is unclear."""
    if not word or node.block or "\n" in node.value:
        return node
    edge_left = r"(?<!\w)" if re.match(r"\w", word) else ""
    edge_right = r"(?!\w)" if re.search(r"\w$", word) else ""
    found = re.search(edge_left + re.escape(word) + edge_right, node.value)
    if found is None:
        return node
    column = node.column + (0 if node.plain else 1) + found.start()
    return Scalar(node.line, column, word, plain=True)


def constant(tree: nodes.Expr) -> Constant:
    """Return a constant of the file; raises Refused for anything else."""
    value: Any = None
    negative = False
    current = tree
    if isinstance(current, nodes.Neg):
        negative, current = True, current.node
    if isinstance(current, nodes.Const):
        value = current.value
    else:
        raise Refused("expr-unsupported", say("a constant is needed here"))
    if negative:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused("expr-unsupported", say("only a number can be negative"))
        return -value
    if value is None:
        hint = say("`not contact.phone` asks whether it is missing")
        raise Refused("expr-constant", say("nothing compares with none"), hint=hint)
    if isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise Refused(
        "expr-unsupported", say("{value} has no meaning in a condition", value=repr(value))
    )


def names_of(tree: nodes.Expr) -> list[str]:
    """Return the names of a path such as contact.employees or steps['a-b'].outcome."""
    names: list[str] = []
    current = tree
    while True:
        match current:
            case nodes.Getattr(node=inner, attr=name):
                names.append(name)
            case nodes.Getitem(node=inner, arg=nodes.Const(value=str(name))):
                names.append(name)
            case nodes.Name(name=name):
                return [name, *reversed(names)]
            case _:
                raise Refused(
                    "expr-unsupported", say("only fields of contact, account … can be read")
                )
        current = inner


def shown(value: Constant) -> Said:
    """Return a constant as the expression writes it."""
    if isinstance(value, bool):
        return say("{words}", words="true" if value else "false")
    return say("'{text}'", text=value) if isinstance(value, str) else say("{words}", words=value)
