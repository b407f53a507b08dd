"""Settings of the simulated exchange."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from aurum_plugins.sandbox.instruments import DEFAULT_INSTRUMENTS

DEFAULT_PORT = 8900


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReplayConfig(_Frozen):
    """Play real candles instead of the synthetic market.

    Attributes
    ----------
    directory : pathlib.Path
        Folder of freqtrade's feather files; the finest timeframe in it is played.
    tape_now_ms : int or None
        Moment of the recording that falls on the sandbox's start, UTC milliseconds; by default
        its end, so that the last recorded candle closes as the sandbox starts.
    play_as : str or None
        Serve each recorded candle as one of this interval, for example hours as minutes.
    at_end : {"loop", "halt"}
        After the last candle: begin anew, prices chain-linked, or close the market.
    """

    directory: Path
    tape_now_ms: int | None = None
    play_as: str | None = None
    at_end: Literal["loop", "halt"] = "loop"


class AccountConfig(_Frozen):
    """An API key and what its account owns at the start."""

    api_key: str = Field(min_length=8)
    secret: SecretStr
    balances: dict[str, Decimal] = {"USDT": Decimal(10_000)}
    pay_fees_in_bnb: bool = False


class SandboxConfig(_Frozen):
    """Everything that the simulated exchange is made of.

    Attributes
    ----------
    host, port
        Where it listens; loopback unless told otherwise. Port 0 takes a free one.
    seed : int
        Fixes the synthetic market, the paths inside candles and the order books.
    pairs : int
        How many pairs the synthetic market has: nine well-known ones first, then invented coins.
    history_days : int
        Days of synthetic candles before the start that can be asked for.
    replay : ReplayConfig or None
        Real candles instead of synthetic ones.
    faults : pathlib.Path or None
        A fault plan to arm at the start.
    accounts : tuple of AccountConfig
        Who may trade; without any, only market data is served.
    maker_fee, taker_fee : decimal.Decimal
        Fractions of what is received.
    participation : float
        Share of the market's flow at a price that one resting order can take.
    request_weight : int or None
        Per minute and client, as Binance counts it; None = unlimited.
    orders_per_10s : int or None
        Per account; None = unlimited.
    clock_start_ms : int or None
        Start of a virtual clock, UTC milliseconds, that only the control endpoint moves;
        None = the machine's clock.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65_535)
    seed: int = Field(default=7, ge=0)
    pairs: int = Field(default=len(DEFAULT_INSTRUMENTS), ge=1, le=500)
    history_days: int = Field(default=400, ge=2, le=2_000)
    replay: ReplayConfig | None = None
    faults: Path | None = None
    accounts: tuple[AccountConfig, ...] = ()
    maker_fee: Decimal = Field(default=Decimal("0.001"), ge=0, lt=1)
    taker_fee: Decimal = Field(default=Decimal("0.001"), ge=0, lt=1)
    participation: float = Field(default=0.1, gt=0, le=1)
    request_weight: int | None = Field(default=6_000, gt=0)
    orders_per_10s: int | None = Field(default=100, gt=0)
    clock_start_ms: int | None = Field(default=None, ge=0)
