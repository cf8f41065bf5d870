"""docs/kpis.md and docs/kpis.ja.md: every KPI with its definition, from where it is computed."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from nurture.domain import kpi_words
from nurture.domain.benchmarks import BENCHMARKS
from nurture.domain.kpi_list import KPIS, Kpi
from nurture.language import in_language

_HEAD = {
    "ja": """\
# KPI の定義

`nurture kpis`、チームの画面「KPI」、`GET /api/v1/kpis`、月次レポートは、同じ関数で計算した同じ
数値を示します。率には必ず分子と分母があり、分母が空のものは `n/a` です（0 ではありません）。
金額は `kpis.currency` に揃え、ポリシーに書いたレートで換算します。レートのない通貨は合計に含めず、
別に示します。

このページはコードから作られます：`nurture kpis docs`。
""",
    "en": """\
# What each KPI means

`nurture kpis`, the team's page, `GET /api/v1/kpis` and the monthly report show the same figures,
computed by the same functions. A rate has a numerator and a denominator, and is `n/a` of an empty
one, never nought. Sums are in `kpis.currency`, converted by the rates that the policy states; a
currency without a rate stands beside them.

The definitions are the docstrings of the functions; this page is made of them: `nurture kpis docs`.
""",
}


def page(locale: str) -> str:
    """Return the page of definitions in a language."""
    return _HEAD[locale] + "\n" + "\n".join(_sections(locale)).rstrip() + "\n"


def _sections(locale: str) -> Iterator[str]:
    at = 0 if locale == "ja" else 1
    for group, title in kpi_words.GROUPS.items():
        yield f"## {title[at]}\n"
        for one in KPIS:
            if one.group == group:
                yield from _kpi(one, locale)
    yield "## 他社の主張\n" if locale == "ja" else "## What others claim\n"
    yield (
        "自社の数値の横に、他社の主張として示すものです。計算には使いません。\n"
        if locale == "ja"
        else "Shown beside our own figures, labelled as theirs, and never computed with.\n"
    )
    for claim in BENCHMARKS:
        text, by = (in_language(part, locale) for part in (claim.text, claim.claimed_by))
        yield f"- {text}{f'（{by}）' if locale == 'ja' else f' ({by})'}"
    yield ""


def _kpi(one: Kpi, locale: str) -> Iterator[str]:
    name, means = kpi_words.KPI_WORDS[one.key].in_language(locale)
    yield f"### {name}\n"
    read_from = ", ".join(f"`{part}`" for part in one.read_from.split(", "))
    if locale == "ja":
        yield f"{means}。\n"
        yield f"`{one.key}`　もとの記録：{read_from}\n"
        return
    yield f"{inspect.cleandoc(one.defined_by.__doc__ or '')}\n"
    yield f"`{one.key}`, computed from {read_from}\n"
