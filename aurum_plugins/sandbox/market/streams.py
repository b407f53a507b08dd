"""Random numbers that depend on what they are for, never on when they are asked for."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, purpose: str, index: int) -> np.random.Generator:
    """A generator of its own for each (seed, purpose, index).

    Parameters
    ----------
    seed : int
        The market's seed, 0 or more.
    purpose : str
        What the numbers are for, for example `"minutes BTCUSDT"`.
    index : int
        Position in time, 0 or more: a day or a block of days.
    """
    key = np.random.SeedSequence([seed, crc32(purpose.encode()), index])
    return np.random.Generator(np.random.Philox(key))
