"""The simulated exchange: Binance's REST API on loopback, with no account and no network."""

from aurum_plugins.sandbox.config import AccountConfig, ReplayConfig, SandboxConfig
from aurum_plugins.sandbox.exchange import SimulatedExchange
from aurum_plugins.sandbox.server import SandboxServer, serve

__all__ = [
    "AccountConfig",
    "ReplayConfig",
    "SandboxConfig",
    "SandboxServer",
    "SimulatedExchange",
    "serve",
]
