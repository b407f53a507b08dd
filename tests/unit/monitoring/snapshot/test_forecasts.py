from __future__ import annotations

import pytest
from decisions import PAIR, decision, wanted

from aurum_plugins.monitoring.snapshot.bot_snapshot import Forecast
from aurum_plugins.monitoring.snapshot.forecasts import forecasts_of

FIGURES = {"close": 9.0, "probability": 0.61, "confidence": 0.4, "volatility_ratio": 1.2}


def test_a_forecast_as_the_journal_has_it() -> None:
    one = decision(figures={**FIGURES, "readiness": 1.0})
    assert forecasts_of([one]) == (Forecast(PAIR, one.candle_ms, 0.61, 0.4, 1.2, ready=True),)


@pytest.mark.parametrize(
    ("figures", "known"),
    [
        # What is not ready has no confidence; the mean of those before it is still there.
        ({"probability": 0.6, "volatility_ratio": 1.0, "readiness": 0.0}, (0.6, None, 1.0, False)),
        # Ready again, but too few before it were.
        ({"confidence": 0.5, "volatility_ratio": 1.0, "readiness": 1.0}, (None, 0.5, 1.0, False)),
        ({"probability": "nan", "readiness": 1.0}, (None, None, None, False)),
        ({"probability": 0.6}, (0.6, None, None, False)),
    ],
)
def test_what_is_not_known_is_none_and_not_acted_on(figures, known) -> None:
    [found] = forecasts_of([decision(figures=figures)])
    told = (found.probability, found.confidence, found.volatility_ratio, found.ready)
    assert told == known


def test_where_nothing_forecasts_there_is_none() -> None:
    assert forecasts_of([decision(), wanted(1, "ETH/USDT"), decision(2, figures={})]) == ()
