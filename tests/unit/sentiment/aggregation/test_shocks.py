from __future__ import annotations

import math
from itertools import permutations

import pytest
from reported_events import START_MS, reported

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.sentiment.aggregation.shock import Shock
from aurum_plugins.sentiment.aggregation.shocks import Shocks, concerned
from aurum_plugins.sentiment.scored_item import EventKind
from aurum_plugins.sentiment.settings import ShockSettings

# Begins at 1.2 from two sources, half-life 90 minutes, ends below 0.3, not before 60 minutes.
SETTINGS = ShockSettings()


def shocks(*events, **settings) -> Shocks:
    found = Shocks(ShockSettings(**settings))
    found.add(events)
    return found


def at(minute: float) -> int:
    return START_MS + round(minute * MINUTE_MS)


def on(found: Shocks, minute: float, *subjects: str) -> Shock | None:
    return found.on(subjects or ("BTC",), at(minute))


def bounds(found: Shocks, *subjects: str, until: int = 3_000) -> list[tuple[int, int]]:
    """First and last minute of each shock."""
    minutes = [minute for minute in range(until) if on(found, minute, *subjects)]
    return [
        (minute, next(last for last in range(minute, until) if last + 1 not in minutes))
        for minute in minutes
        if minute - 1 not in minutes
    ]


TWO = (reported(0, 0.6, source="rss:a"), reported(10, 0.9, source="rss:b"))


class TestBegin:
    def test_with_the_item_that_brings_the_level_there(self) -> None:
        # 0.6 * 2^(-10/90) + 0.9 = 1.4555
        found = shocks(*TWO)
        assert on(found, 9.999) is None
        shock = on(found, 10)
        assert shock is not None
        assert shock.level == pytest.approx(0.6 * 2 ** (-1 / 9) + 0.9, rel=1e-12)
        assert (shock.subject, shock.since_ms, shock.items) == ("BTC", at(10), 2)

    def test_not_with_a_lower_level(self) -> None:
        assert bounds(shocks(TWO[0], reported(10, 0.6, source="rss:b"))) == []

    def test_not_from_one_source_however_loud(self) -> None:
        assert bounds(shocks(*(reported(minute, 1.0) for minute in range(20)))) == []

    def test_unless_one_is_enough(self) -> None:
        assert bounds(shocks(reported(5, 1.0, weight=1.2), fewest_sources=1))[0][0] == 5

    def test_the_second_source_begins_it_however_little_it_adds(self) -> None:
        loud = [reported(minute, 1.0) for minute in range(5)]
        found = shocks(*loud, reported(30, 0.1, source="rss:b"))
        assert bounds(found)[0][0] == 30

    def test_a_source_counts_for_four_half_lives(self) -> None:
        first, loud = reported(0, 0.1, source="rss:b"), [reported(0, 1.0)] * 2
        late = [reported(360, 1.0), reported(360, 1.0, weight=0.1)]
        assert bounds(shocks(*loud, fewest_sources=2)) == []
        assert on(shocks(first, reported(359, 1.0), *late), 360) is not None
        assert on(shocks(first, reported(359, 1.0), reported(360.001, 1.0)), 360.001) is None

    def test_items_of_one_millisecond_count_together(self) -> None:
        pair = reported(5, 0.6, source="rss:b"), reported(5, 0.6, source="rss:a")
        shock = on(shocks(*pair), 5)
        assert shock is not None
        assert shock.items == 2
        assert shock.source == "rss:a"


class TestEnd:
    def test_when_the_level_falls_below_the_release(self) -> None:
        level = 0.6 * 2 ** (-1 / 9) + 0.9
        crossing = 10 + 90 * math.log2(level / 0.3)
        found = shocks(*TWO)
        assert on(found, crossing - 0.001) is not None
        assert on(found, crossing + 0.001) is None
        assert bounds(found) == [(10, math.floor(crossing))]

    def test_level_with_the_release_it_is_on(self) -> None:
        found = shocks(reported(0, 1.0, weight=1.2), fewest_sources=1, release_level=0.3)
        shock = found.on(["BTC"], at(180))
        assert shock is not None
        assert shock.level == pytest.approx(0.3, rel=1e-12)
        assert found.on(["BTC"], at(180) + 1) is None

    def test_not_before_the_shortest_time(self) -> None:
        found = shocks(*TWO, half_life_minutes=10, shortest_minutes=240, begin_level=1.1)
        assert bounds(found) == [(10, 249)]
        shock = on(found, 249)
        assert shock is not None
        assert shock.level < 0.3

    def test_items_seen_before_the_end_prolong_it(self) -> None:
        short = bounds(shocks(*TWO))[0][1]
        last = reported(short, 0.5, kind=EventKind.BAN)
        ((first, until),) = bounds(shocks(*TWO, last))
        assert first == 10
        # 0.3 was left, so it lasts as long as 0.8 does.
        assert until == pytest.approx(short + 90 * math.log2(0.8 / 0.3), abs=1.5)
        shock = on(shocks(*TWO, last), short)
        assert shock is not None
        assert shock.items == 3
        assert shock.since_ms == at(10)

    def test_a_small_item_does_not_shorten_it(self) -> None:
        kept = {"half_life_minutes": 10, "shortest_minutes": 240, "begin_level": 1.1}
        assert bounds(shocks(*TWO, reported(200, 0.01), **kept)) == [(10, 249)]

    def test_then_another_may_begin(self) -> None:
        again = [reported(900, 1.0), reported(901, 1.0, source="rss:b")]
        found = shocks(*TWO, *again)
        assert [first for first, _ in bounds(found)] == [10, 901]
        shock = on(found, 901)
        assert shock is not None
        assert (shock.since_ms, shock.items) == (at(901), 2)

    def test_even_at_the_millisecond_at_which_the_last_one_ended(self) -> None:
        settings = {"fewest_sources": 1, "begin_level": 1.0}
        end_ms = at(0)
        first = shocks(reported(0, 1.0, weight=1.2), **settings)
        while first.on(["BTC"], end_ms) is not None:
            end_ms += 1_000 if first.on(["BTC"], end_ms + 1_000) else 1
        next_one = reported((end_ms - START_MS) / MINUTE_MS, 1.0)
        shock = shocks(reported(0, 1.0, weight=1.2), next_one, **settings).on(["BTC"], end_ms)
        assert shock is not None
        assert shock.since_ms == end_ms


class TestWhatIsSaidOfIt:
    def test_the_item_that_weighed_most(self) -> None:
        events = [
            reported(0, 0.9, weight=0.5, text="small", kind=EventKind.LAWSUIT),
            reported(5, 0.8, source="rss:b", text="large", kind=EventKind.INSOLVENCY),
            reported(6, 0.8, source="rss:c", text="as large, and later"),
            reported(20, 1.0, source="x:d", text="largest", kind=EventKind.WITHDRAWALS_HALTED),
        ]
        found = shocks(*events, begin_level=1.0)
        shock = on(found, 8)
        assert shock is not None
        assert (shock.kind, shock.headline, shock.source) == (
            EventKind.INSOLVENCY,
            "large",
            "rss:b",
        )
        shock = on(found, 20)
        assert shock is not None
        assert (shock.headline, shock.kind) == ("largest", EventKind.WITHDRAWALS_HALTED)

    def test_only_recent_items_brought_it_about(self) -> None:
        old = reported(-361, 1.0, text="old", source="rss:z")
        shock = on(shocks(old, *TWO), 10)
        assert shock is not None
        assert shock.items == 2
        assert shock.headline == "drained"


class TestSubjects:
    @pytest.mark.parametrize(
        ("subjects", "shares"),
        [
            (("BTC",), {"BTC": 1.0}),
            (("*", "BTC", "ETH"), {"BTC": 1.0, "ETH": 1.0}),
            (("*",), {"*": 1.0}),
            ((), {"*": 1.0}),
            (("*", "@binance"), {"@binance": 1.0, "*": 0.5}),
            (("*", "@okx", "BTC"), {"@okx": 1.0, "BTC": 1.0, "*": 0.5}),
        ],
    )
    def test_whom_an_event_concerns(self, subjects, shares) -> None:
        assert concerned(subjects) == shares

    def test_the_market_is_shocked_half_as_much_by_an_exchange(self) -> None:
        events = [
            reported(minute, 1.0, source=source, subjects=("*", "@okx"))
            for minute, source in ((0, "rss:a"), (0, "rss:b"))
        ]
        found = shocks(*events)
        shock = on(found, 0, "@okx")
        assert shock is not None
        assert shock.level == 2.0
        assert on(found, 0, "*") is None
        more = shocks(*events, reported(0, 1.0, source="rss:c", subjects=("*", "@okx")))
        shock = on(more, 0, "*")
        assert shock is not None
        assert shock.level == 1.5

    def test_others_are_not_concerned(self) -> None:
        assert on(shocks(*TWO), 10, "ETH", "*", "@okx") is None
        assert shocks(*TWO).on((), at(10)) is None

    def test_the_strongest_of_those_asked_for(self) -> None:
        louder = [
            reported(11, 1.0, subjects=("ETH",), source=source) for source in ("rss:a", "rss:b")
        ]
        found = shocks(*TWO, *louder)
        shock = on(found, 11, "BTC", "ETH")
        assert shock is not None
        assert shock.subject == "ETH"
        shock = on(found, 10.5, "BTC", "ETH")
        assert shock is not None
        assert shock.subject == "BTC"

    def test_of_equals_by_name(self) -> None:
        both = [reported(0, 1.0, subjects=("ETH", "BTC"), source=name) for name in ("a", "b")]
        shock = on(shocks(*both), 0, "ETH", "BTC")
        assert shock is not None
        assert shock.subject == "BTC"


class TestAdding:
    def test_nothing(self) -> None:
        assert on(shocks(), 10) is None

    def test_what_comes_late_to_the_same_millisecond(self) -> None:
        found = Shocks(SETTINGS)
        for source in ("rss:c", "rss:a", "rss:b"):
            found.add([reported(5, 0.6, source=source, text=source)])
        shock = on(found, 5)
        assert shock is not None
        assert (shock.items, shock.source) == (3, "rss:a")
        assert shock.level == pytest.approx(1.8)

    def test_not_even_the_last_digit_depends_on_how_they_came(self) -> None:
        events = [
            reported(5, severity, source=f"rss:{place}")
            for place, severity in enumerate((0.1, 0.7, 0.3, 0.1, 0.6))
        ]
        whole = on(shocks(*events), 5)
        assert whole is not None
        for order in permutations(events):
            found = Shocks(SETTINGS)
            for event in order:
                found.add([event])
            assert on(found, 5) == whole

    def test_out_of_order(self) -> None:
        found = shocks(*TWO)
        with pytest.raises(ValueError, match=f"got {at(9)} after {at(10)}"):
            found.add([reported(9)])
        with pytest.raises(ValueError, match=f"got {at(11)} after {at(12)}"):
            found.add([reported(12, 1.0), reported(11)])
        shock = on(found, 12)
        assert shock is not None
        assert shock.items == 2
        found.add([reported(10.5)])

    @pytest.mark.parametrize(
        ("severity", "weight"), [(0.0, 1.0), (1.0, 0.0), (math.nan, 1.0), (1.0, math.inf)]
    )
    def test_strange_figures(self, severity, weight) -> None:
        expected = f"above 0 and finite, got {severity:g} and {weight:g}"
        with pytest.raises(ValueError, match=expected):
            shocks(reported(0, severity, weight=weight))


class TestForgetting:
    def test_times_from_then_on_are_answered_as_before(self) -> None:
        events = [
            event
            for day in range(4)
            for event in (
                reported(day * 1_440, 1.0),
                reported(day * 1_440 + 7, 1.0, source="rss:b"),
                reported(day * 1_440 + 70, 0.4, source="rss:c"),
            )
        ]
        whole, short = shocks(*events), shocks(*events)
        for minute in (8, 75, 1_440, 1_447, 1_500, 1_511, 3_000, 9_000):
            short.forget_before(at(minute))
            for later in range(minute, 5_800, 13):
                assert on(short, later) == on(whole, later)
        more = [reported(3 * 1_440 + 70, 0.9, source="rss:d")]
        whole.add(more)
        short.add(more)
        assert on(short, 4_391) == on(whole, 4_391)
        shock = on(short, 4_391)
        assert shock is not None
        assert shock.items == 4

    def test_a_quiet_year_leaves_nothing_behind(self) -> None:
        found = Shocks(SETTINGS)
        for day in range(365):
            found.add([reported(day * DAY_MS / MINUTE_MS, 0.3, source=f"rss:{day}")])
        (course,) = found._courses.values()
        assert len(course._recent) == 1
        assert not course._steps

    def test_a_wild_one_only_what_is_asked_for(self) -> None:
        found = Shocks(SETTINGS)
        for day in range(365):
            for source in ("rss:a", "rss:b"):
                found.add([reported(day * 1_440, 1.0, source=source)])
            found.forget_before(at(day * 1_440))
        (course,) = found._courses.values()
        assert len(course._steps) <= 2
