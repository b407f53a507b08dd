"""The environment of a bot of which nothing is real."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from aurum_plugins.database.settings import ENVIRONMENT_VARIABLE

# freqtrade puts these above its configuration: keys, a Telegram chat, another exchange.
_FREQTRADE: Final = "FREQTRADE__"


def plain_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Leave out what would lead such a bot to a real one's accounts, messages or database.

    Parameters
    ----------
    environment : mapping of str to str

    Returns
    -------
    dict of str to str
        Without the variables `FREQTRADE__...` and `AURUM_DATABASE_URL`.

    Examples
    --------
    >>> plain_environment({"FREQTRADE__EXCHANGE__KEY": "mine", "LANG": "C"})
    {'LANG': 'C'}
    """
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(_FREQTRADE) and name != ENVIRONMENT_VARIABLE
    }
