"""The addresses of a mail that is only shown or tried: nothing in it acts for anybody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nurture.emails.links import MailLinks
from nurture.emails.tokens import Purpose, Token


@dataclass(frozen=True)
class DemonstrationLinks(MailLinks):
    """Links as they are written, and ways out that lead to the demonstration of theirs.

    A link of a real contact's in a mail that goes to somebody else would unsubscribe the
    contact, so a test mail holds no token but of this purpose.
    """

    @cached_property
    def unsubscribe(self) -> str:
        """Where one POST is answered as if it unsubscribed somebody."""
        return f"{self.base}/u/{self._demonstration}"

    @cached_property
    def preferences(self) -> str:
        """The preference centre of nobody."""
        return f"{self.base}/p/{self._demonstration}"

    @cached_property
    def _demonstration(self) -> str:
        return self.keyring.sign(Token(Purpose.DEMONSTRATION, 0, 0))
