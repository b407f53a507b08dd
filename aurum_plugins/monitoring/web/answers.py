"""Answers in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

from aurum_plugins.monitoring.web.access import AccessRefusal

JSON: Final = "application/json"


def json_answer(
    document: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A document; numbers that are not finite become null."""
    return Response(orjson.dumps(document), status, dict(headers or {}), JSON)


def refusal_answer(refusal: AccessRefusal) -> Response:
    """What is answered in place of what was asked for."""
    return json_answer({"error": refusal.words}, refusal.status, refusal.headers)
