"""What a mail says and does not say, as a scenario asks for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts that the subject and the text part of a mail hold, and those that they do not.

    The mail as its reader gets it is looked at: after every value and every condition. Blanks
    and the ends of lines do not count, since texts are wrapped.
    """

    subject: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    not_subject: tuple[str, ...] = ()
    not_text: tuple[str, ...] = ()

    @property
    def of_text(self) -> bool:
        """Whether the text part has to be read for it."""
        return bool(self.text or self.not_text)

    @property
    def any(self) -> bool:
        """Whether anything is asked."""
        return bool(self.subject or self.not_subject or self.of_text)


#: nothing is asked
ANY = Wording()


@dataclass(frozen=True, slots=True)
class Slip:
    """The first text that is missing, or is there and should not be."""

    #: subject_lacks | subject_holds | text_lacks | text_holds
    code: str
    wanted: str
    #: the whole subject or text
    found: str


def slip(wording: Wording, subject: str, text: str) -> Slip | None:
    """Return what a mail says otherwise than asked, or None where it says all of it."""
    parts = (
        ("subject", wording.subject, wording.not_subject, subject),
        ("text", wording.text, wording.not_text, text),
    )
    for what, wanted, unwanted, found in parts:
        squeezed = squeeze(found)
        for one in wanted:
            if squeeze(one) not in squeezed:
                return Slip(f"{what}_lacks", one, found)
        for one in unwanted:
            if squeeze(one) in squeezed:
                return Slip(f"{what}_holds", one, found)
    return None


def squeeze(text: str) -> str:
    """Return a text without blanks."""
    return "".join(text.split())
