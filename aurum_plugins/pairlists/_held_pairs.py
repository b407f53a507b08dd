"""What the bot holds now."""

from __future__ import annotations

from freqtrade.persistence import Trade


def held_pairs() -> list[str]:
    """Pairs of the open trades, in order; none in commands that do not trade."""
    # They have no database.
    if Trade.use_db and not hasattr(Trade, "session"):
        return []
    return sorted({trade.pair for trade in Trade.get_trades_proxy(is_open=True)})
