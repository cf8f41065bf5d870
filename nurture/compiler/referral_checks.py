"""What a referral programme may not lack, promise or say: the guards as rules of the check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

from nurture.compiler import referral_keys as keys
from nurture.compiler.nodes import ListNode, MapNode, Node, quoted
from nurture.compiler.records import Fields, Key
from nurture.compiler.references import References
from nurture.compiler.referral_rewards import check_rewards
from nurture.compiler.report import Report
from nurture.domain.offer_review import OFFER_AGES_AFTER
from nurture.domain.referral_manners import columns, pressing_word, shows_a_face, vague_phrase
from nurture.domain.referral_program import PHASES, Program
from nurture.language import Said, say

#: columns of a terminal, two for a full-width character: what is read at one glance
ONE_LINE = 100
CHAT_LINE = 200
#: what X takes: 280 columns, an address counts as 23
SNS_TEXT = 280
_LINK = "{link}"
_LINK_COLUMNS = 23

#: a kit is looked through every quarter
KIT_AGE = timedelta(days=90)
#: asking more often than this harms the relation (001, 003)
_SHORTEST_REST = timedelta(days=60)
_MOST_ASKS = 4

_HANDED_ON = (keys.MAIL_TEXT, keys.CHAT_TEXT, keys.SNS_TEXT)


class Checks:
    """Holds one file against the rules."""

    def __init__(
        self,
        program: Program,
        fields: Fields,
        report: Report,
        references: References,
        today: date | None,
    ) -> None:
        self._program, self._fields, self._report = program, fields, report
        self._references, self._today = references, today

    def run(self) -> None:
        """Report everything."""
        self._languages()
        self._wording()
        self._face()
        self._kinds()
        self._sectors()
        self._limits()
        self._kit()
        self._ages()
        self._readiness()
        self._legal()
        check_rewards(self._program, self._fields, self._report)
        if self._fields.written(keys.HANDLED_BY):
            at = self._fields.at(keys.HANDLED_BY)
            self._references.check_assignee(self._program.handled_by, at, self._report)

    # -- texts -------------------------------------------------------------------------------

    def _all_texts(self) -> Iterator[tuple[Key[Any], Node, Mapping[str, str]]]:
        """Yield key, place and texts by locale of everything that people read."""
        fields = self._fields
        yield from _texts(fields, (keys.TITLE,))
        wanted = (keys.PEOPLE, keys.PROBLEM, keys.SIZE, keys.PERSONA)
        yield from _texts(fields.get(keys.WANTED), wanted)
        for offer in fields.get_or(keys.OFFERS, []):
            yield from _texts(offer.value, (keys.OFFER_TITLE, keys.BENEFIT))
            for side in (keys.FOR_REFERRER, keys.FOR_REFERRED):
                yield from _texts(offer.value.get(side), (keys.REWARD_TITLE, keys.RECIPIENT))
        for action in fields.get_or(keys.ADVOCACY_KEY, []):
            yield from _texts(action.value, (keys.ADVOCACY_TITLE, keys.ADVOCACY_BENEFIT))
        for kind in fields.get_or(keys.BENEFITS, []):
            yield keys.BENEFITS, kind.at, kind.value
        kit = (keys.PITCH, keys.OUTCOME, keys.TOPIC, keys.DOES, keys.PRICE, keys.WHY, *_HANDED_ON)
        yield from _texts(fields.get(keys.KIT), kit)
        rules = (keys.PAYMENT, keys.EXCLUSIONS, keys.PRIVACY, keys.REPORTS)
        yield from _texts(fields.get(keys.RULES), rules)

    def _languages(self) -> None:
        """Report texts that lack a language in which people are written to."""
        locales = self._references.policy.locales
        if self._references.senders is None:
            return
        unknown: set[str] = set()
        for key, at, texts in self._all_texts():
            if not texts or ("" in texts and len(locales) < 2):
                continue
            if "" in texts:
                message = say("'{name}' is the same in every language", name=key.name)
                example = ", ".join(f"{one}: …" for one in locales)
                hint = say("write it by language: {example}", example=f"{{{example}}}")
                self._report.error(at, "one-language", message, hint)
                continue
            for locale in (one for one in locales if one not in texts):
                message = say("'{name}' is missing in '{locale}'", name=key.name, locale=locale)
                self._report.error(
                    at, "missing-language", message, say("referrers are written to in it as well")
                )
            # Once each: a text that nobody reads does no harm.
            for locale in (one for one in texts if one not in {*locales, *unknown}):
                unknown.add(locale)
                message = say("the policy has no locale '{locale}'", locale=locale)
                place = at.pairs[locale][0] if isinstance(at, MapNode) else at
                hint = self._report.suggest(locale, locales)
                self._report.warn(place, "unknown-locale", message, hint)

    def _wording(self) -> None:
        """Report phrases that name nobody, and words that press."""
        for _, at, texts in self._all_texts():
            for locale, text in texts.items():
                place = _in(at, locale)
                if (phrase := vague_phrase(text)) is not None:
                    self._report.error(
                        place,
                        "names-nobody",
                        say("{phrase} brings nobody to mind", phrase=quoted(phrase)),
                        say("say whom: the industry, the problem and what they worry about"),
                    )
                if (word := pressing_word(text)) is not None:
                    self._report.warn(
                        place,
                        "presses",
                        say("{word} puts people under pressure", word=quoted(word)),
                        say("ask once, with a reason, and make no as easy as yes"),
                    )

    def _face(self) -> None:
        wanted = self._fields.get(keys.WANTED)
        if wanted is None:
            return
        at = wanted.at(keys.PEOPLE)
        for locale, text in wanted.get_or(keys.PEOPLE, {}).items():
            if not shows_a_face(text, locale or self._references.policy.default_locale):
                self._report.error(
                    _in(at, locale),
                    "no-face",
                    say("{text} describes no people", text=quoted(text)),
                    say('write 「…にお困りの方」, or "people who …"'),
                )

    # -- who and when ------------------------------------------------------------------------

    def _kinds(self) -> None:
        program, fields = self._program, self._fields
        allowed = PHASES[program.phase]
        node = fields.at(keys.REFERRER_KINDS)
        for place, kind in _items(node, program.kinds):
            if kind not in allowed:
                self._report.error(
                    place,
                    "not-in-this-phase",
                    say("in the phase {phase} no {kind} is asked", phase=program.phase, kind=kind),
                    say("who is: {kinds}", kinds=[*allowed]),
                )
        for entry in fields.get_or(keys.OFFERS, []):
            offer = program.offers[entry.name]
            for place, kind in _items(entry.value.at(keys.OFFER_KINDS), offer.kinds):
                if kind not in program.kinds:
                    message = say("no {kind} refers in this programme", kind=kind)
                    hint = report_known(program.kinds)
                    self._report.error(place, "unknown-kind-of-referrer", message, hint)
        offers = program.offers.values()
        for kind in program.kinds:
            if offers and not any(not one.kinds or kind in one.kinds for one in offers):
                message = say("there is no offer for {kind}", kind=kind)
                hint = say("leave `kinds` out of an offer, or add one for them")
                self._report.error(fields.at(keys.OFFERS), "no-offer", message, hint)
        if offers and all(one.benefit_type == "economic" for one in offers):
            self._report.warn(
                fields.at(keys.OFFERS),
                "incentives-only",
                say("every offer is an incentive: alone they bring no introductions"),
                say("add one that is felt: information, an invitation, being thanked in public"),
            )

    def _sectors(self) -> None:
        program = self._program
        wanted = self._fields.get(keys.WANTED)
        for place, industry in _items(
            wanted.at(keys.INDUSTRIES) if wanted else self._fields.node, program.wanted.industries
        ):
            if industry in program.regulated and industry not in program.cleared:
                self._report.error(
                    place,
                    "sector-not-cleared",
                    say(
                        "introductions in the sector {industry} are not cleared", industry=industry
                    ),
                    say("have its rules looked at, then name it under `cleared`"),
                )
        for place, industry in _items(self._fields.at(keys.CLEARED), program.cleared):
            if industry not in program.regulated:
                message = say("{industry} is not among the regulated sectors", industry=industry)
                hint = self._report.suggest(industry, program.regulated)
                self._report.warn(place, "not-regulated", message, hint)

    def _limits(self) -> None:
        asks = self._fields.get(keys.ASKS)
        limits = self._program.asks
        if asks is None:
            return
        if limits.cool_down < _SHORTEST_REST:
            self._report.warn(
                asks.at(keys.COOL_DOWN),
                "asks-too-often",
                say("{days} days between two asks harm the relation", days=limits.cool_down.days),
                say("60 days or more; 180 is usual"),
            )
        if limits.per_contact > _MOST_ASKS:
            message = say("{asks} asks a year are too many", asks=limits.per_contact)
            self._report.warn(
                asks.at(keys.PER_CONTACT), "asks-too-often", message, say("two are usual")
            )
        if limits.per_account < limits.per_contact:
            message = say("an account may be asked less often than one of its people")
            self._report.warn(asks.at(keys.PER_ACCOUNT), "limits-cross", message)

    # -- kit, dates, law ---------------------------------------------------------------------

    def _kit(self) -> None:
        kit = self._fields.get(keys.KIT)
        if kit is None:
            return
        for key, most in ((keys.PITCH, ONE_LINE), (keys.OUTCOME, ONE_LINE)):
            self._width(kit, key, most)
        self._width(kit, keys.CHAT_TEXT, CHAT_LINE)
        self._width(kit, keys.SNS_TEXT, SNS_TEXT)
        for key in _HANDED_ON:
            at = kit.at(key)
            for locale, text in kit.get_or(key, {}).items():
                if _LINK not in text:
                    message = say("'{name}' has no {slot} in it", name=key.name, slot=_LINK)
                    hint = say("put it where the referrer's personal link belongs")
                    self._report.error(_in(at, locale), "no-link", message, hint)
        library = self._references.library
        if library is None:
            return
        named = [(kit.at(keys.CASE), self._program.kit.case)] if self._program.kit.case else []
        for place, name in [*named, *_items(kit.at(keys.ITEMS), self._program.kit.items)]:
            if name not in library.items:
                message = say("no library item {name}", name=quoted(name))
                hint = self._report.suggest(name, library.items)
                self._report.error(place, "unknown-item", message, hint)

    def _width(self, kit: Fields, key: Key[Mapping[str, str]], most: int) -> None:
        for locale, text in kit.get_or(key, {}).items():
            wide = columns(text.replace(_LINK, "x" * _LINK_COLUMNS))
            if wide > most:
                self._report.error(
                    _in(kit.at(key), locale),
                    "longer-than-a-line",
                    say(
                        "'{name}' is {wide} columns wide, {most} are one line",
                        name=key.name,
                        wide=wide,
                        most=most,
                    ),
                    say("a full-width character takes two; say one thing only"),
                )

    def _ages(self) -> None:
        if self._today is None:
            return
        kit = self._fields.get(keys.KIT)
        if kit is not None:
            self._age(kit, keys.UPDATED, KIT_AGE, "old-kit")
        for entry in self._fields.get_or(keys.OFFERS, []):
            self._age(entry.value, keys.REVIEWED, OFFER_AGES_AFTER, "old-offer")

    def _age(self, fields: Fields, key: Key[date], most: timedelta, code: str) -> None:
        day, today = fields.get(key), self._today
        if day is None or today is None:
            return
        if day > today:
            message = say("{day} has not come yet", day=day.isoformat())
            self._report.error(fields.at(key), "not-yet", message)
        elif today - day > most:
            days = (today - day).days
            self._report.warn(
                fields.at(key),
                code,
                say("nobody has looked at it for {days} days", days=days),
                say("look through it, renew what readers know already, and change the date"),
            )

    def _readiness(self) -> None:
        weights = self._fields.get(keys.READINESS)
        if weights is not None and not any(astuple(self._program.weights)):
            message = say("every part of readiness counts nothing: nobody is ever ready")
            hint = say("give at least one part a weight, such as nps: 30")
            self._report.error(self._fields.at(keys.READINESS), "no-weights", message, hint)

    def _legal(self) -> None:
        rewards, limits = self._fields.get(keys.REWARDS), self._program.rewards
        if rewards is not None and self._today is not None:
            day = limits.legal_approved_at
            if day is not None and day > self._today:
                message = say("{day} has not come yet", day=day.isoformat())
                self._report.error(rewards.at(keys.LEGAL_AT), "not-yet", message)
        if rewards is not None and limits.legal_approved:
            for key in (keys.LEGAL_BY, keys.LEGAL_AT):
                if rewards.get(key) is None and not rewards.written(key):
                    message = say("it is cleared, and nobody knows by whom and when")
                    hint = say("add legal_approved_by and legal_approved_at")
                    self._report.error(rewards.at(keys.LEGAL_APPROVED), "unsigned", message, hint)
                    break
        if self._program.write_for_consent and not limits.legal_approved:
            self._report.error(
                self._fields.at(keys.WRITE),
                "not-cleared",
                say("writing to people who never gave us their address is not cleared"),
                say("have it looked at, then set rewards: {legal_approved: true, …}"),
            )


def report_known(words: tuple[str, ...]) -> Said:
    """Return a hint with the words that there are."""
    return say("known: {known}", known=[*words])


def _texts(
    fields: Fields | None, wanted: tuple[Key[Mapping[str, str]], ...]
) -> Iterator[tuple[Key[Mapping[str, str]], Node, Mapping[str, str]]]:
    for key in wanted if fields is not None else ():
        texts = fields.get(key) if fields is not None else None
        if fields is not None and texts:
            yield key, fields.at(key), texts


def _in(at: Node, locale: str) -> Node:
    """Return where the text of a locale stands."""
    return (at.get(locale) or at) if isinstance(at, MapNode) else at


def _items(node: Node, values: tuple[str, ...]) -> list[tuple[Node, str]]:
    """Return (place, value) of a list in a file, or of its one value."""
    if isinstance(node, ListNode):
        places = {getattr(one, "value", ""): one for one in node.items}
        return [(places.get(value, node), value) for value in values]
    return [(node, value) for value in values]
