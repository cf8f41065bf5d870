"""Every mail of a project as files to look at: each template, each language, a few readers."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain.contact_row import Basis
from nurture.domain.definitions import Definitions
from nurture.domain.glossary import word
from nurture.domain.loop_words import REWARD_KINDS
from nurture.domain.origin import Acquaintance, origin
from nurture.domain.policy import Policy
from nurture.emails.errors import RenderError
from nurture.emails.links import MailLinks
from nurture.emails.pictures import InlinePicture, pictures_shown, with_pictures
from nurture.emails.render import Rendered, render
from nurture.emails.store import TemplateStore
from nurture.emails.tokens import Keyring
from nurture.errors import DefinitionError
from nurture.services import referral_samples, survey_mail
from nurture.services.ask_mail import ANSWERS, program_values
from nurture.services.check import check
from nurture.services.compose import text_in
from nurture.services.refer_mail import sample_refer
from nurture.services.result_mail import sample_result
from nurture.services.results_told import result_values
from nurture.services.text_files import as_text

#: mails to our own people tell of tasks and desks, which a page of samples does not have
_LEFT_OUT = "team/"
#: signs links that lead nowhere
_KEYRING = Keyring({1: b"gallery-gallery-gallery-gallery-"}, 1)
_ADDRESS = "https://links.nurture.example"

_PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "ja": {
        "family_name": "田村",
        "given_name": "真由美",
        "company": "株式会社碧海鋳造",
        "department": "生産管理部",
        "title": "課長",
    },
    "en": {
        "family_name": "Bennett",
        "given_name": "Grace",
        "honorific": "Ms",
        "company": "Tidewater Logistics Ltd",
    },
}
_FAIR = {"ja": "ものづくり改善展2026", "en": "the Care Tech Forum"}
_TEXTS: Mapping[str, Mapping[str, Any]] = {
    "ja": {
        "title": "現場改善オンライン勉強会",
        "summary": "紙の日報を残したまま、転記をなくした三つの職場の進め方をご紹介します。",
        "place": "オンライン（Zoom）",
        "figures": ["日報の転記：月51時間 → 月9時間", "取り組みの期間：三か月"],
        "story": {
            "size": "金属加工、従業員120名",
            "structure": "事務職2名が、紙の日報を表計算と生産管理の表に入力",
            "buyer": "業務課長が探し、工場長が決定",
            "worries": "月末だけ人が足りず、数字が揃うのは翌週でした",
            "actions": "様式は変えずに、一つのラインから記入をタブレットへ移しました",
            "change": "日報の転記：月51時間 → 月9時間",
            "result": "転記の時間を82%削減",
            "now": "四つのラインに広げ、空いた時間を改善の仕事に充てています",
        },
        "reward": "活用研修（半日・オンライン）",
        "case": "日報の転記を月42時間減らした工場",
    },
    "en": {
        "title": "Online session on everyday paperwork",
        "summary": "How three workplaces kept their paper reports and ended the copying.",
        "place": "Online (Zoom)",
        "figures": ["Copying reports: from 51 to 9 hours a month", "Time taken: three months"],
        "story": {
            "size": "Metalworking, 120 people",
            "structure": "Two clerks typed paper reports into a spreadsheet and again elsewhere",
            "buyer": "The office manager looked for help, the plant manager decided",
            "worries": "At month end we were short of hands, and the numbers came a week late",
            "actions": "They kept the form and moved the writing to tablets, one line at first",
            "change": "Copying reports: from 51 to 9 hours a month",
            "result": "Copying cut by 82%",
            "now": "Four lines work that way; the hours go into improvement",
        },
        "reward": "Advanced training, half a day, online",
        "case": "How one plant saved 42 hours a month",
    },
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One mail as one reader gets it, or why there is none."""

    template: str
    locale: str
    #: first | later | new-owner | hardly-known
    reader: str
    mail: Rendered | None
    error: str = ""
    pictures: tuple[InlinePicture, ...] = ()

    @property
    def page(self) -> str:
        """Its HTML for a browser, pictures written into it."""
        return with_pictures(self.mail.html, self.pictures) if self.mail is not None else ""

    @property
    def stem(self) -> str:
        """Name of its files without their ending."""
        return f"{self.template.replace('/', '-')}.{self.locale}.{self.reader}"


def pictures(files: Mapping[str, bytes], now: datetime) -> Iterator[Picture]:
    """Yield every template to readers outside in every language, for four kinds of readers.

    Raises DefinitionError where the project has errors.
    """
    definitions, _ = check(files)
    if definitions.errors:
        raise DefinitionError(definitions.errors)
    policy = definitions.policy
    store = TemplateStore(as_text(files), policy.default_locale)
    for name in store.names():
        if name.startswith(_LEFT_OUT):
            continue
        for locale in policy.locales:
            for reader in _readers(locale):
                values = sample_values(definitions, locale, now) | reader[1]
                try:
                    links = MailLinks(_KEYRING, _ADDRESS, 1, 1, tracked=False)
                    mail = render(store.get(name, locale), values, links)
                except (RenderError, DefinitionError) as error:
                    yield Picture(name, locale, reader[0], None, str(error))
                else:
                    shown = tuple(pictures_shown(values, mail.html_pieces))
                    yield Picture(name, locale, reader[0], mail, pictures=shown)


def write_gallery(files: Mapping[str, bytes], folder: Path, now: datetime) -> tuple[int, list[str]]:
    """Write each mail as .html and .txt with an index; return how many, and what failed."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[str] = []
    failed: list[str] = []
    written = 0
    for one in pictures(files, now):
        if one.mail is None:
            failed.append(f"{one.stem}: {one.error}")
            continue
        written += 1
        (folder / f"{one.stem}.html").write_text(one.page, "utf-8")
        text = f"{one.mail.subject}\n\n{one.mail.text}"
        (folder / f"{one.stem}.txt").write_text(text, "utf-8")
        shown = html.escape(one.mail.subject)
        rows.append(
            f"<tr><td>{one.template}</td><td>{one.locale}</td><td>{one.reader}</td>"
            f'<td><a href="{one.stem}.html">{shown}</a></td>'
            f'<td><a href="{one.stem}.txt">text</a></td></tr>'
        )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Mails</title>'
        "<style>body{font:15px/1.6 sans-serif;margin:2rem}td{padding:.15rem 1rem .15rem 0}</style>"
        f"<h1>{written} mails</h1><table>{''.join(rows)}</table></html>\n"
    )
    (folder / "index.html").write_text(page, "utf-8")
    return written, failed


def _readers(locale: str) -> list[tuple[str, dict[str, Any]]]:
    person = dict(_PEOPLE.get(locale, _PEOPLE["en"])) | {"email": "reader@sample.example"}
    fair = _FAIR.get(locale, _FAIR["en"])
    card = Acquaintance(Basis.BUSINESS_CARD, fair, date(2026, 3, 12))
    met = origin(card, locale)
    stranger = {"email": person["email"], "family_name": person["family_name"]}
    before = {"ja": {"name": "佐藤花子"}, "en": {"name": "Hanako Sato"}}
    nobody: dict[str, Any] = {"predecessor": None}
    return [
        ("first", nobody | {"contact": person, "first_mail": True, "origin": met}),
        ("later", nobody | {"contact": person, "first_mail": False, "origin": met}),
        (
            "new-owner",
            {
                "contact": person,
                "first_mail": False,
                "origin": met,
                "predecessor": before.get(locale, before["en"]),
            },
        ),
        ("hardly-known", nobody | {"contact": stranger, "first_mail": True, "trigger": {}}),
    ]


def sample_ask(definitions: Definitions, locale: str, url: str) -> dict[str, str]:
    """Return what a mail that asks for an introduction reads, by the first programme there is."""
    told = dict.fromkeys(("result", "metric", "change"), "")
    if locale == "ja":
        told = {"result": "日報の転記を月42時間削減", "metric": "日報の転記", "change": "42%削減"}
    elif locale == "en":
        told = {
            "result": "42 hours less copying a month",
            "metric": "Report copying",
            "change": "42% less",
        }
    links = ("page", "rules", "link", "answer", *ANSWERS)
    program = next(iter(definitions.programs.values()), None)
    said: dict[str, str] = {}
    if program is not None:
        said = program_values(program, next(iter(program.offers.values()), None), locale, url)
    return {
        **said,
        **told,
        **dict.fromkeys(links, url),
        "case": _TEXTS.get(locale, _TEXTS["en"])["case"],
        "case_url": url,
        **{"timing": "result_reported", "mode": "criteria", "named": "", "reason": ""},
        "motive": "",
    }


def sample_values(definitions: Definitions, locale: str, now: datetime) -> dict[str, Any]:
    """Return values of everything that templates read besides their reader, made up."""
    policy, zone = definitions.policy, definitions.calendar.zone
    texts = _TEXTS.get(locale, _TEXTS["en"])
    start = (now.astimezone(ZoneInfo(zone)) + timedelta(days=16)).replace(
        hour=15, minute=0, second=0, microsecond=0
    )
    url = f"{policy.legal.website.rstrip('/')}/sample"
    return {
        "account": {},
        "sender": _sender(policy, locale),
        "company": {
            "company": text_in(policy.legal.company, locale),
            "address": text_in(policy.legal.address, locale),
            "contact": policy.legal.contact,
            "website": policy.legal.website,
            "privacy": policy.privacy_url,
        },
        "trigger": {"title": texts["title"], "result": texts["figures"][0]},
        "steps": {},
        "workflow": {"name": "sample", "title": "sample"},
        "urls": {"website": policy.legal.website},
        "ask": sample_ask(definitions, locale, url),
        "item": {
            "key": "sample",
            "kind": "case",
            "url": url,
            "same_industry": True,
            **{name: texts[name] for name in ("title", "summary", "figures")},
            **texts["story"],
        },
        "referral": referral_samples.sample(locale, url),
        "seminar": {
            "name": "sample",
            "starts": start,
            "ends": start + timedelta(hours=1),
            "was_starts": start - timedelta(days=2),
            "was_ends": start - timedelta(days=2, hours=-1),
            "was_place": texts["place"],
            "cancelled": False,
            "url": url,
            "join": f"{url}/room",
            "materials": [{"title": texts["title"], "url": url}],
            **{name: texts[name] for name in ("title", "summary", "place")},
        },
        "reward": {
            "kind": "training",
            "kind_name": word(REWARD_KINDS, "training", locale),
            "title": texts["reward"],
            "due": (start + timedelta(days=14)).date(),
            "side": "referrer",
            "state": "earned",
            "new": True,
            "referral": "R-7K2M9Q",
        },
        "refer": sample_refer(policy.legal.website, definitions.programs, locale),
        "survey": {"link": f"{_ADDRESS}/s/sample", **survey_mail.words(None, locale)},
        "result": result_values(sample_result(locale, now.date()), locale, f"{_ADDRESS}/m/sample"),
        "today": start.date(),
        "zone": zone,
    }


def _sender(policy: Policy, locale: str) -> dict[str, str]:
    sender = next(
        (one for one in policy.senders.values() if one.role == "sales"),
        policy.senders[policy.default_sender],
    )
    return {
        "name": text_in(sender.name, locale),
        "title": text_in(sender.title, locale),
        "email": sender.email,
        "phone": sender.phone,
        "company": text_in(policy.legal.company, locale),
    }
