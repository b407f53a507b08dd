"""Asks freqtrade what it sees; run as `python -m aurum_plugins.doctor.probe trade ...`.

The arguments are those of a freqtrade command. It runs in a process of its own, because only a
plain interpreter shows whether our plugins reach freqtrade, and because a strategy or a native
library can take its process down. It prints one JSON document, `FreqtradeFacts`.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aurum_plugins import config as our_config
from aurum_plugins import start_up
from aurum_plugins.credentials import ApiCredentials
from aurum_plugins.doctor.facts import (
    Candles,
    Fault,
    FreqtradeFacts,
    Registration,
    Settings,
    Strategy,
)
from aurum_plugins.doctor.rules import broken_rule, shorten
from aurum_plugins.doctor.sentiment_facts import sentiment_facts
from aurum_plugins.doctor.unreadable import unreadable
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.redaction import Redactor

# What a strategy gives to the configuration; stands in for it where none could be loaded.
_FROM_STRATEGY = {"stoploss": -0.1, "minimal_roi": {"0": 10.0}, "timeframe": "1h"}


def gather(arguments: list[str]) -> FreqtradeFacts:
    """Ask freqtrade about itself and about one configuration.

    Parameters
    ----------
    arguments : list of str
        A freqtrade command with its options.
    """
    facts: dict[str, Any] = {"armed": start_up.is_armed()}
    try:
        import freqtrade.commands  # noqa: F401, PLC0415 - may fail, which is a fact too
    except Exception as error:  # noqa: BLE001 - whatever a broken installation raises
        facts["fault"] = Fault(message=shorten(f"{type(error).__name__}: {error}"))
        return FreqtradeFacts(**facts)
    try:
        facts["registration"] = _registration()
    except Exception as error:  # noqa: BLE001 - plugins are foreign code to freqtrade
        facts["registration_fault"] = _fault(error, Redactor())
    _examine_configuration(arguments, facts)
    return FreqtradeFacts(**facts)


def _registration() -> Registration:
    from freqtrade.constants import AVAILABLE_PAIRLISTS  # noqa: PLC0415
    from freqtrade.resolvers import PairListResolver, ProtectionResolver  # noqa: PLC0415

    def found_by(resolver: Any) -> tuple[str, ...]:
        return tuple(sorted(item["name"] for item in resolver.search_all_objects({}, False)))

    return Registration(
        schema_pairlists=tuple(AVAILABLE_PAIRLISTS),
        pairlists=found_by(PairListResolver),
        protections=found_by(ProtectionResolver),
    )


def _examine_configuration(arguments: list[str], facts: dict[str, Any]) -> None:
    from freqtrade.commands.arguments import Arguments  # noqa: PLC0415
    from freqtrade.configuration import (  # noqa: PLC0415
        Configuration,
        validate_config_consistency,
    )
    from freqtrade.configuration.environment_vars import environment_vars_to_dict  # noqa: PLC0415
    from freqtrade.configuration.load_config import load_from_files  # noqa: PLC0415

    parsed = Arguments(arguments).get_parsed_arg()
    facts["settings_fault"] = unreadable(parsed["config"])
    if facts["settings_fault"] is not None:
        return
    redactor = Redactor()
    try:
        read = load_from_files(parsed["config"])
        redactor = Redactor(read, environment_vars_to_dict())
        with _credentials_in_memory():
            config = Configuration(parsed, None).get_config()
        facts["settings"] = _settings(config)
    except Exception as error:  # noqa: BLE001 - the doctor reports whatever freqtrade raises
        facts["settings_fault"] = _fault(error, redactor)
        return
    if config.get("strategy"):
        try:
            facts["strategy"] = _strategy(config)
        except Exception as error:  # noqa: BLE001 - a strategy is foreign code
            facts["strategy_fault"] = _fault(error, redactor)
    try:
        validate_config_consistency({**_FROM_STRATEGY, **config})
    except Exception as error:  # noqa: BLE001 - as above
        facts["rule_fault"] = broken_rule(error, config, redactor)
    try:
        facts["sentiment"] = sentiment_facts(config)
    except Exception as error:  # noqa: BLE001 - it must not cost the other facts
        facts["sentiment_fault"] = _fault(error, redactor)
    try:
        facts["candles"] = _candles(config)
    except Exception as error:  # noqa: BLE001 - a file of candles may hold anything
        facts["candles_fault"] = _fault(error, redactor)


@contextmanager
def _credentials_in_memory() -> Iterator[None]:
    """Let the configuration be completed without leaving a file behind."""
    stock = ApiCredentials.load_or_create
    fresh = ApiCredentials.generate()
    ApiCredentials.load_or_create = lambda _path: fresh  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        ApiCredentials.load_or_create = stock  # type: ignore[method-assign]


def _settings(config: dict[str, Any]) -> Settings:
    our_config.validate(config)
    exchange = config["exchange"]
    venues = VenueSettings.from_config(config)
    return Settings(
        files=tuple(str(file) for file in config["config_files"]),
        user_data_dir=str(config["user_data_dir"]),
        datadir=str(config["datadir"]),
        exchange=str(exchange.get("name", "")),
        trading_mode=str(config.get("trading_mode", "spot")),
        dry_run=bool(config.get("dry_run", True)),
        pairs=tuple(exchange.get("pair_whitelist", ())),
        pairlists=tuple(str(entry["method"]) for entry in config.get("pairlists", ())),
        public_url=_public_url(exchange),
        has_key=bool(exchange.get("key")) and bool(exchange.get("secret")),
        venues=tuple(venues.sources) if venues.enabled else (),
    )


def _public_url(exchange: dict[str, Any]) -> str:
    urls = exchange.get("ccxt_config", {}).get("urls", {}).get("api", "")
    if isinstance(urls, dict):
        urls = urls.get("public", next(iter(urls.values()), ""))
    return urls if isinstance(urls, str) else ""


def _strategy(config: dict[str, Any]) -> Strategy:
    """Resolve the strategy, which completes `config`, and its protections."""
    from freqtrade.plugins.protectionmanager import ProtectionManager  # noqa: PLC0415
    from freqtrade.resolvers import StrategyResolver  # noqa: PLC0415

    with _warnings_of("freqtrade.resolvers") as warnings:
        try:
            strategy = StrategyResolver.load_strategy(config)
        except Exception as error:
            # freqtrade logs the reason, and raises only the fact.
            raise RuntimeError(" ".join([str(error), *warnings])) from error
    manager = ProtectionManager(config, strategy.protections)
    return Strategy(
        name=strategy.get_strategy_name(),
        file=str(getattr(strategy, "__file__", "")),
        timeframe=str(config.get("timeframe") or strategy.timeframe),
        protections=tuple(manager.name_list),
    )


@contextmanager
def _warnings_of(name: str) -> Iterator[list[str]]:
    """What a logger warns of meanwhile."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


def _named(whitelist: Iterable[str], stored: Sequence[str]) -> Iterator[str]:
    """Pairs of a whitelist; a pattern stands for the stored pairs that it matches, or itself."""
    for name in whitelist:
        yield from [pair for pair in stored if re.fullmatch(name, pair)] or [name]


def _candles(config: dict[str, Any]) -> tuple[Candles, ...]:
    from freqtrade.data.history import get_datahandler  # noqa: PLC0415
    from freqtrade.enums import CandleType  # noqa: PLC0415

    timeframe = config.get("timeframe")
    if not timeframe:
        return ()
    handler = get_datahandler(config["datadir"], config.get("dataformat_ohlcv"))
    mode = config.get("trading_mode", "spot")
    kind = config.get("candle_type_def", CandleType.SPOT)
    present = handler.ohlcv_get_available_data(config["datadir"], mode)
    found: list[Candles] = []
    stored = sorted(pair for pair, *rest in present if tuple(rest) == (timeframe, kind))
    for pair in _named(config["exchange"].get("pair_whitelist", ()), stored):
        count, last_ms = 0, 0
        exists = (pair, timeframe, kind) in present
        if exists:
            try:
                _, last, count = handler.ohlcv_data_min_max(pair, timeframe, kind)
                last_ms = round(last.timestamp() * 1000)
            except Exception:  # noqa: BLE001, S110 - a torn file: no candle, said below
                pass
        found.append(
            Candles(
                pair=pair,
                timeframe=timeframe,
                count=count,
                last_ms=last_ms if count else 0,
                unreadable=exists and not count,
            )
        )
    return tuple(found)


def _fault(error: Exception, redactor: Redactor) -> Fault:
    """`error` as a fact; its text masked and short."""
    cause = error.__cause__ if isinstance(error.__cause__, ConfigurationError) else error
    message = str(cause) or type(cause).__name__
    if type(cause).__module__ == "builtins" and not isinstance(cause, RuntimeError | OSError):
        message = f"{type(cause).__name__}: {message}"
    masked = shorten(redactor.mask(message))
    if isinstance(cause, ConfigurationError):
        return Fault(message=masked, kind="setting", where=cause.key)
    if "create-userdir" in masked:
        return Fault(message=masked, kind="missing_folder")
    return Fault(message=masked)


def main() -> None:
    """Print the facts; what anything else prints goes to standard error."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with answer:
        answer.write(gather(sys.argv[1:]).model_dump_json())


if __name__ == "__main__":
    main()
