"""As many synthetic pairs as are asked for."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS, Instrument
from aurum_plugins.sandbox.market.streams import stream

_DIGITS: Final = 4
_SMALLEST_TICK: Final = -8
_STEP_WORTH: Final = 0.01  # quote currency; orders are worth 5 and more


def listed_instruments(count: int) -> tuple[Instrument, ...]:
    """The first pairs of the synthetic market.

    `DEFAULT_INSTRUMENTS` come first; the others are invented coins, `COIN10/USDT` and so on, with
    prices from 0.01 to 1,000 and the turnover, spread and volatility of small coins. The n-th pair
    is always the same, however many there are.

    Parameters
    ----------
    count : int
        1 or more.

    Raises
    ------
    ValueError
        If `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be 1 or more, got {count}")
    known = DEFAULT_INSTRUMENTS[:count]
    return known + tuple(_invented(number) for number in range(len(known) + 1, count + 1))


def _invented(number: int) -> Instrument:
    random = stream(0, "listing", number)
    magnitude = int(random.integers(-2, 3))
    price = round(float(random.uniform(1.0, 9.9)), 1) * 10.0**magnitude
    step = min(0, math.floor(math.log10(_STEP_WORTH / price)))
    return Instrument(
        base=f"COIN{number}",
        quote="USDT",
        tick_size=Decimal(1).scaleb(max(_SMALLEST_TICK, magnitude - _DIGITS)),
        step_size=Decimal(1).scaleb(step),
        reference_price=price,
        daily_volume=float(random.uniform(10e6, 60e6)),
        spread_bps=round(float(random.uniform(2.0, 8.0)), 1),
        volatility=round(float(random.uniform(0.7, 1.1)), 2),
    )
