"""A person of whom every table that can holds something, and what is still said of them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import JSON, String, insert, select

from nurture.db import tables
from nurture.db.engine import read, write
from nurture.db.tables import metadata
from nurture.services.capture import Happening, capture
from tests.services.house import House
from tests.services.referring import Referring

#: what the person is called, and what was said to or of them: none of it may be found again
FAMILY, GIVEN, ADDRESS = "勅使河原", "百合絵", "yurie.teshigawara@sakura.example"
SECRETS = (
    FAMILY,
    GIVEN,
    "teshigawara",
    "yurie",
    "090-1234-5678",
    "とても残念でした",
    "電話で謝った",
    "部長に昇進",
    "秘密の予算",
    "ゴルフ",
)


def everywhere(house: House) -> list[str]:
    """Return every text that any table holds, as `table.column: text`."""
    found = []
    with read(house.engine) as connection:
        for table in metadata.sorted_tables:
            columns = [c for c in table.columns if isinstance(c.type, String | JSON)]
            if not columns:
                continue
            for row in connection.execute(select(*columns)):
                for column, value in zip(columns, row, strict=True):
                    if value is not None:
                        text = (
                            value
                            if isinstance(value, str)
                            else json.dumps(value, ensure_ascii=False)
                        )
                        found.append(f"{table.name}.{column.name}: {text}")
    return sorted(found)


def leaks(house: House) -> list[str]:
    """Return what is still said of the person."""
    return [
        text for text in everywhere(house) if any(word.lower() in text.lower() for word in SECRETS)
    ]


def put(house: House, table: Any, **values: Any) -> None:
    """Insert a row of a table without ids."""
    with write(house.engine) as connection:
        connection.execute(insert(table).values(**values))


def rich(world: Referring) -> int:
    """A person of whom every table that can holds something; who refers and was referred."""
    house, t = world.house, tables
    now = house.clock.now()
    suzuki = world.introduce(ADDRESS, name=f"{FAMILY} {GIVEN}", why="ゴルフ仲間です")
    who = world.agree(suzuki.id).contact_id
    house.change(
        t.contact,
        who,
        title="部長に昇進",
        phone="090-1234-5678",
        revisit_reason="ゴルフの後",
        fields={"budget": "秘密の予算"},
        best_hours={"hours": [9]},
        source=f"{FAMILY}さんの紹介",
    )
    put(house, t.identity, kind="crm:x", value="teshigawara-1", contact_id=who)
    put(house, t.contact_tag, contact_id=who, tag="ゴルフ")
    put(house, t.preference, contact_id=who, topics_off=["a"], rhythm="monthly", updated_at=now)
    house.decide()
    house.happens(
        who,
        "form.submitted",
        form="quote",
        name=f"{FAMILY}{GIVEN}",
        phone="090-1234-5678",
        text="秘密の予算です",
        key=f"form/{ADDRESS}",
    )
    house.happens(
        who, "email.replied", subject=f"Re: {FAMILY}です", text="ゴルフ", **{"from": ADDRESS}
    )
    house.happens(who, "deal.won", deal="D-1", amount=120000, currency="JPY", note="秘密の予算")
    capture(
        house.runtime,
        [Happening("page.viewed", email="x@who.example", properties={"of": ADDRESS})],
        "api",
    )
    house.turn()
    invitation = house.add(
        t.survey_invitation,
        dedupe_key="s/1",
        survey="nps",
        round="2026-Q2",
        contact_id=who,
        asked_at=now,
        answered_at=now,
        score=3,
    )
    house.add(
        t.survey_answer,
        invitation_id=invitation,
        contact_id=who,
        score=3,
        drivers=["support"],
        comment="とても残念でした",
        at=now,
    )
    house.add(
        t.survey_loop,
        invitation_id=invitation,
        contact_id=who,
        state="contacted",
        resolution="電話で謝った",
        opened_at=now,
    )
    house.add(
        t.referral_ask,
        dedupe_key="a/1",
        program="main",
        contact_id=who,
        offer="thanks",
        timing="regular",
        mode="named",
        named="ゴルフの田村様",
        reason=f"{FAMILY}様だから",
        asked_at=now,
    )
    house.add(
        t.referral_ask,
        dedupe_key="a/2",
        program="main",
        contact_id=world.referrer,
        offer="thanks",
        timing="regular",
        mode="named",
        named=f"{FAMILY}{GIVEN}様",
        reason=f"{FAMILY}様をご存じの方",
        asked_at=now,
    )
    task = house.add(
        t.task,
        dedupe_key="t/1",
        contact_id=who,
        kind="call",
        title=f"{FAMILY}様に電話",
        assignee="owner",
        state="open",
        result={"budget": "秘密の予算", "log": [{"action": "called"}]},
        created_at=now,
    )
    mail = house.add(
        t.message,
        dedupe_key="m/1",
        contact_id=who,
        recipient=ADDRESS,
        purpose="marketing",
        template="x/one",
        window="always",
        priority=1,
        state="sent",
        values={"contact": {"name": FAMILY}},
        subject=f"{FAMILY}様へ",
        created_at=now,
        recorded_at=now,
        sent_at=now,
    )
    house.add(
        t.message,
        dedupe_key="m/2",
        contact_id=who,
        recipient=ADDRESS,
        purpose="marketing",
        template="x/one",
        window="always",
        priority=1,
        state="queued",
        created_at=now,
        recorded_at=now,
        due_at=now,
    )
    house.add(
        t.message,
        dedupe_key="m/3",
        recipient="sato@sample.example",
        purpose="service",
        template="team/task",
        window="always",
        priority=1,
        state="sent",
        values={"task": {"who": FAMILY}},
        task_id=task,
        subject=f"電話: {FAMILY}様",
        created_at=now,
        recorded_at=now,
        sent_at=now,
    )
    house.add(
        t.attempt,
        message_id=mail,
        provider="smtp",
        outcome="accepted",
        code=250,
        answer=f"250 <{ADDRESS}> ok",
        at=now,
    )
    house.add(
        t.notice,
        dedupe_key="n/1",
        chat="sales",
        text=f"{FAMILY}様が熱い",
        contact_id=who,
        state="sent",
        created_at=now,
    )
    house.add(
        t.decision,
        contact_id=who,
        kind="failed",
        reason="rejected",
        detail={"answer": f"550 {ADDRESS}", "tries": 2},
        at=now,
        recorded_at=now,
    )
    house.add(
        t.suppression,
        address_hash="0" * 64,
        reason="by_hand",
        detail=f"asked by {ADDRESS}",
        created_at=now,
    )
    put(
        house,
        t.idempotency,
        api_key_id=1,
        key=f"form {ADDRESS}",
        request_hash="x",
        status=200,
        answer={"contacts": [{"email": ADDRESS}]},
        at=now,
    )
    release = house.rows(t.release)[-1].id
    journey = house.add(
        t.enrolment,
        contact_id=who,
        workflow="w",
        release_id=release,
        state="active",
        step="s",
        subject="",
        trigger={"form": "quote", "text": "秘密の予算"},
        memory={
            "visits": {"s": 1},
            "steps": {"s": {"outcome": "sent", "message": 1, "event": {"text": "ゴルフ"}}},
        },
        started_at=now,
    )
    call = house.add(
        t.webhook_call,
        dedupe_key="c/1",
        endpoint="crm",
        workflow="w",
        step="s",
        visit=1,
        contact_id=who,
        enrolment_id=journey,
        fields=[["contact", "name"]],
        data={},
        state="queued",
        created_at=now,
    )
    house.add(
        t.webhook_attempt, call_id=call, at=now, text=f"no answer for {ADDRESS}", milliseconds=1
    )
    deal = house.rows(t.deal)[0]
    house.change(
        t.deal,
        deal.id,
        next_step="ゴルフ",
        reason="秘密の予算のため",
        facts={"decider_met": True, "note": FAMILY},
    )
    account = house.contact(who).account_id
    house.change(t.account, account, hold_reason=f"{FAMILY}様からのご連絡待ち")
    house.add(
        t.results_report,
        account_id=account,
        month=now.date().replace(day=1),
        lines=[],
        remark=f"{FAMILY}様のお力添えに感謝します",
        created_at=now,
        created_by="mori",
    )
    # They refer somebody themselves, with what they get for it.
    other = world.introduce(
        "kato@kigyou.example", name="加藤 次郎", referrer_id=who, why="同僚です"
    )
    world.agree(other.id)
    house.turn()
    return who
