"""Protections: freqtrade finds each by the name of its file."""
