"""`docs/api.md` names everything that the API answers to."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nurture.web.public import make_public
from tests.services.house import make_house

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_address_of_the_api_stands_in_its_guide(engine: Engine, tmp_path: Path) -> None:
    guide = (ROOT / "docs/api.md").read_text()
    rules = [
        str(rule) for rule in make_public(make_house(engine).runtime, tmp_path).url_map.iter_rules()
    ]
    ours = [rule.removeprefix("/api/v1") for rule in rules if rule.startswith("/api/v1/")]
    assert len(ours) > 15
    missing = []
    for rule in ours:
        example = '[^/ ?"`]+'.join(map(re.escape, re.split(r"<[^>]+>", rule)))
        if not re.search(example + r"(?![/\w])", guide):
            missing.append(rule)
    assert missing == []
