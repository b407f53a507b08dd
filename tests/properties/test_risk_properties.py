"""Whatever comes: no cap is exceeded, more risk is no larger size, and scale is irrelevant."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from risk_cases import ANYTHING, proposals, risk_settings, rooms

from aurum_plugins.refusal import Refusal
from aurum_plugins.risk.account import Account, Position
from aurum_plugins.risk.exposure import TOLERANCE, ExposureCaps
from aurum_plugins.risk.headroom import Headroom
from aurum_plugins.risk.proposal import Proposal
from aurum_plugins.risk.settings import RiskSettings
from aurum_plugins.risk.sizing import Size, position_size

PAIRS = ("A/U", "B/U", "C/U", "D/U", "E/U", "F/U")
HALVES = (frozenset(PAIRS[:3]), frozenset(PAIRS[3:]))


def stake(answer: Size | Refusal) -> float:
    return answer.stake if isinstance(answer, Size) else 0.0


class TestSizing:
    @settings(max_examples=100, deadline=None)
    @given(limits=risk_settings(), entry=proposals(), room=rooms, scale=st.floats(0, 1))
    def test_no_limit_is_ever_exceeded(self, limits, entry, room, scale):
        answer = position_size(limits, entry, room, scale)
        if isinstance(answer, Refusal):
            return
        got = answer.stake
        assert got > 0
        assert got >= (entry.smallest or 0)
        assert got <= min(room.position, room.group, room.total, entry.largest, entry.share)
        distance = (entry.price - entry.stop) / entry.price
        amount = got / entry.price
        fees = entry.fee * amount * (entry.price + entry.stop)
        lost = amount * entry.price * distance + fees
        assert lost <= limits.risk_per_trade * room.equity * (1 + 1e-9)
        assert got * entry.volatility <= entry.share * max(
            limits.volatility_target, entry.volatility
        ) * (1 + 1e-9)

    @settings(max_examples=100, deadline=None)
    @given(
        limits=risk_settings(),
        entry=proposals(),
        room=rooms,
        scale=st.floats(0, 1),
        less=st.floats(0, 1),
        name=st.sampled_from(
            ["scale", "confidence", "volatility", "stop", "fee", "position", "group", "total"]
        ),
    )
    def test_more_risk_is_never_a_larger_size(self, limits, entry, room, scale, less, name):
        worse_entry, worse_room, worse_scale = entry, room, scale
        if name == "scale":
            worse_scale = scale * less
        elif name in {"volatility", "fee"}:
            larger = getattr(entry, name) * (1 + less)
            worse_entry = replace(entry, **{name: larger})
        elif name in {"confidence", "stop"}:
            worse_entry = replace(entry, **{name: getattr(entry, name) * less})
        else:
            left = getattr(room, name)
            worse_room = replace(room, **{name: left * less if left > 0 else left * 2})
        before = stake(position_size(limits, entry, room, scale))
        after = stake(position_size(limits, worse_entry, worse_room, worse_scale))
        assert after <= before * (1 + 1e-12)

    @settings(max_examples=60, deadline=None)
    @given(limits=risk_settings(), entry=proposals(), room=rooms, factor=st.sampled_from([2, 1024]))
    def test_the_unit_of_money_is_irrelevant(self, limits, entry, room, factor):
        # Powers of two, so that no rounding gets in between.
        money = ("share", "largest", "smallest", "price", "stop")
        other = replace(
            entry,
            **{
                name: None if getattr(entry, name) is None else getattr(entry, name) * factor
                for name in money
            },
        )
        wider = Headroom(*(getattr(room, name) * factor for name in vars(room)))
        before = position_size(limits, entry, room, 0.7)
        after = position_size(limits, other, wider, 0.7)
        assert type(before) is type(after)
        assert stake(after) == stake(before) * factor
        if isinstance(before, Refusal):
            assert before.reason is after.reason
        else:
            assert before.figures["bound_by"] == after.figures["bound_by"]

    @settings(max_examples=100, deadline=None)
    @given(
        entry=st.builds(
            Proposal,
            share=ANYTHING,
            largest=ANYTHING,
            smallest=ANYTHING | st.none(),
            price=ANYTHING,
            stop=ANYTHING | st.none(),
            fee=ANYTHING,
            volatility=ANYTHING,
            confidence=ANYTHING,
        ),
        room=st.builds(
            Headroom, equity=ANYTHING, position=ANYTHING, group=ANYTHING, total=ANYTHING
        ),
        scale=ANYTHING,
    )
    def test_nonsense_gives_a_refusal_or_a_size(self, entry, room, scale):
        answer = position_size(RiskSettings(), entry, room, scale)
        if isinstance(answer, Size):
            assert 0 < answer.stake <= entry.share


class TestCaps:
    @settings(max_examples=60, deadline=None)
    @given(limits=risk_settings(), seed=st.integers(0, 2**32 - 1), cash=st.floats(100, 1e6))
    def test_a_sequence_of_entries_and_exits_stays_under_every_cap(self, limits, seed, cash):
        rng = np.random.default_rng(seed)
        caps = ExposureCaps(limits)
        prices = {pair: float(np.exp(rng.normal(0, 3))) for pair in PAIRS}
        account = Account(cash)
        for number in range(60):
            pair = PAIRS[rng.integers(len(PAIRS))]
            if rng.random() < 0.3:
                account = left(account, pair)
                continue
            group = next(half for half in HALVES if pair in half)
            room = caps.headroom(account, pair, group)
            entry = Proposal(
                share=room.equity * float(rng.uniform(0.01, 1)),
                largest=account.cash - sum(p.ordered * p.open_rate for p in account.positions),
                smallest=None,
                price=prices[pair],
                stop=prices[pair] * 0.9,
                fee=0.0,
                volatility=0.5,
            )
            answer = position_size(limits, entry, room, float(rng.random()))
            if isinstance(answer, Refusal):
                continue
            # The order comes out a little larger, as prices and amounts are rounded.
            notional = answer.stake * (1 + TOLERANCE * float(rng.random()))
            assert caps.refuses(answer.stake, account, pair, group) is None
            if caps.refuses(notional, account, pair, group) is None:
                account = bought(account, pair, notional, prices[pair], bool(number % 2))
            equity = account.equity
            assert equity == pytest.approx(cash)
            for held, share in (
                *(((one,), limits.position_cap) for one in PAIRS),
                *((half, limits.group_cap) for half in HALVES),
                (PAIRS, limits.total_cap),
            ):
                exposure = sum(p.exposure for p in account.positions if p.pair in held)
                assert exposure <= share * equity * (1 + TOLERANCE) * (1 + 1e-9)

    @settings(max_examples=100, deadline=None)
    @given(cash=ANYTHING, figures=st.tuples(*[ANYTHING] * 5), notional=ANYTHING)
    def test_nonsense_is_refused_or_fits(self, cash, figures, notional):
        amount, ordered, price, open_rate, stop = figures
        account = Account(cash, (Position("A/U", amount, ordered, price, open_rate, stop),))
        caps = ExposureCaps(RiskSettings())
        room = caps.headroom(account, "B/U", {"A/U"})
        assert isinstance(room, Refusal) or math.isfinite(room.equity)
        if caps.refuses(notional, account, "B/U", {"A/U"}) is None:
            assert 0 < notional <= account.equity

    @settings(max_examples=60, deadline=None)
    @given(
        amounts=st.lists(st.floats(0, 100), min_size=3, max_size=3),
        notional=st.floats(0.1, 1e4),
        money=st.booleans(),
    )
    def test_prices_times_a_thousand_change_no_answer(self, amounts, notional, money):
        caps = ExposureCaps(RiskSettings())

        def answer(factor: float) -> object:
            # With `money`, prices and cash rise; without, prices rise and amounts shrink.
            cash, units = (factor, 1.0) if money else (1.0, 1 / factor)
            positions = tuple(
                Position(pair, a * units, a * units, 8.0 * factor, 9.0 * factor, math.nan)
                for pair, a in zip(PAIRS, amounts)
            )
            account = Account(5_000.0 * cash, positions)
            got = caps.refuses(notional * cash, account, "A/U", {"B/U"})
            return got if got is None else (got.reason, got.figures["cap"])

        assert answer(1024.0) == answer(1.0)


def left(account: Account, pair: str) -> Account:
    gone = [p for p in account.positions if p.pair == pair]
    kept = tuple(p for p in account.positions if p.pair != pair)
    return Account(account.cash + sum(p.value for p in gone), kept)


def bought(account: Account, pair: str, notional: float, price: float, filled: bool) -> Account:
    amount = notional / price
    held = Position(
        pair=pair,
        amount=amount if filled else 0.0,
        ordered=0.0 if filled else amount,
        price=price,
        open_rate=price,
        stop=math.nan,
    )
    return Account(account.cash - held.value, (*account.positions, held))
