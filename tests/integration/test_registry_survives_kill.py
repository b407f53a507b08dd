"""Whatever instant a writer is killed at, a sound champion is there, and the next save works."""

from __future__ import annotations

import errno
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import ready_processes
from registry_models import PAIR, SmallModel, change_until_killed, facts, promote_in_turn

from aurum_plugins.forecasting.registry.model_registry import ModelRegistry
from aurum_plugins.forecasting.registry.version import State

processes = ready_processes.processes

MEMORY = Path("/dev/shm")  # noqa: S108 - folders with names of their own are made there
KILLS = 120
LONGEST_LIFE_SECONDS = 0.1
STEPS = ("fsync", "replace", "write", "unlink", "open", "ftruncate", "mkdir")


@pytest.fixture
def memory(tmp_path) -> Iterator[Path]:
    """A folder where nothing waits for a disk."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def check(folder: Path) -> None:
    """A reader sees a sound champion and a whole history; a writer can go on."""
    registry = ModelRegistry(folder)
    before = registry.champion(PAIR)
    loaded = registry.load_champion(PAIR)
    assert before is not None
    assert loaded is not None
    assert loaded.version == before
    assert loaded.damaged == ()
    assert loaded.model.is_whole()
    assert loaded.model.seed == before.seed
    numbers = [event.number for event in registry.history(PAIR)]
    assert numbers == list(range(1, len(numbers) + 1))
    versions = registry.versions(PAIR)
    assert all(registry.fault(version) is None for version in versions)
    assert [v.state for v in versions].count(State.CHAMPION) == 1
    check_saving(registry)


def check_saving(registry: ModelRegistry) -> None:
    version = registry.add(PAIR, SmallModel(1), facts(seed=1))
    registry.promote(PAIR, version.id, "after a kill")
    assert registry.load_champion(PAIR).version.id == version.id
    shelf = registry.folder / "BTC_USDT"
    left = sorted(path.name for path in (shelf / "versions").iterdir())
    names = sorted(v.id for v in registry.versions(PAIR))
    assert left == sorted(f"{name}.{end}" for name in names for end in ("json", "model"))
    assert sorted(path.name for path in shelf.iterdir()) == [
        "champion.json",
        "history.jsonl",
        "lock",
        "versions",
    ]
    written = len((shelf / "history.jsonl").read_bytes().splitlines())
    assert written == len(registry.history(PAIR))


def start(folder: Path) -> ModelRegistry:
    registry = ModelRegistry(folder)
    for seed in range(3):
        registry.promote(PAIR, registry.add(PAIR, SmallModel(seed), facts(seed=seed)).id, "first")
    return registry


def test_a_writer_killed_at_a_random_instant_leaves_a_sound_champion(memory, processes) -> None:
    start(memory)
    rng = random.Random(20250401)
    for kill in range(KILLS):
        reader, writer = processes.Pipe(duplex=False)
        process = processes.Process(target=change_until_killed, args=(str(memory), kill, writer))
        process.start()
        writer.close()
        assert reader.recv_bytes() == b"ready"
        time.sleep(rng.uniform(0, LONGEST_LIFE_SECONDS))
        process.kill()
        process.join()
        reader.close()
        assert process.exitcode == -9
        check(memory)
        ModelRegistry(memory).prune(PAIR, keep=4)


class Killed(BaseException):
    """Nothing may catch it."""


class Machine:
    """Lets so many steps pass, and none after them: what a killed process does not do."""

    def __init__(self, patch: pytest.MonkeyPatch, steps: int, error: type[BaseException]) -> None:
        self.left = steps
        self.is_dead = False
        self.error = error
        for name in STEPS:
            patch.setattr(os, name, self._step(name, getattr(os, name)))

    def _step(self, name: str, real):
        def step(*arguments, **named):
            if name == "write" and self.left == 0 and not self.is_dead:
                # Killed in the middle of a line.
                real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            self.is_dead = self.is_dead or self.left == 0
            if self.is_dead:
                raise self.error(errno.EIO, "killed")
            self.left -= 1
            return real(*arguments, **named)

        return step


def save_and_promote(registry: ModelRegistry) -> None:
    version = registry.add(PAIR, SmallModel(50), facts(seed=50))
    registry.promote(PAIR, version.id, "better")


CHANGES = {
    "save and promote": save_and_promote,
    "reject": lambda registry: registry.reject(PAIR, registry.versions(PAIR)[0].id, ["old"]),
    "roll back": lambda registry: registry.rollback(PAIR, "by hand"),
    "prune": lambda registry: registry.prune(PAIR, keep=1),
}


@pytest.mark.parametrize("error", [Killed, OSError])
@pytest.mark.parametrize("change", CHANGES)
def test_a_writer_killed_before_any_step_leaves_a_sound_champion(
    memory, monkeypatch, change, error
) -> None:
    registry = start(memory / "0")
    for steps in range(200):
        folder = memory / str(steps)
        registry = registry if steps == 0 else start(folder)
        with monkeypatch.context() as patch:
            machine = Machine(patch, steps, error)
            try:
                CHANGES[change](registry)
            except error:
                assert machine.is_dead
        check(folder)
        if not machine.is_dead:
            break
    assert not machine.is_dead
    assert steps > 4


def test_a_damaged_champion_is_replaced_whatever_step_its_finder_is_killed_before(
    memory, monkeypatch
) -> None:
    for steps in range(200):
        folder = memory / str(steps)
        registry = start(folder)
        name = registry.champion(PAIR).id
        path = folder / "BTC_USDT" / "versions" / f"{name}.model"
        path.write_bytes(path.read_bytes()[:-1])
        with monkeypatch.context() as patch:
            machine = Machine(patch, steps, Killed)
            try:
                registry.load_champion(PAIR)
            except Killed:
                assert machine.is_dead
        loaded = registry.load_champion(PAIR)
        assert loaded.model.is_whole()
        assert loaded.version.id != name
        registry.prune(PAIR, keep=3)
        assert len(list((folder / "BTC_USDT" / "quarantine").iterdir())) == 2
        if not machine.is_dead:
            break
    assert not machine.is_dead
    assert steps > 4


def test_two_processes_promote_at_once(tmp_path, processes) -> None:
    registry = start(tmp_path)
    names = [version.id for version in registry.versions(PAIR)]
    rounds = 20
    workers = [
        processes.Process(target=promote_in_turn, args=(str(tmp_path), order, rounds))
        for order in (names, names[::-1])
    ]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        # A reader that looks all the while sees a sound champion each time.
        assert registry.load_champion(PAIR).model.is_whole()
        assert registry.champion(PAIR) is not None
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    check(tmp_path)
    promoted = [event for event in registry.history(PAIR) if event.reasons[:1] != ()]
    assert len(promoted) > rounds


def test_a_killed_writer_s_lock_is_free(tmp_path, processes) -> None:
    start(tmp_path)
    reader, writer = processes.Pipe(duplex=False)
    process = processes.Process(target=change_until_killed, args=(str(tmp_path), 0, writer))
    process.start()
    reader.recv_bytes()
    process.kill()
    process.join()
    began = time.monotonic()
    ModelRegistry(tmp_path).prune(PAIR, keep=3)
    assert time.monotonic() - began < 10
