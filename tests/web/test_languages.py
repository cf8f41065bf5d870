"""Every text of every page exists in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import nurture

ROOT = Path(nurture.__file__).parent
PO = ROOT / "web" / "translations" / "ja.po"
METHODS = [("web/**.py", "python"), ("web/**/templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "translate": None,
    "ngettext": (1, 2),
    "translate_number": (1, 2),
}


def _used() -> set[str]:
    found = extract_from_dir(
        str(ROOT),
        method_map=METHODS,
        keywords=KEYWORDS,
        options_map={"**/templates/**.html": {"silent": "false"}},
    )
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


def _translated() -> dict[str, str]:
    with PO.open("rb") as file:
        catalog = read_po(file, locale="ja")
    return {
        (entry.id if isinstance(entry.id, str) else entry.id[0]): (
            entry.string if isinstance(entry.string, str) else entry.string[0]
        )
        for entry in catalog
        if entry.id
    }


def test_every_text_is_in_japanese_and_none_is_left_over() -> None:
    translated = _translated()
    assert _used() == set(translated)
    assert [text for text, japanese in translated.items() if not japanese.strip()] == []


def test_a_translation_has_the_blanks_of_its_text() -> None:
    blank = re.compile(r"%\(\w+\)[sd]")
    for text, japanese in _translated().items():
        assert set(blank.findall(japanese)) == set(blank.findall(text)), text


def test_templates_hold_no_words_outside_of_the_catalogue() -> None:
    tags = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>|&\w+;", re.DOTALL)
    for path in sorted(ROOT.glob("web/**/templates/**/*.html")):
        source = re.sub(r"{% trans.*?{% endtrans %}", "", path.read_text(), flags=re.DOTALL)
        left = re.findall(r"[A-Za-zぁ-んァ-ヶ一-龠]{2,}", tags.sub(" ", source))
        # our name, and a command of SMTP
    assert {*left} <= {"Nurture", "MAIL", "FROM"}, path.name
