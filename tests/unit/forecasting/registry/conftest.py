from __future__ import annotations

from pathlib import Path

import pytest
from registry_models import PAIR, SmallModel, facts

from aurum_plugins.clock import VirtualClock
from aurum_plugins.forecasting.registry.model_registry import ModelRegistry

START_MS = 1_743_508_800_000  # 2025-04-01T12:00:00Z


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START_MS)


@pytest.fixture
def registry(tmp_path, clock) -> ModelRegistry:
    return ModelRegistry(tmp_path / "registry", clock)


@pytest.fixture
def shelf(registry) -> Path:
    """The folder of the pair's files."""
    return registry.folder / "BTC_USDT"


@pytest.fixture
def train(registry, clock):
    """Store a model a minute after the last one, and promote it if asked."""

    def add(seed: int, *, promote: bool = False, pair: str = PAIR) -> str:
        clock.advance(60_000)
        name = registry.add(pair, SmallModel(seed), facts(seed=seed)).id
        if promote:
            registry.promote(pair, name, "first")
        return name

    return add


@pytest.fixture
def spoil(shelf):
    """Change one byte in the middle of a model's file."""

    def change(name: str) -> None:
        path = shelf / "versions" / f"{name}.model"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    return change
