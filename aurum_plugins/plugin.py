"""How plain freqtrade learns of AurumBotX: the only module that reaches into its internals.

freqtrade gives pairlists and protections no user directory and checks pairlist names against an
enum before any strategy is loaded. `aurum_plugins.pth`, which Python reads at start-up, calls
`arm`: it installs a finder that costs nothing until freqtrade imports one of the modules in
`_HOOKS`, and then completes that module. Hyperopt's worker processes start the same way.

This module is imported by every Python process of the environment: it imports nothing beyond
`sys` and `os`, which are loaded anyway, until freqtrade itself is imported.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

OFF_SWITCH = "AURUM_PLUGINS_DISABLE"
TESTED_SERIES = "2026.9"
TESTED_RANGE = ">=2026.9,<2026.10"
_PACKAGE = os.path.dirname(__file__)  # noqa: PTH120 - pathlib would cost start-up time


def arm() -> bool:
    """Install the lazy hook, once.

    Returns
    -------
    bool
        Whether the hook is in place: False if `AURUM_PLUGINS_DISABLE` is set to anything but
        "" or "0".
    """
    if os.environ.get(OFF_SWITCH, "") not in ("", "0"):
        return False
    if not is_armed():
        sys.meta_path.insert(0, _Finder())
    return True


def is_armed() -> bool:
    """Whether this process has the hook."""
    return any(type(finder).__name__ == _Finder.__name__ for finder in sys.meta_path)


def plugin_names(folder: str) -> list[str]:
    """Names of our plugins of one kind, "pairlists" or "protections": the files of the folder."""
    files = sorted(os.listdir(os.path.join(_PACKAGE, folder)))  # noqa: PTH118, PTH208
    return [f[:-3] for f in files if f.endswith(".py") and not f.startswith("_")]


def check_freqtrade_version(installed: str) -> None:
    """Refuse a freqtrade that AurumBotX was not tested with.

    Raises
    ------
    aurum_plugins.errors.IncompatibleFreqtrade
        Unless `installed` is `TESTED_SERIES` or one of its patch releases.
    """
    from aurum_plugins.errors import IncompatibleFreqtrade  # noqa: PLC0415 - lazy on purpose

    if installed != TESTED_SERIES and not installed.startswith(f"{TESTED_SERIES}."):
        raise IncompatibleFreqtrade(installed, TESTED_RANGE)


class _Finder:
    """A `sys.meta_path` entry that completes the modules of `_HOOKS` after their import."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        hook = _HOOKS.get(fullname)
        if hook is None:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                _complete_after_import(spec.loader, hook)
                return spec
        return None


def _complete_after_import(loader: Any, hook: Callable[[ModuleType], None]) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        hook(module)

    loader.exec_module = exec_module


def _guard_version(freqtrade: ModuleType) -> None:
    from aurum_plugins.errors import IncompatibleFreqtrade  # noqa: PLC0415 - lazy on purpose

    try:
        check_freqtrade_version(freqtrade.__version__)
    except IncompatibleFreqtrade as error:
        program = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119
        if program.startswith("freqtrade"):
            sys.exit(f"Error: {error}")
        raise


def _extend_pairlist_enum(constants: ModuleType) -> None:
    """Add our names to the very list that freqtrade's configuration schema refers to."""
    known = constants.AVAILABLE_PAIRLISTS
    known.extend(name for name in plugin_names("pairlists") if name not in known)


def _extend_search_paths(resolver: type, folder: str) -> None:
    """Let a resolver look into our folder as well, after its own."""
    from pathlib import Path  # noqa: PLC0415 - lazy on purpose

    stock = resolver.build_search_paths  # type: ignore[attr-defined]
    ours = Path(_PACKAGE, folder)

    def build_search_paths(*args: Any, **kwargs: Any) -> list[Path]:
        return [*stock(*args, **kwargs), ours]

    resolver.build_search_paths = staticmethod(build_search_paths)  # type: ignore[attr-defined]


def _extend_pairlist_resolver(module: ModuleType) -> None:
    _extend_search_paths(module.PairListResolver, "pairlists")


def _extend_protection_resolver(module: ModuleType) -> None:
    _extend_search_paths(module.ProtectionResolver, "protections")


def _guard_exchange(module: ModuleType) -> None:
    """Refuse broken answers, let newer candles win, make live orders idempotent.

    See `aurum_plugins.market_data` and `aurum_plugins.execution.idempotent_orders`.
    """
    exchange: Any = module.Exchange
    stock_init = exchange._init_ccxt
    stock_process = exchange._process_ohlcv_df

    def _init_ccxt(self: Any, exchange_config: Any, sync: bool, ccxt_kwargs: Any) -> Any:
        from aurum_plugins import market_data  # noqa: PLC0415 - lazy on purpose

        api = stock_init(self, exchange_config, sync, ccxt_kwargs)
        market_data.refuse_unreadable_answers(api)
        if not sync:
            market_data.refuse_misdated_candles(api)
        elif not self._config["dry_run"]:
            from aurum_plugins.execution.idempotent_orders import guard  # noqa: PLC0415 - lazy

            guard(api)
        return api

    def _process_ohlcv_df(
        self: Any, pair: str, timeframe: str, c_type: Any, ticks: Any, cache: bool, *rest: Any
    ) -> Any:
        from aurum_plugins.market_data import without_revised  # noqa: PLC0415 - lazy on purpose

        known = self._klines.get((pair, timeframe, c_type))
        if cache and known is not None:
            self._klines[pair, timeframe, c_type] = without_revised(known, ticks)
        return stock_process(self, pair, timeframe, c_type, ticks, cache, *rest)

    exchange._init_ccxt = _init_ccxt
    exchange._process_ohlcv_df = _process_ohlcv_df


def _check_configuration(module: ModuleType) -> None:
    """Check and complete each configuration as it is loaded: see `aurum_plugins.config`."""
    configuration: Any = module.Configuration
    stock = configuration.load_config

    def load_config(self: Any) -> dict[str, Any]:
        from freqtrade.exceptions import OperationalException  # noqa: PLC0415 - lazy on purpose

        from aurum_plugins import config as ours  # noqa: PLC0415 - lazy on purpose
        from aurum_plugins.errors import ConfigurationError  # noqa: PLC0415 - lazy on purpose

        config: dict[str, Any] = stock(self)
        try:
            ours.validate(config)
            ours.complete_api_server(config)
        except ConfigurationError as error:
            raise OperationalException(str(error)) from error
        ours.keep_simulated_candles_apart(config, self.args.get("datadir"))
        return config

    configuration.load_config = load_config


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
    "freqtrade.main": _fail_on_configuration_errors,
}
