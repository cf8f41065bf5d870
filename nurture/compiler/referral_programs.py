"""A referral programme's file: read, and held against what a programme may not lack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from nurture.compiler import referral_keys as keys
from nurture.compiler.records import Fields, Key, Named
from nurture.compiler.references import References
from nurture.compiler.referral_checks import Checks
from nurture.compiler.report import Report
from nurture.compiler.sources import Sources
from nurture.domain.referral_program import (
    Advocacy,
    AskLimits,
    Cadence,
    Kit,
    Offer,
    Pilot,
    Program,
    Review,
    Reward,
    RewardLimits,
    Rules,
    Texts,
    Timers,
    Wanted,
    Weights,
)
from nurture.language import say

#: timers whose names in the file are those of the dataclass
_TIMERS = (keys.CONTACT, keys.REPORT, keys.CONSENT, keys.STALE, keys.ESCALATE)
_LIMITS: tuple[Key[Any], ...] = (
    keys.COOL_DOWN, keys.RESULT_WITHIN, keys.SCORE_WITHIN, keys.COMPLAINT_WITHIN,
    keys.PER_CONTACT, keys.PER_ACCOUNT, keys.CANDIDATE_FROM, keys.HEARING_FIRST, keys.READY_FROM,
)  # fmt: skip
_WEIGHTS = (
    keys.NPS, keys.RESULTS, keys.ENGAGEMENT, keys.COMMUNITY, keys.REACH, keys.ASKED, keys.TENURE,
)  # fmt: skip


def compile_programs(
    sources: Sources, references: References, today: date | None
) -> dict[str, Program]:
    """Return referral programmes by name; the reports say what is wrong with them.

    `today` decides what is out of date; None: nothing is said of it.
    """
    programs: dict[str, Program] = {}
    for source in sources.of("referral_program"):
        fields = keys.PROGRAM.read(source.root, source.report)
        if fields is None:
            continue
        name = fields.get_or(keys.PROGRAM_NAME, "")
        if name in programs:
            message = say("a referral programme '{name}' exists already", name=name)
            hint = say("the first is {file}", file=programs[name].file)
            source.report.error(fields.at(keys.PROGRAM_NAME), "duplicate-id", message, hint)
            continue
        program = _Reader(fields, source.report, references).program()
        Checks(program, fields, source.report, references, today).run()
        if name:
            programs[name] = program
    return programs


class _Reader:
    """Reads one file; what is missing or wrong has a harmless value in it."""

    def __init__(self, fields: Fields, report: Report, references: References) -> None:
        self._fields, self._report = fields, report
        self._locales = references.policy.locales

    def program(self) -> Program:
        """Return all of it."""
        fields = self._fields
        tickets = fields.get_or(keys.TICKETS, True)
        lives = fields.get_or(keys.TICKET_FOR, timedelta(days=60))
        return Program(
            name=fields.get_or(keys.PROGRAM_NAME, ""),
            title=self._texts(fields, keys.TITLE),
            wanted=self._wanted(fields.get(keys.WANTED)),
            offers={one.name: self._offer(one) for one in fields.get_or(keys.OFFERS, [])},
            rules=self._rules(fields.get(keys.RULES)),
            kit=self._kit(fields.get(keys.KIT)),
            type=fields.get_or(keys.TYPE, "customer_matching"),
            benefits={one.name: self._all(one.value) for one in fields.get_or(keys.BENEFITS, [])},
            advocacy={one.name: self._action(one) for one in fields.get_or(keys.ADVOCACY_KEY, [])},
            weights=_weights(fields.get(keys.READINESS)),
            cadence=Cadence(fields.get_or(keys.CADENCE, Cadence.MILESTONES.value)),
            review=Review(fields.get_or(keys.REVIEW, Review.DELICATE.value)),
            phase=fields.get_or(keys.PHASE, "growth"),
            kinds=tuple(dict.fromkeys(fields.get_or(keys.REFERRER_KINDS, ["customer"]))),
            timings=tuple(dict.fromkeys(fields.get_or(keys.TIMINGS_KEY, ["result_reported"]))),
            asks=_limits(fields.get(keys.ASKS)),
            timers=_timers(fields.get(keys.TIMERS)),
            pilot=_pilot(fields.get(keys.PILOT)),
            rewards=_reward_limits(fields.get(keys.REWARDS)),
            attribution=fields.get_or(keys.ATTRIBUTION, "first"),
            window=fields.get_or(keys.WINDOW, timedelta(days=90)),
            write_for_consent=fields.get_or(keys.WRITE, False),
            ticket_for=lives if tickets else None,
            regulated=tuple(fields.get_or(keys.REGULATED, ["medical", "finance"])),
            cleared=tuple(fields.get_or(keys.CLEARED, [])),
            handled_by=fields.get_or(keys.HANDLED_BY, "owner"),
            file=self._report.file,
        )

    def _texts(self, fields: Fields | None, key: Key[Mapping[str, str]]) -> Texts:
        """Return texts in every locale of the policy; what lacks is the first that there is."""
        return self._all(fields.get_or(key, {})) if fields is not None else {}

    def _all(self, texts: Texts) -> Texts:
        if not texts:
            return {}
        otherwise = texts.get("") or next(iter(texts.values()))
        filled = {locale: texts.get(locale, otherwise) for locale in self._locales}
        return {**{one: text for one, text in texts.items() if one}, **filled}

    def _wanted(self, fields: Fields | None) -> Wanted:
        return Wanted(
            industries=tuple(fields.get_or(keys.INDUSTRIES, [])) if fields else (),
            people=self._texts(fields, keys.PEOPLE),
            problem=self._texts(fields, keys.PROBLEM),
            size=self._texts(fields, keys.SIZE),
            persona=self._texts(fields, keys.PERSONA),
        )

    def _offer(self, entry: Named[Fields]) -> Offer:
        fields = entry.value
        referrer = self._reward(fields.get(keys.FOR_REFERRER))
        return Offer(
            key=entry.name,
            title=self._texts(fields, keys.OFFER_TITLE),
            benefit=self._texts(fields, keys.BENEFIT),
            benefit_type=fields.get_or(keys.BENEFIT_TYPE, "economic" if referrer else "emotional"),
            referrer=referrer,
            referred=self._reward(fields.get(keys.FOR_REFERRED)),
            stage=fields.get_or(keys.STAGE, "won"),
            within=fields.get_or(keys.WITHIN, timedelta(days=30)),
            kinds=tuple(fields.get_or(keys.OFFER_KINDS, [])),
            motives=tuple(fields.get_or(keys.MOTIVES_KEY, [])),
            industries=tuple(fields.get_or(keys.OFFER_INDUSTRIES, [])),
            lever=fields.get_or(keys.LEVER, "motive"),
            reviewed=fields.get(keys.REVIEWED),
        )

    def _reward(self, fields: Fields | None) -> Reward | None:
        if fields is None or fields.get(keys.REWARD_KIND) is None:
            return None
        return Reward(
            kind=fields.get_or(keys.REWARD_KIND, ""),
            title=self._texts(fields, keys.REWARD_TITLE),
            amount=fields.get(keys.AMOUNT),
            currency=fields.get_or(keys.CURRENCY, ""),
            unit=fields.get_or(keys.UNIT, ""),
            recipient=self._texts(fields, keys.RECIPIENT),
        )

    def _action(self, entry: Named[Fields]) -> Advocacy:
        return Advocacy(
            action=entry.name,
            title=self._texts(entry.value, keys.ADVOCACY_TITLE),
            benefit=self._texts(entry.value, keys.ADVOCACY_BENEFIT),
        )

    def _rules(self, fields: Fields | None) -> Rules:
        return Rules(
            payment=self._texts(fields, keys.PAYMENT),
            exclusions=self._texts(fields, keys.EXCLUSIONS),
            privacy=self._texts(fields, keys.PRIVACY),
            reports=self._texts(fields, keys.REPORTS),
            version=fields.get_or(keys.VERSION, "1") if fields else "1",
        )

    def _kit(self, fields: Fields | None) -> Kit:
        functions = fields.get_or(keys.FUNCTIONS, []) if fields else []
        return Kit(
            pitch=self._texts(fields, keys.PITCH),
            outcome=self._texts(fields, keys.OUTCOME),
            topic=self._texts(fields, keys.TOPIC),
            does=self._texts(fields, keys.DOES),
            functions={one.name: tuple(one.value) for one in functions},
            price=self._texts(fields, keys.PRICE),
            why=self._texts(fields, keys.WHY),
            case=fields.get_or(keys.CASE, "") if fields else "",
            items=tuple(fields.get_or(keys.ITEMS, [])) if fields else (),
            mail=self._texts(fields, keys.MAIL_TEXT),
            chat=self._texts(fields, keys.CHAT_TEXT),
            sns=self._texts(fields, keys.SNS_TEXT),
            updated=fields.get(keys.UPDATED) if fields else None,
        )


def _limits(fields: Fields | None) -> AskLimits:
    if fields is None:
        return AskLimits()
    said = {key.name: fields.get(key) for key in _LIMITS}
    return AskLimits(**{name: value for name, value in said.items() if value is not None})


def _weights(fields: Fields | None) -> Weights:
    """Return the weights; where some are written, the others keep their own."""
    if fields is None:
        return Weights()
    said = {key.name: fields.get(key) for key in _WEIGHTS}
    return Weights(**{name: value for name, value in said.items() if value is not None})


def _timers(fields: Fields | None) -> Timers:
    if fields is None:
        return Timers()
    said = {key.name: fields.get(key) for key in _TIMERS}
    known = {name: value for name, value in said.items() if value is not None}
    return Timers(**known, days=fields.get_or(keys.DAYS, "all"))


def _pilot(fields: Fields | None) -> Pilot | None:
    if fields is None:
        return None
    return Pilot(
        people=fields.get_or(keys.PEOPLE_AT_FIRST, 3),
        review_after=fields.get_or(keys.REVIEW_AFTER, timedelta(days=14)),
        widened=fields.get(keys.WIDENED),
    )


def _reward_limits(fields: Fields | None) -> RewardLimits:
    if fields is None:
        return RewardLimits()
    return RewardLimits(
        per_month=fields.get(keys.PER_MONTH),
        in_all=fields.get(keys.IN_ALL),
        hold=fields.get_or(keys.HOLD, timedelta(days=14)),
        legal_approved=fields.get_or(keys.LEGAL_APPROVED, False),
        legal_approved_by=fields.get_or(keys.LEGAL_BY, ""),
        legal_approved_at=fields.get(keys.LEGAL_AT),
    )
