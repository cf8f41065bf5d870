"""The list of KPIs: each has its words and its definition, and the pages that are made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nurture.domain import crm_kpis, kpi_text, kpi_words, referral_kpis, return_kpis, value_kpis
from nurture.domain.kpi_list import BY_KEY, KPIS, figures
from nurture.domain.kpi_values import Count, Money, Ratio, Share, Spans, Table
from nurture.services.kpi_docs import page
from tests.domain.books import book

ROOT = Path(__file__).parents[2]


def test_every_kpi_has_words_in_both_languages_and_a_definition_and_a_group() -> None:
    assert set(kpi_words.KPI_WORDS) == set(BY_KEY)
    assert len(BY_KEY) == len(KPIS)
    for one in KPIS:
        assert one.group in kpi_words.GROUPS
        assert one.defined_by.__doc__
        assert all((*kpi_words.KPI_WORDS[one.key].title, *kpi_words.KPI_WORDS[one.key].means))


def test_every_definition_names_the_row_of_the_documents_it_comes_from() -> None:
    """Rows of the requirements stand in the docstrings, so that one finds the source."""
    row = re.compile(r"rows? \d+")
    assert [one.key for one in KPIS if not row.search(one.defined_by.__doc__ or "")] == []


@pytest.mark.parametrize(("locale", "name"), [("en", "kpis.md"), ("ja", "kpis.ja.md")])
def test_the_page_of_definitions_is_current(locale: str, name: str) -> None:
    """Write it anew: `nurture kpis docs --locale en > docs/kpis.md`, ja likewise."""
    assert (ROOT / "docs" / name).read_text("utf-8") == page(locale)


def test_an_empty_book_has_every_figure_and_shows_n_a_and_no_nought_percent() -> None:
    for locale in ("ja", "en"):
        for key, value in figures(book()).items():
            if isinstance(value, Table):
                continue
            said = kpi_text.shown(value, locale, key)
            assert said.main in ("n/a", "0"), key
            assert (said.main == "0") == isinstance(value, Count)


@pytest.mark.parametrize(
    ("value", "key", "japanese", "english"),
    [
        (Share(8, 50), "", ("16.0%", "8 / 50"), ("16.0%", "8 / 50")),
        (Share(0, 0), "", ("n/a", "0 / 0"), ("n/a", "0 / 0")),
        # half up, not to the even one
        (Share(1, 800), "", ("0.1%", "1 / 800"), ("0.1%", "1 / 800")),
        (
            Money(1_200_000, "JPY", 2, 1, {"USD": 500.0}), "",
            ("1,200,000円", "2件、＋ USD 500、金額なし1件"),
            ("JPY 1,200,000", "2 deals, ＋ USD 500, 1 without an amount"),
        ),
        (
            Ratio(140_000, 1_200_000, "JPY"), "cac_to_ltv_by_source",
            ("0.12", "140,000円 / 1,200,000円"), ("0.12", "JPY 140,000 / JPY 1,200,000"),
        ),
        (
            Ratio(400_000, 2, "JPY"), "cac_by_source",
            ("200,000円", "400,000円 / 2社"), ("JPY 200,000", "JPY 400,000 / 2"),
        ),
        (Ratio(None, 2, "JPY"), "cac_by_source", ("n/a", "n/a / 2社"), ("n/a", "n/a / 2")),
        (Ratio(0.0, 5.0, "USD"), "crv", ("0.0%", "USD 0 / USD 5"), ("0.0%", "USD 0 / USD 5")),
        (Spans(0, None), "", ("n/a", "0件"), ("n/a", "of 0")),
        (-0.5, "score_correlation", ("−0.50", ""), ("−0.50", "")),
    ],
)  # fmt: skip
def test_figures_are_read_with_what_they_are_made_of(
    value: object, key: str, japanese: tuple[str, str], english: tuple[str, str]
) -> None:
    for locale, expected in (("ja", japanese), ("en", english)):
        said = kpi_text.shown(value, locale, key)
        assert (said.main, said.basis) == expected


def test_every_public_figure_of_the_kpi_modules_is_listed() -> None:
    """A function of a book alone is a KPI: forgotten in the list, nobody would see it."""
    listed = {one.of for one in KPIS}
    helpers = {"is_low", "open_by_state", "expected_wins", "routes", "total_cac", "happened"}
    for module in (referral_kpis, value_kpis, return_kpis, crm_kpis):
        for name, function in vars(module).items():
            mine = getattr(function, "__module__", "") == module.__name__ and callable(function)
            code = getattr(function, "__code__", None)
            if not mine or name.startswith("_") or name in helpers or code is None:
                continue
            if code.co_varnames[: code.co_argcount] == ("book",):
                assert function in listed, name
