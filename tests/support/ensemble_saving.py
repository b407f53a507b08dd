"""Kills a process that saves models through the drawer, again and again, and looks at what is left.

    python ensemble_saving.py FOLDER KILLS SEED

Prints a JSON object a kill: which model a new drawer loads, and how many saves had ended before.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from ensemble_bot import PAIRS, configuration
from freqtrade.resolvers.freqaimodel_resolver import FreqaiModelResolver
from registry_models import facts

GIVE_UP_SECONDS = 30.0
LONGEST_SECONDS = 0.25
PER_FOLDER = 10


class Model:
    """Large enough that writing it takes a moment."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.weights = np.full(200_000, float(number))

    @property
    def whole(self) -> bool:
        """Whether nothing of it is of another model."""
        return bool((self.weights == self.number).all())


def kitchen(model: Any, number: int) -> Any:
    """What the drawer reads of FreqAI's kitchen."""
    return SimpleNamespace(
        live=True,
        data={"labels_mean": {}, "labels_std": {}, "number": number},
        data_path=model.full_path / f"sub-train-BTC_{1_700_000_000 + number}",
        model_filename=f"cb_btc_{1_700_000_000 + number}",
        training_features_list=["%-a"],
        label_list=["&-b"],
    )


def save_until_killed(model: Any, number: int, saved: Path) -> None:
    """What a training does at its end, over and over."""
    drawer, pair = model.dd, PAIRS[0]
    drawer.set_pair_dict_info({"pair": pair})
    while True:
        number += 1
        made = Model(number)
        version = drawer.registry.add(pair, made, facts())
        drawer.registry.promote(pair, version.id, "better")
        drawer.registry.prune(pair, 2)
        drawer.pair_dict[pair]["trained_timestamp"] = 1_700_000_000 + number
        drawer.save_data(made, pair, kitchen(model, number))
        rows = pd.DataFrame({"&-b": np.arange(5_000.0)})
        drawer.historic_predictions[pair] = rows.assign(
            date_pred=pd.date_range("2024-01-01", periods=len(rows), freq="1h", tz="UTC")
        )
        drawer.save_historic_predictions_to_disk()
        drawer.save_global_metadata_to_disk({"start_dry_live_date": number})
        drawer.purge_old_models()
        # In one step: this process may be killed here, too.
        saved.with_suffix(".new").write_text(str(number))
        saved.with_suffix(".new").replace(saved)


def look(config: dict[str, Any]) -> dict[str, Any]:
    """Start as a bot would, and load what is there."""
    model = FreqaiModelResolver.load_freqaimodel(config)
    model.dd.set_pair_dict_info({"pair": PAIRS[0]})
    found = kitchen(model, 0)
    loaded = model.dd.load_data(PAIRS[0], found)
    return {
        "number": None if loaded is None else loaded.number,
        "whole": loaded is None or loaded.whole,
        "history": [len(frame) for frame in model.dd.historic_predictions.values()],
        "metadata": found.data["number"],
        "torn": [path.name for path in model.full_path.rglob("*.damaged")],
    }


def seconds_of_a_save(place: Path) -> float:
    """How long one takes here and now: a busy machine must have got somewhere when it is killed."""
    place.mkdir()
    saved = place / "saved"
    model = FreqaiModelResolver.load_freqaimodel(configuration(place))
    begin = time.monotonic()
    child = os.fork()
    if child == 0:
        save_until_killed(model, 0, saved)
    while not saved.is_file() and time.monotonic() < begin + GIVE_UP_SECONDS:
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic() - begin


def main(folder: Path, kills: int, seed: int) -> None:
    """Kill `kills` times, each at another instant."""
    rng = random.Random(seed)
    longest = max(LONGEST_SECONDS, 3.0 * seconds_of_a_save(folder / "first"))
    number = 0
    for kill in range(kills):
        place = folder / str(kill // PER_FOLDER)
        place.mkdir(exist_ok=True)
        saved = place / "saved"
        config = configuration(place)
        model = FreqaiModelResolver.load_freqaimodel(config)
        child = os.fork()
        if child == 0:
            save_until_killed(model, number, saved)
        time.sleep(rng.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        before = int(saved.read_text()) if saved.is_file() else 0
        found = look(config)
        print(json.dumps({"first": number + 1, "before": before, **found}), flush=True)
        number = max(number, found["number"] or 0, before)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
