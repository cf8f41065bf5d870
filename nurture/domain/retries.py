"""When to try again, and what a refusal means."""

from __future__ import annotations

import re
from datetime import timedelta

#: RFC 5321, 4.5.4.1: two tries in the first hour, then every two to three hours
_FIRST_HOUR = (timedelta(minutes=20), timedelta(minutes=35))
_LATER = timedelta(hours=2, minutes=30)

#: RFC 5321, 4.5.4.1: give up after four to five days
GIVE_UP_AFTER = timedelta(days=4, hours=12)

#: a relay or connection that fails is asked again soon: the mail is not to blame
RECONNECT = timedelta(minutes=1)

#: the longest wait that a server's hint is believed for
_LONGEST_HINT = timedelta(hours=6)


def next_try(tries: int, hint: timedelta | None) -> timedelta:
    """Return how long to wait after the `tries`-th refusal for the moment (from 1).

    A hint of the server is obeyed up to six hours, and never shortens below a minute.
    """
    usual = _FIRST_HOUR[tries - 1] if 1 <= tries <= len(_FIRST_HOUR) else _LATER
    if hint is None:
        return usual
    return min(max(hint, timedelta(minutes=1)), _LONGEST_HINT)


#: RFC 3463 codes that say the address, not the mail, is the trouble: bad mailbox, bad
#: system, bad syntax, moved, null MX
_HARD = re.compile(r"5\.1\.(?:0|1|2|3|6|10)$")

_NOBODY = re.compile(
    r"user (?:is )?unknown|unknown user|no such (?:user|mailbox|recipient)|"
    r"(?:does not|doesn't) exist|mailbox (?:is )?(?:unavailable|not found|disabled)|"
    r"recipient (?:address )?(?:rejected|unknown)|invalid (?:recipient|mailbox)|"
    r"宛先.*(?:不明|存在)",
    re.IGNORECASE,
)


def is_hard(code: int | None, enhanced: str | None, text: str, about_recipient: bool) -> bool:
    """Say whether a refusal for good means that the address is dead.

    Hard means user unknown, host unknown, has moved, not accepted at all; a refusal of the
    content or of us is not about the address.
    """
    if code is None or code < 500 or not about_recipient:
        return False
    if enhanced is not None:
        return bool(_HARD.match(enhanced))
    return code in (550, 551, 553) and bool(_NOBODY.search(text))
