from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aurum_plugins.clock import HOUR_MS, MINUTE_MS
from aurum_plugins.features.candles import Candles, CandleStatus
from aurum_plugins.preprocessing.candle_repair import repair_candles
from aurum_plugins.preprocessing.candle_settings import CandleSettings
from aurum_plugins.preprocessing.quality.gaps import count_statuses, find_gaps
from aurum_plugins.preprocessing.quality.report import Gap, Period

REAL = Path(__file__).parents[3].parent / "shared" / "data"
needs_real = pytest.mark.skipif(
    not (REAL / "binance-1h").is_dir(), reason=f"real candles are not at {REAL}"
)
START = 1_735_689_600_000  # 2025-01-01
OBSERVED, MISSING, EMPTY, INVALID, IMPLAUSIBLE = CandleStatus


def candles_of(*statuses: int) -> Candles:
    count = len(statuses)
    opens = START + HOUR_MS * np.arange(count)
    columns = [np.ones(count)] * 5
    return Candles(HOUR_MS, opens, *columns, np.array(statuses, dtype=np.uint8))


def gap(first: int, last: int, **statuses: int) -> Gap:
    period = Period.of_ms(START + first * HOUR_MS, START + (last + 1) * HOUR_MS)
    return Gap(period=period, candles=last + 1 - first, statuses=statuses)


@pytest.mark.parametrize(
    ("statuses", "gaps"),
    [
        ([], ()),
        ([OBSERVED] * 3, ()),
        ([MISSING], (gap(0, 0, missing=1),)),
        ([OBSERVED, MISSING, MISSING, OBSERVED], (gap(1, 2, missing=2),)),
        ([EMPTY, MISSING, OBSERVED, EMPTY], (gap(0, 1, missing=1, empty=1), gap(3, 3, empty=1))),
        ([INVALID, OBSERVED, IMPLAUSIBLE], (gap(0, 0, invalid=1), gap(2, 2, implausible=1))),
    ],
)
def test_runs_of_candles_that_were_not_observed(statuses, gaps):
    assert find_gaps(candles_of(*statuses)) == gaps


def test_statuses_are_counted_every_one():
    counts = count_statuses(candles_of(OBSERVED, OBSERVED, EMPTY, MISSING, OBSERVED))
    assert counts == {"observed": 3, "missing": 1, "empty": 1, "invalid": 0, "implausible": 0}


def test_a_period_is_utc_to_the_millisecond():
    period = Period.of_ms(START + 1, START + HOUR_MS)
    assert period.start == datetime(2025, 1, 1, 0, 0, 0, 1_000, tzinfo=UTC)
    assert period.stop == datetime(2025, 1, 1, 1, tzinfo=UTC)
    assert (period.start_ms, period.stop_ms) == (START + 1, START + HOUR_MS)


def test_a_period_wants_a_time_zone():
    with pytest.raises(ValueError, match="timezone"):
        Period(start=datetime(2025, 1, 1), stop=datetime(2025, 1, 2))  # noqa: DTZ001


@needs_real
@pytest.mark.parametrize("coin", ["BNB", "BTC", "ETH", "SOL", "XRP"])
def test_each_of_the_ten_real_outages_is_told(coin):
    received = pd.read_feather(REAL / "binance-1h" / f"{coin}_USDT-1h.feather")
    candles = repair_candles(received, HOUR_MS, CandleSettings()).candles
    hours = np.diff(received["date"]) / np.timedelta64(1, "h")
    assert (hours > 1).sum() == 10
    found = find_gaps(candles)
    assert len(found) == 10
    assert sum(gap.statuses["missing"] for gap in found) == (hours - 1).sum() == 20
    # Twice the exchange sent one last candle without trades before it fell silent.
    ended = [gap.period.start.isoformat() for gap in found if "empty" in gap.statuses]
    assert ended == ["2021-02-11T03:00:00+00:00", "2023-03-24T12:00:00+00:00"]
    assert count_statuses(candles) == {
        "observed": 37_514,
        "missing": 20,
        "empty": 2,
        "invalid": 0,
        "implausible": 0,
    }


@needs_real
@pytest.mark.parametrize("coin", ["ADA", "BTC", "DOGE", "ETH", "LINK", "LTC", "SOL", "XRP"])
def test_the_real_5m_candles_are_whole(coin):
    received = pd.read_feather(REAL / "binance-5m" / f"{coin}_USDT-5m.feather")
    result = repair_candles(received, 5 * MINUTE_MS, CandleSettings())
    assert find_gaps(result.candles) == ()
    assert len(result.candles) == len(received)
