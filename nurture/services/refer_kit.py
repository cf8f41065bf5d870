"""What a referrer hands on, in one language: the product in a few lines, a case, ready texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit

from nurture.domain.library import Item, in_locale
from nurture.domain.policy import Policy
from nurture.domain.referral_program import Offer, Program
from nurture.services.compose import text_in
from nurture.services.releases import LiveRelease

#: what stands for the personal link in a programme's texts
_LINK = "{link}"

#: what X counts: 280, a full-width character as two, any address as 23
_SNS_ROOM, _SNS_LINK = 280, 23


@dataclass(frozen=True, slots=True)
class Shown:
    """An item of the library as a page shows it."""

    key: str
    kind: str
    title: str
    summary: str
    figures: tuple[str, ...]
    #: where it is read; "" where it is a file
    url: str
    #: path of its PDF in the release; "" where it is read elsewhere
    file: str


@dataclass(frozen=True, slots=True)
class Kit:
    """The product in a few lines."""

    pitch: str
    outcome: str
    does: str
    functions: tuple[str, ...]
    price: str
    why: str
    case: Shown | None
    items: tuple[Shown, ...]
    updated: date | None


@dataclass(frozen=True, slots=True)
class Face:
    """Whom we want to meet, until a face appears."""

    people: str
    problem: str
    size: str
    persona: str


@dataclass(frozen=True, slots=True)
class Texts:
    """What a referrer forwards."""

    subject: str
    mail: str
    #: the mail, ready in their own mail program
    mailto: str
    chat: str
    #: "": the programme has no approved words for social media
    sns: str


def kit_of(release: LiveRelease, program: Program, locale: str, today: date) -> Kit:
    """Return a programme's kit; items that have expired or speak another language stay out."""
    items = release.definitions.library.items
    kit = program.kit

    def show(key: str) -> Shown | None:
        item = items.get(key)
        return shown(release, item, locale, today) if item is not None else None

    found = [show(key) for key in dict.fromkeys(kit.items) if key != kit.case]
    return Kit(
        pitch=text_in(kit.pitch, locale),
        outcome=text_in(kit.outcome, locale),
        does=text_in(kit.does, locale),
        functions=tuple(kit.functions.get(locale) or next(iter(kit.functions.values()), ())),
        price=text_in(kit.price, locale),
        why=text_in(kit.why, locale),
        case=show(kit.case) if kit.case else None,
        items=tuple(one for one in found if one is not None),
        updated=kit.updated,
    )


def shown(release: LiveRelease, item: Item, locale: str, today: date) -> Shown | None:
    """Return an item that may be handed on today, None where it may not or leads nowhere."""
    url = str(in_locale(item.url, locale) or "")
    file = str(in_locale(item.file, locale) or "")
    if file not in release.files:
        file = ""
    if not item.fits(locale, today) or not (file or is_https(url)):
        return None
    return Shown(
        key=item.key,
        kind=item.kind,
        title=str(in_locale(item.title, locale) or item.key),
        summary=str(in_locale(item.summary, locale) or ""),
        figures=tuple(in_locale(item.figures, locale) or ()),
        url="" if file else url,
        file=file,
    )


def is_https(url: str) -> bool:
    """Say whether an address is one we send people to."""
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname)


def face_of(program: Program, locale: str) -> Face:
    """Return whom a programme wants to meet."""
    wanted = program.wanted
    return Face(
        text_in(wanted.people, locale),
        text_in(wanted.problem, locale),
        text_in(wanted.size, locale),
        text_in(wanted.persona, locale),
    )


def texts_of(program: Program, policy: Policy, locale: str, link: str) -> Texts:
    """Return the texts to forward, with the personal link in its place."""
    kit = program.kit
    company = text_in(policy.legal.company, locale)
    pitch = text_in(kit.pitch, locale)
    subject = f"ご参考までに：{pitch}" if locale.startswith("ja") else f"You may like this: {pitch}"
    mail = _with_link(text_in(kit.mail, locale) or f"{pitch}\n{company}", link, "\n\n")
    sns = text_in(kit.sns, locale)
    return Texts(
        subject=subject,
        mail=mail,
        mailto=mailto(subject, mail),
        chat=_with_link(text_in(kit.chat, locale) or pitch, link, " "),
        sns=_with_link(sns, link, "\n") if sns and sns_length(sns) <= _SNS_ROOM else "",
    )


def sns_length(text: str) -> int:
    """Return what a text counts on X: a full-width character as two, the link as 23."""
    body = text.replace(_LINK, "")
    wide = sum(1 if ord(one) < 0x1100 or 0x2000 <= ord(one) <= 0x2037 else 2 for one in body)
    return wide + (_SNS_LINK if _LINK in text else _SNS_LINK + 1)


def mailto(subject: str, body: str, to: str = "") -> str:
    """Return an address that opens a filled mail (RFC 6068: CRLF, everything else encoded)."""
    lines = body.replace("\r\n", "\n").replace("\n", "\r\n")
    head, text = quote(subject, safe=""), quote(lines, safe="")
    return f"mailto:{quote(to, safe='@.+-_')}?subject={head}&body={text}"


def _with_link(text: str, link: str, between: str) -> str:
    return text.replace(_LINK, link) if _LINK in text else f"{text}{between}{link}"


def perk_of(offer: Offer, locale: str) -> str:
    """Return what the referred person gets, "" for nothing but a warm welcome."""
    return text_in(offer.referred.title, locale) if offer.referred is not None else ""
