"""What KPIs are called and how they are counted, in a sentence, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nurture.domain import loop_words
from nurture.domain.glossary import INDUSTRIES, Words


@dataclass(frozen=True, slots=True)
class About:
    """A KPI's name and its definition in one sentence."""

    title: tuple[str, str]
    means: tuple[str, str]

    def in_language(self, locale: str) -> tuple[str, str]:
        """Return name and definition."""
        at = 0 if locale.startswith("ja") else 1
        return self.title[at], self.means[at]


GROUPS: Words = {
    "referrals": ("紹介の成果", "Referrals"),
    "by": ("紹介の内訳", "Referrals by …"),
    "asks": ("紹介のお願い", "Asks"),
    "people": ("紹介者とNPS", "Referrers and NPS"),
    "money": ("売上と獲得コスト", "Revenue and cost"),
    "customers": ("顧客の価値", "What customers are worth"),
    "records": ("記録の状態", "The records"),
}

KPI_WORDS: Mapping[str, About] = {
    "referrals": About(
        ("紹介件数（A）", "Referrals (A)"),
        (
            "期間中に受け付けたご紹介。重複と、弊社からパートナーへの紹介は除きます",
            "Introductions of the period, without duplicates and those we gave to partners",
        ),
    ),
    "referral_to_deal": About(
        ("紹介からの商談化率", "Referral → deal"),
        (
            "商談になったご紹介（B）÷ 紹介件数（A）。商談の登録、または面談以降に進んだもの",
            "B / A: a deal is linked, or a meeting was held",
        ),
    ),
    "referral_to_win": About(
        ("紹介からの成約率", "Referral → win"),
        ("成約（C）÷ 紹介件数（A）", "Won (C) / referrals (A)"),
    ),
    "deal_to_win": About(
        ("紹介商談の受注率", "Win rate of referral deals"),
        ("成約（C）÷ 商談になったご紹介（B）", "Won (C) / became deals (B)"),
    ),
    "quality": About(
        ("紹介の質", "Quality"),
        (
            "対象に合ったご紹介 ÷ 判断のついたご紹介。件数ではなく、良いお客様が目的です",
            "Referrals that fit / referrals of which one can say; count alone is no goal",
        ),
    ),
    "participation_rate": About(
        ("参加率", "Participation rate"),
        (
            "紹介プログラムにご参加の顧客 ÷ 現在の顧客。今後お声がけ不要の方は含みません",
            "Customers with somebody who takes part / existing customers",
        ),
    ),
    "referral_rate": About(
        ("紹介率", "Referral rate"),
        (
            "期間中にご紹介くださった方 ÷ 参加者",
            "Participants who referred in the period / participants",
        ),
    ),
    "progress": About(
        ("前の期間との比較", "Before and after"),
        (
            "紹介件数の倍率と、全体の獲得コスト（CAC）の増減。同じ長さの前の期間と比べます",
            "Referrals × and CAC ± against the same span before",
        ),
    ),
    "stage_conversion": About(
        ("段階ごとの転換率", "Stage by stage"),
        (
            "前の段階に達したご紹介のうち、次に進んだ割合。前半が弱ければ紹介の仕組みを、"
            "後半が弱ければ営業を見直します",
            "Of those at a stage, how many came to the next",
        ),
    ),
    "pipeline": About(
        ("紹介だけの見込み", "The referrals' own forecast"),
        (
            "同じ段階まで進み、結果の出たご紹介のうち成約した割合。時期が読みにくいため、"
            "短期の見込みには含めません",
            "Won of those who came so far and are closed; kept out of short-term forecasts",
        ),
    ),
    "first_contact_in_time": About(
        ("期限内の初回連絡", "First contacts in time"),
        (
            "約束の時間内にご紹介先へ連絡した件数 ÷ 期限の来た件数",
            "First contacts within the promise / those that were due",
        ),
    ),
    "by_channel": About(
        ("紹介元の種類別", "By channel"),
        ("お客様・パートナー・社員・コミュニティなど", "Customers, partners, employees …"),
    ),
    "by_type": About(
        ("プログラムの型別", "By type of programme"),
        (
            "お客様同士・パートナー・特典・プラットフォーム・社員の5つの型",
            "Matching, partner, incentive, platform, employee",
        ),
    ),
    "by_medium": About(
        ("経路の型別", "By medium"),
        ("オンライン・オフライン、特典の有無、SNS", "Online or not, with an incentive or not"),
    ),
    "by_way": About(
        ("紹介の方法別", "By way"),
        ("転送・フォーム・招待状・CC・資料の共有", "Forwarded, form, ticket, copy, document"),
    ),
    "by_program": About(("プログラム別", "By programme"), ("紹介プログラムごと", "Each programme")),
    "by_offer": About(("特典別", "By offer"), ("お約束した特典ごと", "Each offer")),
    "by_timing": About(
        ("お願いの時期別", "By timing"), ("お願いした時期ごと", "When they were asked")
    ),
    "ask_response": About(
        ("お願いへの回答率", "Response to asks"),
        (
            "お断りを含めて何らかのご返答があったお願い ÷ お願いの件数",
            "Asks with any answer, a no included / asks",
        ),
    ),
    "ask_to_referral": About(
        ("お願いからの紹介率", "Asks that brought a referral"),
        ("ご紹介につながったお願い ÷ お願いの件数", "Asks with a referral / asks"),
    ),
    "asks_by_offer": About(
        ("効いた特典", "Offers that worked"),
        ("特典ごとの、ご紹介につながった割合", "Asks that brought a referral, by offer"),
    ),
    "asks_by_reward": About(
        ("喜ばれるお礼", "What people like"),
        (
            "お約束したお礼の種類ごとの、ご紹介につながった割合",
            "Asks that brought a referral, by kind of what was promised",
        ),
    ),
    "asks_by_timing": About(
        ("効いた時期", "Timings that worked"),
        ("時期ごとの、ご紹介につながった割合", "Asks that brought a referral, by timing"),
    ),
    "asks_by_channel": About(
        ("お願いの方法", "How we asked"),
        ("方法ごとの、ご紹介につながった割合", "Asks that brought a referral, by how we asked"),
    ),
    "decline_reasons": About(
        ("ご紹介いただけない理由", "Why not"),
        ("お願いへのお断りの内訳", "Answers that brought nobody"),
    ),
    "lead_time": About(
        ("お願いから紹介までの日数", "From ask to referral"),
        (
            "お願いの送信からご紹介までの中央値。紹介は時間のかかる経路です",
            "Median of the time from the ask; referrals take their time",
        ),
    ),
    "time_to_first": About(
        ("最初の紹介までの期間", "Time to the first referral"),
        (
            "紹介者になってから最初のご紹介までの中央値",
            "Median from becoming a referrer to the first referral",
        ),
    ),
    "referrer_scorecard": About(
        ("紹介者ごとの成果", "Referrers"),
        (
            "件数ではなく、もたらされた売上の順",
            "Ranked by the revenue they brought, not by count",
        ),
    ),
    "survey_response": About(
        ("NPSの回答率", "Response to NPS"),
        ("回答者 ÷ お願いした方", "Answered / asked"),
    ),
    "referrals_by_score": About(
        ("NPSの点数と紹介", "NPS and referrals"),
        (
            "最新の点数ごとに、期間中にご紹介くださった方の割合",
            "Of the people with each newest score, how many referred",
        ),
    ),
    "score_correlation": About(
        ("NPSと紹介数の相関", "Correlation of NPS and referrals"),
        (
            "ピアソンの相関係数（−1〜1）。3名未満では計算しません",
            "Pearson's r, −1 to 1; of three people and more",
        ),
    ),
    "revenue_by_source": About(
        ("経路別の売上", "Revenue by source"),
        ("期間中に受注した商談の金額", "Amounts of deals won in the period"),
    ),
    "crv": About(
        ("紹介売上の割合（CRV）", "CRV: share of referral revenue"),
        ("紹介からの売上 ÷ 全体の売上", "Referral revenue / all revenue"),
    ),
    "lead_to_deal": About(
        ("リードの商談化率", "Lead → deal"),
        (
            "商談のあるリード ÷ 期間中のリード（分子は商談、分母はリード）",
            "Leads with a deal / leads of the period",
        ),
    ),
    "win_rate": About(
        ("経路別の受注率", "Win rate by source"),
        ("受注 ÷（受注＋失注）", "Won / won or lost"),
    ),
    "win_rate_by_industry": About(
        ("紹介の受注率：業種別", "Win rate of referrals by industry"),
        ("特定の業種に偏っていないかを見ます", "Is it owed to one trade alone?"),
    ),
    "win_rate_by_size": About(
        ("紹介の受注率：規模別", "Win rate of referrals by size"),
        ("特定の規模に偏っていないかを見ます", "Is it owed to one size alone?"),
    ),
    "cac_by_source": About(
        ("獲得コスト（CAC）", "CAC"),
        (
            "期間中の費用（特典を含む）÷ 期間中に受注した新しい顧客。"
            "費用の記録がなければ計算しません",
            "Costs of the period, rewards included / customers won; n/a without costs",
        ),
    ),
    "referral_cac_share": About(
        ("紹介のCACの水準", "Referral CAC against normal"),
        (
            "紹介のCAC ÷ それ以外の経路のCAC。自社の実績だけから計算します",
            "Referral CAC / CAC of everything else, from our own data alone",
        ),
    ),
    "roi_by_route": About(
        ("経路別のROI", "ROI by route"),
        (
            "（得たもの − 費用）÷ 費用。当期の売上と、LTVの両方で見ます",
            "(Gain − cost) / cost, short-term and with LTV",
        ),
    ),
    "ltv_by_source": About(
        ("顧客の生涯価値（LTV）", "LTV"),
        (
            "平均受注額 × 年間の受注回数 ×（1＋r＋r²…）× 利益率。rは1年後も続いている顧客の割合",
            "Average deal × deals a year × (1 + r + r² …) × margin; r stay a year",
        ),
    ),
    "ltv_gain": About(
        ("LTVの増分", "LTV gain"),
        (
            "（紹介のLTV − それ以外のLTV）× 紹介で得た顧客数",
            "(LTV of referrals − LTV of the others) × customers won by referral",
        ),
    ),
    "cac_to_ltv_by_source": About(
        ("CAC÷LTV", "CAC / LTV"),
        (
            "小さいほど、少ない費用で大きな価値を得ています。小数第3位を四捨五入",
            "The smaller, the more worth for its cost; two decimals, rounded half up",
        ),
    ),
    "revenue_per_customer": About(
        ("顧客あたりの売上（累計）", "Revenue per customer so far"),
        ("追加契約を含む累計 ÷ 顧客数", "Everything won, add-ons included / customers"),
    ),
    "churn_by_source": About(
        ("解約率", "Churn"),
        (
            "期間中に契約が終わった顧客 ÷ 期間中の顧客",
            "Contracts ended in the period / customers there in it",
        ),
    ),
    "completeness": About(
        ("必須KPIの記録率", "Completeness of the records"),
        (
            "件数・面談率・成約率・LTVを計算できるだけの記録があるか",
            "Is what count, meeting rate, win rate and LTV need written down?",
        ),
    ),
    "deals_without_next_date": About(
        ("次の予定がない商談", "Deals without a next date"),
        (
            "次回の日程も次の一歩も決まっていない商談 ÷ 進行中の商談",
            "No meeting ahead and no next step / open deals",
        ),
    ),
}

TYPES: Words = {
    "customer_matching": ("お客様同士のご紹介", "Customer matching"),
    "partner": ("パートナー", "Partner"),
    "incentive": ("特典つき", "Incentive"),
    "platform": ("プラットフォーム", "Platform"),
    "employee": ("社員", "Employee"),
}

MEDIA: Words = {
    "social": ("SNSでの共有", "Social share"),
    "online_incentive": ("オンライン・特典あり", "Online, with an incentive"),
    "online_plain": ("オンライン・特典なし", "Online, without"),
    "offline_incentive": ("対面など・特典あり", "Offline, with an incentive"),
    "offline_plain": ("対面など・特典なし", "Offline, without"),
}

ASK_CHANNELS: Words = {
    "mail": ("個別メール", "Mail to one"),
    "bulk_mail": ("一斉メール", "Bulk mail"),
    "meeting": ("面談", "Meeting"),
    "sns": ("SNS", "Social media"),
}

RECORDS: Words = {
    "count": ("紹介件数", "Count"),
    "meeting": ("面談率", "Meeting rate"),
    "win": ("成約率", "Win rate"),
    "ltv": ("LTV", "LTV"),
}

SOURCES: Words = {
    "referral": ("ご紹介", "Referrals"),
    "normal": ("紹介以外", "Everything else"),
    "unknown": ("記録なし", "Not recorded"),
    "other": ("その他", "Other"),
}

NONE: Words = {
    "none": ("特典なし", "No offer"),
    "unasked": ("お願いによらない", "Came unasked"),
    "unknown": ("記録なし", "Not recorded"),
}

#: what a table is by → words of its rows
ROWS: Mapping[str, Words] = {
    "state": loop_words.REFERRAL_STATES,
    "channel": loop_words.CHANNELS,
    "way": loop_words.WAYS,
    "timing": {**loop_words.TIMINGS, **NONE},
    "answer": loop_words.ASK_ANSWERS,
    "type": TYPES,
    "medium": MEDIA,
    "ask_channel": ASK_CHANNELS,
    "reward": {
        **loop_words.REWARD_KINDS,
        "none": ("ご招待などの便宜のみ", "A benefit alone"),
    },
    "record": RECORDS,
    "source": SOURCES,
    "offer": NONE,
    "industry": {**INDUSTRIES, **NONE},
    "size": NONE,
}
