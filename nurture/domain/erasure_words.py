"""What an erasure is told in: kinds of rows, and what becomes of each, in both languages."""

from __future__ import annotations

from nurture.domain.glossary import Words

#: kind of rows → what people call them; the order in which they are shown
KINDS: Words = {
    "contacts": ("連絡先の登録情報", "contact records"),
    "identities": ("メールアドレス・外部ID", "addresses and ids of other systems"),
    "preferences": ("配信設定・タグ", "preferences and tags"),
    "consents": ("同意の記録", "consent records"),
    "mails": ("メール", "mails"),
    "events": ("行動の記録", "events"),
    "decisions": ("判断の記録", "decisions"),
    "journeys": ("シナリオの参加記録", "journeys"),
    "tasks": ("タスク", "tasks"),
    "notices": ("チャット通知", "lines for chat rooms"),
    "calls": ("外部システムの呼び出し", "calls of other systems"),
    "deals": ("商談", "deals"),
    "answers": ("アンケートの回答", "survey answers"),
    "loops": ("ご不満への対応記録", "follow-ups of unhappy answers"),
    "asks": ("ご紹介のお願い", "asks for introductions"),
    "referrals": ("本人をご紹介いただいた記録", "introductions of them"),
    "rewards": ("お礼", "rewards"),
    "mentions": ("ほかの記録での言及", "mentions of them elsewhere"),
}

#: kinds whose rows go; of all others the row stays as a number, without words
REMOVED = frozenset({"identities", "preferences"})

#: what becomes of a kind's rows
FATES: Words = {
    "removed": ("削除します", "removed"),
    "emptied": ("件数や点数だけを残し、内容を消去します", "emptied: the row stays as a number"),
    "taken_out": ("氏名・アドレスの部分だけを消去します", "name and address are taken out"),
}


def fate_of(kind: str) -> str:
    """Return the code of FATES of a kind."""
    if kind == "mentions":
        return "taken_out"
    return "removed" if kind in REMOVED else "emptied"
