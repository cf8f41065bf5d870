"""The template language: Jinja cut down to what a mail needs, and no way out of it.

A template is checked against a list of allowed syntax before it is compiled; there are no
calls, no assignments, no macros, no loaders, so its running time is bounded by its length,
MAX_ROUNDS and MAX_LOOPS. Values are plain data; attributes of Python objects do not exist.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

from jinja2 import nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from nurture.emails import filters
from nurture.emails.values import Missing, field_of, printable, printable_html, rounds
from nurture.language import say

#: names that the compiler adds and an author may not use
RESERVED = "nv_"

#: tests after `is`
TESTS = frozenset({"defined", "undefined", "number", "string", "even", "odd", "in"})

#: syntax an author may write
ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Filter,
    nodes.Keyword,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Neg,
    nodes.Pos,
)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja for one locale and one kind of part: HTML (escaped) or text (as it is)."""

    intercepted_binops: ClassVar[frozenset[str]] = frozenset(  # type: ignore[misc]
        {"+", "-", "*", "/", "//", "%", "**"}
    )

    def __init__(self, locale: str, markup: bool) -> None:
        # What is printed is escaped by `finalize`, each value once, with nothing that could
        # call itself safe on the way; Jinja's own autoescape would make an object of each.
        super().__init__(
            autoescape=False,
            undefined=Missing,
            finalize=printable_html if markup else printable,
            keep_trailing_newline=True,
        )
        self.globals.clear()
        self.filters = {
            **filters.filters_for(locale),
            "nv_rounds": rounds,
            "nv_click": _signed_click(markup),
        }
        self.tests = {name: self.tests[name] for name in TESTS} | {
            sign: self.tests[sign] for sign in ("==", "!=", "<", "<=", ">", ">=")
        }

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of a mapping; nothing else has attributes."""
        if obj.__class__ is dict:
            value = obj.get(attribute)
            if value is not None and value != "":
                return value
        return field_of(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return a field or a position."""
        return field_of(obj, argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers only: text times a number could be of any length."""
        for side in (left, right):
            if isinstance(side, Missing):
                side._fail()
            if not isinstance(side, int | float):
                raise SecurityError(
                    say("{operator} is for numbers; join text with ~", operator=operator)
                )
        try:
            return super().call_binop(context, operator, left, right)
        except ZeroDivisionError:
            raise SecurityError(say("a division by zero")) from None


@lru_cache(maxsize=32)
def sandbox(locale: str, markup: bool) -> Sandbox:
    """Return the environment for a locale; it holds no state of a mail."""
    return Sandbox(locale, markup)


def _signed_click(markup: bool) -> Any:
    """Return the filter that turns a personal target into a signed link."""

    @pass_context
    def click(context: Context, target: str, number: int) -> str:
        address = filters.web_address(str(target), markup)
        return filters.markup_or_text(context["nv_click"](number, address), markup)

    return click
