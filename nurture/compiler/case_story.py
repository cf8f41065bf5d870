"""`story` of a library item: a case told by its parts."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Localized
from nurture.domain.case_outline import FIELDS, NEEDED
from nurture.language import Said, say

_ABOUT: Mapping[str, Said] = {
    "size": say("Before: industry and size."),
    "structure": say("Before: who did the work, how many, on which forms."),
    "buyer": say("Before: who looked for help, and who decided."),
    "worries": say("Before: what hurt, in their own words."),
    "actions": say("What was done, in which order, and what went wrong on the way."),
    "change": say("What changed, in figures before and after."),
    "result": say("What came of it, in one line with a figure."),
    "now": say("How it stands today, and what comes next."),
}
_KEYS = {
    name: Key(name, Localized(600), about, required=name in NEEDED)
    for name, about in _ABOUT.items()
}

STORY = Key(
    "story",
    Record(say("a story"), tuple(_KEYS.values())),
    say("A case by its parts, for templates in the order of PASONA."),
)


def story_of(fields: Fields, locales: list[str], report: Report) -> Mapping[str, Mapping[str, str]]:
    """Return part → texts by locale, in the order of the parts; the report says what lacks."""
    said = fields.get(STORY)
    if said is None:
        return {}
    found = {name: said.get_or(_KEYS[name], {}) for name in FIELDS}
    for name, texts in found.items():
        missing = [one for one in locales if texts and "" not in texts and one not in texts]
        for locale in missing:
            message = say("'{name}' is missing in '{locale}'", name=name, locale=locale)
            hint = say("write it, or leave {locale} out of `locale`", locale=locale)
            report.error(said.at(_KEYS[name]), "missing-locale", message, hint)
    return {name: texts for name, texts in found.items() if texts}
