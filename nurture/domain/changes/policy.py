"""The policy: senders, legal identity, caps, and everything else it says."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.domain.changes.change import Change, Labels, Sign, same, things
from nurture.domain.changes.fields import field_changes
from nurture.domain.changes.side import Side
from nurture.domain.changes.values import value_text
from nurture.domain.condition_words import span_text
from nurture.domain.policy import MailCap, Policy, Sender, Topic

LABELS: Labels = {
    "company": ("会社名", "company"),
    "address": ("住所", "address"),
    "contact": ("問い合わせ先", "contact"),
    "website": ("ウェブサイト", "website"),
    "name": ("氏名", "name"),
    "email": ("アドレス", "address"),
    "title": ("名称", "title"),
    "description": ("説明", "description"),
    "phone": ("電話番号", "phone"),
    "role": ("役割", "role"),
    "locale": ("言語", "language"),
    "mails": ("通数", "mails"),
    "within": ("期間", "within"),
    "per": ("単位", "per"),
    "purpose": ("目的", "purpose"),
    "temperature": ("温度感", "temperature"),
    "workflow": ("シナリオ", "workflow"),
    "below": ("対象の優先度", "below priority"),
    "default_sender": ("既定の差出人", "default sender"),
    "default_locale": ("既定の言語", "default language"),
    "locales": ("言語", "languages"),
    "service_templates": ("事務連絡用のテンプレート", "service templates"),
    "tracking": ("計測", "tracking"),
    "contact_fields": ("コンタクトの項目", "contact fields"),
    "account_fields": ("企業の項目", "account fields"),
    "publish_limit": ("公開時に確認する人数", "publish asks above"),
    "resume_rate": ("再開後の1時間あたりの通数", "mails per hour after resume"),
    "privacy_url": ("プライバシー方針", "privacy notice"),
    "owners": ("担当の割り当て", "owner rule"),
    "routine": ("週の予定", "routine"),
    "chats": ("チャットルーム", "chat rooms"),
    "chat_for_leads": ("リード通知先", "chat for leads"),
    "mql_to_sql_target": ("MQL→SQLの目標", "MQL to SQL target"),
    "hold": ("クリックの保留時間", "hold of clicks"),
}


def policy_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield the change of the policy, where there is one."""
    parts = tuple(_parts(old.definitions.policy, new.definitions.policy))
    if parts:
        yield Change(Sign.CHANGED, "policy", "policy", same(""), parts)


def _parts(old: Policy, new: Policy) -> Iterator[Change]:
    yield from things(
        "sender",
        dict(old.senders),
        dict(new.senders),
        _sender,
        lambda _name, ours, theirs: field_changes(LABELS, ours, theirs, ("key",)),
    )
    yield from things(
        "cap",
        {cap.name: cap for cap in old.caps},
        {cap.name: cap for cap in new.caps},
        _cap,
        lambda _name, ours, theirs: field_changes(LABELS, ours, theirs, ("name",)),
    )
    yield from things(
        "topic",
        dict(old.topics),
        dict(new.topics),
        _topic,
        lambda _name, ours, theirs: field_changes(LABELS, ours, theirs, ("name",)),
    )
    for one in ("legal", "evidence", "tasks"):
        yield from field_changes(LABELS, getattr(old, one), getattr(new, one))
    known = ("senders", "caps", "topics", "legal", "evidence", "tasks")
    yield from field_changes(LABELS, old, new, known)


def _sender(sender: Sender, locale: str) -> str:
    return f"{_in(sender.name, locale)} <{sender.email}>"


def _topic(topic: Topic, locale: str) -> str:
    return _in(topic.title, locale)


def _cap(cap: MailCap, locale: str) -> str:
    span = span_text(cap.within, locale)
    if locale.startswith("ja"):
        return f"{span}に{cap.mails}通まで"
    return f"{value_text(cap.mails, locale)} mails in {span}"


def _in(texts: object, locale: str) -> str:
    known = dict(texts) if isinstance(texts, dict) else {}
    return known.get(locale) or next(iter(known.values()), "")
