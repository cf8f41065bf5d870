"""Layouts: put together at build time, with delimiters of their own.

`[[ content ]]`, `[% if locale == "ja" %]`, `[% extends "newsletter.mjml" %]`,
`[% include "footer.mjml" %]`. What is known only per mail stands in `{{ }}` as everywhere
and is hidden by then, so that nothing of the values is ever touched here.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from nurture.emails.mjml import check_mjml
from nurture.emails.placeholders import OWN, Placeholders
from nurture.emails.sandbox import ALLOWED
from nurture.emails.sources import LAYOUTS
from nurture.emails.tags import Passage
from nurture.errors import Place, Problem
from nurture.language import NOTHING, Said, say
from nurture.language.jinja import said_by_jinja

#: room for the tags of one layout
_MOST_TAGS = OWN // 1000

_ALLOWED: tuple[type[nodes.Node], ...] = (
    *ALLOWED,
    nodes.Extends,
    nodes.Include,
    nodes.Block,
)


class LayoutBuilder:
    """Puts one template together from itself and the layouts of a release."""

    def __init__(
        self, files: Mapping[str, str], tags: Placeholders, problems: list[Problem]
    ) -> None:
        self._files = files
        self._tags = tags
        self._problems = problems
        #: files that went in, by path, with their tags hidden
        self._hidden: dict[str, str] = {}
        self._environment = _environment(_Layouts(self))
        names = sorted(path for path in files if path.startswith(LAYOUTS))
        self._first = {path: number * _MOST_TAGS for number, path in enumerate(names)}

    def build(self, passage: Passage, values: Mapping[str, str]) -> str:
        """Return a passage poured into what it extends and includes, tags hidden.

        What goes wrong goes to the problems, and "" comes back.
        """
        return self._render(passage.place.file, self._hide(passage), values)

    def hide(self, passage: Passage) -> str:
        """Return a file with its tags hidden, before it is built."""
        return self._hide(passage)

    def amend(self, passage: Passage, hidden: str) -> None:
        """Build a file from this text, its tags hidden, instead of its own."""
        self._hidden[passage.place.file] = hidden

    @property
    def used(self) -> list[str]:
        """Paths of the layouts that went in."""
        return [path for path in self._hidden if path.startswith(LAYOUTS)]

    def has(self, name: str) -> bool:
        """Return whether a layout exists, `letter.mjml` or `letter.txt`."""
        return LAYOUTS + name in self._files

    def names(self, suffix: str) -> list[str]:
        """Return the layouts that end so, without the suffix."""
        found = (p.removeprefix(LAYOUTS) for p in self._files if p.startswith(LAYOUTS))
        return sorted(n.removesuffix(suffix) for n in found if n.endswith(suffix))

    def layout(self, name: str, values: Mapping[str, str]) -> str:
        """Return a layout with its values, as `build` does."""
        return self._render(LAYOUTS + name, self.load(name), values)

    def load(self, name: str) -> str:
        """Return a layout's text with its tags hidden; TemplateNotFound where there is none."""
        path = LAYOUTS + name
        if path not in self._files:
            raise TemplateNotFound(name)
        return self._hide(Passage(self._files[path].replace("\r\n", "\n"), Place(path)))

    def _hide(self, passage: Passage) -> str:
        """Hide a file's tags, once, and look for what MJML would break or drop."""
        file = passage.place.file
        if file in self._hidden:
            return self._hidden[file]
        first = self._first.get(file)
        if first is not None:
            layout = _read(passage.text, file, first)
            self._tags.adopt(layout.tags)
            self._problems.extend(layout.problems)
            self._hidden[file] = layout.hidden
        else:
            self._hidden[file] = self._tags.hide(passage)
            if file.endswith(".mjml"):
                check_mjml(passage, self._tags, self._hidden[file], self._problems)
        return self._hidden[file]

    def _render(self, file: str, hidden: str, values: Mapping[str, str]) -> str:
        try:
            code = _code(file, hidden)
            template = Template.from_code(self._environment, code, {})
            return template.render(values)
        except TemplateSyntaxError as error:
            named = error.name or ""
            where = LAYOUTS + named if self.has(named) else file
            self._add(where, error.lineno, said_by_jinja(error.message))
        except TemplateNotFound as error:
            self._add(
                file,
                1,
                say("no layout '{name}'", name=error.name),
                say("layouts live in {folder}", folder=LAYOUTS),
            )
        except UndefinedError as error:
            self._add(
                file,
                1,
                say("in a layout: {message}", message=error.message),
                say("known: {known}", known=[*values]),
            )
        except TemplateError as error:
            self._add(file, 1, said_by_jinja(error.message))
        except RecursionError:
            self._add(file, 1, say("layouts include each other in a circle"))
        except SyntaxError:
            # Python has a limit of its own for blocks within blocks.
            self._add(file, 1, say("blocks stand too deep in one another"))
        return ""

    def _add(self, file: str, line: int, message: Said, hint: Said = NOTHING) -> None:
        self._problems.append(Problem(Place(file, line), "layout", message, hint))


@dataclass(frozen=True, slots=True)
class _Layout:
    """A layout with its tags hidden: the same for each template that uses it."""

    hidden: str
    tags: Placeholders
    problems: tuple[Problem, ...]


@lru_cache(maxsize=256)
def _read(text: str, file: str, first: int) -> _Layout:
    """Hide a layout's tags, once for all templates; the first tag's number is `first`."""
    problems: list[Problem] = []
    tags = Placeholders(problems)
    passage = Passage(text, Place(file))
    hidden = tags.hide(passage, first)
    if file.endswith(".mjml"):
        check_mjml(passage, tags, hidden, problems)
    return _Layout(hidden, tags, tuple(problems))


class _Layouts(BaseLoader):
    """Loads layouts of the release and nothing else."""

    def __init__(self, builder: LayoutBuilder) -> None:
        self._builder = builder

    def load(
        self, environment: Environment, name: str, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        """Return a layout with its tags hidden."""
        return Template.from_code(environment, _code(name, self._builder.load(name)), {})


def _environment(loader: BaseLoader | None) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        loader=loader,
    )
    environment.globals.clear()
    return environment


@lru_cache(maxsize=128)
def _code(name: str, hidden: str) -> CodeType:
    """Compile a layout once; the words that hide its tags are the same in every template.

    Raises TemplateSyntaxError, also for syntax that a layout may not use.
    """
    environment = _environment(None)
    tree = environment.parse(hidden, name, name)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED) and not _is_super(node):
            what = type(node).__name__.lower()
            raise TemplateSyntaxError(f"[% {what} %] is not allowed here", node.lineno, name, name)
    return environment.compile(tree, name, name)


def _is_super(node: nodes.Node) -> bool:
    """Return whether a node is `super()`, the one call a layout may make."""
    return isinstance(node, nodes.Call) and getattr(node.node, "name", "") == "super"
