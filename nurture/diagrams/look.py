"""Colours, shapes and signs of the pictures.

Colour never stands alone: each family of steps has a shape and a sign of its own.
"""

from __future__ import annotations

from nurture.diagrams.cards import Look
from nurture.domain.step_words import Family

#: the style sheet: light, and dark where the reader's device is
STYLE = """
:root{color-scheme:light dark}
svg{--paper:#f6f7f5;--card:#fff;--ink:#1f2a2e;--soft:#56646b;--edge:#d8dedb;--line:#8b999c;
--mail:#0f6b62;--mail-bg:#dff1ee;--time:#2c5f8a;--time-bg:#e1edf7;--choice:#8a5a00;--choice-bg:#fbefd5;
--team:#8b3a72;--team-bg:#f7e4f1;--record:#54606a;--record-bg:#e9edf0;--flow:#3d4a50;--flow-bg:#e6eaea;
--goal:#1c6b3a;--goal-bg:#e2f1e6}
@media (prefers-color-scheme:dark){svg{--paper:#13181a;--card:#1b2225;--ink:#e6eae8;--soft:#a7b3b2;
--edge:#38443f;--line:#7d8b8c;--mail:#79cfc3;--mail-bg:#17393a;--time:#9cc7ea;--time-bg:#1d3140;
--choice:#e6bf6e;--choice-bg:#3a2f17;--team:#e6a5cf;--team-bg:#40213a;--record:#b9c4cb;--record-bg:#2b3338;
--flow:#c6d0d0;--flow-bg:#2a3233;--goal:#8fd3a5;--goal-bg:#1d3626}}
text{font-family:system-ui,-apple-system,"Segoe UI","Hiragino Sans","Hiragino Kaku Gothic ProN",
"Noto Sans CJK JP","Noto Sans JP","Yu Gothic UI",Meiryo,sans-serif;fill:var(--ink)}
.paper{fill:var(--paper)}.card{fill:var(--card);stroke:var(--edge)}
.way{fill:none;stroke:var(--line);stroke-width:1.6}.tip{fill:var(--line)}
.h1{font-size:20px;font-weight:700}.t{font-size:12px;font-weight:700}.w{font-size:13.5px}
.n,.a{font-size:11.5px;fill:var(--soft)}.a{text-anchor:end}
.f{font-size:11.5px;font-weight:600;white-space:pre}
.b{font-size:12px;fill:var(--soft)}.badge{fill:var(--record-bg)}.m{text-anchor:middle}
.label{fill:var(--paper);stroke:var(--line)}.l{font-size:11.5px;text-anchor:middle}
.here{fill:var(--mail)}.ht{fill:var(--card);font-size:11.5px;font-weight:700;text-anchor:middle}
.sign{fill:none;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
""" + "".join(
    f".{one} .t{{fill:var(--{one})}}.{one} .shape{{fill:var(--{one}-bg);stroke:var(--{one})}}"
    f".{one} .sign{{stroke:var(--{one})}}.{one} .bar{{fill:var(--{one})}}"
    for one in ("mail", "time", "choice", "team", "record", "flow", "goal")
)

#: outlines around the sign, by family: 28 × 28 around (0, 0)
SHAPES = {
    Family.MAIL: '<rect class="shape" x="-14" y="-11" width="28" height="22" rx="3"/>',
    Family.TIME: '<circle class="shape" r="13.5"/>',
    Family.CHOICE: '<path class="shape" d="M0-15 15 0 0 15-15 0Z"/>',
    Family.TEAM: '<path class="shape" d="M-7.5-13h15L15 0 7.5 13h-15L-15 0Z"/>',
    Family.RECORD: '<rect class="shape" x="-12" y="-12" width="24" height="24" rx="7"/>',
    Family.FLOW: '<path class="shape" d="M-5.5-13.5h11l8 8v11l-8 8h-11l-8-8v-11Z"/>',
}
#: strokes within the outline
SIGNS = {
    Family.MAIL: "M-13-9.5 0 1.5 13-9.5",
    Family.TIME: "M0-7.5V0l5.5 3.5",
    Family.CHOICE: "M0 6.5V1L-5-4.5M0 1l5-5.5",
    Family.TEAM: "M0-7a3.2 3.2 0 1 0 .01 0M-6 7.5a6 5.5 0 0 1 12 0",
    Family.RECORD: "M-6-4H6M-6 .5H6M-6 5H1",
    Family.FLOW: "M-4.5-4.5h9v9h-9Z",
}
#: boxes on top: colour, sign, outline of the sign
HEADS = {
    Look.START: ("mail", "M-4-6.5 6.5 0-4 6.5Z", '<circle class="shape" r="13.5"/>'),
    Look.GOAL: (
        "goal",
        "M0-8 2.4-2.8 8-2.2 3.8 1.6 5 7.2 0 4.4-5 7.2-3.8 1.6-8-2.2-2.4-2.8Z",
        '<circle class="shape" r="13.5"/>',
    ),
    Look.EXITS: (
        "flow",
        "M1-7.5h-6.5v15H1M-1.5 0H7.5M4-3.5 7.5 0 4 3.5",
        '<rect class="shape" x="-13" y="-13" width="26" height="26" rx="5"/>',
    ),
}
