"""Manners of English business mail, as rules over what is written."""

from __future__ import annotations

import re

from nurture.emails.manner import Manner
from nurture.language import say

ENGLISH = (
    Manner(
        re.compile(r"(?i)\bdear\s+(?:sir|madam|customer|friend|all\b)|\bto whom it may concern\b"),
        "manners-sir-madam",
        say("a letter to nobody"),
        say("write {{ contact | addressee }}, which knows what to do without a name"),
    ),
    Manner(
        re.compile(r"\b(?:Mr|Mrs|Ms)\.?\s*/\s*(?:Mr|Mrs|Ms)\b"),
        "manners-mr-ms",
        say("a reader who may choose between Mr and Ms"),
        say("write {{ contact | addressee }}, which leaves out what it does not know"),
    ),
    Manner(
        re.compile(
            r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?|\{\{\s*contact\.honorific\b[^{}]*\}\})\s+"
            r"\{\{\s*contact\.(?:given_name|name)\b"
            r"|\b(?:Dear|Hello|Hi)\s+\{\{\s*contact\.family_name\b"
        ),
        "manners-honorific",
        say("Mr and Ms go with the family name, and the family name with them"),
        say("write {{ contact | addressee }} or {{ contact | short_name }}"),
    ),
    Manner(
        re.compile(r"(?i)\bzip (?:file|archive|attachment)|\.zip\b|\bunzip\b"),
        "manners-zip",
        say("many companies do not let a zip in"),
        say("attach a PDF, or link to it"),
    ),
    Manner(
        re.compile(
            r"(?i)\b(?:act now|limited[- ]time|risk[- ]free|100 ?% free|buy now|click here"
            r"|once in a lifetime|don[’']t miss)\b"
        ),
        "manners-hype",
        say("advertising mails wear this out: {word}"),
        say("say what the reader gets, in plain words"),
    ),
    Manner(
        re.compile(r"\{\{\s*origin\b[^{}]*\}\}\s*\."),
        "manners-full-stop",
        say("origin is a sentence and brings its own full stop"),
        say("write {{ origin }} without it"),
    ),
)
