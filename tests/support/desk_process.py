"""A bot's desk in a process of its own, told line by line what to do.

python desk_process.py URL NAME RATE: a line `{"ALFA/USDT": 1}` is the next closed candle, with what
the signal wants of each pair; it answers with the orders that it has sent. `{}` charges the trades
that have closed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Self

from desk_bot import DeskBot
from desk_world import PAIRS, DeskWorld, Outcome
from fee_cases import ledger_of, settled, terms
from sqlalchemy import URL, make_url

from aurum_plugins.reasons import Action

FILLED = dict.fromkeys(PAIRS, Outcome.FILLED)
# Long enough to wait for other bots on a busy machine.
PATIENCE_SECONDS = 60.0


class DeskProcess:
    """A process of this file.

    Parameters
    ----------
    url : sqlalchemy.URL
    name : str
        The bot's.
    rate : str
        What it owes of its gains.
    """

    def __init__(self, url: URL, name: str, rate: str = "0.5") -> None:
        address = url.render_as_string(hide_password=False)
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__), address, name, rate],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def begin(self, order: dict[str, int]) -> None:
        """Say what to do, and do not wait."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def answer(self) -> list[tuple[str, int]]:
        """Pair and candle of the orders that it has sent so far, in UTC milliseconds."""
        assert self.process.stdout is not None
        return [(pair, candle_ms) for pair, candle_ms in json.loads(self.process.stdout.readline())]


def main(url: str, name: str, rate: str) -> None:
    """Run a bot until nobody says anything any more."""
    bot = DeskBot(DeskWorld(), make_url(url), name=name, lock_seconds=PATIENCE_SECONDS)
    ledger = ledger_of(bot.database, terms("profit", rate), name)
    for line in sys.stdin:
        actions = {pair: Action(number) for pair, number in json.loads(line).items()}
        if actions:
            bot.world.close_candle(actions)
            bot.loop(FILLED)
        closed = [trade for trade in bot.world.trades if trade.closed_ms is not None]
        ledger.settle([settled(trade.number, "2") for trade in closed])
        print(json.dumps([sent.key for sent in bot.sent]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
