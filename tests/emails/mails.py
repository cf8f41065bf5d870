"""Small templates and the values to render them with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nurture.emails.compile import CompiledTemplate, compile_path, compile_template
from nurture.emails.links import MailLinks
from nurture.emails.render import Rendered, render
from nurture.emails.sources import parse_path
from nurture.emails.tokens import Keyring
from nurture.errors import Problem

_LAYOUTS = Path(__file__).parents[2] / "templates/email/layouts"

KEYRING = Keyring({1: b"k" * 32}, 1)
LINKS = MailLinks(KEYRING, "https://links.nurture.example", 7, 9)
UNTRACKED = MailLinks(KEYRING, "https://links.nurture.example", 7, 9, tracked=False)

#: the barest layout: nothing but the letter
BARE = {
    "templates/email/layouts/letter.mjml": (
        "<mjml><mj-body><mj-section><mj-column><mj-text>[[ content ]]</mj-text>"
        "</mj-column></mj-section></mj-body></mjml>"
    ),
    "templates/email/layouts/letter.txt": "[[ content ]]\n",
}

VALUES: dict[str, Any] = {
    "contact": {
        "email": "hanako@example.co.jp",
        "family_name": "佐藤",
        "given_name": "花子",
        "company": "株式会社青空",
        "zone": "Asia/Tokyo",
    },
    "sender": {"name": "鈴木一郎", "email": "suzuki@nurture.example", "company": "当社"},
    "company": {
        "company": "当社",
        "address": "東京都千代田区1-2-3",
        "contact": "privacy@nurture.example",
    },
    "trigger": {},
    "steps": {},
    "urls": {},
}


def shipped_layouts() -> dict[str, str]:
    """Return the layouts of this repository as a release has them."""
    return {
        f"templates/email/layouts/{path.name}": path.read_text(encoding="utf-8")
        for path in _LAYOUTS.iterdir()
        if path.suffix in (".mjml", ".txt") or path.name.endswith(".opening.md")
    }


def letter(body: str, subject: str = "件名") -> dict[str, str]:
    """Return a release with one letter, `x/y.ja`, in the barest layout."""
    return {**BARE, "templates/email/x/y.ja.md": f"---\nsubject: {subject}\n---\n{body}"}


#: subject and preheader
_HEAD = "<mj-title>件名</mj-title><mj-preview>中身のご案内です。</mj-preview>"


def newsletter(body: str, head: str = _HEAD) -> dict[str, str]:
    """Return a release with one newsletter, `x/y.ja`, whose column holds `body`."""
    return {
        "templates/email/x/y.ja.mjml": (
            f"<mjml>\n<mj-head>{head}</mj-head>\n<mj-body>\n<mj-section><mj-column>\n{body}\n"
            "</mj-column></mj-section>\n</mj-body>\n</mjml>"
        )
    }


def compiled(files: dict[str, str]) -> CompiledTemplate:
    """Return `x/y` compiled in Japanese."""
    return compile_template(files, "x/y", "ja")


def rendered(
    files: dict[str, str], values: dict[str, Any] | None = None, links: MailLinks = LINKS
) -> Rendered:
    """Return `x/y` rendered with VALUES and what is given."""
    return render(compiled(files), VALUES | (values or {}), links)


def problems_of(files: dict[str, str]) -> list[Problem]:
    """Return what compiling the one template of a release finds wrong."""
    problems: list[Problem] = []
    path = next(p for file in files if (p := parse_path(file)) and p.kind != "txt")
    compile_path(files, path, "ja", problems)
    return problems


def main_text(mail: Rendered) -> str:
    """Return the text of a mail in one piece, without a last line end."""
    return mail.text.rstrip("\n")
