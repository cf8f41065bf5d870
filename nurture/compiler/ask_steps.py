"""`ask_referral`: the keys of the step, and what makes one fit to be asked."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.compiler.names import NAME
from nurture.compiler.nodes import MapNode, Node, quoted
from nurture.compiler.records import Fields, Key
from nurture.compiler.report import Report
from nurture.compiler.shapes import Choice, Localized, Text
from nurture.domain.referral_manners import pressing_word, vague_phrase
from nurture.domain.referral_program import TIMINGS, Program
from nurture.domain.steps import ReferralQuestion
from nurture.language import say

#: the mail of an ask that names none
TEMPLATE_OF_ASKS = "referral/ask"

ASK_REFERRAL = Key(
    "ask_referral",
    NAME,
    say(
        "Asks for an introduction by a referral programme, where its guards allow it; else goes "
        "on as `not_asked`."
    ),
)
TIMING = Key(
    "timing",
    Choice(*TIMINGS),
    say("The occasion; the programme switches each on by listing it."),
    required=True,
)
OFFER = Key("offer", NAME, say("An offer of the programme; without it, the one that suits them."))
MODE = Key(
    "mode",
    Choice("criteria", "named"),
    say("`criteria`: somebody who fits; `named`: somebody whom we name."),
)
NAMED = Key("named", Text(longest=300), say("Whom we want to meet, where mode is `named`."))
REASON = Key("reason", Localized(300), say("Why it is them whom we ask (あなただから)."))


def read_ask(
    fields: Fields, programs: Mapping[str, Program] | None, report: Report
) -> ReferralQuestion:
    """Return what a step asks; `programs` None: not looked up again."""
    name = fields.get_or(ASK_REFERRAL, "")
    program = programs.get(name) if programs is not None else None
    if programs is not None and program is None and name:
        message = say("no referral programme {name}", name=quoted(name))
        hint = report.suggest(name, programs) or say(
            "write workflows/referral-program.yaml: whom you want to meet, offers, rules, kit"
        )
        report.error(fields.at(ASK_REFERRAL), "unknown-program", message, hint)
    mode = fields.get_or(MODE, "named" if fields.written(NAMED) else "criteria")
    question = ReferralQuestion(
        name,
        fields.get_or(OFFER, ""),
        fields.get_or(TIMING, "by_hand"),
        mode,
        fields.get_or(NAMED, ""),
        tuple(fields.get_or(REASON, {}).items()),
    )
    if program is not None:
        _check_program(fields, question, program, report)
    _check_mode(fields, question, report)
    _check_words(fields, report)
    return question


def _check_program(
    fields: Fields, question: ReferralQuestion, program: Program, report: Report
) -> None:
    if fields.get(TIMING) is not None and question.timing not in program.timings:
        message = say("the programme does not ask at this time: {timing}", timing=question.timing)
        hint = say("nobody is asked here until `timings` of {file} lists it", file=program.file)
        report.warn(fields.at(TIMING), "timing-off", message, hint)
    if question.offer and question.offer not in program.offers:
        message = say("the programme has no offer {name}", name=quoted(question.offer))
        hint = report.suggest(question.offer, program.offers)
        report.error(fields.at(OFFER), "unknown-offer", message, hint)


def _check_mode(fields: Fields, question: ReferralQuestion, report: Report) -> None:
    if question.mode == "named":
        if not fields.written(NAMED):
            message = say("nobody knows whom: `mode: named` needs 'named'")
            report.error(fields.at(MODE), "missing-key", message, NAMED.about)
        if not fields.written(REASON):
            at = fields.at(NAMED if fields.written(NAMED) else MODE)
            message = say("an ask for somebody by name needs 'reason'")
            report.error(at, "missing-key", message, REASON.about)
    elif fields.written(NAMED):
        message = say("'named' goes with `mode: named`")
        report.error(fields.at(NAMED), "two-modes", message)


def _check_words(fields: Fields, report: Report) -> None:
    texts: list[tuple[Node, str]] = []
    at = fields.at(REASON)
    for locale, text in fields.get_or(REASON, {}).items():
        place = at.get(locale) if isinstance(at, MapNode) else None
        texts.append((place or at, text))
    if fields.get(NAMED):
        texts.append((fields.at(NAMED), fields.get_or(NAMED, "")))
    for place, text in texts:
        if (phrase := vague_phrase(text)) is not None:
            report.error(
                place,
                "names-nobody",
                say("{phrase} brings nobody to mind", phrase=quoted(phrase)),
                say("say whom: the industry, the problem and what they worry about"),
            )
        if (word := pressing_word(text)) is not None:
            report.warn(
                place,
                "presses",
                say("{word} puts people under pressure", word=quoted(word)),
                say("ask once, with a reason, and make no as easy as yes"),
            )
