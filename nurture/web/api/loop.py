"""`/api/v1/nps`, `/api/v1/asks`: how customers stand, whom to ask, answers heard elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, request
from pydantic import AwareDatetime, Field, model_validator
from sqlalchemy import Connection

from nurture.db.engine import read
from nurture.domain.cell_values import read_moment
from nurture.domain.referral import AskAnswer
from nurture.domain.survey import HIGHEST, LOWEST
from nurture.domain.survey_answers import LONGEST_COMMENT
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import api_requests, ask_list, asking
from nurture.services.account_lookup import account_named
from nurture.services.ask_json import board_json
from nurture.services.house import house_at
from nurture.services.nps_json import as_json
from nurture.services.nps_report import WHOLE, Part, report
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.survey_heard import Heard, hear_in
from nurture.web.api.lists import limit_of, only
from nurture.web.api.shapes import Strict
from nurture.web.errors import told

#: people of one answer where nobody says
_USUAL = 20
_LANGUAGES = ("ja", "en")
_Key = Annotated[str, Field(max_length=100)]


class _Somebody(Strict):
    """Who said something."""

    email: Annotated[str, Field(max_length=320)] | None = None
    contact_id: Annotated[int, Field(ge=1, lt=2**62)] | None = None
    #: who heard it: a sender key of the policy, a name; the API key where nobody is named
    by: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _one(self) -> _Somebody:
        if (self.email is None) == (self.contact_id is None):
            raise ValueError("name either email or contact_id")
        return self

    def who(self, runtime: Runtime) -> int:
        """Return the contact; raises NotFoundError where there is none."""
        if self.contact_id is not None:
            return self.contact_id
        return ask_list.contact_of(runtime, self.email or "")


class AnswerIn(_Somebody):
    """An answer to a survey that somebody heard."""

    score: Annotated[int, Field(ge=LOWEST, le=HIGHEST, strict=True)]
    #: none: the only survey there is
    survey: Annotated[str, Field(max_length=100)] = ""
    drivers: list[_Key] = Field(default_factory=list, max_length=50)
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""
    #: when it was said; none: now
    at: AwareDatetime | None = None


class AskAnswerIn(_Somebody):
    """An answer to an ask for an introduction that somebody heard."""

    answer: Literal["nobody_in_mind", "not_now", "company_policy", "never"]


def add_loop(
    api: Blueprint,
    runtime: Runtime,
    read_one: Callable[[type[Any]], Any],
    asked: Callable[[], api_requests.Request],
) -> None:
    """Add the routes; `read_one` reads the body as one object, `asked` says who asks, once."""

    @api.get("/nps")
    def nps() -> Response:
        return told(lambda: nps_of(runtime, request.args))

    @api.post("/nps/answers")
    def answered() -> Response:
        given: AnswerIn = read_one(AnswerIn)
        return told(lambda: take_answer(runtime, asked(), given))

    @api.get("/asks")
    def asks() -> Response:
        return told(lambda: asks_of(runtime, request.args))

    @api.post("/asks/answers")
    def ask_answered() -> Response:
        given: AskAnswerIn = read_one(AskAnswerIn)
        return told(lambda: take_ask_answer(runtime, asked(), given))


def nps_of(runtime: Runtime, wanted: Any) -> dict[str, Any]:
    """Return the NPS report of `survey`, of `account`, `role`, `from` and `to` alone where given.

    Raises NotFoundError, NurtureError where a filter means nothing.
    """
    only(wanted, ("survey", "account", "role", "from", "to"))
    account_id, zone = None, None
    with read(runtime.engine) as connection:
        if wanted.get("account"):
            account_id = int(account_named(connection, wanted["account"][:320]).id)
        if wanted.get("from") or wanted.get("to"):
            zone = house_at(runtime, connection).zone
    part = Part(
        account_id,
        wanted.get("role", "")[:64],
        _moment("from", wanted.get("from", ""), zone),
        _moment("to", wanted.get("to", ""), zone),
    )
    found = report(runtime, wanted.get("survey", "")[:100] or None, part)
    return as_json(found, whole=part == WHOLE)


def _moment(name: str, text: str, zone: ZoneInfo | None) -> datetime | None:
    if not text or zone is None:
        return None
    try:
        return read_moment(text[:40], zone)
    except ValueError:
        raise NurtureError(
            say("'{name}': '{text}' is no day", name=name, text=text), say("write e.g. 2026-06-01")
        ) from None


def take_answer(runtime: Runtime, asked: api_requests.Request, given: AnswerIn) -> dict[str, Any]:
    """Write down an answer that was heard, once per key, and say what became of it."""
    contact_id = given.who(runtime)
    heard = Heard(
        contact_id,
        given.score,
        given.by or f"api:{g.api_key.name}",
        given.survey,
        tuple(given.drivers),
        given.comment,
        given.at,
    )

    def act(connection: Connection) -> dict[str, Any]:
        kept = hear_in(runtime, connection, heard, "api")
        return {
            "status": kept.recorded.name.lower(),
            "survey": kept.survey,
            "round": kept.round,
            "invitation": kept.invitation_id,
            "asked_now": kept.asked_now,
        }

    answer = api_requests.once(runtime, asked, act)
    runtime.ring(DECIDE)
    return answer


def asks_of(runtime: Runtime, wanted: Any) -> dict[str, Any]:
    """Return whom to ask now, ranked, with reasons; `program`, `all`, `limit` and `locale`."""
    only(wanted, ("program", "all", "limit", "locale"))
    most = limit_of(wanted, _USUAL)
    everybody = wanted.get("all", "false")
    if everybody not in ("true", "false"):
        raise NurtureError(say("all: true or false"))
    with read(runtime.engine) as connection:
        house = house_at(runtime, connection)
    locale = wanted.get("locale", "") or "en"
    if locale not in _LANGUAGES:
        raise NurtureError(say("locale: {known}", known=_LANGUAGES))
    found = ask_list.board(runtime, wanted.get("program", "")[:100])
    return board_json(found, locale, house.zone, everybody == "true", most)


def take_ask_answer(
    runtime: Runtime, asked: api_requests.Request, given: AskAnswerIn
) -> dict[str, Any]:
    """Write down what somebody answered to their newest ask, once per key."""
    contact_id = given.who(runtime)
    by = given.by or f"api:{g.api_key.name}"

    def act(connection: Connection) -> dict[str, Any]:
        said = AskAnswer(given.answer)
        changed = asking.note_answer_in(runtime, connection, contact_id, said, by)
        return {"contact_id": contact_id, "answer": given.answer, "changed": changed}

    answer = api_requests.once(runtime, asked, act)
    runtime.ring(DECIDE)
    return answer
