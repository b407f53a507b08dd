"""Asking venues for as long as it takes to know how they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aurum_plugins.commands.venues_request import VenuesRequest
from aurum_plugins.market_data.venue_feed import VenueFeed
from aurum_plugins.market_data.venue_feeds import new_feed

# In the first round of a venue nobody else may have spoken yet, and two bad ones are a lie.
ROUNDS = 3
# Between two rounds, for somebody who waits for the answer.
HURRIED_SECONDS = 1.0
LOOK_SECONDS = 0.05


@contextmanager
def asking(request: VenuesRequest, *, hurried: bool) -> Iterator[VenueFeed]:
    """Have the venues asked in the background; ends their connections at the end.

    Parameters
    ----------
    request : VenuesRequest
    hurried : bool
        Whether to ask every second, instead of as often as a bot does.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        If ccxt does not know a venue, or it cannot be asked for quotes.
    """
    settings = request.settings
    if hurried:
        seconds = min(HURRIED_SECONDS, settings.refresh_seconds)
        settings = settings.model_copy(update={"refresh_seconds": seconds})
    feed = new_feed(settings)
    feed.watch(request.pairs)
    try:
        feed.start()
        yield feed
    finally:
        feed.stop()


def wait_until_known(
    feed: VenueFeed,
    seconds: float,
    *,
    now: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait for three rounds of every venue that answers at all.

    Parameters
    ----------
    feed : VenueFeed
        At work.
    seconds : float
        Longest wait.
    now, pause : callable
        Seconds that only go forward, and a way to let some pass.

    Returns
    -------
    bool
        False if it took longer.
    """
    end = now() + seconds
    if not feed.wait_for_first_round(seconds):
        return False
    while not _is_known(feed):
        if now() >= end:
            return False
        pause(LOOK_SECONDS)
    return True


def _is_known(feed: VenueFeed) -> bool:
    rounds = feed.rounds
    return all(
        health.last_success_ms is None or rounds[health.venue] >= ROUNDS for health in feed.health()
    )
