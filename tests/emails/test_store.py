"""The store: which file a contact gets, compiled when first asked for and kept."""

from __future__ import annotations

import pytest

from nurture.emails.compile import compile_template
from nurture.emails.render import render
from nurture.emails.sources import parse_path
from nurture.emails.store import TemplateCache, TemplateStore
from nurture.errors import DefinitionError, NotFoundError
from tests.emails.mails import BARE, LINKS, VALUES, letter


def _file(locale: str, text: str) -> dict[str, str]:
    dot = "." if locale else ""
    return {f"templates/email/x/y{dot}{locale}.md": f"---\nsubject: {text}\n---\n{text}"}


@pytest.mark.parametrize(
    ("have", "wanted", "chosen"),
    [
        (("ja", "en", ""), "en", "en"),
        # a region falls back to its language
        (("ja", "en", ""), "en-GB", "en"),
        (("en", "en-GB"), "en-GB", "en-GB"),
        # then the policy's default, then the file without a locale
        (("ja", "en", ""), "fr", "ja"),
        (("en", ""), "fr", ""),
        (("",), "ja", ""),
    ],
)
def test_the_locale_falls_back(have: tuple[str, ...], wanted: str, chosen: str) -> None:
    files = dict(BARE)
    for locale in have:
        files |= _file(locale, locale or "bare")
    template = TemplateStore(files).get("x/y", wanted)
    assert template.path == f"templates/email/x/y{'.' if chosen else ''}{chosen}.md"
    # a file without a locale speaks the contact's
    assert template.locale == (chosen or wanted)


def test_no_file_that_fits_is_said() -> None:
    store = TemplateStore({**BARE, **_file("en", "a")})
    with pytest.raises(NotFoundError, match=r"no template 'x/y' for the locale 'fr'"):
        store.get("x/y", "fr")
    with pytest.raises(NotFoundError, match=r"add templates/email/z/z\.ja\.md"):
        store.get("z/z", "ja")


def test_a_template_that_does_not_compile_says_everything_at_once() -> None:
    with pytest.raises(DefinitionError) as error:
        TemplateStore(letter("{{ a. }}\n{% endif %}")).get("x/y", "ja")
    assert len(error.value.problems) == 2


def test_a_template_is_compiled_once() -> None:
    store = TemplateStore(letter("a"))
    assert store.get("x/y", "ja") is store.get("x/y", "ja")


def test_releases_share_what_did_not_change() -> None:
    cache = TemplateCache()
    files = letter("a")
    one = TemplateStore(files, cache=cache).get("x/y", "ja")
    other = TemplateStore({**files, "workflows/a.yaml": "a: b"}, cache=cache).get("x/y", "ja")
    assert one is other
    changed = TemplateStore(letter("b"), cache=cache).get("x/y", "ja")
    assert changed.hash != one.hash


def test_the_cache_forgets_what_was_not_used_for_longest() -> None:
    cache = TemplateCache(kept=2)
    a, b, c = (TemplateStore(letter(text)).get("x/y", "ja") for text in "abc")
    cache.keep(b"a", a)
    cache.keep(b"b", b)
    assert cache.get(b"a") is a
    cache.keep(b"c", c)
    assert cache.get(b"b") is None
    assert cache.get(b"a") is a


def test_the_hash_follows_everything_that_goes_in() -> None:
    files = letter("a")
    hashes = {compile_template(files, "x/y", "ja").hash}
    layout = "templates/email/layouts/letter.mjml"
    for change in (
        {layout: files[layout].replace("<mj-text>", '<mj-text color="#111">')},
        {"templates/email/layouts/letter.txt": "[[ content ]]!"},
        {"templates/email/x/y.ja.txt": "twin"},
        {"templates/email/x/y.ja.md": "---\nsubject: b\n---\na"},
    ):
        hashes.add(compile_template(files | change, "x/y", "ja").hash)
    assert len(hashes) == 5
    # what does not go in does not count
    unused = files | {"templates/email/layouts/other.mjml": "x"}
    assert compile_template(unused, "x/y", "ja").hash in hashes
    assert len(compile_template(files, "x/y", "ja").key) == 8


def test_a_text_twin_replaces_the_derived_text() -> None:
    files = letter("HTML") | {"templates/email/x/y.ja.txt": "手書き {{ contact | short_name }}"}
    mail = render(TemplateStore(files).get("x/y", "ja"), VALUES, LINKS)
    assert mail.text == "手書き 佐藤様\n"
    assert "HTML" in mail.html


def test_names_and_presence() -> None:
    store = TemplateStore(letter("a"))
    assert store.names() == ["x/y"]
    assert store.has("x/y")
    assert not store.has("layouts/letter")


@pytest.mark.parametrize(
    ("path", "name", "locale"),
    [
        ("templates/email/warm/hearing.ja.md", "warm/hearing", "ja"),
        ("templates/email/warm/hearing.en-GB.mjml", "warm/hearing", "en-GB"),
        ("templates/email/a/b/c.md", "a/b/c", None),
    ],
)
def test_a_path_names_a_template(path: str, name: str, locale: str | None) -> None:
    found = parse_path(path)
    assert found is not None
    assert (found.name, found.locale) == (name, locale)


@pytest.mark.parametrize(
    "path",
    [
        "templates/email/layouts/letter.mjml",
        "templates/email/README.md",
        "templates/email/../../etc/passwd.md",
        "templates/email/Warm/hearing.ja.md",
        "templates/email/warm/hearing.may.md.bak",
        "workflows/warm.yaml",
    ],
)
def test_other_paths_name_none(path: str) -> None:
    assert parse_path(path) is None


def test_a_step_may_bring_its_own_subject() -> None:
    template = TemplateStore(letter("a", "件名")).get("x/y", "ja")
    mail = render(template, VALUES, LINKS, "{{ contact | short_name }}へのご案内")
    assert mail.subject == "佐藤様へのご案内"
    assert "<title>佐藤様へのご案内</title>" in mail.html
