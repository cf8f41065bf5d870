"""Who was erased stays a number: what may be kept of them, and what in a text is theirs.

Laws: 個人情報保護法 第35条 (利用停止・消去), GDPR Art. 17. What stays is what figures are made
of: types, times, points, scores, amounts and codes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

#: stands where a name or an address stood in what others said
GONE = "[…]"

#: properties of events by which figures are counted, and journeys told apart; of all others
#: nothing is kept, since nobody can know what a form or another system put there
KEPT = frozenset(
    {
        *("action", "again", "amount", "answer", "ask", "band", "before", "by", "candidate"),
        *("change_percent", "channel", "code", "currency", "deal", "decider_met", "document"),
        *("drivers", "enrolment", "enrolment_id", "form", "from", "hard", "hidden", "how"),
        *("item", "kind", "link", "loop", "mode", "month", "offer", "outcome", "over", "points"),
        *("program", "purpose", "purposes", "reason", "referral", "referrals", "result"),
        *("reward", "round", "rule", "satisfied", "score", "seminar", "side", "stage", "state"),
        *("step", "survey", "task", "template", "timing", "to", "topic", "via", "way", "why"),
        *("workflow", "rhythm", "resumes", "rows", "source"),
    }
)

#: a code, a number or a moment as text: no sentence, no address
_CODE = re.compile(r"[A-Za-z0-9_.:/+-]{1,100}")

#: kanji: where one touches a family name, the name is part of another word
_KANJI = "一-龯々〆ヶ"
#: what a Japanese name is followed by where somebody is meant
_TITLES = "様|さま|さん|氏|殿|君|先生|部長|課長|係長|次長|主任|社長|専務|常務|取締役|店長|所長"


def is_code(value: Any) -> bool:
    """Say whether a value is a number, a truth or a code, as opposed to words."""
    if value is None or isinstance(value, bool | int | float):
        return True
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def only_codes(value: Any, keys: Collection[str] | None = None) -> Any:
    """Return what of a JSON value figures are made of; `keys`: of an object these alone.

    Texts that are no codes are left out, wherever they stand.
    """
    if isinstance(value, Mapping):
        return {
            key: only_codes(inner)
            for key, inner in value.items()
            if is_code(key) and (keys is None or key in keys) and _has_code(inner)
        }
    if isinstance(value, list | tuple):
        return [only_codes(inner) for inner in value if _has_code(inner)]
    return value if is_code(value) else None


def _has_code(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple) or is_code(value)


def memory_kept(memory: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an enrolment's memory (`nurture.domain.enrolment.Memory`) may keep."""
    steps = {
        step: {**fact, "event": only_codes(fact.get("event") or {}, KEPT)}
        for step, fact in (memory.get("steps") or {}).items()
        if isinstance(fact, Mapping)
    }
    kept: dict[str, Any] = only_codes({key: one for key, one in memory.items() if key != "steps"})
    return {**kept, "steps": only_codes(steps)}


@dataclass(frozen=True, slots=True)
class Name:
    """What somebody is called."""

    family: str
    given: str


@dataclass(frozen=True)
class Marks:
    """What somebody is recognised by in what others wrote."""

    #: every address of theirs, as written and canonical
    addresses: tuple[str, ...]
    names: tuple[Name, ...] = ()
    #: nobody else near them bears their family name: it means them even alone
    alone: bool = True

    @cached_property
    def full_names(self) -> tuple[str, ...]:
        """Return their names as people write them whole, the longest first."""
        found: set[str] = set()
        for one in self.names:
            family, given = one.family.strip(), one.given.strip()
            if not (family and given):
                continue
            gaps = (" ", "\u3000") if (family + given).isascii() else ("", " ", "\u3000")
            found |= {f"{family}{gap}{given}" for gap in gaps}
            found |= {f"{given}{gap}{family}" for gap in gaps if gap}
        # 林 一 is in too many other words.
        return tuple(sorted((one for one in found if len(one) > 2), key=lambda n: (-len(n), n)))

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """Return what a database looks for in texts of people near them, lower case."""
        parts = {one.family.strip() for one in self.names} if self.alone else set()
        parts |= {one.given.strip() for one in self.names if not one.family.strip()}
        words = {*self.full_names, *(one for one in parts if len(one) > 1)}
        return tuple(sorted({one.lower() for one in words}))

    @cached_property
    def _address(self) -> re.Pattern[str] | None:
        return _any_of(self.addresses)

    @cached_property
    def _name(self) -> re.Pattern[str] | None:
        patterns = [re.escape(one) for one in self.full_names]
        if self.alone:
            patterns += [_family(one.family.strip()) for one in self.names if one.family.strip()]
        patterns += [
            _family(one.given.strip())
            for one in self.names
            if one.given.strip() and not one.family.strip()
        ]
        return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def out_of(self, text: str, near: bool) -> str:
        """Return a text without them: their addresses, and where it is near them their names."""
        if self._address is not None:
            text = self._address.sub(GONE, text)
        if near and self._name is not None:
            text = self._name.sub(GONE, text)
        return text

    def out_of_json(self, value: Any, near: bool) -> Any:
        """Return a JSON value without them, keys too."""
        if isinstance(value, str):
            return self._leaf(value, near)
        if isinstance(value, Mapping):
            return {
                self.out_of(str(key), near): self.out_of_json(inner, near)
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.out_of_json(inner, near) for inner in value]
        return value

    def _leaf(self, text: str, near: bool) -> str:
        # A field that holds nothing but a part of their name is about them.
        if near and self.alone and text.strip() and text.strip() in self._parts:
            return GONE
        return self.out_of(text, near)

    @cached_property
    def _parts(self) -> frozenset[str]:
        return frozenset(
            part for one in self.names for part in (one.family.strip(), one.given.strip()) if part
        )


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    if not found:
        return None
    # Not within a longer address: taro@example.jp is neither in kotaro@example.jp nor in
    # taro@example.jp.example.
    words_of = "|".join(re.escape(word) for word in found)
    return re.compile(
        rf"(?<![A-Za-z0-9_.+-])(?:{words_of})(?![A-Za-z0-9-]|\.[A-Za-z0-9])", re.IGNORECASE
    )


def _family(name: str) -> str:
    """Return the pattern of a family name where it stands for somebody."""
    quoted = re.escape(name)
    if name.isascii():
        return rf"\b(?:(?:Mr|Ms|Mrs|Dr|Prof)\.?\s+)?{quoted}\b"
    return rf"(?<![{_KANJI}]){quoted}(?={_TITLES}|[^{_KANJI}]|$)"


def escaped(word: str) -> str:
    """Return a word as it stands in JSON text."""
    return json.dumps(word, ensure_ascii=False)[1:-1]


def written(text: str) -> str:
    """Return an address as it may stand in text: NFKC, trimmed, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()
