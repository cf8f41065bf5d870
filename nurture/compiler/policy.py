"""`policy.yaml`: senders, legal identity, caps, evidence, custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nurture.compiler.fields import DECLARABLE, TAKEN, Catalogue, FieldType
from nurture.compiler.kpi_policy import KPIS, kpis_of
from nurture.compiler.moments import Elapsed
from nurture.compiler.names import ADDRESS, HTTPS, NAME, PROPERTY
from nurture.compiler.nodes import Node
from nurture.compiler.quiet import QUIET, quiet_of
from nurture.compiler.records import Fields, Key, ListOf, MapOf, Named, Record
from nurture.compiler.report import Report
from nurture.compiler.result_policy import RESULTS, results_report_of
from nurture.compiler.shapes import Choice, Flag, Localized, Text, Whole
from nurture.compiler.team_policy import OWNERS, TARGETS, TASKS, target_of, tasks_of
from nurture.compiler.topics import CHATS, ROUTINE, TOPICS, chats_of, routine_of, topics_of
from nurture.compiler.webhooks import WEBHOOKS, endpoints_of
from nurture.domain.lifecycle import Temperature
from nurture.domain.policy import EvidencePolicy, LegalIdentity, MailCap, Policy, Sender
from nurture.domain.workflow import Purpose
from nurture.language import say

_LOCALE = Text(say("a locale such as ja or en"), r"[a-z]{2,3}(?:-[A-Z]{2})?")

_DEFAULT_LOCALE = Key("default", _LOCALE, say("Locale of contacts that have none."), required=True)
_ALSO = Key("also", ListOf(_LOCALE), say("Further locales in which mails are written."))
_LOCALES = Record(say("`locales`"), (_DEFAULT_LOCALE, _ALSO))

_SENDER_NAME = Key("name", Localized(), say("Name as readers see it."), required=True)
_SENDER_TITLE = Key("title", Localized(), say("Department and title, for the signature."))
_SENDER_EMAIL = Key("email", ADDRESS, say("A monitored address, never noreply."), required=True)
_SENDER_PHONE = Key("phone", Text(say("a phone number"), longest=64), say("For the signature."))
_ROLE = Key("role", NAME, say("What `task: {for: …}` may name: sales, inside-sales, marketing."))
_SENDER_LOCALE = Key(
    "locale", _LOCALE, say("Language of their task mails, where not the policy's.")
)
_SENDER_PROFILE = Key(
    "profile",
    Localized(300),
    say("Two sentences about them, for people who are to be introduced: what they know, how long."),
)
_SENDER = Record(
    say("a sender"),
    (
        _SENDER_NAME, _SENDER_TITLE, _SENDER_EMAIL, _SENDER_PHONE, _ROLE, _SENDER_LOCALE,
        _SENDER_PROFILE,
    ),
)  # fmt: skip

_COMPANY = Key("company", Localized(), say("The company's legal name."), required=True)
_ADDRESS = Key("address", Localized(), say("The postal address."), required=True)
_CONTACT = Key("contact", ADDRESS, say("Where readers may write or complain."), required=True)
_WEBSITE = Key("website", HTTPS, say("The company's site."))
_PRIVACY = Key("privacy", HTTPS, say("The privacy notice."))
_LEGAL = Record(say("the legal identity"), (_COMPANY, _ADDRESS, _CONTACT, _WEBSITE, _PRIVACY))

_ID = Key("id", NAME, say("A name, for explanations."), required=True)
_PER = Key("per", Choice("contact", "account"), say("What the cap counts for."), required=True)
_MAILS = Key("mails", Whole(1, 1000), say("At most so many mails …"), required=True)
_WITHIN = Key("within", Elapsed(), say("… in any span of this length."), required=True)
_CAP_PURPOSE = Key(
    "purpose", Choice(*(p.value for p in Purpose)), say("Counts mails of this purpose only.")
)
_CAP_TEMPERATURE = Key(
    "temperature", Choice(*(t.value for t in Temperature)), say("For contacts of this temperature.")
)
_CAP_WORKFLOW = Key("workflow", NAME, say("Counts mails of this workflow only."))
_CAP_BELOW = Key(
    "below",
    Whole(0, 1000),
    say("Holds back only mails of workflows whose priority is below this; all count."),
)
_CAP = Record(
    say("a cap"),
    (_ID, _PER, _MAILS, _WITHIN, _CAP_PURPOSE, _CAP_TEMPERATURE, _CAP_WORKFLOW, _CAP_BELOW),
)

_HOLD = Key("hold", Elapsed(), say("A click waits so long for signs of a machine."))
_TOO_SOON = Key("too_soon", Elapsed(), say("Faster than this after sending is no person."))
_LINKS = Key("links", Whole(2, 100), say("So many different links of one mail …"), required=True)
_RECIPIENTS = Key("recipients", Whole(2, 10_000), say("So many recipients' mails …"), required=True)
_SPAN = Key("within", Elapsed(), say("… within so short a time."), required=True)
_BURST = Key(
    "burst", Record(say("a burst"), (_LINKS, _SPAN)), say("Clicks of a scanner in one mail.")
)
_SWEEP = Key(
    "sweep", Record(say("a sweep"), (_RECIPIENTS, _SPAN)), say("Opens of a scanner by one address.")
)
_COUNT_UNKNOWN = Key("count_unknown_opens", Flag(), say("Opens that may be a person's count."))
_AGENTS = Key(
    "agents", ListOf(Text(say("a part of a user agent"))), say("User agents of machines.")
)
_EVIDENCE = Record(
    say("evidence rules"), (_HOLD, _TOO_SOON, _BURST, _SWEEP, _COUNT_UNKNOWN, _AGENTS)
)

_TYPES = MapOf(Choice(*DECLARABLE), PROPERTY)
_CONTACT_FIELDS = Key("contact", _TYPES, say("Custom fields of contacts."))
_ACCOUNT_FIELDS = Key("account", _TYPES, say("Custom fields of accounts."))
_FIELDS_RECORD = Record(say("custom fields"), (_CONTACT_FIELDS, _ACCOUNT_FIELDS))

_CONFIRM_ABOVE = Key(
    "confirm_above", Whole(0, 10**9), say("Mails in 24 hours above which `publish` wants --yes N.")
)
_PER_HOUR = Key("per_hour", Whole(1, 10**9), say("Mails per hour after `resume`."))

_POLICY = Key("policy", NAME, say("Name of the policy, usually `default`."), required=True)
_LOCALES_KEY = Key("locales", _LOCALES, say("Languages in which mails are written."), required=True)
_SENDERS = Key("senders", MapOf(_SENDER, NAME), say("People mails come from."), required=True)
_DEFAULT_SENDER = Key(
    "default_sender", NAME, say("Sender of contacts without an owner."), required=True
)
_LEGAL_KEY = Key(
    "legal", _LEGAL, say("Who we are, as the law wants it in each mail."), required=True
)
_CAPS = Key("caps", ListOf(_CAP), say("How many mails one contact or account may get."))
_SERVICE = Key(
    "service_templates",
    ListOf(Text(say("a template such as receipt/*"), r"[a-z0-9*][a-z0-9_*/-]*")),
    say("Templates that workflows of purpose `service` may send."),
)
_EVIDENCE_KEY = Key("evidence", _EVIDENCE, say("How opens and clicks are judged."))
_TRACKING = Key("tracking", Flag(), say("Open pixel and click links, unless a contact objects."))
_FIELDS = Key("fields", _FIELDS_RECORD, say("Custom fields: name → text, number, boolean or date."))
_PUBLISH = Key(
    "publish", Record(say("publish rules"), (_CONFIRM_ABOVE,)), say("Guards of `publish`.")
)
_RESUME = Key("resume", Record(say("resume rules"), (_PER_HOUR,)), say("How a backlog leaves."))

POLICY = Record(
    say("a policy"),
    (
        _POLICY, _LOCALES_KEY, _SENDERS, _DEFAULT_SENDER, _LEGAL_KEY, _CAPS, _SERVICE,
        _EVIDENCE_KEY, _TRACKING, _FIELDS, _PUBLISH, _RESUME, TOPICS, ROUTINE, CHATS,
        WEBHOOKS, OWNERS, TASKS, TARGETS, QUIET, KPIS, RESULTS,
    ),
    later={"throttles": say("throttles per provider"), "sla": say("SLA timers")},
)  # fmt: skip


def compile_policy(root: Node, report: Report) -> Policy:
    """Return the policy of a file; what the report calls wrong has a harmless value in it."""
    fields = POLICY.read(root, report)
    if fields is None:
        return EMPTY_POLICY
    locales = fields.get(_LOCALES_KEY)
    default_locale = locales.get_or(_DEFAULT_LOCALE, "ja") if locales else "ja"
    also = locales.get_or(_ALSO, []) if locales else []
    senders = {entry.name: _sender(entry) for entry in fields.get_or(_SENDERS, [])}
    default_sender = fields.get_or(_DEFAULT_SENDER, "")
    if default_sender and default_sender not in senders and fields.get(_SENDERS) is not None:
        message = say("no sender '{name}'", name=default_sender)
        hint = report.suggest(default_sender, senders)
        report.error(fields.at(_DEFAULT_SENDER), "unknown-sender", message, hint)
    legal, privacy = _legal(fields.get(_LEGAL_KEY))
    custom = fields.get(_FIELDS)
    publish, resume = fields.get(_PUBLISH), fields.get(_RESUME)
    defaults = EMPTY_POLICY
    known_locales = tuple(dict.fromkeys([default_locale, *also]))
    rooms, room_of_leads = chats_of(fields, report)
    return Policy(
        senders=senders,
        default_sender=default_sender,
        legal=legal,
        default_locale=default_locale,
        locales=known_locales,
        caps=_caps(fields.get_or(_CAPS, []), report),
        service_templates=tuple(fields.get_or(_SERVICE, [])),
        evidence=_evidence(fields.get(_EVIDENCE_KEY)),
        tracking=fields.get_or(_TRACKING, True),
        contact_fields=_declared(custom, _CONTACT_FIELDS, report),
        account_fields=_declared(custom, _ACCOUNT_FIELDS, report),
        publish_limit=publish.get_or(_CONFIRM_ABOVE, 100) if publish else defaults.publish_limit,
        resume_rate=resume.get_or(_PER_HOUR, 500) if resume else defaults.resume_rate,
        privacy_url=privacy,
        topics=topics_of(fields, known_locales, report),
        routine=routine_of(fields),
        chats=rooms,
        chat_for_leads=room_of_leads,
        webhooks=endpoints_of(fields, report),
        tasks=tasks_of(fields),
        mql_to_sql_target=target_of(fields),
        kpis=kpis_of(fields, dict(senders), report),
        results_report=results_report_of(fields),
        quiet=quiet_of(fields),
    )


def catalogue_of(policy: Policy, incomplete: bool) -> Catalogue:
    """Return the fields that a policy makes known; `incomplete` where it has errors."""
    return Catalogue(
        {name: FieldType(kind) for name, kind in policy.contact_fields.items()},
        {name: FieldType(kind) for name, kind in policy.account_fields.items()},
        incomplete,
    )


def _sender(entry: Named[Fields]) -> Sender:
    fields = entry.value
    return Sender(
        key=entry.name,
        name=fields.get_or(_SENDER_NAME, {}),
        email=fields.get_or(_SENDER_EMAIL, ""),
        title=fields.get_or(_SENDER_TITLE, {}),
        phone=fields.get_or(_SENDER_PHONE, ""),
        role=fields.get_or(_ROLE, "sales"),
        locale=fields.get_or(_SENDER_LOCALE, ""),
        profile=fields.get_or(_SENDER_PROFILE, {}),
    )


def _legal(fields: Fields | None) -> tuple[LegalIdentity, str]:
    if fields is None:
        return EMPTY_POLICY.legal, ""
    identity = LegalIdentity(
        company=fields.get_or(_COMPANY, {}),
        address=fields.get_or(_ADDRESS, {}),
        contact=fields.get_or(_CONTACT, ""),
        website=fields.get_or(_WEBSITE, ""),
    )
    return identity, fields.get_or(_PRIVACY, "")


def _caps(entries: list[Fields], report: Report) -> tuple[MailCap, ...]:
    caps: dict[str, MailCap] = {}
    for fields in entries:
        name = fields.get_or(_ID, "")
        if name in caps:
            report.error(
                fields.at(_ID),
                "duplicate-id",
                say("a cap '{name}' stands above already", name=name),
            )
        caps[name] = MailCap(
            name=name,
            per=fields.get_or(_PER, "contact"),
            mails=fields.get_or(_MAILS, 1),
            within=fields.get_or(_WITHIN, timedelta(days=1)),
            purpose=fields.get(_CAP_PURPOSE),
            temperature=fields.get(_CAP_TEMPERATURE),
            workflow=fields.get(_CAP_WORKFLOW),
            below=fields.get(_CAP_BELOW),
        )
    return tuple(caps.values())


def _evidence(fields: Fields | None) -> EvidencePolicy:
    rules = EvidencePolicy()
    if fields is None:
        return rules
    burst, sweep = fields.get(_BURST), fields.get(_SWEEP)
    return EvidencePolicy(
        hold=fields.get_or(_HOLD, rules.hold),
        too_soon=fields.get_or(_TOO_SOON, rules.too_soon),
        burst_links=burst.get_or(_LINKS, 4) if burst else rules.burst_links,
        burst_within=burst.get_or(_SPAN, rules.burst_within) if burst else rules.burst_within,
        sweep_recipients=sweep.get_or(_RECIPIENTS, 20) if sweep else rules.sweep_recipients,
        sweep_within=sweep.get_or(_SPAN, rules.sweep_within) if sweep else rules.sweep_within,
        count_unknown_opens=fields.get_or(_COUNT_UNKNOWN, rules.count_unknown_opens),
        agents=tuple(fields.get_or(_AGENTS, [])),
    )


def _declared(
    fields: Fields | None, key: Key[list[Named[str]]], report: Report
) -> Mapping[str, str]:
    entries = fields.get_or(key, []) if fields is not None else []
    for entry in entries:
        if entry.name in TAKEN:
            message = say("'{name}' is a field already", name=entry.name)
            report.error(entry.at, "duplicate-id", message, say("choose another name"))
    return {entry.name: entry.value for entry in entries}


#: stands in where no policy could be read
EMPTY_POLICY = Policy(
    senders={}, default_sender="", legal=LegalIdentity(company={}, address={}, contact="")
)
