"""One of the two things that are compared: a release, or the files as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nurture.domain.conditions import Condition
from nurture.domain.definitions import Definitions


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A template file as its author reads it."""

    #: `warm/hearing`
    name: str
    #: "": for all languages
    locale: str
    #: letter, newsletter, text part, layout
    kind: str
    subject: str = ""
    preheader: str = ""
    #: everything else
    body: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared, whole."""

    definitions: Definitions
    #: path → template
    templates: Mapping[str, TemplateText] = field(default_factory=dict)
    #: path → digest of every file
    digests: Mapping[str, str] = field(default_factory=dict)
    #: path → text of the definitions, to find what names a segment
    texts: Mapping[str, str] = field(default_factory=dict)


def changed_segments(old: Side, new: Side) -> tuple[dict[Condition, str], dict[Condition, str]]:
    """Return the conditions that stand for a changed segment, on the old and the new side.

    What somebody wrote out by hand as the segment was, and left so, is no change either: the
    new side knows the old conditions too.
    """
    ours, theirs = old.definitions.segments, new.definitions.segments
    names = [name for name in theirs if name in ours and ours[name] != theirs[name]]
    before = {ours[name]: name for name in names}
    return before, {**before, **{theirs[name]: name for name in names}}
