"""The shipped library: something for everybody, in both languages, with numbers and pages."""

from __future__ import annotations

from datetime import date

import pytest

from nurture.domain.library import Pick, best
from nurture.domain.reader import DEPTHS, ROLES, Reader
from nurture.domain.steps import Send
from tests.content.shipped import LOCALES, ROOT, SITE, definitions, pages

SHIPPED = definitions()
ITEMS = SHIPPED.library.items
TODAY = date(2026, 4, 7)


def _steps(workflow: str) -> dict[str, Send]:
    steps = SHIPPED.workflows[workflow].graph.steps.values()
    return {step.id: step for step in steps if isinstance(step, Send)}


def _picked(pick: Pick, reader: Reader, *got: str) -> str | None:
    choice = best(ITEMS, pick, reader, "ja", TODAY, got)
    return choice.item.key if choice.item is not None else None


@pytest.mark.parametrize(
    ("industry", "role", "wanted"),
    [
        ("manufacturing", "user", "case-factory"),
        ("manufacturing", "", "case-factory"),
        ("manufacturing", "decision-maker", "case-plants"),
        ("medical", "user", "case-hospital"),
        ("care", "decision-maker", "case-care"),
        ("logistics", "it", "case-logistics"),  # the trade says more than the part
        ("retail", "", "case-retail"),
        ("finance", "it", "case-it"),
        ("finance", "user", "case-office"),
        ("", "", "case-office"),  # nobody's trade is guessed
    ],
)
def test_the_warm_track_shows_a_case_of_the_same_trade_and_part(
    industry: str, role: str, wanted: str
) -> None:
    pick = _steps("warm-nurture")["case"].pick
    assert pick is not None
    assert _picked(pick, Reader(industry, role, "consider")) == wanted


@pytest.mark.parametrize(
    ("role", "wanted"),
    [
        ("decision-maker", "paper-comparison"),
        ("user", "paper-operation"),
        ("it", "paper-it-facts"),
        ("", "paper-comparison"),
    ],
)
def test_the_material_of_the_warm_track_suits_the_part_in_the_decision(
    role: str, wanted: str
) -> None:
    step = _steps("warm-nurture")["material"]
    assert step.attach == ("item",)
    assert step.pick is not None
    assert _picked(step.pick, Reader("retail", role, "consider")) == wanted


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("role", ["", *ROLES])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("industry", ["", "manufacturing", "medical", "education"])
def test_everybody_has_something_in_his_language(
    industry: str, depth: str, role: str, locale: str
) -> None:
    reader = Reader(industry, role, depth)
    for workflow in SHIPPED.workflows:
        for step in _steps(workflow).values():
            if step.pick is not None:
                choice = best(ITEMS, step.pick, reader, locale, TODAY, ITEMS)
                assert choice.item is not None or step.template, step.id


def test_there_is_something_for_each_depth_and_each_part_in_a_decision() -> None:
    papers = [item for item in ITEMS.values() if item.kind == "paper"]
    assert {depth for item in papers for depth in item.depths} == set(DEPTHS)
    assert {role for item in papers for role in item.roles} == set(ROLES)
    assert len(ITEMS) >= 14


@pytest.mark.parametrize("key", [key for key, item in ITEMS.items() if item.kind == "case"])
def test_a_case_says_its_effect_in_numbers(key: str) -> None:
    figures = ITEMS[key].figures
    assert {locale: len(figures[locale]) for locale in LOCALES} == dict.fromkeys(LOCALES, 3)
    assert sum("→" in line for line in figures["ja"]) >= 2
    assert sum("from " in line for line in figures["en"]) >= 2


@pytest.mark.parametrize("key", list(ITEMS))
def test_an_item_leads_to_a_page_of_the_site_and_its_subject_stays_short(key: str) -> None:
    item = ITEMS[key]
    assert {url.removeprefix(SITE) for url in item.url.values()} <= set(pages())
    assert set(item.title) == set(item.summary) == set(LOCALES)
    # 事例： comes before it; thirty full-width characters are what a phone shows
    assert len(item.title["ja"]) <= 27
    assert len(item.title["en"]) <= 60


def test_papers_are_real_pdfs_and_small() -> None:
    files = sorted((ROOT / "workflows/files").glob("*.pdf"))
    assert {path.name for path in files} == {
        path.rpartition("/")[2] for item in ITEMS.values() for path in item.file.values()
    }
    for path in files:
        content = path.read_bytes()
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")
        assert len(content) < 150_000
        # what it was set from stands beside the script
        assert (ROOT / "examples/papers" / f"{path.stem}.typ").exists()
