from __future__ import annotations

from forecast_rows import TRAINED, forecast_of, forecast_rows, same_numbers, small_ensemble
from registry_models import SmallModel, facts

from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.registry import ModelRegistry
from aurum_plugins.forecasting.universe import Universe
from aurum_plugins.freqai.champions import UNIVERSE, Champions

A, B, C = "A/USDT", "B/USDT", "C/USDT"


def told_of(folder, *, shared: bool) -> tuple[ModelRegistry, Champions, list[str]]:
    registry, told = ModelRegistry(folder), []
    found = Champions(registry, lambda name, text: told.append(f"{name}|{text}"), shared=shared)
    return registry, found, told


def promote(registry: ModelRegistry, name: str, model: object) -> str:
    version = registry.add(name, model, facts())
    registry.promote(name, version.id, "better")
    return version.id


def universe() -> Universe:
    tables = {}
    for seed, pair in enumerate((A, B)):
        rows = forecast_rows(seed=seed).part(slice(TRAINED))
        names = list(rows.labels.columns)
        tables[pair] = PairTable.of(rows.features, rows.labels, rows.candles, names)
    return Universe(small_ensemble(members=("linear",))).fit(tables)


def test_each_pair_has_its_part_of_the_model_of_all(tmp_path) -> None:
    registry, champions, told = told_of(tmp_path, shared=True)
    model = universe()
    version = promote(registry, UNIVERSE, model)
    one = champions.of(A)
    ahead = forecast_rows(seed=0).part(slice(TRAINED, None))
    same_numbers(forecast_of(one, ahead), forecast_of(model.of(A), ahead))
    # Streams of forecasts go on as long as it is the same object.
    assert champions.of(A) is one
    assert champions.version(A) == champions.version(B) == version
    assert champions.of(C) is None
    assert told == []
    champions.keep(A, one)
    assert champions.of(A) is one
    assert isinstance(champions.current(UNIVERSE), Universe)


def test_a_damaged_one_is_told_of_once_for_all_pairs(tmp_path) -> None:
    registry, champions, told = told_of(tmp_path, shared=True)
    promote(registry, UNIVERSE, universe())
    artifact = max(tmp_path.rglob("*"), key=lambda path: path.stat().st_size)
    artifact.write_bytes(artifact.read_bytes()[:-9])
    assert champions.of(A) is None
    assert champions.of(B) is None
    assert len(told) >= 1
    assert all(text.startswith("universe|universe: ") for text in told)


def test_without_it_each_pair_has_its_own(tmp_path) -> None:
    registry, champions, _ = told_of(tmp_path, shared=False)
    version = promote(registry, A, SmallModel(1))
    assert isinstance(champions.of(A), SmallModel)
    assert champions.version(A) == version
    assert champions.of(B) is None
    kept = SmallModel(2)
    promote(registry, B, kept)
    champions.keep(B, kept)
    assert champions.of(B) is kept
