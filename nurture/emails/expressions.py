"""Tags read one by one: are they allowed, and which values do they use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes

from nurture.emails import filters
from nurture.emails.sandbox import ALLOWED, RESERVED, TESTS, sandbox
from nurture.emails.tags import Tag, TagKind
from nurture.errors import Place, Problem
from nurture.language import Said, say
from nurture.language.hints import nearest
from nurture.language.jinja import said_by_jinja

#: statements an author may write, with what closes or continues them
STATEMENTS = ("if", "elif", "else", "endif", "for", "endfor")

#: filters after which a missing value is no mistake
_FORGIVING = frozenset({"default", "d"})

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that a template reads: `("contact", "title")`."""

    path: Path
    place: Place
    #: a `default`, an `if` or a test stands between it and an error
    guarded: bool
    #: it stands where the value it is a field of is there: `{% if predecessor %}`
    holder_sure: bool = False

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one tag says."""

    references: tuple[Reference, ...] = ()
    #: paths that are certainly there inside the tag's block
    ensures: tuple[Path, ...] = ()
    #: names that a loop introduces
    binds: tuple[str, ...] = ()


def read_tag(tag: Tag, problems: list[Problem]) -> Reading:
    """Parse one tag and return what it reads; what is not allowed goes to `problems`."""
    reading, found = _read_text(tag.kind, tag.text)
    problems.extend(replace(problem, place=tag.place) for problem in found)
    references = tuple(replace(r, place=tag.place) for r in reading.references)
    return replace(reading, references=references)


@lru_cache(maxsize=4096)
def _read_text(kind: TagKind, text: str) -> tuple[Reading, tuple[Problem, ...]]:
    """Read a tag wherever it stands; a few tags make up most of all templates."""
    tag = Tag(kind, text, 0, len(text), Place(""))
    problems: list[Problem] = []
    source = _alone(tag, problems)
    if source is None:
        return Reading(), tuple(problems)
    try:
        tree = sandbox("ja", True).parse(source)
    except TemplateSyntaxError as error:
        message = said_by_jinja(error.message)
        return Reading(), (
            Problem(
                tag.place, "template-syntax", say("{place}: {message}", place=text, message=message)
            ),
        )
    except RecursionError:
        return Reading(), (Problem(tag.place, "template-syntax", say("nested too deeply")),)
    refused = (_refuse(node, tag.place) for node in _walk(tree))
    problems.extend(problem for problem in refused if problem is not None)
    return (Reading() if problems else _read(tree, tag.place)), tuple(problems)


def _alone(tag: Tag, problems: list[Problem]) -> str | None:
    """Return a tag as a template of its own; None for those that say nothing."""
    if tag.kind is TagKind.VALUE:
        if not tag.inner:
            problems.append(Problem(tag.place, "template-syntax", say("an empty tag")))
            return None
        return tag.text
    match tag.word:
        case "if":
            return tag.text + "{% endif %}"
        case "elif":
            return "{% if nv_x %}" + tag.text + "{% endif %}"
        case "for":
            return tag.text + "{% endfor %}"
        case "else" | "endif" | "endfor":
            if tag.inner != tag.word:
                problems.append(
                    Problem(
                        tag.place,
                        "template-syntax",
                        say("'{word}' takes nothing after it", word=tag.word),
                    )
                )
            return None
    hint = nearest(tag.word, STATEMENTS) or say("known: {known}", known=STATEMENTS)
    problems.append(
        Problem(tag.place, "unknown-statement", say("no statement '{word}'", word=tag.word), hint)
    )
    return None


def _walk(tree: nodes.Node) -> Iterator[nodes.Node]:
    yield tree
    for child in tree.iter_child_nodes():
        yield from _walk(child)


def _refuse(node: nodes.Node, place: Place) -> Problem | None:
    """Return why a node may not stand in a mail, or None."""
    if isinstance(node, nodes.Call):
        return Problem(
            place,
            "call",
            say("a template cannot call functions"),
            say("use a filter: value | name"),
        )
    if not isinstance(node, ALLOWED):
        what = type(node).__name__.lower()
        return Problem(place, "not-allowed", say("'{what}' is not allowed in a mail", what=what))
    if isinstance(node, nodes.Filter):
        message = say("no filter '{name}'", name=node.name)
        return _known(place, "filter", message, node.name, filters.NAMES)
    if isinstance(node, nodes.Test):
        message = say("no test '{name}'", name=node.name)
        return _known(place, "test", message, node.name, TESTS)
    name = None
    if isinstance(node, nodes.Name):
        name = node.name
    elif isinstance(node, nodes.Getattr):
        name = node.attr
    if name is not None and (name.startswith("_") or name.startswith(RESERVED)) and name != "nv_x":
        return Problem(place, "reserved-name", say("names do not begin like '{name}'", name=name))
    if isinstance(node, nodes.For) and (node.recursive or node.test):
        return Problem(place, "not-allowed", say("a loop is plain: no `recursive`, no `if` in it"))
    return None


def _known(
    place: Place, what: str, message: Said, name: str, names: frozenset[str]
) -> Problem | None:
    if name in names:
        return None
    hint = nearest(name, names) or say("known: {known}", known=sorted(names))
    return Problem(place, f"unknown-{what}", message, hint)


def _read(tree: nodes.Template, place: Place) -> Reading:
    references: list[Reference] = []
    ensures: list[Path] = []
    binds: list[str] = []
    for node in tree.body:
        while isinstance(node, nodes.If) and node.elif_:
            node = node.elif_[0]
        match node:
            case nodes.If():
                _collect(node.test, place, references, guarded=True)
                ensures.extend(_ensured(node.test))
            case nodes.For():
                _collect(node.iter, place, references, guarded=False)
                targets = node.target.find_all(nodes.Name)
                own = [node.target] if isinstance(node.target, nodes.Name) else []
                binds.extend(n.name for n in (*own, *targets))
            case nodes.Output():
                for part in node.nodes:
                    _collect(part, place, references, guarded=False)
    return Reading(tuple(references), tuple(ensures), tuple(binds))


def _collect(node: nodes.Node, place: Place, into: list[Reference], guarded: bool) -> None:
    """Add the paths that a node reads; `guarded` where a missing one does no harm."""
    path = _path(node)
    if path is not None:
        if path[0] != "nv_x":
            into.append(Reference(path, place, guarded))
        return
    match node:
        case nodes.Filter(name=name) if name in _FORGIVING:
            if node.node is not None:
                _collect(node.node, place, into, guarded=True)
            for part in node.args:
                _collect(part, place, into, guarded)
        case nodes.Or():
            _collect(node.left, place, into, guarded=True)
            _collect(node.right, place, into, guarded)
        case nodes.CondExpr():
            _collect(node.test, place, into, guarded=True)
            sure = set(_ensured(node.test))
            inner: list[Reference] = []
            _collect(node.expr1, place, inner, guarded)
            into.extend(Reference(r.path, r.place, r.guarded or r.path in sure) for r in inner)
            if node.expr2 is not None:
                _collect(node.expr2, place, into, guarded)
        case nodes.Test() | nodes.Compare():
            for child in node.iter_child_nodes():
                _collect(child, place, into, guarded=True)
        case _:
            for child in node.iter_child_nodes():
                _collect(child, place, into, guarded)


def _ensured(test: nodes.Node) -> list[Path]:
    """Return the paths that are there whenever a condition holds."""
    match test:
        case nodes.And():
            return _ensured(test.left) + _ensured(test.right)
        case nodes.Test(name="defined"):
            return _ensured(test.node)
        case nodes.Compare():
            found = (_path(side) for side in (test.expr, *(o.expr for o in test.ops)))
            return [path for path in found if path is not None]
        case nodes.Filter() if test.name not in _FORGIVING and test.node is not None:
            return _ensured(test.node)
    path = _path(test)
    return [] if path is None else [path]


def _path(node: nodes.Node) -> Path | None:
    """Return `a.b.c` or `a["b"]` as a path, None for anything else."""
    match node:
        case nodes.Name():
            return (node.name,)
        case nodes.Getattr():
            inner = _path(node.node)
            return None if inner is None else (*inner, node.attr)
        case nodes.Getitem(arg=nodes.Const(value=str(key))):
            inner = _path(node.node)
            return None if inner is None else (*inner, key)
    return None
