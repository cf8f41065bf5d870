"""`GET /api/v1/kpis`: every KPI with numerator and denominator, and what it was read from."""

from __future__ import annotations

from typing import Any

from nurture.services.kpis import as_json, asked, kpis
from nurture.services.runtime import Runtime


def kpis_of(runtime: Runtime, first: str, last: str) -> dict[str, Any]:
    """Return the figures of a span of months, the newest twelve by default."""
    return as_json(kpis(runtime, asked(runtime, first, last)))
