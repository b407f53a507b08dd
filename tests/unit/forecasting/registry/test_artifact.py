"""A model is read back as it was written, or not at all."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from aurum_plugins.forecasting.errors import ArtifactError, TornArtifact
from aurum_plugins.forecasting.registry.artifact import (
    FORMAT,
    check_artifact,
    read_artifact,
    write_artifact,
)

loaded: list[str] = []


class Bomb:
    """Unpickling it is seen."""

    def __reduce__(self):
        return _bang, ()


def _bang() -> None:
    loaded.append("bang")


class FailsToLoad:
    """Its class changed after it was written."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __reduce__(self):
        return _fail, (self.error,)


def _fail(error: Exception) -> None:
    raise error


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "models" / "one.model"


def test_a_model_is_read_back(path) -> None:
    rng = np.random.default_rng(0)
    features, target = rng.normal(size=(50, 3)), rng.normal(size=50)
    model = LinearRegression().fit(features, target)
    digest = write_artifact(path, {"target": model})
    for expected in (None, digest):
        back = read_artifact(path, expected)["target"]
        assert np.array_equal(back.predict(features), model.predict(features))
    check_artifact(path, digest)


def test_the_layout_is_the_documented_one(path) -> None:
    digest = write_artifact(path, [1, 2])
    magic, line, payload = path.read_bytes().split(b"\n", 2)
    header = json.loads(line)
    assert magic == b"aurumbotx model"
    assert payload == pickle.dumps([1, 2], protocol=5)
    assert (header["format"], header["size"]) == (FORMAT, len(payload))
    assert header.pop("sha256") == digest
    described = json.dumps(header, sort_keys=True).encode() + b"\n" + payload
    assert hashlib.sha256(described).hexdigest() == digest


def test_the_same_model_has_the_same_digest(tmp_path) -> None:
    digests = [write_artifact(tmp_path / name, {"a": 1.5}) for name in "xy"]
    assert digests[0] == digests[1]
    assert digests[0] != write_artifact(tmp_path / "z", {"a": 1.5000001})


def test_a_change_of_any_byte_is_found_before_anything_is_unpickled(path) -> None:
    write_artifact(path, Bomb())
    sound = path.read_bytes()
    for position in range(len(sound)):
        for flip in (0x01, 0x20, 0xFF):
            changed = bytearray(sound)
            changed[position] ^= flip
            path.write_bytes(changed)
            with pytest.raises(TornArtifact):
                read_artifact(path)
    assert loaded == []
    path.write_bytes(sound)
    read_artifact(path)
    assert loaded == ["bang"]
    loaded.clear()


def test_a_file_of_any_shorter_or_greater_length_is_torn(path) -> None:
    write_artifact(path, Bomb())
    sound = path.read_bytes()
    for content in [*(sound[:end] for end in range(len(sound))), sound + b"\0", sound + sound]:
        path.write_bytes(content)
        with pytest.raises(TornArtifact):
            read_artifact(path)
    assert loaded == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no model of aurumbotx"),
        (b"\x80\x05K\x01.", "is no model of aurumbotx"),
        (b"aurumbotx model\n{}\n", "its header cannot be read"),
        (b"aurumbotx model\n[1]\nabc", "its header cannot be read"),
        (b"aurumbotx model\n\xff\nabc", "its header cannot be read"),
        (b"aurumbotx model\n" + b"[" * 100_000 + b"\n", "its header cannot be read"),
    ],
)
def test_what_is_no_artifact_is_named(path, content, reason) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(TornArtifact, match=reason) as caught:
        read_artifact(path)
    assert caught.value.path == path


def test_a_torn_one_says_how_much_is_there(path) -> None:
    write_artifact(path, "x" * 985)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(TornArtifact, match=r"has 503 of 1003 bytes"):
        read_artifact(path)


def test_another_format_is_refused_even_if_whole(path, monkeypatch) -> None:
    monkeypatch.setattr("aurum_plugins.forecasting.registry.artifact.FORMAT", 2)
    write_artifact(path, 1)
    monkeypatch.undo()
    with pytest.raises(TornArtifact, match="has format 2, but 1 can be read"):
        read_artifact(path)


def test_another_whole_model_is_not_the_expected_one(path) -> None:
    digest = write_artifact(path, 1)
    write_artifact(path, 2)
    with pytest.raises(TornArtifact, match="another model"):
        read_artifact(path, digest)


def test_a_missing_file_is_torn_but_an_unreadable_one_is_not(path) -> None:
    with pytest.raises(TornArtifact, match="is missing"):
        read_artifact(path)
    path.mkdir(parents=True)
    with pytest.raises(ArtifactError, match="cannot be read: Is a directory") as caught:
        check_artifact(path)
    assert not isinstance(caught.value, TornArtifact)


def test_a_model_that_cannot_be_pickled_leaves_nothing(path) -> None:
    with pytest.raises(ArtifactError, match="cannot be pickled"):
        write_artifact(path, lambda: 1)
    assert not path.parent.exists()


def test_a_whole_model_whose_class_changed_is_no_torn_one(path) -> None:
    digest = write_artifact(path, FailsToLoad(AttributeError("no such class")))
    check_artifact(path, digest)
    with pytest.raises(ArtifactError, match=r"cannot load what .* wrote .*no such class") as caught:
        read_artifact(path)
    assert not isinstance(caught.value, TornArtifact)


def test_a_lack_of_memory_is_not_the_model_s_fault(path) -> None:
    write_artifact(path, FailsToLoad(MemoryError()))
    with pytest.raises(MemoryError):
        read_artifact(path)
