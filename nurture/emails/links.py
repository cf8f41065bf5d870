"""Links of a template, found and numbered once, and the addresses one mail gives them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from nurture.emails.placeholders import WORD, Placeholders
from nurture.emails.tokens import TRAP_LINK, Keyring, Purpose, Token

#: links of one template; their number travels in two bytes
MAX_LINKS = 200

_HREF = re.compile(r"""(<(?:a|area|v:\w+)\b[^<>]*?\shref=)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_WEB = re.compile(r"https?://", re.IGNORECASE)
#: our own pages: they carry their own token, or are the same for all and need none
_OWN = re.compile(
    r"(?:urls|company|refer)\.\w+|ask\.(?:page|rules|answer|nobody|not_now|policy|never)"
)
#: pages of ours with a token of their own, perhaps with a choice behind it (`?score=9`): never
#: counted as a click, since what is done there says more
_PAGES = re.compile(r"survey\.link")
_SYSTEM = {"urls.unsubscribe": "nv_unsubscribe", "urls.preferences": "nv_preferences"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is counted."""

    #: from 1, as in tokens; 0 is the hidden one
    number: int
    #: where it leads; None: personal, the target is signed into the address
    target: str | None

    @property
    def personal(self) -> bool:
        """Whether each reader is led elsewhere."""
        return self.target is None


class LinkTable:
    """Gives each different target of a template its number."""

    def __init__(self, tags: Placeholders) -> None:
        self._tags = tags
        self._numbers: dict[str, int] = {}
        self._links: list[Link] = []
        #: links whose text is an address: (shown, target)
        self.shown: tuple[tuple[str, str], ...] = ()

    @property
    def links(self) -> tuple[Link, ...]:
        """The links numbered so far."""
        return tuple(self._links)

    def in_html(self, page: str) -> str:
        """Return the HTML with tags of ours in place of the targets of its links."""

        def slot(found: re.Match[str]) -> str:
            href = found[2] if found[2] is not None else found[3]
            if shown := shown_address(page, found.end()):
                # A visible address must be where the link leads, so it is not counted.
                self.shown += (
                    (self._tags.restore(shown), self._tags.restore(html.unescape(href))),
                )
                return found[0]
            return f'{found[1]}"{self.slot(href, markup=True)}"'

        return _HREF.sub(slot, page)

    def slot(self, href: str, markup: bool) -> str:
        """Return what stands for one target; in text it comes and goes unescaped."""
        target = (html.unescape(href) if markup else href).strip()
        numbers = self._tags.numbers(target)
        if not numbers:
            if not _WEB.match(target):
                return href
            return f"{{{{ nv_l{self._number(target, personal=False)} }}}}"
        lone = WORD.fullmatch(target)
        if lone is not None:
            inner = self._tags.tag(int(lone[1])).inner
            if inner in _SYSTEM:
                return f"{{{{ {_SYSTEM[inner]} }}}}"
            if _OWN.fullmatch(inner):
                return href
        if not WORD.match(target) and not _WEB.match(target):
            return href
        if self._is_page(target):
            return href
        number = self._number(self._tags.restore(target), personal=True)
        return f"{{% filter nv_click({number}) %}}{href.strip()}{{% endfilter %}}"

    def _is_page(self, target: str) -> bool:
        first = WORD.match(target)
        if first is None or len(self._tags.numbers(target)) > 1:
            return False
        rest = target[first.end() :]
        inner = self._tags.tag(int(first[1])).inner
        return (not rest or rest.startswith("?")) and _PAGES.fullmatch(inner) is not None

    def _number(self, target: str, personal: bool) -> int:
        number = self._numbers.get(target)
        if number is None:
            number = self._numbers[target] = len(self._links) + 1
            self._links.append(Link(number, None if personal else target))
        return number


def shown_address(page: str, after: int) -> str:
    """Return the address that a link shows as its text, "" where it shows words.

    `after` is an offset within the link's start tag.
    """
    start = page.find(">", after) + 1
    shown = html.unescape(_TAG.sub("", page[start : page.find("</a>", start)])).strip()
    return shown if _WEB.match(shown) else ""


@dataclass(frozen=True)
class MailLinks:
    """The addresses of one mail, on our own tracking domain.

    Paths: `/c/` clicks (the hidden link too, so that nothing tells it apart), `/o/` the
    pixel, `/u/` unsubscribe, `/p/` preferences. `tracked` False leaves links as they were
    written and leaves pixel and hidden link out.
    """

    keyring: Keyring
    #: `https://links.example.com`, without a slash at its end
    base: str
    message_id: int
    contact_id: int = 0
    tracked: bool = True
    #: where mails with a stop of their own are stopped; "": the usual opt-out
    stop: str = ""

    def click(self, template: bytes, number: int) -> str:
        """Return the address of a link whose target the release knows."""
        token = self.keyring.click(self.message_id, self.contact_id, number, template)
        return f"{self.base}/c/{token}"

    def personal_click(self, template: bytes, number: int, target: str) -> str:
        """Return the address of a link that carries its target, signed."""
        token = self.keyring.click(self.message_id, self.contact_id, number, template, target)
        return f"{self.base}/c/{token}?to={quote(target, safe='')}"

    def trap(self, template: bytes) -> str:
        """Return the address of the link that no person sees."""
        return self.click(template, TRAP_LINK)

    @cached_property
    def pixel(self) -> str:
        """The address of the open pixel."""
        return f"{self.base}/o/{self._plain(Purpose.OPEN)}.gif"

    @cached_property
    def unsubscribe(self) -> str:
        """Where one POST unsubscribes (RFC 8058) and a GET asks once."""
        if self.stop:
            return self.stop
        return f"{self.base}/u/{self._plain(Purpose.UNSUBSCRIBE)}"

    @cached_property
    def preferences(self) -> str:
        """The preference centre."""
        return f"{self.base}/p/{self._plain(Purpose.PREFERENCES)}"

    def _plain(self, purpose: Purpose) -> str:
        return self.keyring.sign(Token(purpose, self.message_id, self.contact_id))
