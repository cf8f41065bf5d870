"""What a person wrote in a mail, without what they quoted."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.message import Message

from selectolax.lexbor import LexborHTMLParser

from nurture.providers.headers import decoded
from nurture.providers.incoming_report import parts

#: Characters kept; who writes more is read in the mailbox.
TEXT_LIMIT = 10_000

#: Characters looked at before anything is cut.
_READ_LIMIT = 200_000

#: Lines that announce a quotation: 2026年5月1日(金) 10:00 佐藤花子 <…>: / On … wrote: / … のメール:
_ANNOUNCES = re.compile(
    r"^\s*(?:"
    r"on\s.{5,200}wrote\s*[:：]"
    r"|\d{4}[年/.-]\d{1,2}[月/.-]\d{1,2}日?.{0,200}(?:[:：]|(?:wrote|書きました|のメール)\s*[:：]?)"
    r"|.{1,200}(?:さん|様)?(?:は|が)書きました\s*[:：]"
    r")\s*$",
    re.IGNORECASE,
)

#: Lines after which all is quoted, since what follows carries no marks.
_CUTS = re.compile(
    r"^\s*(?:"
    r"-{2,}\s*(?:original message|forwarded message|元のメッセージ|転送メッセージ|返信元|original)"
    r".{0,40}"
    r"|_{20,}"
    r"|(?:from|差出人|送信者)\s*[:：].{0,200}"
    r")\s*$",
    re.IGNORECASE,
)
#: What the line after `From:` says if it is the head of a quoted mail and not a sentence.
_HEAD_GOES_ON = re.compile(
    r"^\s*(?:sent|date|to|subject|送信日時|送信|日時|日付|宛先|件名)\s*[:：]", re.IGNORECASE
)

#: Characters of a page that are read: the parser's time grows with the square of its depth.
_HTML_LIMIT = 100_000

_BODY = re.compile(r"<body\b", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:br|/?(?:p|div|tr|li|h[1-6]))\b", re.IGNORECASE)


def written_text(message: Message) -> str:
    """Return the plain text of a mail without quotations, at most `TEXT_LIMIT` characters.

    Where there is no plain part, the HTML one is read. Empty where there is neither.
    """
    html = ""
    for part in parts(message):
        kind = part.get_content_type()
        if part.get_filename(None) is None and kind in ("text/plain", "text/html"):
            text = _content(part)
            if kind == "text/plain" and text.strip():
                return unquoted(text)
            html = html or (text if kind == "text/html" else "")
    return unquoted(_from_html(html)) if html else ""


def unquoted(text: str) -> str:
    """Return text without lines that quote, and without the lines that announce a quotation."""
    lines = text[:_READ_LIMIT].replace("\0", "�").splitlines()
    kept: list[str] = []
    for number, line in enumerate(lines):
        if line.lstrip().startswith((">", "＞")):
            continue
        if _CUTS.match(line) and _is_cut(line, _following(lines, number)):
            break
        if len(line) <= 300 and _ANNOUNCES.match(line):
            if _following(lines, number).startswith((">", "＞")):
                continue  # marked line by line: what was written between the marks stays
            break
        kept.append(line.rstrip())
    written = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return written if len(written) <= TEXT_LIMIT else written[: TEXT_LIMIT - 1] + "…"


def _following(lines: list[str], number: int) -> str:
    """Return the next line that is not blank, if it is near."""
    near = (line.strip() for line in lines[number + 1 : number + 6])
    return next((line for line in near if line), "")


def _is_cut(line: str, following: str) -> bool:
    """Whether a `From:` line heads a quoted mail; other cutting lines always do."""
    if line.lstrip().startswith(("-", "_")):
        return True
    return bool(_HEAD_GOES_ON.match(following))


def _content(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except (MessageError, ValueError, LookupError, AssertionError):
        return ""
    return decoded(payload[: _READ_LIMIT * 4], charset) if isinstance(payload, bytes) else ""


def _from_html(html: str) -> str:
    """Return the text of a page with a line for each block, without what mail programs quote."""
    # In the source, white space is none and blocks break lines; in text it is the other way.
    start = _BODY.search(html)
    html = html[start.start() if start else 0 :]
    source = _BLOCK.sub("\n\\g<0>", " ".join(html.split())[:_HTML_LIMIT])
    tree = LexborHTMLParser(source)
    for node in tree.css("script, style, head, blockquote, .gmail_quote, .moz-cite-prefix"):
        node.decompose()
    return tree.body.text() if tree.body is not None else ""
