"""Styles, elements and pictures that common mail programs cannot show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.emails import css
from nurture.emails.mail_programs import advice, lacking
from nurture.emails.markup import Element, Markup
from nurture.emails.masking import LATER
from nurture.errors import Place, Problem, Severity
from nurture.language import say

_SHEET = re.compile(
    r"<(?:mj-)?style\b[^>]*>(?P<css>.*?)</(?:mj-)?style>", re.DOTALL | re.IGNORECASE
)
_HIDES = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MEDIA = re.compile(
    r"@media\b(?P<prelude>[^{}]*)\{(?P<rules>(?:[^{}]|\{[^{}]*\})*+)\}", re.IGNORECASE
)
#: media queries for what the reader prefers; without them the mail is as it was
_PREFERENCES = re.compile(r"prefers-|hover|resolution|device-pixel-ratio")

#: element → its feature, where each that uses it needs it to be seen
_ELEMENTS = {
    name: f"html-{name}"
    for name in (
        "audio", "base", "dialog", "form", "marquee", "meter", "progress", "ruby", "select",
        "svg", "textarea", "video",
    )
}  # fmt: skip
_INPUTS = ("checkbox", "hidden", "radio", "reset", "submit", "text")
_IMAGE = re.compile(r"\.(apng|avif|heif|heic|hdr|ico|mp4|svg|tiff?|webp)(?:[?#]|$)", re.IGNORECASE)
_SAME = {"heic": "heif", "tif": "tiff"}
_PICTURES = {
    "img": ("src",),
    "mj-image": ("src",),
    "mj-carousel-image": ("src", "thumbnails-src"),
    "mj-social-element": ("src",),
    "mj-section": ("background-url",),
    "mj-wrapper": ("background-url",),
    "mj-hero": ("background-url",),
    "mj-column": ("background-url",),
}
_MARKDOWN_PICTURE = re.compile(r"!\[[^\]\n]*\]\(\s*<?(?P<url>[^()<>\s]+)")
#: attributes of MJML that are no styles
_NO_STYLE = re.compile(r".*(?:href|src|url|alt|title|name|class|rel|target)|path|srcset|sizes")


def lint_styles(markup: Markup) -> Iterator[Problem]:
    """Yield a warning for each thing in a file that a common mail program cannot show."""
    for sheet in _SHEET.finditer(markup.text):
        yield from _sheet(sheet["css"], sheet.start("css"), markup)
    for element in markup.elements:
        if not element.closes:
            yield from _element(element, markup)
    for picture in _MARKDOWN_PICTURE.finditer(markup.text):
        yield from _picture(picture["url"], markup.at(picture.start("url")))


def _sheet(sheet: str, start: int, markup: Markup) -> Iterator[Problem]:
    for used in css.sheet_features(sheet):
        yield from _unsupported(used.feature, used.shown, _at(sheet, start, used, markup))
    for media in _MEDIA.finditer(sheet):
        if _HIDES.search(media["rules"]) and not _PREFERENCES.search(media["prelude"]):
            yield Problem(
                markup.at(start + media.start()),
                "unsupported",
                say("what @media hides is shown in Gmail with other accounts and in Outlook"),
                say("make one version that is right for all widths"),
                Severity.WARNING,
            )


def _element(element: Element, markup: Markup) -> Iterator[Problem]:
    name, at = element.name, markup.at(element.start)
    if name in _ELEMENTS:
        yield from _unsupported(_ELEMENTS[name], f"<{name}>", at)
    elif name == "input":
        kind = (element.value("type") or "text").lower()
        kind = kind if kind in _INPUTS else "text"
        yield from _unsupported(f"html-input-{kind}", "<input>", at)
    elif name == "link" and (element.value("rel") or "").lower() == "stylesheet":
        yield from _unsupported("html-link", '<link rel="stylesheet">', at)
    elif name == "mj-font":
        yield from _unsupported("css-at-font-face", "<mj-font>", at)
    for one in element.attributes:
        if one.name == "style":
            for used in css.style_features(one.value):
                place = _at(one.value, one.at, used, markup)
                yield from _unsupported(used.feature, used.shown, place)
        elif one.name in _PICTURES.get(name, ()):
            yield from _picture(one.value, markup.at(one.at))
        elif name.startswith("mj-") and not _NO_STYLE.fullmatch(one.name):
            for feature, shown in css.value_features(one.value):
                yield from _unsupported(feature, shown, markup.at(one.at))
    if markup.is_default(element):
        return
    if element.value("background-url") and not element.value("background-color"):
        yield Problem(
            at,
            "background-alone",
            say("a picture behind text, and no colour where pictures are off"),
            say("add a background-color on which the text can be read"),
            Severity.WARNING,
        )


def _picture(url: str, at: Place) -> Iterator[Problem]:
    if url.lower().startswith("data:"):
        yield from _unsupported("image-base64", say("a picture written into the mail"), at)
    elif LATER not in url and (found := _IMAGE.search(url)) is not None:
        ending = found[1].lower()
        yield from _unsupported(f"image-{_SAME.get(ending, ending)}", f".{ending}", at)


def _unsupported(feature: str, shown: str, at: Place) -> Iterator[Problem]:
    programs = lacking(feature)
    if programs:
        yield Problem(
            at,
            "unsupported",
            say("{shown} does not work in {programs}", shown=shown, programs=programs),
            advice(feature),
            Severity.WARNING,
        )


def _at(text: str, start: int, used: css.Used, markup: Markup) -> Place:
    """Return where a feature stands in the file; `text` begins there at `start`."""
    before = 0
    for _ in range(used.line - 1):
        before = text.find("\n", before) + 1
    return markup.at(start + before + used.column - 1)
