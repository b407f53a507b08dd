"""What the commands of `aurum sentiment` need of a configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sentiment.coin_of import coin_of
from aurum_plugins.sentiment.coins_of import PAIR, coins_of
from aurum_plugins.sentiment.exchange_of import exchange_of
from aurum_plugins.sentiment.scored_item import EXCHANGE, MARKET
from aurum_plugins.sentiment.settings import SentimentSettings

# What people may call the market as a whole.
MARKET_NAMES: Final = (MARKET, "market", "all")
_COIN: Final = re.compile(r"[A-Za-z0-9]{1,20}")
_EXCHANGE: Final = re.compile(rf"{EXCHANGE}[a-z0-9._-]{{1,38}}")


@dataclass(frozen=True)
class SentimentRequest:
    """Which sources are meant, and whom they are asked about.

    Attributes
    ----------
    settings : SentimentSettings
    coins : tuple of str
        Of the whitelist's pairs, in its order; those that are patterns are left out.
    ccxt_id : str
        Of the configured exchange; empty if there is none.
    """

    settings: SentimentSettings
    coins: tuple[str, ...]
    ccxt_id: str

    @classmethod
    def of(cls, config: Mapping[str, Any], *, active: bool = False) -> SentimentRequest:
        """Read a configuration.

        Parameters
        ----------
        config : mapping
            A whole freqtrade configuration.
        active : bool
            Whether sources must be named, and switched on.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If the section is wrong, or names no source though it must.
        """
        settings = SentimentSettings.from_config(config)
        if active and not settings.enabled:
            rule = "must be true for anything to be read"
            raise ConfigurationError("aurum.sentiment.enabled", rule, settings.enabled)
        if active and not settings.active:
            rule = (
                "must name feeds to read, or reddit.subreddits, or x.queries: add "
                '"add_config_files": ["sentiment.json"] (of configs/) to the configuration, or '
                "name one that has it with --config; docs/sentiment.md tells more"
            )
            raise ConfigurationError("aurum.sentiment.rss", rule, {})
        exchange = config.get("exchange") or {}
        coins = coins_of(map(str, exchange.get("pair_whitelist") or ()))
        return cls(settings, coins, str(exchange.get("name") or ""))

    @property
    def exchange(self) -> str:
        """Subject of items about the exchange; empty if there is none."""
        return exchange_of(self.ccxt_id) if self.ccxt_id else ""


def subject_of(asked: str) -> str:
    """The subject that somebody means.

    Parameters
    ----------
    asked : str
        A coin, a pair, "@" and an exchange, or "market".

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If it is none of these.

    Examples
    --------
    >>> subject_of("btc"), subject_of("SOL/USDT"), subject_of("@Kraken"), subject_of("market")
    ('BTC', 'SOL', '@kraken', '*')
    """
    name = asked.strip()
    if name.lower() in MARKET_NAMES:
        return MARKET
    if _EXCHANGE.fullmatch(name.lower()):
        return name.lower()
    if _COIN.fullmatch(name) or PAIR.fullmatch(name):
        return coin_of(name.upper())
    rule = "must be a coin such as BTC, a pair, an exchange such as @binance, or market"
    raise ConfigurationError("COIN", rule, asked)


def subject_in_words(subject: str) -> str:
    """A subject as it is shown: "market" for all of crypto."""
    return "market" if subject == MARKET else subject
