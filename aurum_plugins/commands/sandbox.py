"""`aurum sandbox`: the simulated exchange."""

from __future__ import annotations

import shlex
import signal
import subprocess
import threading
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from aurum_plugins.commands.options import utc_moment
from aurum_plugins.commands.sandbox_keys import AccountKeys
from aurum_plugins.commands.sandbox_link import freqtrade_environment
from aurum_plugins.config import SANDBOX_KEYS_FILE
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox import AccountConfig, ReplayConfig, SandboxConfig, SandboxServer

DEFAULT_KEYS = Path("user_data") / SANDBOX_KEYS_FILE

_DEFAULTS = SandboxConfig()
_MARKET, _ACCOUNT, _VENUE = "Market", "Account", "Venue"


def sandbox(
    host: Annotated[
        str, typer.Option(help="Address to listen on. Anything but loopback opens it to others.")
    ] = _DEFAULTS.host,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = (
        _DEFAULTS.port
    ),
    run: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="Run COMMAND once the exchange is up, with freqtrade's configuration pointed at "
            "it through the environment; stop when it ends, with its exit status.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Seed of the synthetic market.", rich_help_panel=_MARKET)
    ] = _DEFAULTS.seed,
    pairs: Annotated[
        int,
        typer.Option(
            help="How many pairs the synthetic market has; past nine they are invented coins.",
            rich_help_panel=_MARKET,
        ),
    ] = _DEFAULTS.pairs,
    history_days: Annotated[
        int, typer.Option(help="Days of synthetic history.", rich_help_panel=_MARKET)
    ] = _DEFAULTS.history_days,
    replay: Annotated[
        Path | None,
        typer.Option(
            metavar="DIRECTORY",
            help="Replay freqtrade's feather files from here instead of the synthetic market.",
            rich_help_panel=_MARKET,
        ),
    ] = None,
    replay_until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Moment of the recording that is now, for example 2023-06-01 or "
            "2023-06-01T12:00; the recording's end by default.",
            rich_help_panel=_MARKET,
        ),
    ] = None,
    play_as: Annotated[
        str | None,
        typer.Option(
            metavar="INTERVAL",
            help="Serve each recorded candle as one of this interval: 1m plays hours as minutes.",
            rich_help_panel=_MARKET,
        ),
    ] = None,
    at_end: Annotated[
        str,
        typer.Option(
            metavar="loop|halt",
            help="After the recording's last candle: begin anew, chain-linked, or close.",
            rich_help_panel=_MARKET,
        ),
    ] = "loop",
    keys: Annotated[
        Path,
        typer.Option(
            help="API key and secret of the trading account, as a freqtrade configuration "
            "fragment; generated if the file is absent.",
            rich_help_panel=_ACCOUNT,
        ),
    ] = DEFAULT_KEYS,
    balance: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ASSET=AMOUNT",
            help="What the account owns at the start; repeatable. USDT=10000 by default.",
            rich_help_panel=_ACCOUNT,
        ),
    ] = None,
    fees_in_bnb: Annotated[
        bool, typer.Option(help="Pay commissions in BNB.", rich_help_panel=_ACCOUNT)
    ] = False,
    faults: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Fault plan to arm at the start; see docs/faults.md.",
            rich_help_panel=_VENUE,
        ),
    ] = None,
    rate_limits: Annotated[
        bool, typer.Option(help="Enforce Binance's request limits.", rich_help_panel=_VENUE)
    ] = True,
    virtual_clock: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Stand still at TIME until POST /sandbox/clock moves the clock.",
            rich_help_panel=_VENUE,
        ),
    ] = None,
) -> None:
    """Run a simulated exchange that speaks Binance's REST API: no account, no network.

    It also answers the market-data calls of Coinbase and Kraken, and can be broken on purpose.
    The embedded default is a seeded synthetic market; profits on it mean nothing.

    **Examples**

    `aurum sandbox` — then, in another terminal, `freqtrade trade --strategy AurumStrategy`

    `aurum sandbox --replay ~/data/binance --play-as 1m` — real hours, played as minutes

    `aurum sandbox --faults configs/faults/flaky.json` — an exchange on a bad day

    `aurum sandbox --run "freqtrade download-data --days 5"` — for the length of one command

    While it runs: `GET /sandbox/health`, `GET|PUT|DELETE /sandbox/faults`.
    """
    account = AccountKeys.load_or_create(keys)
    config = SandboxConfig(
        host=host,
        port=_in_range("--port", port, 0, 65_535),
        seed=_in_range("--seed", seed, 0, 2**63),
        pairs=_in_range("--pairs", pairs, 1, 500),
        history_days=_in_range("--history-days", history_days, 2, 2_000),
        replay=_replay(replay, replay_until, play_as, at_end),
        faults=faults,
        accounts=(
            AccountConfig(
                api_key=account.key,
                secret=account.secret,
                balances=_balances(balance or ["USDT=10000"]),
                pay_fees_in_bnb=fees_in_bnb,
            ),
        ),
        request_weight=_DEFAULTS.request_weight if rate_limits else None,
        orders_per_10s=_DEFAULTS.orders_per_10s if rate_limits else None,
        clock_start_ms=_time_ms("--virtual-clock", virtual_clock),
    )
    console = Console(stderr=True)
    with SandboxServer(config) as server:
        symbols = " ".join(sorted(server.exchange.market.instruments))
        console.print(f"Simulated exchange on [bold]{server.url}[/bold]", highlight=False)
        console.print(f"  markets  {symbols}", highlight=False, soft_wrap=True)
        console.print(f"  account  key and secret in {keys}", highlight=False, soft_wrap=True)
        if run is not None:
            raise typer.Exit(_run_beside(run, server.url))
        console.print("  Ctrl-C stops it.", highlight=False)
        _wait_for_signal()


def _run_beside(command: str, url: str) -> int:
    try:
        return subprocess.run(  # noqa: S603 - running the user's command is the option's purpose
            shlex.split(command), env=freqtrade_environment(url), check=False
        ).returncode
    except FileNotFoundError as error:
        raise ConfigurationError("--run", "must start with a program that exists", command) from (
            error
        )


def _wait_for_signal() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


def _replay(
    directory: Path | None, until: str | None, play_as: str | None, at_end: str
) -> ReplayConfig | None:
    if at_end not in ("loop", "halt"):
        raise ConfigurationError("--at-end", "must be loop or halt", at_end)
    if directory is None:
        for option, value in (("--replay-until", until), ("--play-as", play_as)):
            if value is not None:
                raise ConfigurationError(option, "needs --replay DIRECTORY as well", value)
        return None
    return ReplayConfig(
        directory=directory,
        tape_now_ms=_time_ms("--replay-until", until),
        play_as=play_as,
        at_end="loop" if at_end == "loop" else "halt",
    )


def _in_range(option: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise ConfigurationError(option, f"must be from {low} to {high}", value)
    return value


def _balances(texts: list[str]) -> dict[str, Decimal]:
    balances: dict[str, Decimal] = {}
    for text in texts:
        asset, _, amount = text.partition("=")
        try:
            value = Decimal(amount)
        except InvalidOperation:
            value = Decimal(-1)
        if not asset.isalnum() or not value.is_finite() or value < 0:
            rule = "must be ASSET=AMOUNT with an amount of 0 or more, such as USDT=10000"
            raise ConfigurationError("--balance", rule, text)
        balances[asset.upper()] = value
    return balances


def _time_ms(option: str, text: str | None) -> int | None:
    moment = utc_moment(option, text)
    return None if moment is None else round(moment.timestamp() * 1_000)
