"""What a template may read, and what may be missing: the check's view of the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from nurture.domain.case_outline import FIELDS as STORY_PARTS
from nurture.domain.policy import Policy
from nurture.emails.expressions import Reference
from nurture.emails.sources import parse_path
from nurture.errors import Problem, Severity
from nurture.language import say
from nurture.language.hints import nearest

#: field → whether it is always there
Fields = Mapping[str, bool]

_CONTACT: Fields = {
    "email": True,
    "locale": False,
    "family_name": False,
    "given_name": False,
    "name": False,
    "honorific": False,
    "title": False,
    "department": False,
    "role": False,
    "zone": False,
    "phone": False,
    "source": False,
    "industry": False,
    "employees": False,
    "company": False,
    "owner": False,
    "first_touch": False,
    "created": True,
    "score": True,
    "temperature": True,
    "lifecycle": True,
    "customer": True,
}
_ACCOUNT: Fields = dict.fromkeys(
    ("name", "domain", "industry", "employees", "region", "zone"), False
)
_SENDER: Fields = {"name": True, "email": True, "company": True, "title": False, "phone": False}
_COMPANY: Fields = {
    "company": True,
    "address": True,
    "contact": True,
    "website": False,
    "privacy": False,
}
_WORKFLOW: Fields = {"name": True, "title": True}
_URLS: Fields = {"unsubscribe": True, "preferences": True, "website": False}
#: something picked from the library
_ITEM: Fields = {
    "key": True,
    "kind": True,
    "title": True,
    "summary": False,
    "figures": True,
    "url": False,
    "same_industry": False,
    "attached": False,
    # the parts of a case, where it is told by them
    **dict.fromkeys(STORY_PARTS, False),
}
#: of a mail about a seminar; `starts` is missing where no file writes the seminar down
_SEMINAR: Fields = {
    **dict.fromkeys(("name", "title", "starts", "ends", "cancelled", "materials"), True),
    **dict.fromkeys(("summary", "place", "url", "join", "host"), False),
    # what a correction's reader was told before
    **dict.fromkeys(("was_starts", "was_ends", "was_place", "was_cancelled"), False),
}
#: what somebody gets for a referral, or for having been referred
_REWARD: Fields = {
    **dict.fromkeys(("title", "kind", "kind_name", "side", "state", "referral", "new"), True),
    **dict.fromkeys(("due", "recipient"), False),
}
#: addresses of who refers; for everybody the rules, what they gain and how often they hear
_REFER: Fields = {
    **dict.fromkeys(("page", "link", "ticket"), False),
    **dict.fromkeys(("rules", "benefit", "reports"), True),
}
#: templates of mails to people who refer: they have a page and a link for sure
_TO_REFERRERS = ("referral/", "referrer/")
#: of a mail that asks for an introduction
_ASK: Fields = {
    **dict.fromkeys(("people", "problem", "offer", "benefit", "reports", "payment"), True),
    **dict.fromkeys(("pitch", "outcome", "chat", "timing", "mode", "page", "rules"), True),
    # to answer: the page, and the page with an answer chosen
    **dict.fromkeys(("answer", "nobody", "not_now", "policy", "never", "link"), True),
    **dict.fromkeys(("size", "persona", "referred", "named", "reason", "motive"), False),
    # what was reported to them last
    **dict.fromkeys(("result", "metric", "change"), False),
    # a case of their own trade
    **dict.fromkeys(("case", "case_url"), False),
}
#: of a mail about a referral
_REFERRAL: Fields = {
    **dict.fromkeys(("ref", "person", "name", "state", "stage", "referrer", "consent"), True),
    **dict.fromkeys(("open", "contact_within", "report_within"), True),
    **dict.fromkeys(("company", "contacted", "contacted_by", "reason", "result", "numbers"), False),
    **dict.fromkeys(("reports", "privacy", "thanks", "perk"), False),
}
#: of a mail that asks a survey, and of the reminders of its journey
_SURVEY: Fields = dict.fromkeys(("link", "question", "low", "high", "title"), True)
#: what a customer gained: of the report that led here, else the account's newest figures
_RESULT: Fields = {
    **dict.fromkeys(
        ("account", "headline", "metric", "change", "moved", "old", "new", "month", "month_short",
         "period", "lines", "chart", "chart_alt", "minutes", "short"),
        True,
    ),
    **dict.fromkeys(("improved", "worse", "remark", "news", "pdf"), False),
}  # fmt: skip
_PREDECESSOR: Fields = {"name": True, "title": False}


def _standard() -> dict[str, Fields]:
    return {
        "contact": _CONTACT,
        "account": _ACCOUNT,
        "sender": _SENDER,
        "company": _COMPANY,
        "workflow": _WORKFLOW,
        "urls": _URLS,
        "predecessor": _PREDECESSOR,
        "item": _ITEM,
        "reward": _REWARD,
        "referral": _REFERRAL,
        "seminar": _SEMINAR,
        "refer": _REFER,
        "ask": _ASK,
        "survey": _SURVEY,
        "result": _RESULT,
    }


@dataclass(frozen=True)
class TemplateContext:
    """Everything the check needs to know from outside the templates."""

    #: locales that every template must have
    locales: tuple[str, ...] = ("ja", "en")
    default_locale: str = "ja"
    #: root → its fields
    fields: Mapping[str, Fields] = field(default_factory=_standard)
    #: roots whose fields depend on what happened
    open_roots: frozenset[str] = frozenset({"trigger", "steps", "notice", "desk", "kpis", "task"})
    #: values without fields
    plain: frozenset[str] = frozenset({"today", "zone", "origin", "first_mail"})
    #: roots and values that many mails lack as a whole
    optional: frozenset[str] = frozenset({"origin", "predecessor"})
    #: templates in which items of the library go out: only there `item` is sure to be
    item_templates: frozenset[str] = frozenset()
    #: other roots that are sure to be in some templates alone → those templates
    only_in: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: {"ask": frozenset(), "result": frozenset()}
    )
    #: patterns of templates that need no opt-out
    service_templates: tuple[str, ...] = ()
    #: templates that some readers get by their consent, whatever the policy lists
    consented: frozenset[str] = frozenset()
    #: template → the journey in which it may be a stranger's first letter
    first: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, policy: Policy, first: Mapping[str, str] | None = None) -> TemplateContext:
        """Return the context of a policy: its locales, declared fields, service templates.

        `first` names the templates that may be a stranger's first letter.
        """
        fields = _standard()
        fields["contact"] = {**dict.fromkeys(policy.contact_fields, False), **_CONTACT}
        fields["account"] = {**dict.fromkeys(policy.account_fields, False), **_ACCOUNT}
        locales = tuple(dict.fromkeys((policy.default_locale, *policy.locales)))
        return cls(
            locales,
            policy.default_locale,
            fields,
            service_templates=policy.service_templates,
            first=first or {},
        )

    @cached_property
    def general(self) -> str:
        """All that the check of a template reads here, but for `about` it alone."""
        fields = {root: dict(known) for root, known in sorted(self.fields.items())}
        roots = [sorted(one) for one in (self.open_roots, self.plain, self.optional)]
        return repr((self.default_locale, fields, roots))

    def about(self, template: str) -> str:
        """What it says of one template alone."""
        first, item = self.first.get(template), template in self.item_templates
        roots = sorted(root for root, some in self.only_in.items() if template in some)
        return repr((first, item, self.is_service(template), roots))

    def is_service(self, template: str) -> bool:
        """Return whether a template is listed for mails that need no consent."""
        listed = any(fnmatchcase(template, pattern) for pattern in self.service_templates)
        return listed and template not in self.consented

    def check(self, reference: Reference) -> Problem | None:
        """Return what is wrong with reading a value: unknown, or missing for some."""
        root, *rest = reference.path
        if root in self.open_roots:
            return None
        if root in self.plain and not rest:
            return _may_miss(reference) if self._may_miss(reference, root) else None
        known = self.fields.get(root)
        if known is None:
            roots = sorted({*self.fields, *self.open_roots, *self.plain})
            return _unknown(reference, root, root, roots, "")
        if not rest:
            return None
        name = rest[0]
        if name not in known or len(rest) > 1:
            return _unknown(reference, str(reference), name, sorted(known), f"{root}.")
        sure = known[name] or (name in ("page", "link") and _to_referrers(reference, root))
        if (sure and not self._may_miss(reference, root)) or reference.guarded:
            return None
        return _may_miss(reference)

    def _may_miss(self, reference: Reference, root: str) -> bool:
        asked = reference.guarded or (reference.holder_sure and len(reference.path) > 1)
        lacking = root in self.optional or not self._has(reference, root)
        lacking = lacking or (root == "refer" and not _to_referrers(reference, root))
        return lacking and not asked

    def _has(self, reference: Reference, root: str) -> bool:
        """Say whether a template has a root that is in some templates alone."""
        some = self.item_templates if root == "item" else self.only_in.get(root)
        if some is None:
            return True
        path = parse_path(reference.place.file)
        # A subject that a step wrote stands in a workflow; the step knows what it sends.
        return path is None or path.name in some


def _to_referrers(reference: Reference, root: str) -> bool:
    path = parse_path(reference.place.file)
    return root == "refer" and path is not None and path.name.startswith(_TO_REFERRERS)


def _may_miss(reference: Reference) -> Problem:
    return Problem(
        reference.place,
        "may-be-missing",
        say("{reference} is missing for some people; their mail would stop", reference=reference),
        say(
            'write {{ {reference} | default("…") }} or put {% if {reference} %} around it',
            reference=reference,
        ),
        Severity.WARNING,
    )


def _unknown(reference: Reference, shown: str, name: str, known: list[str], prefix: str) -> Problem:
    hint = nearest(name, known, prefix) or say("known: {known}", known=known)
    return Problem(reference.place, "unknown-variable", say("no value '{name}'", name=shown), hint)
