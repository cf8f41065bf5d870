"""What a person has chosen, and what a choice changed, in sentences of both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from nurture.domain.preferences import Change, Choices, Rhythm

#: purposes as readers call what they are sent
PURPOSES: Mapping[str, tuple[str, str]] = {
    "marketing": ("お役立ち情報とご案内", "News and invitations"),
    "survey": ("アンケート", "Short surveys"),
    "referral": ("ご紹介のお願い", "Requests for introductions"),
}

RHYTHMS: Mapping[str, tuple[str, str]] = {
    Rhythm.ALL: ("制限なし", "as they come"),
    Rhythm.FORTNIGHTLY: ("2週間に1通まで", "at most one in two weeks"),
    Rhythm.MONTHLY: ("月に1通まで", "at most one a month"),
}

_LANGUAGES: Mapping[str, tuple[str, str]] = {
    "ja": ("日本語", "Japanese"),
    "en": ("英語", "English"),
}

#: parts of a change → words, for those who read about it later
_PARTS: Mapping[str, tuple[str, str]] = {
    "rhythm": ("頻度", "How often"),
    "pause": ("お休み", "Break"),
    "language": ("メールの言語", "Language"),
    "tracking": ("開封とクリックの計測", "Measuring of opens and clicks"),
}

_GETS: Mapping[str, tuple[str, str]] = {
    "True": ("受け取る", "on"),
    "False": ("受け取らない", "off"),
}
_MEASURES: Mapping[str, tuple[str, str]] = {
    "True": ("許可する", "allowed"),
    "False": ("許可しない", "not allowed"),
}

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_in_words(day: date, locale: str) -> str:
    """Return a day as it is written out: 2026年12月20日, 20 December 2026."""
    if _ja(locale):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def language_name(code: str, locale: str) -> str:
    """Return a language's name in a language; one that we do not know as its code."""
    found = _LANGUAGES.get(code.split("-")[0])
    return code if found is None else found[0 if _ja(locale) else 1]


def summary(has: Choices, titles: Mapping[str, str], languages: int, locale: str) -> list[str]:
    """Return what a person gets from now on, in one to four plain sentences.

    `titles`: topic → what readers call it, in the policy's order; empty where it has none.
    `languages`: how many languages mails are written in; of one nobody needs to be told.
    """
    if not has.purposes:
        return [
            "ご案内のメールは、すべて停止しています。"
            if _ja(locale)
            else "You get no mails from us: everything is turned off."
        ]
    letters = [title for name, title in titles.items() if name in has.topics]
    if "marketing" in has.purposes and not letters:
        letters = [_word(PURPOSES, "marketing", locale)]
    others = [_word(PURPOSES, one, locale) for one in ("survey", "referral") if one in has.purposes]
    language = language_name(has.locale, locale) if languages > 1 else ""
    rhythm = "" if has.rhythm is Rhythm.ALL else _word(RHYTHMS, has.rhythm, locale)
    say = _in_japanese if _ja(locale) else _in_english
    return say(letters, others, rhythm, language, has)


def _in_japanese(
    letters: list[str], others: list[str], rhythm: str, language: str, has: Choices
) -> list[str]:
    tongue = f"{language}で" if language else ""
    lines = []
    if has.resumes is not None:
        again = day_in_words(has.resumes, "ja")
        lines.append(f"配信をお休みしています。{again}に再開します。")
    if letters:
        often = f"{rhythm}、" if rhythm else ""
        lines.append(f"{_quoted(letters)}を{often}{tongue}お送りします。")
    if others and letters:
        lines.append(f"{_quoted(others)}もお送りします。")
    elif others:
        lines.append(f"{_quoted(others)}だけを{tongue}お送りします。")
    if not has.tracking:
        lines.append("開封やリンクのクリックは計測しません。")
    return lines


def _in_english(
    letters: list[str], others: list[str], rhythm: str, language: str, has: Choices
) -> list[str]:
    tongue = f", in {language}" if language else ""
    lines = []
    if has.resumes is not None:
        again = day_in_words(has.resumes, "en")
        lines.append(f"Mails are paused and begin again on {again}.")
    if letters:
        often = f", {rhythm}" if rhythm else ""
        lines.append(f"You get {_listed(letters)}{often}{tongue}.")
    if others:
        also = "also get " if letters else "get nothing but "
        lines.append(f"You {also}{_listed(others)}{'' if letters else tongue}.")
    if not has.tracking:
        lines.append("Opens and clicks are not measured.")
    return lines


def change_in_words(change: Change, titles: Mapping[str, str], locale: str) -> str:
    """Return one line such as セミナーのご案内：受け取る → 受け取らない."""
    ja = _ja(locale)
    match change.what:
        case "topic":
            name = titles.get(change.name, change.name)
            old, new = (_word(_GETS, str(bool(one)), locale) for one in (change.old, change.new))
        case "purpose":
            name = _word(PURPOSES, change.name, locale)
            old, new = (_word(_GETS, str(bool(one)), locale) for one in (change.old, change.new))
        case "rhythm":
            name = _word(_PARTS, "rhythm", locale)
            old, new = (_word(RHYTHMS, str(one), locale) for one in (change.old, change.new))
        case "pause":
            name = _word(_PARTS, "pause", locale)
            old, new = (_pause(one, locale) for one in (change.old, change.new))
        case "language":
            name = _word(_PARTS, "language", locale)
            old, new = (language_name(str(one), locale) for one in (change.old, change.new))
        case _:
            name = _word(_PARTS, "tracking", locale)
            old, new = (
                _word(_MEASURES, str(bool(one)), locale) for one in (change.old, change.new)
            )
    return f"{name}：{old} → {new}" if ja else f"{name}: {old} → {new}"


def _pause(day: object, locale: str) -> str:
    if not isinstance(day, date):
        return "なし" if _ja(locale) else "none"
    said = day_in_words(day, locale)
    return f"{said}に再開" if _ja(locale) else f"until {said}"


def story(properties: Mapping[str, Any], locale: str) -> str:
    """Return what an event `contact.preferences_changed` tells of, for a timeline."""
    ja = _ja(locale)
    told = []
    for key, word in (("topics_on", "True"), ("topics_off", "False")):
        if names := properties.get(key):
            listed = ("・" if ja else " ").join(map(str, names))
            told.append(f"{_word(_GETS, word, locale)}: {listed}")
    if "rhythm" in properties:
        told.append(_word(RHYTHMS, str(properties["rhythm"]), locale))
    if "resumes" in properties:
        day = properties["resumes"]
        if not day:
            told.append("お休み解除" if ja else "pause over")
        else:
            told.append(f"{day}までお休み" if ja else f"paused until {day}")
    if "locale" in properties:
        told.append(language_name(str(properties["locale"]), locale))
    if "tracking" in properties:
        name = _word(_PARTS, "tracking", locale)
        told.append(f"{name}: {_word(_MEASURES, str(bool(properties['tracking'])), locale)}")
    text = ("、" if ja else ", ").join(told)
    by = properties.get("by")
    if by and by != "contact":
        text += f"（{by}）" if ja else f" (by {by})"
    return text


def _word(words: Mapping[str, tuple[str, str]], code: str, locale: str) -> str:
    found = words.get(code)
    return code if found is None else found[0 if _ja(locale) else 1]


def _quoted(names: Sequence[str]) -> str:
    return "".join(f"「{name}」" for name in names)


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return ", ".join(quoted[:-1]) + (" and " if len(quoted) > 1 else "") + quoted[-1]


def _ja(locale: str) -> bool:
    return locale.startswith("ja")
