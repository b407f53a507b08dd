from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from aurum_plugins.forecasting import Forecasts
from aurum_plugins.forecasting.drift import DriftSettings, assess_drift
from aurum_plugins.forecasting.drift.drift_reading import DriftReading, InputReading
from aurum_plugins.freqai.drift_alerts import DriftAlerts

SETTINGS = DriftSettings(loss_threshold=4.0, clear_share=0.5)
RETURN, VOLATILITY = "&-forward_return", "&-forward_volatility"
BTC, ETH = "BTC/USDT", "ETH/USDT"
TRAINED = SimpleNamespace(trained_=SimpleNamespace(feature_names=["%-rsi", "%-atr"]))
ENSEMBLE = SimpleNamespace(models_={RETURN: TRAINED, VOLATILITY: TRAINED})


def state_of(loss, dead=False):
    """Two rows, the first of which is calm."""
    losses = np.array([0.0, loss])
    features = np.zeros((2, 2), dtype=bool)
    dying = np.array([[False, False], [False, dead]])
    inputs = InputReading(np.array([np.nan, np.nan]), dying.any(axis=1), features, dying)
    return assess_drift(DriftReading(losses, losses > 4.0), inputs, SETTINGS)


@pytest.fixture
def told():
    alerts = DriftAlerts(SETTINGS)

    def tell(loss, pair=BTC, label=RETURN, dead=False):
        drift = SimpleNamespace(drift=state_of(loss, dead))
        return list(alerts.of(pair, ENSEMBLE, Forecasts(np.ones(2), {label: drift})))

    return tell


def test_a_model_that_does_not_drift_is_not_spoken_of(told):
    assert told(1.0) == told(3.9) == told(np.nan) == []


def test_the_start_is_told_once_with_its_reasons(told):
    (text,) = told(5.0)
    assert text.startswith(f"{BTC}: the model of {RETURN} drifts, its confidence is lowered: ")
    assert "5.0" in text
    assert told(6.0) == told(4.5) == []


def test_the_end_is_told_once(told):
    told(5.0)
    # Under the threshold, yet not by enough.
    assert told(3.0) == []
    assert told(1.9) == [f"{BTC}: the model of {RETURN} no longer drifts"]
    assert told(1.0) == []
    assert len(told(4.1)) == 1


def test_features_at_fault_are_named(told):
    (text,) = told(1.0, dead=True)
    assert "%-atr" in text
    assert "%-rsi" not in text


def test_what_is_not_known_changes_nothing(told):
    told(5.0)
    assert told(np.nan) == []
    assert len(told(1.0)) == 1


def test_pairs_and_labels_are_told_apart(told):
    assert len(told(5.0)) == 1
    assert len(told(5.0, pair=ETH)) == 1
    assert len(told(5.0, label=VOLATILITY)) == 1
    assert told(5.0) == told(5.0, pair=ETH) == told(5.0, label=VOLATILITY) == []
    assert told(0.0, pair=ETH) == [f"{ETH}: the model of {RETURN} no longer drifts"]


def test_only_the_latest_row_counts():
    alerts = DriftAlerts(SETTINGS)
    state = state_of(0.0)
    state.severity[0] = 9.0
    drift = SimpleNamespace(drift=state)
    assert list(alerts.of(BTC, ENSEMBLE, Forecasts(np.ones(2), {RETURN: drift}))) == []
