"""The picture as a file: well-formed whatever stands in it, and nothing in it acts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.diagrams.drawing import Drawing, StepFigures
from nurture.diagrams.svg import svg
from nurture.domain.step_words import step_text
from nurture.domain.steps import (
    Branch,
    Duration,
    End,
    EventMatch,
    Goto,
    Notify,
    Score,
    Send,
    Set,
    SetLifecycle,
    Split,
    StartWorkflow,
    Step,
    StopWorkflow,
    Task,
    Variant,
    Wait,
    WaitFor,
    WaitUntil,
    Webhook,
)
from tests.diagrams.workflows import drawing, long_one, score_over, shipped, workflow

_SVG = "{http://www.w3.org/2000/svg}"


def _texts(picture: str) -> str:
    return "".join(
        "".join(one.itertext()) for one in ET.fromstring(picture).iter(f"{_SVG}text")
    ).replace(" ", "")


@given(st.text(max_size=80))
def test_any_text_is_well_formed(text: str) -> None:
    picture = svg(drawing(workflow(Notify("a", "b", text, text), End("b", text), title=text)))
    root = ET.fromstring(picture)
    assert root.find(f"{_SVG}title") is not None
    assert "<script" not in picture


def test_it_holds_no_script_no_link_and_says_everything_to_who_cannot_see_it() -> None:
    one = workflow(Send("a", None, 'x/"><script>alert(1)</script>'), title="<b>&")
    picture = svg(drawing(one, "en"))
    names = {element.tag.removeprefix(_SVG) for element in ET.fromstring(picture).iter()}
    assert names <= {"svg", "title", "desc", "style", "rect", "g", "path", "text", "circle"}
    assert not re.search(r"href|url\(|@import|\son\w+=", picture)
    root = ET.fromstring(picture)
    assert root.get("role") == "img"
    assert root.findtext(f"{_SVG}title") == "<b>&"
    assert "Send. x/" in (root.findtext(f"{_SVG}desc") or "")
    assert "prefers-color-scheme:dark" in picture


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_start_goal_exits_window_and_purpose_are_shown_in_the_language(locale: str) -> None:
    said = _texts(svg(Drawing(shipped()["hot-follow-up"], locale)))
    japanese = ["開始のきっかけ", "温度感がホットになる", "目標", "離脱条件", "時間帯：courtesy"]
    english = ["Startswith", "TemperaturebecomesHot", "Goal", "Leaveswhen", "Window:courtesy"]
    for words in japanese if locale == "ja" else english:
        assert words in said


def test_live_figures_stand_at_their_step_and_at_the_ways_people_went() -> None:
    one = long_one(1)
    figures = {
        "send-0": StepFigures(sent=40, opened=20, clicked=10),
        "for-0": StepFigures(here=7, ways={"event": 12, "timeout": 21}),
    }
    said = _texts(svg(Drawing(one, "ja", figures, active=7, outcomes={"answered": 12})))
    for words in ["送信40開封50%クリック25%", "現在7人", "12(36%)", "21(64%)", "進行中7人"]:
        assert words in said


_STEPS: tuple[Step, ...] = (
    Send("a", None, "x/a"),
    Wait("a", None, Duration(days=3)),
    WaitUntil("a", None, weekday=1, at=time(10)),
    WaitFor("a", None, None, (EventMatch("form.submitted"),), Duration(days=3)),
    Branch("a", ((score_over(1), None),), None),
    Split("a", (Variant("v", 50, None),)),
    Set("a", None, (("rank", "A"),)),
    Score("a", None, 5, "why"),
    SetLifecycle("a", None, "lead"),
    StartWorkflow("a", None, "other"),
    StopWorkflow("a", None, "other"),
    Task("a", None, "title", "owner", Duration(days=1)),
    Notify("a", None, "owner", "text"),
    Webhook("a", None, "crm"),
    Goto("a", None, "a", 2),
    End("a"),
)


def test_every_kind_of_step_has_words_in_both_languages() -> None:
    assert {type(step) for step in _STEPS} == set(get_args(Step)), "add the new kind here"
    for step in _STEPS:
        ja, en = step_text(step, "ja"), step_text(step, "en")
        assert ja.title != en.title
        assert en.title != type(step).__name__ or isinstance(
            step, Send | Wait | Branch | Split | Set | Score | Task | End
        )


def test_the_picture_says_how_large_it_is() -> None:
    root = ET.fromstring(svg(drawing(replace(long_one(2), title="長い" * 80))))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
