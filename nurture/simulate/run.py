"""One simulation: a world with people in it, an audience, so many days; and what came of it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from sqlalchemy import func, select

from nurture.compiler.audience import read_audience
from nurture.db.engine import read
from nurture.db.tables import contact
from nurture.domain.audience import Audience
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.import_contacts import ImportOptions, ImportReport, import_sorted
from nurture.services.runtime import Runtime
from nurture.simulate.counting import forecast_of
from nurture.simulate.forecast import Forecast
from nurture.simulate.readers import Readers
from nurture.simulate.world import Project, World

#: a forecast of years says nothing about anybody
LONGEST = 366

#: the clock of a forecast stops every hour
TICK = timedelta(hours=1)

_DEFAULT = "audience.yaml"

#: simulated days between two looks for circles
_COLLECT = 10


@dataclass(frozen=True, slots=True)
class Simulated:
    """A world at its end, and what happened in it."""

    world: World
    forecast: Forecast


def default_audience() -> Audience:
    """Return the audience that is shipped."""
    text = files("nurture.simulate").joinpath(_DEFAULT).read_bytes()
    return read_audience(text, f"nurture/simulate/{_DEFAULT}")


def audience_of(path: Path) -> Audience:
    """Return the audience of a file.

    Raises NotFoundError where there is no such file, DefinitionError with all that is wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotFoundError(
            say("the audience file {file} cannot be read", file=str(path)),
            say("the shipped one shows what it may say: nurture simulate --show-audience"),
        ) from error
    return read_audience(content, str(path))


def world_of_list(
    project: Project, path: Path, start: datetime, options: ImportOptions, render: bool = False
) -> tuple[World, ImportReport]:
    """Return a world with a project and the contacts of a CSV, and what became of its rows.

    Raises NurtureError where the list cannot be used, or holds nobody.
    """
    world = World.of(project, start, render=render)
    report = import_sorted(world.engine, world.clock, world.definitions, path, options)
    if not report.created:
        if report.rejected:
            raise NurtureError(
                say("no row of {file} can be read", file=path.name),
                say("`nurture import contacts {file} --dry-run` says why", file=path.name),
            )
        raise NurtureError(
            say("{file} holds no contacts", file=path.name),
            say("below the line of headers comes a row for each person"),
        )
    return world, report


def world_of_house(
    house: Runtime,
    project: Project | None = None,
    start: datetime | None = None,
    render: bool = False,
) -> World:
    """Return a world with everybody whom a house knows, where a project was published.

    `project` None: what is live goes on. The house is only read. Raises NurtureError where
    it knows nobody, or nothing is live and no project given.
    """
    world = World.clone(house, start=start, render=render, unpublished=project is not None)
    with read(world.engine) as connection:
        people = connection.execute(select(func.count()).select_from(contact)).scalar_one()
    if not people:
        raise NurtureError(
            say("there are no contacts yet"),
            say("import some, or name a list: nurture simulate --contacts LIST.csv"),
        )
    if project is not None:
        world.publish(project)
    return world


@contextmanager
def _collecting_by_hand() -> Iterator[None]:
    """Look for circles among what is forgotten now and then, not at every turn.

    A world holds much and makes few circles, so that Python's own looks cost a fifth of a
    simulation and find next to nothing.
    """
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def simulate(
    world: World,
    audience: Audience,
    days: int,
    seed: int,
    more_than: int = 3,
    progress: Callable[[int], None] | None = None,
) -> Simulated:
    """Let so many days pass in a world and return what came of it.

    `progress` hears how many days are over. Raises NurtureError for no days, or for more
    than LONGEST.
    """
    if not 1 <= days <= LONGEST:
        raise NurtureError(
            say("{days} days cannot be simulated", days=days),
            say("from 1 to {longest}", longest=LONGEST),
        )
    start = world.now
    readers = Readers(world, audience, seed, start + timedelta(days=days))
    world.actors.append(readers)
    with _collecting_by_hand():
        for day in range(1, days + 1):
            world.run_until(start + timedelta(days=day), TICK)
            if day % _COLLECT == 0:
                gc.collect()
            if progress is not None:
                progress(day)
    return Simulated(world, forecast_of(world, readers, start, days, seed, more_than))
