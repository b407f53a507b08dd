"""A pair's standing against its definition, computed from the whole history at each look."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aurum_plugins.market_data.pair_standing import PairStanding

looks = st.lists(st.tuples(st.booleans(), st.integers(0, 40)), min_size=1, max_size=40)


def by_definition(history: list[tuple[bool, int]], patience_ms: int, return_ms: int) -> bool:
    """The last look at the end of a long enough row decides; before any, the first look."""
    stays = history[0][0]
    for end, (agreed, now_ms) in enumerate(history):
        began_ms = now_ms
        for before, at_ms in reversed(history[: end + 1]):
            if before is not agreed:
                break
            began_ms = at_ms
        if now_ms - began_ms >= (return_ms if agreed else patience_ms):
            stays = agreed
    return stays


@given(looks, st.integers(0, 100), st.integers(0, 100))
@settings(max_examples=100)
def test_each_look_says_what_the_definition_says(steps, patience_ms, return_ms) -> None:
    standing, now_ms = PairStanding(patience_ms, return_ms), 0
    history: list[tuple[bool, int]] = []
    for agreed, passed_ms in steps:
        now_ms += passed_ms
        history.append((agreed, now_ms))
        stays = standing.note(agreed, now_ms)
        assert stays is by_definition(history, patience_ms, return_ms)
