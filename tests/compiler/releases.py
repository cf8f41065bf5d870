"""A small release that is right, for tests to put one file more into."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nurture.compiler import compile_files
from nurture.domain.definitions import Definitions
from nurture.domain.workflow import Workflow

POLICY = """
policy: default
locales: {default: ja, also: [en]}
senders:
  sato: {name: {ja: 佐藤花子, en: Hanako Sato}, email: sato@nurture.example}
default_sender: sato
legal: {company: ナーチャー, address: 東京都, contact: privacy@nurture.example}
service_templates: [receipt/*]
fields:
  contact: {budget: number, newsletter_ok: boolean, renewal_date: date}
  account: {plan: text}
webhooks:
  crm: {url: https://crm.example/hooks/nurture}
"""

CALENDAR = """
calendar: default
zone: Asia/Tokyo
windows:
  business: {days: mon-fri, hours: ["09:00-12:00", "13:00-17:30"]}
  courtesy: {days: all, hours: ["08:00-20:00"]}
"""

SCORING = """
scoring: default
half_life: 30d
rules: [{id: document, event: document.downloaded, points: 15}]
temperature:
  warm: {enter: 20, leave: 15}
  hot: {enter: 50, leave: 40}
  intent: {any: [{event: form.submitted, where: {form: quote}}], within: 30d}
"""

SEGMENTS = """
segments:
  large-accounts: {employees: ">= 300"}
  in-talks: {expr: "deal.stage == 'proposal'"}
"""

LIBRARY = """
library: default
items:
  - {item: case-any, kind: case, title: 事例, url: https://www.nurture.example/a}
  - item: case-factory
    kind: case
    title: {ja: 工場の事例, en: A plant}
    industry: manufacturing
    url: https://www.nurture.example/factory
    file: workflows/files/factory.{locale}.pdf
  - {item: sheet-prices, kind: sheet, title: 価格表, file: workflows/files/prices.pdf}
  - {item: paper-plans, kind: paper, title: 資料, depth: decide, url: https://www.nurture.example/b}
"""

PROGRAM = """
referral_program: default
title: {ja: ご紹介, en: Introductions}
wanted:
  industries: manufacturing
  people: {ja: 転記にお困りの方, en: People who copy reports}
  problem: {ja: 転記, en: Copying}
offers:
  thanks:
    title: {ja: お礼, en: Thanks}
    benefit: {ja: 勉強会にお招きします, en: A seat at our round table}
rules:
  payment: {ja: なし, en: None}
  exclusions: {ja: なし, en: None}
  privacy: {ja: ご紹介のためだけに使います, en: For this introduction only}
  reports: {ja: 節目ごと, en: At each milestone}
kit:
  pitch: {ja: 転記をなくします, en: No more copying}
  outcome: {ja: 月42時間の削減, en: 42 hours a month}
  mail: {ja: "{link}", en: "{link}"}
  chat: {ja: "{link}", en: "{link}"}
"""

PDF = "%PDF-1.7\n"

#: what scenarios are about
JOURNEY = """
workflow: journey
purpose: marketing
trigger: [{downloaded: true}]
goal: {temperature: hot}
steps:
  - id: hearing
    send: warm/hearing
  - id: answer
    wait_for: [{reply: hearing}]
    within: 7d
    then: [{end: answered}]
  - id: how-keen
    branch:
      - if: {score: ">= 30"}
        steps: [{wait: 3d}]
"""

BASE: Mapping[str, str] = {
    "workflows/policy.yaml": POLICY,
    "workflows/calendar.yaml": CALENDAR,
    "workflows/scoring.yaml": SCORING,
    "workflows/segments.yaml": SEGMENTS,
    "workflows/library.yaml": LIBRARY,
    "workflows/referral_program.yaml": PROGRAM,
    "workflows/files/factory.ja.pdf": PDF,
    "workflows/files/factory.en.pdf": PDF,
    "workflows/files/prices.pdf": PDF,
    "workflows/files/photos.pdf": "PK\x03\x04 a zip by any other name",
    "workflows/files/notes.pdf": "<html>",
    "workflows/files/heavy.pdf": PDF + "x" * 1_600_000,
    "workflows/files/heavier.ja.pdf": PDF + "x" * 3_100_000,
    "templates/email/layouts/letter.mjml": "",
    "templates/email/library/case.md": "",
    "templates/email/library/paper.md": "",
    "templates/email/library/sheet.md": "",
    "templates/email/warm/hearing.ja.md": "",
    "templates/email/warm/hearing.en.md": "",
    "templates/email/receipt/form.md": "",
    "templates/email/referral/ask.md": "",
    "templates/email/team/task.md": "",
    "templates/email/team/today.md": "",
    "templates/email/only-japanese.ja.md": "",
    "templates/email/only-english.en.md": "",
}


def release_with(path: str, text: str) -> dict[str, bytes | str]:
    """Return the release with one more file, in the place of its own of that kind."""
    files: dict[str, bytes | str] = dict(BASE)
    kind = re.search(
        r"^(policy|calendar|scoring|segments|library|referral_program):", text, re.MULTILINE
    )
    if kind is not None:
        del files[f"workflows/{kind.group(1)}.yaml"]
    if re.search(r"^scenarios?:", text, re.MULTILINE):
        # Where scenarios live, with something to be about.
        path = path.replace("workflows/", "workflows/tests/")
        files["workflows/journey.yaml"] = JOURNEY
    return {**files, path: text}


def compile_with(text: str) -> Definitions:
    """Compile the release with one more file."""
    return compile_files(release_with("workflows/under-test.yaml", text))


def workflow_of(text: str) -> Workflow:
    """Compile a workflow that must be right and return it."""
    definitions = compile_with(text)
    assert definitions.problems == (), "\n".join(map(str, definitions.problems))
    return next(iter(definitions.workflows.values()))


def journey(steps: str, head: str = "") -> Workflow:
    """Compile a workflow of these steps (YAML, a list) and return it."""
    start = "workflow: w\npurpose: marketing\ntrigger: {temperature: warm}\n"
    return workflow_of(f"{start}{head}\nsteps:\n{steps}\n")
