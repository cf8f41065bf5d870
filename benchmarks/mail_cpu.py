"""CPU per mail without the socket: render, links, MIME.

The mail of the promises: about 28 KB of HTML and a text part, 24 values, 8 tracked links,
Japanese. Prints medians of several runs in microseconds.

    python benchmarks/mail_cpu.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from nurture.emails.identifiers import message_id
from nurture.emails.links import MailLinks
from nurture.emails.mime import Mailbox, MailHeaders, build
from nurture.emails.render import render
from nurture.emails.store import TemplateStore
from nurture.emails.tokens import Keyring

_ROUNDS, _MAILS = 7, 1500
_LAYOUTS = Path(__file__).parent.parent / "templates/email/layouts"

_FIELDS = tuple(f"f{number:02}" for number in range(16))
_SECTION = """
<mj-text mj-class="heading">第{n}章　転記は、どこに潜んでいるか</mj-text>
<mj-text>部品工場、介護施設、配送センターの三つの職場で、一週間の書き写しを数えていただきました。
多かったのは、意外にも「確認のための控え」でした。念のために写した表を、別の方がまた写す。
{{{{ trigger.{a} }}}}件のうち{{{{ trigger.{b} }}}}件が、この形でした。</mj-text>
<mj-button href="https://www.nurture.example/notes/chapter-{n}">記事を読む（3分）</mj-button>
"""


def sources() -> dict[str, str]:
    """Return the layouts of this checkout and a newsletter of the promised size."""
    files = {
        f"templates/email/layouts/{path.name}": path.read_text(encoding="utf-8")
        for path in _LAYOUTS.iterdir()
    }
    sections = "".join(
        _SECTION.format(n=n, a=_FIELDS[2 * n], b=_FIELDS[2 * n + 1]) for n in range(8)
    )
    files["templates/email/bench/news.ja.mjml"] = f"""[% extends "newsletter.mjml" %]
[% block subject %]{{{{ contact.family_name }}}}様、現場改善だより（9月号）です[% endblock %]
[% block masthead %]現場改善だより[% endblock %]
[% block content %]<mj-text>{{{{ contact | addressee }}}}</mj-text>
<mj-text>{{{{ company.company }}}}の{{{{ sender.name }}}}です。</mj-text>
{sections}[% endblock %]
"""
    return files


def values(number: int) -> dict[str, object]:
    """Return the values of one contact; every contact's differ."""
    return {
        "contact": {
            "family_name": "佐藤",
            "given_name": f"花子{number}",
            "company": f"株式会社青空製作所{number}",
            "department": "営業部",
            "title": "部長",
        },
        "sender": {"name": "鈴木一郎", "email": "suzuki@nurture.example"},
        "company": {
            "company": "株式会社ナーチャーワークス",
            "address": "〒101-0000 東京都千代田区神田見本町1-2-3",
            "contact": "privacy@nurture.example",
            "privacy": "https://www.nurture.example/privacy",
        },
        "trigger": {field: f"{number}{field}" for field in _FIELDS},
    }


def _measure(work: Callable[[int], object]) -> float:
    """Return the median over rounds of microseconds per mail."""
    rounds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        for number in range(_MAILS):
            work(number)
        rounds.append((time.process_time() - start) / _MAILS * 1e6)
    return statistics.median(rounds)


def main() -> None:
    """Measure and print."""
    compiled = TemplateStore(sources()).get("bench/news", "ja")
    keyring = Keyring({1: bytes(range(32))}, 1)
    people = [values(number) for number in range(_MAILS)]
    date = datetime(2026, 9, 1, 10, tzinfo=UTC)
    sender = Mailbox("佐藤花子（株式会社ナーチャーワークス）", "sato@nurture.example")

    def links(number: int) -> MailLinks:
        return MailLinks(keyring, "https://links.nurture.example", number + 1, number + 1)

    def headers(number: int, own: MailLinks) -> MailHeaders:
        return MailHeaders(
            message_id(number + 1, "nurture.example"),
            date,
            sender,
            Mailbox(f"佐藤花子{number}", f"user{number}@example.co.jp"),
            unsubscribe=own.unsubscribe,
            list_id="news.nurture.example",
            feedback_id="news:bench:nurture",
        )

    def whole(number: int) -> bytes:
        own = links(number)
        return build(render(compiled, people[number], own), headers(number, own))

    rendered = [render(compiled, people[n], links(n)) for n in range(_MAILS)]
    heads = [headers(n, links(n)) for n in range(_MAILS)]
    sample = rendered[0]
    print(
        f"HTML {len(sample.html.encode()):,} bytes, text {len(sample.text.encode()):,}, "
        f"mail {len(whole(0)):,}, {len(compiled.links)} tracked links, "
        f"{len(compiled.variables)} values"
    )
    print(f"render and links  {_measure(lambda n: render(compiled, people[n], links(n))):7.1f} µs")
    print(f"MIME              {_measure(lambda n: build(rendered[n], heads[n])):7.1f} µs")
    print(f"all               {_measure(whole):7.1f} µs")


if __name__ == "__main__":
    main()
