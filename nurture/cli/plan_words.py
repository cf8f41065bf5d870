"""The sentences of plans, in Japanese and English."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.services.flights import Mode

#: code → (Japanese, English)
SENTENCES: Mapping[str, tuple[str, str]] = {
    "title": ("公開の計画", "What publishing would change"),
    "title_back": (
        "リリース {of} に戻す計画",
        "What going back to release {of} would change",
    ),
    "live": ("公開中: リリース {id}（{by}、{at}）", "live: release {id} ({by}, {at})"),
    "nothing_live": ("まだ何も公開されていません", "nothing is published yet"),
    "same": ("公開中のファイルと同じです。", "These files are live already."),
    "no_difference": (
        "ファイルは変わりましたが、内容に違いはありません（コメントや書き方のみ）。",
        "The files differ, but nothing that is read does (comments, layout).",
    ),
    "workflow": ("シナリオ", "workflow"),
    "under_way": ("進行中 {people}名: {fate}", "{people} under way: {fate}"),
    "under_way_one": ("進行中 1名: {fate}", "1 under way: {fate}"),
    "not_begun": ("開始前", "before the first step"),
    "no_place": ("行き先なし", "no place"),
    "no_place_hint": (
        "続きのステップを書いてください: renamed: {{{old}: {new}}}",
        "say where they go on: renamed: {{{old}: {new}}}",
    ),
    "leaves": ("終了", "leaves"),
    "keeps": ("そのまま", "stays"),
    "unknown": (
        "renamed の「{names}」は誰の版にもないステップです（古い行か書き間違い）",
        "renamed: nobody's version has a step {names} (an old line, or a slip)",
    ),
    "waiting": (
        "送信待ちの{mails}通は新しい内容で届きます",
        "{mails} mails that wait go out as it is written now",
    ),
    "waiting_one": (
        "送信待ちの1通は新しい内容で届きます",
        "1 mail that waits goes out as it is written now",
    ),
    "at_once": ("公開と同時に", "Publishing does this at once"),
    "enrolled": (
        "{name}: 条件に合っている{people}名を開始",
        "{name}: {people} who match already start",
    ),
    "written": (
        "{name}: 24時間以内に{people}名へ配信",
        "{name}: goes out to {people} within 24 hours",
    ),
    "scheduled": (
        "{name}: 24時間以内に定期起動で{people}名を開始",
        "{name}: {people} begin by its schedule within 24 hours",
    ),
    "moved": (
        "{name}: 進行中の{people}名を新しいステップへ移動",
        "{name}: {people} under way go over to the new steps",
    ),
    "moved_back": (
        "{name}: 移動していた{people}名を元のステップへ戻す",
        "{name}: {people} who went over go back",
    ),
    "ended": ("{name}: 進行中の{people}名を終了", "{name}: {people} under way leave"),
    "nobody": (
        "公開しただけで開始・終了・移動する人、24時間以内に一斉配信を受ける人はいません。",
        "Nobody starts, leaves or moves by it, and no broadcast begins within 24 hours.",
    ),
    "stays_so": (
        "元に戻せないもの: 送信済みのメール",
        "What nobody can take back: mails that have left",
    ),
    "stays_ended": (
        "元に戻せないもの: 送信済みのメール、公開により終了した{people}名",
        "What nobody can take back: mails that have left, {people} whose journeys were ended",
    ),
    "first_day": ("公開後24時間のメール", "Mails of the first 24 hours"),
    "without_with": (
        "公開しない場合 {before}通 → 公開した場合 {after}通",
        "without publishing: {before} · with it: {after}",
    ),
    "about": (
        "{people}名を抽出して推計（対象 {all}名）",
        "estimated from {people} of {all} people concerned",
    ),
    "all_of": ("対象 {all}名すべてで計算", "played through for all {all} people concerned"),
    "not_counted": (
        "ほかの人のメールはこの公開で変わらないため、含めていません",
        "everybody else's mails stay as they are and are not counted",
    ),
    "when": ("日時", "When"),
    "who": ("宛先", "Who"),
    "company": ("会社", "Company"),
    "mail": ("メール", "Mail"),
    "why": ("理由", "Why"),
    "more": ("ほか{more}通", "and {more} more"),
    "plan": ("計画 {id}", "Plan {id}"),
    "do_it": ("公開する: nurture publish --plan {id}", "do it: nurture publish --plan {id}"),
    "do_back": (
        "戻す: nurture rollback {of} --plan {id}",
        "do it: nurture rollback {of} --plan {id}",
    ),
    "number": ("対象 {people}名", "{people} people concerned"),
    "refused": (
        "このままでは公開できません: 行き先のない人がいます。",
        "Not to be published like this: people would have no place.",
    ),
    "needed": ("進行中の人にまだ必要なもの", "Still needed by people under way"),
    "warnings": ("確認の警告 {number}件（nurture check）", "{number} warnings (nurture check)"),
    "step": ("ステップ", "Step"),
    "people": ("人数", "People"),
    "then": ("公開後", "Then"),
    "release": ("リリース", "Release"),
    "by": ("担当", "By"),
    "what": ("変更", "What changed"),
    "is_live": ("公開中", "live"),
    "went_back": ("リリース {of} に戻す", "back to release {of}"),
    "unrecorded": ("記録なし", "not recorded"),
    "none_yet": ("まだ何も公開されていません。", "Nothing is published yet."),
}

#: what becomes of people under way
FATES: Mapping[Mode, tuple[str, str]] = {
    Mode.PIN: ("今のステップのまま続けます（pin）", "they keep their steps (pin)"),
    Mode.MIGRATE: (
        "新しいステップへ移ります（migrate）",
        "they go over to the new steps (migrate)",
    ),
    Mode.EXIT: ("終了します（exit）", "they leave (exit)"),
    Mode.BACK: ("移動した人は可能な限り元に戻ります", "who went over goes back where possible"),
}


def say_plan(code: str, locale: str, **blanks: object) -> str:
    """Return a sentence of plans in a language; numbers get their thousands."""
    ja, en = SENTENCES[code]
    shown = {
        name: f"{value:,}" if isinstance(value, int) and name not in ("id", "of") else value
        for name, value in blanks.items()
    }
    return (ja if locale.startswith("ja") else en).format(**shown)


def fate_words(mode: Mode, locale: str) -> str:
    """Return what becomes of people under way."""
    ja, en = FATES[mode]
    return ja if locale.startswith("ja") else en
