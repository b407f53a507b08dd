"""What freqtrade itself answers when it is asked in a process of its own.

`aurum_plugins.doctor.probe` fills these in, the checks read them; JSON lies between.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

FaultKind = Literal["missing_file", "torn_file", "setting", "missing_folder", "failed"]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(_Facts):
    """Why freqtrade could not do something.

    Attributes
    ----------
    message : str
        In freqtrade's words, secrets masked.
    kind : str
        What sort of thing is at fault; decides the mend.
    where : str
        The file, folder or dotted setting at fault; "" if unknown.
    suggestion : str
        What was probably meant; "" if unknown.
    """

    message: str
    kind: FaultKind = "failed"
    where: str = ""
    suggestion: str = ""


class Registration(_Facts):
    """Which plugins freqtrade knows of.

    Attributes
    ----------
    schema_pairlists : tuple of str
        Names that its configuration schema accepts.
    pairlists, protections : tuple of str
        Classes that its resolvers find.
    """

    schema_pairlists: tuple[str, ...]
    pairlists: tuple[str, ...]
    protections: tuple[str, ...]


class Settings(_Facts):
    """What the doctor needs of freqtrade's merged configuration; nothing secret.

    Attributes
    ----------
    files : tuple of str
        Configuration files, in the order in which they were read.
    public_url : str
        Address of the exchange's public API if the configuration names one, else "".
    has_key : bool
        Whether an API key and its secret are configured.
    venues : tuple of str
        Those that prices are checked against; empty if none are.
    """

    files: tuple[str, ...]
    user_data_dir: str
    datadir: str
    exchange: str
    trading_mode: str
    dry_run: bool
    pairs: tuple[str, ...]
    pairlists: tuple[str, ...]
    public_url: str
    has_key: bool
    venues: tuple[str, ...] = ()


class SentimentFacts(_Facts):
    """What is read of the news, and what came of it; the defaults: nothing is.

    Attributes
    ----------
    sources : tuple of str
        Those that can be asked.
    off : tuple of str
        Why others that are named cannot, a line each.
    answered_ms : dict of str to int
        By source: its last answer, UTC milliseconds. Those that never answered are not there.
    faults : dict of str to str
        By source: what became of the last poll, if it was not answered. Untrusted.
    first_ms : int or None
        UTC milliseconds at which somebody listened first; None = nobody did.
    listening : bool
        Whether somebody listens now.
    unread : str
        Why the database could not be read; empty if it could.
    """

    sources: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    answered_ms: dict[str, int] = {}
    faults: dict[str, str] = {}
    first_ms: int | None = None
    listening: bool = False
    unread: str = ""


class Strategy(_Facts):
    """The strategy that freqtrade resolved.

    Attributes
    ----------
    protections : tuple of str
        Names of those that it declares, each of them resolved.
    """

    name: str
    file: str
    timeframe: str
    protections: tuple[str, ...]


class Candles(_Facts):
    """Candles on disk for one pair.

    Attributes
    ----------
    count : int
        0 = none; see `unreadable`.
    last_ms : int
        Open time of the last one, UTC milliseconds; 0 if there is none.
    unreadable : bool
        Whether there is a file that gave no candle.
    """

    pair: str
    timeframe: str
    count: int
    last_ms: int = 0
    unreadable: bool = False


class FreqtradeFacts(_Facts):
    """All of it. Where a fact is None, the fault beside it says why.

    Attributes
    ----------
    armed : bool
        Whether a plain interpreter starts with AurumBotX's import hook.
    fault : Fault or None
        Why freqtrade could not be asked at all.
    """

    armed: bool = False
    fault: Fault | None = None
    registration: Registration | None = None
    registration_fault: Fault | None = None
    settings: Settings | None = None
    settings_fault: Fault | None = None
    # A configuration can be readable and break a rule at the same time.
    rule_fault: Fault | None = None
    strategy: Strategy | None = None
    strategy_fault: Fault | None = None
    sentiment: SentimentFacts | None = None
    sentiment_fault: Fault | None = None
    candles: tuple[Candles, ...] = ()
    candles_fault: Fault | None = None
