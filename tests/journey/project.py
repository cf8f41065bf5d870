"""A small project that a marketer could have written, with windows that are always open."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

WORKFLOW = """
workflow: paper
title: 資料のお礼
purpose: marketing
trigger:
  - downloaded: checklist
goal: {temperature: hot}
delivery: {window: open}
steps:
  - id: thanks
    send: paper/thanks
  - id: read
    wait_for: [{clicked: thanks}]
    within: 3d
    then:
      - id: deeper
        send: paper/deeper
      - task: {for: owner, title: 感想を聞く, due: 1 business day, kind: call}
  - wait: 7d
  - end: done
"""

CALENDAR = """
calendar: default
zone: Asia/Tokyo
holidays: JP
windows:
  business: {days: mon-fri, hours: ["09:00-17:30"]}
  open: {days: all, hours: ["00:00-24:00"]}
"""

SCORING = """
scoring: default
half_life: 30d
rules:
  - {id: paper, event: document.downloaded, points: 10}
  - {id: click, event: email.clicked, points: 15}
  - {id: quote, event: form.submitted, where: {form: quote}, points: 40}
temperature:
  warm: {enter: 20, leave: 15}
  hot: {enter: 50, leave: 40}
  intent: {any: [{event: form.submitted, where: {form: quote}}], within: 30d}
lifecycle:
  - {to: lead, from: [prospect], when: {downloaded: true}}
  - {to: mql, from: [prospect, lead], when: {score: "> 60"}}
handoff: {at: mql, task: {for: owner, title: 初回電話, due: 24h, kind: call}}
"""

POLICY = """
policy: default
locales: {default: ja}
senders:
  sato: {name: {ja: 佐藤花子}, email: sato@nurture.example}
default_sender: sato
legal:
  company: {ja: 株式会社見本}
  address: {ja: 東京都千代田区1-1}
  contact: privacy@nurture.example
caps:
  - {id: day, per: contact, mails: 5, within: 1d}
evidence: {hold: 1s, too_soon: 1s}
"""

LETTER = """---
subject: {subject}
preheader: 一言で申し上げます。
layout: letter
---
{{{{ contact | addressee }}}}

{text}

[詳しく読む](https://www.nurture.example/{path})
"""

CONTACTS = """会社名,氏名,メールアドレス,担当者,同意根拠,取得元,取得日
株式会社試験,田中 一郎,tanaka@shiken.example,sato@nurture.example,名刺交換,展示会2026,2026-03-12
株式会社試験,鈴木 二郎,suzuki@shiken.example,sato@nurture.example,名刺交換,展示会2026,2026-03-12
株式会社試験,伊藤 四郎,ito@shiken.example,sato@nurture.example,名刺交換,展示会2026,2026-03-12
株式会社不在,山田 三郎,yamada@gone.example,sato@nurture.example,名刺交換,展示会2026,2026-03-12
"""


def write_project(folder: Path) -> Path:
    """Write the project and a list of contacts; return the list's path."""
    texts = {
        "workflows/paper.yaml": WORKFLOW,
        "workflows/calendar.yaml": CALENDAR,
        "workflows/scoring.yaml": SCORING,
        "workflows/policy.yaml": POLICY,
        "templates/email/paper/thanks.ja.md": LETTER.format(
            subject="資料をお届けします", text="ありがとうございます。", path="paper"
        ),
        "templates/email/paper/deeper.ja.md": LETTER.format(
            subject="もう一歩詳しい資料です", text="続きをお届けします。", path="deeper"
        ),
        "contacts.csv": CONTACTS,
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "templates/email/layouts", folder / "templates/email/layouts")
    return folder / "contacts.csv"
