"""What the headers of a contact list mean, in both languages and in the words of common tools."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nurture.domain.cell_values import plain
from nurture.domain.contact_row import Remark
from nurture.errors import NurtureError
from nurture.language import say
from nurture.language.hints import nearest

#: a column that is known and left out
LEFT_OUT = ""

#: field → headers that mean it (compared without case, spaces, hyphens and brackets)
_HEADERS: Mapping[str, str] = {
    "email": "メールアドレス メール Eメール 電子メール email email_address mail mail_address",
    "name": "氏名 お名前 名前 姓名 担当者氏名 ご担当者名 name full_name contact_name",
    "family_name": "姓 苗字 名字 family_name last_name surname",
    "given_name": "名 given_name first_name",
    "company": "会社名 会社 企業名 企業 法人名 貴社名 御社名 勤務先 勤務先名 団体名 組織名"
    " company company_name account account_name organization organisation",
    "domain": "ドメイン URL ホームページ ウェブサイト 会社URL domain website web company_domain"
    " company_url",
    "department": "部署 部署名 所属 所属部署 部門 department division",
    "title": "役職 役職名 肩書 肩書き 職位 title job_title position",
    "role": "役割 立場 role buying_role",
    "phone": "電話番号 電話 TEL 携帯電話 携帯 直通 TEL会社 TEL直通 TEL部門 連絡先電話番号"
    " phone phone_number telephone mobile mobile_phone",
    "industry": "業種 業界 industry sector",
    "employees": "従業員数 社員数 従業員 人数規模 企業規模 employees employee_count"
    " number_of_employees company_size",
    "region": "都道府県 地域 エリア region prefecture state",
    "locale": "言語 使用言語 locale language lang preferred_language",
    "zone": "タイムゾーン 時間帯 zone timezone time_zone",
    "owner": "担当者 営業担当 営業担当者 担当営業 自社担当 owner contact_owner account_owner"
    " sales_rep",
    "basis": "同意根拠 同意の根拠 根拠 送信根拠 basis consent_basis legal_basis",
    "source": "取得元 入手元 獲得元 流入元 リードソース 取得経路"
    " source lead_source original_source",
    "obtained": "取得日 同意日 名刺交換日 同意取得日 入手日 obtained obtained_at consent_date",
    "purposes": "同意目的 目的 purpose purposes",
    "text_shown": "同意文言 同意文 consent_text text_shown",
    "first_touch": "初回接触日 初回接点日 初回接触 初接触日 first_touch first_contact"
    " first_contact_date first_touch_at",
    "tags": "タグ tag tags label labels",
    "lifecycle": "ステージ リードステージ ライフサイクル ライフサイクルステージ"
    " stage lifecycle lifecycle_stage lead_stage",
    # written by our own list of rejected rows
    LEFT_OUT: "行 理由",
}

_NOISE = re.compile(r"[\s_\-‐・･*※'\"]+|[(（\[［【〔<].*?[)）\]］】〕>]")


def _key(header: str) -> str:
    text = unicodedata.normalize("NFKC", header).casefold()
    return _NOISE.sub("", text) or text.strip()


_MEANING = {_key(word): field for field, words in _HEADERS.items() for word in words.split()}

#: every field a column may stand for, custom ones aside
FIELDS = tuple(field for field in _HEADERS if field != LEFT_OUT)

#: with the fields' own names
_NAMED = {**{_key(name): name for name in FIELDS}, **_MEANING}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A header nobody can place, with the field it looks like (or none)."""

    #: `#3` where the third column has none
    header: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a list means."""

    headers: tuple[str, ...]
    #: field per column; None: unknown, `LEFT_OUT`: left out knowingly
    fields: tuple[str | None, ...]
    unknown: tuple[Unknown, ...] = ()

    @property
    def has_address(self) -> bool:
        """Whether one of the columns is the e-mail address."""
        return "email" in self.fields

    @property
    def recognised(self) -> int:
        """How many columns have a meaning."""
        return sum(1 for field in self.fields if field)

    def in_its_words(self, remark: Remark) -> Remark:
        """Return a remark that names its field by the header the list has for it."""
        named = remark.detail.get("field")
        if named not in self.fields:
            return remark
        header = self.headers[self.fields.index(named)]
        return Remark(remark.code, {**remark.detail, "field": header})

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """Return field → cell; of several columns with one meaning the first that is filled."""
        found: dict[str, str] = {}
        for field, cell in zip(self.fields, cells, strict=False):
            if field and cell and not found.get(field):
                found[field] = cell
        return found


def meanings(cells: Sequence[str]) -> list[str | None]:
    """Return what each cell means as a header by the words above alone; None where nothing.

    Cheap enough to ask of every row of a file.
    """
    return [_NAMED.get(_key(plain(cell))) for cell in cells]


def read_columns(
    cells: Sequence[str],
    custom: Iterable[str] = (),
    mapped: Mapping[str, str] | None = None,
) -> Columns:
    """Return what headers mean: by `mapped` (header → field), else by the words above.

    `custom` are the fields that the policy declares; they go by their own names. A mapping
    to the empty field leaves its column out. Raises NurtureError where `mapped` names a
    header or field that does not exist.
    """
    custom = tuple(custom)
    known = _NAMED | {_key(name): name for name in custom}
    headers = [plain(cell) for cell in cells]
    own = _own_mapping(headers, {*FIELDS, *custom}, mapped or {})
    fields = tuple(own.get(_key(header), known.get(_key(header))) for header in headers)
    unknown = tuple(
        Unknown(header or f"#{number}", _suggestion(header, known))
        for number, (header, field) in enumerate(zip(headers, fields, strict=True), 1)
        if field is None
    )
    return Columns(tuple(headers), fields, unknown)


def _suggestion(header: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(_key(header), known, n=1, cutoff=0.7)
    return known[near[0]] if near else ""


def _own_mapping(
    headers: Sequence[str], fields: Iterable[str], mapped: Mapping[str, str]
) -> dict[str, str]:
    keys = {_key(header): header for header in headers}
    known = sorted(fields)
    mapped = {
        header: field if field in known else _NAMED.get(_key(field), field)
        for header, field in mapped.items()
    }
    for header, field in mapped.items():
        if _key(header) not in keys:
            raise NurtureError(
                say("--map names a column '{header}' that the file does not have", header=header),
                say("its columns are {headers}", headers=[*headers]),
            )
        if field != LEFT_OUT and field not in known:
            hint = nearest(field, known) or say("known: {known}", known=known)
            raise NurtureError(
                say("--map names a field '{field}' that contacts do not have", field=field), hint
            )
    return {_key(header): field for header, field in mapped.items()}
