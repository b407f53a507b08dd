"""Commission: how much of a fill the venue keeps, and in which asset."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from aurum_plugins.sandbox.market import Market, UnknownSymbol
from aurum_plugins.sandbox.matching.accounts import Account

FEE_ASSET = "BNB"
DISCOUNT = Decimal("0.75")
CENT = Decimal("1e-8")


@dataclass(frozen=True)
class Commission:
    """An amount of an asset."""

    amount: Decimal
    asset: str


@dataclass(frozen=True)
class Fees:
    """The venue's rates.

    Attributes
    ----------
    market : Market
        Gives the price of BNB.
    maker, taker : decimal.Decimal
        Fraction of the notional (0.001 = 0.1 %).
    """

    market: Market
    maker: Decimal
    taker: Decimal

    def commission(
        self,
        account: Account,
        *,
        received: Decimal,
        asset: str,
        notional: Decimal,
        quote: str,
        is_maker: bool,
        time_ms: int,
    ) -> Commission:
        """What a fill costs.

        It is taken from what was received, or in BNB at 75 % of its value if the account asked
        for that, holds enough free BNB, and BNB has a price in the quote currency. Rounded down
        to 8 decimals.

        Parameters
        ----------
        received : decimal.Decimal
            Amount of `asset` that the fill brings.
        notional : decimal.Decimal
            Price times quantity, in `quote`.
        time_ms : int
            UTC milliseconds of the fill.
        """
        rate = self.maker if is_maker else self.taker
        if account.pay_fees_in_bnb:
            price = self._fee_asset_price(quote, time_ms)
            if price is not None:
                amount = (notional * rate * DISCOUNT / price).quantize(CENT, ROUND_DOWN)
                if amount <= account.balances.free(FEE_ASSET):
                    return Commission(amount, FEE_ASSET)
        return Commission((received * rate).quantize(CENT, ROUND_DOWN), asset)

    def _fee_asset_price(self, quote: str, time_ms: int) -> Decimal | None:
        if quote == FEE_ASSET:
            return Decimal(1)
        instrument = self.market.instruments.get(f"{FEE_ASSET}{quote}")
        if instrument is None:
            return None
        try:
            last = self.market.last_price(instrument.symbol, time_ms)
        except UnknownSymbol:
            return None
        return instrument.price(round(last / instrument.tick))
