"""Surveys."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.domain.changes.change import Change, Labels, things
from nurture.domain.changes.fields import field_changes
from nurture.domain.changes.side import Side
from nurture.domain.library import in_locale
from nurture.domain.survey import Survey

LABELS: Labels = {
    "title": ("タイトル", "title"),
    "drivers": ("理由の選択肢", "drivers"),
    "candidate_from": ("ご紹介をお願いする点数", "candidate from"),
    "limits": ("回数の上限", "limits"),
    "coverage": ("対象人数", "coverage"),
    "open_for": ("回答期間", "open for"),
    "expected_response": ("回答率の目安", "expected response"),
    "thanks": ("お礼の文章", "thanks"),
}


def survey_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield surveys that are new, gone or changed."""
    yield from things(
        "survey",
        dict(old.definitions.surveys),
        dict(new.definitions.surveys),
        _survey,
        lambda _name, ours, theirs: field_changes(LABELS, ours, theirs, ("name", "file")),
    )


def _survey(survey: Survey, locale: str) -> str:
    return str(in_locale(survey.title, locale) or survey.name)
