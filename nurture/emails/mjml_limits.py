"""What the MJML compiler does without a word: attributes it drops, and where elements belong.

`tests/emails/test_mjml_elements.py` holds both tables of attributes against the compiler.
"""

from __future__ import annotations

from collections.abc import Mapping

#: element → attributes of MJML 4 that this compiler leaves out
DROPPED: Mapping[str, frozenset[str]] = {
    name: frozenset(attributes.split())
    for name, attributes in {
        "mjml": "owa",
        "mj-accordion-text": "font-style text-decoration text-transform",
        "mj-accordion-title": (
            "font-style font-weight letter-spacing line-height text-decoration text-transform"
        ),
        "mj-body": "id",
        "mj-button": "title",
        "mj-carousel-image": "border border-bottom border-left border-right border-top name",
        "mj-hero": "border-radius container-background-color mode",
        "mj-image": "border-bottom border-left border-right border-top sizes",
        "mj-navbar-link": "title",
        "mj-raw": "position",
        "mj-social": "letter-spacing table-layout text-transform",
        "mj-social-element": "icon-position letter-spacing sizes srcset text-transform",
        "mj-style": "inline",
        "mj-table": "font-style font-weight letter-spacing role text-decoration text-transform",
        "mj-wrapper": "gap",
    }.items()
}

#: element → attributes that it leaves out where their value comes from a tag
FIXED: Mapping[str, frozenset[str]] = {
    name: frozenset(attributes.split())
    for name, attributes in {
        "mj-accordion": "icon-position",
        "mj-accordion-element": "icon-position",
        "mj-body": "width",
        "mj-breakpoint": "width",
        "mj-carousel": "tb-width thumbnails",
        "mj-column": "width",
        "mj-group": "width",
        "mj-hero": "height",
        "mj-image": "fluid-on-mobile width",
        "mj-navbar": "hamburger",
        "mj-section": "full-width",
        "mj-social": "icon-height icon-size mode",
        "mj-social-element": "icon-height icon-size name",
        "mj-wrapper": "full-width",
    }.items()
}

_CONTENT = (
    "mj-text mj-button mj-image mj-divider mj-spacer mj-table mj-navbar mj-social mj-accordion "
    "mj-carousel"
)

#: element → elements it may stand in, as MJML's documentation has it
PARENTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("mj-head", "mj-body"), ("mjml",)),
    **dict.fromkeys(
        ("mj-title", "mj-preview", "mj-attributes", "mj-breakpoint", "mj-font", "mj-style"),
        ("mj-head",),
    ),
    **dict.fromkeys(("mj-all", "mj-class"), ("mj-attributes",)),
    **dict.fromkeys(_CONTENT.split(), ("mj-column", "mj-hero")),
    "mj-section": ("mj-body", "mj-wrapper"),
    "mj-wrapper": ("mj-body",),
    "mj-hero": ("mj-body", "mj-wrapper"),
    "mj-group": ("mj-section",),
    "mj-column": ("mj-section", "mj-group"),
    "mj-navbar-link": ("mj-navbar",),
    "mj-social-element": ("mj-social",),
    "mj-accordion-element": ("mj-accordion",),
    "mj-accordion-title": ("mj-accordion-element",),
    "mj-accordion-text": ("mj-accordion-element",),
    "mj-carousel-image": ("mj-carousel",),
}
