"""The public rules of a referral programme: for anybody to read, and made for paper too."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort

from nurture.db.engine import read
from nurture.domain.condition_words import span_text
from nurture.domain.referral import State
from nurture.domain.referral_program import Offer, Program
from nurture.errors import NurtureError
from nurture.services.compose import text_in
from nurture.services.refer_kit import face_of, kit_of, perk_of
from nurture.services.releases import LiveRelease
from nurture.services.runtime import Runtime
from nurture.web.languages import language, translate
from nurture.web.public import refer_frame
from nurture.web.public.refer_frame import date_text, frame, rules_in, soon_of
from nurture.web.public.refer_words import stage_label


def make_rules(runtime: Runtime) -> Blueprint:
    """Return the pages that say how introductions work, for anybody."""
    pages = Blueprint("rules", __name__)

    @pages.get("/rules/<name>")
    def rules(name: str) -> Response:
        try:
            with read(runtime.engine) as connection:
                release = runtime.releases.live(connection)
        except NurtureError:
            abort(404)
        program = release.definitions.programs.get(name)
        if program is None:
            abort(404)
        refer_frame.speak_to()
        zone = ZoneInfo(release.definitions.calendar.zone)
        return _page(release, program, runtime.clock.now().astimezone(zone).date())

    return pages


def _page(release: LiveRelease, program: Program, today: date) -> Response:
    kit = kit_of(release, program, language(), today)
    return frame(
        "rules",
        release.definitions.policy,
        title=text_in(program.title, language()),
        kit=kit,
        updated=date_text(kit.updated),
        face=face_of(program, language()),
        rules=rules_in(program),
        soon=soon_of(program),
        may_write=program.write_for_consent,
        offers=[_offer(one) for one in program.offers.values()],
        benefits=[text_in(one, language()) for one in program.benefits.values()],
    )


def _offer(one: Offer) -> dict[str, str]:
    when = translate("once it has come to: %(stage)s, within %(span)s") % {
        "stage": stage_label(State(one.stage), language()),
        "span": span_text(one.within, language()),
    }
    return {
        "title": text_in(one.title, language()),
        "benefit": text_in(one.benefit, language()),
        "referrer": text_in(one.referrer.title, language()) if one.referrer is not None else "",
        "perk": perk_of(one, language()),
        "when": when,
    }
