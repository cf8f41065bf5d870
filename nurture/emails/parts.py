"""One compiled text of a mail: subject, HTML or text part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from jinja2 import Template, nodes

from nurture.emails.sandbox import Sandbox, sandbox
from nurture.emails.segments import Stretch, stretches
from nurture.emails.values import MAX_OUTPUT, ValueProblemError
from nurture.language import say


@dataclass(frozen=True, slots=True)
class Part:
    """A compiled Jinja template and its constant stretches, encoded ahead."""

    template: Template
    known: dict[str, Stretch]
    #: bytes of UTF-8 without the values
    size: int

    def pieces(self, values: Mapping[str, Any]) -> list[str]:
        """Return the part with these values, in pieces.

        Raises ValueProblemError, or what Jinja and Python raise for values that do not fit;
        `render` says it in words.
        """
        context = self.template.new_context(values)  # type: ignore[arg-type]
        out: list[str] = []
        length = 0
        for piece in self.template.root_render_func(context):
            out.append(piece)
            length += len(piece)
            if length > MAX_OUTPUT:
                raise ValueProblemError(
                    say("more than {most:,} characters", most=MAX_OUTPUT),
                    say("shorten the values"),
                )
        return out


#: (source, locale, whether it is HTML) → the compiled part, as `compile_part` makes it
MakePart: TypeAlias = "Callable[[str, str, bool], Part]"


def compile_part(source: str, locale: str, markup: bool) -> Part:
    """Compile a text whose tags were checked one by one (`expressions.read_tag`).

    Raises jinja2.TemplateSyntaxError where tags that are fine alone make no whole.
    """
    return compile_in(sandbox(locale, markup), source)


def compile_in(environment: Sandbox, source: str) -> Part:
    """Compile a text as `compile_part` does, in a sandbox of one's own."""
    tree = environment.parse(source)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, "nv_rounds", [], [], None, None, lineno=loop.lineno)
    template = _template(environment, tree)
    code = template.root_render_func.__code__
    return Part(template, stretches(code), len(source.encode("utf-8", "replace")))


def _template(environment: Sandbox, tree: nodes.Template) -> Template:
    return Template.from_code(
        environment, environment.compile(tree), environment.make_globals(None)
    )
