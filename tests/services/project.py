"""Tiny projects: the files of a release, for journeys that fit on half a page."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent

#: what every marketing mail has to carry, and nothing else
_LAYOUT = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>[[ content ]]</mj-text>"
    "<mj-text>{{ company.company }} {{ company.address }} {{ company.contact }} "
    '<a href="{{ urls.unsubscribe }}">配信停止</a></mj-text>'
    "</mj-column></mj-section></mj-body></mjml>"
)
_TEXT = (
    "[[ content ]]\n{{ company.company }} {{ company.address }} {{ company.contact }}\n"
    "配信停止: {{ urls.unsubscribe }}\n"
)

POLICY = """
policy: default
locales: {default: ja}
senders:
  sato: {name: {ja: 佐藤花子, en: Hanako Sato}, email: sato@sample.example, role: inside-sales}
  mori: {name: {ja: 森由紀, en: Yuki Mori}, email: mori@sample.example, role: marketing}
default_sender: sato
legal:
  company: {ja: 株式会社見本, en: "Sample, Inc."}
  address: {ja: 東京都千代田区1-1, en: "1-1 Chiyoda, Tokyo"}
  contact: privacy@sample.example
  website: https://www.sample.example/
  privacy: https://www.sample.example/privacy
service_templates: [team/*, receipt/*]
evidence:
  {hold: 10s, too_soon: 3s, burst: {links: 3, within: 10s}, sweep: {recipients: 3, within: 10m}}
fields: {contact: {budget: text, seats: number}, account: {plan: text}}
"""

#: `business` is always open here, `office` is not
CALENDAR = """
calendar: default
zone: Asia/Tokyo
holidays: JP
windows:
  business: {days: all, hours: ["00:00-24:00"]}
  office: {days: mon-fri, hours: ["09:00-12:00", "13:00-17:30"]}
"""

SCORING = """
scoring: default
half_life: 30d
rules:
  - {id: click, event: email.clicked, points: 7}
  - {id: document, event: document.downloaded, points: 20}
  - {id: quote, event: form.submitted, where: {form: quote}, points: 40, cap: once}
  - {id: page, event: page.viewed, points: 5, cap: per day}
temperature:
  warm: {enter: 20, leave: 15}
  hot: {enter: 50, leave: 40}
  intent: {any: [{event: form.submitted, where: {form: quote}}], within: 30d}
lifecycle:
  - {to: lead, from: [prospect], when: {downloaded: true}}
  - {to: mql, from: [prospect, lead], when: {score: ">= 60"}}
  - {to: tql, from: [mql], when: {event: {type: call.logged, where: {result: qualified}}}}
  - {to: customer, from: [prospect, lead, mql, tql, lost], when: {event: {type: deal.won}}}
handoff: {at: mql, task: {for: owner, title: 初回電話, due: 24h, kind: call}}
"""


def letter(body: str = "", subject: str = "件名") -> str:
    """Return a letter that names its reader."""
    head = f"---\nsubject: {subject}\npreheader: 中身のご案内です。\nlayout: letter\n---\n"
    return f"{head}{{{{ contact | addressee }}}}\n\n[見る](https://www.sample.example/a)\n{body}\n"


def workflow(name: str, steps: str, head: str = "trigger: [{event: page.viewed}]") -> str:
    """Return a workflow of these steps, marketing and reentry always unless `head` says so."""
    lines = [f"workflow: {name}", f"title: {name}"]
    if "purpose:" not in head:
        lines.append("purpose: marketing")
    if "reentry:" not in head:
        lines.append("reentry: always")
    return "\n".join([*lines, head.strip("\n"), "steps:", indent(steps.strip("\n"), "  "), ""])


def project(*workflows: str, **files: str) -> dict[str, bytes]:
    """Return the files of a release: these workflows, and `policy=`, `caps=`, `t_x__y=` …

    A letter is there for every template that the workflows name as `x/…`; `caps` and
    `segments` are YAML lines; a template is given as `t_x__name="…"`.
    """
    caps, segments = files.pop("caps", ""), files.pop("segments", "")
    texts: dict[str, str] = {
        "workflows/policy.yaml": files.pop("policy", POLICY) + (f"caps:\n{caps}\n" if caps else ""),
        "workflows/calendar.yaml": files.pop("calendar", CALENDAR),
        "workflows/scoring.yaml": files.pop("scoring", SCORING),
        "templates/email/layouts/letter.mjml": _LAYOUT,
        "templates/email/layouts/letter.txt": _TEXT,
        "templates/email/team/notify.ja.md": (
            "---\nsubject: お知らせ\npreheader: 社内向け\n---\n"
            "{{ notice.text }} {{ notice.contact }}\n"
        ),
    }
    if segments:
        texts["workflows/segments.yaml"] = f"segments:\n{segments}\n"
    for text in workflows:
        name = text.split("\n", 1)[0].removeprefix("workflow: ")
        texts[f"workflows/{name}.yaml"] = text
        for word in text.replace(",", " ").replace("}", " ").split():
            if word.startswith(("x/", "receipt/")):
                texts.setdefault(f"templates/email/{word}.ja.md", letter())
    for key, text in files.items():
        texts[f"templates/email/{key.removeprefix('t_').replace('__', '/')}.ja.md"] = text
    return as_bytes(texts)


def as_bytes(texts: Mapping[str, str]) -> dict[str, bytes]:
    """Return files as a release stores them."""
    return {path: text.encode() for path, text in texts.items()}
