"""A form of a page, as a browser without scripts fills it in and sends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True, slots=True)
class Form:
    """Where a form goes, and what it would send if nobody touched it."""

    #: path of the same pages, with its query
    action: str
    fields: tuple[tuple[str, str], ...]
    #: name of radio buttons or switches → the values they offer
    choices: Mapping[str, tuple[str, ...]]

    def filled(
        self, answers: Mapping[str, str | Iterable[str]], button: tuple[str, str] | None = None
    ) -> list[tuple[str, str]]:
        """Return what is sent with these answers; an answer may have many values, or none."""
        fields = [(name, value) for name, value in self.fields if name not in answers]
        for name, answer in answers.items():
            many = [answer] if isinstance(answer, str) else answer
            fields += [(name, value) for value in many]
        return [*fields, button] if button is not None else fields


def form_with(page: bytes, name: str) -> Form | None:
    """Return the form of a page that asks for a field of this name, None where none does."""
    for form in LexborHTMLParser(page.decode("utf-8", "replace")).css("form"):
        fields: list[tuple[str, str]] = []
        choices: dict[str, tuple[str, ...]] = {}
        names = set()
        for node in form.css("input[name], textarea[name]"):
            asked, kind = _said(node, "name"), _said(node, "type")
            names.add(asked)
            if kind in ("radio", "checkbox"):
                value = _said(node, "value") or "on"
                choices[asked] = (*choices.get(asked, ()), value)
                if "checked" in node.attributes:
                    fields.append((asked, value))
            elif node.tag == "textarea":
                fields.append((asked, node.text()))
            else:
                fields.append((asked, _said(node, "value")))
        if name in names:
            return Form(_said(form, "action"), tuple(fields), choices)
    return None


def _said(node: LexborNode, attribute: str) -> str:
    return node.attributes.get(attribute) or ""
