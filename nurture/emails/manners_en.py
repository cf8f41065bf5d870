"""Manners of English business mail, as rules over what is written."""

from __future__ import annotations

import re

from nurture.emails.manner import Manner

ENGLISH = (
    Manner(
        re.compile(r"(?i)\bdear\s+(?:sir|madam|customer|friend|all\b)|\bto whom it may concern\b"),
        "manners-sir-madam",
        "a letter to nobody",
        "write {{ contact | addressee }}, which knows what to do without a name",
    ),
    Manner(
        re.compile(r"\b(?:Mr|Mrs|Ms)\.?\s*/\s*(?:Mr|Mrs|Ms)\b"),
        "manners-mr-ms",
        "a reader who may choose between Mr and Ms",
        "write {{ contact | addressee }}, which leaves out what it does not know",
    ),
    Manner(
        re.compile(
            r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?|\{\{\s*contact\.honorific\b[^{}]*\}\})\s+"
            r"\{\{\s*contact\.(?:given_name|name)\b"
            r"|\b(?:Dear|Hello|Hi)\s+\{\{\s*contact\.family_name\b"
        ),
        "manners-honorific",
        "Mr and Ms go with the family name, and the family name with them",
        "write {{ contact | addressee }} or {{ contact | short_name }}",
    ),
    Manner(
        re.compile(r"(?i)\bzip (?:file|archive|attachment)|\.zip\b|\bunzip\b"),
        "manners-zip",
        "many companies do not let a zip in",
        "attach a PDF, or link to it",
    ),
    Manner(
        re.compile(
            r"(?i)\b(?:act now|limited[- ]time|risk[- ]free|100 ?% free|buy now|click here"
            r"|once in a lifetime|don[’']t miss)\b"
        ),
        "manners-hype",
        "words that advertising mails wear out",
        "say what the reader gets, in plain words",
    ),
    Manner(
        re.compile(r"\{\{\s*origin\b[^{}]*\}\}\s*\."),
        "manners-full-stop",
        "origin is a sentence and brings its own full stop",
        "write {{ origin }} without it",
    ),
)
