"""Why the bot did not ask for an entry."""

from __future__ import annotations

import pytest
from desk_world import DeskWorld

from aurum_plugins.reasons import Reason
from aurum_plugins.refusal import Refusal
from aurum_plugins.trading.untried_entry import UntriedEntry

PAIR = "ALFA/USDT"


def test_the_first_rule_that_holds_decides() -> None:
    world = DeskWorld()
    world.lock_on_all, world.locks = True, {PAIR}
    facts = {"held": True, "free_slots": 0, "stake": 7.0}
    cures = (
        (Reason.POSITION_OPEN, {}, lambda: facts.update(held=False)),
        (Reason.ALL_LOCKED, {"lock": "protection"}, lambda: setattr(world, "lock_on_all", False)),
        (Reason.PAIR_LOCKED, {"lock": "protection"}, world.locks.clear),
        (Reason.NO_SLOT, {}, lambda: facts.update(free_slots=1)),
        (Reason.NO_STAKE, {"stake": 7.0}, lambda: facts.update(stake=None)),
        (Reason.NOT_TRIED, {"cash": 9.0}, lambda: None),
    )
    for reason, figures, cure in cures:
        entry = UntriedEntry(PAIR, 0, cash=9.0, **facts)
        assert entry.refusal(world) == Refusal(reason, figures)
        cure()


@pytest.mark.parametrize("stake", [0.0, 5.0])
def test_a_stake_of_nothing_is_one_too(stake) -> None:
    entry = UntriedEntry(PAIR, 0, held=False, free_slots=1, stake=stake, cash=1.0)
    assert entry.refusal(DeskWorld()) == Refusal(Reason.NO_STAKE, {"stake": stake})
