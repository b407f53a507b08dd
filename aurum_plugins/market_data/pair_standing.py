"""Whether a pair stays or goes, by how long venues have agreed on it or not."""

from __future__ import annotations


class PairStanding:
    """Follows one pair, and does not change its mind for a moment's sake.

    The first look decides at once. Later a pair goes when it was seen without agreement for
    `patience_ms`, and is back when it was seen with agreement for `return_ms`, each without a
    single look to the contrary. What happened between two looks is not known and does not count.
    A clock that is set back begins the count anew.

    Parameters
    ----------
    patience_ms : int
        0 or more.
    return_ms : int
        0 or more.

    Examples
    --------
    >>> standing = PairStanding(patience_ms=60_000, return_ms=30_000)
    >>> standing.note(True, 0)
    True
    >>> [standing.note(False, 1_000 * now) for now in (10, 69, 70)]
    [True, True, False]
    >>> [standing.note(True, 1_000 * now) for now in (80, 109, 110)]
    [False, False, True]
    """

    def __init__(self, patience_ms: int, return_ms: int) -> None:
        self._enough_ms = {False: patience_ms, True: return_ms}
        self._agreed: bool | None = None
        self._since_ms = 0
        self._stays = False

    def note(self, agreed: bool, now_ms: int) -> bool:
        """Take a look, UTC milliseconds, and say whether the pair stays."""
        if self._agreed is None:
            self._stays = agreed
        if agreed is not self._agreed or now_ms < self._since_ms:
            self._agreed, self._since_ms = agreed, now_ms
        if now_ms - self._since_ms >= self._enough_ms[agreed]:
            self._stays = agreed
        return self._stays
