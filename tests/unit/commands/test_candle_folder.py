"""Which candles lie in a folder, and what is said of those that cannot be read."""

from __future__ import annotations

import pandas as pd
import pytest

from aurum_plugins.commands.candle_folder import CandleFolder
from aurum_plugins.errors import DataError

FRAME = pd.DataFrame(
    {
        "date": pd.to_datetime([0, 3_600_000], unit="ms", utc=True),
        **{name: [1.0, 2.0] for name in ("open", "high", "low", "close", "volume")},
    }
)


@pytest.fixture
def folder(tmp_path):
    for name in (
        "BTC_USDT-1h.feather",
        "BTC_USDT-5m.feather",
        "ETH_USDT-1h.feather",
        "A_B_USDT-5m.feather",
        "BTC_USDT-1d.feather",
        "BTC_USDT-1M.feather",
        "BTC_USDT-trades.feather",
        "BTC_USDT-0h.feather",
        "BTC_USDT-1h.json",
        "notes.txt",
    ):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_pairs_and_timeframes_are_read_from_the_names(folder) -> None:
    found = CandleFolder.of(folder)
    assert found.timeframes == ("5m", "1h", "1d")
    assert found.pairs("1h") == ("BTC/USDT", "ETH/USDT")
    assert found.pairs("5m") == ("A_B/USDT", "BTC/USDT")
    assert found.pairs("1M") == ()


def test_a_folder_without_candles_is_named_with_the_mend(tmp_path) -> None:
    with pytest.raises(DataError, match=r"holds no candles .* download-data, or .* --datadir"):
        CandleFolder.of(tmp_path)


def test_a_folder_that_does_not_exist_is_named(tmp_path) -> None:
    with pytest.raises(DataError, match=r"nowhere: cannot be searched .* No such file"):
        CandleFolder.of(tmp_path / "nowhere")


def test_candles_are_read_as_they_are(tmp_path) -> None:
    strange = pd.concat([FRAME, FRAME[::-1]], ignore_index=True).assign(extra=1)
    strange.loc[1, "close"] = float("nan")
    strange.to_feather(tmp_path / "BTC_USDT-1h.feather")
    frame = CandleFolder.of(tmp_path).read("BTC/USDT", "1h")
    pd.testing.assert_frame_equal(frame, strange.drop(columns="extra"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"torn", "is torn or not a feather file; download it again"),
        (FRAME.drop(columns=["close", "volume"]), "lacks the column close, volume"),
        (FRAME[:0], "holds no candle;"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, content, words: str) -> None:
    path = tmp_path / "BTC_USDT-1h.feather"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content.to_feather(path)
    with pytest.raises(DataError, match=words) as caught:
        CandleFolder.of(tmp_path).read("BTC/USDT", "1h")
    assert caught.value.path == path
