"""Text where JSON was due becomes an error of the network's kind."""

from __future__ import annotations

from typing import Any

import ccxt
import pytest

from aurum_plugins.market_data.answers import UnreadableAnswer, refuse_unreadable_answers

URL = "http://127.0.0.1/api/v3/order?signature=secret"


class FakeExchange:
    def __init__(self, answer: Any, venue: str = "binance") -> None:
        self.id = venue
        self.answer = answer
        self.asked: tuple[Any, ...] = ()

    def fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        self.asked = (url, method, headers, body)
        return self.answer


class FakeAsyncExchange(FakeExchange):
    async def fetch(  # type: ignore[override]
        self, url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        return super().fetch(url, method, headers, body)


@pytest.mark.parametrize("answer", [{}, [], {"orderId": 1}, [[1, 2]]])
def test_json_passes(answer: Any) -> None:
    api = FakeExchange(answer)
    refuse_unreadable_answers(api)
    assert api.fetch(URL, "POST", {"a": "b"}, "body") is answer
    assert api.asked == (URL, "POST", {"a": "b"}, "body")


@pytest.mark.parametrize("answer", ['{"orderId": 1, "sym\x00<html>', "<html>busy</html>", "", None])
def test_anything_else_from_a_json_venue_is_refused(answer: Any) -> None:
    api = FakeExchange(answer)
    refuse_unreadable_answers(api)
    with pytest.raises(UnreadableAnswer, match="binance: the answer to a DELETE request") as caught:
        api.fetch(URL, "DELETE")
    assert (caught.value.venue, caught.value.method) == ("binance", "DELETE")
    assert "secret" not in str(caught.value)


def test_the_message_quotes_only_the_beginning() -> None:
    api = FakeExchange("<" * 10_000)
    refuse_unreadable_answers(api)
    with pytest.raises(UnreadableAnswer) as caught:
        api.fetch(URL)
    assert len(str(caught.value)) < 200


def test_freqtrade_takes_the_error_for_a_temporary_one() -> None:
    assert issubclass(UnreadableAnswer, ccxt.OperationFailed)


def test_other_exchanges_may_answer_in_plain_text() -> None:
    api = FakeExchange("1700000000000", venue="unheardof")
    refuse_unreadable_answers(api)
    assert api.fetch(URL) == "1700000000000"


@pytest.mark.parametrize("answer", ['{"half', '[["half'])
def test_broken_json_is_refused_whoever_sends_it(answer: str) -> None:
    api = FakeExchange(answer, venue="unheardof")
    refuse_unreadable_answers(api)
    with pytest.raises(UnreadableAnswer, match="unheardof"):
        api.fetch(URL)


async def test_asynchronous_exchanges_too() -> None:
    api = FakeAsyncExchange([1])
    refuse_unreadable_answers(api)
    assert await api.fetch(URL) == [1]
    api.answer = "[1"
    with pytest.raises(UnreadableAnswer, match="GET"):
        await api.fetch(URL)


def test_ccxt_itself_asks_through_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> str:
        return '{"makerCommission":10,\x00<html>'

    monkeypatch.setattr(ccxt.binance, "fetch", broken)
    api = ccxt.binance({"apiKey": "k", "secret": "s", "enableRateLimit": False})
    api.set_markets({})
    refuse_unreadable_answers(api)
    with pytest.raises(UnreadableAnswer):
        api.fetch_balance()
