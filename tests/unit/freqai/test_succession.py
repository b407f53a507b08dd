from __future__ import annotations

from datetime import UTC, datetime

import pytest
from forecast_rows import (
    FIRST,
    RETURN,
    TRAINED,
    VOLATILITY,
    fit_on,
    forecast_of,
    forecast_rows,
    same_numbers,
    small_ensemble,
    trained_ensemble,
)

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.forecasting.judgement import judge
from aurum_plugins.forecasting.registry import (
    ModelRegistry,
    PromotionSettings,
    ReasonCode,
    State,
)
from aurum_plugins.freqai.succession import Challenger, Succession
from aurum_plugins.freqai.training_facts import LIBRARIES
from aurum_plugins.freqai.training_table import TrainingTable

PAIR, HOUR_MS = "BTC/USDT", 3_600_000
PAST = forecast_rows().part(slice(TRAINED))
SETTINGS = "0123456789abcdef"
LENIENT = {"floors": {"forward_return": {}, "forward_volatility": {}}}
STRICT = {"floors": {"forward_return": {"accuracy": 0.99}}}


def challenger_of(ensemble=None, rows=PAST):
    table = TrainingTable(rows.features, rows.labels, rows.candles, HOUR_MS)
    return Challenger(PAIR, ensemble or trained_ensemble(), table, SETTINGS)


def succession_of(**promotion):
    return Succession.from_config({"aurum": {"promotion": promotion}})


@pytest.fixture(scope="module")
def older():
    return fit_on(small_ensemble(), forecast_rows().part(slice(TRAINED - 200)))


@pytest.fixture
def registry(tmp_path):
    return ModelRegistry(tmp_path)


def test_settings_are_those_of_the_configuration():
    assert Succession().settings == PromotionSettings() == succession_of().settings
    assert succession_of(tolerance=2.0, keep_versions=9).settings.keep_versions == 9
    with pytest.raises(ConfigurationError, match=r"aurum\.promotion\.keep"):
        succession_of(keep=1)


def test_figures_are_those_of_the_judgement(older):
    judgement = challenger_of().judgement(older)
    expected = judge(trained_ensemble(), older, PAST.features, PAST.labels, PAST.candles)
    assert judgement == expected
    assert challenger_of().judgement(None).compared is None


def test_the_first_model_serves_if_it_reaches_the_floors(registry):
    verdict = succession_of().decide(challenger_of(), None, registry)
    assert verdict.promoted
    codes = [reason.code for reason in verdict.reasons]
    assert codes == [ReasonCode.FLOORS_MET, ReasonCode.FLOORS_MET, ReasonCode.NO_CHAMPION]
    champion = registry.champion(PAIR)
    assert champion.state is State.CHAMPION
    model = registry.load_champion(PAIR).model
    same_numbers(forecast_of(model, PAST), forecast_of(trained_ensemble(), PAST))
    # Why it serves is written down.
    assert "no model is in service" in " ".join(registry.history(PAIR)[-1].reasons)


def test_facts_say_what_it_was_made_of(registry):
    verdict = succession_of().decide(challenger_of(), None, registry)
    facts = registry.champion(PAIR)
    candles = PAST.candles
    assert facts.trained_on.first == datetime.fromtimestamp(int(candles[0]) * 3_600, UTC)
    assert facts.trained_on.last == datetime.fromtimestamp(int(candles[-1]) * 3_600, UTC)
    assert facts.trained_on.first.timestamp() >= FIRST * 3_600
    assert facts.rows == trained_ensemble().rows_
    assert facts.seed == trained_ensemble().settings.seed
    assert facts.settings == SETTINGS
    assert facts.features == len(trained_ensemble().feature_names)
    assert set(facts.libraries) == set(LIBRARIES)
    assert facts.verdict == verdict
    judged = challenger_of().judgement(None).judged
    assert facts.metrics[RETURN] == judged[0].metrics
    assert facts.metrics[VOLATILITY]["accuracy"] == judged[1].accuracy


def test_a_model_under_a_floor_does_not_serve_and_is_kept_for_a_look(registry):
    verdict = succession_of(**STRICT).decide(challenger_of(), None, registry)
    assert not verdict.promoted
    assert [reason.code for reason in verdict.against] == [ReasonCode.FLOOR_MISSED]
    assert registry.champion(PAIR) is None
    (version,) = registry.versions(PAIR)
    assert version.state is State.REJECTED
    assert "the floor is 0.990" in " ".join(registry.history(PAIR)[-1].reasons)


def test_a_challenger_that_is_worse_leaves_the_champion_in_service(registry, older):
    served = succession_of(**LENIENT).decide(challenger_of(older), None, registry)
    assert served.promoted
    champion = registry.champion(PAIR).id
    # The reverse of what came.
    rows = PAST.part(slice(None))
    last = rows.candles >= trained_ensemble().judgement_candles_[0]
    first = rows.labels[~last] * -1.0
    rows.labels.loc[~last] = first
    worse = fit_on(small_ensemble(), rows)
    verdict = succession_of(**LENIENT, least_judged_rows=5).decide(
        challenger_of(worse), older, registry
    )
    assert not verdict.promoted
    assert ReasonCode.WORSE in {reason.code for reason in verdict.against}
    assert registry.champion(PAIR).id == champion
    assert len(registry.versions(PAIR)) == 2


def test_a_challenger_that_is_no_worse_takes_over(registry, older):
    succession = succession_of(**LENIENT, tolerance=10.0, least_judged_rows=5)
    succession.decide(challenger_of(older), None, registry)
    first = registry.champion(PAIR).id
    verdict = succession.decide(challenger_of(), older, registry)
    assert verdict.promoted
    assert [r.code for r in verdict.reasons if r.code is ReasonCode.NOT_WORSE]
    assert registry.champion(PAIR).id != first
    assert registry.version(PAIR, first).state is State.EARLIER


def test_too_few_rows_that_neither_saw_are_no_comparison(registry, older):
    verdict = succession_of(**LENIENT, least_judged_rows=1_000).decide(
        challenger_of(), older, registry
    )
    assert verdict.promoted
    assert {reason.code for reason in verdict.reasons} >= {ReasonCode.NOT_COMPARED}


def test_old_models_are_thrown_away(registry):
    succession = succession_of(**LENIENT, keep_versions=2)
    for _ in range(4):
        succession.decide(challenger_of(), None, registry)
    assert len(registry.versions(PAIR)) == 2


def test_a_backtest_keeps_nothing(tmp_path):
    assert succession_of().decide(challenger_of(), None, None).promoted
    assert not succession_of(**STRICT).decide(challenger_of(), None, None).promoted
    assert list(tmp_path.iterdir()) == []
