"""The sentences of the sources, and the catalogue that says them in Japanese.

`python -m tests.catalogue` writes the catalogue anew: what the sources say and it lacks comes
in without a translation, what nobody says any more goes, each entry stands with its module.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from nurture.language.said import SLOT
from tests import layers

ROOT = Path(__file__).parents[1]
PO = ROOT / "nurture" / "language" / "ja.po"

_HOME = ("nurture.language", "nurture.language.said")
#: function of `nurture.language` → how many templates it takes
_SAYING = {"say": 1, "say_number": 2}

_HEADER = """\
# Sentences of checks and commands in Japanese. English stands in the code: say("…", …).
# `python -m tests.catalogue` brings this file up to date with it."""

_JAPANESE = re.compile(r"[ぁ-ヿ一-鿿〜]")
_LETTERS = re.compile(r"[A-Za-z]{2}")
#: what is written the same in every language
_CODE = re.compile(r"`[^`]*`|\w+\(…\)|HTML")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One call of `say` or `say_number`."""

    module: str
    line: int
    #: one, or those for 1 and for other numbers; none where a template is no plain text
    templates: tuple[str, ...]
    values: frozenset[str]

    @property
    def key(self) -> str:
        """What the catalogue knows it by."""
        return self.templates[0]


def said(modules: Mapping[str, str]) -> list[Sentence]:
    """Return every sentence of the sources, in their order."""
    return [sentence for module, text in modules.items() for sentence in _said_in(module, text)]


def _said_in(module: str, text: str) -> Iterator[Sentence]:
    if "say" not in text:
        return
    nodes = layers.nodes(text)
    ours = {
        alias.asname or alias.name: _SAYING[alias.name]
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module in _HOME
        for alias in node.names
        if alias.name in _SAYING
    }
    for node in nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        taken = ours.get(node.func.id)
        if taken is None:
            continue
        first = [
            one.value
            for one in node.args[:taken]
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        values = {word.arg or "**" for word in node.keywords}
        if taken > 1:
            values.add("number")
        templates = tuple(first) if len(first) == taken else ()
        yield Sentence(module, node.lineno, templates, frozenset(values))


#: rooms whose failures only those see who build or run the house: English is enough
_FOR_ENGINEERS = frozenset({"demo", "simulate"})


def unsaid(modules: Mapping[str, str]) -> list[str]:
    """Name the failures that people see and that are no sentences: `raise NurtureError("…")`.

    Messages of problems need no such rule: their type is `Said`.
    """
    trees = {module: layers.nodes(text) for module, text in modules.items() if "Error(" in text}
    ours = {"NurtureError"}
    for _ in range(3):  # subclasses of subclasses
        ours |= {
            node.name
            for tree in trees.values()
            for node in tree
            if isinstance(node, ast.ClassDef) and {_name(base) for base in node.bases} & ours
        }
    return [
        f"{module}:{word.lineno}: {ast.unparse(word)[:60]} is not said by say(…)"
        for module, tree in trees.items()
        if layers.room_of(module) not in _FOR_ENGINEERS
        for node in tree
        if isinstance(node, ast.Call) and _name(node.func) in ours
        for word in (*node.args, *(keyword.value for keyword in node.keywords))
        if _is_plain(word)
    ]


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _is_plain(node: ast.expr) -> bool:
    """Say whether an expression is a text of several words."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and " " in node.value.strip()
    if isinstance(node, ast.BinOp):
        return _is_plain(node.left) or _is_plain(node.right)
    return isinstance(node, ast.JoinedStr)


def slots(template: str) -> set[str]:
    """Return what stands in braces as values do: `{name}`, `{share:.0%}`."""
    return {found.group() for found in SLOT.finditer(template) if "|" not in (found[2] or "")}


def breaches_of(sentences: list[Sentence]) -> list[str]:
    """Name the calls whose template cannot be looked up, or does not use its values."""
    found = []
    for one in sentences:
        place = f"{one.module}:{one.line}"
        if not one.templates:
            found.append(f"{place}: a template is one plain text, values stand beside it")
            continue
        named = {slot[1] for text in one.templates for slot in SLOT.finditer(text)}
        if unused := sorted(one.values - named - {"number"}):
            found.append(f"{place}: no {{slot}} for {', '.join(unused)}")
    return found


def breaches_between(sentences: list[Sentence], catalogue: Mapping[str, str]) -> list[str]:
    """Name what the catalogue lacks, has too much, or says with other values."""
    found = []
    known = {}
    for one in sentences:
        if not one.templates:
            continue
        known[one.key] = one.templates
        japanese = catalogue.get(one.key, "")
        place = f"{one.module}:{one.line}: {one.key!r}"
        if not japanese.strip():
            found.append(f"{place} has no Japanese; run python -m tests.catalogue and fill it in")
        elif slots(japanese) != set().union(*map(slots, one.templates)):
            found.append(f"{place} has other {{slots}} in Japanese")
        elif _LETTERS.search(_CODE.sub("", SLOT.sub("", one.key))) and not _JAPANESE.search(
            japanese
        ):
            found.append(f"{place} is not in Japanese")
    found += [f"nobody says {key!r} any more" for key in catalogue if key not in known]
    return found


def read(path: Path = PO) -> dict[str, str]:
    """Return the catalogue: English → Japanese; a fuzzy entry counts as missing."""
    with path.open("rb") as file:
        entries = read_po(file, locale="ja")
    return {_first(one.id): "" if one.fuzzy else _first(one.string) for one in entries if one.id}


def _first(text: str | list[str] | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def written(sentences: list[Sentence], known: Mapping[str, str]) -> str:
    """Return the catalogue's file for these sentences."""
    catalog = Catalog(locale="ja", header_comment=_HEADER)
    for one in sentences:
        if one.templates:
            key = one.key if len(one.templates) == 1 else one.templates
            japanese = known.get(one.key, "")
            catalog.add(
                key,
                japanese if len(one.templates) == 1 else (japanese,),
                locations=[(one.module.replace(".", "/") + ".py", 1)],
            )
    into = io.BytesIO()
    write_po(into, catalog, width=0, omit_header=True, include_lineno=False)
    # Without the dates of gettext's own header: they would differ with every run.
    head = (
        f'{_HEADER}\nmsgid ""\nmsgstr ""\n"Language: ja\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    )
    return head + into.getvalue().decode().rstrip("\n") + "\n"


def main() -> None:
    """Write the catalogue anew."""
    sentences = said(layers.sources(ROOT))
    PO.write_text(written(sentences, read() if PO.exists() else {}), encoding="utf-8")
    for breach in breaches_of(sentences) + breaches_between(sentences, read()):
        print(breach)


if __name__ == "__main__":
    main()
