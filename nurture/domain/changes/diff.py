"""Everything that differs between the live release and the files, noun by noun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nurture.domain.changes.calendar import calendar_changes
from nurture.domain.changes.change import Both, Change, Sign
from nurture.domain.changes.files import file_changes
from nurture.domain.changes.library import library_changes
from nurture.domain.changes.mailings import broadcast_changes, seminar_changes
from nurture.domain.changes.policy import policy_changes
from nurture.domain.changes.programs import program_changes
from nurture.domain.changes.scoring import scoring_changes
from nurture.domain.changes.segments import segment_changes
from nurture.domain.changes.side import Side
from nurture.domain.changes.surveys import survey_changes
from nurture.domain.changes.templates import template_changes
from nurture.domain.changes.workflows import WorkflowChange, workflow_changes
from nurture.domain.glossary import Words

#: what is compared, in the order in which a marketer cares; a new kind of file adds its line
NOUNS: Sequence[Callable[[Side, Side], Iterable[Change]]] = (
    segment_changes,
    template_changes,
    broadcast_changes,
    seminar_changes,
    library_changes,
    survey_changes,
    program_changes,
    scoring_changes,
    policy_changes,
    calendar_changes,
    file_changes,
)

#: nouns as headings say them
NAMES: Words = {
    "workflow": ("シナリオ", "workflow"),
    "step": ("ステップ", "step"),
    "segment": ("セグメント", "segment"),
    "template": ("テンプレート", "template"),
    "broadcast": ("一斉配信", "broadcast"),
    "seminar": ("セミナー", "seminar"),
    "item": ("ライブラリー", "library item"),
    "survey": ("アンケート", "survey"),
    "program": ("ご紹介プログラム", "referral programme"),
    "scoring": ("スコアリング", "scoring"),
    "rule": ("加点ルール", "rule"),
    "fit": ("属性ルール", "fit rule"),
    "stage": ("ステージ", "stage"),
    "policy": ("ポリシー", "policy"),
    "sender": ("差出人", "sender"),
    "cap": ("上限", "cap"),
    "topic": ("配信トピック", "topic"),
    "calendar": ("カレンダー", "calendar"),
    "window": ("配信時間帯", "window"),
    "file": ("ファイル", "file"),
}

#: plural in English where an s does not do
_PLURALS = {"policy": "policies"}


@dataclass(frozen=True, slots=True)
class Diff:
    """What a publication would change."""

    workflows: tuple[WorkflowChange, ...]
    others: tuple[Change, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, workflows first."""
        return (*(one.change for one in self.workflows), *self.others)

    def __bool__(self) -> bool:
        """Say whether anything differs in what the files say."""
        return bool(self.workflows or self.others)


def diff(old: Side, new: Side) -> Diff:
    """Compare two releases by what they say, not by how their files are written."""
    others = [change for noun in NOUNS for change in noun(old, new)]
    return Diff(tuple(workflow_changes(old, new)), tuple(others))


def headline(found: Diff) -> Both:
    """Return a line for a list: `~ warm-nurture (2 steps), + template warm/new, 3 files`."""
    return Both(_headline(found, "ja"), _headline(found, "en"))


#: things that are named; of more of a kind the number is said
_NAMED = 2


def _headline(found: Diff, locale: str) -> str:
    ja = locale == "ja"
    if not found:
        return "内容の変更なし" if ja else "nothing that is read differs"
    said = []
    kinds: dict[str, list[Change]] = {}
    for change in found.changes:
        kinds.setdefault(change.noun, []).append(change)
    for noun, changes in kinds.items():
        if len(changes) <= _NAMED:
            said += [f"{one.sign} {one.name}{_steps(one, ja)}" for one in changes]
        else:
            name = NAMES.get(noun, (noun, noun))
            plural = _PLURALS.get(name[1], f"{name[1]}s")
            said.append(f"{name[0]}{len(changes)}件" if ja else f"{len(changes)} {plural}")
    return ("、" if ja else ", ").join(said)


def _steps(change: Change, ja: bool) -> str:
    steps = sum(1 for one in change.parts if one.noun == "step")
    if not steps or change.sign is not Sign.CHANGED:
        return ""
    return f"（{steps}ステップ）" if ja else f" ({steps} step{'s' if steps > 1 else ''})"
