"""`nps.yaml`: a survey: what people tick beside the answer, how often they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from nurture.compiler.moments import Elapsed
from nurture.compiler.names import NAME
from nurture.compiler.nodes import ListNode, Node, Scalar, quoted
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Placed, Report
from nurture.compiler.shapes import Localized, Number, Text, Whole
from nurture.compiler.sources import Sources
from nurture.domain.policy import Policy
from nurture.domain.reader import ROLES
from nurture.domain.survey import Band, Coverage, Driver, Survey, SurveyLimits
from nurture.language import say

#: asked more often, people stop answering (the founding documents' four)
_MOST = 4
#: an invitation that can be answered for longer says nothing of its round any more
_LONGEST_OPEN = timedelta(days=180)
#: what holds where a file says nothing
_USUAL = Survey("", {})

_NAMED = Key("survey", NAME, say("Name that `survey` steps say."), required=True)
_TITLE = Key("title", Localized(longest=200), say("What it is called on pages."), required=True)
_CANDIDATE = Key(
    "candidate_from",
    Whole(8, 9),
    say("From this answer on somebody may be asked for an introduction: 8 or 9; 9."),
)
_DRIVER = Key("driver", NAME, say("Key of the reason, in answers and reports."), required=True)
_DRIVER_TITLE = Key("title", Localized(longest=60), say("What people tick."), required=True)
DRIVER = Record(say("a driver"), (_DRIVER, _DRIVER_TITLE))
_DRIVERS = Key(
    "drivers",
    ListOf(DRIVER),
    say("What people tick as the reason for their answer, in this order."),
)
_PER_CONTACT = Key(
    "per_contact", Whole(1, _MOST), say("Asks of one contact in any 365 days; 4, the most.")
)
_PER_ACCOUNT = Key(
    "per_account", Whole(1, _MOST), say("Rounds of one account in any 365 days; 4, the most.")
)
_APART = Key("apart", Elapsed(), say("Between two asks of one contact; 80d."))
_LIMITS = Key(
    "limits",
    Record(say("limits"), (_PER_CONTACT, _PER_ACCOUNT, _APART)),
    say("How often people are asked at most."),
)
_PEOPLE = Key("contacts", Whole(1, 100), say("How many people of an account; 9."))
_REVENUE = Key(
    "revenue", Number(0, 1e12), say("Of accounts whose deals are worth so much a year; 1000000.")
)
_CURRENCY = Key(
    "currency",
    Text(say("a currency such as USD"), "[A-Z]{3}"),
    say("Of `revenue`; deals in other currencies are not counted; USD."),
)
_ROLES = Key(
    "roles",
    ListOf(Text(say("a role of a reader"), longest=64), or_one=True),
    say("Roles of which somebody is to be among them: {roles}.", roles=[*ROLES]),
)
_COVERAGE = Key(
    "coverage",
    Record(say("a coverage"), (_PEOPLE, _REVENUE, _CURRENCY, _ROLES)),
    say("How many people of large accounts are to be asked; reports show the gap."),
)
_OPEN = Key("open_for", Elapsed(), say("How long an invitation can be answered; 60d."))
_EXPECTED = Key(
    "expected_response",
    Number(0, 100),
    say("Percent who answer elsewhere, for comparison in reports; 12.4."),
)
_THANKS_OF = {
    Band.PROMOTER: Key(Band.PROMOTER.value, Localized(longest=600), say("After 9 or 10.")),
    Band.PASSIVE: Key(Band.PASSIVE.value, Localized(longest=600), say("After 7 or 8.")),
    Band.DETRACTOR: Key(Band.DETRACTOR.value, Localized(longest=600), say("After 0 to 6.")),
}
_THANKS = Key(
    "thanks",
    Record(say("thanks"), tuple(_THANKS_OF.values())),
    say("What the page says after the answer, by what was answered."),
)

SURVEY = Record(
    say("a survey"),
    (_NAMED, _TITLE, _CANDIDATE, _DRIVERS, _LIMITS, _COVERAGE, _OPEN, _EXPECTED, _THANKS),
)


def compile_surveys(
    sources: Sources, policy: Policy, policy_read: bool
) -> tuple[dict[str, Survey], Callable[[Iterable[str]], None]]:
    """Return surveys by name; the reports say what is wrong.

    The function returned is told the names that steps ask, once they are known, and warns of
    surveys that nobody is asked.
    """
    found: dict[str, Survey] = {}
    places: dict[str, tuple[Placed, Report]] = {}
    for source in sources.of("survey"):
        fields = SURVEY.read(source.root, source.report)
        if fields is None:
            continue
        name = fields.get_or(_NAMED, "")
        if name in found:
            message = say("a survey '{name}' exists already", name=name)
            hint = say("the first is {file}", file=found[name].file)
            source.report.error(fields.at(_NAMED), "duplicate-id", message, hint)
            continue
        locales = policy.locales if policy_read else ()
        found[name] = _survey(fields, name, locales, source.report)
        places[name] = fields.at(_NAMED), source.report

    def check_asked(asked: Iterable[str]) -> None:
        for name in sorted(set(found) - set(asked)):
            at, report = places[name]
            message = say("nobody is asked this survey")
            hint = say("give a workflow a step `survey: {name}`", name=name)
            report.warn(at, "never-asked", message, hint)

    return found, check_asked


def _survey(fields: Fields, name: str, locales: Iterable[str], report: Report) -> Survey:
    _check_languages(fields, _TITLE, locales, report)
    thanks = fields.get(_THANKS)
    said: dict[Band, Mapping[str, str]] = {}
    for band, key in _THANKS_OF.items():
        if thanks is not None and thanks.get(key) is not None:
            _check_languages(thanks, key, locales, report)
            said[band] = thanks.get_or(key, {})
    open_for = fields.get_or(_OPEN, _USUAL.open_for)
    if open_for > _LONGEST_OPEN:
        message = say("an invitation that old says nothing of its round any more")
        report.error(fields.at(_OPEN), "out-of-range", message, say("180d at most"))
    return Survey(
        name=name,
        title=fields.get_or(_TITLE, {"": name}),
        drivers=_drivers(fields, locales, report),
        candidate_from=fields.get_or(_CANDIDATE, _USUAL.candidate_from),
        limits=_limits(fields.get(_LIMITS), report),
        coverage=_coverage(fields.get(_COVERAGE), report),
        open_for=open_for,
        expected_response=fields.get_or(_EXPECTED, 100 * _USUAL.expected_response) / 100,
        thanks=said,
        file=report.file,
    )


def _drivers(fields: Fields, locales: Iterable[str], report: Report) -> tuple[Driver, ...]:
    found: dict[str, Driver] = {}
    for one in fields.get_or(_DRIVERS, []):
        key = one.get(_DRIVER)
        if key is None:
            continue
        if key in found:
            report.error(
                one.at(_DRIVER), "duplicate-id", say("a driver '{key}' exists already", key=key)
            )
            continue
        _check_languages(one, _DRIVER_TITLE, locales, report)
        found[key] = Driver(key, one.get_or(_DRIVER_TITLE, {"": key}))
    return tuple(found.values())


def _limits(fields: Fields | None, report: Report) -> SurveyLimits:
    usual = SurveyLimits()
    if fields is None:
        return usual
    limits = SurveyLimits(
        per_contact=fields.get_or(_PER_CONTACT, usual.per_contact),
        per_account=fields.get_or(_PER_ACCOUNT, usual.per_account),
        apart=fields.get_or(_APART, usual.apart),
    )
    if limits.per_contact > limits.per_account:
        message = say("nobody is asked more often than their account has rounds")
        report.warn(fields.at(_PER_CONTACT), "never-reached", message)
    return limits


def _coverage(fields: Fields | None, report: Report) -> Coverage:
    usual = Coverage()
    if fields is None:
        return usual
    _check_roles(fields.at(_ROLES), fields.get_or(_ROLES, []), report)
    return Coverage(
        contacts=fields.get_or(_PEOPLE, usual.contacts),
        revenue=fields.get_or(_REVENUE, usual.revenue),
        currency=fields.get_or(_CURRENCY, usual.currency),
        roles=tuple(dict.fromkeys(fields.get_or(_ROLES, [*usual.roles]))),
    )


def _check_roles(node: Node, roles: Iterable[str], report: Report) -> None:
    places = node.items if isinstance(node, ListNode) else [node]
    for role in roles:
        if role not in ROLES:
            here = (one for one in places if isinstance(one, Scalar) and one.value == role)
            message = say("{word} is no {name} that readers have", word=quoted(role), name="role")
            report.warn(next(here, node), "unknown-value", message, report.suggest(role, ROLES))


def _check_languages(
    fields: Fields, key: Key[Mapping[str, str]], locales: Iterable[str], report: Report
) -> None:
    """Report the languages of readers that a text lacks."""
    texts = fields.get(key)
    if not texts or "" in texts:
        return
    for locale in locales:
        if locale not in texts:
            message = say("'{name}' is missing in '{locale}'", name=key.name, locale=locale)
            report.error(fields.at(key), "missing-locale", message, say("readers see it"))
