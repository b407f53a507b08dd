"""What every check before an order promises; a new one in the list is held to it as well."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import re
from pathlib import Path

import pytest
from entry_situations import (
    HOUR_MS,
    NOW_MS,
    book,
    consensus,
    cross_check,
    golden,
    news,
    news_shock,
    position,
    scaled,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.cross_check import CrossCheck
from aurum_plugins.execution.entry_order import EntryOrder, MarketLimits, OrderBook, Situation
from aurum_plugins.execution.news_word import NewsWord
from aurum_plugins.execution.pre_trade_checks import CHECKS, PreTradeChecks
from aurum_plugins.market_data.consensus import (
    CandleAgreement,
    CandleDispute,
    CandleDoubt,
    Consensus,
    Dissent,
    Exclusion,
    NoConsensus,
    Quality,
)
from aurum_plugins.market_data.resilience.circuit_breaker import CircuitState
from aurum_plugins.reasons import Reason, Stage
from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.scored_item import EventKind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "checks.md"
# In the order in which they run: name, reason, and situations that this one is there to refuse.
BAD: dict[str, tuple[Reason, tuple[Situation, ...]]] = {
    "finite_numbers": (
        Reason.NOT_FINITE,
        (golden(amount=math.nan), golden(stake=math.inf), golden(price=-1.0)),
    ),
    "signal_age": (
        Reason.STALE_SIGNAL,
        (golden(candle_ms=NOW_MS - 2 * HOUR_MS), golden(candle_ms=NOW_MS)),
    ),
    "duplicate": (
        Reason.DUPLICATE,
        (golden(approved=True), golden(account=Account(1.0, (position("BTC/USDT"),)))),
    ),
    "order_rate": (
        Reason.ORDER_RATE,
        (golden(sent_ms=(NOW_MS,) * 10), golden(sent_ms=(NOW_MS - HOUR_MS // 2,) * 200)),
    ),
    "market_limits": (
        Reason.NOTIONAL,
        (golden(limits=MarketLimits(1_500.0)), golden(limits=MarketLimits(largest_amount=9.0))),
    ),
    "exposure": (Reason.EXPOSURE, (golden(stake=900.0),)),
    "news": (
        Reason.NEWS_SHOCK,
        (
            golden(news=news(shock=news_shock())),
            golden(news=news(shock=news_shock(level=math.inf, headline="\n\0" * 999))),
        ),
    ),
    "traded_venue": (
        Reason.VENUE_DOWN,
        tuple(
            golden(cross_check=cross_check(traded=state))
            for state in (CircuitState.OPEN, CircuitState.HALF_OPEN)
        ),
    ),
    "venue_consensus": (
        Reason.OFF_CONSENSUS,
        tuple(
            golden(cross_check=cross_check(consensus=consensus(price)))
            for price in (102.0, 98.0, math.nan, math.inf, 0.0, -100.0)
        ),
    ),
    "confirmed_candle": (
        Reason.UNCONFIRMED_CANDLE,
        tuple(
            golden(cross_check=cross_check(candle=CandleDispute("BTC/USDT", NOW_MS, doubt)))
            for doubt in CandleDoubt
        ),
    ),
    "fresh_book": (
        Reason.NO_QUOTE,
        (
            golden(book=None),
            golden(book=book(asks=())),
            golden(book=book(bid=101.0, ask=100.0)),
            golden(book=book(at_ms=NOW_MS - 60_000)),
        ),
    ),
    "price_collar": (
        Reason.PRICE_COLLAR,
        (
            golden(close=97.0),
            golden(average_range=math.nan),
            golden(close=99.9, average_range=0.01),
        ),
    ),
    "spread": (Reason.WIDE_SPREAD, (golden(book=book(bid=99.7, ask=100.0)),)),
    "depth": (Reason.THIN_BOOK, (golden(book=book(asks=((100.0, 25.0), (101.0, 900.0)))),)),
    "slippage": (
        Reason.THIN_BOOK,
        (golden(book=book(asks=((100.0, 0.1), (100.4, 900.0)))),),
    ),
}

every_check = pytest.mark.parametrize("kind", CHECKS, ids=lambda kind: kind.name)

numbers = st.one_of(
    st.floats(),
    st.sampled_from(
        [
            math.nan,
            math.inf,
            -math.inf,
            0,
            0.0,
            -0.0,
            -1,
            5e-324,
            1e308,
            -1e308,
            10**400,
            -(10**400),
        ]
    ),
    st.integers(),
    st.booleans(),
    # So that a part of what is drawn gets past the first checks.
    st.sampled_from([NOW_MS, NOW_MS - HOUR_MS, HOUR_MS, 100.0, 100.01, 10.0, 1_000.0]),
)
limits = st.none() | numbers
sides = st.lists(st.tuples(numbers, numbers), max_size=4).map(tuple)
books = st.none() | st.builds(OrderBook, sides, sides, numbers)
pairs = st.sampled_from(["BTC/USDT", "ETH/USDT", ""])
positions = st.builds(Position, pairs, *[numbers] * 5)
orders = st.builds(EntryOrder, pairs, numbers, numbers)
accounts = st.builds(Account, numbers, st.lists(positions, max_size=2).map(tuple))
qualities = st.builds(Quality, numbers, numbers, numbers)
venues = st.lists(st.sampled_from(["binance", "kraken"]), max_size=2)
excluded = st.dictionaries(st.just("kraken"), st.sampled_from(Exclusion))
figures = st.dictionaries(st.sampled_from(["venues", "spread_bps"]), numbers | st.text(max_size=3))
words = st.one_of(
    st.builds(Consensus, pairs, numbers, venues.map(tuple), excluded, numbers, qualities, numbers),
    st.builds(NoConsensus, pairs, st.sampled_from(Dissent), excluded, figures),
)
doubts = st.sampled_from(CandleDoubt)
candles = st.one_of(
    st.none(),
    st.builds(CandleAgreement, pairs, numbers, venues.map(tuple), figures),
    st.builds(CandleDispute, pairs, numbers, doubts, venues.map(tuple), figures),
)
shocks = st.builds(
    Shock, st.text(), st.sampled_from(EventKind), st.text(), st.text(), numbers, numbers, numbers
)
told = st.builds(
    NewsWord,
    coin=st.text(max_size=3),
    shock=st.none() | shocks,
    mood=numbers,
    count=numbers,
    listened=st.booleans(),
    fault=st.sampled_from(["", "locked"]),
    floor=numbers | st.just(-1.0),
    fewest=numbers,
    required=st.booleans(),
)
states = st.none() | st.sampled_from(CircuitState)
hostile = st.builds(
    Situation,
    now_ms=numbers,
    order=orders,
    candle_ms=numbers,
    interval_ms=numbers,
    close=numbers,
    average_range=numbers,
    account=accounts,
    stake=numbers,
    book=books,
    limits=st.builds(MarketLimits, limits, limits, limits, limits),
    backtest=st.booleans(),
    sent_ms=st.lists(numbers, max_size=4).map(tuple),
    approved=st.booleans(),
    cross_check=st.none() | st.builds(CrossCheck, words, candles, states),
    news=st.none() | told,
)


@st.composite
def spoilt(draw: st.DrawFn) -> Situation:
    """The golden situation with one or two fields replaced by anything."""
    other = draw(hostile)
    fields = [field.name for field in dataclasses.fields(Situation)]
    names = draw(st.sets(st.sampled_from(fields), min_size=1, max_size=2))
    return dataclasses.replace(golden(), **{name: getattr(other, name) for name in names})


@st.composite
def ordinary(draw: st.DrawFn) -> Situation:
    """Sane figures around the limits, so that every check refuses some and passes some."""
    close = draw(st.floats(50, 150))
    mid = close * draw(st.floats(0.97, 1.03))
    half = mid * draw(st.floats(1e-6, 2e-3))
    step = mid * draw(st.floats(1e-6, 2e-3))
    sizes = draw(st.lists(st.floats(0.1, 40), min_size=1, max_size=8))
    price = close * draw(st.floats(0.97, 1.03))
    agreed = consensus(close * draw(st.floats(0.98, 1.02)))
    amount = draw(st.floats(0.01, 20))
    return golden(
        candle_ms=NOW_MS - HOUR_MS - draw(st.integers(-4_000, HOUR_MS)),
        amount=amount,
        price=price,
        close=close,
        average_range=close * draw(st.floats(1e-4, 2e-2)),
        stake=amount * price * draw(st.floats(0.95, 1.5)),
        book=OrderBook(
            tuple((mid - half - i * step, size) for i, size in enumerate(sizes)),
            tuple((mid + half + i * step, size) for i, size in enumerate(sizes)),
            NOW_MS - draw(st.integers(-3_000, 8_000)),
        ),
        backtest=draw(st.booleans()),
        cross_check=cross_check(consensus=agreed, traded=draw(states)),
        news=news(mood=draw(st.floats(-1, 1)), count=draw(st.floats(0, 9))),
        account=draw(st.sampled_from([Account(1e4), Account(1e4, (position("ETH/USDT"),))])),
    )


def test_names_are_unique_and_their_order_is_fixed() -> None:
    names = [kind.name for kind in CHECKS]
    assert names == list(BAD)
    assert len(set(names)) == len(names)


@every_check
def test_it_says_what_must_hold_in_one_line(kind) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.name)
    assert 10 < len(kind.describes) <= 80
    assert "\n" not in kind.describes
    words = re.findall(r"[a-z]+(?:_[a-z]+)+", kind.describes)
    assert [word for word in words if word not in CheckSettings.model_fields] == []


@every_check
def test_it_lets_a_golden_entry_pass(kind) -> None:
    check = kind(CheckSettings())
    assert check(golden()) is None
    assert check(golden(backtest=True, book=None)) is None


@every_check
def test_it_refuses_what_it_is_there_for_and_is_the_first_to(kind) -> None:
    reason, situations = BAD[kind.name]
    assert situations
    for situation in situations:
        refusal = kind(CheckSettings())(situation)
        assert isinstance(refusal, Refusal)
        assert refusal.reason is reason
        assert refusal.reason.stage is Stage.CHECK
        assert refusal.figures
        assert PreTradeChecks(CheckSettings()).first_refusal(situation) == refusal


@every_check
@settings(max_examples=100, deadline=None)
@given(situation=hostile | spoilt())
def test_it_never_raises_and_its_figures_can_be_written_down(kind, situation) -> None:
    refusal = kind(CheckSettings())(situation)
    if refusal is not None:
        assert isinstance(refusal, Refusal)
        json.dumps(refusal.figures, allow_nan=False)


@settings(max_examples=100, deadline=None)
@given(situation=hostile | spoilt())
def test_what_passes_the_whole_list_is_sound(situation) -> None:
    """Independent of the checks' own code: what no order may be sent without."""
    refusal = PreTradeChecks(CheckSettings()).first_refusal(situation)
    results = [kind(CheckSettings())(situation) for kind in CHECKS]
    assert next((one for one in results if one is not None), None) == refusal
    if refusal is None:
        order = situation.order
        for value in (order.amount, order.price, situation.close, situation.stake):
            assert not isinstance(value, bool)
            assert 0 < value <= 1.8e308
        assert order.notional <= situation.stake * 1.0101
        assert abs(order.price / situation.close - 1) <= 0.0201
        assert order.pair not in [one.pair for one in situation.account.positions]
        assert not situation.approved
        word = situation.cross_check
        if word is not None:
            assert abs(order.price / word.consensus.price - 1) <= 0.0101
            assert not isinstance(word.candle, CandleDispute)
        if situation.news is not None:
            assert situation.news.shock is None
            assert situation.news.listened or not situation.news.required
        if not situation.backtest:
            best_bid, best_ask = situation.book.bids[0][0], situation.book.asks[0][0]
            assert 0 < best_bid < best_ask <= best_bid * 1.003
            assert sum(size for _, size in situation.book.asks) >= 2.99 * order.amount


@every_check
@settings(max_examples=100, deadline=None)
@given(situation=ordinary(), exponent=st.sampled_from([-20, -10, 10, 20]))
def test_prices_and_money_in_another_unit_change_nothing(kind, situation, exponent) -> None:
    # A power of two changes no digit, so that not even a limit met exactly is decided otherwise.
    check = kind(CheckSettings())
    one, other = check(situation), check(scaled(situation, 2.0**exponent))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.reason is other.reason
        shares = [name for name in one.figures if name.endswith(("_bps", "_seconds", "_amount"))]
        for name in shares:
            assert one.figures[name] == other.figures[name]


@every_check
@pytest.mark.parametrize("factor", [1e-3, 1000.0])
def test_prices_a_thousandfold_mean_the_same(kind, factor) -> None:
    check = kind(CheckSettings())
    assert check(scaled(golden(), factor)) is None
    for situation in BAD[kind.name][1]:
        refusal = check(scaled(situation, factor))
        assert refusal is not None
        assert refusal.reason is BAD[kind.name][0]


@every_check
@settings(max_examples=30, deadline=None)
@given(situation=ordinary(), other=ordinary())
def test_it_remembers_nothing_and_changes_nothing(kind, situation, other) -> None:
    check = kind(CheckSettings())
    before, state = copy.deepcopy(situation), dict(vars(check))
    first = check(situation)
    check(other)
    assert check(situation) == first
    assert situation == before
    assert vars(check) == state


def test_the_page_lists_the_checks_in_order_and_the_settings_with_their_defaults() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    tables = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line
    ]
    told = [cells[0].strip("`") for cells in tables]
    assert [name for name in told if name in BAD] == list(BAD)
    reasons = {cells[0].strip("`"): cells[1].strip("`") for cells in tables}
    assert {name: reasons[name] for name in BAD} == {n: r.name for n, (r, _) in BAD.items()}
    defaults = {cells[0].strip("`"): cells[1] for cells in tables}
    for key, field in CheckSettings.model_fields.items():
        assert float(defaults[key]) == field.default, key
