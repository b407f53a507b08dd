"""A refused time is measured and made up for, once."""

from __future__ import annotations

from typing import Any

import ccxt
import pytest

from aurum_plugins.market_data.answers import follow_venue_clock

ORDER = ("order", "private", "POST", {"newClientOrderId": "a"})


class FakeExchange:
    """Refuses times that are off by more than it is told, as if its clock were behind by 2 s."""

    def __init__(self, venue: str = "binance", *, behind_ms: int = 2_000) -> None:
        self.id = venue
        self.behind_ms = behind_ms
        self.corrected_ms = 0
        self.asked: list[tuple[Any, ...]] = []
        self.answers_time = True

    def fetch2(self, *asked: Any) -> str:
        self.asked.append(asked)
        if self.behind_ms - self.corrected_ms > 1_000:
            raise ccxt.InvalidNonce("-1021")
        return "taken"

    def load_time_difference(self) -> int:
        if not self.answers_time:
            raise ccxt.ExchangeNotAvailable("no time")
        self.corrected_ms = self.behind_ms
        return self.behind_ms


def test_the_same_request_is_signed_anew(caplog: pytest.LogCaptureFixture) -> None:
    api = FakeExchange()
    follow_venue_clock(api)
    assert api.fetch2(*ORDER) == "taken"
    assert api.asked == [ORDER, ORDER]
    assert "is 2000 ms behind ours" in caplog.text
    assert api.fetch2(*ORDER) == "taken"
    assert len(api.asked) == 3


def test_a_request_in_time_is_sent_once() -> None:
    api = FakeExchange(behind_ms=0)
    follow_venue_clock(api)
    api.fetch2(*ORDER)
    assert len(api.asked) == 1


def test_what_goes_on_being_refused_is_refused() -> None:
    api = FakeExchange()
    api.load_time_difference = lambda: 0
    follow_venue_clock(api)
    with pytest.raises(ccxt.InvalidNonce):
        api.fetch2(*ORDER)
    assert len(api.asked) == 2


def test_without_an_answer_to_the_question_for_the_time_nothing_is_sent_again() -> None:
    api = FakeExchange()
    api.answers_time = False
    follow_venue_clock(api)
    with pytest.raises(ccxt.ExchangeNotAvailable, match="no time"):
        api.fetch2(*ORDER)
    assert len(api.asked) == 1


def test_other_errors_pass() -> None:
    api = FakeExchange()

    def broken(*_: Any) -> str:
        raise ccxt.RequestTimeout("slow")

    api.fetch2 = broken
    follow_venue_clock(api)
    with pytest.raises(ccxt.RequestTimeout):
        api.fetch2(*ORDER)


def test_exchanges_that_were_not_looked_at_are_left_alone() -> None:
    api = FakeExchange("kraken")
    before = api.fetch2
    follow_venue_clock(api)
    assert api.fetch2 == before
