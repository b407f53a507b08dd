"""What the currencies that stand for a dollar are worth in dollars.

A stablecoin is a dollar until it is not: prices in USD, USDT and USDC are compared only where
venues tell what the coins are worth, agree on it, and it is near a dollar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple, Self

from aurum_plugins.market_data.consensus.freshness import is_remembered
from aurum_plugins.market_data.consensus.quote_fault import quote_fault
from aurum_plugins.market_data.quote import Quote
from aurum_plugins.market_data.venue_settings import VenueSettings

# Pairs whose quotes say what a coin is worth.
DOLLAR_PAIRS = ("USDT/USD", "USDC/USD", "USDC/USDT")

_COINS = ("USDT", "USDC")
_BPS = 1e-4
_ALWAYS_MS = 2**63 - 1


class CoinRate(NamedTuple):
    """Dollars for one coin, and the time of the oldest quote behind it (UTC milliseconds)."""

    dollars: float
    at_ms: int


_DOLLAR = CoinRate(1.0, _ALWAYS_MS)


@dataclass(frozen=True)
class DollarRates:
    """Dollars for a coin, for the coins whose worth is known.

    Attributes
    ----------
    coins : mapping of str to CoinRate
        For example "USDT".
    refused : mapping of str to str
        The coins that venues quote and that have no rate all the same: why.
    """

    coins: Mapping[str, CoinRate] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        quotes: Iterable[Quote],
        now_ms: int,
        settings: VenueSettings,
        previous: DollarRates | None = None,
    ) -> Self:
        """Take the median over venues of what they say now.

        A venue's own dollar pair counts ("USDC/USD"); where it has none, its price of the one coin
        in the other ("USDC/USDT"), times what is directly known of that other. Each venue counts
        once. A quote with a fault (`quote_fault`) does not count.

        Venues agree where all are within `largest_depeg_bps` of each other. A minority that is
        further from the median than that does not count. Where there is no majority, as between two
        that differ, those near the previous rate count, if that is at most two minutes old: a lie
        moves a coin at one venue. Else, and where the coin is further than `largest_depeg_bps` from
        a dollar, it has no rate.

        Parameters
        ----------
        quotes : iterable of Quote
            Of the `DOLLAR_PAIRS`; others are left aside.
        now_ms : int
            UTC milliseconds.
        settings : VenueSettings
        previous : DollarRates, optional
            What was known before.
        """
        told = [quote for quote in quotes if quote.pair in DOLLAR_PAIRS]
        sound = [
            quote
            for quote in told
            if quote.is_in_own_currency and quote_fault(quote, now_ms, settings) is None
        ]
        judge = _Judge(now_ms, settings, previous)
        own = {coin: _by_venue(sound, f"{coin}/USD") for coin in _COINS}
        direct = {coin: judge.rate(coin, list(own[coin].values())) for coin in _COINS}
        crosses = _by_venue(sound, "USDC/USDT")
        inverse = {venue: CoinRate(1 / r.dollars, r.at_ms) for venue, r in crosses.items()}
        by_way = {
            "USDT": _times(inverse, direct["USDC"]),
            "USDC": _times(crosses, direct["USDT"]),
        }
        coins: dict[str, CoinRate] = {}
        refused: dict[str, str] = {}
        for coin in _COINS:
            found = direct[coin]
            if by_way[coin]:
                found = judge.rate(coin, list({**by_way[coin], **own[coin]}.values()))
            if isinstance(found, CoinRate):
                coins[coin] = found
            elif any(quote.pair.startswith(f"{coin}/") for quote in told):
                refused[coin] = found
        return cls(coins, refused)

    def rate(self, currency: str, into: str) -> CoinRate | None:
        """Units of `into` for one of `currency`; None where that is not known."""
        if currency == into:
            return _DOLLAR
        paid = _DOLLAR if currency == "USD" else self.coins.get(currency)
        bought = _DOLLAR if into == "USD" else self.coins.get(into)
        if paid is None or bought is None:
            return None
        return CoinRate(paid.dollars / bought.dollars, min(paid.at_ms, bought.at_ms))

    def convert(self, quote: Quote, currency: str) -> Quote | None:
        """Express a quote in another currency.

        Returns
        -------
        Quote or None
            `quote` itself where it is in `currency` already. Else price, bid, ask and turnover are
            converted, and `at_ms` is that of the older, the quote or the rate. None where the rate
            is not known; currencies that do not stand for a dollar have none.
        """
        if quote.currency == currency:
            return quote
        rate = self.rate(quote.currency, currency)
        if rate is None:
            return None
        return Quote(
            quote.venue,
            quote.pair,
            currency,
            price=quote.price * rate.dollars,
            bid=quote.bid * rate.dollars,
            ask=quote.ask * rate.dollars,
            turnover=quote.turnover * rate.dollars,
            at_ms=min(quote.at_ms, rate.at_ms),
        )


class _Judge(NamedTuple):
    """Makes one rate of what several venues say, or words why there is none."""

    now_ms: int
    settings: VenueSettings
    previous: DollarRates | None

    def rate(self, coin: str, told: Sequence[CoinRate]) -> CoinRate | str:
        if not told:
            return "no venue has a quote that counts"
        largest_bps = self.settings.largest_depeg_bps
        near = self._near(median(rate.dollars for rate in told), told)
        if 2 * len(near) <= len(told) or not self._is_narrow(near):
            near = self._near(self._before(coin), told)
            if not near or not self._is_narrow(near):
                lowest, highest = min(told).dollars, max(told).dollars
                return (
                    f"venues disagree: {lowest:.6g} to {highest:.6g} dollars, more than "
                    f"{largest_bps:g} bps apart"
                )
        dollars = median(rate.dollars for rate in near)
        if not abs(dollars - 1) <= largest_bps * _BPS:
            return f"{dollars:.6g} dollars, more than {largest_bps:g} bps from one"
        return CoinRate(dollars, min(rate.at_ms for rate in near))

    def _near(self, middle: float | None, told: Sequence[CoinRate]) -> list[CoinRate]:
        if middle is None:
            return []
        reach = self.settings.largest_depeg_bps * _BPS * middle
        return [rate for rate in told if abs(rate.dollars - middle) <= reach]

    def _is_narrow(self, rates: Sequence[CoinRate]) -> bool:
        lowest, highest = min(rates).dollars, max(rates).dollars
        return highest - lowest <= self.settings.largest_depeg_bps * _BPS * lowest

    def _before(self, coin: str) -> float | None:
        known = self.previous.coins.get(coin) if self.previous else None
        if known is None or not is_remembered(known.at_ms, self.now_ms):
            return None
        return known.dollars


def _by_venue(quotes: Iterable[Quote], pair: str) -> dict[str, CoinRate]:
    return {q.venue: CoinRate(q.price, q.at_ms) for q in quotes if q.pair == pair}


def _times(rates: Mapping[str, CoinRate], other: CoinRate | str) -> dict[str, CoinRate]:
    if isinstance(other, str):
        return {}
    return {
        venue: CoinRate(rate.dollars * other.dollars, min(rate.at_ms, other.at_ms))
        for venue, rate in rates.items()
    }
