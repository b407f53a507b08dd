"""How freqtrade reads its configuration files."""

from __future__ import annotations

from typing import Any, Final

# So many files may include each other with `add_config_files`: freqtrade's own limit.
DEEPEST: Final = 5


def parsed_json(text: str) -> Any:
    """JSON with comments and trailing commas.

    Raises
    ------
    rapidjson.JSONDecodeError
    """
    import rapidjson  # noqa: PLC0415 - freqtrade's own parser, loaded only where it is needed

    mode = rapidjson.PM_COMMENTS | rapidjson.PM_TRAILING_COMMAS
    return rapidjson.loads(text, parse_mode=mode)
