"""What the audience has to do with: pages, mailbox, mail server, website, and the house itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nurture.demo.browser import Web
from nurture.demo.diary import Diary
from nurture.demo.postbox import Postbox
from nurture.demo.site import Site
from nurture.providers.mailbox_store import MailboxStore
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside the audience."""

    runtime: Runtime
    mailbox: MailboxStore
    web: Web
    postbox: Postbox
    site: Site
    #: folder of the marketers' files, and what the marketer writes down
    project: Path
    diary: Diary
