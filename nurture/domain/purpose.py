"""Purposes: which consent a mail needs."""

from __future__ import annotations

import enum


class Purpose(enum.StrEnum):
    """Which consent a mail needs."""

    MARKETING = "marketing"
    SURVEY = "survey"
    REFERRAL = "referral"
    #: limited to templates that the policy lists; no consent needed, no marketing in it
    SERVICE = "service"
    #: news of the reader's own referral: no consent needed, a stop link of its own
    PROGRESS = "progress"
    #: asks somebody who was introduced whether we may write: once ever per address
    INTRODUCTION = "introduction"


#: mails about the reader's own affair: they ask nothing of consent, caps, pauses and topics
OWN_AFFAIR = frozenset({Purpose.SERVICE, Purpose.PROGRESS, Purpose.INTRODUCTION})

#: what a person consents to; the others need none
CONSENTED = tuple(one for one in Purpose if one not in OWN_AFFAIR)
