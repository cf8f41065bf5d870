"""What the documents say is so: snippets compile, commands exist, links lead somewhere."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from nurture.cli import main
from nurture.compiler import json_schemas
from nurture.compiler.reference import reference
from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.errors import Problem
from nurture.services.import_contacts import ImportOptions, ImportReport, import_contacts
from nurture.services.publish import ConfirmationNeededError, check
from nurture.settings import _VARIABLES, Settings
from tests import documents
from tests.content.shipped import ROOT, release
from tests.desk import Desk
from tests.documents import DOCUMENTS, GUIDES
from tests.services.house import House, make_house

FIRST_DAYS = ["docs/first-day.md", "docs/first-day.ja.md"]
TWINS = [
    *FIRST_DAYS,
    "docs/marketer.md",
    "docs/marketer.ja.md",
    "docs/sales.md",
    "docs/sales.ja.md",
    "docs/workbench.md",
    "docs/workbench.ja.md",
]
OPERATORS = "docs/operator.md"


def problems(written: Mapping[str, str]) -> list[Problem]:
    """Return what the check says about the shipped files with some written beside them."""
    _, found = check({path: text.encode() for path, text in {**release(), **written}.items()})
    return list(found)


# -- what a reader writes ----------------------------------------------------------------


@pytest.mark.parametrize("guide", GUIDES)
def test_a_reader_who_copies_a_guide_gets_no_complaint(guide: str) -> None:
    written = documents.files(guide)
    assert written
    whole = {**written, **snippets(guide)}
    assert problems(whole) == []


@pytest.mark.parametrize("guide", FIRST_DAYS)
def test_the_mistakes_of_a_guide_are_found_as_it_says(guide: str) -> None:
    (wrong,) = documents.about(guide, "markdown", "mistakes")
    (said,) = documents.about(guide, "text", "output")
    path = wrong.about.split(" ")[1]
    found = problems({**documents.files(guide), path: wrong.text})
    assert "\n".join(str(problem) for problem in found) == said.text.strip()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_slips_of_the_keyboard_are_named_as_the_workbench_says(language: str) -> None:
    guide = "docs/workbench.ja.md" if language == "ja" else "docs/workbench.md"
    (said,) = documents.about(guide, "text", "check")
    path = "workflows/warm-nurture.yaml"
    text = release()[path]
    slips = [
        ("title: ウォーム", "title：ウォーム"),
        ("    send: warm/hearing\n", "\tsend: warm/hearing\n"),
        ("  - wait: 5 business days", "  - wait: 5"),
    ]
    lines = said.text.strip().split("\n")
    assert len(lines) == len(slips)
    for (right, wrong), line in zip(slips, lines, strict=True):
        found = problems({path: text.replace(right, wrong, 1)})
        assert line in [problem.in_language(language) for problem in found]


def snippets(guide: str) -> dict[str, str]:
    """Return the files that a guide's snippets are part of, made whole."""
    files: dict[str, str] = {}
    settings: dict[str, dict[str, Any]] = {}
    for number, block in enumerate(documents.blocks(guide)):
        if block.language != "yaml" or "/" in block.about:
            continue
        kind, text = block.about, block.text
        if kind in ("policy", "calendar", "scoring"):
            said = yaml.safe_load(text)
            written = settings.setdefault(kind, {})
            assert not written.keys() & said.keys(), f"{guide} writes {kind} {said.keys()} twice"
            written.update(said)
        elif kind in ("broadcast", "seminar"):
            files[f"workflows/{kind}s/snippet-{number}.yaml"] = text
        else:
            head = f"workflow: snippet-{number}\npurpose: marketing\ntrigger: {{form: snippet}}\n"
            body = {
                "steps": f"steps:\n{indent(text, '  ')}",
                "condition": f"only_if:\n{indent(text, '  ')}steps: [{{wait: 1d}}]\n",
            }
            files[f"workflows/snippet-{number}.yaml"] = head + body[kind]
    for kind, said in settings.items():
        path = f"workflows/{kind}.yaml"
        whole = {**yaml.safe_load(release()[path]), **said}
        files[path] = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False)
    return files


@pytest.mark.parametrize("guide", [guide for guide in TWINS if not guide.endswith(".ja.md")])
def test_a_guide_says_the_same_in_both_languages(guide: str) -> None:
    twin = guide.replace(".md", ".ja.md")
    said, again = documents.files(guide), documents.files(twin)
    # Comments, in which each explains itself in its language, aside.
    assert {k: uncommented(v) for k, v in said.items()} == {
        k: uncommented(v) for k, v in again.items()
    }
    assert commands(guide) == commands(twin)


def commands(guide: str) -> list[list[str]]:
    """Return a guide's commands without what is said in its language: options and their values."""
    found = documents.whole_commands(guide)
    return [[word for word in one[:3] if word not in ("ja", "en", "--locale")] for one in found]


def uncommented(text: str) -> str:
    return re.sub(r" +# .*", "", text)


# -- what then happens -------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, _sqlite_template: Path) -> House:
    # What differs between databases is tested elsewhere; this is about what the guide says.
    shutil.copy(_sqlite_template, tmp_path / "nurture.sqlite")
    return make_house(make_engine(f"sqlite:///{tmp_path / 'nurture.sqlite'}"))


def take_in(house: House, path: Path, **options: str) -> ImportReport:
    given = ImportOptions(defaults=options)
    return import_contacts(house.engine, house.clock, None, path, given)


def project(guide: str) -> dict[str, bytes]:
    return {path: text.encode() for path, text in {**release(), **documents.files(guide)}.items()}


def numbers_confirmed(guide: str) -> set[int]:
    return {int(n) for n in re.findall(r"nurture publish --yes (\d+)", documents.text_of(guide))}


def test_the_first_workflow_of_the_readme_sends_its_mail_at_night(house: House) -> None:
    (command,) = [c for c in documents.whole_commands("README.md") if c[0] == "event"]
    _, address, kind, _, form = command
    take_in(house, ROOT / "examples" / "contacts.csv")
    with pytest.raises(ConfirmationNeededError) as asked:
        house.publish(project("README.md"))
    assert {asked.value.total} == numbers_confirmed("README.md")
    published = house.publish(project("README.md"), yes=asked.value.total)
    assert sum(published.enrolled.values()) == asked.value.total
    # Sunday, 03:00 in Tokyo
    house.clock.move_to(datetime(2026, 5, 16, 18, 0, tzinfo=UTC))
    house.turn()
    before = len(house.to())
    (row,) = house.rows(tables.contact, email=address)
    house.happens(row.id, kind, **dict([form.split("=")]))
    house.turn()
    assert house.to()[before:] == [address]


def test_the_first_day_goes_as_its_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch)
    # Both languages have the same files and commands.
    desk.follow("docs/first-day.ja.md")
    house = desk.house
    sent = [(row.template, row.recipient) for row in house.rows(tables.message) if row.sent_at]
    for known in ("sasaki@mihon-seisakusho.example", "ogawa@sakurakai.example"):
        assert ("fair/thanks", known) in sent
    # A quote was asked for: thanks to the person, a call and a quote for the owner.
    assert ("hot/thanks", "sasaki@mihon-seisakusho.example") in sent
    assert {row.kind for row in house.rows(tables.task)} == {"call", "quote"}
    assert {to for what, to in sent if what == "team/task"} == {"nakamura@nurture.example"}
    assert ("seminar/receipt", "ogawa@sakurakai.example") in sent
    # The recording is to come, the correction was taken back.
    states = {row.name: row.state for row in house.rows(tables.mailing)}
    assert states["2026-12-recording"] == "scheduled"
    assert states["2026-12-correction"] == "cancelled"
    assert states["2026-12-clinic/invitation"] == "scheduled"
    # Two weeks later each has had the recording once, and nobody the correction.
    house.after(days=14.5)
    later = [row for row in house.rows(tables.message) if row.mailing and row.sent_at]
    assert Counter(row.template for row in later)["fair/recording"] == 2
    assert not [row for row in later if row.template == "fair/correction"]
    # A bad row is kept to be mended.
    assert (tmp_path / "cards.rejected.csv").is_file()


# -- commands ----------------------------------------------------------------------------


def found_command(arguments: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that arguments name, and what is left of them."""
    command: click.Command = main
    left = list(arguments)
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        following = command.get_command(click.Context(command), left[0])
        assert following is not None, f"there is no command {' '.join(arguments)!r}"
        command, left = following, left[1:]
    return command, left


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_of_a_document_exists_with_its_options(document: str) -> None:
    for arguments in documents.mentioned_commands(document):
        command, left = found_command(arguments)
        known = {name for one in command.params for name in one.opts}
        known |= {name for one in command.params for name in one.secondary_opts} | {"--help"}
        assert {one for one in left if one.startswith("--")} <= known, arguments


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_to_be_typed_is_taken(document: str) -> None:
    for arguments in documents.whole_commands(document):
        command, left = found_command(arguments)
        # Parses and checks; runs nothing.
        command.make_context(" ".join(arguments), left)


def test_the_readme_lists_every_command_that_people_use() -> None:
    rows = documents.first_cells("README.md", "command")
    listed = {code.removeprefix("nurture ").split(" ")[0] for row in rows for code in row}
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    assert listed == {name for name, one in commands.items() if one and not one.hidden}


def test_the_japanese_readme_has_the_same_commands_files_and_chapters() -> None:
    def names(document: str, header: str) -> set[str]:
        rows = documents.first_cells(document, header)
        return {code.removeprefix("nurture ").split(" ")[0] for row in rows for code in row}

    assert names("README.ja.md", "コマンド") == names("README.md", "command")
    for seen in (documents.files, documents.whole_commands):
        assert seen("README.ja.md") == seen("README.md")
    chapters = [
        len(re.findall("^## ", documents.text_of(one), re.MULTILINE))
        for one in ("README.ja.md", "README.md")
    ]
    assert chapters[0] == chapters[1]


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    found = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    return [leaf for name, one in found if one for leaf in leaves(one, (*path, name))]


@pytest.mark.parametrize("path", leaves(main), ids="-".join)
def test_a_command_explains_itself_where_nothing_is_set_up(
    path: tuple[str, ...], tmp_path: Path
) -> None:
    arguments = ["--project", str(tmp_path), "--var", str(tmp_path / "var"), *path, "--help"]
    answer = CliRunner().invoke(main, arguments)
    assert (answer.exit_code, answer.output[:6]) == (0, "Usage:"), answer.output
    assert list(tmp_path.iterdir()) == []


# -- pages that are generated, and links -------------------------------------------------


def test_the_reference_is_what_the_tables_say_now() -> None:
    said = documents.text_of("docs/reference.md")
    assert said == reference(), "run: nurture schema --reference docs/reference.md"


@pytest.mark.parametrize("kind", sorted(json_schemas()))
def test_a_committed_schema_is_what_the_tables_say_now(kind: str) -> None:
    stored = json.loads((ROOT / "schema" / f"{kind}.json").read_text(encoding="utf-8"))
    assert stored == json_schemas()[kind], "run: nurture schema"


def test_every_file_that_names_a_schema_finds_it() -> None:
    written = {**release(), **{k: v for guide in GUIDES for k, v in documents.files(guide).items()}}
    for path, text in written.items():
        named = re.match(r"# yaml-language-server: \$schema=(\S+)", text)
        if path.endswith(".yaml"):
            assert named, path
            assert (ROOT / path).parent.joinpath(named[1]).resolve().is_file(), path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_link_leads_to_a_file_and_a_heading_that_exist(document: str) -> None:
    for link in documents.links(document):
        name, _, anchor = link.partition("#")
        target = (ROOT / document).parent / name if name else ROOT / document
        assert target.exists(), link
        if anchor:
            assert anchor in documents.headings(target), link


def test_every_benchmark_has_its_row_of_figures() -> None:
    measured = set(
        re.findall(r"`python (benchmarks/\w+\.py)`", documents.text_of("docs/figures.md"))
    )
    scripts = (path for path in ROOT.glob("benchmarks/*.py") if "\ndef main(" in path.read_text())
    assert measured == {path.relative_to(ROOT).as_posix() for path in scripts}


# -- settings ----------------------------------------------------------------------------


def variable(field: str) -> str:
    # one variable per room, one per endpoint
    if field in ("chats", "webhooks"):
        return {"chats": "CHAT_ROOM", "webhooks": "WEBHOOK_NAME"}[field]
    return _VARIABLES.get(field, field).upper()


def test_the_operators_guide_names_every_setting() -> None:
    rows = documents.first_cells(OPERATORS, "variable")
    assert [row[0] for row in rows] == [variable(field) for field in Settings.model_fields]


def default_cells() -> dict[str, Any]:
    lines = documents.text_of(OPERATORS).split("\n")
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("| `")]
    return {row[1].strip("`"): row[2].strip("`") for row in cells}


#: variable → what the guide writes where the default is made from something else
MADE = {
    "NURTURE_VAR": "./var",
    "NURTURE_PROJECT": ".",
    "DATABASE_URL": "sqlite:///NURTURE_VAR/nurture.sqlite",
    "PUBLIC_URL": "http://127.0.0.1:PUBLIC_PORT",
    "CHAT_ROOM": "",
    "WEBHOOK_NAME": "",
}


def test_the_operators_guide_names_the_true_defaults() -> None:
    written = default_cells()
    for field, info in Settings.model_fields.items():
        name = variable(field)
        made = MADE.get(name)
        if made is None:
            made = "" if info.default in (None, ()) else str(info.default)
        assert written[name] == made, name
