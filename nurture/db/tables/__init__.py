"""The tables, by noun. Every column that is not its own explanation carries a `#:` note."""

from nurture.db.tables.calls import webhook_attempt, webhook_call
from nurture.db.tables.experiments import experiment, experiment_decision, experiment_member
from nurture.db.tables.happenings import (
    event,
    event_dedupe,
    event_evidence,
    inbox,
    ledger,
    open_hour,
    stray_event,
)
from nurture.db.tables.journeys import blob, decision, enrolment, release, release_file
from nurture.db.tables.kpis import acquisition_cost
from nurture.db.tables.mail import attempt, mailing, message, notice, seminar_stand, template_links
from nurture.db.tables.metadata import metadata
from nurture.db.tables.people import (
    account,
    api_key,
    consent,
    contact,
    contact_tag,
    deal,
    identity,
    preference,
    segment_member,
    suppression,
    task,
    team_member,
)
from nurture.db.tables.publishing import crossing, publication
from nurture.db.tables.referrals import (
    golden_ticket,
    referral,
    referral_ask,
    referral_step,
    referral_touch,
    referrer,
    reward,
    reward_entry,
)
from nurture.db.tables.results import account_metric, account_metric_value, results_report
from nurture.db.tables.running import (
    business_clock,
    firing,
    idempotency,
    participant,
    pause,
    schedule,
)
from nurture.db.tables.surveys import survey_answer, survey_invitation, survey_loop

__all__ = [
    "account",
    "account_metric",
    "account_metric_value",
    "acquisition_cost",
    "api_key",
    "attempt",
    "blob",
    "business_clock",
    "consent",
    "contact",
    "contact_tag",
    "crossing",
    "deal",
    "decision",
    "enrolment",
    "event",
    "event_dedupe",
    "event_evidence",
    "experiment",
    "experiment_decision",
    "experiment_member",
    "firing",
    "golden_ticket",
    "idempotency",
    "identity",
    "inbox",
    "ledger",
    "mailing",
    "message",
    "metadata",
    "notice",
    "open_hour",
    "participant",
    "pause",
    "preference",
    "publication",
    "referral",
    "referral_ask",
    "referral_step",
    "referral_touch",
    "referrer",
    "release",
    "release_file",
    "results_report",
    "reward",
    "reward_entry",
    "schedule",
    "segment_member",
    "seminar_stand",
    "stray_event",
    "suppression",
    "survey_answer",
    "survey_invitation",
    "survey_loop",
    "task",
    "team_member",
    "template_links",
    "webhook_attempt",
    "webhook_call",
]
