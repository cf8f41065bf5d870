"""Names of files: what editors leave behind, and what another machine could not hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from nurture.domain.library import FILES
from nurture.errors import Place, Problem, Severity
from nurture.language import Said, say

#: what editors, file managers and version control leave beside a file
_LEFT_BEHIND = re.compile(
    r"\..*|.*~|#.*#|~\$.*|.*\.(?:swp|swo|swx|bak|tmp|orig|rej|part)|4913"
    r"|thumbs\.db|desktop\.ini|icon\r",
    re.IGNORECASE,
)

#: device names of Windows, whatever follows the first dot
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\..*)?", re.IGNORECASE)
_NOT_ON_WINDOWS = re.compile(r'[<>:"\\|?*]|[ .]$')
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_DEFINITIONS = (".yaml", ".yml")
_TEMPLATES = (".md", ".mjml", ".txt")
#: read by people, not by the check
_FOR_PEOPLE = re.compile(r"(?:readme|changelog|license)(?:\..*)?", re.IGNORECASE)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif")


def left_behind(name: str) -> bool:
    """Say whether a file or folder is hidden or was left behind by an editor."""
    return _LEFT_BEHIND.fullmatch(name) is not None


def display(name: str) -> str:
    """Return a path that stands on one line and can be printed."""
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", name)


def name_problems(names: Iterable[str]) -> Iterator[Problem]:
    """Yield what is wrong with the paths of a project's files, taken together."""
    taken: dict[str, str] = {}
    for name in sorted(names):
        place = Place(display(name))
        if _UNPRINTABLE.search(name):
            message = say("the name holds a character that cannot be shown, or is not UTF-8")
            yield Problem(place, "file-name", message, say("rename it"))
            continue
        # macOS and Windows take both for one file; macOS may also take letters apart.
        folded = unicodedata.normalize("NFC", name).casefold()
        other = taken.setdefault(folded, name)
        if other != name:
            message = say("on macOS and Windows this is the same file as {other}", other=other)
            yield Problem(place, "same-name", message, say("rename one of them"))
        parts = PurePosixPath(name).parts
        if any(_DEVICES.fullmatch(part) or _NOT_ON_WINDOWS.search(part) for part in parts):
            message = say("Windows cannot hold a file of this name")
            hint = say("use letters, digits, hyphens and dots")
            yield Problem(place, "file-name", message, hint, Severity.WARNING)
        advice = _unread(name)
        if advice is not None:
            message = say("nothing reads this file")
            yield Problem(place, "file-ignored", message, advice, Severity.WARNING)


def _unread(name: str) -> Said | None:
    """Return what to do with a file that no part of the engine reads, else None."""
    file = PurePosixPath(name)
    if _FOR_PEOPLE.fullmatch(file.name) or name.startswith(FILES):
        return None
    if file.parts[0] == "workflows":
        if name.endswith(_DEFINITIONS):
            return None
        if any(end in file.name.lower() for end in _DEFINITIONS):
            return say("its name has to end in .yaml, in lower case")
        return say("definitions are .yaml files; what mails carry lies in {folder}", folder=FILES)
    if not name.startswith("templates/email/"):
        return say("templates live in templates/email/")
    if name.endswith(_TEMPLATES) or name.lower().endswith(_PICTURES):
        return None
    return say("templates end in .md, .mjml or .txt, in lower case")
