"""Market pairs of which a running bot would have no long history."""

from __future__ import annotations

from typing import Any

import pytest
from freqtrade.enums import RunMode

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.freqai.market_candles import check_reachable

KEY = "aurum.features.market_pairs"
STATIC = {"method": "StaticPairList"}
DYNAMIC = {"method": "VolumePairList", "number_assets": 20}
RUNNING = [RunMode.LIVE, RunMode.DRY_RUN, "live", "dry_run"]


def bot(
    runmode: Any = "live",
    whitelist: tuple[str, ...] = ("ETH/USDT",),
    correlated: tuple[str, ...] = ("BTC/USDT",),
    pairlists: tuple[dict[str, Any], ...] = (STATIC,),
) -> dict[str, Any]:
    return {
        "runmode": runmode,
        "exchange": {"pair_whitelist": list(whitelist)},
        "pairlists": list(pairlists),
        "freqai": {"feature_parameters": {"include_corr_pairlist": list(correlated)}},
    }


def refused(config: dict[str, Any], *pairs: str) -> str:
    with pytest.raises(ConfigurationError, match="must be pairs that are always traded") as caught:
        check_reachable(config, pairs)
    assert caught.value.key == KEY
    assert caught.value.rule.endswith("freqai.feature_parameters.include_corr_pairlist")
    return caught.value.value


@pytest.mark.parametrize("runmode", RUNNING)
def test_traded_and_correlated_pairs_are_kept(runmode) -> None:
    check_reachable(bot(runmode), ("BTC/USDT", "ETH/USDT"))


@pytest.mark.parametrize("runmode", RUNNING)
def test_the_first_other_pair_is_named(runmode) -> None:
    config = bot(runmode)
    assert refused(config, "BTC/USDT", "SOL/USDT", "ETH/USDT", "XRP/USDT") == "SOL/USDT"
    with pytest.raises(ConfigurationError, match=r"^aurum\.features\.market_pairs: .*'SOL/USDT'"):
        check_reachable(config, ("SOL/USDT",))


@pytest.mark.parametrize(
    "runmode",
    [mode for mode in RunMode if mode not in RUNNING] + ["backtest", "hyperopt", None],
)
def test_who_reads_files_is_not_concerned(runmode) -> None:
    check_reachable(bot(runmode, correlated=()), ("SOL/USDT", "XRP/USDT"))


def test_without_a_mode_nothing_runs() -> None:
    check_reachable({}, ("SOL/USDT",))


@pytest.mark.parametrize("runmode", RUNNING)
def test_no_pairs_need_nothing(runmode) -> None:
    check_reachable({"runmode": runmode}, ())


@pytest.mark.parametrize(
    ("pattern", "pair", "matches"),
    [
        (".*/USDT", "SOL/USDT", True),
        ("(SOL|XRP)/USDT", "XRP/USDT", True),
        # freqtrade looks at no case.
        ("sol/usdt", "SOL/USDT", True),
        (".*/BTC", "SOL/USDT", False),
        ("SOL", "SOL/USDT", False),
        ("SOL/USDT:USDT", "SOL/USDT", False),
    ],
)
def test_a_whitelist_holds_patterns(pattern, pair, matches) -> None:
    config = bot(whitelist=("ETH/USDT", pattern))
    if matches:
        check_reachable(config, (pair,))
    else:
        assert refused(config, pair) == pair


@pytest.mark.parametrize("pairlists", [(), (DYNAMIC,), (DYNAMIC, {"method": "AgeFilter"}), ({},)])
def test_what_a_dynamic_pairlist_trades_is_not_known(pairlists) -> None:
    config = bot(pairlists=pairlists)
    assert refused(config, "BTC/USDT", "ETH/USDT") == "ETH/USDT"
    check_reachable(config, ("BTC/USDT",))


def test_a_static_pairlist_beside_others_is_known() -> None:
    check_reachable(bot(pairlists=(STATIC, {"method": "AgeFilter"})), ("ETH/USDT",))


@pytest.mark.parametrize("config", [{}, {"exchange": {}}, {"pairlists": [STATIC]}])
def test_what_is_absent_trades_nothing(config) -> None:
    assert refused({"runmode": "live", **config}, "ETH/USDT") == "ETH/USDT"


def test_a_pattern_that_is_none_is_left_to_freqtrade() -> None:
    config = {
        "runmode": "live",
        "exchange": {"pair_whitelist": ["*/USDT", "BTC/USDT"]},
        "pairlists": [{"method": "StaticPairList"}],
    }
    check_reachable(config, ["BTC/USDT"])
    with pytest.raises(ConfigurationError, match="ETH/USDT"):
        check_reachable(config, ["ETH/USDT"])
