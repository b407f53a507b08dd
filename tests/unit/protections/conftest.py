"""Trades that protections are asked about, once as in backtests and once as in a running bot."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from closed_trades import kept_in_database, kept_in_memory


@pytest.fixture(params=[kept_in_memory, kept_in_database])
def keep(request):
    """`keep(trades)` lets freqtrade find them, in memory or in its database."""
    with ExitStack() as stack:
        yield lambda trades: stack.enter_context(request.param(list(trades)))
