"""`POST /api/v1/seminars/NAME/attendance`: who came, from whatever tool counted them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from nurture.domain.contact_row import Basis
from nurture.services.attendance import record_attendance
from nurture.services.attendance_list import MOST, Attendee
from nurture.services.mail_address import check_address, fault_of_address
from nurture.services.runtime import Runtime
from nurture.web.api.shapes import Strict


class AttendanceIn(Strict):
    """Who came; the others who had registered did not."""

    attended: list[Annotated[str, Field(max_length=320)]] = Field(min_length=1, max_length=MOST)
    #: consent of people whom nobody knew
    basis: Basis | None = None
    #: the list is right though nobody on it had registered
    sure: bool = False

    @field_validator("attended")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for one in value:
            if why := fault_of_address(one):
                raise ValueError(f"{one!r} is not an e-mail address: {why}")
        return value


def take_attendance(
    runtime: Runtime, name: str, model: AttendanceIn, caller: str
) -> dict[str, Any]:
    """Read a list in and return what it brought; raises NurtureError as the service does."""
    people = (Attendee(*check_address(one)) for one in model.attended)
    by = f"api:{caller}"[:64]
    found = record_attendance(runtime, name, people, by, model.basis, model.sure)
    return {
        "seminar": found.seminar,
        "came": found.came,
        "attended": found.attended,
        "missed": found.missed,
        "corrected": found.corrected,
        "no_longer": found.no_longer,
        "introduced": found.introduced,
        "without_consent": found.without_consent,
        "own": found.own,
    }
