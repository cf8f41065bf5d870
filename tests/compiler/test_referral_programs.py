"""What a referral programme's file says, and what is there where it says nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from nurture.compiler import compile_files
from nurture.domain.referral_program import AskLimits, Cadence, Program, Weights
from tests.compiler.releases import BASE, compile_with
from tests.compiler.releases import PROGRAM as SMALL

ROOT = Path(__file__).parents[2]


def small(more: str = "") -> Program:
    definitions = compile_with(SMALL + more)
    assert definitions.problems == (), definitions.problems
    return definitions.programs["default"]


def test_a_small_programme_is_enough_and_careful_by_itself() -> None:
    program = small()
    assert program.wanted.industries == ("manufacturing",)
    assert program.asks == AskLimits()
    assert program.weights == Weights()
    assert program.cadence is Cadence.MILESTONES
    assert program.timings == ("result_reported",)
    assert not program.write_for_consent
    assert program.ticket_for == timedelta(days=60)
    assert not program.rewards.legal_approved


def test_a_reward_is_optional_and_a_benefit_is_not() -> None:
    offer = small().offers["thanks"]
    assert not offer.is_incentive
    assert offer.benefit_type == "emotional"
    lacking = compile_with(
        SMALL.replace(
            "    benefit: {ja: 勉強会にお招きします, en: A seat at our round table}\n", ""
        )
    )
    assert [problem.code for problem in lacking.errors] == ["missing-key"]


def test_money_needs_the_name_and_the_day_of_who_cleared_it() -> None:
    cash = """
  cash:
    title: {ja: 謝礼, en: Fee}
    benefit: {ja: 謝礼をお渡しします, en: A fee}
    referrer: {kind: cash, title: {ja: 謝礼, en: Fee}, amount: 10000, currency: JPY}
    referred: {kind: discount, title: {ja: 割引, en: Discount}, amount: 10, unit: percent}
    stage: won
    within: 30d
rules:"""
    text = SMALL.replace("\nrules:", cash)
    assert [one.code for one in compile_with(text).errors] == ["cash-not-cleared"]
    unsigned = text + "rewards: {legal_approved: true}\n"
    assert [one.code for one in compile_with(unsigned).errors] == ["unsigned"]
    signed = (
        "rewards: {legal_approved: true, legal_approved_by: 法務部, legal_approved_at: 2026-10-01}"
    )
    assert compile_with(f"{text}{signed}\n").errors == ()


def test_tickets_can_be_left_out() -> None:
    assert small("tickets: false\n").ticket_for is None


def test_weights_that_are_not_written_keep_their_own() -> None:
    assert small("readiness: {reach: 40}\n").weights == Weights(reach=40)


def test_a_second_programme_has_another_name() -> None:
    files = {**BASE, "workflows/b.yaml": SMALL}
    assert [problem.code for problem in compile_files(files).errors] == ["duplicate-id"]
    files["workflows/b.yaml"] = SMALL.replace("referral_program: default", "referral_program: b")
    assert set(compile_files(files).programs) == {"default", "b"}


def test_the_shipped_programme_says_everything_in_both_languages() -> None:
    paths = [one for folder in ("workflows", "templates") for one in (ROOT / folder).rglob("*")]
    files = {str(one.relative_to(ROOT)): one.read_bytes() for one in paths if one.is_file()}
    definitions = compile_files(files)
    ours = [one for one in definitions.problems if "referral-program" in one.place.file]
    assert ours == []
    program = definitions.programs["default"]
    assert program.pilot is not None and program.pilot.people == 3
    assert program.pilot.review_after == timedelta(days=14)
    assert all(offer.benefit for offer in program.offers.values())
    assert all(reward.kind != "cash" for one in program.offers.values() if (reward := one.referrer))
    assert {"talk", "case_study", "review"} <= set(program.advocacy)
    assert {"partner-sales", "partner-development"} <= set(program.benefits)
