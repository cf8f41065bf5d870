"""The words of the loop: results, surveys, referrals, rewards; events and codes alike."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.domain.glossary import Words

_REFERRAL = ("company", "referral")

#: as `event_words.EVENTS`
LOOP_EVENTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "onboarding.completed": ("立ち上げの完了", "Onboarding completed", ()),
    "upsell.completed": ("追加契約", "Upsell completed", ("product",)),
    "renewal.due": ("契約更新の時期", "Renewal due", ("on",)),
    "results.reported": ("成果のご報告", "Results reported", ("result", "month")),
    "contract.ended": ("ご契約の終了", "Contract ended", ("reason",)),
    "results.reviewed": ("成果のご報告（改善なし）", "Results reviewed", ("result", "month")),
    "hearing.held": ("ヒアリングの実施", "Hearing held", ("by",)),
    "complaint.received": ("苦情", "Complaint received", ("text",)),
    "complaint.resolved": ("苦情の解決", "Complaint resolved", ("note",)),
    "contact.left": ("ご退職・ご異動", "Left the company", ()),
    "community.joined": ("コミュニティ参加", "Community joined", ("community",)),
    "event.attended": ("イベント参加", "Event attended", ("event",)),
    "advocacy.done": ("推薦の行動", "Advocacy", ("action",)),
    "advocacy.offered": ("ご協力のお申し出", "Offer to help", ("action",)),
    "nps.asked": ("NPSのお願い", "NPS asked", ("round",)),
    "nps.responded": ("NPSの回答", "NPS answer", ("score",)),
    "nps.loop_opened": ("ご不満への対応を開始", "Loop opened", ("score",)),
    "nps.loop_contacted": ("ご不満の方へのご連絡", "Loop: contacted", ()),
    "nps.loop_resolved": ("ご不満の解消", "Loop: resolved", ("resolution",)),
    "nps.loop_closed": ("ご不満への対応を終了", "Loop closed", ("score",)),
    "referral.asked": ("ご紹介のお願い", "Asked for an introduction", ("offer",)),
    "referral.ask_answered": ("ご紹介のお願いへのお返事", "Answer to the ask", ("answer",)),
    "referral.ask_reasoned": ("お断りの理由", "Why not", ("why",)),
    "referral.introduced": ("ご紹介の受付", "Introduction came in", _REFERRAL),
    "referral.received": ("ご紹介先のご了承", "The referred person agreed", _REFERRAL),
    "referral.contacted": ("ご紹介先への連絡", "Referral contacted", _REFERRAL),
    "referral.met": ("ご紹介先との面談", "Met the referred person", _REFERRAL),
    "referral.proposed": ("ご紹介先へのご提案", "Proposal to the referred person", _REFERRAL),
    "referral.won": ("ご紹介からの受注", "Referral won", _REFERRAL),
    "referral.lost": ("ご紹介の不成立", "Referral lost", ("reason", "referral")),
    "referral.declined": ("ご紹介の見送り", "Referral declined", ("reason", "referral")),
    "referral.duplicated": ("ご紹介の重複", "Referral of somebody known", _REFERRAL),
    "referral.expired": ("ご紹介の期限切れ", "Referral expired", _REFERRAL),
    "referral.reopened": ("ご紹介の再開", "Referral open again", _REFERRAL),
    "referral.week_due": ("ご紹介の週ごとのご報告", "Week of referrals", ("week",)),
    "referral.overdue": ("ご紹介への対応の遅れ", "Referral overdue", ("timer", "referral")),
    "introduction.accepted": ("ご紹介によるご了承", "Agreed to be introduced", ("referrer",)),
    "email.approved": ("送信前の確認：承認", "Mail approved", ("note",)),
    "email.withheld": ("送信前の確認：見合わせ", "Mail withheld", ("note",)),
    "introduction.declined": (
        "ご紹介の方へのお断り",
        "Referred person declined by us",
        ("reason",),
    ),
    "introduction.contacted": ("ご紹介先への初回のご連絡", "First contact made", ("how",)),
    "case_study.agreed": ("事例掲載のご承諾", "Case study agreed", ("referral",)),
    "referrer.marked": ("ご紹介者としての登録", "Marked as a referrer", ("kind",)),
    "partner.referred": (
        "パートナーへのご紹介",
        "Referred to a partner",
        ("speciality", "company"),
    ),
    "community.guest_brought": ("コミュニティへの同伴", "Brought a guest", ("guest",)),
    "case_study.ready": ("事例化の開始（双方のご承諾）", "Case study: both agreed", ("referral",)),
    "reward.earned": ("特典の確定", "Reward earned", ("title",)),
    "reward.delivered": ("特典のお届け", "Reward delivered", ("title",)),
    "reward.reversed": ("特典の取り消し", "Reward reversed", ("reason",)),
}

#: code → sentence, as `reasons.SENTENCES`
LOOP_SENTENCES: Mapping[str, tuple[str, str]] = {
    "review": (
        "担当者の確認を {until} まで待っています",
        "it waits for its owner's look until {until}",
    ),
    "withheld": (
        "担当者が内容を確認し、送らないことにしました",
        "its owner looked at it and kept it back",
    ),
    "introduction_over": (
        "ご紹介がすでに終了しているため送りません",
        "the introduction is over: nothing is asked any more",
    ),
    "consent_suppressed": (
        "紹介 {referral} の方へは書きませんでした：送信停止リストのアドレスです",
        "nothing was written for {referral}: the address is on the suppression list",
    ),
    "consent_unsubscribed": (
        "紹介 {referral} の方へは書きませんでした：以前に配信停止またはご辞退のお申し出があります",
        "nothing was written for {referral}: they opted out or declined before",
    ),
    "consent_self": (
        "紹介 {referral} の方へは書きませんでした：ご紹介者ご本人のアドレスです",
        "nothing was written for {referral}: it is the referrer's own address",
    ),
    "consent_asked_before": (
        "紹介 {referral} の方へは書きませんでした：このアドレスには以前に一度お尋ねしています",
        "nothing was written for {referral}: this address was asked once before",
    ),
    "consent_no_template": (
        "紹介 {referral} の方へは書きませんでした：テンプレート introduction/consent がありません",
        "nothing was written for {referral}: there is no template introduction/consent",
    ),
    "promise_acknowledge": (
        "紹介 {referral} の受付のご連絡が当日中にできなかったため、担当者に依頼しました",
        "the receipt of {referral} did not leave the same day: its owner was asked",
    ),
    "promise_contact": (
        "紹介 {referral} の初回のご連絡が期限を過ぎたため、担当者に依頼しました",
        "the first contact of {referral} is overdue: its owner was asked",
    ),
    "promise_report": (
        "紹介 {referral} のご紹介元へのご報告が期限を過ぎたため、担当者に依頼しました",
        "the report to the referrer of {referral} is overdue: its owner was asked",
    ),
}

BANDS: Words = {
    "promoter": ("推奨者", "Promoter"),
    "passive": ("中立者", "Passive"),
    "detractor": ("批判者", "Detractor"),
}

#: where an account lies by revenue and NPS ("NPS SWOT")
CORNERS: Words = {
    "strength": ("強み（売上大・満足）", "Strength"),
    "opportunity": ("機会（売上小・満足）", "Opportunity"),
    "threat": ("脅威（売上大・不満）", "Threat"),
    "weakness": ("弱み（売上小・不満）", "Weakness"),
}

#: to whom the text speaks
READER_ROLES: Words = {
    "decision-maker": ("決裁者", "Decision maker"),
    "user": ("利用者", "User"),
    "it": ("情報システム", "IT"),
    "none": ("役割不明", "Role unknown"),
}

LOOP_STATES: Words = {
    "open": ("未対応", "Open"),
    "contacted": ("ご連絡済み", "Contacted"),
    "resolved": ("解消", "Resolved"),
    "closed": ("終了", "Closed"),
}

REFERRAL_STATES: Words = {
    "awaiting_consent": ("ご本人のご了承待ち", "Awaiting consent"),
    "received": ("受付済み", "Received"),
    "contacted": ("ご連絡済み", "Contacted"),
    "meeting": ("面談", "Meeting"),
    "proposal": ("ご提案中", "Proposal"),
    "won": ("ご契約", "Won"),
    "lost": ("不成立", "Lost"),
    "declined": ("見送り", "Declined"),
    "duplicate": ("重複", "Duplicate"),
    "expired": ("ご返答なし", "No answer"),
}

CHANNELS: Words = {
    "customer": ("お客様", "Customer"),
    "partner": ("パートナー", "Partner"),
    "employee": ("社員", "Employee"),
    "community": ("コミュニティ", "Community"),
    "prospect": ("検討中の方", "Prospect"),
}

WAYS: Words = {
    "forward": ("転送", "Forwarded link"),
    "introduce": ("紹介フォーム", "Introduction form"),
    "ticket": ("招待状", "Golden ticket"),
    "cc": ("CCでのご紹介", "Copied mail"),
    "download": ("資料の共有", "Shared document"),
    "by_hand": ("手入力", "By hand"),
    "api": ("API", "API"),
    "outbound": ("パートナーへの紹介", "To a partner"),
}

FLAGS: Words = {
    "self": ("ご自身のご紹介の可能性", "Perhaps the referrer"),
    "same_domain": ("同じ会社の可能性", "Same company"),
    "customer": ("既存のお客様", "A customer already"),
    "open_deal": ("進行中の商談あり", "An open deal"),
    "duplicate": ("ほかのご紹介と重複", "Referred by another"),
    "disposable": ("使い捨てアドレス", "Disposable address"),
    "suppressed": ("送信できないアドレス", "Address that gets nothing"),
    "unsubscribed": ("ご了承前に配信停止", "Unsubscribed before agreeing"),
}

#: why a referral ended, as our own people read it
REFERRAL_REASONS: Words = {
    "timing": ("時期が合わない", "Not the right time"),
    "requirements": ("ご要件が合わない", "Requirements do not match"),
    "not_icp": ("対象外のお客様", "Outside our profile"),
    "budget": ("予算の見送り", "No budget"),
    "competitor": ("他社に決定", "Chose somebody else"),
    "no_decision": ("現状維持", "Stays with what they have"),
    "no_contact": ("ご連絡がつかない", "Could not be reached"),
    "refused": ("ご本人がご辞退", "The person said no"),
    "known": ("先にご紹介いただいた方", "Introduced by another before"),
    "no_answer": ("ご返答なし", "No answer"),
    "other": ("その他", "Other"),
}

#: as a referrer reads it: only what may be told
TOLD_REASONS: Words = {
    "timing": ("現在はご検討の時期ではないとのこと", "the time is not right for them now"),
    "requirements": (
        "ご要件が弊社のサービスでお応えできる範囲と異なったこと",
        "what they need differs from what we can do well",
    ),
    "not_icp": (
        "業種や規模が弊社のお役に立てる範囲と異なったこと",
        "their line of work or size is one that we cannot serve well",
    ),
}

CONTACTED_BY: Words = {
    "phone": ("お電話", "Phone"),
    "mail": ("メール", "Mail"),
    "meeting": ("ご面談", "Meeting"),
    "online": ("オンライン面談", "Online meeting"),
}

#: what was promised to a referrer
REFERRAL_TIMERS: Words = {
    "acknowledge": ("当日中の受付のご連絡", "Receipt on the same day"),
    "contact": ("お約束の期限までの初回のご連絡", "First contact as promised"),
    "report": ("お約束の期限までのご報告", "Report as promised"),
}

ASK_ANSWERS: Words = {
    "referred": ("ご紹介いただいた", "Referred"),
    "nobody_in_mind": ("心当たりがない", "Nobody in mind"),
    "not_now": ("今は時期ではない", "Not now"),
    "company_policy": ("社内規程", "Company rules"),
    "never": ("今後不要", "Never again"),
}

WHY_NOT: Words = {
    "relation": ("ご関係への影響が心配", "Worried about the relation"),
    "bother": ("手間がかかりそう", "Too much bother"),
    "too_early": ("まだお勧めできるほどお付き合いがない", "Too early to recommend us"),
    "unhappy": ("満足していない点がある", "Not content with something"),
}

TIMINGS: Words = {
    "result_reported": ("成果のご報告後", "After a result"),
    "onboarding_completed": ("立ち上げの完了後", "After onboarding"),
    "upsell_completed": ("追加契約の後", "After an upsell"),
    "renewal": ("契約更新", "At renewal"),
    "followup": ("ご契約後のフォロー", "Follow-up"),
    "deal_lost": ("失注時", "After a lost deal"),
    "negotiation": ("商談中", "While negotiating"),
    "regular": ("定期", "Regularly"),
    "by_hand": ("個別", "By hand"),
}

#: how somebody was asked
ASK_CHANNELS: Words = {
    "mail": ("メール", "Mail"),
    "bulk_mail": ("定期のメール", "Regular mail"),
    "meeting": ("対面・電話", "In person"),
    "sns": ("SNS・チャット", "Chat or social media"),
}

ASK_MODES: Words = {
    "criteria": ("条件を示す", "By criteria"),
    "named": ("名前を挙げる", "By name"),
}

LEVERS: Words = {
    "motive": ("動機を高める", "Raises the motive"),
    "hurdle": ("手間を下げる", "Lowers the hurdle"),
}

MOTIVES: Words = {
    "trusted": ("信頼されたい", "To be trusted"),
    "relation": ("関係を大切にしたい", "To care for a relation"),
    "value": ("役に立ちたい", "To give value"),
}

REACHES: Words = {
    "0": ("不明", "Unknown"),
    "1": ("限られる", "Few"),
    "2": ("ある程度", "Some"),
    "3": ("広い", "Many"),
}

#: parts of readiness
READINESS: Words = {
    "nps": ("NPS", "NPS"),
    "results": ("成果", "Results"),
    "engagement": ("行動", "Engagement"),
    "community": ("参加", "Community"),
    "reach": ("顔の広さ", "Reach"),
    "asks": ("お願いの回数", "Asks so far"),
    "tenure": ("お取引の長さ", "Tenure"),
}

DIMENSIONS: Words = {
    "offer": ("特典", "Offer"),
    "timing": ("時期", "Occasion"),
    "channel": ("方法", "Channel"),
    "mode": ("頼み方", "Way of asking"),
    "lever": ("働きかけ", "Lever"),
    "program": ("プログラム", "Programme"),
}

REWARD_KINDS: Words = {
    "discount": ("割引", "Discount"),
    "training": ("研修", "Training"),
    "seminar": ("セミナー席", "Seminar seat"),
    "extension": ("利用期間の延長", "Service extension"),
    "donation": ("寄付", "Donation"),
    "gift": ("お礼の品", "Gift"),
    "points": ("ポイント", "Points"),
    "cash": ("現金", "Cash"),
}

REWARD_STATES: Words = {
    "pending": ("見込み", "Pending"),
    "earned": ("確定", "Earned"),
    "due": ("お届け予定", "Due"),
    "delivered": ("お届け済み", "Delivered"),
    "reversed": ("取り消し", "Reversed"),
}

#: which side of a referral gets it
REWARD_SIDES: Words = {
    "referrer": ("ご紹介者", "Referrer"),
    "referred": ("ご紹介先", "Referred"),
}

#: why a reward is held, or was reversed by what became of its referral
REWARD_REASONS: Words = {
    "legal": ("現金の特典は法務の確認待ち", "cash, until legal has cleared it"),
    "regulated": ("規制業種のため確認待ち", "a regulated sector, until it is cleared"),
    "doubt": ("ご紹介に確認事項あり", "the referral has a doubt"),
    "limit_all": ("お一人の上限に到達", "as many as one referrer gets in all"),
    "limit_month": ("今月の上限に到達、翌月へ", "this month's limit, so next month"),
    "reopened": ("商談の再開", "the deal was reopened"),
    "lost": ("ご契約に至らず", "the deal was lost"),
    "declined": ("お見送り", "declined"),
    "duplicate": ("別のご紹介と重複", "another referral came first"),
    "expired": ("ご返答なし", "no answer"),
    "erased": ("個人情報の削除", "the receiver was erased"),
}

#: what may be done with a reward by hand
REWARD_ACTIONS: Words = {
    "deliver": ("お届け済みにする", "Mark as delivered"),
    "release": ("保留を解く", "Release"),
    "hold": ("保留する", "Hold"),
    "reverse": ("取り消す", "Reverse"),
}

#: who moves a referral or a reward, where it is no member of the team
MOVERS: Words = {
    "engine": ("自動", "automatic"),
    "contact": ("ご紹介先ご本人", "the referred person"),
    "referrer": ("ご紹介者", "the referrer"),
    "team": ("チーム", "the team"),
}

#: what came of a referrer's introductions, in one word
TIERS: Words = {
    "new": ("これから", "New"),
    "trusted": ("信頼の紹介者", "Trusted"),
    "ambassador": ("アンバサダー", "Ambassador"),
}
