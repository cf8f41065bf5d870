"""One command that anybody can try: an event in, a mail within two seconds."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from nurture.clock import machine_now, machine_seconds, machine_sleep
from nurture.db.contacts import newest_consents, suppressed
from nurture.db.demo_quiet import Quiet, mail_after, quiet_people
from nurture.db.engine import read
from nurture.demo.stage import hidden
from nurture.domain.addresses import address_hash
from nurture.emails.identifiers import parse_message_id
from nurture.errors import NotFoundError, NurtureError
from nurture.providers.mailbox_store import MailboxStore
from nurture.services.runtime import Runtime
from nurture.settings import Settings

#: the workflow that answers, at any hour of the day
WORKFLOW = "document-follow-up"

#: the longest span of the policy's caps on one contact, and on one account
_CONTACT, _ACCOUNT = timedelta(days=7), timedelta(days=1)

#: who got something so lately is left in peace
_SOON = timedelta(hours=12)

#: machine seconds within which the mail has to be there, and how long we look for it
PROMISE = 2.0
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who, and the words of the command behind `nurture`."""

    person: Quiet
    arguments: tuple[str, ...]


def invite(runtime: Runtime, settings: Settings) -> Invitation:
    """Return a command that surely brings a mail.

    It names somebody below every cap, with consent, not suppressed, in no journey that would
    refuse them. Raises NotFoundError where a run left nobody of that kind.
    """
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        people = quiet_people(connection, now, WORKFLOW, _CONTACT, _ACCOUNT)
        if not people:
            # Right after a broadcast nobody is below every cap; of these only one counts what
            # answers a document, and it is for the cold.
            recent = quiet_people(connection, now, WORKFLOW, _SOON, _SOON)
            people = [one for one in recent if one.temperature != "cold"]
        consents = newest_consents(connection, [one.contact_id for one in people])
        hashes = {one.contact_id: address_hash(one.email, runtime.hash_key) for one in people}
        blocked = suppressed(connection, list(hashes.values()))
    for one in people:
        agreed = consents.get(one.contact_id, {}).get("marketing") == "granted"
        if agreed and hashes[one.contact_id] not in blocked:
            given = ("event", one.email, "document.downloaded", "--set", "kind=whitepaper")
            return Invitation(one, given)
    raise NotFoundError("everybody has heard from us within a week: nobody is left to try it on")


def shown(invitation: Invitation, var: Path) -> str:
    """Return the command as one types it in the project's folder."""
    return shlex.join([program(), "--var", relative(var), *invitation.arguments])


def program() -> str:
    """Return `nurture` as one types it in the project's folder."""
    return relative(Path(sys.executable).parent / "nurture")


def try_it(
    invitation: Invitation, runtime: Runtime, mailbox: MailboxStore, settings: Settings
) -> float:
    """Run the command; return the machine seconds from the event's commit to the stored mail.

    Raises NurtureError where the command fails or no mail comes.
    """
    since, newest = machine_now(), mailbox.last_number()
    command = [sys.executable, "-m", "nurture", "--var", str(settings.var)]
    command += ["--project", str(settings.project), *invitation.arguments]
    done = subprocess.Popen(
        command,
        env={**os.environ, **dict.fromkeys(hidden(), "")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    ends = machine_seconds() + _PATIENCE
    while machine_seconds() < ends:
        heads = [h for h in mailbox.page(limit=50, ours=False) if h.number > newest]
        arrived = machine_now()
        ids = {parse_message_id(head.message_id, runtime.mail_domain) for head in heads}
        if ids:
            with read(runtime.engine) as connection:
                found = mail_after(connection, invitation.person.contact_id, WORKFLOW, since)
            if found is not None and found[0] in ids:
                done.wait(_PATIENCE)
                return (arrived - found[1]).total_seconds()
        if done.poll() not in (None, 0):
            break
        machine_sleep(0.01)
    done.kill()
    said = done.communicate()[0]
    raise NurtureError(f"no mail came of it within {_PATIENCE:.0f} s: {said.strip()[-300:]}")


def relative(path: Path) -> str:
    """Return a path as one types it in the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
