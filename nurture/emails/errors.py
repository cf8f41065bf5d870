"""What can go wrong with one mail, said so that a person can act on it."""

from __future__ import annotations

from nurture.errors import NurtureError
from nurture.language import NOTHING, say


class RenderError(NurtureError):
    """This mail cannot be rendered with these values; others of its template may be.

    `template` names the template, `variable` the value that was missing ("" where the
    reason is another one).
    """

    def __init__(
        self, template: str, message: str, hint: str = NOTHING, variable: str = ""
    ) -> None:
        super().__init__(say("{place}: {message}", place=template, message=message), hint)
        self.template = template
        self.variable = variable


class HeaderError(NurtureError):
    """A header that must not leave: a line break, a control character, a bad address."""
