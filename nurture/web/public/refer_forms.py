"""What people write into the forms of the referral pages, read without trusting a word of it."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from werkzeug.datastructures import MultiDict

from nurture.clock import machine_seconds
from nurture.domain.contact_row import RowError
from nurture.domain.person_name import clean_text, company_name, strip_courtesy
from nurture.domain.row_remarks import sentence
from nurture.services.mail_address import check_address
from nurture.web.languages import language, translate

#: what a form may take, bytes
LARGEST_FORM = 20_000

#: characters of each field
_NAME, _COMPANY, _EMAIL, _TEXT = 100, 200, 254, 1000

#: name of the field that no person sees: whoever fills it in is a machine
TRAP = "website"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in, cleaned; the words of each mistake by field."""

    name: str = ""
    company: str = ""
    email: str = ""
    message: str = ""
    why: str = ""
    agree: bool = False
    vouch: bool = False
    #: a machine filled it in
    trapped: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


def of_the_referred(form: MultiDict[str, str]) -> Filled:
    """Read the form by which somebody accepts an introduction."""
    filled = _read(form)
    faults = {
        "name": translate("Please tell us your name.") if not filled.name else "",
        "company": translate("Please tell us your company.") if not filled.company else "",
        "email": filled.faults["email"]
        or ("" if filled.email else translate("Please tell us where to write to.")),
        "agree": translate("We need this to be allowed to write to you.")
        if not filled.agree
        else "",
    }
    return _with(filled, faults)


def of_the_referrer(form: MultiDict[str, str], may_write: bool) -> Filled:
    """Read the form by which a referrer names somebody; a name or a company is enough."""
    filled = _read(form)
    faults = {}
    if not filled.name and not filled.company:
        faults["name"] = translate("A name or a company is needed.")
    if not may_write:
        # Whatever a form brings: addresses are taken only where the programme writes.
        return _with(Filled(name=filled.name, company=filled.company, why=filled.why), faults)
    faults["email"] = filled.faults["email"]
    if filled.email and not filled.vouch:
        faults["vouch"] = translate("We write to nobody who does not know of it. Please ask first.")
    if filled.vouch and not filled.email:
        faults["email"] = translate("Where shall we write to?")
    return _with(filled, faults)


def _read(form: MultiDict[str, str]) -> Filled:
    email, fault = _address(clean_text(form.get("email", "")[: 2 * _EMAIL])[:_EMAIL])
    return Filled(
        name=strip_courtesy(clean_text(form.get("name", "")[: 2 * _NAME]))[:_NAME],
        company=company_name(form.get("company", "")[: 2 * _COMPANY])[:_COMPANY],
        email=email,
        message=_lines(form.get("message", "")),
        why=_lines(form.get("why", "")),
        agree=form.get("agree") == "yes",
        vouch=form.get("vouch") == "yes",
        trapped=bool(form.get(TRAP, "").strip()),
        faults={"email": fault},
    )


def _with(filled: Filled, faults: Mapping[str, str]) -> Filled:
    kept = {name: said for name, said in faults.items() if said}
    return Filled(
        filled.name, filled.company, filled.email, filled.message, filled.why, filled.agree,
        filled.vouch, filled.trapped, kept,
    )  # fmt: skip


def _address(email: str) -> tuple[str, str]:
    """Return an address as it may be written to, and what is wrong with it in words."""
    if not email:
        return "", ""
    try:
        return check_address(email)[1], ""
    except RowError as error:
        return email, sentence(error.remarks[0], language())


def _lines(text: str) -> str:
    """Return a text of several lines without controls, at most _TEXT characters."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in plain if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co"))
    return "".join(kept).strip()[:_TEXT]


class Gate:
    """Lets each network through so many times in a span of machine time.

    In this process alone: it takes the edge off a flood. What a referrer's links may bring in
    a day is counted in SQL, whatever process answers.
    """

    def __init__(self, most: int, seconds: float, networks: int = 4096) -> None:
        self._most, self._seconds, self._networks = most, seconds, networks
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def lets(self, address: str) -> bool:
        """Count a request of an address; False where its network had too many."""
        now = machine_seconds()
        with self._lock:
            times = self._seen.setdefault(_network(address), deque())
            self._seen.move_to_end(_network(address))
            while times and times[0] <= now - self._seconds:
                times.popleft()
            while len(self._seen) > self._networks:
                self._seen.popitem(last=False)
            if len(times) >= self._most:
                return False
            times.append(now)
            return True


def _network(address: str) -> str:
    """Return the /24 or /64 of an address: who has one of these usually has the rest."""
    if ":" in address:
        return ":".join(address.split(":")[:4])
    return address.rpartition(".")[0]
