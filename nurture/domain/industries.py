"""Industries: the word that files use, whatever a list, a form or another system calls it.

Conditions, offers and the sectors that law watches name industries as `medical`; lists say
医療, 病院 or "Healthcare". Words of their own that nobody here knows stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from nurture.domain.person_name import clean_text

#: the word of the files → what else it is called; compared without case, width and spaces
_CALLED: Mapping[str, str] = {
    "manufacturing": "製造 メーカー manufacturer manufacturers",
    "medical": "医療 医療機関 病院 クリニック 診療所 薬局 healthcare hospital hospitals clinic",
    "care": "介護 介護福祉 nursingcare elderlycare",
    "logistics": "物流 運輸 運送 倉庫 transport transportation",
    "retail": "小売 小売り",
    "construction": "建設 建築",
    "finance": "金融 金融保険 銀行 保険 証券 信用金庫 financial financialservices banking bank"
    " insurance securities",
    "it": "情報通信 情報サービス informationtechnology",
    "education": "教育",
    "services": "サービス service",
}
_CODES: Mapping[str, str] = {
    word: code for code, words in _CALLED.items() for word in (code, *words.split())
}
_NOISE = re.compile(r"[\s・･/、,&_\-]+")
_ENDING = re.compile(r"(?:業界|業|industry)$")


def industry_code(text: str) -> str:
    """Return the word of the files for an industry, the cleaned text where there is none."""
    key = _key(text)
    return _CODES.get(key) or _CODES.get(_ENDING.sub("", key)) or clean_text(text)


def sectors_of(industry: str, watched: Iterable[str]) -> set[str]:
    """Return which of the sectors that law watches an industry may belong to.

    Careful on purpose: 医療・福祉 and "Medical devices" are taken for `medical`. Whoever was
    looked at is named under `cleared`.
    """
    return {sector for sector in watched if industry and _belongs(industry, sector)}


@lru_cache(maxsize=10_000)
def _belongs(industry: str, sector: str) -> bool:
    key, code = _key(industry), industry_code(sector)
    words = [word for word, its in _CODES.items() if its == code]
    return key == _key(sector) or any(_occurs(word, key, industry) for word in words)


def _occurs(word: str, key: str, industry: str) -> bool:
    if not word.isascii():
        return word in key
    # bank, but not embankment
    plain = unicodedata.normalize("NFKC", industry).casefold()
    return re.search(rf"\b{re.escape(word)}\b", plain) is not None or word == key


def _key(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())
