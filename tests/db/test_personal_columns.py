"""Every column that holds text says what it holds of people: a new one has to, too."""

from __future__ import annotations

from sqlalchemy import JSON, String

from nurture.db.mentions import PLACES
from nurture.db.tables import metadata

#: columns of a person's own rows that `nurture.db.erasing` and `erasure_ends` empty or delete
OWN = frozenset(
    {
        *(f"contact.{name}" for name in ("email", "family_name", "given_name", "title")),
        *(f"contact.{name}" for name in ("department", "role", "locale", "zone", "phone")),
        *("contact.best_hours", "identity.kind", "identity.value", "contact_tag.tag"),
        *("preference.topics_off", "preference.rhythm", "segment_member.segment"),
        *("message.recipient", "message.subject_override", "message.subjects"),
        *("referral.company", "referral.email", "referral_touch.visitor", "referral_touch.what"),
        *("referrer.motive", "referrer.certifications", "event_dedupe.key", "idempotency.key"),
        *("stray_event.type", "stray_event.source", "stray_event.properties"),
        *("stray_event.reason",),
    }
)

#: columns that hold nothing of a prospect or customer: names of ours, of files and of
#: companies, codes, keys made of numbers, and hashes
OTHERS = {
    "account": "name domain industry region zone",
    "acquisition_cost": "source currency recorded_by",
    "api_key": "name key_hash",
    "blob": "digest",
    "event_dedupe": "source",
    "firing": "workflow schedule state",
    "idempotency": "request_hash",
    "participant": "name",
    "pause": "kind name",
    "release": "digest published_by",
    "schedule": "name",
    "seminar_stand": "name revision",
    "suppression": "address_hash reason",
    "team_member": "key name email role",
    "template_links": "template targets",
    "account_metric": "name title unit direction",
    "contact": "temperature lifecycle",
    "crossing": "workflow renamed sources",
    "experiment": "workflow step digest winner",
    "mailing": "name seminar revision state",
    "publication": "kind by plan headline counts",
    "release_file": "path digest",
    "results_report": "created_by",
    "account_metric_value": "source recorded_by",
    "consent": "purpose state basis",
    "deal": "stage currency referral",
    "event": "type source",
    "experiment_decision": "winner reason figures by",
    "golden_ticket": "code program offer",
    "notice": "dedupe_key chat state",
    "referral_touch": "way address_hash",
    "referrer": "code kind shown_as",
    "enrolment": "workflow state outcome step",
    "event_evidence": "verdict reason",
    "ledger": "rule",
    "experiment_member": "variant",
    "message": "dedupe_key workflow step purpose template sender window state reason locale "
    "template_hash sent_from mailing topic pick item attach",
    "referral_ask": "dedupe_key program offer timing channel mode answer",
    "survey_invitation": "dedupe_key survey round role locale",
    "task": "dedupe_key kind assignee state outcome",
    "webhook_call": "dedupe_key endpoint workflow step fields state",
    "attempt": "provider outcome",
    "decision": "workflow step kind reason",
    "referral": "ref program channel way offer address_hash locale state flags contacted_by "
    "breaches",
    "survey_answer": "drivers",
    "survey_loop": "state",
    "referral_step": "from_state to_state",
    "reward": "side offer kind currency state",
    "reward_entry": "from_state to_state currency by",
}


def test_every_column_of_text_says_whether_it_is_erased_or_of_nobody() -> None:
    named = {f"{place.table.name}.{column}" for place in PLACES for column in place.columns}
    named |= OWN | {f"{table}.{one}" for table, names in OTHERS.items() for one in names.split()}
    there = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | JSON)
    }
    missing = sorted(there - named)
    assert not missing, (
        f"what becomes of {missing} when a person is erased? Empty them in nurture/db/erasing.py, "
        "name them in nurture/db/mentions.py, or here, where they hold nothing of anybody"
    )
    assert sorted(named - there) == []
