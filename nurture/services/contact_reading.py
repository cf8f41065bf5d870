"""Reading one contact from texts: the address checked, every field made uniform or refused.

Lists, forms and callers of the API all come through `read_contact`, so an address, a name
or a date means the same whichever door it came in by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain.addresses import canonical
from nurture.domain.cell_values import (
    EXCEL_ERRORS,
    compatible,
    plain,
    read_boolean,
    read_headcount,
    read_moment,
    read_number,
    read_tags,
)
from nurture.domain.contact_row import (
    LONGEST,
    LONGEST_CUSTOM,
    Basis,
    ContactRow,
    Grant,
    Remark,
    RowError,
    default_purposes,
)
from nurture.domain.contact_words import (
    BASES,
    LANGUAGES,
    PURPOSE_WORDS,
    ROLES,
    stage_near,
    stage_of,
    word_of,
)
from nurture.domain.industries import industry_code
from nurture.domain.lifecycle import Stage
from nurture.domain.person_name import clean_text, company_name, job_title, name_part, split_name
from nurture.services.mail_address import check_address, fault_of_domain

_LOCALE = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?")
_HOST = re.compile(r"(?:[a-z]+://)?(?:www\.)?([^/?#:\s]+\.[^/?#:\s]+)(?:[:/?#].*)?")
_NUMBER = re.compile(r"\+?[\d()]+(?:[-. ][\d()]+)*")
_DASH = re.compile(r"(?<=[\d)])\s*[‐‑–—−ー]\s*(?=[\d(])")


#: what repeats from row to row and is remembered cleaned; nothing that is one person's own
_REPEATING = frozenset({"title", "department", "company", "industry", "region", "source", "owner"})
#: texts up to this length are remembered
_WORTH_KEEPING = 60
#: texts beyond this length fit nowhere, cleaned or not
_WORTH_CLEANING = 10_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader has to know besides the texts."""

    now: datetime
    #: zone in which dates without one are meant
    zone: tzinfo
    #: declared custom fields: name → text | number | boolean | date
    contact_fields: Mapping[str, str] = field(default_factory=dict)
    account_fields: Mapping[str, str] = field(default_factory=dict)
    #: values for fields that a row leaves empty: basis, source, obtained, purposes …
    defaults: Mapping[str, str] = field(default_factory=dict)


def read_contact(values: Mapping[str, str], reading: Reading, line: int = 0) -> ContactRow:
    """Return a row from texts by field.

    Fields are those of `nurture.domain.contact_columns.FIELDS` and the custom ones. Raises
    RowError with everything that is wrong, not just the first.
    """
    return _Reader(values, reading, line).read()


class _Reader:
    """One row being read; collects what is wrong on the way."""

    def __init__(self, values: Mapping[str, str], reading: Reading, line: int) -> None:
        self._reading = reading
        self._line = line
        self._faults: list[Remark] = []
        self._remarks: list[Remark] = []
        self._cells = dict(reading.defaults)
        for name, text in values.items():
            cell = plain(text)
            if cell[:1] == "#" and cell in EXCEL_ERRORS:
                self._faults.append(Remark("excel_error", {"field": name, "value": cell}))
            elif cell:
                self._cells[name] = cell

    def read(self) -> ContactRow:
        address = written = ""
        try:
            address, written = check_address(self._cells.get("email", ""))
        except RowError as error:
            self._faults += error.remarks
        obtained = self._moment("obtained")
        row = ContactRow(
            address=address,
            email=written,
            contact=self._contact(),
            contact_fields=self._custom(self._reading.contact_fields),
            account=self._account(),
            account_fields=self._custom(self._reading.account_fields),
            owner=self._text("owner"),
            tags=self._tags(),
            lifecycle=self._lifecycle(),
            first_touch_at=self._moment("first_touch") or obtained,
            grant=self._grant(obtained),
            remarks=tuple(self._remarks),
            line=self._line,
        )
        if self._faults:
            raise RowError(*self._faults)
        return row

    def _text(self, name: str, clean: Callable[[str], str] = clean_text) -> str:
        raw = self._cells.get(name)
        if raw is None:
            return ""
        if name in _REPEATING and len(raw) <= _WORTH_KEEPING:
            text = _cleaned(clean, raw)
        else:
            text = clean(raw) if len(raw) <= _WORTH_CLEANING else raw
        limit = LONGEST.get(name, LONGEST_CUSTOM)
        if len(text) > limit:
            detail = {"field": name, "length": len(text), "limit": limit}
            self._faults.append(Remark("too_long", detail))
            return ""
        return text

    def _unreadable(self, name: str, text: str, example: str) -> None:
        detail = {"field": name, "value": text[:100], "example": example}
        self._faults.append(Remark("unreadable", detail))

    def _moment(self, name: str) -> datetime | None:
        text = self._cells.get(name)
        if text is None:
            return None
        try:
            moment = _moment_of(text, self._reading.zone)
        except ValueError:
            self._unreadable(name, text, "2026-03-12")
            return None
        if moment > self._reading.now:
            self._faults.append(Remark("in_future", {"field": name, "value": text[:100]}))
            return None
        return moment

    def _contact(self) -> dict[str, str]:
        family = self._text("family_name", name_part)
        given = self._text("given_name", name_part)
        if not family and not given and (whole := self._cells.get("name")):
            parts = split_name(whole) if len(whole) <= 1_000 else None
            family, given = (parts.family, parts.given) if parts else (whole, "")
            for name, part in (("family_name", family), ("given_name", given)):
                if len(part) > LONGEST[name]:
                    detail = {"field": "name", "length": len(part), "limit": LONGEST[name]}
                    self._faults.append(Remark("too_long", detail))
        said = {
            "family_name": family,
            "given_name": given,
            "title": self._text("title", job_title),
            "department": self._text("department", job_title),
            "role": self._role(),
            "locale": self._locale(),
            "zone": self._zone(),
            "phone": self._text("phone", _phone),
            "source": self._text("source"),
        }
        return {name: text for name, text in said.items() if text}

    def _role(self) -> str:
        text = self._text("role")
        role = ROLES.get(word_of(text))
        if text and role is None:
            self._remarks.append(Remark("unknown_role", {"value": text}))
        return role or text

    def _lifecycle(self) -> str:
        text = self._cells.get("lifecycle", "")
        if not text or "lifecycle" in self._reading.contact_fields:
            return ""
        stage = stage_of(text)
        if stage is None:
            detail = {"value": text[:100]}
            if near := stage_near(text[:100]):
                self._remarks.append(Remark("unknown_stage_near", {**detail, "near": near}))
            else:
                detail["known"] = ", ".join(Stage)
                self._remarks.append(Remark("unknown_stage", detail))
        return str(stage or "")

    def _locale(self) -> str:
        text = compatible(self._cells.get("locale", "")).lower().replace("_", "-")
        locale = LANGUAGES.get(text, text)
        if locale and (len(locale) > LONGEST["locale"] or not _LOCALE.fullmatch(locale)):
            self._unreadable("locale", text, "ja")
            return ""
        language, *rest = locale.split("-")
        return "-".join([language, *(p.title() if len(p) == 4 else p.upper() for p in rest)])

    def _zone(self) -> str:
        text = compatible(self._cells.get("zone", ""))
        if not text:
            return ""
        try:
            ZoneInfo(text)
        except (ValueError, OSError, LookupError):
            self._unreadable("zone", text, "Asia/Tokyo")
            return ""
        return text

    def _account(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "name": self._text("company", company_name),
            "domain": self._domain(),
            "industry": self._text("industry", industry_code),
            "region": self._text("region"),
        }
        if heads := self._cells.get("employees"):
            try:
                said["employees"] = read_headcount(heads)
            except ValueError:
                self._unreadable("employees", heads, "120")
        return {name: value for name, value in said.items() if value not in ("", None)}

    def _domain(self) -> str:
        text = compatible(self._cells.get("domain", "")).lower()
        if not text:
            return ""
        found = _HOST.fullmatch(text.rpartition("@")[2])
        host = found[1] if found and len(found[1]) <= LONGEST["domain"] else ""
        try:
            domain = canonical(f"x@{host}").rpartition("@")[2]
        except ValueError:
            domain = ""
        if not domain or fault_of_domain(domain):
            self._unreadable("domain", text, "example.co.jp")
            return ""
        return domain

    def _tags(self) -> tuple[str, ...]:
        words = read_tags(compatible(self._cells.get("tags", "")))
        tags = tuple(dict.fromkeys(tag for word in words if (tag := clean_text(word))))
        for tag in tags:
            if len(tag) > LONGEST["tags"]:
                detail = {"field": "tags", "length": len(tag), "limit": LONGEST["tags"]}
                self._faults.append(Remark("too_long", detail))
        return tags

    def _custom(self, declared: Mapping[str, str]) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for name, kind in declared.items():
            text = self._text(name)
            if not text:
                continue
            read, example = _KINDS[kind]
            try:
                said[name] = read(text, self._reading.zone)
            except ValueError:
                self._unreadable(name, text, example)
        return said

    def _grant(self, obtained: datetime | None) -> Grant | None:
        basis = self._basis()
        purposes = self._purposes()
        source = self._text("source")
        if basis is None or not source or obtained is None:
            code = "no_basis" if basis is None else "no_date" if source else "no_source"
            self._remarks.append(Remark(code))
            return None
        return Grant(
            basis,
            source,
            obtained,
            purposes or default_purposes(basis),
            self._text("text_shown"),
        )

    def _basis(self) -> Basis | None:
        text = self._cells.get("basis")
        if text is None:
            return None
        basis = BASES.get(word_of(text))
        if basis is None:
            self._unreadable("basis", text, "business_card")
        return basis

    def _purposes(self) -> tuple[str, ...]:
        words = [word_of(tag) for tag in read_tags(self._cells.get("purposes", ""))]
        for word in words:
            if word not in PURPOSE_WORDS:
                self._unreadable("purposes", word, "marketing, survey")
        return tuple(dict.fromkeys(PURPOSE_WORDS[word] for word in words if word in PURPOSE_WORDS))


@lru_cache(maxsize=20_000)
def _cleaned(clean: Callable[[str], str], raw: str) -> str:
    return clean(raw)


@lru_cache(maxsize=5_000)
def _moment_of(text: str, zone: tzinfo) -> datetime:
    return read_moment(text, zone)


def _phone(text: str) -> str:
    number = _DASH.sub("-", compatible(text))
    return number if _NUMBER.fullmatch(number) else clean_text(number)


#: kind of a custom field → (how to read it, an example)
_KINDS: Mapping[str, tuple[Callable[[str, tzinfo], Any], str]] = {
    "text": (lambda text, _: text, "text"),
    "number": (lambda text, _: read_number(text), "1200"),
    "boolean": (lambda text, _: read_boolean(text), "はい / yes"),
    "date": (lambda text, zone: read_moment(text, zone).date().isoformat(), "2026-03-12"),
}
