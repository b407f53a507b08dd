"""A soak from its beginning to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aurum_plugins.clock import WallClock
from aurum_plugins.sandbox.faults import FaultInjector, FaultPlan
from aurum_plugins.soak.counted_exchange import counted_server
from aurum_plugins.soak.eager_strategy import make_eager
from aurum_plugins.soak.findings import Findings
from aurum_plugins.soak.sandboxed_bot import SandboxedBot
from aurum_plugins.soak.soak_audit import Soaked, audit_soak
from aurum_plugins.soak.timetable import Timetable
from aurum_plugins.soak.watch import Watch, Watched

OnTick = Callable[[SandboxedBot, FaultInjector, Watched, float], None]


def soak(
    folder: Path,
    checkout: Path,
    minutes: float,
    plan: FaultPlan | None,
    *,
    port: int,
    seed: int,
    live: bool,
    eager: bool,
    on_tick: OnTick,
) -> Findings:
    """Run exchange, bot and faults together, and audit what came of it.

    Parameters
    ----------
    folder : pathlib.Path
        Takes configuration, databases and logs; must hold none of an earlier run.
    checkout : pathlib.Path
        Has `configs` and `user_data`.
    minutes : float
        From the bot's first loop on.
    plan : FaultPlan or None
    port : int
        Of the exchange; 0 takes a free one.
    seed : int
        Of the market.
    live : bool
        Real signed orders, rather than freqtrade's own simulation of them.
    eager : bool
        The strategy enters on most candles.
    on_tick : callable
        Called each second with the bot, the injector, what was seen and the seconds that passed.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If the checkout lacks a file.
    aurum_plugins.soak.watch.BotDidNotStart
    """
    run = soaked(
        folder,
        checkout,
        Timetable.of(minutes),
        plan,
        port=port,
        seed=seed,
        live=live,
        eager=eager,
        on_tick=on_tick,
    )
    with run as ended:
        return audit_soak(ended)


@contextmanager
def soaked(
    folder: Path,
    checkout: Path,
    timetable: Timetable,
    plan: FaultPlan | None,
    *,
    port: int,
    seed: int,
    live: bool,
    eager: bool,
    on_tick: OnTick,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[Soaked]:
    """Run exchange, bot and faults together, and leave what came of it to be looked at.

    Other parameters and errors are those of `soak`; in the block the bot has ended, and the
    exchange still knows everything.

    Parameters
    ----------
    timetable : Timetable
    settings : mapping of str to object, optional
        Sections to put into `aurum` of the bot's configuration.
    """
    server, exchange = counted_server(port, seed)
    with server:
        bot = SandboxedBot(folder, server.url, checkout, live=live, venues=True)
        if eager:
            make_eager(bot)
        bot.config["aurum"] |= settings or {}

        def tick(seen: Watched, passed: float) -> None:
            on_tick(bot, exchange.injector, seen, passed)

        try:
            watch = Watch(bot, exchange.injector, plan, timetable, WallClock(), tick)
            seen = watch.run()
        finally:
            bot.stop()
        yield Soaked(bot, server, exchange, plan, timetable, seen, live)
