"""Files that mails carry or items are: there, PDFs, and small enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nurture.compiler.nodes import quoted
from nurture.compiler.report import Placed, Report
from nurture.domain.library import FILES, LOCALE_MARK
from nurture.language import say

#: octets; larger mails are refused by many companies' gateways
LARGEST_FILE = 3_000_000
#: octets; larger ones are slow on a phone
LARGE_FILE = 1_000_000
#: octets of all files of one mail
LARGEST_MAIL = 3_000_000

#: ISO 32000-1, annex H: readers look for the header in the first 1024 bytes
_HEADER, _WITHIN = b"%PDF-", 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ARCHIVES = (".zip", ".lzh", ".7z", ".rar")


class ProjectFiles:
    """What is in the folder of attachments."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self._files = {
            path: content.encode() if isinstance(content, str) else content
            for path, content in files.items()
            if path.startswith(FILES)
        }

    def check(self, path: str, locales: Iterable[str], at: Placed, report: Report) -> None:
        """Report what keeps a file from being sent, in each language where it is one per language.

        There is no fall-back: who reads English never gets the Japanese file.
        """
        for concrete in _in_locales(path, locales):
            self._check(concrete, path, at, report)

    def check_together(
        self, paths: Iterable[str], locales: Iterable[str], at: Placed, report: Report
    ) -> None:
        """Report the files of one mail where they are too large together."""
        several = list(paths)
        if len(several) < 2:
            return
        for locale in locales:
            concrete = [path.replace(LOCALE_MARK, locale) for path in several]
            size = sum(len(self._files.get(path, b"")) for path in concrete)
            if size > LARGEST_MAIL:
                message = say("the files of this mail have {size} MB together", size=_mb(size))
                hint = say(
                    "{most} MB is the most; link to one of them instead",
                    most=_mb(LARGEST_MAIL),
                )
                report.error(at, "mail-too-large", message, hint)
                return

    def _check(self, path: str, written: str, at: Placed, report: Report) -> None:
        content = self._files.get(path)
        if path.lower().endswith(_ARCHIVES) or (content or b"").startswith(_ZIP):
            message = say("{path} is an archive", path=quoted(path))
            hint = say("companies refuse archives and readers distrust them; send a PDF")
            report.error(at, "archive", message, hint)
            return
        if content is None:
            hint = report.near(path, self._files) or say("put it into {folder}", folder=FILES)
            if path != written:
                hint = say("each language needs its file; nobody gets one in another language")
            report.error(
                at, "missing-file", say("there is no file {path}", path=quoted(path)), hint
            )
            return
        if _HEADER not in content[:_WITHIN]:
            message = say("{path} is no PDF", path=quoted(path))
            report.error(
                at, "not-a-pdf", message, say("save or print it as a PDF; a name is not enough")
            )
            return
        if len(content) > LARGEST_FILE:
            message = say("{path} has {size} MB", path=quoted(path), size=_mb(len(content)))
            hint = say(
                "{most} MB is the most; make its pictures smaller, or link to it",
                most=_mb(LARGEST_FILE),
            )
            report.error(at, "file-too-large", message, hint)
        elif len(content) > LARGE_FILE:
            message = say("{path} has {size} MB", path=quoted(path), size=_mb(len(content)))
            report.warn(
                at, "large-file", message, say("slow on a phone; make its pictures smaller")
            )


def _in_locales(path: str, locales: Iterable[str]) -> list[str]:
    if LOCALE_MARK not in path:
        return [path]
    return [path.replace(LOCALE_MARK, locale) for locale in locales]


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0")
