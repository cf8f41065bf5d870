"""A small world for the referral pages: a programme, somebody who refers, and their links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, Row, select

from nurture.db import tables, team
from nurture.db.engine import read, write
from nurture.db.releases import store
from nurture.domain.referral import State, Way
from nurture.services import refer_links, referrals
from nurture.services.referrals import Introduced, Introduction
from nurture.web.public import make_public
from tests.services.project import POLICY, project
from tests.web.scene import Scene, make_scene

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

PROGRAM = """
referral_program: default
title: {ja: ご紹介プログラム, en: Referral programme}
kinds: [customer]
wanted:
  industries: [manufacturing]
  people: {ja: 日報の書き写しにお困りの方, en: People who copy daily reports}
  problem: {ja: 現場で書いた紙を事務所でもう一度打ち込んでいる, en: typed in again}
  persona: {ja: 工場の業務課長の方。, en: Office managers of plants.}
offers:
  training:
    title: {ja: 活用研修, en: Training}
    benefit: {ja: 活用研修を一回お届けします。, en: A training for your team.}
    referrer: {kind: training, title: {ja: 活用研修（半日）, en: Half a day of training}}
    referred:
      kind: discount
      title: {ja: 初期費用の20%割引, en: 20% off the set-up}
      amount: 20
      unit: percent
    stage: won
    within: 30d
rules:
  version: "7"
  payment: {ja: ご契約から30日以内にお届けします。, en: Within 30 days of the contract.}
  exclusions: {ja: ご自身のご紹介は対象外です。, en: Yourself does not count.}
  privacy:
    ja: ご紹介先の個人情報はご連絡のためだけに使います。
    en: Used for this introduction only.
  reports: {ja: 節目ごとにご報告します。, en: You hear at each milestone.}
kit:
  pitch: {ja: 書き写しをなくすサービスです, en: Nobody copies reports any more}
  outcome: {ja: 転記が月51時間から9時間になりました, en: From 51 hours of copying to 9}
  topic: {ja: 日報の転記, en: copying reports}
  does: {ja: 紙の記録をそのまま表に渡します。, en: Paper reaches your spreadsheets.}
  price: {ja: 月額3万円から, en: From JPY 30,000 a month}
  why: {ja: 現場をご存じの方のお話が一番だからです。, en: Your word says most.}
  case: case-plant
  items: [paper]
  mail:
    ja: "参考になりそうな会社があります。\\n\\n{link}"
    en: "A company that may help:\\n\\n{link}"
  chat: {ja: "要点だけ3分で {link}", en: "Three minutes: {link}"}
  sns: {ja: "書き写しがなくなりました {link}", en: "No more copying {link}"}
timings: [result_reported]
ticket_for: 60d
"""

LIBRARY = """
library: default
items:
  - item: case-plant
    kind: case
    title: {ja: 転記をなくした工場, en: The plant that stopped copying}
    summary: {ja: 三か月の取り組みです。, en: It took three months.}
    figures: {ja: [月51時間から9時間], en: [From 51 hours to 9]}
    url: https://www.sample.example/cases/plant
  - item: paper
    kind: paper
    title: {ja: 進め方の資料, en: How to begin}
    file: workflows/files/paper.pdf
  - item: secret
    kind: paper
    title: {ja: 社内の資料, en: For ourselves}
    url: https://www.sample.example/secret
"""


def files(program: str = PROGRAM, library: str = LIBRARY) -> dict[str, bytes]:
    """Return a release with a programme; the policy speaks both languages."""
    policy = POLICY.replace("locales: {default: ja}", "locales: {default: ja, also: [en]}")
    found = project(policy=policy)
    found["workflows/referral-program.yaml"] = program.encode()
    found["workflows/library.yaml"] = library.encode()
    found["workflows/files/paper.pdf"] = PDF
    for kind in ("case", "paper"):
        for locale in ("ja", "en"):
            letter = f"---\nsubject: {kind}\nlayout: letter\n---\n{{{{ item.title }}}}\n"
            found[f"templates/email/library/{kind}.{locale}.md"] = letter.encode()
    return found


@dataclass
class Introducing:
    """A customer who refers, and browsers at their pages."""

    scene: Scene
    referrer: int
    code: str
    browser: FlaskClient

    @property
    def page(self) -> str:
        """The path of the referrer's own page, as of now."""
        now = self.scene.clock.now()
        return refer_links.page_of(self.scene.runtime, self.referrer, now).removeprefix(
            self.scene.runtime.public_url
        )

    def get(self, path: str, lang: str = "ja") -> str:
        """Return a page that has to be there."""
        between = "&" if "?" in path else "?"
        answer = self.browser.get(f"{path}{between}lang={lang}")
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def post(self, path: str, status: int = 200, lang: str = "ja", **form: str) -> str:
        """Send a form and return the page that answers."""
        answer = self.browser.post(f"{path}?lang={lang}", data=form)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.text

    def rows(self, table: Any) -> list[Row[Any]]:
        """Return all rows of a table."""
        return self.scene.rows(table)

    def introduce(self, name: str = "鈴木", **more: Any) -> Introduced:
        """Introduce somebody, as the service does."""
        it = Introduction("default", self.referrer, Way.INTRODUCE, name=name, **more)
        with write(self.scene.engine) as connection:
            now = self.scene.clock.now()
            return referrals.introduce(self.scene.runtime, connection, it, now, "referrer")

    def agree(self, referral: int, email: str = "suzuki@midori.example", **more: Any) -> None:
        """Agree as the referred person does."""
        with write(self.scene.engine) as connection:
            now = self.scene.clock.now()
            referrals.agree(
                self.scene.runtime, connection, referral, now, "はい", email=email, **more
            )

    def move(self, referral: int, to: State, **more: Any) -> None:
        """Move a referral as the team does."""
        with write(self.scene.engine) as connection:
            now = self.scene.clock.now()
            referrals.advance(self.scene.runtime, connection, referral, to, now, "sato", **more)

    def ticket(self) -> str:
        """Make a golden ticket by the page and return its code."""
        self.post(self.page.replace("?", "") + "/ticket", seen=str(len(self.codes())))
        return self.codes()[-1]

    def codes(self) -> list[str]:
        """Return the codes of all tickets, oldest first."""
        return [row.code for row in self.rows(tables.golden_ticket)]


def begin(engine: Engine, state: Path, given: dict[str, bytes] | None = None) -> Introducing:
    """Return a world with a release and a referrer, 田中太郎 of 青空製作所."""
    scene = make_scene(engine, state)
    with write(engine) as connection:
        release = store(connection, given or files(), "test", scene.clock.now())
        team.sync(connection, scene.runtime.releases.get(connection, release).definitions.policy)
    with read(engine) as connection:
        sato = connection.execute(
            select(tables.team_member.c.id).where(tables.team_member.c.key == "sato")
        ).scalar_one()
    company = scene.company("株式会社青空製作所")
    person = scene.person(
        "tanaka@aozora.example",
        family_name="田中", given_name="太郎", account_id=company, owner_id=sato,
    )  # fmt: skip
    with write(engine) as connection:
        row = referrals.ensure_referrer(connection, person, "customer", scene.clock.now())
    browser = make_public(scene.runtime, state).test_client()
    return Introducing(scene, person, row.code, browser)


def words(page: str) -> str:
    """Return the words of a page, without its tags."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(text))
