from __future__ import annotations

import logging
import sys
from types import SimpleNamespace

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from freqtrade.persistence import Trade
from freqtrade.plugins.pairlist.IPairList import SupportsBacktesting
from market_candles import NOW_MS
from pairlist_exchange import PairlistExchange, make_pairlist
from staged_venues import StagedVenues

from aurum_plugins.clock import VirtualClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.market_data.venue_settings import VenueSettings
from aurum_plugins.pairlists.AurumVenueFilter import AurumVenueFilter
from aurum_plugins.risk.venue_filter_settings import VenueFilterSettings

BTC, ETH, NEW = "BTC/USDT", "ETH/USDT", "NEW/USDT"
SOURCES = {"binance": {}, "coinbase": {}, "kraken": {}}
LOOP_SECONDS = 5


@pytest.fixture
def held(monkeypatch) -> list[str]:
    """Pairs of the open trades; freqtrade has a database."""
    pairs: list[str] = []
    monkeypatch.setattr(Trade, "session", None, raising=False)

    def get_trades_proxy(*, is_open):
        assert is_open
        return [SimpleNamespace(pair=pair) for pair in pairs]

    monkeypatch.setattr(Trade, "get_trades_proxy", staticmethod(get_trades_proxy))
    return pairs


@pytest.fixture
def shared(monkeypatch) -> list[VenueSettings]:
    """Settings that the process's feed was asked for with; giving it fails if this is unset."""
    asked: list[VenueSettings] = []
    module = sys.modules[AurumVenueFilter.__module__]
    monkeypatch.setattr(module, "shared_feed", asked.append)
    return asked


@pytest.fixture
def venues(monkeypatch, shared, held) -> StagedVenues:
    """Three venues that agree on BTC and ETH, in place of the process's feed."""
    staged = StagedVenues(VirtualClock(NOW_MS))
    module = sys.modules[AurumVenueFilter.__module__]
    monkeypatch.setattr(module, "shared_feed", lambda s: (shared.append(s), staged.feed)[1])
    staged.hurry()
    staged.say(BTC, 100.0, 100.1, 100.2)
    staged.say(ETH, 10.0, 10.01, 10.02)
    return staged


def the_filter(venues: StagedVenues | None = None, **parameters: object) -> AurumVenueFilter:
    aurum = {"venues": {"sources": SOURCES}}
    judge = make_pairlist(AurumVenueFilter, PairlistExchange(), parameters, aurum=aurum)
    if venues is not None:
        judge._clock = venues.clock
    return judge


def after(venues: StagedVenues, judge: AurumVenueFilter, seconds: int, *pairs: str) -> list[str]:
    """What is kept after so many seconds of a bot that looks every few; `pairs` are listed."""
    kept: list[str] = []
    for _ in range(seconds // LOOP_SECONDS):
        venues.clock.advance(LOOP_SECONDS * 1_000)
        venues.round()
        kept = judge.filter_pairlist(list(pairs), {})
    return kept


class TestTheFirstList:
    def test_it_waits_for_venues_and_keeps_what_they_agree_on_in_order(self, venues) -> None:
        judge, asked = the_filter(venues), [ETH, "NO/USDT", BTC]
        assert judge.filter_pairlist(asked, {}) == [ETH, BTC]
        assert asked == [ETH, "NO/USDT", BTC]
        assert venues.waited == [15.0]
        assert {BTC, ETH, "NO/USDT"} <= venues["kraken"].asked[0]

    def test_only_it_waits(self, venues) -> None:
        judge = the_filter(venues, first_wait_seconds=3)
        assert judge.filter_pairlist([], {}) == []
        assert venues.waited == []
        for _ in range(3):
            judge.filter_pairlist([BTC], {})
        assert venues.waited == [3]

    def test_it_is_judged_at_once_by_what_there_is(self, venues, monkeypatch, caplog) -> None:
        def one_venue_hangs(_: float) -> bool:
            venues.say(ETH, 10.0)
            venues.round()
            del venues.feed._asked["kraken"]
            return False

        monkeypatch.setattr(venues.feed, "wait_for_first_round", one_venue_hangs)
        assert the_filter(venues).filter_pairlist([BTC, ETH], {}) == [BTC]
        assert "AurumVenueFilter: not all venues were asked within 15 s" in caplog.text

    def test_disagreement_and_missing_quorum_remove_at_once_and_say_why(
        self, venues, caplog
    ) -> None:
        caplog.set_level(logging.INFO)
        venues.say(BTC, 100, 103)
        venues.say(ETH, 10)
        assert the_filter(venues).filter_pairlist([BTC, ETH, NEW], {}) == []
        for words in (
            "removed BTC/USDT: the venues disagree (binance says 100, coinbase 103, 300 bps apart)",
            "removed ETH/USDT: too few venues have a quote that counts (1, and 2 are needed)",
            "removed NEW/USDT: no venue quotes the pair",
        ):
            assert f"AurumVenueFilter {words}" in caplog.text

    def test_it_takes_the_feed_that_the_bots_desk_takes(self, venues, shared) -> None:
        the_filter(venues).filter_pairlist([BTC], {})
        desks = VenueSettings.from_config({"aurum": {"venues": {"sources": SOURCES}}})
        assert len(shared) == 2
        assert {settings.model_dump_json() for settings in shared} == {desks.model_dump_json()}


class TestLater:
    def test_a_short_dissent_removes_nothing(self, venues) -> None:
        judge = the_filter(venues)
        judge.filter_pairlist([BTC], {})
        venues.say(BTC, 100, 103)
        assert after(venues, judge, 60, BTC) == [BTC]
        venues.say(BTC, 100, 100)
        assert after(venues, judge, 5, BTC) == [BTC]
        venues.say(BTC, 100, 103)
        assert after(venues, judge, 60, BTC) == [BTC]

    def test_a_lasting_one_does_and_a_lasting_agreement_brings_the_pair_back(
        self, venues, caplog
    ) -> None:
        caplog.set_level(logging.INFO)
        judge = the_filter(venues)
        judge.filter_pairlist([BTC, ETH], {})
        venues.say(BTC, 100, 103)
        assert after(venues, judge, 65, BTC, ETH) == [ETH]
        venues.say(BTC, 100, 100, 100)
        assert after(venues, judge, 60, BTC, ETH) == [ETH]
        assert after(venues, judge, 5, BTC, ETH) == [BTC, ETH]
        assert caplog.text.count("AurumVenueFilter removed BTC/USDT") == 1
        assert caplog.text.count("AurumVenueFilter keeps BTC/USDT again") == 1
        assert "ETH/USDT" not in caplog.text

    def test_a_break_in_the_agreement_begins_the_way_back_anew(self, venues) -> None:
        judge = the_filter(venues, patience_seconds=0, return_seconds=30)
        venues.say(BTC, 100, 103)
        assert judge.filter_pairlist([BTC], {}) == []
        venues.say(BTC, 100, 100)
        assert after(venues, judge, 30, BTC) == []
        venues.say(BTC, 100, 103)
        after(venues, judge, 5, BTC)
        venues.say(BTC, 100, 100)
        assert after(venues, judge, 30, BTC) == []
        assert after(venues, judge, 5, BTC) == [BTC]

    def test_a_removed_pair_is_asked_for_although_the_desk_watches_what_is_left(
        self, venues
    ) -> None:
        judge = the_filter(venues, return_seconds=10)
        venues.say(BTC, 100, 103)
        kept = judge.filter_pairlist([BTC, ETH], {})
        for _ in range(4):
            venues.feed.watch(kept)
            kept = after(venues, judge, 5, BTC, ETH)
            assert BTC in venues["kraken"].asked[-1]
            venues.say(BTC, 100, 100)
        assert kept == [BTC, ETH]

    def test_two_filters_in_one_list_watch_apart(self, venues) -> None:
        first, second = the_filter(venues), the_filter(venues)
        second._watcher = "AurumVenueFilter 2"
        first.filter_pairlist([BTC, ETH], {})
        second.filter_pairlist([ETH], {})
        venues.round()
        assert BTC in venues["kraken"].asked[-1]

    def test_a_consensus_of_poor_quality_is_none(self, venues, caplog) -> None:
        caplog.set_level(logging.INFO)
        # A hundred basis points apart are allowed: 90 leave a tenth of the agreement.
        venues.say(BTC, 100, 100, 100.9)
        assert the_filter(venues, min_quality=0.05).filter_pairlist([BTC], {}) == [BTC]
        assert the_filter(venues).filter_pairlist([BTC], {}) == []
        assert "removed BTC/USDT: the quality of the venues' consensus is 0.10" in caplog.text


class TestANewPair:
    def test_is_out_until_venues_were_asked_and_in_at_once_then(self, venues, caplog) -> None:
        caplog.set_level(logging.INFO)
        judge = the_filter(venues)
        judge.filter_pairlist([BTC], {})
        venues.say(NEW, 1, 1)
        assert judge.filter_pairlist([BTC, NEW], {}) == [BTC]
        assert after(venues, judge, 5, BTC, NEW) == [BTC, NEW]
        assert venues.waited == [15.0]
        assert NEW not in caplog.text

    def test_is_judged_by_what_there_is_when_a_venue_hangs(self, venues, caplog) -> None:
        caplog.set_level(logging.INFO)
        judge = the_filter(venues)
        judge.filter_pairlist([BTC], {})
        for passed_ms in (0, 14_999):
            venues.clock.advance(passed_ms)
            assert judge.filter_pairlist([BTC, NEW], {}) == [BTC]
            assert NEW not in caplog.text
        venues.clock.advance(1)
        assert judge.filter_pairlist([BTC, NEW], {}) == [BTC]
        assert "removed NEW/USDT: no venue quotes the pair" in caplog.text

    def test_one_that_hangs_holds_a_new_pair_up_for_seconds_only(self, venues) -> None:
        judge = the_filter(venues)
        judge.filter_pairlist([BTC], {})
        venues.say(NEW, 1, 1)
        judge.filter_pairlist([BTC, NEW], {})
        for _ in range(3):
            venues.clock.advance(5_000)
            venues.round()
            venues.feed._asked["kraken"] = frozenset({BTC})
            kept = judge.filter_pairlist([BTC, NEW], {})
        assert kept == [BTC, NEW]

    def test_what_another_filter_took_out_is_forgotten(self, venues) -> None:
        judge = the_filter(venues)
        judge.filter_pairlist([BTC, ETH], {})
        judge.filter_pairlist([BTC], {})
        assert list(judge._standings) == list(judge._first_seen_ms) == [BTC]


class TestWhatIsHeld:
    def test_stays_whatever_venues_say(self, venues, held, caplog) -> None:
        caplog.set_level(logging.INFO)
        held.append(BTC)
        venues.say(BTC, 100, 103)
        judge = the_filter(venues)
        assert judge.filter_pairlist([BTC, NEW, ETH], {}) == [BTC, ETH]
        assert after(venues, judge, 120, BTC) == [BTC]
        assert BTC not in caplog.text

    def test_goes_when_it_is_sold(self, venues, held, caplog) -> None:
        caplog.set_level(logging.INFO)
        held.append(BTC)
        venues.say(BTC, 100, 103)
        judge = the_filter(venues)
        judge.filter_pairlist([BTC], {})
        venues.say(BTC, 100, 100)
        assert after(venues, judge, 30, BTC) == [BTC]
        held.clear()
        assert after(venues, judge, 5, BTC) == []
        assert "removed BTC/USDT: venues agree again, but not for 60 s yet" in caplog.text

    def test_is_all_that_is_left_when_no_venue_answers(self, venues, held, caplog) -> None:
        held.append(ETH)
        venues.go_dark()
        assert the_filter(venues).filter_pairlist([BTC, ETH], {}) == [ETH]
        words = "AurumVenueFilter: no venue answers (binance, coinbase, kraken); only what is held"
        assert caplog.text.count(words) == 1


class TestDarkness:
    def test_empties_the_list_in_the_end_and_light_fills_it(self, venues, caplog) -> None:
        judge = the_filter(venues)
        judge.filter_pairlist([BTC, ETH], {})
        venues.go_dark()
        # Quotes count for 20 s, and their quality falls below 0.2 at 17; then a minute.
        assert after(venues, judge, 75, BTC, ETH) == [BTC, ETH]
        assert after(venues, judge, 5, BTC, ETH) == []
        assert caplog.text.count("no venue answers") == 1
        venues.light_up()
        assert after(venues, judge, 60, BTC, ETH) == []
        assert after(venues, judge, 5, BTC, ETH) == [BTC, ETH]

    def test_of_one_venue_in_three_changes_nothing(self, venues, caplog) -> None:
        judge = the_filter(venues)
        judge.filter_pairlist([BTC], {})
        venues.go_dark("kraken")
        assert after(venues, judge, 600, BTC) == [BTC]
        assert "no venue answers" not in caplog.text

    def test_a_feed_that_breaks_keeps_only_what_is_held(
        self, venues, held, monkeypatch, caplog
    ) -> None:
        judge = the_filter(venues)
        held.append(ETH)

        def breaks(*_: object) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(venues.feed, "watch", breaks)
        assert judge.filter_pairlist([BTC, ETH], {}) == [ETH]
        assert "AurumVenueFilter could not ask venues; only what is held is kept." in caplog.text
        assert "can't start new thread" in caplog.text


def test_prices_times_a_thousand_change_nothing(venues) -> None:
    for scale in (1, 1_000):
        venues.say(BTC, 100 * scale, 100.5 * scale, 107 * scale)
        venues.say(ETH, 10 * scale, 10.5 * scale)
        assert the_filter(venues).filter_pairlist([BTC, ETH], {}) == [BTC]


@pytest.mark.parametrize("runmode", [RunMode.BACKTEST, RunMode.HYPEROPT])
def test_backtests_keep_every_pair_ask_nobody_and_are_told_so(shared, runmode) -> None:
    aurum = {"venues": {"sources": SOURCES}}
    judge = make_pairlist(AurumVenueFilter, PairlistExchange(), {}, runmode, aurum=aurum)
    assert judge.filter_pairlist([NEW, BTC], {}) == [NEW, BTC]
    assert shared == []
    assert judge.supports_backtesting is SupportsBacktesting.NO_ACTION


def test_a_command_without_a_database_holds_nothing(venues, monkeypatch) -> None:
    monkeypatch.delattr(Trade, "session", raising=False)
    monkeypatch.setattr(Trade, "use_db", True)
    assert the_filter(venues).filter_pairlist([BTC, NEW], {}) == [BTC]


def test_it_describes_itself_and_its_parameters(venues) -> None:
    judge = the_filter(venues, return_seconds=90)
    assert "agree" in judge.description()
    assert judge.short_desc() == (
        "AurumVenueFilter - Removing pairs that binance, coinbase, kraken have not agreed on for "
        "60 s with a quality of 0.2 at least, until they do for 90 s."
    )
    parameters = judge.available_parameters()
    assert set(parameters) == set(VenueFilterSettings.model_fields)
    assert parameters["patience_seconds"]["default"] == 60
    assert not judge.is_pairlist_generator


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"patience_seconds": -1}, r"\.patience_seconds: .*\(got -1\)"),
        ({"return_seconds": 90_000}, r"\.return_seconds: .*\(got 90000\)"),
        ({"min_quality": 1.1}, r"\.min_quality: .*\(got 1\.1\)"),
        ({"first_wait_seconds": "15"}, r"\.first_wait_seconds: .*\(got '15'\)"),
        ({"refresh_period": 0}, r"\.refresh_period: .*\(got 0\)"),
        ({"patience": 1}, r"\.patience: unknown setting; known are first_wait_seconds, "),
    ],
)
def test_nonsense_is_refused_by_name(venues, parameters, sentence) -> None:
    with pytest.raises(OperationalException, match=r"^pairlists\.AurumVenueFilter" + sentence):
        the_filter(venues, **parameters)


@pytest.mark.parametrize("runmode", [RunMode.LIVE, RunMode.DRY_RUN, RunMode.BACKTEST])
@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, r"^aurum\.venues\.sources: AurumVenueFilter needs at least 2 venues; configs/venues"),
        ({"aurum": {"venues": {"sources": SOURCES, "enabled": False}}}, r"enabled: must be true"),
        ({"aurum": {"venues": {"quorum": 1}}}, r"^aurum\.venues\.quorum: .*\(got 1\)"),
    ],
)
def test_without_venues_it_does_not_start(shared, runmode, more, sentence) -> None:
    with pytest.raises(OperationalException, match=sentence):
        make_pairlist(AurumVenueFilter, PairlistExchange(), {}, runmode, **more)
    assert shared == []


def test_a_venue_that_ccxt_does_not_know_stops_the_start(monkeypatch) -> None:
    def unknown(_: VenueSettings) -> None:
        raise ConfigurationError("aurum.venues.sources.binanze", "ccxt knows no such venue", {})

    monkeypatch.setattr(sys.modules[AurumVenueFilter.__module__], "shared_feed", unknown)
    with pytest.raises(OperationalException, match=r"^aurum\.venues\.sources\.binanze: ccxt"):
        the_filter()
