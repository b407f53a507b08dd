"""How often a peer showed a token that is not accepted."""

from __future__ import annotations

from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address
from typing import Final

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, Clock

ALLOWED: Final = 10
_MOST_PEERS: Final = 1_024
_HALF: Final = 64


class WrongAttempts:
    """Counts the wrong tokens of each peer in the last minute.

    Of IPv6, a whole network of 64 bits counts as one peer: anybody has that many addresses.

    Parameters
    ----------
    clock : Clock
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[int]] = OrderedDict()

    def note(self, peer: str) -> None:
        """Count one."""
        name = _name(peer)
        times = self._times.setdefault(name, deque(maxlen=ALLOWED))
        times.append(self._clock.now_ms())
        self._times.move_to_end(name)
        if len(self._times) > _MOST_PEERS:
            self._times.popitem(last=False)

    def wait_seconds(self, peer: str) -> int:
        """Whole seconds until a peer may try again; 0: it may now."""
        times = self._times.get(_name(peer))
        if times is None or len(times) < ALLOWED:
            return 0
        left_ms = times[0] + MINUTE_MS - self._clock.now_ms()
        return max(0, -(-left_ms // SECOND_MS))


def _name(peer: str) -> str:
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(int(address) >> _HALF)
    return str(address)
