"""From what the market and the engine refuse to Binance's codes and words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aurum_plugins.sandbox.binance.errors import BinanceError
from aurum_plugins.sandbox.market import UnknownInterval, UnknownSymbol
from aurum_plugins.sandbox.matching.errors import (
    DuplicateClientOrderId,
    FilterFailure,
    Flaw,
    InsufficientBalance,
    InvalidRequest,
    MarketClosed,
    RejectedByVenue,
    StopWouldTrigger,
    UnknownOrder,
    UnknownOrderToCancel,
    WouldMatchImmediately,
)

WORDS: dict[type[Exception], tuple[int, str]] = {
    UnknownSymbol: (-1121, "Invalid symbol."),
    UnknownInterval: (-1120, "Invalid interval."),
    InsufficientBalance: (-2010, "Account has insufficient balance for requested action."),
    WouldMatchImmediately: (-2010, "Order would immediately match and take."),
    StopWouldTrigger: (-2010, "Stop price would trigger immediately."),
    DuplicateClientOrderId: (-2010, "Duplicate order sent."),
    MarketClosed: (-2010, "Market is closed."),
    RejectedByVenue: (-2010, "Order rejected."),
    UnknownOrderToCancel: (-2011, "Unknown order sent."),
    UnknownOrder: (-2013, "Order does not exist."),
}


def _invalid(refusal: InvalidRequest) -> BinanceError:
    if refusal.reason is Flaw.MISSING:
        return BinanceError.mandatory(refusal.parameter)
    if refusal.reason is Flaw.NOT_REQUIRED:
        return BinanceError.not_required(refusal.parameter)
    return BinanceError(-1013, f"Invalid {refusal.parameter}.")


def _filter(refusal: FilterFailure) -> BinanceError:
    return BinanceError(-1013, f"Filter failure: {refusal.filter_name}")


WORDINGS: dict[type[Exception], Callable[[Any], BinanceError]] = {
    InvalidRequest: _invalid,
    FilterFailure: _filter,
}
REFUSALS: tuple[type[Exception], ...] = (BinanceError, *WORDS, *WORDINGS)


def as_binance(refusal: Exception) -> BinanceError:
    """The error that Binance would give for one of `REFUSALS`."""
    if isinstance(refusal, BinanceError):
        return refusal
    kind = type(refusal)
    if kind in WORDINGS:
        return WORDINGS[kind](refusal)
    return BinanceError(*WORDS[kind])
