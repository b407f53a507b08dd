"""Coinbase's public market data, spoken for the simulated market."""

from aurum_plugins.sandbox.coinbase.routes import routes

__all__ = ["routes"]
