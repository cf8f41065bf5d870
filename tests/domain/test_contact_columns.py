"""Headers in two languages, in the words of the tools that lists come from."""

from __future__ import annotations

import pytest

from nurture.domain.contact_columns import FIELDS, LEFT_OUT, Unknown, read_columns
from nurture.errors import NurtureError


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        # our own example list
        (
            "会社名,部署,役職,氏名,メールアドレス,電話番号,業種,従業員数,言語,担当者,同意根拠,取得元,"
            "取得日,初回接触日,タグ",
            "company,department,title,name,email,phone,industry,employees,locale,owner,basis,source,"
            "obtained,first_touch,tags",
        ),
        # a card reader's export: three columns mean two fields
        (
            "会社名,部署名,姓,名,e-mail,TEL会社,携帯電話,URL,名刺交換日",
            "company,department,family_name,given_name,email,phone,phone,domain,obtained",
        ),
        # a CRM's
        (
            "First Name,Last Name,Email,Company name,Job Title,Phone Number,Contact owner",
            "given_name,family_name,email,company,title,phone,owner",
        ),
        # widths, case, and the marks that forms put on required fields
        ("お名前（必須）,ＥＭＡＩＬ*,【必須】会社名", "name,email,company"),
        # what our list of rejected rows adds is left out without a word
        ("email,行,理由", f"email,{LEFT_OUT},{LEFT_OUT}"),
    ],
)
def test_headers_are_understood(headers: str, fields: str) -> None:
    columns = read_columns(headers.split(","))
    assert ",".join(str(field) for field in columns.fields) == fields
    assert columns.unknown == ()


def test_every_field_goes_by_its_own_name() -> None:
    assert read_columns(FIELDS).fields == FIELDS


def test_an_unknown_header_is_named_with_what_it_looks_like() -> None:
    columns = read_columns(["メールアドレス", "会社名称", "備考", ""])
    assert columns.unknown == (
        Unknown("会社名称", "company"),
        Unknown("備考"),
        # a column without a header is not passed over in silence either
        Unknown("#4"),
    )


def test_declared_fields_go_by_their_names() -> None:
    columns = read_columns(["email", "Budget", "plan"], custom=["budget", "plan"])
    assert columns.fields == ("email", "budget", "plan")


def test_a_mapping_says_what_no_header_can() -> None:
    columns = read_columns(["Kontakt", "備考", "担当者"], mapped={
        "Kontakt": "email", "備考": "", "担当者": "name",
    })  # fmt: skip
    assert columns.fields == ("email", LEFT_OUT, "name")
    assert columns.unknown == ()


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        ({"Mail": "email"}, "--map names a column 'Mail' that the file does not have"),
        ({"Kontakt": "emial"}, "did you mean 'email'?"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(mapped: dict[str, str], said: str) -> None:
    with pytest.raises(NurtureError) as caught:
        read_columns(["Kontakt"], mapped=mapped)
    assert said in str(caught.value)


def test_of_two_columns_with_one_meaning_the_filled_one_counts() -> None:
    columns = read_columns(["email", "電話番号", "携帯電話"])
    assert columns.values(["a@example.com", "", "090"])["phone"] == "090"
    assert columns.values(["a@example.com", "03", "090"])["phone"] == "03"
