"""What is said about rows of a list: each remark is a code with its sentence in two languages."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.domain.contact_row import Remark

#: code → (Japanese, English); {blanks} come from the remark's detail
SENTENCES: Mapping[str, tuple[str, str]] = {
    # the row stays out until it is mended
    "no_address": ("メールアドレスがありません", "there is no e-mail address"),
    "bad_address": (
        "「{value}」はメールアドレスとして正しくありません",
        "{value!r} is not an e-mail address: {why}",
    ),
    "several_addresses": (
        "メールアドレスが2つ以上あります(1行に1つにしてください)",
        "there is more than one e-mail address; give each person a row",
    ),
    "too_long": (
        "「{field}」が長すぎます({length:,}文字、{limit:,}文字まで)",
        "{field} has {length:,} characters, at most {limit:,} fit",
    ),
    "unreadable": (
        "「{field}」の「{value}」を読み取れません(例: {example})",
        "{field}: {value!r} cannot be read; write it like {example}",
    ),
    "in_future": (
        "「{field}」の「{value}」が未来の日付です",
        "{field}: {value} lies in the future",
    ),
    "excel_error": (
        "「{field}」がExcelのエラー値({value})です",
        "{field} is {value}, an error of the spreadsheet",
    ),
    "wrong_width": (
        "列数が{found}で、見出しの{expected}と合いません",
        "the row has {found} columns, the header has {expected}",
    ),
    "broken_quotes": (
        '引用符(")が閉じていないか、位置が正しくありません',
        "a quotation mark is never closed or stands in the wrong place",
    ),
    "cell_too_long": (
        "1つの項目が長すぎます({limit:,}文字まで)",
        "a cell is longer than {limit:,} characters",
    ),
    "line_too_long": (
        "1行が長すぎます({limit:,}文字まで)",
        "the line is longer than {limit:,} characters",
    ),
    # rows of metrics
    "no_account": (
        "会社名(またはドメイン・ID)がありません",
        "no account: give its name, domain or number",
    ),
    "unknown_account": (
        "「{value}」という会社は登録されていません",
        "no account is called {value!r}",
    ),
    "unknown_account_near": (
        "「{value}」という会社は登録されていません(「{near}」のことでしょうか)",
        "no account is called {value!r}; did you mean {near!r}?",
    ),
    "several_accounts": (
        "「{value}」に当てはまる会社が複数あります(ドメインかIDで指定してください: {known})",
        "several accounts are called {value!r}; give the domain or number: {known}",
    ),
    "no_metric": ("指標の名前がありません", "there is no name of a metric"),
    "no_month": ("月がありません(例: 2026-06)", "there is no month; write it like 2026-06"),
    "no_figure": ("数値がありません", "there is no figure"),
    "no_direction": (
        "新しい指標「{metric}」には、望ましい方向(減らす・増やす)が必要です",
        "the new metric {metric!r} needs its direction: down or up",
    ),
    "not_a_figure": (
        "「{field}」の「{value}」は数値として読み取れません(例: 1234.5)",
        "{field}: {value!r} is not a figure; write it like 1234.5",
    ),
    "not_finite": (
        "「{field}」の「{value}」は数値として扱えません(有限の数を書いてください)",
        "{field}: {value!r} cannot be used; write a finite number",
    ),
    "other_unit": (
        "「{field}」の「{value}」は、単位が「{unit}」と異なります",
        "{field}: {value!r} is not in {unit}",
    ),
    "unit_differs": (
        "指標「{metric}」の単位は「{unit}」です(「{value}」の数値は混ぜられません)",
        "metric {metric!r} is in {unit!r}; figures in {value!r} cannot be mixed with it",
    ),
    "direction_differs": (
        "指標「{metric}」の望ましい方向は「{way}」として登録済みです",
        "metric {metric!r} is on record with the direction {direction}",
    ),
    "two_figures": (
        "{month}の数値が二つあります(「{known}」と「{value}」。一つにしてください)",
        "there are two figures of {month}: {known!r} and {value!r}; keep one of them",
    ),
    "said_otherwise": (
        "指標「{metric}」の{month}は、{line}行目で「{known:,g}」とあります"
        "(どちらか一方にしてください)",
        "line {line} says {known:,g} of {metric!r}, {month}; keep one of them",
    ),
    "said_otherwise_before": (
        "指標「{metric}」の導入前の値は、{line}行目で「{known:,g}」とあります"
        "(どちらか一方にしてください)",
        "line {line} says that {metric!r} began at {known:,g}; keep one of them",
    ),
    "future_month": (
        "{value}はまだ先の月です",
        "{value} has not come yet",
    ),
    # the row came in; this is worth knowing
    "no_basis": (
        "同意根拠がないため送信不可です",
        "not sendable (送信不可): no basis of consent",
    ),
    "no_source": (
        "同意の取得元がないため送信不可です",
        "not sendable (送信不可): the basis has no source",
    ),
    "no_date": (
        "同意の取得日がないため送信不可です",
        "not sendable (送信不可): the basis has no date",
    ),
    "withdrawn": (
        "配信停止のお申し出({purpose})があるため、取り込みでは同意に戻しません",
        "they opted out of {purpose}, and an import does not undo that",
    ),
    "erased": (
        "ご本人の求めにより個人データを消去した方のため、取り込みません",
        "not taken in: this person's data was erased at their wish",
    ),
    "no_company": (
        "会社名がないため、会社の項目(業種・従業員数など)は取り込めません",
        "there is no company name, so industry, employees and the like have nowhere to go",
    ),
    "other_company": (
        "「{kept}」の方として登録済みのため、会社「{value}」は取り込みません",
        "belongs to {kept} already, so company {value!r} was not taken over",
    ),
    "unknown_owner": (
        "担当者「{value}」が見つからないため、担当者なしで取り込みました",
        "no team member is called {value!r}; no owner set",
    ),
    "ambiguous_owner": (
        "担当者「{value}」が複数います(メールアドレスで指定してください)",
        "several team members are called {value!r}; name one by e-mail",
    ),
    "unknown_role": (
        "役割「{value}」は既知の値(decision-maker, user, it)ではありません",
        "role {value!r} is none of decision-maker, user, it",
    ),
    "unknown_stage": (
        "ステージ「{value}」が分からないため、ステージは変えずに取り込みました({known})",
        "no stage is called {value!r}, so the stage was left as it is; known: {known}",
    ),
    "unknown_stage_near": (
        "ステージ「{value}」が分からないため、ステージは変えずに取り込みました"
        "(「{near}」のことでしょうか)",
        "no stage is called {value!r}, so the stage was left as it is; did you mean {near!r}?",
    ),
    "stage_kept": (
        "すでに「{kept}」のため、「{value}」には戻しません(変えるときは nurture stage)",
        "stands at {kept} already; a list does not put them at {value} (`nurture stage` does)",
    ),
    "repeated": (
        "同じメールアドレスが前の行にあるため、空いている項目だけを補いました",
        "an earlier row has the same address; only empty fields were filled from this one",
    ),
}


def sentence(remark: Remark, locale: str) -> str:
    """Return a remark's sentence in Japanese (`ja…`) or English (anything else)."""
    japanese, english = SENTENCES[remark.code]
    return (japanese if locale.startswith("ja") else english).format(**remark.detail)
