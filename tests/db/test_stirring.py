"""Has anything been written since the last look?"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from nurture.db import business_time
from nurture.db.engine import read, write
from nurture.db.stirring import Stirring

NOW = datetime(2026, 5, 12, tzinfo=UTC)


def test_a_commit_of_somebody_else_is_noticed_once(engine: Engine) -> None:
    stirring = Stirring(engine)
    assert stirring.stirred()
    if engine.dialect.name == "sqlite":
        assert not stirring.stirred()
    with write(engine) as connection:
        business_time.set_stand(connection, NOW, running=False)
    assert stirring.stirred()
    stirring.close()


def test_reading_stirs_nothing_and_elsewhere_one_always_looks(engine: Engine) -> None:
    stirring = Stirring(engine)
    stirring.stirred()
    with read(engine) as connection:
        business_time.stand(connection)
    assert stirring.stirred() is (engine.dialect.name != "sqlite")
    stirring.close()
    assert stirring.stirred()
