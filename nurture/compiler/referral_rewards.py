"""Rewards of a programme's offers: amounts, currencies and units, two sides, money."""

from __future__ import annotations

from babel.numbers import get_currency_precision, list_currencies

from nurture.compiler import referral_keys as keys
from nurture.compiler.records import Fields
from nurture.compiler.report import Report
from nurture.domain.referral_program import Program, Reward
from nurture.language import say

#: kind → what its amount may count; "" is money
_COUNTS = {
    "discount": ("", "percent"),
    "training": ("hours", "days", "seats", ""),
    "seminar": ("seats", ""),
    "extension": ("days", "months"),
    "donation": ("",),
    "gift": ("",),
    "points": ("points",),
    "cash": ("",),
}
#: kinds that mean nothing without an amount
_NEED_AMOUNT = frozenset({"discount", "extension", "donation", "points", "cash"})


def check_rewards(program: Program, fields: Fields, report: Report) -> None:
    """Report offers whose rewards cannot be promised, added up or paid."""
    first: tuple[str, int] | None = None
    for entry in fields.get_or(keys.OFFERS, []):
        offer, written = program.offers[entry.name], entry.value
        rewarded = offer.referrer is not None or offer.referred is not None
        for key in (keys.STAGE, keys.WITHIN) if rewarded else ():
            if not written.written(key):
                message = say("a reward needs '{name}'", name=key.name)
                report.error(entry.at, "missing-key", message, key.about)
        if offer.referrer is not None and offer.referred is None:
            report.error(
                written.at(keys.FOR_REFERRER),
                "one-sided",
                say("who is referred gains nothing"),
                say("add `referred`: both sides gain, or the referrer seems paid for a friend"),
            )
        for side in (keys.FOR_REFERRER, keys.FOR_REFERRED):
            inner = written.get(side)
            reward = offer.referrer if side is keys.FOR_REFERRER else offer.referred
            if inner is None or reward is None:
                continue
            _amount(reward, inner, report)
            _money(program, reward, inner, report)
            if reward.currency:
                place = inner.at(keys.CURRENCY)
                if reward.currency not in (known := list_currencies()):
                    message = say("there is no currency {currency}", currency=reward.currency)
                    hint = report.near(reward.currency, known)
                    report.error(place, "unknown-currency", message, hint)
                elif first is None:
                    first = (reward.currency, place.line)
                elif first[0] != reward.currency:
                    message = say(
                        "{currency} here, {first} in line {line}: they cannot be added up",
                        currency=reward.currency,
                        first=first[0],
                        line=first[1],
                    )
                    hint = say("one currency in a programme")
                    report.error(place, "mixed-currencies", message, hint)


def _amount(reward: Reward, fields: Fields, report: Report) -> None:
    kind, at = reward.kind, fields.at(keys.AMOUNT)
    if reward.amount is None:
        if kind in _NEED_AMOUNT and not fields.written(keys.AMOUNT):
            message = say(
                "nobody knows how much: a reward of kind {kind} needs 'amount'", kind=kind
            )
            report.error(fields.at(keys.REWARD_KIND), "missing-key", message)
        for key in (keys.CURRENCY, keys.UNIT):
            if fields.written(key) and not fields.written(keys.AMOUNT):
                message = say("'{name}' without an amount", name=key.name)
                report.error(fields.at(key), "missing-key", message, say("add `amount`"))
        return
    if reward.currency and reward.unit:
        message = say(
            "{currency} and {unit}: it is one of them", currency=reward.currency, unit=reward.unit
        )
        report.error(fields.at(keys.UNIT), "two-units", message, say("leave one of them out"))
        return
    allowed = _COUNTS[kind]
    if not reward.currency and not reward.unit:
        if fields.written(keys.CURRENCY) or fields.written(keys.UNIT):
            return
        choices = ["currency" if one == "" else f"unit: {one}" for one in allowed]
        message = say("{amount:g} of what?", amount=reward.amount)
        report.error(at, "no-unit", message, say("add {choices}", choices=choices))
    elif reward.unit not in allowed:
        found = reward.unit or reward.currency
        choices = ["currency" if one == "" else one for one in allowed]
        message = say("a reward of kind {kind} is not counted in {found}", kind=kind, found=found)
        place = fields.at(keys.UNIT if reward.unit else keys.CURRENCY)
        report.error(place, "wrong-unit", message, say("it is in {choices}", choices=choices))
    elif reward.unit == "percent" and not 0 < reward.amount <= 100:
        message = say("{amount:g} percent is no discount", amount=reward.amount)
        report.error(at, "out-of-range", message, say("from 1 to 100"))
    elif (
        reward.currency
        and round(reward.amount, get_currency_precision(reward.currency)) != reward.amount
    ):
        message = say(
            "{amount:g} {currency} cannot be paid", amount=reward.amount, currency=reward.currency
        )
        report.error(at, "bad-value", message, say("the currency has no smaller coin"))
    elif reward.amount <= 0:
        report.error(at, "out-of-range", say("a reward is more than nothing"))


def _money(program: Program, reward: Reward, fields: Fields, report: Report) -> None:
    if reward.kind == "cash" and not program.rewards.legal_approved:
        report.error(
            fields.at(keys.REWARD_KIND),
            "cash-not-cleared",
            say("money for introductions is not cleared"),
            say(
                "let lawyers look at it, then set rewards: {legal_approved: true, …}; "
                "a discount, training or a donation needs nothing and lasts"
            ),
        )
    if reward.kind == "donation" and not reward.recipient and not fields.written(keys.RECIPIENT):
        message = say("a donation needs a recipient")
        report.error(fields.at(keys.REWARD_KIND), "missing-key", message, keys.RECIPIENT.about)
