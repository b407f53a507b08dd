from __future__ import annotations

import logging
import sys
from types import SimpleNamespace

import pytest
from freqtrade.enums import CandleType, RunMode
from freqtrade.exceptions import OperationalException
from freqtrade.persistence import Trade
from freqtrade.plugins.pairlist.IPairList import SupportsBacktesting
from market_candles import market
from pairlist_exchange import PairlistExchange, make_pairlist

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.pairlists.AurumRiskFilter import AurumRiskFilter
from aurum_plugins.risk.pair_risk import pair_risk
from aurum_plugins.risk.risk_filter_settings import RiskFilterSettings

ROWS = 5 * 24 + 1
DAYS = {"lookback_days": 5}


@pytest.fixture
def held(monkeypatch) -> list[str]:
    """Pairs of the open trades; freqtrade has a database."""
    pairs: list[str] = []
    monkeypatch.setattr(Trade, "session", None, raising=False)

    def get_trades_proxy(*, is_open):
        assert is_open
        return [SimpleNamespace(pair=pair) for pair in pairs]

    monkeypatch.setattr(Trade, "get_trades_proxy", staticmethod(get_trades_proxy))
    return pairs


@pytest.fixture
def exchange() -> PairlistExchange:
    return PairlistExchange(
        {
            "BTC/USDT": market(1, ROWS),
            "WILD/USDT": market(2, ROWS, hourly=0.05),
            "CALM/USDT": market(3, ROWS, hourly=1e-5),
            "TWIN/USDT": market(4, ROWS, shared=9),
            "OTHER/USDT": market(5, ROWS, shared=9),
            "NEW/USDT": market(6, 60),
        }
    )


def the_filter(exchange: PairlistExchange, **parameters: object) -> AurumRiskFilter:
    return make_pairlist(AurumRiskFilter, exchange, {**DAYS, **parameters})


def test_pairs_within_the_limits_are_kept_in_order(exchange, held) -> None:
    asked = ["TWIN/USDT", "WILD/USDT", "GONE/USDT", "NEW/USDT", "BTC/USDT", "CALM/USDT"]
    kept = the_filter(exchange).filter_pairlist(asked, {})
    assert kept == ["TWIN/USDT", "BTC/USDT"]
    assert len(asked) == 6


def test_each_removal_says_why(exchange, held, caplog) -> None:
    caplog.set_level(logging.INFO)
    asked = ["WILD/USDT", "CALM/USDT", "GONE/USDT", "NEW/USDT", "BTC/USDT"]
    assert the_filter(exchange, min_daily_volume=1e9).filter_pairlist(asked, {}) == []
    for words in (
        "AurumRiskFilter removed WILD/USDT: its volatility of 4.",
        "AurumRiskFilter removed CALM/USDT: its volatility of 0.00 a year is outside 0.05 to 2.5",
        "AurumRiskFilter removed GONE/USDT: the exchange gave no candles",
        "AurumRiskFilter removed NEW/USDT: 50.0% of its candles are absent, more than 5.0%",
        "AurumRiskFilter removed BTC/USDT: a median day trades ",
    ):
        assert words in caplog.text


def test_a_removal_is_said_once_until_its_reason_changes(exchange, held, caplog) -> None:
    caplog.set_level(logging.INFO)
    judge = the_filter(exchange)
    for seed in (2, 12, 22):
        exchange.candles["WILD/USDT"] = market(seed, ROWS, hourly=0.05)
        judge._measured.clear()
        judge.filter_pairlist(["WILD/USDT"], {})
    assert caplog.text.count("removed WILD/USDT") == 1
    del exchange.candles["WILD/USDT"]
    judge.filter_pairlist(["WILD/USDT"], {})
    assert "removed WILD/USDT: the exchange gave no candles" in caplog.text
    exchange.candles["WILD/USDT"] = market(2, ROWS)
    assert judge.filter_pairlist(["WILD/USDT"], {}) == ["WILD/USDT"]
    assert caplog.text.count("AurumRiskFilter keeps WILD/USDT again") == 1


def test_a_twin_of_what_is_held_is_removed_and_what_is_held_is_not(exchange, held) -> None:
    judge = the_filter(exchange)
    pairs = ["TWIN/USDT", "OTHER/USDT", "BTC/USDT"]
    assert judge.filter_pairlist(pairs, {}) == pairs
    held.append("OTHER/USDT")
    assert judge.filter_pairlist(pairs, {}) == ["OTHER/USDT", "BTC/USDT"]
    # Also where something else took it out of the list before.
    assert judge.filter_pairlist(["TWIN/USDT", "BTC/USDT"], {}) == ["BTC/USDT"]


@pytest.mark.parametrize("pair", ["WILD/USDT", "NEW/USDT", "GONE/USDT"])
def test_what_is_held_stays_whatever_it_is(exchange, held, pair) -> None:
    held.append(pair)
    assert the_filter(exchange).filter_pairlist([pair], {}) == [pair]


def test_nothing_is_compared_with_a_held_pair_without_candles(exchange, held, caplog) -> None:
    caplog.set_level(logging.INFO)
    held.append("GONE/USDT")
    assert the_filter(exchange).filter_pairlist(["BTC/USDT"], {}) == []
    assert "its correlation with GONE/USDT, which is held, is not known" in caplog.text
    assert the_filter(exchange, max_correlation=1).filter_pairlist(["BTC/USDT"], {}) == ["BTC/USDT"]


def test_stale_candles_are_noticed_as_time_goes_by(exchange, held) -> None:
    judge = the_filter(exchange)
    assert judge.filter_pairlist(["BTC/USDT"], {}) == ["BTC/USDT"]
    judge._clock.advance(8 * HOUR_MS)
    assert judge.filter_pairlist(["BTC/USDT"], {}) == []


def test_candles_are_measured_once_and_asked_for_as_freqtrade_caches_them(
    exchange, held, monkeypatch
) -> None:
    judge, measured = the_filter(exchange), []
    module = sys.modules[AurumRiskFilter.__module__]
    monkeypatch.setattr(module, "pair_risk", lambda *a: measured.append(1) or pair_risk(*a))
    for _ in range(3):
        judge.filter_pairlist(["BTC/USDT", "TWIN/USDT"], {})
    assert len(measured) == 2
    judge._clock.advance(HOUR_MS)
    judge.filter_pairlist(["BTC/USDT"], {})
    assert len(measured) == 3
    assert list(judge._measured) == ["BTC/USDT"]
    assert exchange.asked[0] == (
        [("BTC/USDT", "1h", CandleType.SPOT), ("TWIN/USDT", "1h", CandleType.SPOT)],
        120,
    )


@pytest.mark.parametrize("runmode", [RunMode.BACKTEST, RunMode.HYPEROPT])
def test_backtests_keep_every_pair_and_are_told_so(exchange, runmode) -> None:
    judge = make_pairlist(AurumRiskFilter, exchange, DAYS, runmode)
    pairs = ["GONE/USDT", "WILD/USDT"]
    assert judge.filter_pairlist(pairs, {}) == pairs
    assert exchange.asked == []
    assert judge.supports_backtesting is SupportsBacktesting.NO_ACTION


def test_a_command_without_a_database_holds_nothing(exchange, monkeypatch) -> None:
    monkeypatch.delattr(Trade, "session", raising=False)
    monkeypatch.setattr(Trade, "use_db", True)
    assert the_filter(exchange).filter_pairlist(["BTC/USDT"], {}) == ["BTC/USDT"]


def test_it_describes_itself_and_its_parameters(exchange) -> None:
    judge = the_filter(exchange)
    assert "volatility" in judge.description()
    assert judge.short_desc() == (
        "AurumRiskFilter - Keeping pairs with a volatility of 0.05 to 2.5 a year, 0 traded a day, "
        "a correlation of 0.95 at most with what is held, and 5% of candles absent at most, over "
        "5 days of 1h."
    )
    parameters = judge.available_parameters()
    assert set(parameters) == set(RiskFilterSettings.model_fields)
    assert parameters["lookback_timeframe"]["type"] == "string"
    assert parameters["max_correlation"]["default"] == 0.95
    assert not judge.is_pairlist_generator


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"lookback_days": 1}, r"\.lookback_days: .*equal to 2 \(got 1\)"),
        ({"lookback_days": 42}, r"\.lookback_days: Binance gives 1000 candles at once, .*got 42"),
        ({"lookback_timeframe": "5m"}, r"\.lookback_timeframe: .*\(got '5m'\)"),
        ({"lookback_timeframe": "4h"}, r"\.lookback_timeframe: Binance has candles of 1m, 1h, 1d"),
        ({"min_volatility": 3}, "min_volatility must be below max_volatility"),
        ({"min_daily_volume": -1}, r"\.min_daily_volume: .*\(got -1\)"),
        ({"max_correlation": 0}, r"\.max_correlation: .*\(got 0\)"),
        ({"max_absent_share": 1}, r"\.max_absent_share: .*\(got 1\)"),
        ({"refresh_period": 0}, r"\.refresh_period: .*\(got 0\)"),
        ({"max_volatilty": 1}, r"\.max_volatilty: unknown setting; known are lookback_days, "),
    ],
)
def test_nonsense_is_refused_by_name(exchange, parameters, sentence) -> None:
    with pytest.raises(OperationalException, match=r"^pairlists\.AurumRiskFilter.*" + sentence):
        the_filter(exchange, **parameters)
