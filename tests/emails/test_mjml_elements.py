# ruff: noqa: E501 - a mail stands on one line
"""The tables of MJML's elements and attributes, held against the compiler that makes the mails.

A new version of the compiler that drops more, or less, fails here.
"""

from __future__ import annotations

import re

import pytest
from mjml import mjml2html

from nurture.emails.mjml_elements import COMMON, ELEMENTS
from nurture.emails.mjml_limits import DROPPED, FIXED, PARENTS

_BODY = "<mjml><mj-body>{}</mj-body></mjml>"
_SECTION = _BODY.format("<mj-section>{}</mj-section>")
_COLUMN = _SECTION.format("<mj-column>{}</mj-column>")
_TEXT = "<mj-text>t</mj-text>"
_HEAD = (
    "<mjml><mj-head>{}</mj-head><mj-body><mj-section><mj-column>"
    "<mj-text css-class='x' font-family='Probe'>t</mj-text>"
    "</mj-column></mj-section></mj-body></mjml>"
)
_ROWS = _COLUMN.format(
    "<mj-accordion><mj-accordion-element>{}</mj-accordion-element></mj-accordion>"
)
_SLIDES = "<mj-carousel-image src='https://a.example/1.png' />"

#: element → the smallest mail with it; {} stands for its attributes
MAILS = {
    "mjml": f"<mjml {{}}><mj-body><mj-section><mj-column>{_TEXT}</mj-column></mj-section></mj-body></mjml>",
    "mj-body": f"<mjml><mj-body {{}}><mj-section><mj-column>{_TEXT}</mj-column></mj-section></mj-body></mjml>",
    "mj-breakpoint": _HEAD.format("<mj-breakpoint {} />"),
    "mj-font": _HEAD.format("<mj-font {} />"),
    "mj-style": _HEAD.format("<mj-style {}>.x {{ color: red }}</mj-style>"),
    "mj-raw": _BODY.format("<mj-raw {}><b>t</b></mj-raw>"),
    "mj-section": _BODY.format(f"<mj-section {{}}><mj-column>{_TEXT}</mj-column></mj-section>"),
    "mj-wrapper": _BODY.format(
        f"<mj-wrapper {{}}><mj-section><mj-column>{_TEXT}</mj-column></mj-section></mj-wrapper>"
    ),
    "mj-group": _SECTION.format(
        f"<mj-group {{}}><mj-column>{_TEXT}</mj-column><mj-column>{_TEXT}</mj-column></mj-group>"
    ),
    "mj-column": _SECTION.format(f"<mj-column {{}}>{_TEXT}</mj-column>"),
    "mj-hero": _BODY.format(f"<mj-hero {{}}>{_TEXT}</mj-hero>"),
    "mj-navbar": _COLUMN.format(
        "<mj-navbar {}><mj-navbar-link href='/a'>t</mj-navbar-link></mj-navbar>"
    ),
    "mj-navbar-link": _COLUMN.format(
        "<mj-navbar><mj-navbar-link {}>t</mj-navbar-link></mj-navbar>"
    ),
    "mj-social": _COLUMN.format(
        "<mj-social {}><mj-social-element name='facebook' href='https://a.example'>t"
        "</mj-social-element></mj-social>"
    ),
    "mj-social-element": _COLUMN.format(
        "<mj-social><mj-social-element {}>t</mj-social-element></mj-social>"
    ),
    "mj-accordion": _COLUMN.format(
        "<mj-accordion {}><mj-accordion-element><mj-accordion-title>t</mj-accordion-title>"
        "<mj-accordion-text>t</mj-accordion-text></mj-accordion-element></mj-accordion>"
    ),
    "mj-accordion-element": _COLUMN.format(
        "<mj-accordion><mj-accordion-element {}><mj-accordion-title>t</mj-accordion-title>"
        "<mj-accordion-text>t</mj-accordion-text></mj-accordion-element></mj-accordion>"
    ),
    "mj-accordion-title": _ROWS.format("<mj-accordion-title {}>t</mj-accordion-title>"),
    "mj-accordion-text": _ROWS.format("<mj-accordion-text {}>t</mj-accordion-text>"),
    "mj-carousel": _COLUMN.format(f"<mj-carousel {{}}>{_SLIDES}{_SLIDES}</mj-carousel>"),
    "mj-carousel-image": _COLUMN.format(
        f"<mj-carousel><mj-carousel-image {{}} />{_SLIDES}</mj-carousel>"
    ),
    "mj-image": _COLUMN.format("<mj-image {} />"),
    "mj-spacer": _COLUMN.format("<mj-spacer {} />"),
    "mj-divider": _COLUMN.format("<mj-divider {} />"),
    "mj-table": _COLUMN.format("<mj-table {}><tr><td>t</td></tr></mj-table>"),
    "mj-text": _COLUMN.format("<mj-text {}>t</mj-text>"),
    "mj-button": _COLUMN.format("<mj-button {}>t</mj-button>"),
}

#: values that differ from what each attribute is without them
VALUES = {
    "align": "right", "dir": "rtl", "direction": "rtl", "fluid-on-mobile": "true",
    "full-width": "full-width", "hamburger": "hamburger", "icon-position": "left",
    "inline": "inline", "lang": "fr", "mode": "vertical", "name": "Probe",
    "position": "file-start", "table-layout": "fixed", "text-align": "right",
    "thumbnails": "hidden", "vertical-align": "bottom", "background-repeat": "no-repeat",
    "background-size": "cover", "border-style": "dotted", "border-width": "7px",
}  # fmt: skip

#: (element, attribute) → what it needs beside it to be seen at all
BESIDE = {
    ("mj-column", "inner-"): "padding='10px'",
    ("mj-navbar", "ico-"): "hamburger='hamburger'",
    ("mj-font", "name"): "href='https://a.example/f.css'",
    ("mj-font", "href"): "name='Probe'",
    ("mj-image", "sizes"): "srcset='https://a.example/2.png 2x'",
}


def value_of(element: str, attribute: str) -> str:
    if (element, attribute) == ("mj-social-element", "name"):
        return "twitter"
    if attribute in VALUES:
        return VALUES[attribute]
    if "color" in attribute:
        return "#123456"
    if "border" in attribute and not attribute.endswith("radius"):
        return "3px dotted #123456"
    if any(word in attribute for word in ("url", "href", "src")) or attribute.endswith("-icon"):
        return "https://probe.example/p.png"
    if any(word in attribute for word in ("font-family", "alt", "ico-open", "ico-close", "title")):
        return "Probe"
    if attribute in ("rel", "target", "usemap", "role", "sizes", "css-class", "id", "owa"):
        return "probe"
    if attribute in ("font-style", "font-weight", "text-decoration", "text-transform"):
        return "probe"
    return "7px"


def beside(element: str, attribute: str) -> str:
    words = [
        text
        for (name, start), text in BESIDE.items()
        if name == element and attribute.startswith(start)
    ]
    if attribute.startswith("background-") and attribute not in (
        "background-url",
        "background-color",
    ):
        words.append("background-url='https://a.example/b.png'")
    if attribute in ("rel", "target", "title", "name", "alt", "srcset") and element != "mj-font":
        words.append("href='https://a.example/'")
    if element in ("mj-image", "mj-carousel-image") and attribute != "src":
        words.append("src='https://a.example/1.png'")
    if element == "mj-social-element":
        words += ["name='facebook'"] if attribute != "name" else []
        words += ["href='https://a.example/'"] if "href" not in "".join(words) else []
        words = [word for word in words if not (attribute == "href" and word.startswith("href"))]
    return " ".join(words)


def compiled(element: str, attributes: str) -> str:
    mail = MAILS[element].replace("{{", "{").replace("}}", "}").replace("{}", attributes)
    # The carousel names its parts at random.
    return re.sub(r"[0-9a-f]{8,}", "", mjml2html(mail, fonts={}))


ATTRIBUTES = [
    (element, attribute) for element in sorted(MAILS) for attribute in sorted(ELEMENTS[element])
]


def test_every_element_with_attributes_is_tried() -> None:
    without = {name for name, known in ELEMENTS.items() if not known or "*" in known}
    assert set(ELEMENTS) - without == set(MAILS)
    assert set(PARENTS) | {"mjml", "mj-raw"} == set(ELEMENTS)
    assert all(DROPPED[name] <= ELEMENTS[name] for name in DROPPED)
    assert all(FIXED[name] <= ELEMENTS[name] - DROPPED.get(name, set()) for name in FIXED)


def drops(element: str, attribute: str) -> bool:
    value, around = value_of(element, attribute), beside(element, attribute)
    page = compiled(element, f"{around} {attribute}='{value}'")
    # A border that only takes room away is not there.
    return page == compiled(element, around) or ("dotted #" in value and value not in page)


def test_the_compiler_drops_just_what_the_table_says() -> None:
    dropped = {pair for pair in ATTRIBUTES if drops(*pair)}
    assert dropped == {(name, one) for name, known in DROPPED.items() for one in known}


def test_the_compiler_drops_values_from_tags_just_where_the_table_says() -> None:
    fixed = {
        (element, attribute)
        for element, attribute in ATTRIBUTES
        if attribute not in DROPPED.get(element, ())
        # A font's name is looked for in the styles of others, and is shown nowhere.
        and (element, attribute) != ("mj-font", "name")
        and "qvt17zq"
        not in compiled(element, f"{beside(element, attribute)} {attribute}='qvt17zq'")
    }
    assert fixed == {(name, one) for name, known in FIXED.items() for one in known}


@pytest.mark.parametrize("attribute", sorted(COMMON))
def test_what_every_element_has_works(attribute: str) -> None:
    mail = _HEAD.format("<mj-attributes><mj-class name='b' color='#123456' /></mj-attributes>")
    page = mjml2html(mail.replace("css-class='x'", f"{attribute}='b'"), fonts={})
    assert ("#123456" in page) is (attribute == "mj-class")
    assert ('class="b"' in page) is (attribute == "css-class")
