"""How plain freqtrade learns of AurumBotX: the only module that reaches into its internals.

freqtrade gives pairlists and protections no user directory and checks pairlist names against an
enum before any strategy is loaded. So `aurum_plugins.start_up`, which every process of the
environment runs (hyperopt's workers too), hands each module of freqtrade named in `_HOOKS` to
`complete`, right after its import.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from aurum_plugins.errors import ConfigurationError, IncompatibleFreqtrade

TESTED_SERIES = "2026.9"
TESTED_RANGE = ">=2026.9,<2026.10"
_PACKAGE = Path(__file__).parent


def plugin_names(folder: str) -> list[str]:
    """Names of our plugins of one kind, "pairlists" or "protections": the files of the folder."""
    files = (_PACKAGE / folder).glob("*.py")
    return sorted(file.stem for file in files if not file.name.startswith("_"))


def check_freqtrade_version(installed: str) -> None:
    """Refuse a freqtrade that AurumBotX was not tested with.

    Raises
    ------
    aurum_plugins.errors.IncompatibleFreqtrade
        Unless `installed` is `TESTED_SERIES` or one of its patch releases.
    """
    if installed != TESTED_SERIES and not installed.startswith(f"{TESTED_SERIES}."):
        raise IncompatibleFreqtrade(installed, TESTED_RANGE)


def complete(module: ModuleType) -> None:
    """Complete one of the modules of `aurum_plugins.start_up.HOOKED`, just imported."""
    _HOOKS[module.__name__](module)


def _guard_version(freqtrade: ModuleType) -> None:
    try:
        check_freqtrade_version(freqtrade.__version__)
    except IncompatibleFreqtrade as error:
        if Path(sys.argv[0]).name.startswith("freqtrade"):
            sys.exit(f"Error: {error}")
        raise


def _extend_pairlist_enum(constants: ModuleType) -> None:
    """Add our names to the very list that freqtrade's configuration schema refers to."""
    known = constants.AVAILABLE_PAIRLISTS
    known.extend(name for name in plugin_names("pairlists") if name not in known)


def _extend_search_paths(resolver: type, folder: str) -> None:
    """Let a resolver look into our folder as well, after its own."""
    stock = resolver.build_search_paths  # type: ignore[attr-defined]
    ours = _PACKAGE / folder

    def build_search_paths(*args: Any, **kwargs: Any) -> list[Path]:
        return [*stock(*args, **kwargs), ours]

    resolver.build_search_paths = staticmethod(build_search_paths)  # type: ignore[attr-defined]


def _extend_pairlist_resolver(module: ModuleType) -> None:
    _extend_search_paths(module.PairListResolver, "pairlists")


def _extend_protection_resolver(module: ModuleType) -> None:
    _extend_search_paths(module.ProtectionResolver, "protections")


def _guard_exchange(module: ModuleType) -> None:
    """Refuse broken answers, let newer candles win, follow its clock, make orders idempotent.

    See `aurum_plugins.market_data.answers` and `aurum_plugins.execution.idempotent_orders`.
    """
    exchange: Any = module.Exchange
    stock_init = exchange._init_ccxt
    stock_process = exchange._process_ohlcv_df

    def _init_ccxt(self: Any, exchange_config: Any, sync: bool, ccxt_kwargs: Any) -> Any:
        from aurum_plugins.market_data import answers

        api = stock_init(self, exchange_config, sync, ccxt_kwargs)
        answers.refuse_unreadable_answers(api)
        if not sync:
            answers.refuse_misdated_candles(api)
        elif not self._config["dry_run"]:
            answers.follow_venue_clock(api)
            self.aurum_orders = _make_orders_idempotent(api, self._config)
        return api

    def _process_ohlcv_df(
        self: Any, pair: str, timeframe: str, c_type: Any, ticks: Any, cache: bool, *rest: Any
    ) -> Any:
        from aurum_plugins.market_data.answers import without_revised

        known = self._klines.get((pair, timeframe, c_type))
        if cache and known is not None:
            self._klines[pair, timeframe, c_type] = without_revised(known, ticks)
        return stock_process(self, pair, timeframe, c_type, ticks, cache, *rest)

    exchange._init_ccxt = _init_ccxt
    exchange._process_ohlcv_df = _process_ohlcv_df


def _make_orders_idempotent(api: Any, config: dict[str, Any]) -> Any:
    """Guard a live exchange's orders by a record in the database that the configuration names."""
    from freqtrade.exceptions import OperationalException

    from aurum_plugins.database import DatabaseUnavailable
    from aurum_plugins.execution.idempotent_orders import SUPPORTED, guard

    if api.id not in SUPPORTED:
        return guard(api)
    try:
        record = _order_record(config)
    except (ConfigurationError, DatabaseUnavailable) as error:
        raise OperationalException(
            f"Live orders must be written down before they are sent, which cannot be done: {error}"
        ) from error
    return guard(api, record, _is_booked)


def _order_record(config: dict[str, Any]) -> Any:
    from aurum_plugins.bot_identity import bot_identity
    from aurum_plugins.clock import WallClock
    from aurum_plugins.database import DatabaseUnavailable, database_url, open_database
    from aurum_plugins.execution.order_record import OrderRecord

    database = open_database(database_url(config))
    if not database.persistent:
        raise DatabaseUnavailable(database.url, "it is in memory and would end with the process")
    return OrderRecord(database, bot_identity(config), WallClock())


def _is_booked(pair: str, exchange_order_id: str) -> bool:
    """Whether freqtrade has committed an order to its own database."""
    from freqtrade.persistence import Order
    from sqlalchemy import select

    wanted = select(Order.id).where(Order.ft_pair == pair, Order.order_id == exchange_order_id)
    # Not the session's own connection, which also shows what it has yet to commit.
    with Order.session.get_bind().connect() as connection:
        return connection.scalar(wanted) is not None


def _check_configuration(module: ModuleType) -> None:
    """Check and complete each configuration as it is loaded: see `aurum_plugins.config`."""
    configuration: Any = module.Configuration
    stock = configuration.load_config

    def load_config(self: Any) -> dict[str, Any]:
        from freqtrade.exceptions import OperationalException

        from aurum_plugins import config as ours
        from aurum_plugins.starts import loaded_files

        config: dict[str, Any] = stock(self)
        try:
            ours.validate(config)
            ours.complete_api_server(config)
        except ConfigurationError as error:
            raise OperationalException(str(error)) from error
        ours.keep_simulated_candles_apart(config, self.args.get("datadir"))
        loaded_files.take_down(config)
        return config

    configuration.load_config = load_config


def _complete_bot(module: ModuleType) -> None:
    """Let a bot take over orders that were lost, end cleanly, and tell of itself."""
    from aurum_plugins import bot_hooks

    bot_hooks.take_over_lost_orders(module.FreqtradeBot)
    bot_hooks.survive_interrupted_writes(module.FreqtradeBot)
    # The outermost: what is taken over is part of a loop.
    bot_hooks.report_on_itself(module.FreqtradeBot)


def _summarise_decisions(module: ModuleType) -> None:
    """Say after a backtest which reasons cost how many candles, and what the fee would cost.

    See docs/decisions.md and docs/ledger.md.
    """
    backtesting: Any = module.Backtesting
    stock = backtesting.start

    def start(self: Any) -> None:
        stock(self)
        from aurum_plugins.strategies.backtest_summary import print_summary
        from aurum_plugins.strategies.fee_summary import print_fees

        for strategy in self.strategylist:
            print_summary(strategy)
        print_fees(self.results, self.config)

    backtesting.start = start


def _add_telegram_commands(module: ModuleType) -> None:
    """Add our commands to freqtrade's Telegram bot: see `aurum_plugins.telegram`."""
    bot: Any = module.Telegram
    stock_app, stock_keyboard, stock_help = bot._init_telegram_app, bot._init_keyboard, bot._help

    def _init_telegram_app(self: Any) -> Any:
        from aurum_plugins.telegram.installation import new_application

        return new_application(self, stock_app)

    def _init_keyboard(self: Any) -> None:
        from aurum_plugins.telegram.installation import init_keyboard

        init_keyboard(self, stock_keyboard)

    @module.authorized_only  # type: ignore[untyped-decorator]
    async def _help(self: Any, update: Any, context: Any) -> None:
        from aurum_plugins.telegram.installation import send_help

        await stock_help(self, update, context)
        await send_help(self)

    bot._init_telegram_app, bot._init_keyboard, bot._help = (
        _init_telegram_app,
        _init_keyboard,
        _help,
    )


def _fail_on_configuration_errors(main: ModuleType) -> None:
    """Let `freqtrade` exit with status 2 on an invalid configuration, not with 0.

    freqtrade 2026.9 logs such an error and then exits as if all were well, which hides it from
    scripts, containers and service supervisors. Without the special case its general one applies.
    """

    class Unused(Exception):
        """Never raised."""

    main.ConfigurationError = Unused  # type: ignore[attr-defined]


_HOOKS: dict[str, Callable[[ModuleType], None]] = {
    "freqtrade": _guard_version,
    "freqtrade.constants": _extend_pairlist_enum,
    "freqtrade.resolvers.pairlist_resolver": _extend_pairlist_resolver,
    "freqtrade.resolvers.protection_resolver": _extend_protection_resolver,
    "freqtrade.exchange.exchange": _guard_exchange,
    "freqtrade.configuration.configuration": _check_configuration,
    "freqtrade.freqtradebot": _complete_bot,
    "freqtrade.main": _fail_on_configuration_errors,
    "freqtrade.optimize.backtesting": _summarise_decisions,
    "freqtrade.rpc.telegram": _add_telegram_commands,
}
