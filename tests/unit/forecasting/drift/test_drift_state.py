from __future__ import annotations

import numpy as np
import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.drift.drift_code import DriftCode
from aurum_plugins.forecasting.drift.drift_reading import DriftReading, InputReading
from aurum_plugins.forecasting.drift.drift_state import DriftState, assess_drift
from aurum_plugins.forecasting.drift.settings import DriftSettings
from aurum_plugins.forecasting.errors import BadRows

NAMES = list("abcdefgh")
INPUT_SENTENCE = (
    "75% of the features have shifted since training (25% allowed): a, b, c, d, e and 1 more"
)
SETTINGS = DriftSettings(loss_threshold=4.0, input_share=0.25, confidence_factor=0.5)


def state(
    losses: list[float],
    shifted: list[int],
    dead: list[int],
    settings: DriftSettings = SETTINGS,
) -> DriftState:
    """Rows with so many shifted and dead of 8 features; -1 is unknown."""
    loss = np.array(losses)
    counts, deaths = np.array(shifted), np.array(dead)
    share = np.where(counts < 0, np.nan, counts / 8)
    stopped = np.arange(8) < deaths[:, None]
    inputs = InputReading(
        statistic=share,
        drifted=(share > settings.input_share) | (deaths > 0),
        shifted=np.arange(8) < counts[:, None],
        dead=stopped,
    )
    return assess_drift(DriftReading(loss, loss > settings.loss_threshold), inputs, settings)


class TestKnownAnswers:
    def test_each_kind_of_drift_lowers_confidence(self):
        found = state([1.0, 5.0, 1.0, 5.0, 1.0], [0, 0, 3, 3, 0], [0, 0, 0, 0, 1])
        assert found.factor.tolist() == [1.0, 0.5, 0.5, 0.25, 0.5]
        assert found.drifted.tolist() == [False, True, True, True, True]

    def test_severity_is_the_worst_in_units_of_its_limit(self):
        found = state([2.0, 1.0, 8.0, 0.0], [0, 4, 1, 0], [0, 0, 0, 2])
        assert found.severity.tolist() == [0.5, 2.0, 2.0, 2.0]

    def test_what_is_not_known_neither_lowers_nor_hides(self):
        found = state([np.nan, np.nan, 6.0, np.nan], [-1, 3, -1, -1], [0, 0, 0, 1])
        assert found.factor.tolist() == [1.0, 0.5, 0.5, 0.5]
        assert found.severity == pytest.approx([np.nan, 1.5, 1.5, 2.0], nan_ok=True)

    def test_above_1_means_drifted(self):
        rng = np.random.default_rng(0)
        found = state(
            (rng.random(200) * 8).tolist(),
            rng.integers(-1, 9, 200).tolist(),
            rng.integers(0, 2, 200).tolist(),
        )
        assert np.array_equal(found.severity > 1, found.drifted)
        assert np.array_equal(found.factor < 1, found.drifted)

    def test_codes_and_sentences(self):
        found = state([4.66, 1.0, np.nan], [6, 0, 2], [1, 0, 0])
        assert found.codes(0) == tuple(DriftCode)
        assert found.sentences(0, NAMES) == (
            "losses exceed those on held-out rows by 4.7 times the noise (4 allowed)",
            INPUT_SENTENCE,
            "features stand still as they never did in training: a",
        )
        assert found.codes(1) == found.codes(-1) == ()
        assert found.sentences(-1, NAMES) == ()

    def test_a_code_is_text(self):
        assert f"{DriftCode.DEAD_FEATURE}" == "dead_feature"
        assert DriftCode("loss") is DriftCode.LOSS

    def test_a_factor_of_one_keeps_confidence(self):
        kept = DriftSettings(confidence_factor=1.0)
        assert state([9.0], [8], [1], kept).factor.tolist() == [1.0]


class TestSettings:
    def test_monitors_have_the_parameters(self):
        settings = DriftSettings(
            loss_candles=300, loss_threshold=5.0, input_candles=150, input_share=0.5
        )
        loss, inputs = settings.loss_drift(12), settings.input_drift()
        assert (loss.horizon, loss.window, loss.threshold) == (12, 300, 5.0)
        assert (inputs.window, inputs.share) == (150, 0.5)

    def test_an_empty_configuration_has_the_defaults(self):
        assert DriftSettings.from_config({}) == DriftSettings()

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("loss_candles", 49),
            ("loss_threshold", 0.0),
            ("input_candles", 10),
            ("input_share", 0.0),
            ("confidence_factor", 0.0),
            ("confidence_factor", 1.1),
            ("clear_share", 1.5),
            ("window", 3),
        ],
    )
    def test_wrong_values_are_named(self, key, value):
        with pytest.raises(ConfigurationError, match=f"aurum.drift.{key}"):
            DriftSettings.from_config({"aurum": {"drift": {key: value}}})


def test_readings_of_different_rows():
    loss = DriftReading(np.zeros(2), np.zeros(2, dtype=bool))
    inputs = state([0.0], [0], [0]).inputs
    with pytest.raises(BadRows, match="got 2 of losses and 1 of features"):
        assess_drift(loss, inputs, SETTINGS)
