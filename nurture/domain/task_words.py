"""The words of a task: what can be done with it, what a form asks, what was wrong with an answer.

Mail, pages, commands and the team's page say the same words for the same things.
"""

from __future__ import annotations

from nurture.domain.glossary import Words

#: what a person presses, and how a task that was closed by it ended
ACTIONS: Words = {
    "called": ("電話済み", "Called"),
    "contacted": ("連絡済み", "In touch"),
    "approved": ("送ってよい", "Let it go"),
    "withheld": ("送らない", "Keep it back"),
    "accepted": ("受諾", "Accept"),
    "meeting_set": ("商談日決定", "Meeting set"),
    "met": ("商談済み", "Met"),
    "proposed": ("提案済み", "Proposed"),
    "won": ("受注", "Won"),
    "lost": ("失注", "Lost"),
    "returned": ("差戻し", "Give back"),
    "send_pack": ("稟議資料を送る", "Send approval pack"),
    "done": ("完了", "Done"),
}

#: what pressing it says, for people who see the word for the first time
MEANINGS: Words = {
    "called": ("電話の結果を記録します", "Note how the call went"),
    "contacted": (
        "初回のご連絡をした方法を記録します（ご紹介元へご報告します）",
        "Note how you got in touch; the referrer hears of it",
    ),
    "approved": ("内容を確認し、このまま送ります", "It is right as it stands: it leaves now"),
    "withheld": ("メールは送らず、直接お伝えします", "It does not leave: you tell them yourself"),
    "accepted": ("担当者として引き受けます", "Take this lead on"),
    "meeting_set": ("商談の日時を記録します", "Note when the meeting is"),
    "met": ("商談の内容と次の一歩を記録します", "Note what was said, and the next step"),
    "proposed": ("提案・見積もりの提出を記録します", "Note what was proposed"),
    "won": ("受注を記録します", "Note the order"),
    "lost": ("失注と再訪の時期を記録します", "Note why, and when to come back"),
    "returned": ("理由を添えてマーケティングに戻します", "Back to marketing, with the reason"),
    "send_pack": (
        "社内のご決裁に使える資料を、お客様にメールでお届けします",
        "The customer gets the pack for their approval by mail",
    ),
    "done": ("作業の完了を記録します", "Note that it is done"),
}

#: what the last button says where more follows from it than a record
PRESSES: Words = {
    "send_pack": ("記録して稟議資料を送る", "Record, and send the approval pack"),
    "approved": ("確認して送る", "Let it go"),
    "withheld": ("送らずに終える", "Keep it back"),
}

CALL_RESULTS: Words = {
    "qualified": ("話せた：商談の条件を確認できた", "Spoke: qualified"),
    "talked": ("話せた：検討を継続", "Spoke: goes on"),
    "later": ("話せた：時期が先", "Spoke: later"),
    "not_now": ("話せた：今回は見送り", "Spoke: not now"),
    "no_answer": ("つながらなかった", "No answer"),
}

#: results of a call in which somebody was spoken to
SPOKEN = frozenset(CALL_RESULTS) - {"no_answer"}

LOSS_REASONS: Words = {
    "no_budget": ("予算の見送り", "No budget"),
    "competitor": ("他社に決定", "Chose somebody else"),
    "no_decision": ("現状維持", "Stays with what they have"),
    "later": ("時期の見直し", "Later"),
    "no_fit": ("要件が合わない", "Not a fit"),
    "other": ("その他", "Other"),
}

YES_NO: Words = {"yes": ("はい", "Yes"), "no": ("いいえ", "No")}

DEAL_STAGES: Words = {
    "open": ("商談開始", "Open"),
    "meeting": ("商談中", "Meeting"),
    "proposal": ("提案中", "Proposal"),
    "won": ("受注", "Won"),
    "lost": ("失注", "Lost"),
}

#: what a form asks
ASKED: Words = {
    "result": ("電話の結果", "How did it go?"),
    "how": ("ご連絡の方法", "How did you get in touch?"),
    "budget": ("予算", "Budget"),
    "authority": ("決裁", "Authority"),
    "need": ("必要性", "Need"),
    "timeline": ("時期", "Timeline"),
    "note": ("メモ", "Note"),
    "reason": ("理由", "Reason"),
    "revisit_at": ("次にご連絡する日", "When to come back"),
    "day": ("日付", "Date"),
    "time": ("開始時刻", "Time"),
    "attendees": ("出席者", "Who takes part"),
    "decider": ("決裁者が出席", "The decider takes part"),
    "decider_met": ("決裁者と話せた", "Met the decider"),
    "requirements": ("要件を具体化できた", "Requirements were gone into"),
    "budget_known": ("予算の承認が進んでいる", "The budget is being approved"),
    "next_step": ("次の一歩（約束したこと）", "Next step (what was agreed)"),
    "next_at": ("その期日", "By when"),
    "no_next_step": ("次の一歩は決まらなかった", "No next step was agreed"),
    "amount": ("金額", "Amount"),
    "stage": ("段階", "Stage"),
}

#: a line below what is asked
HINTS: Words = {
    "budget": ("例：今期の予算で確保済み", "e.g. approved for this term"),
    "authority": ("例：社長が最終決裁", "e.g. the president decides"),
    "need": ("例：月末の転記に3名で2日", "e.g. three people copy for two days a month"),
    "timeline": ("例：3か月以内に導入", "e.g. within three months"),
    "attendees": ("例：山田部長、情報システム部 鈴木様", "e.g. Ms Yamada, Mr Suzuki of IT"),
    "next_step": ("例：見積書を送付する", "e.g. send the quotation"),
    "amount": ("例：1,200,000 または 120万", "e.g. 1,200,000"),
}

#: what was wrong with an answer
FAULTS: Words = {
    "required": ("ご記入ください。", "Please fill this in."),
    "choose": ("いずれかをお選びください。", "Please choose one."),
    "unknown_choice": ("選択肢の中からお選びください。", "Please choose one of those shown."),
    "too_long": ("長すぎます。短くしてください。", "This is too long; please shorten it."),
    "not_a_date": ("日付を 2026-05-20 の形でご記入ください。", "Write a date as 2026-05-20."),
    "not_a_time": ("時刻を 14:00 の形でご記入ください。", "Write a time as 14:00."),
    "not_an_amount": (
        "金額を数字でご記入ください（例：1,200,000）。",
        "Write an amount in figures, e.g. 1,200,000.",
    ),
    "past": ("本日より後の日付をご記入ください。", "Write a date after today."),
    "past_today": ("本日以降の日付をご記入ください。", "Write today or a later date."),
    "too_far": ("先すぎる日付です。ご確認ください。", "This date is too far ahead."),
    "bant": (
        "「条件を確認できた」には、予算・決裁・必要性・時期のうち確認できたことをご記入ください。",
        "For a qualified lead, write what you learnt of budget, authority, need or timeline.",
    ),
    "revisit_needed": (
        "「時期が先」のときは、次にご連絡する日をご記入ください。",
        "Where it is not yet time, write when to come back.",
    ),
    "next_step_needed": (
        "次の一歩をご記入いただくか、「決まらなかった」にチェックしてください。",
        "Write the next step, or tick that none was agreed.",
    ),
    "next_step_or_none": (
        "次の一歩があるときは「決まらなかった」のチェックを外してください。",
        "There is a next step: take the tick away.",
    ),
}
