"""What freqtrade's configuration is checked for, and completed with, before anything starts.

`aurum` is the one section of freqtrade's configuration that belongs to AurumBotX.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from pathlib import Path
from typing import Any

from aurum_plugins.credentials import ApiCredentials
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.settings import Section

# Where the settings of each section are; imported where a configuration has it, because
# scikit-learn takes a second to load.
SECTIONS = {
    "breakout": "aurum_plugins.signals:BreakoutSettings",
    "candles": "aurum_plugins.preprocessing:CandleSettings",
    "checks": "aurum_plugins.execution.check_settings:CheckSettings",
    "database": "aurum_plugins.database:DatabaseSettings",
    "drift": "aurum_plugins.forecasting.drift:DriftSettings",
    "ensemble": "aurum_plugins.forecasting:EnsembleSettings",
    "features": "aurum_plugins.features:FeatureSettings",
    "ledger": "aurum_plugins.ledger.settings:LedgerSettings",
    "members": "aurum_plugins.forecasting.members:MembersSettings",
    "monitor": "aurum_plugins.monitoring.settings:MonitorSettings",
    "policy": "aurum_plugins.signals:PolicySettings",
    "preprocessing": "aurum_plugins.preprocessing:PreprocessingSettings",
    "promotion": "aurum_plugins.forecasting.registry:PromotionSettings",
    "risk": "aurum_plugins.risk.settings:RiskSettings",
    "sentiment": "aurum_plugins.sentiment.settings:SentimentSettings",
    "targets": "aurum_plugins.features:TargetSettings",
    "telegram": "aurum_plugins.telegram.settings:TelegramSettings",
    "universe": "aurum_plugins.forecasting.universe_settings:UniverseSettings",
    "venues": "aurum_plugins.market_data.venue_settings:VenueSettings",
}
# A value that starts with this stands for something that the user has to fill in.
PLACEHOLDER = "EDIT:"
SIMULATED_CANDLES = "sandbox"
CREDENTIALS_FILE = "aurum_api_server.json"
SANDBOX_KEYS_FILE = "aurum_sandbox_keys.json"


def validate(config: Mapping[str, Any]) -> None:
    """Check our section, and that no placeholder is left anywhere.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration.

    Raises
    ------
    aurum_plugins.errors.ConfigurationError
        Naming the key and the mend.
    """
    for key in _placeholders(config):
        # Without the value: somebody may have typed a secret behind the marker.
        raise ConfigurationError(key, "must be filled in before freqtrade can start", PLACEHOLDER)
    section = config.get("aurum", {})
    if not isinstance(section, Mapping):
        raise ConfigurationError("aurum", "must be an object of settings", section)
    for name in section:
        if name not in SECTIONS:
            rule = f"unknown setting; known are {', '.join(SECTIONS)}"
            raise ConfigurationError(f"aurum.{name}", rule, name)
        _settings(name).from_config(config)


def complete_api_server(config: MutableMapping[str, Any]) -> None:
    """Give freqtrade's API server its own credentials where the configuration names none.

    They are generated at the first start, kept in the user data folder in a file that only its
    owner can read, and used again at later starts.
    """
    server = config.get("api_server")
    if not isinstance(server, MutableMapping):
        return
    if not server.get("enabled"):
        # freqtrade's schema asks for both even of a server that is switched off.
        server.setdefault("username", "")
        server.setdefault("password", "")
        return
    missing = [key for key in ApiCredentials.model_fields if not server.get(key)]
    if not missing:
        return
    stored = ApiCredentials.load_or_create(Path(config["user_data_dir"]) / CREDENTIALS_FILE)
    for key in missing:
        value = getattr(stored, key)
        server[key] = value if isinstance(value, str) else value.get_secret_value()


def keep_simulated_candles_apart(config: MutableMapping[str, Any], given: str | None) -> None:
    """Store candles of another address than the exchange's own in a folder of their own.

    Without this, candles downloaded from the simulated exchange would land among the real ones of
    the exchange that it stands in for, and be backtested as such.

    Parameters
    ----------
    config : mapping
        A whole freqtrade configuration, `datadir` resolved.
    given : str or None
        What the user passed as `--datadir`; it is respected.
    """
    own_address = "urls" in config.get("exchange", {}).get("ccxt_config", {})
    if own_address and given is None and "datadir" in config:
        folder = Path(config["datadir"]).with_name(SIMULATED_CANDLES)
        folder.mkdir(parents=True, exist_ok=True)
        config["datadir"] = folder


def _settings(name: str) -> type[Section]:
    module, _, kind = SECTIONS[name].partition(":")
    settings: type[Section] = getattr(import_module(module), kind)
    return settings


def _placeholders(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, str) and value.startswith(PLACEHOLDER):
        yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            # freqtrade's own copies of what it read; the originals are checked.
            if path or key not in ("original_config", "internals"):
                yield from _placeholders(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _placeholders(inner, f"{path}[{number}]")
