"""Models in a folder, as a monitor sees them."""

from __future__ import annotations

import pytest
from registry_models import PAIR, SmallModel, facts

from aurum_plugins.clock import VirtualClock
from aurum_plugins.forecasting.registry import ModelRegistry
from aurum_plugins.forecasting.registry import model_registry as registry_module
from aurum_plugins.monitoring.snapshot.serving_models import DAMAGED, ModelsAway, ServingModels

NOW_MS = 1_795_341_600_000
OTHER = "ETH/USDT"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_MS)


@pytest.fixture
def registry(tmp_path, clock) -> ModelRegistry:
    return ModelRegistry(tmp_path / "models", clock)


def train(registry: ModelRegistry, pair: str = PAIR) -> str:
    registry._clock.advance(1_000)
    return registry.add(pair, SmallModel(1), facts()).id


def test_the_champion_and_what_it_was_judged_by(registry) -> None:
    name = train(registry)
    registry.promote(PAIR, name, "the first that reached the floors")
    [model] = ServingModels().read(registry.folder)
    assert (model.pair, model.version, model.created_ms) == (PAIR, name, NOW_MS + 1_000)
    assert model.metrics == {"forward_return": {"accuracy": 0.534, "auc": 0.545}}
    assert (model.last_event, model.last_event_ms) == ("promoted", NOW_MS + 1_000)
    assert model.last_event_reason == "the first that reached the floors"


def test_a_model_that_was_rejected_is_told_also_where_none_serves(registry) -> None:
    registry.reject(PAIR, train(registry), ["too bad", "much\ntoo bad"])
    registry.prune(PAIR, 1)
    [model] = ServingModels().read(registry.folder)
    assert (model.version, model.created_ms, model.metrics) == ("", 0, {})
    assert (model.last_event, model.last_event_reason) == ("rejected", "too bad; much too bad")


def test_pairs_that_were_only_trained_have_no_event_yet(registry) -> None:
    train(registry)
    [model] = ServingModels().read(registry.folder)
    assert (model.last_event, model.last_event_reason, model.last_event_ms) == ("", "", None)


def test_a_roll_back_is_told_and_not_the_return_of_the_other(registry) -> None:
    first, second = train(registry), train(registry)
    registry.promote(PAIR, first, "first")
    registry.promote(PAIR, second, "better")
    registry.rollback(PAIR, "it lost money")
    [model] = ServingModels().read(registry.folder)
    assert model.version == first
    assert (model.last_event, model.last_event_reason) == ("rolled_back", "it lost money")


def test_only_what_changed_is_read_again(registry, monkeypatch) -> None:
    for pair in (PAIR, OTHER):
        registry.promote(pair, train(registry, pair), "the first")
    models = ServingModels()
    before = models.read(registry.folder)
    assert [model.pair for model in before] == [PAIR, OTHER]
    asked = []
    champion = registry_module.ModelRegistry.champion
    monkeypatch.setattr(
        registry_module.ModelRegistry,
        "champion",
        lambda self, pair: asked.append(pair) or champion(self, pair),
    )
    assert models.read(registry.folder) == before
    assert asked == []
    name = train(registry, OTHER)
    registry.promote(OTHER, name, "better")
    assert [model.version for model in models.read(registry.folder)] == [before[0].version, name]
    assert asked == [OTHER]


def test_one_damaged_pair_leaves_the_others_to_be_seen(registry) -> None:
    for pair in (PAIR, OTHER):
        registry.promote(pair, train(registry, pair), "the first")
    manifest = next(registry.folder.glob("ETH_USDT/versions/*.json"))
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:10])
    models = ServingModels()
    sound, damaged = models.read(registry.folder)
    assert (sound.pair, sound.last_event) == (PAIR, "promoted")
    assert (damaged.pair, damaged.version, damaged.last_event) == (OTHER, "", DAMAGED)
    assert "is damaged" in damaged.last_event_reason
    manifest.write_bytes(whole)
    assert [model.last_event for model in models.read(registry.folder)] == ["promoted"] * 2


def test_a_folder_that_is_elsewhere_is_a_fault_in_words(tmp_path) -> None:
    with pytest.raises(ModelsAway, match=r"models' folder .*gone is not there: is it on another"):
        ServingModels().read(tmp_path / "gone")


def test_files_and_folders_of_others_are_not_models(registry) -> None:
    registry.promote(PAIR, train(registry), "the first")
    (registry.folder / "notes.txt").write_text("mine")
    (registry.folder / "empty").mkdir()
    assert [model.pair for model in ServingModels().read(registry.folder)] == [PAIR]
