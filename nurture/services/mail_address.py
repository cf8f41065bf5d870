"""Checking an e-mail address as people type it: canonical, well formed, its domain possible.

email-validator does the judging: it knows RFC 5321, 5322 and IDNA 2008 and explains itself
in sentences. Most local parts are plain and most domains repeat, so a list of 100,000 asks
it once per domain.
"""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from nurture.domain.addresses import canonical
from nurture.domain.cell_values import compatible, plain
from nurture.domain.contact_row import Remark, RowError
from nurture.domain.row_remarks import sentence
from nurture.language import NOTHING, Said, Word, say

_WRAPPED = re.compile(r"(?:mailto:)?(.*<)?\s*([^<>\s]+@[^<>\s]+?)\s*>?", re.IGNORECASE)
#: what most addresses look like; the rest is asked of email-validator
_PLAIN_LOCAL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")


def check_address(text: str) -> tuple[str, str]:
    """Return (canonical, as written) of an address, or raise RowError.

    The canonical form is `nurture.domain.addresses.canonical`; beyond it the address has to
    be one by RFC 5321 and 5322 as email-validator reads them, with an ASCII local part
    (few hosts take others) and a domain that may exist; DNS is not asked.
    """
    written = compatible(plain(text))
    if not written:
        raise RowError(Remark("no_address"))
    if (found := _WRAPPED.fullmatch(written)) is not None:
        written = found[2]
    if written.count("@") > 1 and re.search(r"[,;、\s/]", written):
        raise RowError(Remark("several_addresses"))
    try:
        if "@" not in written:
            raise ValueError("it has no @-sign")
        address = canonical(written)
        local, _, domain = address.rpartition("@")
        if len(local) > 64:
            # RFC 5321, 4.5.3.1.1; email-validator lets longer ones pass
            raise ValueError("the part before the @-sign is longer than 64 characters")
        if len(address) > 254 or not _PLAIN_LOCAL.fullmatch(local):
            validate_email(address, check_deliverability=False, allow_smtputf8=False)
        elif why := fault_of_domain(domain):
            raise ValueError(why)
    except ValueError as error:
        why = str(error).rstrip(".")
        raise RowError(Remark("bad_address", {"value": written[:100], "why": why})) from error
    return address, written


def fault_of_address(text: str) -> Said:
    """Return what is wrong with an address that a program sends, or nothing.

    Programs send the address alone: what people's lists wrap around it, `mailto:`, brackets
    or a name, is a fault here.
    """
    try:
        address, _ = check_address(text)
    except RowError as error:
        said = (Word(sentence(remark, "ja"), sentence(remark, "en")) for remark in error.remarks)
        return say("{words}", words=next(said))
    if canonical(text) == address:
        return NOTHING
    return say("send the address alone, nothing around it")


@lru_cache(maxsize=10_000)
def fault_of_domain(domain: str) -> str:
    """Return what email-validator holds against a domain, or nothing."""
    try:
        validate_email(f"x@{domain}", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        return str(error)
    return ""
