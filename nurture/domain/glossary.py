"""The words that pages, commands and reports use for what the tables hold, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.language import Word, language_of

Words = Mapping[str, tuple[str, str]]

TEMPERATURES: Words = {
    "cold": ("コールド", "Cold"),
    "warm": ("ウォーム", "Warm"),
    "hot": ("ホット", "Hot"),
}

STAGES: Words = {
    "prospect": ("見込み先", "Prospect"),
    "lead": ("リード", "Lead"),
    "mql": ("MQL", "MQL"),
    "tql": ("TQL", "TQL"),
    "sal": ("SAL", "SAL"),
    "sql": ("SQL", "SQL"),
    "customer": ("顧客", "Customer"),
    "lost": ("失注", "Lost"),
}

PURPOSES: Words = {
    "marketing": ("マーケティング", "Marketing"),
    "survey": ("アンケート", "Survey"),
    "referral": ("ご紹介", "Referral"),
    "progress": ("ご紹介のご報告", "News of referrals"),
    "introduction": ("ご紹介のご確認", "Asking the introduced"),
    "service": ("事務連絡", "Service"),
}

MESSAGE_STATES: Words = {
    "queued": ("送信待ち", "Queued"),
    "claimed": ("送信準備中", "About to go"),
    "sending": ("送信中", "Sending"),
    "sent": ("送信済み", "Sent"),
    "delivered": ("到達", "Delivered"),
    "deferred": ("保留中", "Held back"),
    "failed": ("送信失敗", "Failed"),
    "cancelled": ("取りやめ", "Dropped"),
    "bounced": ("不達", "Bounced"),
    "complained": ("迷惑メール報告", "Complaint"),
    "in_doubt": ("送信結果不明", "In doubt"),
}

SEMINAR_MAILS: Words = {
    "invitation": ("ご案内", "Invitation"),
    "reminder": ("開催前のご連絡", "Reminder"),
    "correction": ("変更のご連絡", "Correction"),
}

MAILING_STATES: Words = {
    "scheduled": ("予約済み", "Scheduled"),
    "running": ("配信中", "Running"),
    "sending": ("送信中", "Going out"),
    "paused": ("一時停止中", "Paused"),
    "done": ("配信済み", "Done"),
    "cancelled": ("取りやめ", "Cancelled"),
    "missed": ("時刻を過ぎたため未配信", "Its time had passed"),
}

#: why mails wait or were given up, for many mails at once (nurture.domain.reasons: for one)
HELD_BACK: Words = {
    "window": ("配信時間帯を待っています", "Waiting for their window"),
    "cap": ("配信数の上限に達しています", "A cap is reached"),
    "reader_rhythm": ("ご希望の頻度に合わせています", "Keeping to the rhythm the reader chose"),
    "reader_pause": ("読者が一時停止しています", "Paused by the reader"),
    "paused_everything": ("全体を一時停止中です", "Everything is paused"),
    "paused_workflow": (
        "シナリオまたは一斉配信を一時停止中です",
        "Their workflow or broadcast is paused",
    ),
    "paused_sender": ("差出人を一時停止中です", "Their sender is paused"),
    "account_hold": ("企業が保留中です", "The account is on hold"),
    "sending_off": ("送信が止められています", "Sending is off"),
    "unknown_window": ("カレンダーにない時間帯です", "Their window is not in the calendar"),
    "window_never_opens": ("時間帯が開きません", "Their window never opens"),
    "try_later": ("相手のサーバーが後でと答えました", "The server asked to try later"),
    "not_sent": ("接続が切れたため、もう一度送ります", "The connection broke; sent again"),
    "expired": ("期限が過ぎました", "They expired"),
    "enrolment_over": ("シナリオが先に終了しました", "The journey ended first"),
    "replied": ("返信をいただきました", "The person replied"),
    "unsubscribed": ("配信停止のお申し出があります", "The person opted out"),
    "no_consent": ("同意の記録がありません", "No consent is on record"),
    "suppressed": ("送信停止リストのアドレスです", "The address is suppressed"),
    "no_address": ("宛先のアドレスがありません", "There is no address"),
    "no_addressee": ("宛名を作れません", "Nobody to address"),
    "topic_off": ("読者がこの話題を止めています", "The reader turned the topic off"),
    "mailing_cancelled": ("一斉配信を取りやめました", "The broadcast was cancelled"),
    "no_item": ("ライブラリーに合う資料がありません", "The library has nothing for them"),
    "does_not_render": ("本文を作れませんでした", "They could not be rendered"),
    "no_template": ("テンプレートがありません", "The template is gone"),
    "not_on_allowlist": ("許可リストにない宛先です", "Not on the allow list"),
    "not_a_service_template": ("service用のテンプレートではありません", "Not a service template"),
    "bounced": ("宛先不明などで戻りました", "They came back"),
    "in_doubt": ("届いたか不明です", "Nobody knows whether they arrived"),
    "failed": ("送信に失敗しました", "Sending failed"),
}

VERDICTS: Words = {
    "human": ("本人", "A person"),
    "machine": ("機械", "A machine"),
    "prefetch": ("先読み", "Loaded ahead"),
    "unknown": ("判別中・不明", "Unknown"),
}

#: why an open or click was judged as it was
VERDICT_REASONS: Words = {
    "agent": ("既知の自動プログラム", "a known robot"),
    "head": ("HEAD リクエスト", "a HEAD request"),
    "too_soon": ("送信直後", "too soon after sending"),
    "hidden_link": ("見えないリンクを開いた", "followed the hidden link"),
    "burst": ("短時間に多数のリンクを開いた", "many links within seconds"),
    "sweep": ("同じネットワークから多数の宛先分を開いた", "one network, many recipients"),
    "image_proxy": ("画像プロキシ", "an image proxy"),
    "privacy_proxy": ("プライバシー保護の先読み", "a privacy proxy"),
    "no_agent": ("ブラウザ名なし", "no user agent"),
    "on_hold": ("判定待ち", "on hold"),
    "held": ("保留時間を経過", "the hold is over"),
    "no_sign_of_a_machine": ("機械の兆候なし", "no sign of a machine"),
}

#: how journeys end; names that a workflow gives itself are shown as they are
OUTCOMES: Words = {
    "converted": ("目標達成", "Converted"),
    "completed": ("完了", "Completed"),
    "exited": ("離脱", "Left"),
    "unsubscribed": ("配信停止", "Unsubscribed"),
    "stopped": ("停止", "Stopped"),
    "revised": ("取り消し", "Taken back"),
    "held_out": ("対照群（送信なし）", "Held out"),
    "looped": ("繰り返しのため停止", "Stopped: went in circles"),
    "lost": ("ステップ消失", "Step is gone"),
    "erased": ("個人データ消去", "Erased"),
}

#: how the experiment of a split stands (nurture.domain.experiment.State)
EXPERIMENT_STATES: Words = {
    "collecting": ("データ収集中", "Collecting"),
    "running": ("検証中", "Running"),
    "skewed": ("割り当ての偏り", "Skewed"),
    "decided": ("決定済み", "Decided"),
    "inconclusive": ("差が確認できず", "Inconclusive"),
    "open": ("振り分けのみ", "No rule"),
}

#: what a holdout says (nurture.domain.holdout.LiftState), and its two groups
LIFT_STATES: Words = {
    "early": ("データ収集中", "Too early"),
    "clear": ("差あり", "Clear"),
    "unclear": ("差が確認できず", "Not clear"),
}

GROUPS: Words = {
    "treated": ("送った人", "Treated"),
    "held_out": ("対照群（送信なし）", "Held out"),
}

CONSENT_STATES: Words = {
    "granted": ("同意あり", "Granted"),
    "withdrawn": ("停止のお申し出", "Withdrawn"),
}

BASES: Words = {
    "opt_in": ("オプトイン", "Opt-in"),
    "business_card": ("名刺交換", "Business card"),
    "business_relationship": ("取引関係", "Business relationship"),
    "published_address": ("公開アドレス", "Published address"),
}

TASK_STATES: Words = {
    "open": ("未完了", "Open"),
    "done": ("完了", "Done"),
    "cancelled": ("取りやめ", "Cancelled"),
}

TASK_KINDS: Words = {
    "call": ("電話", "Call"),
    "reply": ("返信", "Reply"),
    "quote": ("見積もり", "Quote"),
    "card": ("お礼状", "Card"),
    "follow-up": ("フォロー", "Follow-up"),
    "todo": ("作業", "To do"),
    "record": ("商談の記録", "Meeting record"),
    "meeting": ("商談の調整", "First meeting"),
    "escalation": ("期限超過の連絡", "Late task"),
    "approval-pack": ("稟議資料", "Approval pack"),
    "first-contact": ("初回のご連絡", "First contact"),
    "promise": ("お約束の遅れ", "Broken promise"),
    "mail-review": ("送信前の確認", "Mail to look at"),
    "reward": ("特典のお届け", "Reward"),
    "review": ("見直し", "Review"),
    "results": ("成果のご報告", "Results report"),
}

#: whom a task is for, where it names no person
ROLES: Words = {
    "owner": ("担当者", "Owner"),
    "sales": ("営業", "Sales"),
    "inside-sales": ("インサイドセールス", "Inside sales"),
    "sales-manager": ("営業責任者", "Sales manager"),
    "marketing": ("マーケティング", "Marketing"),
}

#: why sales gives a lead back
RETURNS: Words = {
    "no_budget": ("予算がない", "no budget"),
    "no_need": ("必要性がない", "no need"),
    "no_fit": ("対象外", "does not fit"),
    "no_contact": ("連絡がつかない", "cannot be reached"),
    "later": ("時期が先", "not yet"),
    "other": ("その他", "other"),
}

#: what became of a task
TASK_OUTCOMES: Words = {
    "meeting_set": ("商談日決定", "Meeting set"),
    "accepted": ("引き受け", "Accepted"),
    "returned": ("差し戻し", "Returned"),
    "called": ("電話済み", "Called"),
    "met": ("商談済み", "Met"),
    "proposed": ("提案済み", "Proposed"),
    "won": ("受注", "Won"),
    "lost": ("失注", "Lost"),
    "done": ("完了", "Done"),
}

#: decisions, as a short word before their sentence
DECISIONS: Words = {
    "enrolled": ("開始", "Enrolled"),
    "not_enrolled": ("開始せず", "Not enrolled"),
    "divided": ("振り分け", "Divided"),
    "walked": ("進行", "Walked"),
    "not_asked": ("お願いせず", "Not asked"),
    "ended": ("終了", "Ended"),
    "deferred": ("保留", "Held back"),
    "dropped": ("取りやめ", "Dropped"),
    "sent": ("送信", "Sent"),
    "failed": ("失敗", "Failed"),
    "bounced": ("不達", "Bounced"),
    "in_doubt": ("結果不明", "In doubt"),
    "moved": ("変化", "Moved"),
    "handed_off": ("引き継ぎ", "Handed off"),
    "picked": ("選定", "Picked"),
    "called": ("連携", "Called"),
    "task_done": ("タスク完了", "Task done"),
    "task_due": ("タスクの期限", "Task due"),
}

#: what a step left behind, where that is no event
STEP_OUTCOMES: Words = {
    "sent": ("送信済み", "sent"),
    "in_doubt": ("結果不明", "in doubt"),
    "failed": ("失敗", "failed"),
    "dropped": ("取りやめ", "dropped"),
    "expired": ("期限切れで取りやめ", "given up after its time"),
    "timeout": ("期限まで待って先へ", "waited in vain"),
    "else": ("どの条件にも当てはまらず", "no condition held"),
    "event": ("イベントあり", "an event came"),
}

#: kinds of the library's items; others are shown as they are written
ITEMS: Words = {
    "case": ("事例", "case"),
    "paper": ("資料", "paper"),
    "tool": ("道具", "tool"),
}

#: what `match` of a pick names
MATCHES: Words = {
    "industry": ("業種", "industry"),
    "role": ("役割", "role"),
    "depth": ("検討の段階", "how far they are"),
}

INDUSTRIES: Words = {
    "manufacturing": ("製造", "Manufacturing"),
    "medical": ("医療", "Medical"),
    "care": ("介護", "Care"),
    "logistics": ("物流", "Logistics"),
    "retail": ("小売", "Retail"),
    "construction": ("建設", "Construction"),
    "finance": ("金融", "Finance"),
    "it": ("IT", "IT"),
    "education": ("教育", "Education"),
    "services": ("サービス", "Services"),
}

#: fields of contacts and accounts
FIELDS: Words = {
    "score": ("スコア", "score"),
    "temperature": ("温度感", "temperature"),
    "lifecycle": ("リードステージ", "lifecycle"),
    "name": ("氏名", "name"),
    "company": ("会社", "company"),
    "department": ("部署", "department"),
    "title": ("役職", "title"),
    "role": ("役割", "role"),
    "phone": ("電話番号", "phone"),
    "locale": ("言語", "language"),
    "zone": ("タイムゾーン", "time zone"),
    "source": ("取得元", "source"),
    "owner": ("担当者", "owner"),
    "industry": ("業種", "industry"),
    "employees": ("従業員数", "employees"),
    "domain": ("ドメイン", "domain"),
    "region": ("地域", "region"),
    "customer": ("顧客", "customer"),
    "first_touch": ("初回接点", "first contact"),
    "budget": ("予算", "budget"),
    "authority": ("決裁", "authority"),
    "need": ("必要性", "need"),
    "timeline": ("時期", "timeline"),
    "comparison": ("他社との比較", "comparison with others"),
}

#: fields of a deal
DEAL_FIELDS: Words = {
    "stage": ("商談の段階", "stage of the deal"),
    "amount": ("商談の金額", "amount of the deal"),
    "currency": ("通貨", "currency"),
    "product": ("商材", "product"),
    "reason": ("失注・受注の理由", "reason of the deal's end"),
    "meeting_at": ("商談日", "meeting date"),
    "next_step": ("次の予定", "next step"),
    "attendees": ("出席者", "attendees"),
    "decider_meeting": ("決裁者との商談設定", "meeting set with the decider"),
    "decider_met": ("決裁者との面談", "decider met"),
    "requirements": ("要件の具体化", "requirements under way"),
    "budget": ("予算承認の手続き", "budget approval under way"),
    "stale": ("商談記録の遅れ", "deal without news"),
}

#: properties of events, as conditions name them
PROPERTIES: Words = {
    "result": ("結果", "result"),
    "page": ("ページ", "page"),
    "form": ("フォーム", "form"),
    "kind": ("種類", "kind"),
    "seminar": ("セミナー", "seminar"),
    "reason": ("理由", "reason"),
    "decider": ("決裁者の出席", "with the decider"),
}

#: values of such properties
PROPERTY_VALUES: Words = {
    "qualified": ("条件を確認できた", "qualified"),
    "talked": ("話せた", "talked"),
    "later": ("時期が先", "later"),
    "no_answer": ("つながらなかった", "no answer"),
    "product": ("製品", "product"),
    "pricing": ("料金", "pricing"),
    "case": ("事例", "case"),
    "roi": ("費用対効果", "ROI"),
    "quote": ("見積もり", "quote"),
    "consultation": ("相談", "consultation"),
    "hearing": ("ヒアリング", "hearing"),
    "True": ("あり", "yes"),
    "False": ("なし", "no"),
}

#: fields whose values are codes
CODED: Mapping[str, Words] = {
    "temperature": TEMPERATURES,
    "lifecycle": STAGES,
    "industry": INDUSTRIES,
}


def word(words: Words, code: str | None, locale: str) -> str:
    """Return the word for a code in Japanese (`ja`) or English; unknown codes as they are."""
    if code is None:
        return ""
    found = words.get(code)
    return code if found is None else found[0 if language_of(locale) == "ja" else 1]


def coded(words: Words, code: str) -> Word:
    """Return a code as a value of a sentence: its word in Japanese, the code in English."""
    found = words.get(code)
    return Word(code if found is None else found[0], code)
