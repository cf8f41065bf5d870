"""Why somebody is not asked for an introduction, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

#: code → (Japanese, English); {blanks} come from the stored detail
ASK_SENTENCES: Mapping[str, tuple[str, str]] = {
    "ask_program_gone": (
        "ご紹介プログラム「{program}」の定義ファイルがなくなったため、お願いしません",
        "not asked: no file writes referral programme {program} down any more",
    ),
    "ask_unreachable": (
        "ご連絡の取れる宛先がないため、ご紹介のお願いをしません",
        "not asked for an introduction: they cannot be reached any more",
    ),
    "ask_do_not_ask": (
        "今後のお願いは不要とのご意向のため、ご紹介のお願いをしません",
        "not asked for an introduction: they said never again",
    ),
    "ask_company_policy": (
        "ご勤務先の規程で難しいとのお返事があるため、ご紹介のお願いをしません",
        "not asked for an introduction: the rules of their company forbid it",
    ),
    "ask_timing_off": (
        "「{timing}」でのお願いはプログラムで有効になっていないため、ご紹介のお願いをしません",
        "not asked for an introduction: the programme does not ask at this time ({timing})",
    ),
    "ask_kind": (
        "今の段階では「{kind}」にご紹介のお願いをしません",
        "not asked for an introduction: the programme asks no such people now ({kind})",
    ),
    "ask_no_customer": (
        "現在お取引中のお客様ではないため、ご紹介のお願いをしません",
        "not asked for an introduction: they are no customer now",
    ),
    "ask_sector": (
        "規制のある業種（{industry}）で確認が済んでいないため、ご紹介のお願いをしません",
        "not asked for an introduction: sector {industry} is regulated and not cleared",
    ),
    "ask_detractor": (
        "最新のNPSの回答が{score}点のため、ご紹介のお願いをしません。まずご不満の解消に努めます",
        "not asked for an introduction: their newest NPS answer is {score}",
    ),
    "ask_loop_open": (
        "いただいたご不満への対応が終わっていないため、ご紹介のお願いをしません",
        "not asked for an introduction: what made them unhappy is not resolved yet",
    ),
    "ask_complaint_open": (
        "この企業からの苦情への対応が終わっていないため、ご紹介のお願いをしません",
        "not asked for an introduction: a complaint of their company is open",
    ),
    "ask_complaint_recent": (
        "苦情をいただいてから{days}日たっていないため、{until} まではご紹介のお願いをしません",
        "not asked for an introduction: less than {days} days since a complaint; "
        "again from {until}",
    ),
    "ask_no_score": (
        "直近{days}日にNPSの回答がないため、ご紹介のお願いをしません",
        "not asked for an introduction: no NPS answer within {days} days",
    ),
    "ask_passive": (
        "NPSの回答が{score}点で、この方に合う特典がないため、ご紹介のお願いをしません",
        "not asked for an introduction: they answered {score}, and no offer with a "
        "reward suits them",
    ),
    "ask_no_result": (
        "直近{days}日に成果をご報告していないため、ご紹介のお願いをしません",
        "not asked for an introduction: no result was reported within {days} days",
    ),
    "ask_result_worse": (
        "最新のご報告では数値が改善していないため、ご紹介のお願いをしません",
        "not asked for an introduction: the newest report to them tells of nothing better",
    ),
    "ask_no_hearing": (
        "はじめてのお願いの前に、まだお話を伺っていないため、ご紹介のお願いをしません",
        "not asked for an introduction: nobody has listened to them before the first ask",
    ),
    "ask_cool_down": (
        "前回のお願いから{days}日たっていないため、{until} まではご紹介のお願いをしません",
        "not asked for an introduction: less than {days} days since the last ask; "
        "again from {until}",
    ),
    "ask_contact_limit": (
        "直近365日にすでに{asked}回お願いしているため、{until} まではご紹介のお願いをしません",
        "not asked for an introduction: asked {asked} times within 365 days; again from {until}",
    ),
    "ask_account_limit": (
        "この企業には直近365日にすでに{asked}回お願いしているため、"
        "{until} まではご紹介のお願いをしません",
        "not asked for an introduction: their company was asked {asked} times within 365 days; "
        "again from {until}",
    ),
    "ask_not_ready": (
        "お願いしやすさが{ready}点（目安は{least}点）のため、定期のお願いをしません",
        "not asked for an introduction: their readiness is {ready}, {least} is the least",
    ),
    "ask_pilot_full": (
        "試行のあいだは{people}名までのため、ご紹介のお願いをしません",
        "not asked for an introduction: the pilot has its {people} people",
    ),
    "ask_no_offer": (
        "この方に合う特典がないため、ご紹介のお願いをしません",
        "not asked for an introduction: no offer suits them",
    ),
}
