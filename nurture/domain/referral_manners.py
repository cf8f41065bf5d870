"""What an ask may not say: phrases that name nobody, and words that press."""

from __future__ import annotations

import re
import unicodedata

# 003: 「誰かいい人がいれば紹介して」 brings nobody to mind, so nobody is introduced.
_VAGUE = re.compile(
    r"""
    (?:良|よ|い)い\s*(?:方|人|会社|企業|お客様?)[^。\n]{0,6}(?:いれば|いたら|おられ|いらっしゃ|居れば|ご存じ|ご存知)
    | (?:どなた|だれ|誰)か\s*(?:良|よ|い)い
    | (?:どなた|誰|だれ)でも(?:構い|結構|かまい|OK|よい|良い)
    | (?:良|よ|い)い\s*(?:方|人)\s*を?\s*(?:ご)?紹介
    | \b(?:know|think\ of)\s+(?:of\s+)?(?:any|some)\s*one\s+(?:good|suitable|nice|great)\b
    | \bany\s*(?:one|body)\s+(?:at\ all|will\ do)\b
    | \b(?:good|nice)\s+(?:people|person|contact|lead)s?\s+(?:to\ introduce|you\ know)\b
    | \bsomeone\s+(?:good|nice|great)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)

# 003: people refuse where they are forced or moved by money alone.
_PRESSURE = re.compile(
    r"""
    是非 | ぜひとも | ぜひ、?ご紹介 | 何とか | なんとか(?:お願い|ご紹介) | どうしても | 必ずご紹介
    | 必ず\s*[一二三1-9０-９]+\s*(?:名|社|人) | ノルマ | 今だけ | 残りわずか | お早めに
    | 締め?切り?間近 | 本日限り | 至急 | お急ぎ | 義理 | 助けると思って | 断らないで
    | \b(?:must|have\ to|need\ to)\s+(?:refer|introduce)\b | \bplease,?\s+please\b
    | \bhurry\b | \blast\s+chance\b | \bdon'?t\s+miss\b | \blimited\s+time\b | \bact\s+now\b
    | \bwe\s+(?:really\s+)?need\s+you\b | \bas\s+a\s+favou?r\b
    | \bat\s+least\s+(?:one|two|three|\d+)\s+(?:people|names|contacts|introductions)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


# Asking, not thanking: ご紹介いただけませんか, would you introduce us.
_REQUEST = re.compile(
    r"""
    (?:ご紹介|お引き合わせ|お引合せ)\s*を?\s*(?:
        (?:いただけ|頂け)(?:ない|ます|ません|れば|たら|ると)
        | (?:ください|下さい) | お願い(?:いた|致|申|でき|し)
    )
    | (?:お知り合い|お知合い|ご友人|お友達|お取引先)[^。\n]{0,40}お声(?:が|か|掛)け?\s*
        (?:ください|下さい|いただけ|頂け|願)
    | お声(?:が|か|掛)け?\s*(?:ください|下さい|いただけ|頂け|願)[^。\n]{0,20}
        (?:お知り合い|ご友人|お友達)
    | (?:お友達|お知り合い|ご友人)の?ご?紹介(?:で|キャンペーン|特典|プログラム|制度|を(?:募集|受付))
    | (?:お友達|友達)ご?紹介(?!く|い|し|さ|の件|に) | 紹介キャンペーン
    | \b(?:would|could|can|will)\s+you\s+(?:please\s+|kindly\s+)?(?:introduce|refer)\b
    | \bplease\s+(?:introduce|refer)\s+(?:us|me|some|your|a|any)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def vague_phrase(text: str) -> str | None:
    """Return the phrase of a text that names nobody (「良い方がいれば」), or None."""
    return _first(_VAGUE, text)


def pressing_word(text: str) -> str | None:
    """Return the words of a text that press (是非, 今だけ, last chance), or None."""
    return _first(_PRESSURE, text)


def request(text: str) -> str | None:
    """Return the words of a text that ask for an introduction, or None."""
    return _first(_REQUEST, text)


def shows_a_face(text: str, locale: str) -> bool:
    """Say whether a text describes people: 「…の方」, "people who …".

    Languages other than Japanese and English are believed.
    """
    if locale == "ja":
        return "方" in text or "担当者" in text
    if locale == "en":
        return re.search(r"\b(?:who|whose)\b", text, re.IGNORECASE) is not None
    return True


def columns(text: str) -> int:
    """Return how wide a text is: 2 for a full-width character, 1 for another."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    # Half-width katakana and full-width letters are the same words.
    found = pattern.search(unicodedata.normalize("NFKC", text))
    return found.group().strip() if found is not None else None
