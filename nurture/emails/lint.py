"""Everything wrong with the templates of a release, for `nurture check`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from nurture.emails.memory import NO_MEMORY, Memory, layouts_of, own_texts
from nurture.emails.sources import (
    LAYOUTS,
    ROOT,
    Kind,
    TemplatePath,
    parse_path,
    template_paths,
)
from nurture.emails.template_context import TemplateContext
from nurture.errors import Place, Problem, Severity
from nurture.language import say

_ENDINGS = (".md", ".mjml", ".txt")


def lint_templates(
    files: Mapping[str, str],
    context: TemplateContext,
    unread: Collection[str] = (),
    memory: Memory = NO_MEMORY,
) -> list[Problem]:
    """Return every problem of every template, by place; one bad file hides no other.

    `unread`: paths of files that are there and could not be read. `memory` knows what was
    found in the same texts before.
    """
    there = {**dict.fromkeys(unread, ""), **files}
    found: list[Problem] = list(_files(there))
    found += _locales(template_paths(there), context)
    found += _twins(there)
    for path, text in files.items():
        if path.startswith(ROOT) and path.endswith(_ENDINGS):
            found += memory.recall(("file", path, text), partial(_lint_file, path, text))
    around = (layouts_of(files), context.general)
    for template in template_paths(files):
        key = ("template", *own_texts(files, template), *around, context.about(template.name))
        found += memory.recall(key, partial(_lint_template, files, template, context))
    # The compiler's own words for an element in the wrong place name no line.
    misplaced = {p.place.file for p in found if p.code == "mjml-misplaced"}
    found = [p for p in found if not (p.code == "mjml-refused" and p.place.file in misplaced)]
    unique = {(p.place, p.code, p.message): p for p in found}
    return sorted(unique.values(), key=lambda p: (p.place, p.code, p.message))


def _lint_file(path: str, text: str) -> list[Problem]:
    # Loaded where it is asked for: what is known already needs no parser of styles.
    from nurture.emails.file_lint import lint_file

    return list(lint_file(path, text))


def _lint_template(
    files: Mapping[str, str], path: TemplatePath, context: TemplateContext
) -> list[Problem]:
    # Nor does it need the compilers of Markdown and MJML.
    from nurture.emails.template_lint import lint_template

    return list(lint_template(files, path, context))


def _files(files: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what the paths themselves get wrong."""
    taken: dict[tuple[str, str | None], str] = {}
    for file in sorted(files):
        if not file.startswith(ROOT) or file.startswith(LAYOUTS):
            continue
        if not file.endswith(_ENDINGS) or file.endswith("README.md"):
            continue
        path = parse_path(file)
        if path is None:
            hint = say("write folder/name.ja.md in lower case, digits, - and _")
            yield Problem(Place(file), "template-name", say("not a template's file name"), hint)
            continue
        if path.kind is Kind.TEXT:
            stem = file.removesuffix("txt")
            if not any(stem + kind in files for kind in (Kind.LETTER, Kind.NEWSLETTER)):
                yield Problem(
                    Place(file),
                    "text-alone",
                    say("a text part without its template"),
                    say("add {stem}md, or remove it", stem=stem),
                    Severity.WARNING,
                )
            continue
        other = taken.setdefault((path.name, path.locale), file)
        if other != file:
            yield Problem(
                Place(file), "template-twice", say("{other} is the same template", other=other)
            )


def _twins(files: Mapping[str, str]) -> Iterator[Problem]:
    """Yield languages that lack the text part which another has by hand."""
    paths = template_paths(files)
    by_hand: dict[str, str] = {}
    for path in paths:
        twin = path.path.removesuffix(path.kind) + Kind.TEXT
        if twin in files:
            by_hand.setdefault(path.name, twin)
    for path in paths:
        twin = path.path.removesuffix(path.kind) + Kind.TEXT
        if twin not in files and path.name in by_hand:
            yield Problem(
                Place(path.path),
                "text-missing",
                say(
                    "the text part is made by itself here, and by hand in {other}",
                    other=by_hand[path.name],
                ),
                say("add {twin}, or remove the other", twin=twin),
                Severity.WARNING,
            )


def _locales(paths: list[TemplatePath], context: TemplateContext) -> Iterator[Problem]:
    """Yield the locales that a template lacks."""
    locales: dict[str, set[str | None]] = {}
    first: dict[str, TemplatePath] = {}
    for path in paths:
        locales.setdefault(path.name, set()).add(path.locale)
        first.setdefault(path.name, path)
    for name, have in locales.items():
        if None in have:
            continue
        for locale in context.locales:
            if locale not in have:
                file = first[name].path
                yield Problem(
                    Place(file),
                    "locale-missing",
                    say("template '{name}' is missing in '{locale}'", name=name, locale=locale),
                    say(
                        "add {folder}{name}.{locale}.{kind}",
                        folder=ROOT,
                        name=name,
                        locale=locale,
                        kind=first[name].kind,
                    ),
                )
