"""`nurture import …`: lists that come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import click
from sqlalchemy import Engine

from nurture.app import House, build
from nurture.cli.contacts import import_contacts
from nurture.cli.context import settings_of
from nurture.clock import Clock
from nurture.compiler.release import compile_files
from nurture.db import team
from nurture.db.engine import read, write
from nurture.db.releases import newest_id
from nurture.domain.definitions import Definitions
from nurture.errors import NurtureError
from nurture.services.project import read_project


class Importing:
    """What an import needs of the house, which is wired when it is asked for: --help needs none."""

    def __init__(self, make: Callable[[], House]) -> None:
        self._make = make

    @cached_property
    def house(self) -> House:
        """The wired house."""
        return self._make()

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.house.runtime.engine

    @property
    def clock(self) -> Clock:
        """Business time."""
        return self.house.runtime.clock

    @property
    def hash_key(self) -> bytes:
        """Key of the suppression list's address hashes."""
        return self.house.runtime.hash_key

    def definitions(self, introduce: bool) -> Definitions | None:
        """Return what is published, else what stands in the working tree, else None.

        `introduce`: before anything is published, make the policy's senders team members.
        """
        with read(self.engine) as connection:
            if newest_id(connection) is not None:
                return self.house.runtime.releases.live(connection).definitions
        try:
            found = compile_files(read_project(self.house.settings.project))
        except NurtureError:
            return None
        if introduce and not found.errors:
            # Owners are named by our own people, whom nobody has published yet.
            with write(self.engine) as connection:
                team.sync(connection, found.policy)
        return found


@click.group("import")
@click.pass_context
def import_(ctx: click.Context) -> None:
    """Take in lists: contacts from a CSV."""
    settings = settings_of(ctx)
    ctx.obj = Importing(lambda: build(settings))


import_.add_command(import_contacts)
