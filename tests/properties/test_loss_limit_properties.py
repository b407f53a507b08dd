"""The loss limits against an oracle, over random walks and over nonsense."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loss_history import DAY, HOUR, LossHistory
from risk_cases import ANYTHING, risk_settings

from aurum_plugins.reasons import Reason
from aurum_plugins.risk.closed_trade import ClosedTrade
from aurum_plugins.risk.loss_limits import LossLimits
from aurum_plugins.risk.risk_state import RiskState
from aurum_plugins.risk.standing import Standing

# A Monday.
START = 1_709_510_400_000


class TestLossLimits:
    @settings(max_examples=80, deadline=None)
    @given(
        limits=risk_settings(),
        seed=st.integers(0, 2**32 - 1),
        step=st.sampled_from([HOUR, 7 * HOUR, 2 * DAY]),
        noise=st.sampled_from([0.003, 0.02, 0.08]),
    )
    def test_as_computed_from_the_whole_history(self, limits, seed, step, noise):
        rng = np.random.default_rng(seed)
        keeper, history, state = LossLimits(limits), LossHistory(limits), RiskState()
        now, equity = START + int(rng.integers(0, 7 * DAY)), 1_000.0
        number = 0
        for _ in range(120):
            now += int(rng.integers(1, 2 * step))
            equity *= math.exp(rng.normal(-noise / 10, noise))
            fresh = []
            for _ in range(rng.integers(0, 3)):
                number += 1
                fresh.append(ClosedTrade(number, "A/U", now, float(rng.choice([-1.0, -1.0, 2.0]))))
            known = [*history.trades.values()][-5:]
            closed = [*fresh, *known]
            rng.shuffle(closed)
            state = keeper.update(state, now, equity, closed)
            history.trades |= {(t.closed_ms, t.trade_id): t for t in fresh}
            history.marks.append((now, equity))
            standing = keeper.standing(state, now, equity)
            reason = None if standing.refusal is None else standing.refusal.reason
            assert reason is history.reason()
            assert standing.drawdown == pytest.approx(history.drawdown()[1], abs=1e-12)
            assert (standing.scale == 0) >= (reason is not None)
            assert 0 <= standing.scale <= 1
            state = RiskState.from_json(json.loads(json.dumps(state.to_json())))

    @settings(max_examples=60, deadline=None)
    @given(
        limits=risk_settings(),
        moves=st.lists(
            st.tuples(st.integers(-3 * DAY, 3 * DAY), ANYTHING, st.lists(ANYTHING, max_size=3)),
            max_size=30,
        ),
    )
    def test_nonsense_never_raises_and_never_opens(self, limits, moves):
        keeper, state, now = LossLimits(limits), RiskState(), START
        for number, (step, equity, profits) in enumerate(moves):
            now = max(0, now + step)
            closed = [ClosedTrade(number, "A/U", now + n, p) for n, p in enumerate(profits)]
            state = keeper.update(state, now, equity, closed)
            standing = keeper.standing(state, now, equity)
            sound = math.isfinite(equity) and equity > 0
            assert sound or standing.refusal.reason is Reason.EQUITY_UNKNOWN
            assert (standing.refusal is None) <= (standing.drawdown < limits.drawdown_stop)
            assert standing.refusal is None or standing.scale == 0
            assert RiskState.from_json(state.to_json()) == state

    @settings(max_examples=60, deadline=None)
    @given(
        limits=risk_settings(),
        marks=st.lists(st.floats(500, 1500), min_size=1, max_size=10),
        equity=st.floats(300, 1500),
        less=st.floats(0, 1, exclude_min=True),
    )
    def test_a_lower_equity_never_allows_more(self, limits, marks, equity, less):
        # A stop that is lifted right now takes the equity itself for the peak.
        keeper = LossLimits(limits.model_copy(update={"drawdown_pause_days": None}))
        state = RiskState()
        for number, mark in enumerate(marks):
            state = keeper.update(state, START + number * 6 * HOUR, mark)
        now = START + len(marks) * 6 * HOUR
        better, worse = (keeper.standing(state, now, e) for e in (equity, equity * less))
        assert worse.scale <= better.scale
        assert worse.drawdown >= better.drawdown

    @settings(max_examples=60, deadline=None)
    @given(limits=risk_settings(), drawdown=st.floats(0, 1), step=st.floats(0, 1e-6))
    def test_the_throttle_is_continuous_and_falls_until_the_stop(self, limits, drawdown, step):
        keeper = LossLimits(limits)
        here, there = keeper.throttle(drawdown), keeper.throttle(drawdown + step)
        assert there <= here
        if drawdown + step < limits.drawdown_stop - 1e-9:
            width = limits.drawdown_stop - limits.drawdown_throttle
            assert here - there <= step / width + 1e-9
            assert there >= limits.throttle_floor - 1e-9
        assert keeper.throttle(limits.drawdown_throttle) == 1
        assert keeper.throttle(limits.drawdown_stop) == 0

    @settings(max_examples=60, deadline=None)
    @given(
        limits=risk_settings(),
        marks=st.lists(st.floats(100, 2_000), min_size=1, max_size=20),
        step=st.integers(1, 3 * DAY),
    )
    def test_the_unit_of_money_is_irrelevant(self, limits, marks, step):
        keeper = LossLimits(limits)

        def standings(factor: float) -> list[Standing]:
            state, answers = RiskState(), []
            for number, mark in enumerate(marks):
                now = START + number * step
                state = keeper.update(state, now, mark * factor)
                answers.append(keeper.standing(state, now, mark * factor))
            return answers

        # A power of two, so that no rounding gets in between.
        assert standings(1024.0) == standings(1.0)
