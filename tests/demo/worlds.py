"""A calendar, hours and letters to try the audience on."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, time

from nurture.demo.hours import Hours
from nurture.domain.policy import Calendar, ClosedSpan, Window
from nurture.providers.mailbox_store import StoredMail

BASE = "http://127.0.0.1:8080"

#: Monday 2026-04-27, 09:00 in Tokyo: two days before Golden Week begins
MONDAY = datetime(2026, 4, 27, 0, 0, tzinfo=UTC)

CALENDAR = Calendar(
    zone="Asia/Tokyo",
    holidays=frozenset({date(2026, 4, 29), date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)}),
    closed=(ClosedSpan((8, 13), (8, 16)),),
    windows={
        "business": Window(
            "business",
            frozenset(range(5)),
            ((time(9), time(12)), (time(13), time(17, 30))),
        )
    },
)

HOURS = Hours(CALENDAR)

PAGE = f"""<html><body>
<p>林様</p>
<p><a href="{BASE}/c/AAA">資料を開く</a> <a href="{BASE}/c/BBB">事例を読む</a></p>
<p><a href="{BASE}/c/AAA">もう一度</a> <a href="https://www.nurture.example/x">外へ</a></p>
<div style="display: none" aria-hidden="true"><a href="{BASE}/c/TRAP"></a></div>
<a href="{BASE}/u/UUU">配信を停止</a> <a href="{BASE}/p/PPP">受信設定</a>
<img src="{BASE}/o/OOO.gif"><img src="https://elsewhere.example/logo.png">
</body></html>"""

_HEAD = """\
Message-ID: <n7.mail@nurture.example>
From: =?utf-8?B?5L2Q6Jek6Iqx5a2Q?= <sato@nurture.example>
To: hayashi@sample.example
Subject: hello
{unsubscribe}MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

text
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

"""

UNSUBSCRIBE = (
    f"List-Unsubscribe: <{BASE}/u/UUU>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
)


def stored(number: int = 1, page: str = PAGE, unsubscribe: str = UNSUBSCRIBE) -> StoredMail:
    """Return a mail as the mailbox keeps it."""
    body = base64.encodebytes(page.encode()).decode()
    raw = (_HEAD.format(unsubscribe=unsubscribe) + body + "--b--\n").encode()
    return StoredMail(
        number=number,
        received_at=MONDAY,
        mail_from="b-1@nurture.example",
        rcpt_to="hayashi@sample.example",
        subject="hello",
        sender="佐藤花子 <sato@nurture.example>",
        message_id="n7.mail@nurture.example",
        is_ours=False,
        size=len(raw),
        raw=raw,
    )
