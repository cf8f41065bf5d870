"""The files that go with a mail: from the live release, else from the newest that had them."""

from __future__ import annotations

from collections.abc import Sequence

from nurture.db import releases as rows
from nurture.db.engine import read
from nurture.domain.library import ITEM_FILE, LOCALE_MARK, RESULTS_FILE, Item, in_locale
from nurture.emails.attachments import Attachment, StoredFile, file_name
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime


class FileGoneError(NurtureError):
    """No release has a file that a mail carries."""

    def __init__(self, path: str) -> None:
        super().__init__(say("no release has {path}", path=path))
        self.path = path


def enclosed(
    runtime: Runtime, release: LiveRelease, attach: Sequence[str], item: Item | None, locale: str
) -> list[bytes]:
    """Return the MIME parts of what `attach` names, in a mail's language.

    `item` stands for the picked item's file, and for nothing where the item has none.
    Raises FileGoneError where no release ever had a file.
    """
    return [
        runtime.releases.encoded.part(Attachment(_shown(release, path, locale), file))
        for path, file in find_files(runtime, release, attach, item, locale)
    ]


def find_files(
    runtime: Runtime, release: LiveRelease, attach: Sequence[str], item: Item | None, locale: str
) -> list[tuple[str, StoredFile]]:
    """Return the files that `attach` names with their paths; raises as `enclosed` does."""
    files = []
    for written in attach:
        if written == RESULTS_FILE:
            # Made of what is told, by `services.result_mail`.
            continue
        path = written.replace(LOCALE_MARK, locale)
        if written == ITEM_FILE:
            found = in_locale(item.file, locale) if item is not None else None
            if found is None:
                continue
            path = found
        files.append((path, release.files.get(path) or _older(runtime, path)))
    return files


def _older(runtime: Runtime, path: str) -> StoredFile:
    with read(runtime.engine) as connection:
        release_id = rows.newest_with(connection, [path])
        older = runtime.releases.get(connection, release_id) if release_id is not None else None
    if older is None or path not in older.files:
        raise FileGoneError(path)
    return older.files[path]


def _shown(release: LiveRelease, path: str, locale: str) -> str:
    """Return the name readers save a file under: its item's title, else its own name.

    The locale in a path (`rollout.ja.pdf`) is for us, not for readers.
    """
    for item in release.definitions.library.items.values():
        if in_locale(item.file, locale) == path:
            return file_name(str(in_locale(item.title, locale) or item.key), path)
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return file_name(stem.removesuffix(f".{locale}"), path)
