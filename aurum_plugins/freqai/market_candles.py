"""Candles of the market pairs, as far back as a model is trained."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features.freqai_parameters import correlated_pairs

RUNNING = ("live", "dry_run")


def market_candles(
    provider: Any, model: Any, pairs: Sequence[str], timeframe: str, rows: int
) -> dict[str, pd.DataFrame]:
    """Ask freqtrade for the candles of several pairs.

    A running bot holds as many candles as its strategy needs to start, but FreqAI trains on months:
    it keeps those itself, and they are taken where they are there.

    Parameters
    ----------
    provider : freqtrade.data.dataprovider.DataProvider
    model : freqtrade.freqai.freqai_interface.IFreqaiModel
    pairs : sequence of str
    timeframe : str
        The base timeframe, such as "1h".
    rows : int
        How many of the latest candles are needed of what FreqAI keeps.

    Returns
    -------
    dict of str to pandas.DataFrame
        In the order of `pairs`; empty frames for pairs that freqtrade has nothing of.
    """
    drawer = model.dd
    with drawer.history_lock:
        kept = {pair: drawer.historic_data.get(pair, {}).get(timeframe) for pair in pairs}
    return {
        pair: provider.get_pair_dataframe(pair, timeframe)
        if candles is None
        else candles.iloc[-rows:].copy()
        for pair, candles in kept.items()
    }


def check_reachable(config: Mapping[str, Any], pairs: Sequence[str]) -> None:
    """Refuse market pairs of which a running bot would have no long history.

    FreqAI keeps the candles of the pairs that are traded and of the correlated ones. Of any other a
    running bot has a few weeks, and every older training row would be dropped. Backtests read
    files, and are not concerned.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        Naming the first such pair.
    """
    mode = config.get("runmode")
    if getattr(mode, "value", mode) not in RUNNING:
        return
    correlated = correlated_pairs(config)
    methods = [handler.get("method") for handler in config.get("pairlists", ())]
    traded = (config.get("exchange") or {}).get("pair_whitelist", ())
    # Other lists are not known before the bot runs, and change while it does.
    patterns = traded if "StaticPairList" in methods else ()
    for pair in pairs:
        if pair not in correlated and not any(_matches(pattern, pair) for pattern in patterns):
            rule = (
                "must be pairs that are always traded, or that are among "
                "freqai.feature_parameters.include_corr_pairlist"
            )
            raise ConfigurationError("aurum.features.market_pairs", rule, pair)


def _matches(pattern: str, pair: str) -> bool:
    try:
        return re.fullmatch(pattern, pair, re.IGNORECASE) is not None
    except re.error:
        # freqtrade itself says what is wrong with it.
        return False
