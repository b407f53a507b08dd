"""Real candles, replayed: what the bot sees and trades on is what the files hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from freqtrade_process import ROOT, FreqtradeProcess, wait_for

from aurum_plugins.sandbox import ReplayConfig, SandboxConfig, SandboxServer

CANDLES = ROOT.parent / "shared" / "data" / "binance-1h"
PAIRS = ["BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT", "BNB/USDT"]
# Two days after the crash of 2022-11-09: prices that nobody would take for synthetic ones.
UNTIL = pd.Timestamp("2022-11-11", tz="UTC")

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(not CANDLES.is_dir(), reason=f"real candles are not at {CANDLES}"),
]


def recorded(pair: str) -> pd.DataFrame:
    candles = pd.read_feather(CANDLES / f"{pair.replace('/', '_')}-1h.feather")
    return candles[candles["date"] < UNTIL]


def candles_in(bot: FreqtradeProcess, pair: str, timeframe: str) -> pd.DataFrame:
    """What the bot has analysed, once it has."""

    def analysed() -> pd.DataFrame | None:
        answer = bot.get("pair_candles", pair=pair, timeframe=timeframe, limit=120)
        found = pd.DataFrame(answer["data"], columns=answer["columns"] or None)
        return None if found.empty else found

    return wait_for(f"candles of {pair}", lambda: [f for f in [analysed()] if f is not None], 60)[0]


@pytest.mark.parametrize(("play_as", "timeframe"), [(None, "1h"), ("1m", "1m")])
def test_the_bot_trades_on_the_recorded_candles(tmp_path: Path, play_as, timeframe) -> None:
    replay = ReplayConfig(
        directory=CANDLES, tape_now_ms=int(UNTIL.timestamp() * 1_000), play_as=play_as
    )
    overlay = {
        "timeframe": timeframe,
        "max_open_trades": 5,
        "force_entry_enable": True,
        "exchange": {"pair_whitelist": PAIRS},
    }
    with (
        SandboxServer(SandboxConfig(port=0, replay=replay)) as server,
        FreqtradeProcess(tmp_path, server.url, overlay) as bot,
    ):
        for pair in PAIRS:
            seen = candles_in(bot, pair, timeframe)
            closed = recorded(pair)
            # Candles that closed since the start come from later in the recording.
            last = np.flatnonzero(np.isclose(seen["close"], closed["close"].iloc[-1]))[-1]
            count = min(int(last) + 1, 100)
            for column in ("open", "high", "low", "close", "volume"):
                ours = seen[column].iloc[last + 1 - count : last + 1].to_numpy(float)
                np.testing.assert_allclose(
                    ours, closed[column].iloc[-count:].to_numpy(float), rtol=1e-12
                )
        if not bot.get("status"):
            bot.post("forceenter", pair="BTC/USDT", ordertype="market")
        (trade, *_) = wait_for("open trade", lambda: bot.get("status"), 30)
        price = recorded(trade["pair"])["close"].iloc[-1]
        assert trade["open_rate"] == pytest.approx(price, rel=0.1)
        bot.post("forceexit", tradeid="all", ordertype="market")
        wait_for("closed trade", lambda: bot.get("trades")["trades_count"], 30)
