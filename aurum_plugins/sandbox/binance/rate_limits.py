"""How much a client may ask for: request weight a minute, orders in ten seconds and a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aurum_plugins.clock import DAY_MS, MINUTE_MS, SECOND_MS, Clock
from aurum_plugins.sandbox.binance.errors import BinanceError

# Refusals within one minute after which a client that does not back off is banned.
PATIENCE = 10
FIRST_BAN_MS = 2 * MINUTE_MS
LONGEST_BAN_MS = 3 * DAY_MS


@dataclass
class _Window:
    """Counts within windows of fixed length, aligned to the epoch."""

    length_ms: int
    number: int = -1
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, amount: int, now_ms: int) -> int:
        number = now_ms // self.length_ms
        if number != self.number:
            self.number = number
            self.counts.clear()
        self.counts[key] = count = self.counts.get(key, 0) + amount
        return count

    def left_s(self, now_ms: int) -> int:
        """Seconds until the next window opens, rounded up."""
        return -(-(self.length_ms - now_ms % self.length_ms) // SECOND_MS)


class RateLimits:
    """Counts what each client uses, and refuses as Binance does.

    A client over its weight gets 429. One that goes on asking regardless is banned (418), for
    two minutes at first and twice as long each time, up to three days.

    Parameters
    ----------
    clock : Clock
        Windows are aligned to its minutes.
    request_weight : int or None, default=6000
        Weight that one address may use in a minute. None: unlimited.
    orders_per_10s, orders_per_day : int or None, default=100, 200000
        New orders of one account in ten seconds, and in a day of UTC. None: unlimited.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        request_weight: int | None = 6_000,
        orders_per_10s: int | None = 100,
        orders_per_day: int | None = 200_000,
    ) -> None:
        self.request_weight = request_weight
        self.orders_per_10s = orders_per_10s
        self.orders_per_day = orders_per_day
        self._clock = clock
        self._weight = _Window(MINUTE_MS)
        self._refusals = _Window(MINUTE_MS)
        self._orders_10s = _Window(10 * SECOND_MS)
        self._orders_day = _Window(DAY_MS)
        self._banned_until: dict[str, int] = {}
        self._bans: dict[str, int] = {}

    def charge(self, client: str, weight: int) -> int:
        """Count a request; returns the weight that `client` used in this minute.

        Raises
        ------
        BinanceError
            -1003 with status 429 or 418, and the seconds to wait.
        """
        now = self._clock.now_ms()
        self._refuse_banned(client, now)
        used = self._weight.add(client, weight, now)
        if self.request_weight is None or used <= self.request_weight:
            return used
        if self._refusals.add(client, 1, now) > PATIENCE:
            self._ban(client, now)
            self._refuse_banned(client, now)
        raise BinanceError(
            -1003,
            f"Too much request weight used; current limit is {self.request_weight} request weight "
            "per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
            retry_after_s=self._weight.left_s(now),
        )

    def used_weight(self, client: str) -> int:
        """Weight that `client` used in this minute."""
        return self._weight.add(client, 0, self._clock.now_ms())

    def check_order(self, account: str) -> None:
        """Refuse (-1015, 429) a new order of an account that has used up its orders."""
        short, day = self.order_counts(account)
        for count, limit, window in (
            (short, self.orders_per_10s, "10 SECOND"),
            (day, self.orders_per_day, "1 DAY"),
        ):
            if limit is not None and count >= limit:
                raise BinanceError(
                    -1015, f"Too many new orders; current limit is {limit} orders per {window}."
                )

    def count_order(self, account: str) -> None:
        """Count an order that was accepted."""
        now = self._clock.now_ms()
        self._orders_10s.add(account, 1, now)
        self._orders_day.add(account, 1, now)

    def order_counts(self, account: str) -> tuple[int, int]:
        """Orders of an account in these ten seconds and on this day."""
        now = self._clock.now_ms()
        return self._orders_10s.add(account, 0, now), self._orders_day.add(account, 0, now)

    def describe(self) -> list[dict[str, Any]]:
        """The limits in force, as `exchangeInfo` lists them."""
        weight = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1}
        rows = [{**weight, "limit": self.request_weight}, *self.describe_orders()]
        return [row for row in rows if row["limit"] is not None]

    def describe_orders(self) -> list[dict[str, Any]]:
        """The two order limits; `limit` is None where there is none."""
        short = {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10}
        day = {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1}
        return [{**short, "limit": self.orders_per_10s}, {**day, "limit": self.orders_per_day}]

    def _ban(self, client: str, now_ms: int) -> None:
        earlier = self._bans.get(client, 0)
        self._bans[client] = earlier + 1
        # A doubling that is capped in the exponent too: the number of bans has no bound.
        length = min(FIRST_BAN_MS * 2 ** min(earlier, 12), LONGEST_BAN_MS)
        self._banned_until[client] = now_ms + length

    def _refuse_banned(self, client: str, now_ms: int) -> None:
        until = self._banned_until.get(client)
        if until is None:
            return
        if until <= now_ms:
            del self._banned_until[client]
            return
        raise BinanceError(
            -1003,
            f"Way too much request weight used; IP banned until {until}. "
            "Please use WebSocket Streams for live updates to avoid bans.",
            status=HTTPStatus.IM_A_TEAPOT,
            retry_after_s=-(-(until - now_ms) // SECOND_MS),
        )
