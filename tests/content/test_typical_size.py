"""How long a mail will be is known before it is rendered, near enough to say that Gmail cuts it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nurture.emails.compile import assemble
from nurture.emails.sources import choose
from nurture.emails.typical_size import typical_size
from nurture.services.gallery import pictures
from nurture.services.project import read_project
from nurture.services.text_files import as_text

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "size"),
    [
        ("", 0),
        ("あa", 4),
        ("{{ contact.email }}", 36),
        ("{{ nv_l3 }}", 92),
        ("{{ urls.unsubscribe }}", 92),
        ("{{ item.summary | default('') }}", 300),
        # the longest branch
        ("{% if a %}123{% elif b %}12345{% else %}1{% endif %}x", 6),
        ("{% for x in y %}12{{ x }}{% endfor %}", 3 * 38),
        ("{% filter nv_click(3) %}https://{% endfilter %}", 8 + 92),
        # what is wrong is said elsewhere
        ("{% if a %}12", 2),
        ("{% endif %}12{% else %}3", 2),
        ("{% %}{{ a", 4),
    ],
)
def test_tags_count_as_what_they_become(page: str, size: int) -> None:
    assert typical_size(page) == size


def test_shipped_mails_are_about_as_long_as_said() -> None:
    files = read_project(ROOT)
    texts = as_text(files)
    rendered = {
        (one.template, one.locale): len(one.mail.html.encode())
        for one in pictures(files, datetime(2026, 12, 1, tzinfo=UTC))
        if one.mail is not None and one.reader == "first"
    }
    assert len(rendered) > 100
    for (name, locale), length in rendered.items():
        path = choose(texts, name, locale, "ja")
        assert path is not None
        whole = assemble(texts, path, locale, [])
        assert whole is not None
        assert 0.85 < typical_size(whole.page) / length < 1.25, (name, locale)
