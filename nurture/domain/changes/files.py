"""Files that are no definitions and no templates: PDFs, pictures, layouts' pictures."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.domain.changes.change import Change, Sign, same
from nurture.domain.changes.side import Side

#: what is compared by what it says, not as a file
_READ = (".yaml", ".yml")


def file_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield other files that are new, gone or have another content."""
    for path in sorted({*old.digests, *new.digests}):
        read = path.endswith(_READ) or path in old.templates or path in new.templates
        if read or old.digests.get(path) == new.digests.get(path):
            continue
        sign = Sign.CHANGED
        if path not in old.digests:
            sign = Sign.ADDED
        elif path not in new.digests:
            sign = Sign.REMOVED
        yield Change(sign, "file", path, same(""))
