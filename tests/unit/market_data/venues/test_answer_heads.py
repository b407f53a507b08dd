"""What stands above an answer reaches whoever handles its error."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from aurum_plugins.clock import VirtualClock
from aurum_plugins.market_data.venues.answer_heads import (
    AnswerHead,
    answer_head,
    note_answer_heads,
    retry_after,
)

NOW = 1_700_000_000_000


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("17", 17.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("Tue, 14 Nov 99999 22:13:50 GMT", None),
    ],
)
def test_seconds_and_dates(told: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": told}, NOW) == seconds


def test_the_date_above_is_half_a_minute_ahead() -> None:
    ahead = datetime.fromtimestamp(NOW / 1_000 + 30, UTC)
    assert format_datetime(ahead, usegmt=True) == "Tue, 14 Nov 2023 22:13:50 GMT"


@pytest.mark.parametrize("name", ["retry-after", "RETRY-AFTER"])
def test_the_name_of_the_header_may_be_written_in_any_case(name: str) -> None:
    assert retry_after({"Date": "x", name: "2"}, NOW) == 2.0
    assert retry_after({"Date": "x"}, NOW) is None


class Api:
    """Answers as ccxt's `fetch` does: `on_rest_response` first, then an error."""

    def on_rest_response(self, *answer: Any) -> str:
        return str(answer[5]).strip()

    async def fetch(
        self, url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        if url == "dark":
            raise ConnectionResetError
        status, seconds = url.split()
        told = {"Retry-After": seconds}
        text = self.on_rest_response(int(status), "", url, method, told, " text ", {}, None)
        await asyncio.sleep(0)
        if int(status) >= 400:
            raise ValueError(text)
        return text


async def failure(api: Api, url: str) -> AnswerHead | None:
    with pytest.raises((ValueError, ConnectionResetError)) as caught:
        await api.fetch(url)
    return answer_head(caught.value)


async def test_an_error_carries_the_head_of_its_own_answer() -> None:
    api = Api()
    note_answer_heads(api, VirtualClock(NOW))
    assert await api.fetch("200 1", "GET") == "text"
    urls = [f"{status} {status - 400}" for status in range(400, 440)]
    heads = await asyncio.gather(*(failure(api, url) for url in urls))
    assert heads == [AnswerHead(status, status - 400) for status in range(400, 440)]


async def test_without_an_answer_there_is_no_head_of_one_before() -> None:
    api = Api()
    note_answer_heads(api, VirtualClock(NOW))
    assert await failure(api, "503 5") == AnswerHead(503, 5.0)
    assert await failure(api, "dark") is None
    assert answer_head(ValueError()) is None
