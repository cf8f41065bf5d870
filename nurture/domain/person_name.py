"""Names of people and companies as lists, cards and forms bring them, made uniform.

What is kept matters as much as what is cleaned: 前株 and 後株 stay where they are
(㈱青空 → 株式会社青空, 青空㈱ → 青空株式会社), and old forms of characters (髙, 﨑) stay as
their owner writes them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: legal forms behind the abbreviations that Japanese lists use
_FORMS = {
    "株": "株式会社",
    "有": "有限会社",
    "合": "合同会社",
    "資": "合資会社",
    "名": "合名会社",
    "社": "一般社団法人",
    "財": "一般財団法人",
    "医": "医療法人",
    "学": "学校法人",
    "福": "社会福祉法人",
    "特非": "特定非営利活動法人",
    "独": "独立行政法人",
}
#: ㈱ and its kin are one character each
_SQUARED = {"㈱": "株", "㈲": "有", "㈴": "名", "㈾": "資", "㈳": "社", "㈶": "財", "㈻": "学"}
_BRACKETED = re.compile(
    r"\s*[(（]\s*(" + "|".join(sorted(_FORMS, key=len, reverse=True)) + r")\s*[)）]\s*"
)
_SQUARE = re.compile(r"\s*([" + "".join(_SQUARED) + r"])\s*")
_ABBREVIATED = re.compile("[(（" + "".join(_SQUARED) + "]")

#: courtesies behind a name. 行 and 氏 may end a name (孝行, ◯◯銀行), so 行 stays and 氏 goes
#: only after a space
_PERSON_SUFFIX = re.compile(r"\s*(?:様|さま|サマ|殿|さん|御中|(?<=\s)氏|先生)\s*\Z")
#: how any courtesy ends, so that most names need no look at the patterns
_ENDS = frozenset("様まマ殿ん中氏生 \u3000")
_COMPANY_SUFFIX = re.compile(r"\s*(?:御中|様)\s*\Z")
_TITLE_SUFFIX = re.compile(r"\s*(?:様|さま|殿|御中)\s*\Z")
#: what most names are made of; such a text needs no cleaning
_ORDINARY = re.compile(r"(?:[々ぁ-ゖァ-ヺー一-鿿A-Za-z0-9](?: (?=[^ ]))?)*")
_HONORIFIC = re.compile(r"(?i)\A(mr|mrs|ms|mx|dr|prof)\.?\s+(?=\S)")
_HONORIFICS = {"mr": "Mr", "mrs": "Mrs", "ms": "Ms", "mx": "Mx", "dr": "Dr", "prof": "Prof"}
_SPACES = re.compile(r"\s+")
_KATAKANA = re.compile(r"[ァ-ヺー・]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ'’.\- ]+")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in parts; empty where unknown."""

    family: str = ""
    given: str = ""
    #: Mr, Ms, Dr …: English letters need it, Japanese ones do not
    honorific: str = ""


def clean_text(value: str) -> str:
    """Return a field as a person would retype it: one line, single spaces, no controls.

    Full-width letters and digits and half-width kana become what they stand for (NFKC),
    but a character that NFKC would replace by another kanji, or by several characters,
    stays.
    """
    if _ORDINARY.fullmatch(value):
        return value
    kept = "".join(_tidy(c) for c in _compose(value))
    return _SPACES.sub(" ", kept).strip()


def split_name(whole: str) -> PersonName:
    """Split 氏名 or a full name into family and given, without its courtesy.

    Japanese: family first, parted by a space (full or half width); without one all of it
    is the family name, since nobody can know better. Latin letters: given first, or
    `Family, Given`.
    """
    text = strip_courtesy(clean_text(whole))
    honorific = ""
    if found := _HONORIFIC.match(text):
        honorific = _HONORIFICS[found[1].lower()]
        text = text[found.end() :]
    if not _LATIN.fullmatch(text.replace(",", "")):
        family, _, given = text.partition(" ")
        return PersonName(family, given, honorific)
    if "," in text:
        family, _, given = text.partition(",")
        return PersonName(family.strip(), given.strip(" ,"), honorific)
    given, _, family = text.rpartition(" ")
    return PersonName(family, given, honorific)


def name_part(value: str) -> str:
    """Return 姓 or 名 as a field of its own, without a courtesy behind it."""
    return strip_courtesy(clean_text(value))


def strip_courtesy(value: str) -> str:
    """Return a person's name without 様, さん, 殿 … behind it, however many there are."""
    return _strip(value, _PERSON_SUFFIX)


def job_title(value: str) -> str:
    """Return a title without the 様 that some lists put behind it (部長様 → 部長)."""
    return _strip(clean_text(value), _TITLE_SUFFIX)


def company_name(value: str) -> str:
    """Return a company's name with its legal form written out and no 御中 behind it.

    >>> company_name("㈱青空商事 御中")
    '株式会社青空商事'
    """
    text = clean_text(value)
    if _ABBREVIATED.search(text):
        text = _SQUARE.sub(lambda m: _FORMS[_SQUARED[m[1]]], text)
        text = _BRACKETED.sub(lambda m: _FORMS[m[1]], text)
    return _strip(text, _COMPANY_SUFFIX)


def is_latin(name: str) -> bool:
    """Return whether a name is written in Latin letters (and so given name first)."""
    return bool(name) and _LATIN.fullmatch(name) is not None


def is_katakana(name: str) -> bool:
    """Return whether a name is a foreign one in katakana (スミス), whose parts stay apart."""
    return bool(name) and _KATAKANA.fullmatch(name) is not None


def _strip(value: str, suffix: re.Pattern[str]) -> str:
    if value[-1:] not in _ENDS:
        return value.strip()
    while (shorter := suffix.sub("", value)) != value:
        value = shorter
    return value.strip()


def _compose(value: str) -> str:
    """Return the text in NFC with half-width kana joined to their voicing marks (ｶﾞ → ガ)."""
    text = unicodedata.normalize("NFC", value)
    return re.sub(r"[｡-ﾟ]+", lambda m: unicodedata.normalize("NFKC", m[0]), text)


def _tidy(character: str) -> str:
    """Return what one character stands for in a name."""
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp") or character in "\t\n\r\v\f\x85":
        return " "
    if category in ("Cc", "Cs", "Co", "Cn") or character in "\u200b\u2060\ufeff\u00ad":
        return ""
    # Full-width ASCII only: NFKC on kanji would change how a person writes a name, on ㈱
    # it would make brackets of it.
    if "\uff01" <= character <= "\uff5e" and character not in "～（）":
        return unicodedata.normalize("NFKC", character)
    return character
