from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from scipy.signal import lfilter

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.drift.long_run import long_run_deviation
from aurum_plugins.forecasting.drift.loss_drift import LossDrift
from aurum_plugins.forecasting.errors import BadRows, NotFitted

HOUR = 2_160  # candles of 1h in 90 days


def overlapping(rng: np.random.Generator, rows: int, horizon: int) -> np.ndarray:
    """Squared errors of overlapping outcomes, whose scale wanders."""
    noise = np.convolve(rng.normal(size=rows + horizon - 1), np.ones(horizon), "valid")
    scale = lfilter([math.sqrt(1 - 0.98**2)], [1.0, -0.98], rng.normal(size=rows + 500))[500:]
    return (noise / math.sqrt(horizon) * np.exp(0.4 * scale)) ** 2


def slow_means(monitor: LossDrift, losses: np.ndarray, candles: np.ndarray) -> dict[int, float]:
    """Mean of each stretch that is at least half known."""
    values: dict[int, list[float]] = {}
    for loss, candle in zip(losses.tolist(), candles.tolist()):
        if not math.isnan(loss):
            values.setdefault(candle // monitor.horizon, []).append(min(loss, monitor.cap_))
    return {n: sum(v) / len(v) for n, v in values.items() if 2 * len(v) >= monitor.horizon}


def slow_statistic(monitor: LossDrift, means: dict[int, float], row: int) -> float:
    """The latest k stretches against the reference, for every k, by plain loops."""
    h = monitor.horizon
    latest = max(n for n in range(-5, row + 1) if (n + 1) * h - 1 <= row - h)
    best = math.nan
    chosen: list[float] = []
    for back in range((monitor.window + 1) // h - 1):
        if latest - back in means:
            chosen.append(means[latest - back])
        if len(chosen) >= max(4, math.ceil(24 / h)):
            noise = monitor.deviation_ * math.sqrt(1 / monitor.stretches_ + 1 / len(chosen))
            score = (sum(chosen) / len(chosen) - monitor.mean_) / noise
            best = score if math.isnan(best) else max(best, score)
    return best


class TestKnownAnswers:
    def test_reference_by_hand(self):
        losses = np.random.default_rng(0).exponential(size=101)
        monitor = LossDrift(4, 200, 4.0).fit(losses, np.arange(101))
        cap = np.sort(losses)[95]
        means = np.minimum(losses, cap)[:100].reshape(25, 4).mean(axis=1)
        assert monitor.cap_ == cap
        assert monitor.stretches_ == 25
        assert monitor.mean_ == pytest.approx(means.mean())
        assert monitor.deviation_ == pytest.approx(long_run_deviation(means))

    @pytest.mark.parametrize("horizon", [1, 3, 12, 24])
    def test_equals_plain_loops(self, horizon):
        rng = np.random.default_rng(horizon)
        candles = np.flatnonzero(rng.random(1_400) > 0.2)
        losses = overlapping(rng, len(candles), horizon)
        losses[rng.random(len(losses)) < 0.1] = np.nan
        monitor = LossDrift(horizon, 200, 4.0).fit(losses[:800], candles[:800])
        rows = rng.integers(900, 1_450, 40)
        fast = monitor.read(losses, candles, rows).statistic
        means = slow_means(monitor, losses, candles)
        slow = [slow_statistic(monitor, means, int(row)) for row in rows]
        assert fast == pytest.approx(slow, nan_ok=True)
        assert np.isfinite(fast).any()

    def test_losses_as_usual_are_near_zero_and_higher_ones_above(self):
        candles = np.arange(2_000)
        losses = np.random.default_rng(5).exponential(size=2_000)
        monitor = LossDrift(4, 480, 4.0).fit(losses[:1_000], candles[:1_000])
        usual = monitor.read(losses, candles, np.array([1_999]))
        assert abs(usual.statistic[0]) < 3
        assert not usual.drifted[0]
        losses[1_500:] += 0.5
        assert monitor.read(losses, candles, np.array([1_999])).drifted[0]

    def test_lower_losses_are_no_drift(self):
        candles = np.arange(2_000)
        losses = np.random.default_rng(6).exponential(size=2_000)
        monitor = LossDrift(4, 480, 4.0).fit(losses[:1_000], candles[:1_000])
        reading = monitor.read(losses * 0.2, candles, candles[1_500:])
        assert (reading.statistic < 0).all()
        assert not reading.drifted.any()


class TestInvariants:
    def test_nothing_is_known_before_its_horizon(self):
        rng = np.random.default_rng(1)
        candles, losses = np.arange(1_500), overlapping(rng, 1_500, 12)
        monitor = LossDrift(12, 240, 4.0).fit(losses[:800], candles[:800])
        row = np.array([1_300])
        before = monitor.read(losses, candles, row).statistic
        losses[candles > 1_300 - 12] = 1e9
        assert monitor.read(losses, candles, row).statistic == before
        losses[candles == 1_288 - 1_288 % 12 - 1] = 1e9
        assert monitor.read(losses, candles, row).statistic != before

    def test_a_short_record_reads_as_a_long_one(self):
        rng = np.random.default_rng(2)
        candles, losses = np.arange(3_000), overlapping(rng, 3_000, 7)
        monitor = LossDrift(7, 240, 4.0).fit(losses[:800], candles[:800])
        rows = candles[1_200:]
        long = monitor.read(losses, candles, rows).statistic
        for position in range(0, len(rows), 37):
            row = rows[position]
            recorded = (candles > row - 7 - 240) & (candles <= row)
            short = monitor.read(losses[recorded], candles[recorded], np.array([row]))
            assert short.statistic[0] == long[position]

    def test_rows_do_not_depend_on_each_other_nor_on_their_order(self):
        rng = np.random.default_rng(3)
        candles, losses = np.arange(1_500), overlapping(rng, 1_500, 4)
        monitor = LossDrift(4, 240, 4.0).fit(losses[:800], candles[:800])
        rows = rng.permutation(candles[900:])
        together = monitor.read(losses, candles, rows).statistic
        apart = [monitor.read(losses, candles, rows[i : i + 1]).statistic[0] for i in range(50)]
        assert together[:50].tolist() == apart

    def test_scale_of_losses_makes_no_difference(self):
        rng = np.random.default_rng(4)
        candles, losses = np.arange(1_500), overlapping(rng, 1_500, 4)
        readings = [
            LossDrift(4, 240, 4.0).fit(x[:800], candles[:800]).read(x, candles, candles[900:])
            for x in (losses, losses * 1e6)
        ]
        assert readings[0].statistic == pytest.approx(readings[1].statistic)

    def test_input_is_not_changed_and_the_monitor_can_be_pickled(self):
        candles = np.arange(1_500)
        losses = np.random.default_rng(8).exponential(size=1_500)
        kept = losses.copy()
        monitor = LossDrift(4, 240, 4.0).fit(losses[:800], candles[:800])
        copied = pickle.loads(pickle.dumps(monitor))  # noqa: S301
        one, two = (m.read(losses, candles, candles) for m in (monitor, copied))
        assert np.array_equal(one.statistic, two.statistic, equal_nan=True)
        assert np.array_equal(losses, kept)


class TestPromises:
    @pytest.mark.parametrize("horizon", [4, 24])
    def test_false_alarms_are_rare(self, horizon):
        raised = 0
        for seed in range(40):
            rng = np.random.default_rng(seed)
            candles = np.arange(2_600 + 720)
            losses = overlapping(rng, len(candles), horizon)
            monitor = LossDrift(horizon, 480, 4.0).fit(losses[:2_600], candles[:2_600])
            drifted = monitor.read(losses, candles, candles[2_600:]).drifted
            raised += np.count_nonzero(np.diff(drifted, prepend=False) & drifted)
        assert raised / 40 * HOUR / 720 <= 1.0

    def test_flipped_labels_are_noticed_within_days(self):
        delays = []
        for seed in range(10):
            rng = np.random.default_rng(seed)
            candles = np.arange(2_600 + 480)
            signal = lfilter([math.sqrt(1 - 0.9**2)], [1.0, -0.9], rng.normal(size=len(candles)))
            probability = 1 / (1 + np.exp(-signal))
            up = rng.random(len(candles)) < probability
            up[2_600:] = ~up[2_600:]
            losses = -np.log(np.where(up, probability, 1 - probability))
            monitor = LossDrift(4, 480, 4.0).fit(losses[:2_600], candles[:2_600])
            drifted = monitor.read(losses, candles, candles[2_600:]).drifted
            assert drifted.any()
            delays.append(int(drifted.argmax()))
        assert np.median(delays) <= 72


class TestUnknown:
    def monitor(self) -> LossDrift:
        losses = np.random.default_rng(9).exponential(size=800)
        return LossDrift(4, 240, 4.0).fit(losses, np.arange(800))

    @pytest.mark.parametrize("losses", [np.array([]), np.full(100, np.nan), np.ones(20)])
    def test_too_few_outcomes(self, losses):
        candles = np.arange(1_000, 1_000 + len(losses))
        reading = self.monitor().read(losses, candles, np.array([1_100, 1_200]))
        assert np.isnan(reading.statistic).all()
        assert not reading.drifted.any()
        assert not reading.known.any()

    @pytest.mark.parametrize(
        "reference",
        [
            np.array([]),
            np.random.default_rng(0).exponential(size=77),
            np.full(800, 0.1),
            np.full(800, np.inf),
            np.full(800, np.nan),
        ],
        ids=["none", "few", "alike", "infinite", "missing"],
    )
    def test_a_reference_that_says_nothing(self, reference):
        monitor = LossDrift(4, 240, 4.0).fit(reference, np.arange(len(reference)))
        reading = monitor.read(np.full(800, 5.0), np.arange(800), np.arange(700, 800))
        assert not reading.known.any()
        assert not reading.drifted.any()

    def test_an_infinite_loss_counts_as_a_high_one(self):
        candles = np.arange(800, 1_100)
        reading = self.monitor().read(np.full(300, np.inf), candles, candles[250:])
        assert np.isfinite(reading.statistic).all()
        assert reading.drifted.all()

    def test_no_rows(self):
        reading = self.monitor().read(np.ones(90), np.arange(90), np.array([], dtype=np.int64))
        assert reading.statistic.shape == reading.drifted.shape == (0,)


class TestValidation:
    @pytest.mark.parametrize(("horizon", "needed"), [(1, 24), (12, 59), (24, 119), (100, 499)])
    def test_a_window_too_short_for_the_horizon(self, horizon, needed):
        losses, candles = np.ones(10), np.arange(10)
        with pytest.raises(ConfigurationError, match=f"at least {needed} for a horizon") as caught:
            LossDrift(horizon, needed - 1, 4.0).fit(losses, candles)
        assert caught.value.key == "aurum.drift.loss_candles"
        LossDrift(horizon, needed, 4.0).fit(losses, candles)

    def test_not_fitted(self):
        with pytest.raises(NotFitted, match="monitor of losses was not trained"):
            LossDrift(4, 240, 4.0).read(np.ones(2), np.arange(2), np.arange(2))

    def test_rows_of_two_dimensions(self):
        monitor = LossDrift(4, 240, 4.0).fit(np.ones(2), np.arange(2))
        with pytest.raises(BadRows, match=r"one dimension, got shape \(2, 1\)"):
            monitor.read(np.ones(2), np.arange(2), np.ones((2, 1), dtype=np.int64))
