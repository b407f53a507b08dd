from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from aurum_plugins.clock import DAY_MS
from aurum_plugins.sandbox import SandboxConfig, SimulatedExchange
from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS
from aurum_plugins.sandbox.listed_instruments import listed_instruments

START_MS = 1_749_126_896_789


def test_the_well_known_pairs_come_first():
    assert listed_instruments(9) == DEFAULT_INSTRUMENTS
    assert listed_instruments(2) == DEFAULT_INSTRUMENTS[:2]


def test_a_pair_is_the_same_however_many_there_are():
    assert listed_instruments(100)[:30] == listed_instruments(30)


def test_names_are_unique():
    assert len({instrument.symbol for instrument in listed_instruments(500)}) == 500


def test_grids_suit_prices_and_orders():
    for instrument in listed_instruments(500)[len(DEFAULT_INSTRUMENTS) :]:
        assert 1e-6 < instrument.tick / instrument.reference_price < 1e-3
        assert instrument.step * instrument.reference_price < float(instrument.min_notional) / 4
        assert instrument.step <= 1


def test_none_are_no_market():
    with pytest.raises(ValueError, match="count must be 1 or more, got 0"):
        listed_instruments(0)


@pytest.mark.parametrize("count", [0, 501])
def test_the_setting_has_bounds(count):
    with pytest.raises(ValidationError, match="pairs"):
        SandboxConfig(pairs=count)


def test_more_pairs_change_no_candle_of_those_before():
    usual, large = (
        SimulatedExchange.build(SandboxConfig(clock_start_ms=START_MS, pairs=count)).market
        for count in (9, 12)
    )

    assert sorted(set(large.instruments) - set(usual.instruments)) == [
        "COIN10USDT",
        "COIN11USDT",
        "COIN12USDT",
    ]
    span = START_MS - DAY_MS, START_MS
    for symbol in ("BTCUSDT", "BNBUSDT"):
        before, after = (each.tape.window(symbol, *span) for each in (usual, large))
        np.testing.assert_array_equal(before.close, after.close)
