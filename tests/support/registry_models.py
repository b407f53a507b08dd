"""A small model, its facts, and a loop that changes a registry until it is killed."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from aurum_plugins.forecasting.registry.errors import InService, NothingToRollBack
from aurum_plugins.forecasting.registry.model_registry import ModelRegistry
from aurum_plugins.forecasting.registry.verdict import Reason, ReasonCode, Verdict
from aurum_plugins.forecasting.registry.version import TrainingFacts, TrainingWindow

PAIR = "BTC/USDT"


class SmallModel:
    """Carries its own proof: `weights` follow from `seed`."""

    def __init__(self, seed: int, size: int = 2_000) -> None:
        self.seed = seed
        self.weights = random.Random(seed).randbytes(size)

    def is_whole(self) -> bool:
        return self.weights == random.Random(self.seed).randbytes(len(self.weights))


def facts(*, seed: int = 0, floors_met: bool | None = True, **changes: object) -> TrainingFacts:
    verdict = None
    if floors_met is not None:
        code = ReasonCode.FLOORS_MET if floors_met else ReasonCode.FLOOR_MISSED
        sentence = "forward_return: Brier skill 0.010 on 800 rows; the floor is -0.030"
        reason = Reason(code=code, sentence=sentence, target="forward_return")
        verdict = Verdict(promoted=floors_met, reasons=(reason,))
    known = {
        "trained_on": TrainingWindow(
            first=datetime(2024, 1, 1, tzinfo=UTC), last=datetime(2024, 12, 31, tzinfo=UTC)
        ),
        "rows": 8_700,
        "seed": seed,
        "settings": "0123456789abcdef",
        "features": 26,
        "libraries": {"lightgbm": "4.7.0"},
        "metrics": {"forward_return": {"accuracy": 0.534, "auc": 0.545}},
        "verdict": verdict,
    }
    return TrainingFacts(**{**known, **changes})


def change_until_killed(folder: str, seed: int, ready: object) -> None:
    """Train, promote, reject, roll back and prune, in an order that the seed decides."""
    rng = random.Random(seed)
    registry = ModelRegistry(Path(folder))
    registry.load_champion(PAIR)
    ready.send_bytes(b"ready")
    while True:
        model = SmallModel(rng.randrange(1_000_000), size=rng.choice((100, 50_000, 500_000)))
        version = registry.add(PAIR, model, facts(seed=model.seed))
        if rng.random() < 0.7:
            registry.promote(PAIR, version.id, "better")
        else:
            registry.reject(PAIR, version.id, ["worse"])
        if rng.random() < 0.3:
            with suppress(NothingToRollBack):
                registry.rollback(PAIR, "by hand")
        if rng.random() < 0.5:
            registry.prune(PAIR, keep=3)


def promote_in_turn(folder: str, names: list[str], rounds: int) -> None:
    """Promote each of some models again and again."""
    registry = ModelRegistry(Path(folder))
    for turn in range(rounds):
        name = names[turn % len(names)]
        registry.promote(PAIR, name, f"turn {turn}")
        other = names[(turn + 1) % len(names)]
        with suppress(InService):
            registry.reject(PAIR, other, ["not its turn"])
