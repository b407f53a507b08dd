from __future__ import annotations

import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from aurum_plugins.forecasting.errors import TooLittleData
from aurum_plugins.forecasting.members.lstm import LSTM, LSTMParameters, complete_windows
from aurum_plugins.forecasting.pair_clock import moments, pair_numbers, tagged


def some_rows(rows=500, seed=0):
    """Labels that depend on what was three candles ago."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, 3))
    target = np.roll(features[:, 1], 3) + 0.3 * rng.normal(size=rows)
    return features, target, np.arange(rows)


def test_a_window_is_complete_where_no_candle_is_absent():
    candles = np.array([1, 2, 3, 4, 6, 7, 8, 11])
    np.testing.assert_array_equal(complete_windows(candles, 3), [2, 3, 6])
    assert len(complete_windows(candles[:2], 3)) == 0
    assert len(complete_windows(candles[:0], 3)) == 0


def cut(parameters, candles):
    member = LSTM("sign", 0, parameters)
    return member._cut(candles)


def test_the_tail_is_the_latest_windows_and_parted_from_those_learnt():
    parameters = LSTMParameters(window=5, tail_share=0.2, purge_candles=10)
    learnt, checked = cut(parameters, np.arange(104))
    np.testing.assert_array_equal(checked, np.arange(84, 104))
    np.testing.assert_array_equal(learnt, np.arange(4, 74))


def test_windows_are_thinned_evenly():
    parameters = LSTMParameters(window=5, tail_share=0.2, purge_candles=0, most_windows=100)
    learnt, checked = cut(parameters, np.arange(1_000))
    assert len(learnt) + len(checked) == 100
    assert learnt[0] == 4
    assert checked[-1] == 999
    assert set(np.diff(np.concatenate([learnt, checked]))) == {10, 11}


def test_windows_of_several_pairs_are_cut_by_time_and_cross_no_pair():
    parameters = LSTMParameters(window=5, tail_share=0.2, purge_candles=24)
    candles = np.concatenate([tagged(np.arange(500), pair) for pair in range(3)])
    learnt, checked = cut(parameters, candles)
    for ends in (learnt, checked):
        assert set(pair_numbers(candles[ends])) == {0, 1, 2}
        assert (candles[ends] - candles[ends - 4] == 4).all()
    assert moments(candles[learnt]).max() + 24 < moments(candles[checked]).min()


@pytest.mark.parametrize("candles", [np.arange(58), np.arange(0, 4_000, 3)])
def test_too_few_complete_windows_are_refused(candles):
    with pytest.raises(TooLittleData, match=r"windows of member lstm: .* at least 40"):
        cut(LSTMParameters(), candles)


def test_stored_weights_are_read_and_scored_without_pytorch(tmp_path):
    pytest.importorskip("torch", reason="needs the extra lstm (PyTorch)")
    member = LSTM("value", 0)
    member.fit(*some_rows())
    features, _, candles = some_rows(seed=1)
    stored = tmp_path / "member"
    stored.write_bytes(pickle.dumps((member, features, candles)))
    script = (
        "import pathlib, pickle, sys\n"
        "class NoTorch:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] == 'torch':\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, NoTorch())\n"
        f"data = pathlib.Path({str(stored)!r}).read_bytes()\n"
        "member, features, candles = pickle.loads(data)\n"
        "print(member.score(features, candles)[-1].hex())\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=120
    )
    assert float.fromhex(answer.stdout) == member.score(features, candles)[-1]


def test_it_learns_from_what_came_before_the_row():
    pytest.importorskip("torch", reason="needs the extra lstm (PyTorch)")
    parameters = LSTMParameters(window=6, epochs=60, patience=60, purge_candles=0, weight_decay=0)
    member = LSTM("value", 0, parameters)
    member.fit(*some_rows(1_500))
    features, target, candles = some_rows(300, 1)
    scores = member.score(features, candles)
    assert np.corrcoef(scores[5:], target[5:])[0, 1] > 0.7


def test_pure_noise_leaves_it_near_the_base_rate():
    pytest.importorskip("torch", reason="needs the extra lstm (PyTorch)")
    rng = np.random.default_rng(0)
    features, candles = rng.normal(size=(800, 10)), np.arange(800)
    member = LSTM("sign", 0)
    member.fit(features, rng.normal(size=800), candles)
    assert np.nanstd(member.score(features, candles)) < 0.3


def test_training_stops_when_the_tail_is_no_longer_forecast_better(monkeypatch):
    pytest.importorskip("torch", reason="needs the extra lstm (PyTorch)")
    from aurum_plugins.forecasting.members import lstm_network

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 4)), rng.normal(size=400), np.arange(400)
    scores = []
    for epochs in (3, 400):
        member = LSTM("value", 0, LSTMParameters(patience=0, epochs=epochs, learning_rate=0.5))
        member.fit(*rows)
        scores.append(member.score(rows[0], rows[2]))
    np.testing.assert_array_equal(*scores)
    assert lstm_network._ONE_TRAINING.acquire(blocking=False)
    lstm_network._ONE_TRAINING.release()


def test_the_process_keeps_its_threads_and_its_random_numbers():
    torch = pytest.importorskip("torch", reason="needs the extra lstm (PyTorch)")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    torch.manual_seed(7)
    expected = torch.get_rng_state()
    LSTM("sign", 0).fit(*some_rows())
    assert torch.get_num_threads() == 2
    assert torch.equal(torch.get_rng_state(), expected)
    with pytest.raises(IndexError):
        LSTM("sign", 0)._learn(np.zeros((100, 3)), np.zeros(50), np.arange(100))
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_trainings_in_several_threads_do_not_disturb_each_other():
    pytest.importorskip("torch", reason="needs the extra lstm (PyTorch)")
    features, target, candles = some_rows()
    alone = LSTM("sign", 0)
    alone.fit(features, target, candles)
    members = [LSTM("sign", 0) for _ in range(3)]
    threads = [
        threading.Thread(target=member.fit, args=(features, target, candles)) for member in members
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for member in members:
        np.testing.assert_array_equal(
            member.score(features, candles), alone.score(features, candles)
        )
