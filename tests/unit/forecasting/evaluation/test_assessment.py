"""The figures of a target, against slow computations and numbers done by hand."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from evaluation_report import canaries
from forecast_table import forecast_table
from sklearn.metrics import log_loss, roc_auc_score

from aurum_plugins.forecasting.evaluation.assessment import THRESHOLDS, Assessment
from aurum_plugins.forecasting.evaluation.forecast_table import BadForecastTable
from aurum_plugins.forecasting.evaluation.report import Estimate, TargetReport

JUDGE = Assessment(horizon=4, threshold=0.65, cost=0.001, trials=3)
FRAME = forecast_table(1_500, skill=0.8)
KNOWN = FRAME[FRAME["usable"] & FRAME["target"].notna()]
ABOVE = (KNOWN["target"] > 0).to_numpy()
PROBABILITY = KNOWN["probability"].to_numpy()


@pytest.fixture(scope="module")
def report() -> TargetReport:
    return JUDGE.of("forward_return", FRAME, canaries(), with_strategy=True)


def share(flags) -> float:
    return sum(map(bool, flags)) / len(flags)


def brier(probability, above) -> float:
    return sum((p - a) ** 2 for p, a in zip(probability, above, strict=True)) / len(above)


def within(estimate: Estimate) -> bool:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low <= estimate.value <= estimate.high


def test_rows_are_counted_by_what_became_of_them(report) -> None:
    assert report.forecasts == 3_000
    assert report.rows == len(KNOWN)
    assert report.windows == 3
    assert report.refused == {"novel": int((~FRAME["usable"]).sum())}
    assert report.unknown == int((FRAME["usable"] & FRAME["target"].isna()).sum())
    assert report.rows + report.unknown + sum(report.refused.values()) == report.forecasts
    assert report.base_rate == pytest.approx(share(ABOVE))


def test_scores_are_what_slow_computations_say(report) -> None:
    scores = report.scores
    base_rate = KNOWN["base_rate"].to_numpy()
    right = [(p > 0.5) == a for p, a in zip(PROBABILITY, ABOVE, strict=True)]
    majority = [0.5 if b == 0.5 else (b > 0.5) == a for b, a in zip(base_rate, ABOVE, strict=True)]
    assert scores.accuracy.value == pytest.approx(share(right))
    assert scores.majority == pytest.approx(sum(majority) / len(majority))
    assert scores.hindsight_majority == pytest.approx(max(share(ABOVE), 1 - share(ABOVE)))
    assert scores.auc.value == pytest.approx(roc_auc_score(ABOVE, PROBABILITY))
    assert scores.brier == pytest.approx(brier(PROBABILITY, ABOVE))
    skill = 1 - brier(PROBABILITY, ABOVE) / brier(base_rate, ABOVE)
    assert scores.brier_skill.value == pytest.approx(skill)
    assert scores.log_loss == pytest.approx(log_loss(ABOVE, PROBABILITY))
    for estimate in (scores.accuracy, scores.auc, scores.brier_skill, scores.gain_over_majority):
        assert within(estimate)


def test_persistence_is_compared_on_the_rows_where_it_is_known(report) -> None:
    rows = KNOWN[KNOWN["persistence"].notna()]
    above = rows["target"] > 0
    same = share((rows["persistence"] > 0) == above)
    ours = share((rows["probability"] > 0.5) == above)
    scores = report.scores
    assert scores.persistence_rows == len(rows) < report.rows
    assert scores.persistence == pytest.approx(same)
    assert scores.accuracy_beside_persistence == pytest.approx(ours)
    assert scores.gain_over_persistence.value == pytest.approx(ours - same)
    assert within(scores.gain_over_persistence)


def test_the_calibration_error_is_that_of_its_reliability_table(report) -> None:
    table = report.reliability
    assert len(table) == 10
    assert sum(line.rows for line in table) == report.rows
    error = sum(abs(b.probability - b.observed) * b.rows for b in table) / report.rows
    assert report.scores.calibration_error == pytest.approx(error)


def test_the_curve_ranks_and_thresholds_do_not(report) -> None:
    right = (PROBABILITY > 0.5) == ABOVE
    confidence = KNOWN["confidence"].to_numpy()
    assert report.curve[0].coverage == 1.0
    assert report.curve[0].accuracy == pytest.approx(right.mean())
    tenth = next(point for point in report.curve if point.coverage == pytest.approx(0.1, abs=1e-3))
    best = np.argsort(-confidence, kind="stable")[: tenth.rows]
    assert tenth.accuracy == pytest.approx(right[best].mean())
    assert [t.threshold for t in report.thresholds] == sorted({*THRESHOLDS, 0.65})
    for line in report.thresholds:
        sure = confidence >= line.threshold
        assert line.rows == sure.sum()
        assert line.coverage == pytest.approx(sure.mean())
        if line.rows:
            assert line.accuracy.value == pytest.approx(right[sure].mean())
        else:
            assert line.accuracy.value is None
            assert line.majority is line.persistence is None
        assert (line.accuracy.low is None) == (line.rows < 30)


def test_coverage_is_the_share_within_the_intervals(report) -> None:
    for figures, level in zip(report.intervals, (80, 90), strict=True):
        low, high = KNOWN[f"lower_{level}"], KNOWN[f"upper_{level}"]
        held = (low <= KNOWN["target"]) & (KNOWN["target"] <= high)
        assert figures.level == level / 100
        assert figures.coverage.value == pytest.approx(held.mean())
        assert figures.mean_width == pytest.approx((high - low).mean())
        assert within(figures.coverage)
        for pair in report.by_pair:
            assert pair.coverage[str(level)] == pytest.approx(
                held[KNOWN["pair"] == pair.name].mean()
            )


def test_slices_cover_every_row_once(report) -> None:
    for parts in (report.by_pair, report.by_month, report.by_regime):
        assert sum(part.rows for part in parts) == report.rows
    assert [part.name for part in report.by_month] == ["2024-01", "2024-02", "2024-03"]
    assert [part.name for part in report.by_regime] == ["regime 0", "regime 1", "regime 2"]
    bitcoin = report.by_pair[0]
    rows = KNOWN[KNOWN["pair"] == "BTC/USDT"]
    assert bitcoin.auc == pytest.approx(roc_auc_score(rows["target"] > 0, rows["probability"]))


def test_members_stand_alone_and_are_missed(report) -> None:
    for member, weight in zip(report.members, (0.7, 0.3), strict=True):
        alone = KNOWN[f"member_{member.name}"]
        without = KNOWN[f"without_{member.name}"]
        assert member.weight == pytest.approx(weight)
        assert member.accuracy == pytest.approx(share((alone > 0.5) == ABOVE))
        gain = share((PROBABILITY > 0.5) == ABOVE) - share((without > 0.5) == ABOVE)
        assert member.gain_in_accuracy.value == pytest.approx(gain)
        reference = brier(KNOWN["base_rate"], ABOVE)
        skill = (brier(without, ABOVE) - brier(PROBABILITY, ABOVE)) / reference
        assert member.gain_in_skill.value == pytest.approx(skill)
        assert within(member.gain_in_skill)


def test_a_member_that_was_silent_is_compared_where_it_spoke() -> None:
    frame = FRAME.copy()
    silent = frame.index % 3 == 0
    frame.loc[silent, ["member_lightgbm", "without_lightgbm"]] = np.nan
    member = JUDGE.of("t", frame).members[1]
    spoke = KNOWN[KNOWN.index % 3 != 0]
    above = spoke["target"] > 0
    assert member.rows == len(spoke)
    assert member.accuracy == pytest.approx(share((spoke["member_lightgbm"] > 0.5) == above))
    losses = brier(spoke["without_lightgbm"], above) - brier(spoke["probability"], above)
    assert member.gain_in_skill.value == pytest.approx(losses / brier(spoke["base_rate"], above))


def test_a_member_without_weight_or_ablation_has_none() -> None:
    frame = FRAME.drop(columns=["weight_lightgbm", "without_lightgbm"])
    member = JUDGE.of("t", frame).members[1]
    assert member.weight is None
    assert member.gain_in_skill == Estimate(value=None)
    silent = FRAME.assign(member_lightgbm=np.nan, without_lightgbm=np.nan, weight_lightgbm=np.nan)
    member = JUDGE.of("t", silent).members[1]
    assert (member.rows, member.accuracy, member.auc, member.weight) == (0, None, None, None)
    assert member.gain_in_accuracy.value is None


def test_intervals_come_from_blocks_and_hold_what_is_true() -> None:
    inside = defaultdict(int)
    for seed in range(20):
        frame = forecast_table(400, ("A/B",), seed=seed, skill=0.0, refused=0.0)
        scores = JUDGE.of("t", frame).scores
        for name in ("accuracy", "auc"):
            estimate = getattr(scores, name)
            inside[name] += estimate.low <= 0.5 <= estimate.high
    assert inside["auc"] >= 17


def test_too_little_time_has_figures_without_intervals() -> None:
    report = JUDGE.of("t", forecast_table(30, skill=0.8, refused=0.0))
    assert report.scores.accuracy.value is not None
    assert report.scores.accuracy.low is report.scores.auc.high is None
    assert report.scores.auc.value is not None


def test_the_same_seed_gives_the_same_report() -> None:
    assert JUDGE.of("t", FRAME) == JUDGE.of("t", FRAME.sample(frac=1, random_state=5))


def test_without_regimes_intervals_and_persistence_nothing_is_claimed() -> None:
    bounds = [f"{end}_{level}" for end in ("lower", "upper") for level in (80, 90)]
    frame = FRAME.drop(columns=["regime", "refusal", "close"])
    frame[[*bounds, "persistence"]] = np.nan
    report = JUDGE.of("t", frame, with_strategy=True)
    assert report.by_regime == ()
    assert report.strategy is None
    assert set(report.refused) == {"not usable"}
    assert report.scores.persistence is None
    assert report.scores.gain_over_persistence == Estimate(value=None)
    for figures in report.intervals:
        assert (figures.rows, figures.mean_width, figures.coverage.value) == (0, None, None)


def test_unknown_regimes_are_left_out() -> None:
    frame = FRAME.assign(regime=-1)
    assert JUDGE.of("t", frame).by_regime == ()


def test_one_outcome_has_no_auc() -> None:
    frame = FRAME.assign(target=1.0)
    scores = JUDGE.of("t", frame).scores
    assert scores.auc == Estimate(value=None)
    assert scores.hindsight_majority == 1.0


def test_without_a_row_to_judge_it_says_why() -> None:
    frame = FRAME.assign(usable=False, refusal="")
    report = JUDGE.of("t", frame)
    assert report.error == "no forecast may be acted on and has a known target"
    assert report.scores is None
    assert report.base_rate is None
    assert report.refused == {"not usable": 3_000}
    assert report.accuracy_with_refused is not None
    silent = frame.assign(probability=np.nan)
    assert JUDGE.of("t", silent).accuracy_with_refused is None


def test_none_refused_is_no_reason() -> None:
    frame = FRAME.drop(columns="refusal").assign(usable=True)
    assert JUDGE.of("t", frame).refused == {}


def test_refused_forecasts_are_shown_beside() -> None:
    known = FRAME[FRAME["target"].notna()]
    every = share((known["probability"] > 0.5) == (known["target"] > 0))
    assert JUDGE.of("t", FRAME).accuracy_with_refused == pytest.approx(every)


def test_a_broken_table_is_refused() -> None:
    with pytest.raises(BadForecastTable, match="probability"):
        JUDGE.of("t", FRAME.assign(probability=2.0))


def test_no_figure_is_nan(report) -> None:
    assert "NaN" not in report.model_dump_json()
    assert TargetReport.model_validate_json(report.model_dump_json()) == report
