"""What every pairlist and every protection of ours promises."""

from __future__ import annotations

import copy
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from closed_trades import NOW, closed, in_a_row, kept_in_memory
from freqtrade.enums import CandleType, RunMode
from freqtrade.exceptions import OperationalException
from freqtrade.persistence import LocalTrade
from freqtrade.plugins.pairlist.IPairList import SupportsBacktesting
from freqtrade.resolvers import PairListResolver, ProtectionResolver
from freqtrade.rpc.api_server.api_schemas import PairListResponse
from market_candles import market
from pairlist_exchange import PairlistExchange
from staged_venues import StagedVenues
from told_news import ToldNews

from aurum_plugins.clock import HOUR_MS, WallClock
from aurum_plugins.market_data import venue_feeds
from aurum_plugins.plugin import plugin_names
from aurum_plugins.sentiment.scored_item import MARKET

PROTECTIONS = plugin_names("protections")
PAIRLISTS = plugin_names("pairlists")
PAGE = (Path(__file__).parents[2] / "docs" / "protections.md").read_text(encoding="utf-8")
# What a configuration must give at least, and what would lock after a row of losses.
NEEDED = {
    "AurumConsecutiveLosses": {"stop_duration_candles": 2},
    "AurumPairExpectancy": {"stop_duration_candles": 2},
    "AurumCooldown": {"stop_duration_candles": 2},
    "AurumSentimentGuard": {"stop_duration_candles": 2},
}
EAGER = {
    "AurumConsecutiveLosses": {"trade_limit": 2, "trade_limit_per_pair": 2},
    "AurumPairExpectancy": {"trade_limit": 5},
}
# What makes a pairlist remove a pair that nobody knows.
WARY = {"SentimentPairList": {"keep_unknown": False}}
# AurumActiveFilter has no parameters.
STRICT = {
    "AurumConsecutiveLosses",
    "AurumCooldown",
    "AurumDailyLoss",
    "AurumPairExpectancy",
    "AurumRiskFilter",
    "AurumSentimentGuard",
    "AurumVenueFilter",
    "SentimentPairList",
}
# Of other sections than their own, some of them need something.
VENUES = {"sources": {"binance": {}, "coinbase": {}, "kraken": {}}}
AURUM: dict[str, Any] = {"venues": VENUES}
LOSSES = (-0.02, -0.03, -0.01, -0.02, -0.02, -0.03)


@pytest.fixture(autouse=True)
def venues(monkeypatch) -> StagedVenues:
    """Venues that agree on four pairs, in place of those that would be asked."""
    staged = StagedVenues(WallClock())
    staged.hurry()
    for base in "ABCD":
        staged.say(f"{base}/USDT", 100, 100, 100)
    monkeypatch.setattr(venue_feeds, "shared_feed", lambda _: staged.feed)
    return staged


@pytest.fixture(scope="module", autouse=True)
def news(tmp_path_factory):
    """A good mood about four coins now, and a bad one about all when trades closed."""
    now_ms, closed_ms = WallClock().now_ms(), round(NOW.timestamp() * 1_000)
    with ToldNews(tmp_path_factory.mktemp("news") / "news.sqlite") as told:
        for at_ms in (now_ms, closed_ms):
            told.listen(at_ms - HOUR_MS, at_ms + HOUR_MS)
        for base in "ABCD":
            told.say(base, 0.5, now_ms)
        for subject in ("BTC", MARKET):
            told.say(subject, -0.5, closed_ms)
        AURUM.update(told.config())
        yield


every_protection = pytest.mark.parametrize("name", PROTECTIONS)
every_pairlist = pytest.mark.parametrize("name", PAIRLISTS)


def protection(name: str, **parameters: object):
    given = {"method": name, **NEEDED.get(name, {}), **parameters}
    return ProtectionResolver.load_protection(name, {"timeframe": "1h", "aurum": AURUM}, given)


def pairlist(name: str, exchange: PairlistExchange, **parameters: object):
    config = {
        "candle_type_def": CandleType.SPOT,
        "runmode": RunMode.DRY_RUN,
        "stake_currency": "USDT",
        "exchange": {"pair_whitelist": list(exchange.candles)},
        "aurum": AURUM,
    }
    given = {"method": name, **parameters}
    return PairListResolver.load_pairlist(name, exchange, None, config, given, 1)


def verdicts(judge, starting_balance: float = 1_000.0):
    ask = (NOW, "long", starting_balance)
    asked = [judge.global_stop(*ask)] if judge.has_global_stop else []
    return [*asked, *([judge.stop_per_pair("BTC/USDT", *ask)] if judge.has_local_stop else [])]


@every_protection
def test_a_protection_resolves_and_describes_itself(name) -> None:
    judge = protection(name)
    assert judge.name == name
    assert judge.short_desc().startswith(f"{name} - ")
    assert judge.short_desc().endswith(".")
    assert judge.has_global_stop or judge.has_local_stop


@every_protection
@pytest.mark.parametrize("balance", [0.0, 1_000.0, float("nan")])
def test_without_a_trade_nothing_is_locked(name, balance) -> None:
    with kept_in_memory([]):
        assert [v for v in verdicts(protection(name), balance) if v is not None] == []


@every_protection
def test_losses_lock_for_a_reason_until_a_moment_to_come(name) -> None:
    judge = protection(name, **EAGER.get(name, {}))
    with kept_in_memory(in_a_row(*LOSSES)):
        given = [verdict for verdict in verdicts(judge) if verdict is not None]
    # A loss of 13 of 1,013.
    if name == "AurumDailyLoss":
        assert given == []
        with kept_in_memory(in_a_row(*LOSSES)):
            given = [v for v in verdicts(protection(name, loss_limit=0.01)) if v]
    assert given
    for verdict in given:
        assert verdict.lock
        assert verdict.until > NOW
        assert verdict.until.tzinfo is not None
        assert verdict.reason
        # freqtrade's column for it.
        assert len(verdict.reason) <= 255
        assert verdict.lock_side == "*"


@every_protection
def test_a_protection_asked_twice_says_the_same_and_changes_nothing(name) -> None:
    judge = protection(name, **EAGER.get(name, {}))
    trades = [*in_a_row(*LOSSES), closed(3, None, "ETH/USDT")]
    before = copy.deepcopy(trades)
    with kept_in_memory(trades):
        first, second = verdicts(judge), verdicts(judge)
        assert LocalTrade.bt_trades == trades == before
    with kept_in_memory(trades[::-1]):
        assert verdicts(judge) == first == second


@every_protection
def test_money_times_a_thousand_changes_no_verdict(name) -> None:
    judge = protection(name, **EAGER.get(name, {}))
    trades = in_a_row(*LOSSES)
    with kept_in_memory(trades):
        expected = verdicts(judge)
    for trade in trades:
        trade.close_profit_abs *= 1_000
    with kept_in_memory(trades):
        assert verdicts(judge, 1_000_000.0) == expected


@every_protection
def test_a_protections_own_parameters_are_left_alone(name) -> None:
    given = {"method": name, **NEEDED.get(name, {})}
    before = copy.deepcopy(given)
    ProtectionResolver.load_protection(name, {"timeframe": "1h", "aurum": AURUM}, given)
    assert given == before


@pytest.mark.parametrize("name", sorted(STRICT & set(PROTECTIONS)))
def test_a_protection_refuses_what_it_does_not_know(name) -> None:
    with pytest.raises(OperationalException, match=rf"protections\.{name}\.nonsense: unknown"):
        protection(name, nonsense=1)


@pytest.mark.parametrize("name", sorted(STRICT & set(PAIRLISTS)))
def test_a_pairlist_refuses_what_it_does_not_know(name) -> None:
    with pytest.raises(OperationalException, match=rf"pairlists\.{name}\.nonsense: unknown"):
        pairlist(name, PairlistExchange(), nonsense=1)


@every_pairlist
def test_a_pairlist_resolves_and_describes_itself(name) -> None:
    judge = pairlist(name, PairlistExchange())
    assert judge.name == name
    assert judge.short_desc().startswith(f"{name} - ")
    assert judge.description()
    assert judge.supports_backtesting is not SupportsBacktesting.YES


@every_pairlist
def test_a_pairlist_explains_each_parameter(name) -> None:
    for parameter in pairlist(name, PairlistExchange()).available_parameters().values():
        assert parameter["type"] in {"number", "string", "boolean", "option", "list"}
        assert parameter["description"]
        assert parameter["help"].endswith(".")
        assert "default" in parameter


def test_freq_ui_is_answered() -> None:
    found = {entry["name"]: entry for entry in PairListResolver.search_all_objects({}, False)}
    assert set(PAIRLISTS) <= set(found)
    for name in PAIRLISTS:
        kind = found[name]["class"]
        answer = {
            "name": name,
            "is_pairlist_generator": kind.is_pairlist_generator,
            "params": kind.available_parameters(),
            "description": kind.description(),
        }
        PairListResponse.model_validate(answer)


@every_pairlist
def test_a_pairlist_keeps_order_and_input(name) -> None:
    candles = {f"{base}/USDT": market(seed, 500) for seed, base in enumerate("ABCD")}
    closed_last = pd.Timestamp.now("UTC").floor("h") - timedelta(hours=1)
    for frame in candles.values():
        frame["date"] += closed_last - frame["date"].iloc[-1]
    copies = {pair: frame.copy(deep=True) for pair, frame in candles.items()}
    judge = pairlist(name, PairlistExchange(candles), **WARY.get(name, {}))
    asked = ["D/USDT", "UNKNOWN/USDT", "B/USDT"]
    with kept_in_memory([]):
        assert judge.filter_pairlist(asked, {}) == ["D/USDT", "B/USDT"]
        assert judge.filter_pairlist([], {}) == []
    assert asked == ["D/USDT", "UNKNOWN/USDT", "B/USDT"]
    for pair, frame in candles.items():
        assert frame.equals(copies[pair])


@every_pairlist
def test_a_pairlist_survives_an_exchange_without_candles(name) -> None:
    empty = {"A/USDT": market(1, 5).iloc[:0]}
    judge = pairlist(name, PairlistExchange(empty), **WARY.get(name, {}))
    with kept_in_memory([]):
        assert set(judge.filter_pairlist(["A/USDT", "UNKNOWN/USDT"], {})) <= {"A/USDT"}


@pytest.mark.parametrize("name", [*PROTECTIONS, *PAIRLISTS])
def test_each_plugin_and_its_parameters_are_on_the_page(name) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", sorted(STRICT))
def test_each_parameter_is_on_the_page(name) -> None:
    judge = pairlist(name, PairlistExchange()) if name in PAIRLISTS else protection(name)
    fields = type(judge._settings).model_fields
    assert [key for key in fields if not re.search(rf"`{key}`", PAGE)] == []


def test_the_examples_of_the_page_work() -> None:
    protections, pairlists = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    assert {example["method"] for example in protections} == set(PROTECTIONS)
    for example in protections:
        config = {"timeframe": "1h", "aurum": AURUM}
        ProtectionResolver.load_protection(example["method"], config, example)
    assert [example["method"] for example in pairlists[1:]] == PAIRLISTS
    for example in pairlists[1:]:
        pairlist(example.pop("method"), PairlistExchange(), **example)


@pytest.mark.parametrize("name", sorted(STRICT))
def test_defaults_are_as_on_the_page(name) -> None:
    judge = pairlist(name, PairlistExchange()) if name in PAIRLISTS else protection(name)
    for key in set(type(judge._settings).__annotations__) - {"section", "default_lookback"}:
        default = json.dumps(type(judge._settings).model_fields[key].default)
        assert re.search(rf"^\| `{key}` \|.*\| `?{re.escape(default)}`? \|$", PAGE, re.MULTILINE), (
            key
        )
