"""The gate: floors, the champion on the same rows, and too few rows to tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.errors import BadRows
from aurum_plugins.forecasting.registry.judged import Compared, Judged
from aurum_plugins.forecasting.registry.promotion import PromotionGate
from aurum_plugins.forecasting.registry.promotion_settings import PromotionSettings
from aurum_plugins.forecasting.registry.verdict import ReasonCode

VOLATILITY, RETURN = "&-forward_volatility", "&-forward_return"
GATE = PromotionGate.of(PromotionSettings())


def judged(target: str = VOLATILITY, **changes: float) -> Judged:
    good = Judged(
        target=target,
        rows=876,
        effective_rows=36.5,
        accuracy=0.73,
        base_rate_accuracy=0.51,
        brier_skill=0.22,
        auc=0.79,
        coverage_80=0.79,
        coverage_90=0.9,
        log_loss=0.54,
    )
    return replace(good, **changes)


def compared(difference: float, target: str = VOLATILITY, **changes: float) -> Compared:
    pair = Compared(target, 876, 36.5, 0.54 + difference, 0.54, 0.01)
    return replace(pair, **changes)


def codes(verdict) -> list[ReasonCode]:
    return [reason.code for reason in verdict.reasons]


def test_without_a_champion_the_floors_decide() -> None:
    verdict = GATE.verdict([judged(), judged(RETURN, accuracy=0.49, brier_skill=-0.01)])
    assert verdict.promoted
    assert codes(verdict) == [ReasonCode.FLOORS_MET] * 2 + [ReasonCode.NO_CHAMPION]
    assert str(verdict.reasons[0]) == (
        "&-forward_volatility: accuracy 0.730 (floor 0.600), brier skill 0.220 (floor 0.000) "
        "on 876 rows"
    )


@pytest.mark.parametrize(
    ("target", "figure", "value", "code"),
    [
        (VOLATILITY, "accuracy", 0.5999, ReasonCode.FLOOR_MISSED),
        (VOLATILITY, "brier_skill", -0.001, ReasonCode.FLOOR_MISSED),
        (RETURN, "brier_skill", -0.0301, ReasonCode.FLOOR_MISSED),
        (VOLATILITY, "accuracy", np.nan, ReasonCode.UNDEFINED),
        (RETURN, "brier_skill", -np.inf, ReasonCode.UNDEFINED),
    ],
)
def test_one_missed_floor_is_enough(target, figure, value, code) -> None:
    for pairs in (None, [compared(-0.1), compared(-0.1, RETURN)]):
        others = [judged(VOLATILITY), judged(RETURN)]
        bad = [replace(one, **{figure: value}) if one.target == target else one for one in others]
        verdict = GATE.verdict(bad, pairs)
        assert not verdict.promoted
        assert not verdict.floors_met
        (reason,) = verdict.against
        assert (reason.code, reason.target) == (code, target)


def test_a_missed_floor_is_told_with_its_figures() -> None:
    verdict = GATE.verdict([judged(accuracy=0.58, brier_skill=np.nan)])
    assert [str(reason) for reason in verdict.against] == [
        "&-forward_volatility: accuracy 0.580 on 876 rows; the floor is 0.600",
        "&-forward_volatility: brier skill is undefined on 876 rows; the floor is 0.000",
    ]


def test_a_figure_at_its_floor_has_reached_it() -> None:
    assert GATE.verdict([judged(accuracy=0.6, brier_skill=0.0)]).promoted


@pytest.mark.parametrize(
    ("difference", "tolerance", "promoted"),
    [
        (-0.02, 1.0, True),
        (0.0, 1.0, True),
        (0.0099, 1.0, True),
        (0.0101, 1.0, False),
        (0.0199, 2.0, True),
        (0.0201, 2.0, False),
        (0.0001, 0.0, False),
        (-0.0001, 0.0, True),
    ],
)
def test_the_challenger_must_not_be_worse_beyond_noise(difference, tolerance, promoted) -> None:
    gate = replace(GATE, tolerance=tolerance)
    verdict = gate.verdict([judged()], [compared(difference)])
    assert verdict.promoted is promoted
    assert verdict.floors_met
    assert codes(verdict)[-1] is (ReasonCode.NOT_WORSE if promoted else ReasonCode.WORSE)


def test_a_worse_challenger_is_told_with_its_figures() -> None:
    (reason,) = GATE.verdict([judged()], [compared(0.03)]).against
    assert str(reason) == (
        "&-forward_volatility: worse, log loss 0.5700 against 0.5400 of the model in service, "
        "on 876 rows: +0.0300, up to +0.0100 may be chance"
    )


def test_the_same_model_twice_is_not_worse() -> None:
    assert GATE.verdict([judged()], [compared(0.0, standard_error=0.0)]).promoted


@pytest.mark.parametrize("pairs", [[], [compared(9.0, rows=240, effective_rows=10.0)]])
def test_too_few_common_rows_leave_it_to_the_floors(pairs) -> None:
    verdict = GATE.verdict([judged()], pairs)
    assert verdict.promoted
    assert codes(verdict) == [ReasonCode.FLOORS_MET, ReasonCode.NOT_COMPARED]
    rows = 240 if pairs else 0
    assert f"not compared: {rows} rows that neither model saw" in str(verdict.reasons[-1])
    assert not GATE.verdict([judged(accuracy=0.5)], pairs).promoted


@pytest.mark.parametrize("changes", [{"challenger": np.nan}, {"standard_error": np.nan}])
def test_an_undefined_comparison_counts_against_it(changes) -> None:
    verdict = GATE.verdict([judged()], [compared(-0.1, **changes)])
    assert not verdict.promoted
    assert codes(verdict)[-1] is ReasonCode.UNDEFINED


def test_nothing_judged_is_nothing_promoted() -> None:
    verdict = GATE.verdict([])
    assert not verdict.promoted
    assert codes(verdict) == [ReasonCode.NOT_JUDGED, ReasonCode.NO_CHAMPION]


def test_a_target_without_floors_is_only_compared() -> None:
    strange = judged("&-something", accuracy=0.1, brier_skill=-5.0)
    verdict = GATE.verdict([strange])
    assert verdict.promoted
    assert "no floors" in str(verdict.reasons[0])
    assert not GATE.verdict([strange], [compared(1.0, "&-something")]).promoted


def test_losses_are_compared_row_by_row() -> None:
    champion = np.array([0.5, 0.7, 0.6, np.nan, 0.4, 0.9])
    challenger = np.array([0.4, 0.8, 0.5, 0.1, np.inf, 0.9])
    pair = Compared.of("t", challenger, champion, horizon_candles=2)
    differences = [-0.1, 0.1, -0.1, 0.0]
    mean = sum(differences) / 4
    variance = sum((one - mean) ** 2 for one in differences) / 3
    assert (pair.rows, pair.effective_rows) == (4, 2.0)
    assert pair.champion == pytest.approx((0.5 + 0.7 + 0.6 + 0.9) / 4)
    assert pair.challenger - pair.champion == pytest.approx(mean)
    assert pair.standard_error == pytest.approx((variance / 2) ** 0.5)


def test_what_both_found_hard_does_not_count() -> None:
    rng = np.random.default_rng(0)
    hard = rng.exponential(size=1_000)
    pair = Compared.of("t", hard + 0.01, hard, horizon_candles=10)
    assert pair.standard_error < 1e-12
    assert pair.challenger - pair.champion == pytest.approx(0.01)


def test_a_longer_horizon_is_less_evidence() -> None:
    rng = np.random.default_rng(0)
    new, old = rng.random((2, 1_000))
    errors = [Compared.of("t", new, old, horizon).standard_error for horizon in (1, 4, 1_000)]
    assert errors[1] == pytest.approx(2 * errors[0])
    # At least one outcome is known.
    assert Compared.of("t", new, old, 5_000).standard_error == pytest.approx(errors[2])


@pytest.mark.parametrize("rows", [0, 1])
def test_with_hardly_a_row_the_noise_is_unknown(rows) -> None:
    pair = Compared.of("t", np.full(rows, 0.5), np.full(rows, 0.6), 1)
    assert pair.rows == rows
    assert np.isnan(pair.standard_error)


def test_losses_of_other_rows_are_an_error() -> None:
    with pytest.raises(BadRows, match=r"shapes \(3,\) and \(2,\)"):
        Compared.of("t", np.zeros(3), np.zeros(2), 1)


def test_figures_are_stored_by_name() -> None:
    metrics = judged().metrics
    assert metrics["accuracy"] == 0.73
    assert len(metrics) == 9


def settings(**given) -> PromotionSettings:
    return PromotionSettings.from_config({"aurum": {"promotion": given}})


def test_a_target_that_is_not_named_keeps_its_floors() -> None:
    floors = settings(floors={"forward_volatility": {"accuracy": 0.65}}).floors
    assert floors["forward_volatility"] == {"accuracy": 0.65}
    assert floors["forward_return"] == PromotionSettings().floors["forward_return"]
    assert settings(floors={"forward_return": {}}).floors["forward_return"] == {}
    assert settings(floors={"forward_return": {"accuracy": 0}}).floors["forward_return"]


@pytest.mark.parametrize(
    ("given", "key", "rule"),
    [
        ({"floors": {"astrology": {}}}, "floors", "'astrology' is no target; known are forward_"),
        ({"floors": {"forward_return": {"luck": 1}}}, "floors", "'luck' is no figure; known are"),
        ({"floors": {"forward_return": {"auc": 65}}}, "floors", r"auc must be in \[-1, 1\]"),
        ({"floors": {"forward_return": {"auc": "high"}}}, "floors.forward_return.auc", "number"),
        ({"floors": {"forward_return": 0.6}}, "floors.forward_return", "dictionary"),
        ({"floors": [0.6]}, "floors", "dictionary"),
        ({"tolerance": -1}, "tolerance", "greater than or equal to 0"),
        ({"keep_versions": 1}, "keep_versions", "greater than or equal to 2"),
        ({"least_judged_rows": 1.5}, "least_judged_rows", "integer"),
        ({"floor": {}}, "floor", "known are floors, keep_versions, least_judged_rows, tolerance"),
    ],
)
def test_a_wrong_setting_is_named(given, key, rule) -> None:
    with pytest.raises(ConfigurationError, match=rule) as caught:
        settings(**given)
    assert caught.value.key == f"aurum.promotion.{key}"


def test_defaults_are_not_shared_between_settings() -> None:
    PromotionSettings().floors["forward_return"] = {}
    assert PromotionSettings().floors["forward_return"] == {"brier_skill": -0.03}
