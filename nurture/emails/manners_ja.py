"""Manners of Japanese business mail, as rules over what is written."""

from __future__ import annotations

import re

from nurture.emails.manner import Manner
from nurture.language import say

_JOB_TITLES = (
    "会長|社長|専務|常務|取締役|本部長|部長|次長|課長|係長|主任|室長|所長|支店長|工場長|店長"
)
_SAMA = "(?:様|さま|サマ|殿)"

JAPANESE = (
    Manner(re.compile("御社"), "manners-onsha", say("御社 is spoken"), say("write 貴社")),
    Manner(
        re.compile(f"各位\\s*(?:{_SAMA}|御中)|(?<!お客)様各位"),
        "manners-kakui",
        say("各位 is polite already"),
        say("write 各位 without 様"),
    ),
    Manner(
        re.compile(
            f"(?:{_JOB_TITLES})[ \u3000]?{_SAMA}"
            f"|\\{{\\{{\\s*contact\\.title\\b[^{{}}]*\\}}\\}}\\s*{_SAMA}"
        ),
        "manners-title",
        say("a title takes no 様"),
        say("write 部長 佐藤花子様, or {{ contact | addressee }}"),
    ),
    Manner(
        re.compile(
            "様様|御中様|様御中|貴社様"
            f"|\\{{\\{{[^{{}}]*\\|\\s*(?:addressee|short_name)\\s*\\}}\\}}\\s*(?:{_SAMA}|さん|御中)"
        ),
        "manners-double",
        say("a courtesy stands twice"),
        say("one is enough; addressee and short_name bring their own 様"),
    ),
    Manner(
        re.compile(
            r"\{\{\s*(?:sender|predecessor)\.\w+[^{}]*\}\}\s*(?:様|さま|さん|殿|御中)"
            r"|\{\{\s*company\.company[^{}]*\}\}\s*(?:様|さま|御中)"
        ),
        "manners-own-staff",
        say("our own people and house take no 様"),
        say("write {{ sender.name }} alone"),
    ),
    Manner(
        re.compile("[ｦ-ﾟ]+"),
        "manners-half-width",
        say("half-width katakana, which some systems garble"),
        say("write it full width: カタカナ"),
    ),
    Manner(
        re.compile(r"(?i)zip\s*(?:ファイル|形式|圧縮)|\.zip\b|(?:解凍|zip)\s*パスワード"),
        "manners-zip",
        say("many companies do not let a zip in"),
        say("attach a PDF, or link to it"),
    ),
    Manner(
        re.compile(r"今だけ|激安|必見|残りわずか|絶対に|業界\s*(?:No|ナンバー|最安)"),
        "manners-hype",
        say("advertising mails wear this out: {word}"),
        say("say what the reader gets, in plain words"),
    ),
    Manner(
        re.compile(r"\{\{\s*origin\b[^{}]*\}\}\s*[。．.]"),
        "manners-full-stop",
        say("origin is a sentence and brings its own 。"),
        say("write {{ origin }} without it"),
    ),
)

#: a greeting to people one does business with
USUAL_GREETING = re.compile("お世話になっ(?:て|と)")
