"""Which model serves, what happens to damaged ones, and what is written down."""

from __future__ import annotations

import json
import logging
import os
import threading
from datetime import UTC, datetime

import pytest
from filelock import FileLock
from registry_models import PAIR, SmallModel, facts

from aurum_plugins.forecasting.errors import ArtifactError, TornArtifact, UnknownVersion
from aurum_plugins.forecasting.registry import shelf as shelf_module
from aurum_plugins.forecasting.registry.errors import (
    InService,
    NothingToRollBack,
    RegistryBusy,
)
from aurum_plugins.forecasting.registry.event import EventKind
from aurum_plugins.forecasting.registry.version import State


def kinds(registry, pair: str = PAIR) -> list[tuple[str, str]]:
    return [(event.kind.value, event.version) for event in registry.history(pair)]


def champion(registry) -> str | None:
    found = registry.champion(PAIR)
    return None if found is None else found.id


def states(registry) -> dict[str, State]:
    return {version.id: version.state for version in registry.versions(PAIR)}


def files(shelf, folder: str = "versions") -> set[str]:
    return (
        {path.name for path in (shelf / folder).iterdir()} if (shelf / folder).exists() else set()
    )


def test_an_empty_registry_has_nothing_and_writes_nothing(registry) -> None:
    assert registry.pairs() == ()
    assert registry.versions(PAIR) == ()
    assert registry.champion(PAIR) is None
    assert registry.load_champion(PAIR) is None
    assert registry.champion_stamp(PAIR) is None
    assert registry.history(PAIR) == ()
    assert registry.prune(PAIR, keep=1) == ()
    with pytest.raises(UnknownVersion, match="no model 'x'"):
        registry.promote(PAIR, "x", "why not")
    with pytest.raises(UnknownVersion):
        registry.reject(PAIR, "x", ["bad"])
    with pytest.raises(UnknownVersion):
        registry.version(PAIR, "x")
    with pytest.raises(NothingToRollBack, match="no model serves"):
        registry.rollback(PAIR, "bad")
    assert not registry.folder.exists()


def test_a_model_is_stored_with_its_facts(registry, clock) -> None:
    version = registry.add(PAIR, SmallModel(7), facts(seed=7))
    assert version.id == "20250401T120000000"
    assert version.created == datetime(2025, 4, 1, 12, tzinfo=UTC)
    assert version.state is State.CANDIDATE
    assert registry.versions(PAIR) == (version,)
    assert registry.version(PAIR, version.id) == version
    model = registry.load(version)
    assert (model.seed, model.is_whole()) == (7, True)
    assert registry.champion(PAIR) is None
    assert registry.load_champion(PAIR) is None
    assert registry.fault(version) is None


def test_the_layout_is_the_documented_one(registry, train, shelf) -> None:
    name = train(1, promote=True)
    assert files(shelf) == {f"{name}.model", f"{name}.json"}
    assert {path.name for path in shelf.iterdir()} == {
        "versions",
        "champion.json",
        "history.jsonl",
        "lock",
    }
    assert json.loads((shelf / "champion.json").read_text())["champion"] == name
    lines = (shelf / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["trained", "promoted"]


def test_models_of_one_millisecond_have_names_of_their_own(registry, shelf) -> None:
    names = [registry.add(PAIR, SmallModel(seed), facts()).id for seed in range(3)]
    assert names == ["20250401T120000000", "20250401T120000000-2", "20250401T120000000-3"]
    assert [version.id for version in registry.versions(PAIR)] == names


def test_a_model_that_cannot_be_pickled_leaves_no_version(registry, train) -> None:
    train(1)
    with pytest.raises(ArtifactError, match="cannot be pickled"):
        registry.add(PAIR, lambda: 1, facts())
    assert len(registry.versions(PAIR)) == 1


def test_a_promoted_model_serves_and_the_one_before_it_waits(registry, train) -> None:
    first, second = train(1, promote=True), train(2)
    assert champion(registry) == first
    promoted = registry.promote(PAIR, second, "log loss 0.54 against 0.55")
    assert (promoted.id, promoted.state) == (second, State.CHAMPION)
    assert registry.champion(PAIR) == promoted
    assert states(registry) == {first: State.EARLIER, second: State.CHAMPION}
    assert registry.history(PAIR)[-1].reasons == ("log loss 0.54 against 0.55",)
    loaded = registry.load_champion(PAIR)
    assert (loaded.version, loaded.model.seed, loaded.damaged) == (promoted, 2, ())


def test_promoting_the_champion_changes_nothing(registry, train) -> None:
    name = train(1, promote=True)
    before = registry.history(PAIR)
    assert registry.promote(PAIR, name, "again").id == name
    assert registry.history(PAIR) == before


def test_a_rejected_model_is_kept_with_its_reasons(registry, train) -> None:
    first, second = train(1, promote=True), train(2)
    reasons = ("accuracy 0.58; the floor is 0.60", "worse than the champion")
    assert registry.reject(PAIR, second, reasons).state is State.REJECTED
    assert states(registry) == {first: State.CHAMPION, second: State.REJECTED}
    event = registry.history(PAIR)[-1]
    assert (event.kind, event.reasons) == (EventKind.REJECTED, reasons)
    assert registry.promote(PAIR, second, "by hand").state is State.CHAMPION


def test_the_champion_cannot_be_rejected(registry, train) -> None:
    name = train(1, promote=True)
    with pytest.raises(InService, match="serves and cannot be rejected") as caught:
        registry.reject(PAIR, name, ["bad"])
    assert (caught.value.pair, caught.value.version) == (PAIR, name)
    assert champion(registry) == name


def test_rolling_back_twice_goes_back_twice(registry, train) -> None:
    first, second, third = (train(seed, promote=True) for seed in range(3))
    assert registry.rollback(PAIR, "drawdown").id == second
    assert champion(registry) == second
    assert registry.rollback(PAIR, "again").id == first
    assert champion(registry) == first
    with pytest.raises(NothingToRollBack, match=f"no sound one served before {first}"):
        registry.rollback(PAIR, "once more")
    assert champion(registry) == first
    assert states(registry) == {
        first: State.CHAMPION,
        second: State.ROLLED_BACK,
        third: State.ROLLED_BACK,
    }
    assert kinds(registry)[-4:] == [
        ("rolled_back", third),
        ("reinstated", second),
        ("rolled_back", second),
        ("reinstated", first),
    ]


def test_a_rolled_back_model_serves_again_only_when_promoted(registry, train) -> None:
    first, second = train(1, promote=True), train(2, promote=True)
    registry.rollback(PAIR, "bad")
    third = train(3, promote=True)
    assert registry.rollback(PAIR, "worse").id == first
    with pytest.raises(NothingToRollBack):
        registry.rollback(PAIR, "x")
    registry.promote(PAIR, second, "by hand")
    assert champion(registry) == second
    assert registry.rollback(PAIR, "x").id == first
    assert states(registry)[third] is State.ROLLED_BACK


def test_a_roll_back_passes_over_a_damaged_model(registry, train, spoil, shelf) -> None:
    first, second, third = (train(seed, promote=True) for seed in range(3))
    spoil(second)
    assert registry.rollback(PAIR, "bad").id == first
    assert champion(registry) == first
    assert files(shelf, "quarantine") == {f"{second}.model", f"{second}.json"}
    assert third in states(registry)


def test_a_roll_back_to_nothing_sound_is_refused(registry, train, spoil) -> None:
    first, second = train(1, promote=True), train(2, promote=True)
    spoil(first)
    with pytest.raises(NothingToRollBack, match="no sound one"):
        registry.rollback(PAIR, "bad")
    assert champion(registry) == second
    assert states(registry) == {second: State.CHAMPION}


def test_a_damaged_candidate_goes_into_quarantine(registry, train, spoil, shelf) -> None:
    first, second = train(1, promote=True), train(2)
    version = registry.version(PAIR, second)
    spoil(second)
    assert isinstance(registry.fault(version), TornArtifact)
    assert files(shelf, "quarantine") == set()
    with pytest.raises(TornArtifact, match="checksum"):
        registry.load(version)
    assert files(shelf) == {f"{first}.model", f"{first}.json"}
    assert files(shelf, "quarantine") == {f"{second}.model", f"{second}.json"}
    assert champion(registry) == first
    assert kinds(registry)[-1] == ("quarantined", second)
    with pytest.raises(UnknownVersion):
        registry.load(version)


def test_a_damaged_model_is_not_promoted(registry, train, spoil) -> None:
    first, second = train(1, promote=True), train(2)
    spoil(second)
    with pytest.raises(TornArtifact):
        registry.promote(PAIR, second, "better")
    assert champion(registry) == first
    assert kinds(registry)[-1] == ("quarantined", second)


def test_a_damaged_champion_gives_way_to_the_newest_sound_one(
    registry, train, spoil, shelf, caplog
) -> None:
    names = [train(seed, promote=True) for seed in range(4)]
    spoil(names[3])
    (shelf / "versions" / f"{names[2]}.model").unlink()
    with caplog.at_level(logging.ERROR):
        loaded = registry.load_champion(PAIR)
    assert (loaded.version.id, loaded.model.seed) == (names[1], 1)
    assert loaded.version.state is State.CHAMPION
    assert [error.path.stem for error in loaded.damaged] == [names[3]]
    assert f"model {names[3]} is put in quarantine" in caplog.text
    assert kinds(registry)[-3:] == [
        ("quarantined", names[3]),
        ("quarantined", names[2]),
        ("reinstated", names[1]),
    ]
    assert registry.load_champion(PAIR).damaged == ()
    assert registry.rollback(PAIR, "x").id == names[0]


def test_a_fall_back_does_not_take_a_rolled_back_model(registry, train, spoil) -> None:
    first, _ = train(1, promote=True), train(2, promote=True)
    registry.rollback(PAIR, "bad")
    third = train(3, promote=True)
    spoil(third)
    assert registry.load_champion(PAIR).version.id == first


def test_when_no_sound_model_is_left_there_is_no_champion(registry, train, spoil) -> None:
    names = [train(seed, promote=True) for seed in range(2)]
    rejected = train(9)
    for name in names:
        spoil(name)
    with pytest.raises(TornArtifact, match=names[1]):
        registry.load_champion(PAIR)
    assert registry.load_champion(PAIR) is None
    assert champion(registry) is None
    assert states(registry) == {rejected: State.CANDIDATE}
    # A new training mends it.
    name = train(5, promote=True)
    assert registry.load_champion(PAIR).version.id == name


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text("{"),
        lambda path: path.write_text(path.read_text().replace('"rows": ', '"rows": -')),
        lambda path: path.write_text(path.read_text().replace(PAIR, "ETH/USDT")),
        lambda path: path.write_text(path.read_text().replace('"digest": "', '"digest": "0')),
    ],
)
def test_a_champion_with_damaged_facts_is_damaged(registry, train, shelf, caplog, damage) -> None:
    first, second = train(1, promote=True), train(2, promote=True)
    damage(shelf / "versions" / f"{second}.json")
    with pytest.raises(TornArtifact, match=second):
        registry.champion(PAIR)
    with caplog.at_level(logging.WARNING):
        assert [version.id for version in registry.versions(PAIR)] == [first]
    assert second in caplog.text
    assert registry.load_champion(PAIR).version.id == first
    assert champion(registry) == first


def test_a_sound_file_is_not_put_away_for_a_caller_s_mistake(registry, train) -> None:
    first = train(1, promote=True)
    wrong = registry.version(PAIR, first).model_copy(update={"digest": "0" * 64})
    with pytest.raises(TornArtifact, match="another model"):
        registry.load(wrong)
    assert champion(registry) == first


def test_a_model_that_cannot_be_unpickled_here_stays(registry, train, monkeypatch) -> None:
    name = train(1, promote=True)
    monkeypatch.delattr("registry_models.SmallModel")
    with pytest.raises(ArtifactError, match="train anew"):
        registry.load_champion(PAIR)
    assert champion(registry) == name


def test_pruning_spares_the_champion_and_the_one_before_it(registry, train, shelf) -> None:
    names = [train(seed, promote=seed in {1, 3}) for seed in range(7)]
    assert registry.prune(PAIR, keep=2) == (names[0], names[2], names[4])
    assert states(registry) == {
        names[1]: State.EARLIER,
        names[3]: State.CHAMPION,
        names[5]: State.CANDIDATE,
        names[6]: State.CANDIDATE,
    }
    assert len(files(shelf)) == 8
    assert kinds(registry)[-3:] == [("pruned", name) for name in (names[0], names[2], names[4])]
    assert registry.prune(PAIR, keep=2) == ()
    assert registry.rollback(PAIR, "bad").id == names[1]


def test_only_the_latest_of_the_earlier_champions_is_spared(registry, train) -> None:
    names = [train(seed, promote=True) for seed in range(4)]
    assert registry.prune(PAIR, keep=1) == tuple(names[:2])
    registry.rollback(PAIR, "bad")
    with pytest.raises(NothingToRollBack):
        registry.rollback(PAIR, "bad")
    assert registry.prune(PAIR, keep=10) == ()


def test_nothing_kept_is_an_error(registry) -> None:
    with pytest.raises(ValueError, match="keep must be 1 or more, got 0"):
        registry.prune(PAIR, keep=0)


def test_pairs_are_kept_apart(registry, train) -> None:
    for seed, pair in enumerate(("ETH/USDT:USDT", PAIR, "1000PEPE/USDT")):
        train(seed, promote=True, pair=pair)
    assert registry.pairs() == ("1000PEPE/USDT", PAIR, "ETH/USDT:USDT")
    assert registry.load_champion("ETH/USDT:USDT").model.seed == 0
    assert {path.name for path in registry.folder.iterdir()} == {
        "1000PEPE_USDT",
        "BTC_USDT",
        "ETH_USDT_USDT",
    }
    (registry.folder / "stray").mkdir()
    (registry.folder / "stray.txt").write_text("x")
    assert len(registry.pairs()) == 3


def test_two_pairs_of_one_folder_are_refused(registry, train) -> None:
    train(1, promote=True)
    for call in (registry.champion, registry.load_champion, registry.versions):
        with pytest.raises(ArtifactError, match="is of BTC/USDT, not of BTC-USDT"):
            call("BTC-USDT")


def test_the_stamp_changes_with_the_champion(registry, train) -> None:
    stamps = [registry.champion_stamp(PAIR)]
    first, second = train(1, promote=True), train(2)
    stamps.append(registry.champion_stamp(PAIR))
    assert registry.champion_stamp(PAIR) == stamps[-1]
    registry.promote(PAIR, second, "x")
    stamps.append(registry.champion_stamp(PAIR))
    registry.rollback(PAIR, "x")
    stamps.append(registry.champion_stamp(PAIR))
    assert len(set(stamps)) == 4
    assert champion(registry) == first


def test_readers_write_nothing_and_wait_for_nobody(registry, train, shelf) -> None:
    train(1, promote=True)
    before = {path: path.stat().st_mtime_ns for path in shelf.rglob("*")}
    with FileLock(shelf / "lock"):
        registry.load_champion(PAIR)
        registry.versions(PAIR)
        registry.history(PAIR)
        registry.pairs()
    assert {path: path.stat().st_mtime_ns for path in shelf.rglob("*")} == before


def test_a_lock_that_is_not_let_go_is_an_error(registry, train, shelf, monkeypatch) -> None:
    name = train(1)
    monkeypatch.setattr(shelf_module, "_LOCK_SECONDS", 0.02)
    with (
        FileLock(shelf / "lock", thread_local=False),
        pytest.raises(RegistryBusy, match=r"has held its lock for 0\.02 s") as caught,
    ):
        _in_thread(lambda: registry.promote(PAIR, name, "x"))
    assert caught.value.folder == shelf
    assert champion(registry) is None
    assert registry.promote(PAIR, name, "x").id == name


def _in_thread(call) -> None:
    errors = []

    def run() -> None:
        try:
            call()
        except RegistryBusy as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def test_threads_take_turns(registry, train) -> None:
    names = [train(seed) for seed in range(4)]
    threads = [threading.Thread(target=registry.promote, args=(PAIR, name, "x")) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.number for event in registry.history(PAIR)] == list(range(1, 9))
    assert sorted(states(registry).values()) == [State.CHAMPION, *[State.EARLIER] * 3]


def test_a_lost_pointer_is_made_anew_from_the_history(registry, train, shelf, caplog) -> None:
    first, second = train(1, promote=True), train(2, promote=True)
    registry.rollback(PAIR, "bad")
    before = states(registry)
    for damage in (b"", b"{", b'{"pair": 3}'):
        (shelf / "champion.json").write_bytes(damage)
        with caplog.at_level(logging.WARNING):
            assert states(registry) == before
        assert "champion.json is damaged" in caplog.text
    assert registry.pairs() == (PAIR,)
    (shelf / "champion.json").unlink()
    assert champion(registry) == first
    assert registry.load_champion(PAIR).model.seed == 1
    third = train(3)
    assert states(registry) == {**before, third: State.CANDIDATE}
    assert second in before
    numbers = [event.number for event in registry.history(PAIR)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_without_pointer_and_history_nothing_serves_but_nothing_is_lost(
    registry, train, shelf
) -> None:
    names = [train(seed, promote=True) for seed in range(2)]
    (shelf / "champion.json").unlink()
    (shelf / "history.jsonl").unlink()
    assert champion(registry) is None
    third = train(3)
    assert states(registry) == dict.fromkeys([*names, third], State.CANDIDATE)
    assert "before it was recorded" in registry.history(PAIR)[0].reasons[0]


def test_a_history_that_lags_behind_is_completed(registry, train, shelf) -> None:
    train(1, promote=True)
    whole = registry.history(PAIR)
    path = shelf / "history.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:20])
    assert registry.history(PAIR) == whole
    assert path.read_bytes() != b"".join(lines)
    registry.prune(PAIR, keep=5)
    assert path.read_bytes() == b"".join(lines)


def test_a_restored_older_pointer_does_not_repeat_numbers(registry, train, shelf) -> None:
    train(1, promote=True)
    older = (shelf / "champion.json").read_bytes()
    train(2, promote=True)
    (shelf / "champion.json").write_bytes(older)
    train(3, promote=True)
    numbers = [event.number for event in registry.history(PAIR)]
    assert numbers == sorted(set(numbers))


def test_a_full_disk_after_the_change_does_not_undo_it(
    registry, train, shelf, monkeypatch, caplog
) -> None:
    name = train(1)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(os, "write", full)
        registry.promote(PAIR, name, "better")
    assert "to be finished by the next change" in caplog.text
    assert champion(registry) == name
    assert kinds(registry)[-1] == ("promoted", name)
    assert len((shelf / "history.jsonl").read_bytes().splitlines()) == 1
    registry.prune(PAIR, keep=3)
    assert len((shelf / "history.jsonl").read_bytes().splitlines()) == 2


def test_what_a_killed_writer_left_is_swept_or_taken_in(registry, train, shelf, tmp_path) -> None:
    train(1, promote=True)
    versions = shelf / "versions"
    (versions / ".20250401T130000000.model.abcd").write_bytes(b"half")
    (shelf / ".champion.json.abcd").write_bytes(b"half")
    (versions / "20250401T130000000.model").write_bytes(b"no facts yet")
    other = train(2, pair="ETH/USDT")
    for suffix in ("model", "json"):
        source = registry.folder / "ETH_USDT" / "versions" / f"{other}.{suffix}"
        content = source.read_bytes().replace(b"ETH/USDT", b"BTC/USDT")
        (versions / f"{other}.{suffix}").write_bytes(content)
    (versions / "stray.json").write_text("{}")
    (versions / "stray.model").write_text("x")
    registry.prune(PAIR, keep=5)
    assert len(files(shelf)) == 4
    assert states(registry)[other] is State.CANDIDATE
    assert not list(shelf.glob(".*"))
    assert files(shelf, "quarantine") == {"stray.json", "stray.model"}
    assert registry.load(registry.version(PAIR, other)).is_whole()


@pytest.mark.parametrize("look", ["champion", "load_champion"])
def test_a_champion_that_is_replaced_while_it_is_looked_up_is_no_damaged_one(
    registry, train, monkeypatch, look
) -> None:
    first = train(1, promote=True)
    looked_up = shelf_module.Shelf.version

    def replaced(shelf, name, state):
        monkeypatch.undo()
        for seed in (2, 3):
            train(seed, promote=True)
        assert first in registry.prune(PAIR, keep=1)
        return looked_up(shelf, name, state)

    monkeypatch.setattr(shelf_module.Shelf, "version", replaced)
    found = getattr(registry, look)(PAIR)
    version = found if look == "champion" else found.version
    assert version == registry.champion(PAIR)
    assert version.id != first
    assert "quarantined" not in dict(kinds(registry))
