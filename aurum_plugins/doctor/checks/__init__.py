"""The checks: each is given the surroundings and yields its findings."""

from aurum_plugins.doctor.checks.candles import check_candles
from aurum_plugins.doctor.checks.configuration import check_configuration
from aurum_plugins.doctor.checks.disk import check_disk
from aurum_plugins.doctor.checks.exchange import check_exchange
from aurum_plugins.doctor.checks.extras import check_extras
from aurum_plugins.doctor.checks.freq_ui import check_freq_ui
from aurum_plugins.doctor.checks.native import check_native
from aurum_plugins.doctor.checks.private_files import check_private_files
from aurum_plugins.doctor.checks.registration import check_registration
from aurum_plugins.doctor.checks.sentiment import check_sentiment
from aurum_plugins.doctor.checks.strategy import check_strategy
from aurum_plugins.doctor.checks.venues import check_venues
from aurum_plugins.doctor.checks.versions import check_versions

__all__ = [
    "check_candles",
    "check_configuration",
    "check_disk",
    "check_exchange",
    "check_extras",
    "check_freq_ui",
    "check_native",
    "check_private_files",
    "check_registration",
    "check_sentiment",
    "check_strategy",
    "check_venues",
    "check_versions",
]
