"""The loop on the shipped files: a customer who is asked, a friend, and what each of them sees.

Mails leave through the house's provider and are opened as pages; every step is made by a link
of a mail and a button of a page, as people make it.
"""

from __future__ import annotations

import base64
import email
import email.policy
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page
from sqlalchemy import Row, insert
from werkzeug.serving import WSGIRequestHandler, make_server

from nurture.db import tables
from nurture.db.engine import make_engine, write
from nurture.services.project import read_project
from nurture.services.results import report_results
from nurture.web.public import make_public
from tests.services.house import House, make_house

ROOT = Path(__file__).resolve().parents[2]
TOKYO = ZoneInfo("Asia/Tokyo")
#: a Friday
BEGIN = datetime(2026, 5, 8, 9, 30, tzinfo=TOKYO)
COMPANY = "医療法人社団みなみ会"
FRIEND = "kobayashi@hibari.example"

_LINK = re.compile(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that left, as its reader has it."""

    subject: str
    html: str

    def link(self, text: str) -> str:
        """Return where a link whose text contains `text` leads."""
        for address, inner in _LINK.findall(self.html):
            if text in re.sub("<[^>]+>", "", inner):
                return unescape(address)
        raise AssertionError(f"no link {text!r} in {self.subject!r}")


class Loop:
    """A customer with results, their owner, and a browser in the hand of each."""

    def __init__(
        self, folder: Path, url: str, browser: Browser, look: Callable[[Page, str], None]
    ) -> None:
        engine = make_engine(f"sqlite:///{folder / 'loop.sqlite'}")
        tables.metadata.create_all(engine)
        made = make_house(engine)
        made.clock._now = BEGIN
        runtime = replace(made.runtime, public_url=url)
        outbox = type(made.outbox)(runtime, made.provider)
        self.house = House(engine, made.clock, runtime, made.provider, outbox)
        self.app = make_public(runtime, folder)
        self._browser, self._look = browser, look
        self._people()

    def _people(self) -> None:
        house = self.house
        house.publish(read_project(ROOT))
        (owner,) = house.rows(tables.team_member, key="yoshida")
        account = house.company(COMPANY, industry="care", employees=220)
        self.referrer = house.person(
            "mori@minamikai.example",
            consent=("marketing", "survey", "referral"),
            family_name="森",
            given_name="恵子",
            title="事務長",
            account_id=account,
            owner_id=owner.id,
            lifecycle="customer",
        )
        metric = house.add(
            tables.account_metric,
            account_id=account,
            name="copying",
            title={"ja": "記録の転記にかかる時間", "en": "Time spent copying records"},
            unit="時間",
            direction="down",
            baseline=103,
            created_at=house.clock.now(),
        )
        about = {"source": "csv", "recorded_at": house.clock.now(), "recorded_by": "mori"}
        months = [
            {"metric_id": metric, "month": date(2026, month, 1), "value": value, **about}
            for month, value in ((1, 88), (2, 74), (3, 61), (4, 55))
        ]
        with write(house.engine) as connection:
            connection.execute(insert(tables.account_metric_value), months)
        house.happens(self.referrer, "hearing.held")
        house.happens(
            self.referrer, "nps.responded", survey="nps", score=9, band="promoter", candidate=True
        )

    # -- time ----------------------------------------------------------------------------

    def report(self) -> None:
        """Report April's figures to the customer."""
        report_results(self.house.runtime, COMPANY, date(2026, 4, 1), "yoshida")

    def until(self, month: int, day: int, hour: int, minute: int = 0) -> None:
        """Let time pass up to a moment of 2026 in Tokyo."""
        self.house.until(datetime(2026, month, day, hour, minute, tzinfo=TOKYO))

    def deal(self, kind: str, **more: Any) -> None:
        """Tell what became of the friend's deal, as the sales system does."""
        (friend,) = self.house.rows(tables.contact, email=FRIEND)
        self.house.happens(friend.id, kind, deal="D-77", **more)
        self.house.turn()

    # -- looking -------------------------------------------------------------------------

    def mail(self, template: str) -> Mail:
        """Open the newest mail of a template that left, and look at it on a phone."""
        row = self.mails(template)[-1]
        (sent,) = (one for one in self.house.provider.accepted if one.message_id == row.id)
        message = email.message_from_bytes(sent.data, policy=email.policy.default)
        body = message.get_body(("html",))
        assert body is not None
        found = Mail(str(message["subject"]), str(body.get_content()))
        shown = found.html
        for part in message.walk():
            if name := part.get("Content-ID"):
                data = base64.b64encode(part.get_content()).decode()
                shown = shown.replace(
                    f"cid:{name.strip('<>')}", f"data:{part.get_content_type()};base64,{data}"
                )
        page = self.phone()
        page.set_content(shown)
        self._look(page, template)
        page.context.close()
        return found

    def mails(self, template: str) -> list[Row[Any]]:
        """Return the mails of a template that left, oldest first."""
        return self.house.rows(tables.message, template=template, state="sent")

    def phone(self, dark: bool = False) -> Page:
        """Return a page of somebody's phone, 390 CSS pixels wide, in Japanese, without scripts."""
        return self._browser.new_context(
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            is_mobile=True,
            locale="ja",
            color_scheme="dark" if dark else "light",
            java_script_enabled=False,
        ).new_page()

    def look(self, page: Page, name: str) -> str:
        """Look at a page, and return what it says."""
        self._look(page, name)
        return page.inner_text("body")


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def loop(folder: Path, browser: Browser, look: Callable[[Page, str], None]) -> Iterator[Loop]:
    """Serve the public pages of a loop on this machine, at the address that its mails name."""
    apps: list[Any] = []
    server = make_server(
        "127.0.0.1",
        0,
        lambda environ, start: apps[0](environ, start),
        threaded=True,
        request_handler=_Quiet,
    )
    found = Loop(folder, f"http://127.0.0.1:{server.port}", browser, look)
    apps.append(found.app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    found.house.engine.dispose()


def live(one: Loop) -> None:
    """Live the loop once: asked, introduced, agreed, contacted, won, thanked."""
    one.report()
    one.until(5, 13, 12)
    one.mail("results/report")
    ask = one.mail("referral/ask")
    assert "記録の転記にかかる時間を47%削減" in ask.html

    # A no is one tap away, and opening it says nothing.
    mori = one.phone()
    mori.goto(ask.link("心当たりがない"))
    assert "理由はご不要です" in one.look(mori, "answer")
    assert one.house.events("referral.ask_answered") == []

    # Her page; a name and a company make a letter with her own result.
    page = ask.link("転送用の文面")
    mori.goto(page)
    assert "まだご紹介はありません" in one.look(mori, "page-empty")
    mori.get_by_label("お名前", exact=True).fill("小林 直樹")
    mori.get_by_label("会社名").fill("社会福祉法人 ひばりの丘")
    mori.get_by_label("思い浮かべてくださった理由").fill(
        "先月の勉強会で、記録の転記にお困りと伺いました。"
    )
    mori.get_by_role("button", name="紹介の文面を作る").click()
    said = one.look(mori, "letter")
    assert "弊社では、記録の転記にかかる時間が103時間から55時間になりました。" in said
    assert "差し支えがある場合は、消してから" in said
    (consent,) = set(re.findall(r"http://127\S+", mori.inner_text("#letter")))
    one.house.turn()
    one.mail("referrer/receipt")

    # The friend looks, which tells nobody anything, then agrees.
    friend = one.phone()
    friend.goto(consent)
    assert "お断りいただいてもまったく差し支えありません" in one.look(friend, "consent")
    one.house.turn()
    assert one.house.rows(tables.contact, email=FRIEND) == []
    friend.get_by_label("メールアドレス").fill(FRIEND)
    friend.get_by_label(re.compile("得られた効果の数値")).check()
    friend.get_by_role("button", name="同意して、連絡を受ける").click()
    assert "承りました" in one.look(friend, "agreed")
    one.house.turn()
    one.mail("referred/welcome")
    mori.goto(page)
    assert "24時間以内にご連絡します" in one.look(mori, "page-received")

    # The owner calls, and says so from the mail.
    owner = one.phone()
    owner.goto(_first_contact(one).link("連絡済み"))
    owner.get_by_label("お電話").check()
    owner.get_by_role("button", name="「連絡済み」を記録する").click()
    assert "記録しました" in one.look(owner, "task-done")
    one.until(5, 14, 12)
    assert "お電話にて初回のご連絡を差し上げました" in one.mail("referrer/news").html

    # Stage by stage, each told once; what is certain at the meeting is told with it.
    one.until(5, 15, 14)
    one.deal("deal.met")
    met = one.mail("referrer/news").html
    assert "お約束しておりました「活用研修（半日・オンライン）」が確定しました" in met
    one.until(5, 20, 14)
    one.deal("deal.proposed", amount=1_800_000)
    proposed = one.mail("referrer/news").html
    assert "ご提案をお届けいたしました" in proposed and "活用研修" not in proposed
    assert len(one.mails("referrer/news")) == 3
    benefit = one.mail("referred/benefit").html
    assert "ご契約の際に、担当の私から適用いたします" in benefit
    one.until(5, 29, 11)
    one.deal("deal.won", amount=1_800_000)
    one.until(6, 1, 12)
    won = one.mail("referrer/won")
    assert "ご紹介が実を結びました" in won.subject
    assert "効果の数値をお伝えすることには、小林様のご了承をいただいております" in won.html
    one.mail("referred/thanks-contract")
    mori.goto(page)
    said = one.look(mori, "page-won")
    assert "ご契約をいただきました" in said
    assert "1,800,000" not in said and "180万" not in said

    # And the thank-you by hand is somebody's task.
    (card,) = one.house.rows(tables.task, kind="card")
    assert card.state == "open" and "お礼状" in card.title


def _first_contact(one: Loop) -> Mail:
    (task,) = one.house.rows(tables.task, kind="first-contact")
    rows = one.house.rows(tables.message, task_id=task.id, state="sent")
    (sent,) = (mail for mail in one.house.provider.accepted if mail.message_id == rows[0].id)
    message = email.message_from_bytes(sent.data, policy=email.policy.default)
    body = message.get_body(("html",))
    assert body is not None
    return Mail(str(message["subject"]), str(body.get_content()))
