"""The letter by which a referrer introduces us: four blocks, from their own mailbox.

Who sends us, the result in one line, a talk of fifteen minutes, thanks and the promise that
the referrer hears how it went (002).
"""

from __future__ import annotations

from dataclasses import dataclass

#: a subject with more than this after 貴社の is cut off on a phone, columns
_LONGEST_ABOUT = 40


@dataclass(frozen=True, slots=True)
class Introducing:
    """What the letter is made of; empty where unknown."""

    #: who writes: family name, or whole name in English; company
    referrer: str
    referrer_company: str
    #: whom they write to
    name: str
    company: str
    #: what they thought of, in their own words
    why: str
    #: whom they introduce
    seller: str
    seller_company: str
    #: what it is about (日報の転記), the result in one line, where the person agrees
    about: str
    outcome: str
    link: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that somebody else sends."""

    subject: str
    body: str


def own_result(title: str, old: str, new: str, locale: str) -> str:
    """Return the referrer's own result in one line: what was measured, before and now."""
    if locale.startswith("ja"):
        return f"弊社では、{title}が{old}から{new}になりました。"
    return f"{title} went from {old} to {new} with us."


def introduction(one: Introducing, locale: str) -> Letter:
    """Return the four-block letter in a language (ja, else English)."""
    return _japanese(one) if locale.startswith("ja") else _english(one)


def _japanese(one: Introducing) -> Letter:
    about = one.about if 0 < len(one.about) * 2 <= _LONGEST_ABOUT else "お仕事"
    me = f"{one.referrer_company}の{one.referrer}" if one.referrer_company else one.referrer
    whom = f"{one.seller_company}の{one.seller}さん" if one.seller else one.seller_company
    head = f"{one.company}\n" if one.company else ""
    name = f"{one.name}様" if one.name else "ご担当者様"
    why = f"\n{one.why}" if one.why else ""
    body = (
        f"{head}{name}\n\n"
        f"お世話になっております。{me}です。\n"
        f"お力になれるのではと思い、弊社でお世話になっている{whom}をご紹介いたします。{why}\n\n"
        f"{sentence(one.outcome, '。')}\n\n"
        "よろしければ、15分ほどお話しになってみませんか。ご関心がおありでしたら、"
        "次のページでお知らせください。ご連絡先が先方に伝わるのは、そのあとです。\n"
        f"{one.link}\n\n"
        "お読みくださり、ありがとうございます。その後の経過は、私も報告を受けることになっております。"
        "お気が進まないときは、そのままで構いません。\n\n"
        f"{me}\n"
    )
    return Letter(f"{one.referrer}よりご紹介（貴社の{about}について一言）", body)


def _english(one: Introducing) -> Letter:
    me = f"{one.referrer}, {one.referrer_company}" if one.referrer_company else one.referrer
    whom = f"{one.seller} of {one.seller_company}" if one.seller else one.seller_company
    firm = one.company or "your firm"
    why = f"\n{one.why}" if one.why else ""
    body = (
        f"{f'Dear {one.name}' if one.name else 'Hello'},\n\n"
        f"I would like to introduce {whom}, with whom we work, because I think they can help "
        f"you.{why}\n\n"
        f"{sentence(one.outcome, '.')}\n\n"
        "Would you talk to them for 15 minutes? If so, this page is all it takes. They get your "
        "address only after you say yes:\n"
        f"{one.link}\n\n"
        "Thank you for reading. They will tell me how it went, and if it is not for you, there "
        "is no need to answer.\n\n"
        f"{me}\n"
    )
    return Letter(f"Introduction from {one.referrer} (a word about {firm})", body)


def sentence(text: str, end: str) -> str:
    """Return a line as a sentence: files say results without a full stop, as headings have them."""
    return text if text.endswith(("。", ".", "!", "?", "！", "？")) or not text else text + end
