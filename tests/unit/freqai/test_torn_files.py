from __future__ import annotations

import logging
import pickle

import pytest

from aurum_plugins.freqai.torn_files import set_torn_files_aside

PREDICTIONS, BACKUP = "historic_predictions.pkl", "historic_predictions.backup.pkl"
WHOLE = pickle.dumps({"BTC/USDT": [1, 2, 3]})
JSON_FILES = ("pair_dictionary.json", "global_metadata.json", "metric_tracker.json")
TORN_PICKLES = [b"", WHOLE[:-3], b"\x80", b"not a pickle", pickle.dumps([1])]


def test_whole_files_are_left_alone(tmp_path, caplog):
    for name in JSON_FILES:
        (tmp_path / name).write_text('{"a": 1}')
    for name in (PREDICTIONS, BACKUP):
        (tmp_path / name).write_bytes(WHOLE)
    with caplog.at_level(logging.WARNING):
        assert set_torn_files_aside(tmp_path) == []
    assert caplog.messages == []
    assert len(list(tmp_path.iterdir())) == 5


def test_a_new_folder_has_none(tmp_path):
    assert set_torn_files_aside(tmp_path) == []
    assert set_torn_files_aside(tmp_path / "none") == []


@pytest.mark.parametrize("name", JSON_FILES)
@pytest.mark.parametrize("content", [b"", b'{"a": ', b"\xff\xfe", b"[1]", b"null"])
def test_torn_json_is_set_aside_and_told(tmp_path, caplog, name, content):
    (tmp_path / name).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        (sentence,) = set_torn_files_aside(tmp_path)
    assert sentence.startswith(f"{tmp_path / name} is torn (")
    assert sentence.endswith("is set aside: FreqAI starts without it")
    assert caplog.messages == [sentence]
    assert not (tmp_path / name).exists()
    assert (tmp_path / f"{name}.damaged").read_bytes() == content
    assert set_torn_files_aside(tmp_path) == []


@pytest.mark.parametrize("content", TORN_PICKLES)
def test_forecasts_are_brought_back_from_their_copy(tmp_path, content):
    (tmp_path / PREDICTIONS).write_bytes(content)
    (tmp_path / BACKUP).write_bytes(WHOLE)
    (sentence,) = set_torn_files_aside(tmp_path)
    assert sentence.endswith("its copy is used")
    assert (tmp_path / PREDICTIONS).read_bytes() == (tmp_path / BACKUP).read_bytes() == WHOLE
    assert (tmp_path / f"{PREDICTIONS}.damaged").read_bytes() == content


@pytest.mark.parametrize("content", TORN_PICKLES)
def test_a_torn_copy_does_no_harm(tmp_path, content):
    (tmp_path / PREDICTIONS).write_bytes(WHOLE)
    (tmp_path / BACKUP).write_bytes(content)
    (sentence,) = set_torn_files_aside(tmp_path)
    assert sentence.endswith("it was a copy")
    assert (tmp_path / PREDICTIONS).read_bytes() == WHOLE
    assert not (tmp_path / BACKUP).exists()


@pytest.mark.parametrize("backup", [None, b"torn"])
def test_without_a_copy_forecasts_are_lost(tmp_path, backup):
    (tmp_path / PREDICTIONS).write_bytes(WHOLE[:10])
    if backup is not None:
        (tmp_path / BACKUP).write_bytes(backup)
    sentences = set_torn_files_aside(tmp_path)
    assert sentences[-1].endswith("earlier forecasts are lost")
    assert not (tmp_path / PREDICTIONS).exists()
