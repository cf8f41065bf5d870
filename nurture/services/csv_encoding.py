"""Which encoding a file of text is in, or a clear question where nobody can tell."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from nurture.errors import NurtureError
from nurture.language import say

_CHUNK = 1 << 20
#: enough text to judge by, little enough to be quick
_SAMPLE = 1 << 18

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # UTF-32's begins with UTF-16's, so it is asked for first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: kana or kanji in pairs, or a kanji that is a cell of its own (姓): what Japanese text has,
#: and other text read as it has not
_JAPANESE = re.compile(
    r"[\u3041-\u30fc]{2}|[\u4e00-\u9fff々]{2}|[\uff66-\uff9f]{3}"
    r"|(?:^|[,;\t\"])[\u4e00-\u9fff](?=[,;\t\"\r\n])",
    re.MULTILINE,
)
_HALF_WIDTH = re.compile(r"[\uff61-\uff9f]")
#: what people call it → the codec that reads what they mean
_MEANT = {"shift_jis": "cp932", "utf-8": "utf-8-sig"}


def find_encoding(path: Path, named: str = "") -> str:
    """Return the codec that reads a whole file strictly.

    In order: the `named` one, a byte order mark, UTF-8, UTF-16 without a mark, CP932 (which
    is what Japanese Windows calls Shift_JIS), what charset-normalizer finds alone. Raises
    NurtureError where the file cannot be read so, or where more than one would do.
    """
    if named:
        return _named(path, named)
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    for mark, codec in _BOMS:
        if sample.startswith(mark):
            return _named(path, codec)
    if order := _wide(sample):
        return _named(path, order)
    if _reads(path, "utf-8") is None:
        return "utf-8"
    japanese = [codec for codec in ("cp932", "euc_jp") if _reads(path, codec) is None]
    if japanese == ["cp932"] and _is_japanese(_text_of(sample, "cp932")):
        return "cp932"
    if japanese == ["euc_jp"]:
        return "euc_jp"
    found = sorted({*japanese, *_others(path, sample)})
    if len(found) == 1:
        return found[0]
    message = (
        say("{name} could be any of {encodings}", name=path.name, encodings=found)
        if found
        else say("{name} is in no encoding we know", name=path.name)
    )
    hint = say("say which: --encoding {encoding}", encoding=found[0] if found else "cp932")
    raise NurtureError(message, hint)


def _named(path: Path, name: str) -> str:
    try:
        # str.encode refuses codecs that are not for text, such as base64
        "a".encode(name)
        codec = codecs.lookup(name).name
    except (LookupError, UnicodeError) as error:
        hint = say("use utf-8, cp932 (Shift_JIS), euc_jp, utf-16 or cp1252")
        raise NurtureError(say("there is no encoding '{name}'", name=name), hint) from error
    codec = _MEANT.get(codec, codec)
    at = _reads(path, codec)
    if at is not None:
        hint = say("say another with --encoding, or save the list as CSV UTF-8")
        raise NurtureError(
            say(
                "{name} is not {encoding}: byte {at:,} does not fit",
                name=path.name,
                encoding=name,
                at=at,
            ),
            hint,
        )
    return codec


def _reads(path: Path, codec: str) -> int | None:
    """Return None where a codec reads all of a file, else the byte at which it fails."""
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                return done + getattr(error, "start", 0)
            if not chunk:
                return None
            done += len(chunk)


def _wide(sample: bytes) -> str:
    """Return UTF-16's byte order where a text without a mark has many zeros on one side."""
    zeros_even, zeros_odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half and max(zeros_even, zeros_odd) > half * 0.3:
        if zeros_odd > zeros_even * 4:
            return "utf-16-le"
        if zeros_even > zeros_odd * 4:
            return "utf-16-be"
    return ""


def _text_of(sample: bytes, codec: str) -> str:
    return codecs.getincrementaldecoder(codec)(errors="ignore").decode(sample)


def _is_japanese(text: str) -> bool:
    return _JAPANESE.search(text) is not None and len(_HALF_WIDTH.findall(text)) < len(text) / 4


def _others(path: Path, sample: bytes) -> set[str]:
    """Return the codecs charset-normalizer thinks of that read the file, by distinct text."""
    found: dict[str, str] = {}
    for match in from_bytes(sample):
        if _reads(path, match.encoding) is None:
            found.setdefault(str(match), match.encoding)
    return set(found.values())
