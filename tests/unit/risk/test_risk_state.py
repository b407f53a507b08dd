from __future__ import annotations

import json
import math

import numpy as np
import pytest

from aurum_plugins.errors import AurumError
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.errors import DamagedRiskState
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.settings import RiskSettings

START = 1_709_510_400_000
LIMITS = LossLimits(RiskSettings())
STATE = LIMITS.update(
    LIMITS.update(RiskState(), START, 1_000.0),
    START + 1,
    900.0,
    [ClosedTrade(7, "BTC/USDT", START + 1, -3.0)],
)


class TestJson:
    @pytest.mark.parametrize("state", [RiskState(), STATE])
    def test_it_comes_back_as_it_was(self, state):
        assert RiskState.from_json(json.loads(json.dumps(state.to_json()))) == state

    def test_numbers_of_numpy_are_written_as_numbers(self):
        state = LIMITS.update(STATE, START + 2, np.float64(900.0))
        assert type(json.loads(json.dumps(state.to_json()))["equity"]) is float

    def test_whole_numbers_may_have_lost_their_point(self):
        assert RiskState.from_json({**STATE.to_json(), "equity": 900}) == STATE

    @pytest.mark.parametrize(
        ("key", "value", "rule"),
        [
            ("peak", "1000", "peak: Input should be a valid number"),
            ("peak", None, "peak: Input should be a valid number"),
            ("peak", -1.0, "peak: Input should be greater than or equal to 0"),
            ("peak", math.nan, "peak: "),
            ("at_ms", 1.5, "at_ms: "),
            ("counted", [[1]], "counted.0.1: Field required"),
            ("halted_ms", "never", "halted_ms: "),
            ("peek", 1.0, "peek: Extra inputs are not permitted"),
            ("day_low", 0.0, "state: Value error, with an equity go a peak and the marks of day"),
            ("peak", object(), "not JSON serializable"),
        ],
    )
    def test_what_is_damaged_is_named(self, key, value, rule):
        with pytest.raises(DamagedRiskState) as caught:
            RiskState.from_json({**STATE.to_json(), key: value})
        assert isinstance(caught.value, AurumError)
        assert rule in caught.value.rule
        assert str(caught.value).startswith(
            "what the loss limits remember cannot be read, so nothing may be opened: "
        )

    @pytest.mark.parametrize("key", RiskState.model_fields)
    def test_nothing_may_be_missing(self, key):
        written = STATE.to_json()
        del written[key]
        with pytest.raises(DamagedRiskState, match=f"{key} is missing"):
            RiskState.from_json(written)
