"""The simulated exchange put together: market, accounts, dialects and faults as one web app."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from aurum_plugins.clock import DAY_MS, Clock, VirtualClock, WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox import binance, coinbase, kraken
from aurum_plugins.sandbox.clock_control import clock_routes
from aurum_plugins.sandbox.config import SandboxConfig
from aurum_plugins.sandbox.faults import FaultInjector, control_routes, fault_middleware, load_plan
from aurum_plugins.sandbox.listed_instruments import listed_instruments
from aurum_plugins.sandbox.market import INTERVAL_MS, Market
from aurum_plugins.sandbox.market.day_chain import EPOCH_DAY
from aurum_plugins.sandbox.market.replay import ReplayTape
from aurum_plugins.sandbox.market.synthetic import SyntheticTape
from aurum_plugins.sandbox.matching import MatchingEngine
from aurum_plugins.sandbox.news import Newsroom, news_routes


@dataclass(frozen=True)
class SimulatedExchange:
    """The parts of a sandbox.

    Attributes
    ----------
    clock : Clock
        What the venue holds to be the time.
    market : Market
        Prices.
    engine : MatchingEngine
        Accounts and orders.
    injector : FaultInjector
        What goes wrong.
    newsroom : Newsroom
        What its feeds of news tell.
    """

    clock: Clock
    market: Market
    engine: MatchingEngine
    injector: FaultInjector
    limits: binance.RateLimits
    newsroom: Newsroom

    @classmethod
    def build(cls, config: SandboxConfig) -> SimulatedExchange:
        """Make every part that a configuration names.

        Raises
        ------
        aurum_plugins.errors.DataError
            If the candles to replay are missing or broken.
        aurum_plugins.errors.ConfigurationError
            If the fault plan or a setting is wrong.
        """
        start_ms = config.clock_start_ms
        clock = WallClock() if start_ms is None else VirtualClock(start_ms)
        injector = FaultInjector(clock, load_plan(config.faults) if config.faults else None)
        market = _market(config, clock.now_ms())
        engine = MatchingEngine(
            market,
            maker_fee=config.maker_fee,
            taker_fee=config.taker_fee,
            participation=config.participation,
        )
        for account in config.accounts:
            engine.open_account(
                account.api_key,
                account.secret.get_secret_value(),
                account.balances,
                pay_fees_in_bnb=account.pay_fees_in_bnb,
            )
        limits = binance.RateLimits(
            clock, request_weight=config.request_weight, orders_per_10s=config.orders_per_10s
        )
        return cls(clock, market, engine, injector, limits, Newsroom(clock, config.seed))

    def app(self) -> web.Application:
        """A web application that answers as Binance, Coinbase, Kraken and feeds of news."""
        app = web.Application(middlewares=[fault_middleware(self.injector)])
        app.add_routes(control_routes(self.injector))
        app.add_routes(clock_routes(self.clock, self.engine))
        app.add_routes(news_routes(self.newsroom))
        app.add_routes(binance.routes(self.market, self.engine, self.clock, self.limits))
        app.add_routes(coinbase.routes(self.market, self.clock))
        app.add_routes(kraken.routes(self.market, self.clock))
        return app


def _market(config: SandboxConfig, now_ms: int) -> Market:
    if config.replay is None:
        first_ms = (now_ms // DAY_MS - config.history_days) * DAY_MS
        if first_ms < EPOCH_DAY * DAY_MS:
            rule = f"the clock's start less history_days ({config.history_days}) must not be "
            raise ConfigurationError("clock_start_ms", rule + "before 2020-01-01", now_ms)
        instruments = listed_instruments(config.pairs)
        synthetic = SyntheticTape(instruments, config.seed, first_ms)
        return Market(synthetic, instruments, config.seed)
    replay = config.replay
    if replay.play_as is not None and replay.play_as not in INTERVAL_MS:
        raise ConfigurationError(
            "replay.play_as", f"must be one of {', '.join(INTERVAL_MS)}", replay.play_as
        )
    tape = ReplayTape(
        replay.directory,
        start_ms=now_ms,
        tape_now_ms=replay.tape_now_ms,
        play_as_ms=INTERVAL_MS[replay.play_as] if replay.play_as else None,
        at_end=replay.at_end,
    )
    return Market(tape, tape.instruments, config.seed)
