"""What callers may send about a contact's preferences."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from nurture.domain.preferences import Rhythm
from nurture.services.preferences_told import Told
from nurture.web.api.shapes import Strict


class PreferencesIn(Strict):
    """What a person asked for; fields that are left out stay as they are.

    `paused_until`: the day on which mails begin again; null ends a pause. Consent cannot be
    given here: a topic that is turned on comes where marketing is agreed to.
    """

    topics: dict[str, bool] = Field(default_factory=dict, max_length=100)
    rhythm: Rhythm | None = None
    paused_until: date | None = None
    locale: str | None = Field(None, max_length=16)
    tracking: bool | None = None

    def told(self) -> Told:
        """Return it as the service takes it."""
        return Told(
            topics=self.topics,
            rhythm=self.rhythm,
            pause_until=self.paused_until,
            resume=self.paused_until is None and "paused_until" in self.model_fields_set,
            locale=self.locale,
            tracking=self.tracking,
        )
