"""Whether other venues saw the candle that one venue tells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from aurum_plugins.market_data.consensus.dollar_rates import DollarRates
from aurum_plugins.market_data.venue_candle import VenueCandle
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.refusal import Figure

_BPS = 1e-4


class CandleDoubt(StrEnum):
    """Why a candle is not believed."""

    UNCONFIRMED = "no other venue confirms it"
    NO_VOLUME = "nothing was traded, but elsewhere"
    CLOSE_DIFFERS = "its close is far from the others'"
    RANGE_DIFFERS = "its prices went where the others' did not"


@dataclass(frozen=True, slots=True)
class CandleAgreement:
    """Other venues confirm a candle.

    Attributes
    ----------
    pair : str
    open_ms : int
        UTC milliseconds.
    venues : tuple of str
        The others.
    figures : mapping of str to number or str
        What was compared.
    """

    pair: str
    open_ms: int
    venues: tuple[str, ...]
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CandleDispute:
    """Other venues do not confirm a candle.

    Attributes
    ----------
    pair : str
    open_ms : int
        UTC milliseconds.
    doubt : CandleDoubt
    venues : tuple of str
        The others.
    figures : mapping of str to number or str
        What was compared with what.
    """

    pair: str
    open_ms: int
    doubt: CandleDoubt
    venues: tuple[str, ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)


def check_candle(
    own: VenueCandle, others: Sequence[VenueCandle], rates: DollarRates, settings: VenueSettings
) -> CandleAgreement | CandleDispute:
    """Compare a candle with what other venues tell of the same time.

    The medians of the others' figures, in the currency of `own`, are compared, in this order:

    - UNCONFIRMED: no other venue is left, or `own` has a price that is no positive number.
    - NO_VOLUME: nothing was traded in `own`, and the others' volume is not 0.
    - CLOSE_DIFFERS: the closes are further apart than `candle_deviation_bps` of the others'.
    - RANGE_DIFFERS: the high is above the others' high, or the low below their low, by more than
      `candle_deviation_bps` and by more than their whole range. In a quiet minute two venues'
      ranges may miss each other by the few bps that lie between them anyway, and in a wild hour
      the thinner market does not see every wick: neither is a dispute.

    Parameters
    ----------
    own : VenueCandle
        Of the venue that is traded at.
    others : sequence of VenueCandle
        At most one a venue, without venues that are distrusted. A candle of another time or pair,
        of the same venue, in a currency that cannot be converted, or with a price that is no
        positive number does not count.
    rates : DollarRates
    settings : VenueSettings
    """
    told = {c.venue: factor for c in others if (factor := _factor(c, own, rates)) is not None}
    counted = [candle for candle in others if candle.venue in told]
    venues = tuple(sorted(told))
    if not counted or not _is_sound(own):
        return CandleDispute(own.pair, own.open_ms, CandleDoubt.UNCONFIRMED, venues)
    high = median(candle.high * told[candle.venue] for candle in counted)
    low = median(candle.low * told[candle.venue] for candle in counted)
    close = median(candle.close * told[candle.venue] for candle in counted)
    volume = median(candle.volume for candle in counted)
    largest_bps = settings.candle_deviation_bps
    close_bps = abs(own.close - close) / close / _BPS
    beyond_bps = max(own.high - high, low - own.low, 0.0) / close / _BPS
    range_bps = max(high - low, 0.0) / close / _BPS
    figures: dict[str, Figure] = {
        "close": own.close,
        "others_close": close,
        "close_bps": close_bps,
        "beyond_range_bps": beyond_bps,
        "others_range_bps": range_bps,
        "candle_deviation_bps": largest_bps,
        "volume": own.volume,
        "others_volume": volume,
    }
    doubts = {
        CandleDoubt.NO_VOLUME: not own.volume > 0 and volume > 0,
        CandleDoubt.CLOSE_DIFFERS: not close_bps <= largest_bps,
        CandleDoubt.RANGE_DIFFERS: not beyond_bps <= max(largest_bps, range_bps),
    }
    for doubt, is_so in doubts.items():
        if is_so:
            return CandleDispute(own.pair, own.open_ms, doubt, venues, figures)
    return CandleAgreement(own.pair, own.open_ms, venues, figures)


def _factor(candle: VenueCandle, own: VenueCandle, rates: DollarRates) -> float | None:
    """Units of our currency for one of the candle's; None where the candle does not count."""
    is_same = candle.open_ms == own.open_ms and candle.pair == own.pair
    if not is_same or candle.venue == own.venue or not _is_sound(candle):
        return None
    rate = rates.rate(candle.currency, own.currency)
    return None if rate is None else rate.dollars


def _is_sound(candle: VenueCandle) -> bool:
    prices = candle.open, candle.high, candle.low, candle.close
    return all(0 < price < math.inf for price in prices) and 0 <= candle.volume < math.inf
