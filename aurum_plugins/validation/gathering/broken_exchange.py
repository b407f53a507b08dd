"""A bot that trades on an exchange which is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aurum_plugins.sandbox.faults import FaultPlan
from aurum_plugins.soak.soak import OnTick, soaked
from aurum_plugins.soak.timetable import Timetable
from aurum_plugins.validation.gathering.soak_account import SoakAccount, soak_account

SEED: Final = 7
# Of every hundred answers some twenty are lost or spoilt, and for four seconds all are refused.
PLAN: Final = FaultPlan.model_validate(
    {
        "seed": 5,
        "rules": [
            {"kind": "reset_before", "every": 19},
            {"kind": "reset_after", "every": 23},
            {"kind": "server_error", "every": 17},
            {"kind": "truncated_body", "every": 29},
            {"kind": "rate_limited", "route": "binance.*", "after_s": 10, "until_s": 14},
        ],
    }
)
# A minute and a half, in which the faults last for more than a candle.
BRIEF: Final = Timetable(armed=10.0, disarmed=75.0, early=18.0, warm=18.0, end=90.0)
# On, so that it can be seen to charge every trade; it moves no funds.
LEDGER: Final[dict[str, Any]] = {"ledger": {"enabled": True, "base": "notional", "rate": 0.025}}


def broken_exchange(
    folder: Path,
    checkout: Path,
    timetable: Timetable,
    plan: FaultPlan,
    on_tick: Callable[[float], None],
) -> SoakAccount:
    """Let an eager bot trade live orders on the simulated exchange, and count what came of it.

    Parameters
    ----------
    folder : pathlib.Path
        Takes configuration, databases and logs; new.
    checkout : pathlib.Path
        Has `configs` and `user_data`.
    timetable : Timetable
    plan : FaultPlan
    on_tick : callable
        Called each second with the seconds that have passed.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the checkout lacks a file.
    aurum_plugins.soak.watch.BotDidNotStart
    """
    folder.mkdir(parents=True)

    def tick(*seen: Any) -> None:
        on_tick(seen[-1])

    each_second: OnTick = tick
    run = soaked(
        folder,
        checkout,
        timetable,
        plan,
        port=0,
        seed=SEED,
        live=True,
        eager=True,
        on_tick=each_second,
        settings=LEDGER,
    )
    with run as ended:
        return soak_account(ended)
