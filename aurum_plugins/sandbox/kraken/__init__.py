"""Kraken's public market data, spoken for the simulated market."""

from aurum_plugins.sandbox.kraken.routes import routes

__all__ = ["routes"]
