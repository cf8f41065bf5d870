"""Referral programmes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from nurture.domain.changes.change import Change, Labels, entries, part, things
from nurture.domain.changes.side import Side
from nurture.domain.changes.values import value_text
from nurture.domain.library import in_locale
from nurture.domain.referral_program import Program

LABELS: Labels = {
    "title": ("タイトル", "title"),
    "type": ("型", "type"),
    "phase": ("段階", "phase"),
    "kinds": ("紹介者の種類", "kinds"),
    "wanted": ("お会いしたい方", "whom we want to meet"),
    "offers": ("特典", "offers"),
    "benefits": ("紹介者の利点", "benefits"),
    "advocacy": ("ご紹介に代わるお力添え", "advocacy"),
    "rules": ("規約", "rules"),
    "kit": ("お渡しする一式", "kit"),
    "weights": ("お願いしやすさの重み", "readiness"),
    "cadence": ("ご報告の頻度", "cadence"),
    "review": ("担当者の確認", "review"),
    "timings": ("お願いの時期", "timings"),
    "asks": ("お願いの制限", "limits of asks"),
    "timers": ("期限", "timers"),
    "pilot": ("試行", "pilot"),
    "rewards": ("特典の制限", "limits of rewards"),
    "attribution": ("ご紹介とみなす接点", "attribution"),
    "window": ("接点の有効期間", "window"),
    "write_for_consent": ("了承をお願いするメール", "writing for consent"),
    "ticket_for": ("招待状の有効期間", "life of tickets"),
    "regulated": ("規制のある業種", "regulated sectors"),
    "cleared": ("確認済みの業種", "cleared sectors"),
    "handled_by": ("ご紹介先の担当", "who handles referrals"),
}


#: where it stands is no change
_LEFT_OUT = (("name",), ("file",))


def program_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield referral programmes that are new, gone or changed."""
    yield from things(
        "program",
        dict(old.definitions.programs),
        dict(new.definitions.programs),
        _program,
        lambda _name, ours, theirs: _parts((), ours, theirs),
    )


def _parts(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Change]:
    """Yield what differs, down to the single text or number: `asks.cool_down`."""
    if old == new or path in _LEFT_OUT:
        return
    if is_dataclass(old) and is_dataclass(new):
        for one in fields(old):
            yield from _parts((*path, one.name), getattr(old, one.name), getattr(new, one.name))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _parts((*path, key), old.get(key), new.get(key))
    else:
        code = ".".join(path)
        ja, en = LABELS.get(path[0], (path[0], path[0]))
        inner = ".".join(path[1:])
        called = (f"{ja}（{inner}）", f"{en} ({inner})") if inner else (ja, en)
        if isinstance(old, tuple) and isinstance(new, tuple):
            yield from entries({code: called}, code, old, new, value_text)
        else:
            yield from part({code: called}, code, old, new, value_text)


def _program(program: Program, locale: str) -> str:
    return str(in_locale(program.title, locale) or program.name)
